"""Group Setup: what is as it must be, and how to mend what is not."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.finale import inventory
from addin.outcome import Outcome
from addin.program import program_version
from addin.words import counted
from core.errors import CogsheetError
from core.settlements import books as all_books

if TYPE_CHECKING:
    from addin.desk import Desk
    from core.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    words: str
    """How it stands, or how to mend it."""


def doctor(desk: Desk, *, credentials: Credentials | None = None) -> Outcome:
    """Look at program, workbook, books and Finale account; the workbook's tables were looked at when it was opened.

    Raises:
        CogsheetError: If the books cannot be read at all.
    """
    findings = [_program(), _workbook(desk), _books(desk), *_finale(desk, credentials)]
    return Outcome(
        "\n".join(f"{'ok  ' if one.ok else 'look'}  {one.what}: {one.words}" for one in findings),
        needs_attention=not all(one.ok for one in findings),
        data={"findings": [{"what": one.what, "ok": one.ok, "words": one.words} for one in findings]},
    )


def _program() -> Finding:
    name = program_version() or "from its source"
    return Finding("Cogsheet", ok=True, words=f"{name}, on Python {platform.python_version()}, {sys.platform}")


def _workbook(desk: Desk) -> Finding:
    return Finding("Workbook", ok=True, words=f"{desk.path} has every table and column that it needs.")


def _books(desk: Desk) -> Finding:
    books = all_books.load(desk.database)
    last = f"last sync {books.last_sync:%Y-%m-%d %H:%M} UTC" if books.last_sync else "never synced"
    held = f"{counted(len(books.settlements), 'settlement')}, {counted(len(books.lines), 'transaction')}, {last}"
    return Finding("Books", ok=True, words=f"{books.company.name} at {desk.database.location}: {held}")


def _finale(desk: Desk, credentials: Credentials | None) -> list[Finding]:
    """Ask the account for as little as shows that it answers; what it does not offer is worth a look."""
    try:
        with inventory(desk, credentials) as system:
            check = system.check()
    except CogsheetError as error:
        return [Finding("Finale Inventory", ok=False, words=str(error))]
    answers = Finding("Finale Inventory", ok=True, words=f"account {check.account} answers: {check.mode}")
    return [answers, *(Finding("Finale Inventory", ok=False, words=remark) for remark in check.remarks)]
