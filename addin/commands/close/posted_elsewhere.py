"""Group Close: lock settlements that somebody posted without Cogsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.close.shown_exports import refresh_after_export
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.sentences import counted, identity
from addin.commands.settlements.importing import NothingChosenError
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.loading import load_books
from core.books.part_of_books import load_to_export
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from addin.sheets.desk import Desk
    from core.books.settlements.booked_settlement import BookedSettlement


def posted_elsewhere(desk: Desk, *, ids: Sequence[str], reason: str) -> Outcome:
    """Lock settlements that another program posted, many at once and without an entry.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one has gone out from these books, or no reason is given.
    """
    if not ids:
        raise NothingChosenError("call posted elsewhere")
    refuse_unfillable(desk)
    books = load_to_export(desk.database, ids) or load_books(desk.database)
    chosen = books.named(ids)
    post_elsewhere(desk.database, books, chosen, reason, who=desk.user, now=desk.clock())
    if not refresh_after_export(desk, books.database_state):
        refresh(desk, load(desk.database, progress=desk.progress))
    staying = [one for one in chosen if one.settlement_entry is EntryStatus.EXPORTED]
    return Outcome(
        f"{' '.join(_locked_elsewhere(chosen, staying))} Refunds in later settlements take the costs they have now; "
        f"reopen one if it was not posted after all.",
        data={
            "settlements": [
                {**identity(one.store, one.settlement_id), "settlement_entry_stays": one in staying} for one in chosen
            ],
        },
    )


def _locked_elsewhere(selection: Sequence[BookedSettlement], staying: Sequence[BookedSettlement]) -> Iterator[str]:
    """Say of which settlements nothing was posted from here, and of which only the COGS is said to be elsewhere."""
    without = len(selection) - len(staying)
    if without:
        yield f"{counted(without, 'settlement')} locked as posted elsewhere, without an entry."
    for one in staying:
        yield (
            f"The COGS of settlement {one.name} is locked as posted elsewhere, without an entry; its settlement entry, "
            f"which was exported from here, stays."
        )
