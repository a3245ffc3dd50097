"""Which database holds the books of a company on this machine.

A workbook names its company and database id and nothing else; where the database lies is this machine's business and
is kept in one small file in the user's folder. The demo's database lies beside its workbook.
"""

from __future__ import annotations

import json
import os
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_hex

import platformdirs

from core.errors import CogsheetError, DatabaseError, briefly
from core.given_names import composed_name, shown_name, why_no_name
from core.safe_file_names import file_name

DEMO = "sandbox"
"""The demo's database id; every other company's is drawn at random, so a company may be named anything."""

_DEMO_DATABASE = "demo.sqlite"
_MACHINE = "machine.txt"


class World(StrEnum):
    """Whose services answer for some books."""

    LIVE = "live"
    """Those of the company: its Finale, its stores, the European Central Bank."""
    DEMO = "demo"
    """The sandbox on this machine; the books lie in `demo.sqlite` beside the workbook."""


def world_of(database_id: str) -> World:
    """Return whose services answer for the books of this id."""
    return World.DEMO if database_id == DEMO else World.LIVE


class CompanyUnknownError(DatabaseError):
    """This machine does not know where the books of a company are."""

    def __init__(self, company: str, listing: Path) -> None:
        super().__init__(
            f"This workbook belongs to company “{briefly(company)}”, and this machine does not know where its books "
            f"are: {listing} does not list it. Nothing was changed. Ask the colleague who made the workbook for the "
            f"database's address and tell this computer (command `cogsheet database where`). Or use the computer it "
            f"was made on."
        )


class CompanyNameError(CogsheetError):
    """A company cannot be called like that."""

    def __init__(self, typed: str, why: str) -> None:
        super().__init__(
            f"“{briefly(typed)}” cannot be a company's name: {why}. Nothing was made. Choose another name."
        )


class ListingDamagedError(DatabaseError):
    """The file that says where each company's books are cannot be read."""

    def __init__(self, listing: Path, why: str) -> None:
        super().__init__(
            f"{listing} says where each company's books are, and cannot be read: {why}. Nothing was changed; the "
            f"books themselves are not in it. Put a copy of it back; or move it away, and make a workbook that joins "
            f"the books of each company (command `cogsheet new`): its other workbooks find them too then."
        )


def checked_company_name(typed: str) -> str:
    """Return a company's name as it is kept: composed, without blanks around it.

    Raises:
        CompanyNameError: If it is empty, holds no letter or digit, is too long, or holds what no cell can hold.
    """
    name = composed_name(typed)
    if why := why_no_name(name):
        raise CompanyNameError(shown_name(typed), why)
    return name


@dataclass(frozen=True, slots=True)
class BooksId:
    """What a workbook says about the books it shows."""

    company: str
    database_id: str


@dataclass(frozen=True, slots=True)
class MachineFolder:
    """The user's own folder for Cogsheet on this machine."""

    path: Path

    @property
    def listing(self) -> Path:
        """The file that says where each company's database is."""
        return self.path / "companies.json"

    @property
    def id(self) -> str:
        """Eight letters, drawn once, that tell this folder from those on other computers that use the same books."""
        path = self.path / _MACHINE
        if not path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            drawn = path.with_suffix(f".{token_hex(4)}")
            drawn.write_text(token_hex(4), encoding="utf-8")
            try:
                path.hardlink_to(drawn)  # whoever comes first has drawn it
            except FileExistsError:
                pass
            except OSError:  # a file system without hard links
                drawn.replace(path)
            finally:
                drawn.unlink(missing_ok=True)
        return path.read_text(encoding="utf-8")

    def database_of(self, company: str) -> str:
        """Return the address of a company's database: a path, or a PostgreSQL URL.

        Raises:
            CompanyUnknownError: If this machine has never heard of the company.
            ListingDamagedError: If what it knows cannot be read.
        """
        try:
            return str(self._addresses()[company])
        except KeyError:
            raise CompanyUnknownError(company, self.listing) from None

    def named_like(self, company: str) -> str | None:
        """Return the company that this machine knows under this name, whatever its capitals; `None` where none is."""
        wanted = _without_case(company)
        known = self._addresses()
        return company if company in known else next((one for one in known if _without_case(one) == wanted), None)

    def remember(self, company: str, address: str) -> None:
        """Note where a company's database is."""
        self._note({**self._addresses(), company: address})

    def forget(self, company: str) -> None:
        """Note nothing of a company any more."""
        self._note({name: address for name, address in self._addresses().items() if name != company})

    def _note(self, addresses: dict[str, str]) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(addresses, indent=2, ensure_ascii=False)
        unfinished = self.listing.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with open(unfinished, "x", encoding="utf-8", opener=only_for_its_user) as file:
            file.write(text + "\n")
        unfinished.replace(self.listing)

    def companies(self) -> dict[str, str]:
        """Return the address of each company's database that this machine knows, by company."""
        return {name: str(address) for name, address in sorted(self._addresses().items())}

    def default_database(self, company: str) -> str:
        """Return where a company's database is, or where it is made unless the user says otherwise.

        Companies whose names differ in one sign, as `A/B` and `A:B`, have a database each.
        """
        known = self._addresses().get(company)
        return known or str(self.path / file_name(company, ending=".sqlite"))

    def _addresses(self) -> dict[str, str]:
        try:
            content = json.loads(self.listing.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise ListingDamagedError(self.listing, error.strerror or "the system refuses") from error
        except (ValueError, RecursionError) as error:
            raise ListingDamagedError(self.listing, "it is no JSON") from error
        if not isinstance(content, dict) or not all(isinstance(address, str) for address in content.values()):
            raise ListingDamagedError(self.listing, "it is no list of companies with an address each")
        return content


def _without_case(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def only_for_its_user(path: str, flags: int) -> int:
    """Open a file as `open(opener=)` wants it: one that is made is nobody else's to read, whatever the umask."""
    return os.open(path, flags, 0o600)


def machine_folder() -> MachineFolder:
    """Return this user's folder; the environment variable COGSHEET_HOME puts it elsewhere."""
    home = os.environ.get("COGSHEET_HOME")
    return MachineFolder(Path(home) if home else Path(platformdirs.user_data_path("Cogsheet", appauthor=False)))


def database_address(books: BooksId, workbook: Path, machine: MachineFolder) -> str:
    """Return where the books are that a workbook shows.

    Raises:
        CompanyUnknownError: If this machine has never heard of the company.
    """
    if world_of(books.database_id) is World.DEMO:
        return str(workbook.parent / _DEMO_DATABASE)
    return machine.database_of(books.company)
