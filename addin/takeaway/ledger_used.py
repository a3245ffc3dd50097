"""For which accounting system entries are written: asked at the first export, kept as a policy on sheet Setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.costed_lines.due_lines import ACCOUNTING_SYSTEM
from core.books.database.repeating import repeated
from core.books.database.state import note_statements
from core.books.settings import stored_settings
from core.errors import CogsheetError
from core.journal.files import Ledger
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from datetime import datetime

    from core.books.database import Database

_OLD_NAME = "ledger"
"""Under which name books kept it before it was a policy."""


class LedgerNotChosenError(CogsheetError):
    """Nobody has said yet which accounting system the entries are for."""

    def __init__(self) -> None:
        super().__init__(
            f"For which accounting system are the entries? Nobody has said yet, so nothing was exported. Choose "
            f"Accounting system on sheet Setup ({', '.join(Ledger)}; the last is a plain workbook), and export again."
        )


def ledger_used(database: Database) -> Ledger | None:
    """Return the accounting system of the last export, or the one chosen on sheet Setup; `None` before either."""
    with database.reading() as connection:
        chosen = stored_settings.get(connection, POLICIES_NAME, Policies, Policies()).accounting_system
        if chosen or not stored_settings.versions(connection, _OLD_NAME, Ledger):
            return chosen
        return stored_settings.get(connection, _OLD_NAME, Ledger, Ledger.QUICKBOOKS)


def ledger_for(database: Database, choice: Ledger | None) -> Ledger:
    """Return the accounting system that entries are written for.

    Args:
        database: The books.
        choice: What was asked for just now; the remembered one if left out.

    Raises:
        LedgerNotChosenError: If nobody has said.
    """
    chosen = choice or ledger_used(database)
    if chosen is None:
        raise LedgerNotChosenError
    return chosen


@repeated
def remember(database: Database, ledger: Ledger, *, who: str, now: datetime) -> None:
    """Keep which accounting system an export was made for."""
    with database.writing() as connection:
        known = stored_settings.get(connection, POLICIES_NAME, Policies, Policies())
        changed = known.model_copy(update={"accounting_system": ledger})
        stored_settings.put(connection, POLICIES_NAME, changed, who=who, now=now)
        note_statements(connection, {ACCOUNTING_SYSTEM: [ledger]})
