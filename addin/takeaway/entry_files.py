"""The files that hand entries on, for an accounting system or as a workbook; each is named by what its entries are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.takeaway.journal_workbook import journal_workbook
from addin.takeaway.written_files import write_next
from core.file_names import file_name
from core.journal.files import Ledger, ledger_files, to_import

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from core.journal.entry import Entry


def write_entries(
    folder: Path, entries: Sequence[Entry], ledger: Ledger, *, company: str, now: datetime, what: str = ""
) -> list[str]:
    """Write entries into files of a folder, and return their paths; without an entry to import there is none.

    A file that says the same already is left; one of that name that says something else is left too, and the next name
    is taken.

    Args:
        folder: Where; made if it is not there.
        entries: What to write.
        ledger: For which system.
        company: Whose they are.
        now: When.
        what: What they are, in the files' name; their kinds if left out.

    Raises:
        CogsheetError: If the system would not take them, or a file cannot be written.
    """
    if not to_import(entries):
        return []
    name = _name(to_import(entries), ledger, company, what)
    if ledger is Ledger.EXCEL:
        files = [(f"{name}.xlsx", journal_workbook(entries, company=company, now=now))]
    else:
        files = [(file.name, file.content.encode()) for file in ledger_files(entries, ledger, name)]
    return [str(write_next(folder / file, content)) for file, content in files]


def accrual_name(month: str) -> str:
    """Return what the entries of a month's accrual are called in their files' names."""
    return f"accrual {month}"


def _name(entries: Sequence[Entry], ledger: Ledger, company: str, what: str) -> str:
    """Name files by system, company, store, settlement, entry and revision; what entries do not share is left out."""
    keys = [entry.key for entry in entries]
    stores, ids = ({key.store for key in keys}, {key.settlement_id for key in keys})
    kinds = {f"{key.kind}{key.suffix}" for key in keys}
    revisions = {key.revision for key in keys}
    one_settlement = len(stores) == len(ids) == 1
    return file_name(
        str(ledger),
        company,
        min(stores) if len(stores) == 1 else "",
        min(ids) if one_settlement and not what else "",
        what or " ".join(sorted(kinds)),
        " ".join(f"r{revision}" for revision in sorted(revisions)),
    )
