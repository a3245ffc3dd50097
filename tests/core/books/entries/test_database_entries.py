from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import closing_tables
from core.books.entries import stored_entries
from core.books.entries.stored_entries import EntryDiffersError, EntryLineRow, EntryRow
from core.books.settings import opening_costs
from core.books.settings.opening_costs import OPENING_COST_COLUMNS
from core.errors import DatabaseError
from core.frame_columns import frame, records
from core.journal.entry import EntryKind, UnbalancedEntryError
from tests.core.books.examples import NOW, save_settlement

if TYPE_CHECKING:
    from core.books.database import Database

COGS = EntryRow(
    key="Amazon AU/S1/COGS/1",
    kind=EntryKind.COGS,
    entry_date=date(2026, 11, 23),
    lines=(
        EntryLineRow("5000 Cost of goods – Käufe", Decimal("8.20"), "USD", "2 lines"),
        EntryLineRow("1400 Inventory", Decimal("-8.20"), "USD"),
    ),
    memo="Settlement S1",
)


def post(database: Database, *wanted: EntryRow) -> list[bool]:
    """Post entries in a batch of their own."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.EXPORT, "M. Lee", NOW)
        return [stored_entries.post(connection, entry, batch) for entry in wanted]


def test_an_entry_comes_back_as_it_was(database: Database) -> None:
    """Accounts, amounts, date and memo are kept exactly, and the entry is found by its key and its settlement."""
    with database.writing() as connection:
        number = save_settlement(connection).settlement.id
    entry = replace(COGS, settlement=number)

    assert [True] == post(database, entry)
    with database.reading() as connection:
        assert (entry, None) == (stored_entries.find(connection, COGS.key), stored_entries.find(connection, "other"))
        assert [entry] == stored_entries.of_settlement(connection, number)


def test_the_same_entry_again_is_the_same_entry(database: Database) -> None:
    """Exporting twice posts once."""
    assert [True, False] == post(database, COGS, COGS)
    with database.reading() as connection:
        assert 2 == len(stored_entries.journal(connection))


def test_an_entry_never_changes(database: Database) -> None:
    """Other figures under the key of an entry that has gone out are refused."""
    post(database, COGS)
    other = replace(COGS, lines=tuple(replace(line, amount=line.amount * 2) for line in COGS.lines))

    with pytest.raises(EntryDiffersError, match=r"S1/COGS/1"):
        post(database, other)
    with database.reading() as connection:
        assert COGS == stored_entries.find(connection, COGS.key)


@pytest.mark.parametrize(
    "lines",
    [
        (EntryLineRow("a", Decimal("0.000001"), "USD"),),
        (EntryLineRow("a", Decimal(1), "USD"), EntryLineRow("b", Decimal(-1), "EUR")),
    ],
)
def test_entries_balance_in_every_currency(database: Database, lines: tuple[EntryLineRow, ...]) -> None:
    """What does not balance is refused, also if it only seems to across currencies."""
    with pytest.raises(UnbalancedEntryError, match="does not balance"):
        post(database, replace(COGS, lines=lines))


def test_a_reversal_names_what_it_reverses(database: Database) -> None:
    """A reversing entry points to the one that it takes back, which must be there."""
    lines = tuple(replace(line, amount=-line.amount) for line in COGS.lines)
    reversal = replace(COGS, key="r", kind=EntryKind.REVERSAL, lines=lines, reverses=COGS.key, revision=2)

    with pytest.raises(DatabaseError, match="not in the books"):
        post(database, reversal)
    post(database, COGS, reversal)
    with database.reading() as connection:
        assert reversal == stored_entries.find(connection, "r")
        assert [Decimal(0)] == [sum(row["amount"] for row in records(stored_entries.journal(connection)))]


def test_the_journal_lists_every_line(database: Database) -> None:
    """The journal holds the lines of all entries in order, with the settlement that each belongs to."""
    with database.writing() as connection:
        number = save_settlement(connection).settlement.id
    post(database, replace(COGS, settlement=number), replace(COGS, key="month", kind=EntryKind.TRUE_UP))
    with database.reading() as connection:
        rows = records(stored_entries.journal(connection))

    assert [
        (COGS.key, "COGS", "S1", 1, Decimal("8.2")),
        (COGS.key, "COGS", "S1", 2, Decimal("-8.2")),
        ("month", "true-up", None, 1, Decimal("8.2")),
        ("month", "true-up", None, 2, Decimal("-8.2")),
    ] == [(row["entry"], row["kind"], row["settlement_id"], row["position"], row["amount"]) for row in rows]


def test_opening_costs(database: Database) -> None:
    """The newest opening cost of a SKU holds; what did not change is not stored again, what is blank is taken back."""

    def add(*rows: tuple[str, str | None]) -> int:
        plain = {"currency": "USD", "as_of": "2026-01-01"}
        costs = [{"sku": sku, "unit_cost": cost and Decimal(cost), **plain} for sku, cost in rows]
        with database.writing() as connection:
            batch = batches.new(connection, BatchKind.SETUP, "M. Lee", NOW)
            return opening_costs.add(connection, frame(OPENING_COST_COLUMNS, costs), batch)

    counts = [add(("a", "1"), ("b", "2")), add(("a", "1"), ("b", "2.5")), add(("a", None)), add(), add(("A", "1"))]
    with database.reading() as connection:
        latest = [(row["sku"], row["unit_cost"]) for row in records(opening_costs.latest(connection))]
        history = connection.scalar(select(func.count()).select_from(closing_tables.opening_cost))

    assert [2, 1, 1, 0, 1] == counts
    assert ([("A", Decimal(1)), ("b", Decimal("2.5"))], 5) == (latest, history)
