"""Take the last save back, as a new batch: nothing is ever erased (docs/design/books.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.database import undo
from core.errors import CogsheetError

if TYPE_CHECKING:
    from datetime import datetime

    from core.database import Database
    from core.database.undo import Undone


class NothingToUndoError(CogsheetError):
    """No save is left that could be taken back."""

    def __init__(self, batch: int | None = None) -> None:
        what = "There is no save left to undo." if batch is None else f"Batch {batch} is not a save that can be undone."
        super().__init__(f"{what} Single values are brought back from sheet Change history.")


def undo_last(database: Database, *, who: str, now: datetime) -> Undone:
    """Take the newest save that has not been undone back.

    Lines saved again later and lines of locked settlements are left alone and listed.

    Raises:
        NothingToUndoError: If there is none.
    """
    with database.writing() as connection:
        number = undo.last_undoable(connection)
        if number is None:
            raise NothingToUndoError
        return undo.undo(connection, number, who=who, now=now)


def undo_batch(database: Database, number: int, *, who: str, now: datetime) -> Undone:
    """Take one save back, whichever came after it.

    Raises:
        NothingToUndoError: If it is none that can be undone.
    """
    with database.writing() as connection:
        if undo.last_undoable(connection, before=number + 1) != number:
            raise NothingToUndoError(number)
        return undo.undo(connection, number, who=who, now=now)


def undoable_before(database: Database, number: int) -> int | None:
    """Return the newest save before a batch that can be undone."""
    with database.reading() as connection:
        return undo.last_undoable(connection, before=number)
