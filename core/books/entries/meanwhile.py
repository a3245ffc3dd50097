"""What changed between the reading of the books and a deed: looked at in the transaction that does it.

Another person, or another window, may have exported, saved or undone in the moment in between. What somebody saw and
decided about is done; anything else is refused, and what changed is named (docs/design/books.md, States and locks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books import batches
from core.books.database.state import state
from core.books.loading import load_books
from core.books.settlements import stored_settlements
from core.errors import CogsheetError
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.books.settlements.booked_settlement import BookedSettlement

_MOST_LISTED = 6


class ChangedMeanwhileError(CogsheetError):
    """Somebody changed what a deed is about, after it was read."""

    def __init__(self, what: str, changes: Sequence[str]) -> None:
        more = len(changes) - _MOST_LISTED
        listed = [*changes[:_MOST_LISTED], *([f"and {more} more"] if more > 0 else [])]
        super().__init__(
            f"{what} was changed while this was being done: {'; '.join(listed) or 'by another command'}. Nothing was "
            f"stored. Look at it as it is now, then try again."
        )


def _is_same(books: Books, now: Books, one: BookedSettlement) -> bool:
    """Tell whether a settlement would go out today as it would have when the books were read."""
    there = next((other for other in now.settlements if other.id == one.id), None)
    if there != one:
        return False
    was, is_now = (
        (
            some.accounts,
            some.policies,
            some.zones.zone(one.store, one.settlement_id),
            some.start_of(one),
            some.state(one),
        )
        for some in (books, now)
    )
    lines, lines_now = (some.lines_of(one).reset_index(drop=True) for some in (books, now))
    return was == is_now and lines.equals(lines_now)


def changes_since(connection: Connection, batch: int) -> list[str]:
    """Return the batches after one, the oldest first, in words; settings that were typed have none."""
    rows = records(batches.history(connection))
    since = [batches.in_words(row) for row in reversed(rows) if row["number"] > batch]
    return since or ["settings"]


def refuse_changed(
    connection: Connection, database: Database, books: Books, selection: Sequence[BookedSettlement]
) -> None:
    """Stop where settlements are not any more what the books showed: their lines, costs, statuses or settings.

    Called as the first thing of a transaction, for what it has written itself counts as a change too.

    Args:
        connection: Of `Database.writing`.
        database: The books.
        books: As they were read.
        selection: Which of their settlements matter.

    Raises:
        ChangedMeanwhileError: If something else was stored about one of them since.
    """
    if state(connection) == books.database_state:
        return
    now = load_books(database)
    changed = [one.name for one in selection if not _is_same(books, now, one)]
    if changed:
        raise ChangedMeanwhileError(f"Settlement {', '.join(changed)}", changes_since(connection, books.last_batch))


def refuse_other_status(
    connection: Connection, selection: Sequence[BookedSettlement], *, since: int | None = None
) -> None:
    """Stop where an entry of a settlement has gone out, or was taken back, after the settlement was read.

    Args:
        connection: Of `Database.writing`.
        selection: Settlements as they were read.
        since: The newest batch then.

    Raises:
        ChangedMeanwhileError: If one stands elsewhere now.
    """
    for one in selection:
        now = stored_settlements.of_number(connection, one.id)
        if now is None or now.statuses != one.statuses:
            changes = [] if since is None else changes_since(connection, since)
            raise ChangedMeanwhileError(f"Settlement {one.name}", changes)
