"""What a press has stored when it cannot be shown: the workbook is open elsewhere, the disk is full, a sheet protected.

The books are committed before the sheets are filled and the workbook is saved. What fails after that must not say that
nothing was done: whoever believes it does it twice.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from addin.machine.cost_file import CostsNotPublishedError
from core.books import batches
from core.books.database.state import state
from core.books.entries import meanwhile, outbox
from core.errors import CogsheetError, DatabaseError, WorkbookError
from workbook_engine.errors import WorkbookFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from addin.commands.outcome import Outcome
    from core.books.database import Database

_FAILURES = (WorkbookError, WorkbookFileError, CostsNotPublishedError, DatabaseError, OSError)
"""What can go wrong once the books are stored."""
_FIRST_SENTENCE = re.compile(r".*?[.?!;](?= |$)", re.DOTALL)


class StoredNotShownError(CogsheetError):
    """Something is stored in the books, and the workbook could not be brought up to date."""

    def __init__(self, words: str) -> None:
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Start:
    """Where the books stood when a press began to act."""

    database: Database
    state: str
    batch: int
    delivery: int
    """The newest note of a file that left the outbox."""

    @classmethod
    def of(cls, database: Database) -> Self:
        """Return where the books stand."""
        with database.reading() as connection:
            return cls(database, state(connection), batches.last(connection), outbox.last_end(connection))

    def stored_since(self, error: BaseException) -> str:
        """Say what is stored since and why it is not shown; nothing where nothing is stored."""
        with self.database.reading() as connection:
            if state(connection) == self.state:
                return ""
            changes = meanwhile.changes_since(connection, self.batch)
            paths = outbox.paths_since(connection, self.delivery)
        files = f" To import: {', '.join(paths)}." if paths else ""
        return (
            f"This is stored in the books: {'; '.join(changes)}.{files} The workbook does not show it yet: "
            f"{_cause(error)} Do not do it again: put that right, and the next button shows it."
        )


def _cause(error: BaseException) -> str:
    """Return what happened, without what an error says of the workbook alone: that nothing was done. Pure."""
    text = (error.strerror or "the system refuses") + "." if isinstance(error, OSError) else str(error)
    first = _FIRST_SENTENCE.match(text)
    return first[0].replace(";", ".") if first else f"{text}."


@contextmanager
def told_what_is_stored(start: Start) -> Iterator[None]:
    """Let an error within say what is stored all the same.

    Raises:
        StoredNotShownError: If the books were changed before the error.
    """
    try:
        yield
    except _FAILURES as error:
        try:
            words = start.stored_since(error)
        except CogsheetError:
            raise error from None  # the books cannot even be read
        if not words:
            raise
        raise StoredNotShownError(words) from error


def saved_or_told(book: xw.Book, outcome: Outcome, start: Start) -> Outcome:
    """Save a workbook file, and return what a command did; where the file cannot be saved, that too."""
    try:
        book.save()
    except _FAILURES as error:
        words = start.stored_since(error)
        if not words:
            raise
        message = f"{outcome.message}\n{words}"
        return replace(outcome, message=message, data={**outcome.data, "error": words}, stopped=True)
    return outcome
