"""Where the entries of a settlement stand, asked of the settlement."""

from __future__ import annotations

import pytest

from core.books.settlements.booked_settlement import EntryStatus
from core.journal.entry import EntryKind
from tests.core.books.examples import booked

OPEN, EXPORTED, ELSEWHERE = EntryStatus.OPEN, EntryStatus.EXPORTED, EntryStatus.POSTED_ELSEWHERE


def test_each_entry_has_a_status_of_its_own() -> None:
    """Money and cost go out apart."""
    settlement = booked(settlement_entry=EXPORTED, cogs_entry=ELSEWHERE)

    assert settlement.statuses == {EntryKind.SETTLEMENT: EXPORTED, EntryKind.COGS: ELSEWHERE}


@pytest.mark.parametrize(
    ("money", "cogs", "is_open", "has_open_entry", "is_exported", "posts_deposit"),
    [
        (OPEN, OPEN, True, True, False, True),
        (EXPORTED, OPEN, False, True, True, True),
        (OPEN, EXPORTED, False, True, True, True),
        (EXPORTED, EXPORTED, False, False, True, True),
        (EXPORTED, ELSEWHERE, False, False, True, True),
        (ELSEWHERE, ELSEWHERE, False, False, False, False),
    ],
)
def test_what_follows_from_where_its_entries_stand(
    money: EntryStatus,
    cogs: EntryStatus,
    *,
    is_open: bool,
    has_open_entry: bool,
    is_exported: bool,
    posts_deposit: bool,
) -> None:
    """Open while nothing has gone out; exported where one went out from here; elsewhere, no deposit is ours."""
    one = booked(settlement_entry=money, cogs_entry=cogs)

    assert (one.is_open, one.has_open_entry) == (is_open, has_open_entry)
    assert (one.is_exported, one.posts_deposit) == (is_exported, posts_deposit)
