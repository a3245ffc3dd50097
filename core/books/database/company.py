"""Whose books these are: one company per database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from core.books.database import tables
from core.company_databases import World, world_of

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Company:
    """A company, and which database holds its books."""

    name: str
    home_currency: str
    """In which its inventory and costs are kept (`USD`)."""
    created_at: datetime
    id: str
    database_id: str
    """What a workbook remembers, to find its books again and no others."""

    @property
    def world(self) -> World:
        """Whose services answer for these books."""
        return world_of(self.database_id)


def new_company(name: str, home_currency: str, now: datetime) -> Company:
    """Return a company with fresh ids, for `Database.create`."""
    return Company(name, home_currency, now, str(uuid4()), str(uuid4()))


def write_company(connection: Connection, company: Company) -> None:
    """Put the company into its new, still empty database."""
    connection.execute(
        insert(tables.company).values(
            row=1,
            id=company.id,
            name=company.name,
            home_currency=company.home_currency,
            database_id=company.database_id,
            created_at=company.created_at,
        )
    )


def read_company(connection: Connection) -> Company | None:
    """Return the company whose books these are; `None` in a database that was never finished."""
    row = connection.execute(select(tables.company)).one_or_none()
    if row is None:
        return None
    return Company(row.name, row.home_currency, row.created_at, row.id, row.database_id)


_MOVED = " moved to "
"""Follows the id of a database whose books are kept elsewhere since, before the address."""


def retire(connection: Connection, company: Company, address: str) -> None:
    """Let a database be that of no workbook any more, once its books are kept elsewhere."""
    retired = f"{company.database_id}{_MOVED}{address}"
    connection.execute(update(tables.company).values(database_id=retired))


def moved_to(company: Company) -> str | None:
    """Return where the books are kept since a database was retired; `None` where it never was. Pure."""
    return company.database_id.partition(_MOVED)[2] or None
