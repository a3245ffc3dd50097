"""Make a new workbook for a company, with new books or joined to those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, show
from addin.commands.sentences import counted
from addin.machine.places import template_bytes
from addin.sheets.workbook import open_workbook, write_books_name
from core.books.database import Database
from core.books.database.company import new_company
from core.books.database.moving import is_there, lasting_address
from core.books.database.repeating import repeated
from core.books.settings import stored_settings
from core.books.settlements import stored_settlements
from core.companies import BooksId, machine_folder
from core.errors import WorkbookError
from core.journal.accounts import ACCOUNTS_NAME, AccountRows, Chart
from core.time import system_clock

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.companies import MachineFolder
    from core.time import Clock


class WorkbookExistsError(WorkbookError):
    """A new workbook would replace a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already and was not touched. Choose another name for the new workbook.")


def new_workbook(
    path: Path,
    *,
    company: str,
    currency: str,
    database: str | None = None,
    clock: Clock = system_clock,
    machine: MachineFolder | None = None,
) -> Outcome:
    """Make the workbook of a company; books that exist at the database's address are joined, else they are made.

    Raises:
        CogsheetError: If the file exists, or the books cannot be made or joined; then no file is left behind.
    """
    if path.exists():
        raise WorkbookExistsError(path)
    known = machine or machine_folder()
    address = lasting_address(database or known.default_database(company))
    with _books(address, company, currency, clock) as opened:
        write_workbook(path, opened)
        known.remember(opened.company.name, address)
        with opened.reading() as connection:
            there = len(stored_settlements.booked_settlements(connection))
    joined = f" It joins books that hold {counted(there, 'settlement')} already." if there else ""
    return Outcome(
        f"{path} is made for {company}. Its books are at {opened.location}.{joined}\n"
        f"Next: import settlement files with Import settlement…, then Sync with Finale Inventory.",
        data={"workbook": str(path), "company": company, "database": str(opened.location)},
    )


def write_workbook(path: Path, database: Database) -> None:
    """Write the template, name its books in it and show what they hold."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(template_bytes())
    try:
        with open_workbook(path) as book:
            write_books_name(book, BooksId(database.company.name, database.company.database_id))
            show(book, load(database))
            book.save()
    except BaseException:
        path.unlink()
        raise


def _books(address: str, company: str, currency: str, clock: Clock) -> Database:
    if is_there(address):
        return Database.open(address)
    made = Database.create(address, new_company(company, currency, clock()))
    _choose_chart(made, clock())
    return made


@repeated
def _choose_chart(made: Database, now: datetime) -> None:
    with made.writing() as connection:
        rows = AccountRows(chart=Chart.CONTROLLER)
        stored_settings.put(connection, ACCOUNTS_NAME, rows, who="Cogsheet", now=now)
