"""What somebody saw when they decided to undo, held against what there is in the transaction that undoes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books import batches
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.books.database import Connection


class SomebodyElsesSaveError(CogsheetError):
    """A save of another person is taken back only by somebody who knows that it is one."""

    def __init__(self, batch: Mapping[str, object]) -> None:
        self.batch = int(str(batch["number"]))
        super().__init__(
            f"Nothing was undone: {batches.in_words(batch)}, is not yours. Undo it only if {batch['who']} knows."
        )


class OtherSaveError(CogsheetError):
    """The last save is another one than was to be undone."""

    def __init__(self, wanted: int | None, batch: Mapping[str, object]) -> None:
        were = "which this workbook did not show yet" if wanted is None else f"and batch {wanted} was to be undone"
        super().__init__(
            f"Nothing was undone: the last save is now {batches.in_words(batch)}, {were}. Sheet Change history shows "
            f"it. Undo again if that is the one."
        )


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What somebody saw when they decided to undo."""

    expected: int | None = None
    """The save that they took for the last one; any if left out."""
    of_another: bool = True
    """Whether it may be another person's."""


ANY_SAVE = UndoRequest()


def refuse_other(connection: Connection, number: int, who: str, request: UndoRequest) -> None:
    """Stop where a save is not the one that somebody saw, or is another person's.

    Args:
        connection: Of the `Database.writing` that undoes.
        number: The save.
        who: Who undoes it.
        request: What they saw.

    Raises:
        OtherSaveError: If it is another one than was expected.
        SomebodyElsesSaveError: If it is another person's, and may not be.
    """
    batch = batches.of_number(connection, number)
    if request.expected is not None and number != request.expected:
        raise OtherSaveError(request.expected, batch)
    if batch["who"] != who and not request.of_another:
        raise SomebodyElsesSaveError(batch)
