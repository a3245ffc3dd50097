"""Books that another program altered, at the desk: every button says which row it is, and `verify` goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.close import verification
from addin.commands.costs import resolving
from addin.commands.desk_opening import on_file
from addin.commands.reports import cogs_reports, pnl
from addin.commands.settlements import importing
from core.books.verification.altered_row_words import AlteredRowsError
from tests.core.books.listed_documents import v2_content

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk

STATUS = "UPDATE settlement SET cogs_entry = 'sent'"
LINE = "UPDATE 'transaction' SET typed = '[1'"
COGS = partial(cogs_reports.cogs, ids=["7"])


@pytest.fixture(scope="module")
def made(
    made_books_of_acme: Path, copy_of_acme: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Import a settlement into new books, once."""
    folder = tmp_path_factory.mktemp("imported")
    file = folder / "7.txt"
    file.write_bytes(v2_content("7", {}, total="10.00"))
    on_file(copy_of_acme(made_books_of_acme, folder), partial(importing.import_files, files=[file]))
    return folder


@pytest.fixture
def book(made: Path, copy_of_acme: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    return copy_of_acme(made, tmp_path)


def alter(book: Path, statement: str) -> None:
    with closing(sqlite3.connect(book.parent / "acme.sqlite")) as connection:
        assert connection.execute(statement).rowcount >= 1
        connection.commit()


def verified(book: Path) -> Outcome:
    return on_file(book, verification.verify, sees_altered=True)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("statement", "action"),
    [
        *((STATUS, action) for action in (pnl.make_pnl, resolving.resolve, COGS)),
        *((LINE, action) for action in (pnl.make_pnl, COGS)),
    ],
)
def test_a_button_that_cannot_read_the_books_names_the_row(
    book: Path, statement: str, action: Callable[[Desk], Outcome]
) -> None:
    """And what to do; nothing typed is lost, for nothing is written. Resolve reads no line that asks nothing."""
    alter(book, statement)
    with pytest.raises(AlteredRowsError, match=r"(?s)Amazon/7.*table \w+, row with.*Restore the books from a copy"):
        on_file(book, action)


@pytest.mark.long
def test_verify_names_the_row_and_makes_its_other_checks(book: Path) -> None:
    """Of rows that are put back for it nothing else differs; of a line that cannot be read, that the file has it."""
    clean = verified(book)
    alter(book, STATUS)
    one = verified(book)
    alter(book, LINE)
    two = verified(book)

    assert (False, True, True) == (clean.needs_attention, one.needs_attention, two.needs_attention)
    assert len(clean.data["tie_outs"]) + 1 == len(one.data["tie_outs"])  # type: ignore[arg-type]  # a list
    assert "Amazon/7: the settlement, cogs entry: the books have “sent”, stored was “open”" in one.message
    assert "Restore the books from a copy made before that." in one.message
    assert "Amazon/7: lines and deposit: 0.00 and 10.00 differ." in two.message
    assert "typed “[1” is nothing that Cogsheet stores" in two.message


@pytest.mark.long
def test_a_setting_that_cannot_be_read_is_named(book: Path) -> None:
    """By every button, before anything typed on a sheet is taken over."""
    alter(book, "INSERT INTO setting (key, value, changed_by, changed_at) VALUES ('policies', '{broken', '', 0)")
    with pytest.raises(AlteredRowsError, match=r"“policies”: setting: it was added by another program"):
        on_file(book, pnl.make_pnl)
    assert "“policies”: setting: it was added by another program" in verified(book).message
