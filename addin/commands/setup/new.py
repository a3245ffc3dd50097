"""Make a new workbook for a company, with new books or, where that is asked for, joined to those that are there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, show
from addin.commands.sentences import counted
from addin.commands.today import refresh_today
from addin.machine.database_passwords import password_kept, refuse_unreadable, whole_address
from addin.machine.places import template_bytes
from addin.sheets.workbook import open_workbook, write_books_name
from addin.takeaway.written_files import write_file
from core.books.database import Database
from core.books.database.company import new_company
from core.books.database.moving import is_there, lasting_address, noted_place, shown_place
from core.books.database.safe_places import is_url
from core.books.database.server_addresses import typed_address
from core.books.database.whose_books import database_id_of
from core.books.settings import stored_settings
from core.books.settlements import stored_settlements
from core.company_databases import BooksId, checked_company_name, machine_folder
from core.currencies import checked_currency
from core.errors import DatabaseError, WorkbookError
from core.journal.accounts import ACCOUNTS_NAME, AccountRows, Chart
from core.time import system_clock

if TYPE_CHECKING:
    from datetime import datetime

    from core.books.database import Connection
    from core.company_databases import MachineFolder
    from core.http.credentials import Credentials
    from core.time import Clock


class WorkbookExistsError(WorkbookError):
    """A new workbook would replace a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already and was not touched. Choose another name for the new workbook.")


class WorkbookEndingError(WorkbookError):
    """Excel opens a workbook with macros only under its own ending."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} must end in {_ENDING}: Excel does not open its buttons otherwise. Nothing was made.")


class BooksThereError(DatabaseError):
    """New books are asked for where there are some."""

    def __init__(self, database: Database, books: str) -> None:
        super().__init__(
            f"There are books already: {database.location} holds {books}. Nothing was made. If the new workbook "
            f"is to show these books, ask for it: `cogsheet new --join`. Else choose another name for the company, or "
            f"another place with `cogsheet new --database`."
        )


class OtherCompanyError(DatabaseError):
    """The books to be joined are another company's."""

    def __init__(self, database: Database, books: str, company: str) -> None:
        super().__init__(
            f"{database.location} holds {books}, and “{company}” was asked for. Nothing was made. Type the name "
            f"exactly as it is there, or choose another place."
        )


class OtherCurrencyError(DatabaseError):
    """The books to be joined are in another currency."""

    def __init__(self, database: Database, books: str, currency: str) -> None:
        super().__init__(
            f"{database.location} holds {books}, and {currency} was asked for. Nothing was made. Without a currency "
            f"`cogsheet new --join` joins them; until the first cost is there it can be corrected on sheet Setup."
        )


class CompanyKnownError(DatabaseError):
    """This machine knows a company of that name."""

    def __init__(self, company: str, known: str, address: str) -> None:
        super().__init__(
            f"This computer knows a company “{known}” already, with its books at {address}; its workbooks would not "
            f"find them any more if “{company}” were made. Nothing was made. For another workbook of those books "
            f"type `cogsheet new --join` with the name as it is there; else choose another name."
        )


_ENDING = ".xlsm"
_USUAL = "USD"
"""The home currency of new books of which nobody said it."""


def new_workbook(
    path: Path,
    *,
    company: str,
    currency: str | None = None,
    database: str | None = None,
    join: bool = False,
    clock: Clock = system_clock,
    machine: MachineFolder | None = None,
    credentials: Credentials | None = None,
) -> Outcome:
    """Make the workbook of a company, with new books or, where that is asked for, with those that are there.

    Args:
        path: The workbook.
        company: Its name.
        currency: ISO 4217; of new books US dollars if left out. Of books that are joined it must be their own.
        database: Where the books are; as this machine knows if left out.
        join: Whether there are books already, which the workbook is to show.
        clock: What time it is.
        machine: The user's folder; of this machine if left out.
        credentials: Where the password of a server's database is kept; this computer's keyring if left out.

    Raises:
        CogsheetError: If the file exists, or the books cannot be made or joined; then no file is left behind.
    """
    name, code = checked_company_name(company), None if currency is None else checked_currency(currency)
    if path.suffix.lower() != _ENDING:
        raise WorkbookEndingError(path)
    if os.path.lexists(path):
        raise WorkbookExistsError(path)
    known = machine or machine_folder()
    with password_kept(lasting_address(database or _noted(known, name)), credentials) as bare:
        address = whole_address(bare, credentials)
        with typed_address() if database else nullcontext():
            opening = (
                _joined(address, name, code, known) if join else _made(address, name, code or _USUAL, known, clock)
            )
        with opening as opened:
            is_known = name in known.companies()
            try:
                known.remember(name, bare if is_url(bare) else str(opened.location))
                write_workbook(path, opened)
            except BaseException:
                if not join and _take_back(opened) and not is_known:
                    known.forget(name)
                raise
            joined = f" It joins books that are there: {_what_they_hold(opened)}." if join else ""
    place = shown_place(bare) if is_url(bare) else str(opened.location)
    return Outcome(
        f"{path} is made for {name}. Its books are at {place}.{joined}\n"
        f"Next: import settlement files with Import settlement…, then Sync with Finale Inventory.",
        data={"workbook": str(path), "company": name, "database": place},
    )


def _noted(known: MachineFolder, company: str) -> str:
    """Return where a company's books are or are made.

    Raises:
        StoredAddressError: If this machine has noted what cannot be read.
    """
    address = known.default_database(company)
    refuse_unreadable(address)
    return address


def write_workbook(path: Path, database: Database) -> None:
    """Write the template, name its books in it and show what they hold; under its own name it is whole or not there.

    Raises:
        FileThereError: If somebody put another file there meanwhile.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".cogsheet-", dir=path.parent) as folder:
        unfinished = Path(folder) / path.name
        unfinished.write_bytes(template_bytes())
        with open_workbook(unfinished) as book:
            write_books_name(book, BooksId(database.company.name, database.company.database_id))
            view = load(database)
            show(book, view)
            refresh_today(book, database, view.books)
            book.save()
        write_file(path, unfinished.read_bytes())
        shutil.copymode(unfinished, path)


def _joined(address: str, company: str, currency: str | None, machine: MachineFolder) -> Database:
    """Open the books that are there.

    Raises:
        OtherCompanyError: If they are another company's.
        OtherCurrencyError: If they are in another currency than the one that was asked for.
        CompanyKnownError: If this machine knows other books of that company.
    """
    opened = Database.open(address)
    known = machine.named_like(company)
    try:
        if opened.company.name != company:
            raise OtherCompanyError(opened, _what_they_hold(opened), company)
        if currency not in {None, opened.company.home_currency}:
            raise OtherCurrencyError(opened, _what_they_hold(opened), str(currency))
        place = None if known is None else machine.database_of(known)
        if known and place and database_id_of(Path(place)) not in {None, opened.company.database_id}:
            raise CompanyKnownError(company, known, noted_place(place))
    except DatabaseError:
        opened.close()
        raise
    return opened


def _made(address: str, company: str, currency: str, machine: MachineFolder, clock: Clock) -> Database:
    """Make new books where none are.

    Raises:
        BooksThereError: If some are.
        CompanyKnownError: If this machine knows a company of that name with books elsewhere.
    """
    if is_there(address):
        with Database.open(address) as there:
            raise BooksThereError(there, _what_they_hold(there))
    known = machine.named_like(company)
    if known is not None and (is_url(place := machine.database_of(known)) or Path(place).exists()):
        raise CompanyKnownError(company, known, noted_place(place))
    now = clock()
    return Database.create(address, new_company(company, currency, now), partial(_choose_chart, now=now))


def _choose_chart(connection: Connection, now: datetime) -> None:
    rows = AccountRows(chart=Chart.CONTROLLER)
    stored_settings.put(connection, ACCOUNTS_NAME, rows, who="Cogsheet", now=now)


def _take_back(database: Database) -> bool:
    """Remove books that were made a moment ago for a workbook that could not be made; those of a server stay.

    Returns:
        Whether they are gone.
    """
    database.close()
    if not isinstance(database.location, Path):
        return False
    database.location.unlink(missing_ok=True)
    return True


def _what_they_hold(database: Database) -> str:
    """Return whose books they are, their currency and how much is in them."""
    with database.reading() as connection:
        there = len(stored_settlements.booked_settlements(connection))
    return f"books of {database.company.name} in {database.company.home_currency} with {counted(there, 'settlement')}"
