"""Where a company's books are: shown, changed on this computer, and the books themselves moved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.sentences import counted
from addin.commands.terminal import TerminalProgress
from addin.machine.database_passwords import move_passwords, password_kept, whole_address
from addin.machine.terminal_words import quoted
from addin.sheets.workbook import open_workbook, read_books_name
from core.books.database import Database
from core.books.database.moving import lasting_address, move_books, noted_place, shown_place
from core.books.database.server_addresses import typed_address
from core.company_databases import DEMO, machine_folder
from core.errors import DatabaseError

if TYPE_CHECKING:
    from core.company_databases import MachineFolder
    from core.http.credentials import Credentials
    from core.progress import Progress


class CompanyNotNamedError(DatabaseError):
    """A place was given, and not whose books are there."""

    def __init__(self) -> None:
        super().__init__(
            "Whose books are there? Nothing was changed. Name the company: `database where COMPANY --set ADDRESS`."
        )


class OtherCompanyError(DatabaseError):
    """The books at a place are another company's."""

    def __init__(self, place: str, found: str, company: str) -> None:
        super().__init__(
            f"{place} holds the books of “{found}”, not of “{company}”. Nothing was changed. Check the address and the "
            "name."
        )


class DemoPlaceError(DatabaseError):
    """The place of the demo's books is no question."""

    def __init__(self) -> None:
        super().__init__("The demo's books lie beside its workbook, wherever that is. Nothing was changed.")


def where(
    company: str | None,
    *,
    address: str | None = None,
    machine: MachineFolder | None = None,
    credentials: Credentials | None = None,
) -> Outcome:
    """Show where the books of a company are, or of all that this computer knows; or change that.

    Raises:
        CogsheetError: If the company is not known, or the books at the new place are not this company's.
    """
    known = machine or machine_folder()
    if not company:
        if address is not None:
            raise CompanyNotNamedError
        moved = move_passwords(known, credentials)
        return _shown(known.companies(), known, moved)
    name, expected = _named(company)
    moved = move_passwords(known, credentials, company=name)
    if address is None:
        return _shown({name: known.database_of(name)}, known, moved)
    with password_kept(lasting_address(address), credentials) as lasting:
        with typed_address(), Database.open(whole_address(lasting, credentials), expect_id=expected) as there:
            if there.company.name != name:
                raise OtherCompanyError(str(there.location), there.company.name, name)
        known.remember(name, lasting)
    told = f"The books of {name} are at {shown_place(lasting)}. All workbooks of {name} on this computer show them."
    return Outcome(_told(moved, told), data={"company": name, "database": shown_place(lasting)})


def move(
    company: str,
    address: str,
    *,
    machine: MachineFolder | None = None,
    progress: Progress | None = None,
    credentials: Credentials | None = None,
) -> Outcome:
    """Move the books of a company, every row compared, and remember their new place.

    Raises:
        CogsheetError: If they cannot be moved; they are where they were then.
    """
    known = machine or machine_folder()
    name, expected = _named(company)
    told = move_passwords(known, credentials, company=name)
    old = known.database_of(name)
    with password_kept(lasting_address(address), credentials) as lasting:
        with Database.open(whole_address(old, credentials), expect_id=expected) as books, typed_address():
            moved = move_books(books, whole_address(lasting, credentials), progress or TerminalProgress())
        known.remember(name, lasting)
    place = shown_place(lasting)
    words = (
        f"The books of {name} are at {place} now: {counted(moved.rows, 'row')} copied, and each compared. What "
        f"is at {noted_place(old)} stays as it was and takes no more changes."
    )
    return Outcome(
        _told(told, words),
        at_terminal=f"On other computers type: `cogsheet database where {quoted(name)} --set ADDRESS`.",
        data={"company": name, "database": place, "was": noted_place(old), "rows": moved.rows},
    )


def _named(company: str) -> tuple[str, str | None]:
    """Return the company's name, and the id of its database where a workbook tells it."""
    if not company.casefold().endswith((".xlsm", ".xlsx")) or not Path(company).exists():
        return company, None
    with open_workbook(Path(company)) as book:
        said = read_books_name(book)
    if said.database_id == DEMO:
        raise DemoPlaceError
    return said.company, said.database_id


def _shown(places: dict[str, str], known: MachineFolder, moved: str) -> Outcome:
    shown = {company: noted_place(address) for company, address in places.items()}
    words = "\n".join(f"{company}: {place}" for company, place in shown.items())
    words = words or f"This computer knows no books yet ({known.listing})."
    return Outcome(_told(moved, words), data={"databases": shown})


def _told(moved: str, words: str) -> str:
    """Return a message after what became of passwords in the list of companies."""
    return "\n".join(filter(None, (moved, words)))
