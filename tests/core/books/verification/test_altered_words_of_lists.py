"""A word that no version knows, and a row whose seal was altered alike, are named."""

# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.books.database import Database, seals
from core.books.database.column_types import Word
from core.books.database.errors import UnknownWordError
from core.books.database.tables import transaction
from core.books.entries.locks import SeveralLocksError
from core.books.loading import load_books
from core.books.verification.altered_row_words import AlteredRowsError
from core.books.verification.altered_rows import altered_rows_named, books_as_sealed
from tests.core.books.sample_books import make_sample
from tests.core.books.verification.altered_books import altered, sentences, wrong
from tests.core.books.verification.healthy_books import make_exported

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with something in every table."""
    path = tmp_path_factory.mktemp("sample") / "books.sqlite"
    make_sample(path)
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books that were exported, corrected, reopened, exported again and accrued."""
    return make_exported(tmp_path_factory.mktemp("exported"))


LISTED = {
    f"{table.name}.{column.name}": column
    for table in (*seals.SEALED.values(), transaction)
    for column in table.c
    if isinstance(column.type, Word)
}
READ_BY_ROW = ("settlement.kind", "settlement.cogs_entry", "lock.reason", "batch.kind")
"""Words of lists that the database does not know: what reads the row looks at them."""


@pytest.mark.few(1)
@pytest.mark.parametrize("name", [*LISTED, *READ_BY_ROW])
def test_a_word_that_no_version_knows_is_an_error_with_its_row(sample: Path, tmp_path: Path, name: str) -> None:
    """Whatever reads it: costing, a check, a page. Where nothing reads it, nothing stops."""
    table, column = name.split(".")
    book = altered(sample, tmp_path, f'UPDATE "{table}" SET "{column}" = \'Cost mislaid\'')
    with Database.open(book) as database:
        try:
            load_books(database, anew=True)
        except UnknownWordError as error:
            assert "they hold “Cost mislaid” as " in str(error)  # noqa: PT017 - whether it is read at all is another question
        with pytest.raises(AlteredRowsError, match=r"“Cost mislaid”"), altered_rows_named(database):
            raise UnknownWordError("a word", "Cost mislaid")


@pytest.mark.long
def test_a_cause_that_no_version_knows_stops_costing_by_name(exported: Path, tmp_path: Path) -> None:
    """It was an error of the program in the midst of costing."""
    book = altered(exported, tmp_path, "UPDATE observation SET unit_cost = NULL, currency = NULL, cause = 'Mislaid'")
    words = "they hold “Mislaid” as a cause of a missing cost.*Command Verify names the row"
    with Database.open(book) as database, pytest.raises(UnknownWordError, match=f"(?s){words}"):
        load_books(database, anew=True)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("table", "column"),
    [
        *[("observation", "cause"), ("locked_line", "disposition"), ("problem", "severity"), ("settlement", "kind")],
        *[("settlement", "settlement_entry"), ("settlement", "cogs_entry"), ("lock", "reason"), ("batch", "kind")],
        *[("entry", "kind"), ("true_up_decision", "decision"), ("settlement_file", "use")],
    ],
)
def test_a_word_whose_seal_was_altered_alike_is_named(sample: Path, tmp_path: Path, table: str, column: str) -> None:
    """Whoever writes both hides nothing that cannot be read; the other checks are made without the row."""
    book = altered(
        sample,
        tmp_path,
        f'UPDATE "{table}" SET "{column}" = \'mislaid\'',
        f"UPDATE seal SET row = json_set(row, '$.{column}', 'mislaid') WHERE \"table\" = '{table}'",
    )
    found = sentences(book)

    assert found
    assert all(f"{column.replace('_', ' ')} “mislaid” is nothing that Cogsheet stores" in one for one in found)
    with Database.open(book) as database, books_as_sealed(database):
        load_books(database, anew=True)


@pytest.mark.long
def test_a_second_lock_whose_seal_was_altered_alike_is_named(exported: Path, tmp_path: Path) -> None:
    """Verify ended in an error of the program."""
    held = "(SELECT id FROM settlement WHERE settlement_id = '1')"
    book = altered(
        exported,
        tmp_path,
        f"INSERT INTO lock SELECT 99, {held}, 7, reason, lines, hash, batch FROM lock WHERE id = 1",
        "INSERT INTO seal SELECT \"table\", '[99]', json_set(row, '$.id', 99, '$.revision', 7) FROM seal"
        " WHERE \"table\" = 'lock' AND key = '[1]'",
    )

    assert [] == sentences(book)
    with (
        Database.open(book) as database,
        pytest.raises(SeveralLocksError, match=r"settlement US/1 .* revisions 2 and 7"),
    ):
        wrong(database)
