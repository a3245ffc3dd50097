"""Whatever another program alters, adds or deletes in the books is named: every column of every table."""

# ruff: noqa: S608, E501 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Boolean, Column, LargeBinary, Table, UniqueConstraint, event, text

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, seals
from core.books.database.column_types import Verbatim
from core.books.database.schema import metadata
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus
from core.books.verification.altered_row_words import TABLES_IN_WORDS, AlteredRowsError
from core.books.verification.altered_rows import altered_rows_named, books_as_sealed, find_altered
from tests.core.books.examples import NOW, answers, save_settlement, settlement, source
from tests.core.books.sample_books import make_sample
from tests.core.books.shops import Shop
from tests.core.books.verification.altered_books import altered, sentences, wrong
from tests.core.books.verification.healthy_books import make_exported

if TYPE_CHECKING:
    from pathlib import Path


DECIDES_NOTHING = {
    ("observation", "raw"): "Finale's own words, kept for a person to look at: nothing is read from them again",
}
"""Columns that may be altered without a word, and why. A column that stands in no seal and not here fails below."""
SEALED = sorted(seals.SEALED)
WITH_COLUMNS = [name for name in SEALED if len(seals.SEALED[name].c) > len(seals.key_columns(seals.SEALED[name]))]
"""Tables that say more than their keys; of the others a row can only be added or deleted."""
BY_DIGEST = {"original_file", "outbox"}
"""Whose contents are sealed by their digest: what they were cannot be put back from it."""


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


def other(column: Column[object]) -> str:
    """Return another value for a column, of its own kind."""
    if isinstance(column.type, Boolean):
        return f'1 - coalesce("{column.name}", 0)'
    if isinstance(column.type, LargeBinary):
        return "x'0102'"
    return "'another'" if isinstance(column.type, Verbatim) else f'coalesce("{column.name}", 0) + 7000000'


def to_alter(table: Table) -> str:
    """Return a statement that alters every column of one row at once, those that name it left as they are."""
    keys = seals.key_columns(table)
    sets = ", ".join(f'"{one.name}" = {other(one)}' for one in table.c if one.name not in keys)
    return f'UPDATE "{table.name}" SET {sets} WHERE rowid = (SELECT max(rowid) FROM "{table.name}")'


def test_every_table_is_sealed_or_held_against_the_files() -> None:
    """A new table is sealed by itself; it needs words, and its rows are seen to be stored by the tests below."""
    assert {table.name for table in metadata.sorted_tables} == {*SEALED, *seals.UNSEALED}
    assert set(TABLES_IN_WORDS) == {*SEALED, "transaction"}


@pytest.mark.long
def test_books_that_nobody_altered_say_nothing(sample: Path, exported: Path) -> None:
    """Whatever Cogsheet stored, changed or took away since is sealed."""
    assert [] == sentences(sample) == sentences(exported)


@pytest.mark.few(1)
@pytest.mark.parametrize("table", WITH_COLUMNS)
def test_every_column_that_is_altered_is_named(sample: Path, tmp_path: Path, table: str) -> None:
    """Each by its label, with the table; but for the columns that decide nothing."""
    declared = seals.SEALED[table]
    found = sentences(altered(sample, tmp_path, to_alter(declared)))
    for column in declared.c:
        if column.name not in seals.key_columns(declared) and (table, column.name) not in DECIDES_NOTHING:
            label = f"{TABLES_IN_WORDS[table]}, {column.name.replace('_', ' ')}: the books have"
            assert any(label in one and f"table {table}, row with" in one for one in found), (column.name, found)


@pytest.mark.few(1)
@pytest.mark.parametrize("table", SEALED)
def test_a_row_that_is_deleted_or_added_is_named(sample: Path, tmp_path: Path, table: str) -> None:
    """A deleted one with what it said; an added one; one under another key is both."""
    declared = seals.SEALED[table]
    if table == "company":
        return
    last = f'rowid = (SELECT max(rowid) FROM "{table}")'
    key = next(one for one in declared.primary_key.columns)
    unique = {[*rule.columns][-1].name for rule in declared.constraints if isinstance(rule, UniqueConstraint)}
    gone = sentences(altered(sample, tmp_path, f'DELETE FROM "{table}" WHERE {last}'))
    names = ", ".join(f'"{one.name}"' for one in declared.c)
    values = ", ".join(other(one) if one is key or one.name in unique else f'"{one.name}"' for one in declared.c)
    twice = f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" WHERE {last}'
    new = sentences(altered(sample, tmp_path, twice))
    moved = sentences(altered(sample, tmp_path, f'UPDATE "{table}" SET "{key.name}" = {other(key)} WHERE {last}'))

    for found, words in ((gone, ["deleted"]), (new, ["added"]), (moved, ["deleted", "added"])):
        assert all(any(f"it was {one} by another program (table {table}" in said for said in found) for one in words), (
            found
        )


@pytest.mark.long
@pytest.mark.parametrize("table", WITH_COLUMNS)
def test_altered_rows_are_put_back_for_the_other_checks(sample: Path, tmp_path: Path, table: str) -> None:
    """And stay altered in the books themselves."""
    if table == "company":
        return
    declared = seals.SEALED[table]
    copy = altered(sample, tmp_path, to_alter(declared))
    with Database.open(copy) as database:
        before = [tie.sentence for row in find_altered(database) for tie in row.tie_outs]
        with books_as_sealed(database):
            within = [row for row in find_altered(database) if row.table not in BY_DIGEST]
            load_books(database)
        after = [tie.sentence for row in find_altered(database) for tie in row.tie_outs]

    assert [] == within
    assert before == after != []


MUG, CUP = "US/1, order 111-5, SKU MUG: ", "US/1, order 111-1, SKU CUP: "
KEY = "(SELECT key FROM 'transaction' WHERE order_id = '111-1' AND event = 'sale')"
FAULTS: dict[str, tuple[str, str]] = {
    "zero confirmed": (
        "UPDATE override SET zero_confirmed = 1",
        MUG + "saved answer, zero confirmed: the books have “yes”, stored was “no”",
    ),
    "units back": (
        "UPDATE override SET units_back = 2",
        MUG + "saved answer, units back: the books have “2”, stored was nothing",
    ),
    "currency of an answer": (
        "UPDATE override SET currency = 'EUR'",
        MUG + "saved answer, currency: the books have “EUR”, stored was “USD”",
    ),
    "disposition": (
        "UPDATE override SET disposition = 'Lost'",
        MUG + "saved answer, disposition: the books have “Lost”",
    ),
    "typed SKU": (
        "UPDATE override SET sku = 'CUP'",
        MUG + "saved answer, sku: the books have “CUP”, stored was nothing",
    ),
    "unit cost of an answer": (
        "UPDATE override SET unit_cost = 9000000",
        MUG + "saved answer, unit cost: the books have “9”, stored was “4.25”",
    ),
    "answer deleted": ("DELETE FROM override", MUG + "saved answer: it was deleted by another program"),
    "locked cost of a reopened revision": (
        f"UPDATE locked_line SET unit_cost = 1 WHERE lock = 1 AND key = {KEY}",
        CUP + "locked cost, unit cost: the books have “0.000001”, stored was “2”",
    ),
    "reopening deleted": ("DELETE FROM reopening", "US/1: reopening: it was deleted by another program"),
    "what an accrual was made of deleted": (
        "DELETE FROM setting WHERE key LIKE 'accrual of batch%'",
        "“accrual of batch 11”: setting: it was deleted by another program",
    ),
    "true-up deleted": ("DELETE FROM true_up", CUP + "cost true-up: it was deleted by another program"),
    "decision of a true-up": (
        "UPDATE true_up_decision SET decision = 'dismissed'",
        CUP + "decision on a cost true-up, decision",
    ),
    "batch deleted": ("DELETE FROM batch WHERE number = 3", "batch 3: batch of Change history: it was deleted"),
    "settlement ended": (
        "UPDATE settlement SET ended_batch = 1 WHERE id = 1",
        "US/1: the settlement, ended batch: the books have “1”",
    ),
    "store ended": (
        "UPDATE store SET ended_batch = 1",
        "US: store, ended batch: the books have “1”, stored was nothing",
    ),
    "status": (
        "UPDATE settlement SET cogs_entry = 'sent' WHERE id = 1",
        "US/1: the settlement, cogs entry: the books have “sent”, stored was “exported”",
    ),
    "kind of an entry": (
        "UPDATE entry SET kind = 'sent' WHERE id = 1",
        "entry US 1 2026-08 settlement r1: entry, kind: the books have “sent”",
    ),
    "setting": (
        'UPDATE setting SET value = replace(value, \'"ship_day":"2026-08-04"\', \'"ship_day":"2026-08-05"\') WHERE key LIKE \'accrual%\'',
        "“accrual of batch 11”: setting, value, lines 3a828bd1e73bb350b18fed332835086c, ship day: the books have “2026-08-05”",
    ),
    "setting that is no JSON": ("UPDATE setting SET value = '{broken'", "setting, value: the books have “{broken”"),
    "cost that Finale stated": (
        "UPDATE observation SET unit_cost = 9000000 WHERE order_id = '111-3'",
        "order 111-3, product CUP, 2026-08-04: what Finale said, unit cost: the books have “9”, stored was “2”",
    ),
    "answer is one of another batch": ("UPDATE override SET batch = 1", MUG + "saved answer, batch"),
    "word of a line": (
        "UPDATE 'transaction' SET event = 'sold' WHERE order_id = '111-5'",
        MUG + "line of the settlement: event “sold” is nothing that Cogsheet stores",
    ),
    "typed amounts of a line": (
        "UPDATE 'transaction' SET typed = '[1' WHERE order_id = '111-5'",
        MUG + "line of the settlement: typed “[1” is nothing",
    ),
    "units that are no number": (
        "UPDATE 'transaction' SET quantity = 'some' WHERE order_id = '111-5'",
        MUG + "line of the settlement: quantity “some” is nothing",
    ),
    "amount beyond all amounts": (
        "UPDATE 'transaction' SET principal = 9223372036854775807 WHERE order_id = '111-5'",
        MUG + "line of the settlement: principal “9223372036854775807” is nothing",
    ),
    "day beyond all days": (
        "UPDATE 'transaction' SET posted_at = 9223372036854775807 WHERE order_id = '111-5'",
        MUG + "line of the settlement: posted at “9223372036854775807” is nothing",
    ),
    "bytes for a text": (
        "UPDATE 'transaction' SET raw_type = x'00ff' WHERE order_id = '111-5'",
        MUG + "line of the settlement: raw type",
    ),
    "seal": ("UPDATE seal SET row = 'x' WHERE \"table\" = 'override'", MUG + "saved answer, unit cost"),
    "entry without a seal, as an added one is": (
        "DELETE FROM seal WHERE \"table\" IN ('entry', 'entry_line')",
        "entry US 1 2026-08 settlement r1: line of the entry: it was added by another program",
    ),
    "lock without a seal": (
        "DELETE FROM seal WHERE \"table\" IN ('lock', 'reopening')",
        "US/1: reopening: it was added by another program",
    ),
    "true-up without a seal": (
        "DELETE FROM seal WHERE \"table\" IN ('true_up', 'true_up_decision')",
        CUP + "decision on a cost true-up: it was added by another program",
    ),
    "seal deleted": (
        "DELETE FROM seal WHERE \"table\" = 'override'",
        MUG + "saved answer: it was added by another program",
    ),
    "seal of another row": (
        "UPDATE seal SET key = 'x' WHERE \"table\" = 'override'",
        MUG + "saved answer: it was added by another program",
    ),
}
ENDED = (
    "INSERT INTO ended_transaction (ended_batch, {0}) SELECT 2, {0} FROM 'transaction' WHERE order_id = '111-1'",
    CUP + "line that was replaced or removed: it was added by another program",
)


@pytest.mark.few(1)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_altered_is_named_as_a_bookkeeper_finds_it(exported: Path, tmp_path: Path, fault: str) -> None:
    """By settlement, order and SKU, with what it said and what it says."""
    statement, words = FAULTS[fault]
    found = sentences(altered(exported, tmp_path, statement))

    assert any(words in one for one in found), found


@pytest.mark.long
@pytest.mark.parametrize("fault", [one for one in FAULTS if "seal" not in one])
def test_the_other_checks_are_made_all_the_same(exported: Path, tmp_path: Path, fault: str) -> None:
    """Of a line that cannot be read only that its file has it; of all else nothing, for it is put back."""
    with Database.open(altered(exported, tmp_path, FAULTS[fault][0])) as database, books_as_sealed(database):
        found = wrong(database)

    is_line = FAULTS[fault][0].startswith("UPDATE 'transaction'")
    assert any("order 111-5, SKU MUG: line" in one for one in found) if is_line else [] == found, found


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE settlement SET total = total + 1 WHERE settlement_id = '3'", "US/3: the settlement, total"),
        (
            "UPDATE settlement SET currency = 'EUR', cogs_entry = 'open' WHERE id = 1",
            "US/1: the settlement, cogs entry",
        ),
        (
            "UPDATE observation SET cause = 'Cost blank' WHERE order_id = '111-3'",
            "order 111-3, product CUP, 2026-08-04: what",
        ),
        (FAULTS["store ended"][0].replace("ended_batch = 1", "marketplace = 'Walmart'"), "US: store, marketplace"),
    ],
)
def test_what_cogsheet_stores_later_hides_nothing(exported: Path, tmp_path: Path, statement: str, words: str) -> None:
    """It seals the columns that it changes and the rows that it adds; what was altered beside them stays named."""
    with Database.open(altered(exported, tmp_path, statement)) as database:
        shop = Shop(database)
        before = find_altered(database)
        shop.finale_says({("111-1", "CUP"): "2.50", ("111-3", "CUP"): "2.00"}, JAR="6.00")
        with database.writing() as connection:
            for booked in stored_settlements.booked_settlements(connection):
                stored_settlements.set_status(connection, booked, settlement_entry=EntryStatus.POSTED_ELSEWHERE)
        after = find_altered(database)

    assert any(words in tie.sentence for row in after for tie in row.tie_outs)
    assert [(row.table, row.key) for row in before] == [(row.table, row.key) for row in after]


def test_a_line_that_somebody_ended_beside_itself_is_named(exported: Path, tmp_path: Path) -> None:
    """An exported line stands in the books and among those that were replaced."""
    names = ", ".join(f'"{one.name}"' for one in metadata.tables["transaction"].c)
    statement, words = ENDED

    assert any(words in one for one in sentences(altered(exported, tmp_path, statement.format(names))))


@pytest.mark.long
@pytest.mark.parametrize("column", [one.name for one in metadata.tables["transaction"].c])
def test_every_column_of_a_line_that_is_altered_is_named(exported: Path, tmp_path: Path, column: str) -> None:
    """Lines have no seals: they are compared with the kept file, and what cannot be read is named by itself."""
    declared = metadata.tables["transaction"].c[column]
    statement = f"UPDATE 'transaction' SET \"{column}\" = {other(declared)} WHERE key = {KEY}"
    copy = altered(exported, tmp_path, statement)
    with Database.open(copy) as database:
        unreadable = [tie.sentence for row in find_altered(database) for tie in row.tie_outs]
        found = unreadable or wrong(database)

    label = {"key": "line another", "settlement": "lines and deposit"}.get(column, column.replace("_", " "))
    assert any(label in one for one in found), found


@pytest.mark.few(1)
@pytest.mark.parametrize("fault", ["status", "reopening deleted", "word of a line", "setting that is no JSON"])
def test_books_that_cannot_be_read_say_which_row_it_is(exported: Path, tmp_path: Path, fault: str) -> None:
    """With what to do, and no traceback."""
    with (
        Database.open(altered(exported, tmp_path, FAULTS[fault][0])) as database,
        pytest.raises(AlteredRowsError, match=r"(?s)table \w+, row with.*Restore the books from a copy"),
        altered_rows_named(database),
    ):
        wrong(database)


def test_what_stops_for_another_reason_stays_what_it_is(exported: Path) -> None:
    """A mistake of ours is not blamed on the books."""
    with Database.open(exported) as database, pytest.raises(ZeroDivisionError), altered_rows_named(database):
        _ = 1 // 0


def test_sealing_asks_few_questions(sample: Path, tmp_path: Path) -> None:
    """What is written pays for its own seals, not for those of every table: each press of a button writes."""
    asked: list[str] = []
    shutil.copy(sample, tmp_path / "books.sqlite")
    with Database.open(tmp_path / "books.sqlite") as database, database.writing() as connection:
        event.listen(connection, "after_cursor_execute", lambda *said: asked.append(said[2]))
        batches.new(connection, BatchKind.SAVE, "Ann", NOW)

    assert len(asked) < len(SEALED)


def test_it_is_so_on_a_server_too(database: Database) -> None:
    """Rows are sealed, compared and put back in whatever database the books are."""
    with database.writing() as connection:
        save_settlement(connection, settlement(), source())
        batch = batches.new(connection, BatchKind.SAVE, "Ann", NOW)
        stored_overrides.save(connection, answers({"key": "a"}, {"key": "b"}), batch, who="Ann", now=NOW)
    with database.writing() as connection:
        connection.execute(text("UPDATE override SET units_back = 2, zero_confirmed = true WHERE key = 'a'"))
        connection.execute(text("DELETE FROM override WHERE key = 'b'"))
        connection.execute(text("UPDATE settlement SET lines = 7"))

    found = [row for row in find_altered(database) if row.table != "company"]
    said = [tie.sentence for row in found for tie in row.tie_outs]
    with books_as_sealed(database):
        within = [row for row in find_altered(database) if row.table != "company"]

    assert [("override", ("a", 1)), ("override", ("b", 1))] == [(row.table, row.key) for row in found]
    assert any("units back: the books have “2”, stored was nothing" in one for one in said)
    assert [] == within
