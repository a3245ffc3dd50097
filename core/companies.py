"""Which database holds the books of a company on this machine.

A workbook names its company and database id and nothing else; where the database lies is this machine's business and
is kept in one small file in the user's folder. The demo's database lies beside its workbook.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_hex

import platformdirs

from core.errors import DatabaseError
from core.file_names import file_name

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
            f"This workbook belongs to company “{company}”, and this machine does not know where its books are: "
            f"{listing} does not list it. Nothing was changed. Ask the colleague who made the workbook for the "
            f"database's address and make a workbook for the company there (command `cogsheet new`): this one finds "
            f"its books too then. Or use the computer it was made on."
        )


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
        """
        try:
            return str(self._addresses()[company])
        except KeyError:
            raise CompanyUnknownError(company, self.listing) from None

    def remember(self, company: str, address: str) -> None:
        """Note where a company's database is."""
        self.path.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**self._addresses(), company: address}, indent=2, ensure_ascii=False)
        unfinished = self.listing.with_suffix(".new")
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.replace(self.listing)

    def default_database(self, company: str) -> str:
        """Return where a company's database is, or where it is made unless the user says otherwise.

        Companies whose names differ in one sign, as `A/B` and `A:B`, have a database each.
        """
        known = self._addresses().get(company)
        return known or str(self.path / file_name(company, ending=".sqlite"))

    def _addresses(self) -> dict[str, str]:
        if not self.listing.exists():
            return {}
        content: dict[str, str] = json.loads(self.listing.read_text(encoding="utf-8"))
        return content


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
