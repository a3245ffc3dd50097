"""New books for tests: those of each company are made once per run, and copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.books.database import Database
from core.books.database.company import new_company

if TYPE_CHECKING:
    from datetime import datetime

    from core.books.database.company import Company

_company = cache(new_company)


def new_books(path: Path, name: str, home_currency: str, now: datetime) -> Database:
    """Return new, empty books of a company that is the same for whoever asks with the same words."""
    return copy_of_new_books(path, _company(name, home_currency, now))


def copy_of_new_books(path: Path, company: Company) -> Database:
    """Return the new, empty books of a company, in a file that is not there yet.

    Raises:
        FileExistsError: If it is there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(_made(company))
    return Database.open(path, expect_id=company.database_id)


@cache
def _made(company: Company) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "books.sqlite"
        Database.create(path, company).close()
        return path.read_bytes()
