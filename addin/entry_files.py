"""The files that hand entries on: for an accounting system, or as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.report_files.journal_workbook import journal_workbook
from addin.written_files import write_file
from core.journal.files import Ledger, ledger_files, to_import

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from core.journal.entry import Entry


def write_entries(
    folder: Path, name: str, entries: Sequence[Entry], ledger: Ledger, *, company: str, now: datetime
) -> list[str]:
    """Write entries into files of a folder, and return their paths; without an entry to import there is none.

    Args:
        folder: Where; made if it is not there.
        name: The files' name without ending.
        entries: What to write.
        ledger: For which system.
        company: Whose they are.
        now: When.

    Raises:
        CogsheetError: If the system would not take them, or a file cannot be written.
    """
    if not to_import(entries):
        return []
    if ledger is Ledger.EXCEL:
        files = [(f"{name}.xlsx", journal_workbook(entries, company=company, now=now))]
    else:
        files = [(file.name, file.content.encode()) for file in ledger_files(entries, ledger, name)]
    for file, content in files:
        write_file(folder / file, content)
    return [str(folder / file) for file, _ in files]
