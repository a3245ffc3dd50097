from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import closing_tables, tables
from core.books.entries import locks
from core.books.entries.locks import (
    HASHED_COLUMNS,
    AlreadyLockedError,
    Breach,
    BrokenLine,
    Lock,
    NotAllLinesError,
    NotLockedError,
    line_hashes,
    total_hash,
)
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, conform, frame
from core.model import CostSource
from tests.core.books.examples import NOW, costed, save_settlement, settlement, source
from tests.core.books.examples import transaction as sale
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


EXPORTED = EntryStatus.EXPORTED


def lock(connection: Connection, of: BookedSettlement, unit_cost: str = "4.10", reason: EntryStatus = EXPORTED) -> Lock:
    """Lock a settlement in a batch of its own."""
    batch = batches.new(connection, BatchKind.EXPORT, "M. Lee", NOW)
    return locks.lock(connection, of, costed(connection, of, unit_cost), batch, reason)


def reopen(connection: Connection, of: BookedSettlement) -> Lock:
    """Reopen a settlement in a batch of its own."""
    return locks.end_lock(connection, of, "a bill came", batches.new(connection, BatchKind.REOPEN, "M. Lee", NOW))


def test_locked_lines_come_back_as_they_were(database: Database) -> None:
    """Costs, sources and notes of the locked lines are kept exactly; proposals are not part of a lock."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lines = costed(connection, booked)
        held = lock(connection, booked)
        back = locks.lines(connection)

    expected = conform(COSTED_COLUMNS, lines.drop(columns="proposed_cost"))
    pd.testing.assert_frame_equal(expected, conform(COSTED_COLUMNS, back))
    assert [held.id] * 2 == list(back["lock"])
    assert (booked.id, 1, EXPORTED, 2, 2) == (held.settlement, held.revision, held.reason, held.lines, held.batch)


@pytest.mark.parametrize("reason", [EXPORTED, EntryStatus.POSTED_ELSEWHERE])
def test_a_lock_is_the_status_of_the_cogs_entry(database: Database, reason: EntryStatus) -> None:
    """Locking and reopening set the status of the COGS entry and leave that of the settlement entry alone."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lock(connection, booked, reason=reason)
        locked = stored_settlements.booked_settlements(connection)[0]
        reopen(connection, booked)
        reopened = stored_settlements.booked_settlements(connection)[0]

    assert (reason, EntryStatus.OPEN) == (locked.cogs_entry, locked.settlement_entry)
    assert EntryStatus.OPEN == reopened.cogs_entry


def test_a_settlement_is_locked_once_at_a_time(database: Database) -> None:
    """A locked settlement cannot be locked again, nor an open one reopened; others are not touched."""
    with database.writing() as connection:
        one = save_settlement(connection, settlement("S1", ("a",))).settlement
        other = save_settlement(connection, settlement("S2", ("b",))).settlement
        held = lock(connection, one)
        with pytest.raises(AlreadyLockedError, match="S1"):
            lock(connection, one)
        with pytest.raises(NotLockedError, match="S2"):
            reopen(connection, other)

        assert {"a"} == locks.locked_keys(connection, ["a", "b"])
        assert set() == locks.locked_keys(connection, ["b"])
        assert (held, None) == (locks.find(connection, one), locks.find(connection, other))


def test_a_reopened_settlement_gets_the_next_revision(database: Database) -> None:
    """After reopening, the old lock no longer holds, and the next is a new revision with its own costs."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        first = lock(connection, booked)
        reopened = reopen(connection, booked)
        between = (locks.find(connection, booked), len(locks.lines(connection)), locks.locked_keys(connection, ["a"]))
        second = lock(connection, booked, "5.00")
        costs = set(locks.lines(connection)["unit_cost"])

    assert (first, (None, 0, set())) == (reopened, between)
    assert (2, {Decimal(5)}, True) == (second.revision, costs, first.hash != second.hash)


def test_a_lock_takes_all_lines_and_no_others(database: Database) -> None:
    """Lines that were costed before the books changed are not locked."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lines = costed(connection, booked)
        batch = batches.new(connection, BatchKind.EXPORT, "M. Lee", NOW)
        for wrong in (lines.iloc[:1], pd.concat([lines, lines]), lines.assign(key=["a", "x"])):
            with pytest.raises(NotAllLinesError):
                locks.lock(connection, booked, wrong, batch, EXPORTED)

        assert set() == locks.locked_keys(connection, ["a", "b"])


def test_an_untouched_lock_verifies(database: Database) -> None:
    """What nobody has changed is exactly what was locked, also after the books went through the database."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lock(connection, booked)
    with database.reading() as connection:
        assert [] == locks.verify(connection, booked)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (
            update(tables.transaction).where(tables.transaction.c.key == "a").values(net=Decimal("19.670001")),
            ("a", Breach.CHANGED),
        ),
        (update(tables.transaction).where(tables.transaction.c.key == "b").values(sku="123"), ("b", Breach.CHANGED)),
        (
            update(closing_tables.locked_line)
            .where(closing_tables.locked_line.c.key == "a")
            .values(cogs=Decimal("4.2")),
            ("a", Breach.CHANGED),
        ),
        (
            update(closing_tables.locked_line).where(closing_tables.locked_line.c.key == "a").values(cost_note=None),
            ("a", Breach.CHANGED),
        ),
        (delete(tables.transaction).where(tables.transaction.c.key == "b"), ("b", Breach.GONE)),
        (
            update(closing_tables.locked_line).where(closing_tables.locked_line.c.key == "a").values(hash="0"),
            ("a", Breach.CHANGED),
        ),
    ],
)
def test_every_change_behind_the_lock_is_named(database: Database, change: Any, broken: tuple[str, Breach]) -> None:
    """Whatever was changed in the stored lines without reopening, verifying names the line."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lock(connection, booked)
        connection.execute(change)
        found = locks.verify(connection, booked)

    assert BrokenLine(*broken) in found


def test_lines_added_or_a_forged_lock_are_named(database: Database) -> None:
    """A line that was slipped in is named, and so is a lock whose own lines no longer add up to its hash."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lock(connection, booked)
        row = dict(connection.execute(select(tables.transaction).where(tables.transaction.c.key == "a")).one()._mapping)
        connection.execute(insert(tables.transaction).values({**row, "key": "z"}))
        added = locks.verify(connection, booked)
        connection.execute(delete(tables.transaction).where(tables.transaction.c.key == "z"))
        connection.execute(delete(closing_tables.locked_line).where(closing_tables.locked_line.c.key == "a"))
        connection.execute(text("DELETE FROM \"transaction\" WHERE key = 'a'"))
        forged = locks.verify(connection, booked)

    assert [BrokenLine("z", Breach.ADDED)] == added
    assert [BrokenLine("", Breach.LOCK)] == forged


def test_only_what_is_locked_can_be_verified(database: Database) -> None:
    """There is nothing to compare an open settlement with."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        with pytest.raises(NotLockedError):
            locks.verify(connection, booked)


def test_a_locked_record_stays_when_its_file_comes_again(database: Database) -> None:
    """Importing the same or another file of a locked settlement leaves its lock whole."""
    with database.writing() as connection:
        booked = save_settlement(connection).settlement
        lock(connection, booked)
        save_settlement(connection)
        save_settlement(connection, settlement(keys=("c",)), source(b"other"))

        assert [] == locks.verify(connection, booked)


def line(*changes: Mapping[str, object]) -> pd.DataFrame:
    """Return a costed line, or one per change."""
    columns = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
    cost = {"cost_status": "costed", "unit_cost": Decimal("4.1"), "cogs": Decimal("4.1"), "version": 0}
    return frame(columns, [{**sale("a"), **cost, **change} for change in changes or [{}]])


TEXTS = ("key", "sku", "order_id", "cost_note", "original_key")


@settings(max_examples=examples(50), deadline=None)
@given(one=st.lists(st.none() | st.text('ab,"\x1f', max_size=2), min_size=5, max_size=5), data=st.data())
def test_different_lines_have_different_hashes(one: list[str | None], data: st.DataObject) -> None:
    """No two lines that differ anywhere look alike, wherever their texts begin and end."""
    other = data.draw(st.lists(st.sampled_from([*one, None, "", "a"]), min_size=5, max_size=5))
    first, second = line_hashes(line(*(dict(zip(TEXTS, texts, strict=True)) for texts in (one, other))))

    assert (one == other) == (first == second)


@pytest.mark.parametrize(
    "change",
    [
        {"net": Decimal("19.670001")},
        {"quantity": None},
        {"posted_at": None},
        {"unit_cost": None},
        {"cost_source": CostSource.ENTERED},
        {"version": 1},
    ],
)
def test_every_kind_of_value_counts(change: dict[str, object]) -> None:
    """Amounts, units, moments, costs and sources all count."""
    assert line_hashes(line()) != line_hashes(line(change))


def test_the_hash_is_the_same_for_ever() -> None:
    """A stored hash can be checked by every later version: this one was written down when locks began."""
    assert "1855da61189b1e0bbf767d6acbb98f65b43e82cf14e1024b9357fce03106ac4e" == line_hashes(line())[0]
    assert 43 == len(HASHED_COLUMNS)


def test_the_order_of_lines_does_not_count() -> None:
    """A settlement has one hash, in whatever order its lines are read."""
    assert total_hash(["a", "b"]) == total_hash(["b", "a"])
    assert total_hash(["a", "b"]) != total_hash(["a", "a", "b"])
