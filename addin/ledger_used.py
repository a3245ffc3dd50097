"""For which accounting system the last export was made: what comes after it (true-ups, reversals) goes there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.database import settings
from core.journal.files import Ledger

if TYPE_CHECKING:
    from datetime import datetime

    from core.database import Database

_NAME = "ledger"


def ledger_used(database: Database) -> Ledger:
    """Return the accounting system of the last export; QuickBooks before the first."""
    with database.reading() as connection:
        return settings.get(connection, _NAME, Ledger, Ledger.QUICKBOOKS)


def remember(database: Database, ledger: Ledger, *, who: str, now: datetime) -> None:
    """Keep which accounting system an export was made for."""
    with database.writing() as connection:
        settings.put(connection, _NAME, ledger, who=who, now=now)
