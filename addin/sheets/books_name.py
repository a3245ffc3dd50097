"""The hidden name by which a workbook says whose books it shows: company and database id, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.companies import BooksId
from core.errors import WorkbookError

if TYPE_CHECKING:
    import xlwings as xw

NAME = "_cogsheet_books"
_SEPARATOR = "|"


class NoCogsheetWorkbookError(WorkbookError):
    """The workbook does not say whose books it shows."""

    def __init__(self, book: str) -> None:
        super().__init__(
            f"{book} is not a Cogsheet workbook, or lost its hidden name {NAME}. Nothing was changed. "
            f"Make one with `cogsheet new`; an existing company's books are joined with `--database`."
        )


def read(book: xw.Book) -> BooksId:
    """Return whose books a workbook shows.

    Raises:
        NoCogsheetWorkbookError: If it does not say so.
    """
    if NAME not in book.names:
        raise NoCogsheetWorkbookError(book.name)
    text = (book.names[NAME].refers_to or "").removeprefix("=").strip('"').replace('""', '"')
    company, separator, database_id = text.rpartition(_SEPARATOR)
    if not separator or not company:
        raise NoCogsheetWorkbookError(book.name)
    return BooksId(company, database_id)


def write(book: xw.Book, books: BooksId) -> None:
    """Let the workbook say whose books it shows."""
    text = f"{books.company}{_SEPARATOR}{books.database_id}".replace('"', '""')
    book.names[NAME].refers_to = f'="{text}"'
