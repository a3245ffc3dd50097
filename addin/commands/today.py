"""What every button does at its end: sheet Today is filled, of what is kept per settlement."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from addin.commands.refresh import load
from addin.sheets.settlements.today import failed_connections, fill_today, waiting_reclassifications
from core.books.costed_lines.catching_up import catch_up
from core.books.part_of_books import load_around
from core.books.settings import stored_settings
from core.books.settlements.to_do import FailedConnection, to_do
from core.books.syncing import syncing
from core.books.true_ups import true_up_history
from core.errors import WorkbookError
from core.settings import STORES_NAME
from workbook_engine.errors import WorkbookFileError

if TYPE_CHECKING:
    import xlwings as xw

    from core.books.books import Books
    from core.books.database import Database

_STOPPED = "The last sync was stopped before its end. Sync again: it goes on where it stopped."


def refresh_today(book: xw.Book, database: Database, books: Books | None = None) -> None:
    """Fill sheet Today; one that is protected, or that its user has changed too far, stays as it is.

    Args:
        book: The workbook.
        database: The books.
        books: All of them, where they are loaded; else what is kept of each settlement is read, and no line.
    """
    books = _kept(database) if books is None else books
    with database.reading() as connection:
        pending = true_up_history.pending(connection)
        stopped = syncing.last(connection, finished=False)
        connected = stored_settings.get(connection, STORES_NAME, dict[str, object], {})
    failed = [FailedConnection("Finale Inventory", _STOPPED)] if stopped else []
    with suppress(WorkbookError, WorkbookFileError):  # the button has done its work
        failed += [one for one in failed_connections(book) if one.name in connected]
        found = to_do(books, pending, waiting_reclassifications(book), failed)
        fill_today(book, found, books.last_sync, has_settlements=bool(books.settlements))


def _kept(database: Database) -> Books:
    """Return all settlements with what is kept of them, without lines; costed whole only where nothing is kept."""
    catch_up(database)
    books = load_around(database, ())
    is_known = books is not None and (bool(books.settlement_notes) or not books.settlements)
    return books if books is not None and is_known else load(database).books
