from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.entries import locks, stored_entries
from core.books.entries.stored_entries import EntryLineRow, EntryRow
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups import true_up_history
from core.books.true_ups.true_up_history import (
    FOUND_COLUMNS,
    ProposalCounts,
    TrueUpDecidedError,
    TrueUpDecision,
    Verdict,
)
from core.frame_columns import frame, records
from core.journal.entry import EntryKind
from tests.core.books.examples import NOW, costed, save_settlement, settlement

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


ACCEPT = Verdict(TrueUpDecision.ACCEPTED)
DISMISS = Verdict(TrueUpDecision.DISMISSED, "immaterial")


def batch(connection: Connection) -> int:
    """Open a batch."""
    return batches.new(connection, BatchKind.TRUE_UP, "M. Lee", NOW)


def locked(database: Database, settlement_id: str = "S1", keys: tuple[str, ...] = ("a", "b")) -> BookedSettlement:
    """Put a locked settlement into the books."""
    with database.writing() as connection:
        booked = save_settlement(connection, settlement(settlement_id, keys)).settlement
        locks.lock(connection, booked, costed(connection, booked), batch(connection), EntryStatus.EXPORTED)
        return booked


def propose(database: Database, **costs: str) -> ProposalCounts:
    """Propose unit costs for lines that were locked at 4.10 with one unit."""
    rows = [
        {
            "key": key,
            "cause": "cost",
            "unit_cost": Decimal(cost),
            "cost_quantity": 1,
            "cogs": Decimal(cost),
            "difference": Decimal(cost) - Decimal("4.10"),
            "currency": "USD",
        }
        for key, cost in costs.items()
    ]
    with database.writing() as connection:
        return true_up_history.update_proposals(connection, frame(FOUND_COLUMNS, rows), lambda: batch(connection))


def decide(database: Database, verdict: Verdict, *keys: str) -> None:
    """Decide the pending proposals of some lines."""
    with database.writing() as connection:
        rows = records(true_up_history.pending(connection))
        numbers = [row["id"] for row in rows if row["key"] in keys]
        true_up_history.decide_true_ups(connection, numbers, verdict, batch(connection))


def pending(database: Database) -> list[tuple[Any, ...]]:
    """Return line and difference of the proposals that wait."""
    with database.reading() as connection:
        return [(row["key"], row["difference"]) for row in records(true_up_history.pending(connection))]


def decisions(database: Database) -> list[tuple[Any, ...]]:
    """Return line, unit cost and decision of every proposal there ever was."""
    with database.reading() as connection:
        rows = records(true_up_history.history(connection))
    return [(row["key"], row["unit_cost"], row["decision"]) for row in rows]


def test_a_difference_is_proposed_once(database: Database) -> None:
    """A locked line that would cost something else now waits for a decision; the same finding again adds nothing."""
    locked(database)

    assert ProposalCounts(1, 0, 0) == propose(database, a="4.17")
    assert ProposalCounts(0, 1, 0) == propose(database, a="4.17")
    assert [("a", Decimal("0.07"))] == pending(database)


def test_a_proposal_knows_its_settlement(database: Database) -> None:
    """Proposals of several settlements are told apart."""
    locked(database)
    locked(database, "S2", ("c",))
    propose(database, a="5", c="6")
    with database.reading() as connection:
        rows = records(true_up_history.pending(connection))

    assert [("a", "S1"), ("c", "S2")] == [(row["key"], row["settlement_id"]) for row in rows]


def test_a_later_finding_replaces_the_proposal(database: Database) -> None:
    """Another difference, or none any more, withdraws what was proposed before."""
    locked(database)
    propose(database, a="4.17", b="4.18")

    assert ProposalCounts(1, 0, 2) == propose(database, a="4.20")
    assert [("a", Decimal("0.10"))] == pending(database)
    assert [
        ("a", Decimal("4.17"), TrueUpDecision.WITHDRAWN),
        ("b", Decimal("4.18"), TrueUpDecision.WITHDRAWN),
        ("a", Decimal("4.20"), None),
    ] == decisions(database)


def test_an_accepted_true_up_is_what_the_books_hold(database: Database) -> None:
    """After accepting, nothing waits; the newest accepted one of a line counts, with the entry that posts it."""
    locked(database)
    with database.writing() as connection:
        lines = (EntryLineRow("5000", Decimal("0.07"), "USD"), EntryLineRow("1400", Decimal("-0.07"), "USD"))
        entry = EntryRow("true-ups/2026-11", EntryKind.TRUE_UP, date(2026, 11, 30), lines)
        stored_entries.post(connection, entry, batch(connection))
    propose(database, a="4.17", b="4.18")
    decide(database, Verdict(TrueUpDecision.ACCEPTED, entry=entry.key), "a")
    propose(database, a="4.30", b="4.18")
    decide(database, ACCEPT, "a")
    with database.reading() as connection:
        held = records(true_up_history.accepted_true_ups(connection))
        posted = [row["entry"] for row in records(true_up_history.history(connection))]

    assert [("a", Decimal("4.30"))] == [(row["key"], row["unit_cost"]) for row in held]
    assert [entry.key, None, None] == posted
    assert [("b", Decimal("0.08"))] == pending(database)


def test_what_was_dismissed_does_not_come_back(database: Database) -> None:
    """A dismissed difference is not proposed again; another one is; and so is the same after one was accepted."""
    locked(database)
    propose(database, a="4.17")
    decide(database, DISMISS, "a")

    assert ProposalCounts(0, 1, 0) == propose(database, a="4.17")
    assert ProposalCounts(1, 0, 0) == propose(database, a="4.20")
    decide(database, ACCEPT, "a")
    assert ProposalCounts(1, 0, 0) == propose(database, a="4.17")
    assert ("a", Decimal("4.17"), TrueUpDecision.DISMISSED) == decisions(database)[0]


def test_a_true_up_is_decided_once(database: Database) -> None:
    """If one of several was decided meanwhile, none of them is decided, and the user is told."""
    locked(database)
    propose(database, a="4.17", b="4.18")
    with database.writing() as connection:
        first, second = true_up_history.pending(connection)["id"].tolist()
        true_up_history.decide_true_ups(connection, [first], DISMISS, batch(connection))

    with pytest.raises(TrueUpDecidedError, match="1 of these"), database.writing() as connection:
        true_up_history.decide_true_ups(connection, [second, first], ACCEPT, batch(connection))
    assert [("b", Decimal("0.08"))] == pending(database)


@pytest.mark.few(1)
def test_reopening_takes_the_proposals_with_it(database: Database) -> None:
    """A settlement that is open again has no true-ups, neither waiting nor held; the next lock begins anew."""
    booked = locked(database)
    propose(database, a="4.17", b="4.18")
    decide(database, ACCEPT, "a")
    with database.writing() as connection:
        locks.end_lock(connection, booked, "a bill came", batch(connection))
        held = len(true_up_history.accepted_true_ups(connection))
    nothing = propose(database, a="4.17")
    with database.writing() as connection:
        locks.lock(connection, booked, costed(connection, booked), batch(connection), EntryStatus.EXPORTED)
    propose(database, a="4.25")

    assert (0, ProposalCounts(0, 0, 0)) == (held, nothing)
    assert [("a", Decimal("0.15"))] == pending(database)
