"""Settlements that another program posted before Cogsheet came: locked as they are, many at once.

No entry is made of them. A settlement entry that went out from here before stays out: then only COGS is elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.entries import locks
from core.books.entries.meanwhile import refuse_changed
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.books.books import Books
    from core.books.database import Database


ELSEWHERE = "posted elsewhere: "
"""Begins the note of a batch that locked settlements which another program posted."""


class PostedElsewhereReasonError(CogsheetError):
    """Settlements are called posted elsewhere without saying where."""

    def __init__(self) -> None:
        super().__init__("Nothing was locked: say where these settlements were posted, and why: the auditor will ask.")


class NothingToLockError(CogsheetError):
    """A settlement has gone out from these books, or ended before they start."""

    def __init__(self, settlement: str, status: str) -> None:
        super().__init__(
            f"Settlement {settlement} is {status}, so it cannot be called posted elsewhere. Nothing was locked."
        )


@repeated
def post_elsewhere(
    database: Database, books: Books, selection: Sequence[BookedSettlement], reason: str, *, who: str, now: datetime
) -> None:
    """Lock settlements whose entries another program posted; all of them or none, without an entry of our own.

    Their costs are kept as they are known now, for refunds in later settlements; a line without cost stays so and is
    not asked for again. No true-up is ever proposed for them. A settlement entry that went out from here stays out.

    Raises:
        PostedElsewhereReasonError: If no reason is given.
        NothingToLockError: If the COGS of one has gone out, or it is History.
        ChangedMeanwhileError: If one was changed since the books were loaded.
    """
    if not reason.strip():
        raise PostedElsewhereReasonError
    for one in selection:
        if books.is_history(one) or one.cogs_entry is not EntryStatus.OPEN:
            raise NothingToLockError(one.name, books.state(one).cogs_status)
    with database.writing() as connection:
        refuse_changed(connection, database, books, selection)
        note = f"{ELSEWHERE}{reason.strip()}"
        batch = batches.new(connection, BatchKind.EXPORT, who, now, note=note)
        for one in selection:
            locks.lock(connection, one, books.lines_of(one), batch, EntryStatus.POSTED_ELSEWHERE)
            if one.settlement_entry is EntryStatus.OPEN:
                stored_settlements.set_status(connection, one, settlement_entry=EntryStatus.POSTED_ELSEWHERE)
