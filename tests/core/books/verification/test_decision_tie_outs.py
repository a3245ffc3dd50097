"""Decisions, statuses and locks against batches and entries, by value: what differs is named, else nothing is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.books.batches import BatchKind
from core.books.entries.locks import Lock
from core.books.entries.stored_entries import EntryRow, PostedEntry
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups.true_up_history import TrueUpDecision
from core.books.verification.decision_tie_outs import decision_tie_outs, lock_batches, status_tie_outs
from core.books.verification.entry_tie_outs import Batch
from core.journal.entry import EntryKind
from tests.core.books.examples import booked

BATCHES = {
    number: Batch(BatchKind.TRUE_UP, number, note)
    for number, note in {3: "proposed", 4: "accepted", 5: "dismissed", 6: "proposed again"}.items()
}
POSTED: dict[str, Any] = {"decision": TrueUpDecision.ACCEPTED, "decided_in": 4, "reason": "", "entry": "S1 true-up r4"}
DISMISSED: dict[str, Any] = {"decision": TrueUpDecision.DISMISSED, "decided_in": 5, "reason": "too small"}
LOCK = Lock(1, 1, 1, EntryStatus.EXPORTED, 2, "hash", 4)


def posted(kind: EntryKind, batch: int, revision: int = 1) -> PostedEntry:
    """Return an entry of settlement S1."""
    return PostedEntry(EntryRow(f"S1 {kind} r{revision}", kind, date(2026, 9, 1), (), 1, revision), "US", "S1", batch)


def names(row: dict[str, Any]) -> list[str]:
    """Return what is named of a true-up."""
    undecided = {"id": 7, "batch": 3, "decision": None, "decided_in": None, "reason": "", "entry": None}
    whole = undecided | {"taken_up_in": None, "taken_up_for": None} | row
    own = [posted(EntryKind.TRUE_UP, 4, 4)]
    return [tie.name for tie in decision_tie_outs("S1", [whole], own, BATCHES, {})]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, []),
        (POSTED, []),
        (DISMISSED, []),
        (DISMISSED | {"taken_up_in": 6, "taken_up_for": ""}, []),
        ({"batch": 4}, ["S1: true-up 7, proposed in batch 4"]),
        (POSTED | {"decided_in": 5, "entry": None}, ["S1: true-up 7, accepted in batch 5"]),
        (POSTED | {"entry": "S1 true-up r9"}, ["S1: true-up 7, entry that posts it"]),
        (POSTED | {"reason": "because"}, ["S1: true-up 7, reason"]),
        (DISMISSED | {"reason": ""}, ["S1: true-up 7, reason"]),
        (DISMISSED | {"entry": "S1 true-up r4"}, ["S1: true-up 7, entry that posts it"]),
        (DISMISSED | {"decision": "lost"}, ["S1: true-up 7, decision"]),
        (POSTED | {"taken_up_in": 6, "taken_up_for": ""}, ["S1: true-up 7, taken up again"]),
        (
            DISMISSED | {"taken_up_in": 4, "taken_up_for": ""},
            ["S1: true-up 7, taken up in batch", "S1: true-up 7, taken up in batch 4"],
        ),
    ],
)
def test_a_decision_is_what_its_batch_notes(row: dict[str, Any], expected: list[str]) -> None:
    """It comes after the proposal; only a dismissal has a reason, only what is accepted an entry."""
    assert expected == names(row)


@pytest.mark.parametrize(
    ("kind", "batch", "status", "count"),
    [
        (EntryKind.COGS, 4, EntryStatus.EXPORTED, 0),
        (EntryKind.COGS, 4, EntryStatus.OPEN, 1),
        (EntryKind.COGS, 1, EntryStatus.EXPORTED, 1),
        (EntryKind.SETTLEMENT, 4, EntryStatus.OPEN, 1),
        (EntryKind.REVERSAL, 4, EntryStatus.OPEN, 0),
    ],
)
def test_an_entry_that_stands_is_out_and_newer_than_its_lines(
    kind: EntryKind, batch: int, status: EntryStatus, count: int
) -> None:
    """The lines came in batch 1."""
    settlement = booked(settlement_entry=status, cogs_entry=status, batch=1)

    assert count == len(list(status_tie_outs(settlement, [posted(kind, batch)])))


def test_a_lock_is_made_with_its_cogs_entries() -> None:
    """In one batch, of one revision, after the lines; other entries have batches of their own."""
    assert [] == list(lock_batches("S1", LOCK, [posted(EntryKind.COGS, 4), posted(EntryKind.SETTLEMENT, 2)], since=3))
    assert [
        "S1: batch of entry S1 COGS r2",
        "S1: revision of the lock",
        "S1: batch of the lock",
    ] == [tie.name for tie in lock_batches("S1", LOCK, [posted(EntryKind.COGS, 5, 2)], since=4)]
