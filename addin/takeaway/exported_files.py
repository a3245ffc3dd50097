"""The files that hand entries on, for an accounting system or as a workbook; each is named by what its entries are."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from addin.takeaway.close_pack.close_blocks import entries_block
from addin.takeaway.look import Look
from addin.takeaway.page import Page
from core.books.entries.outbox import FileOfEntries
from core.journal.files import Ledger, ledger_files, to_import
from core.safe_file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.journal.entry import Entry

SHEET, FINALE_SHEET = "Journal", "Posted by Finale"
_FIRST_ROW = 3


def journal_workbook(entries: Sequence[Entry], *, company: str) -> bytes:
    """Write entries line by line, debits and credits checked live per currency.

    Args:
        entries: What was exported; what Finale posts itself stands on a sheet of its own, not to be entered.
        company: Whose they are.

    Returns:
        The file; the same entries make the same bytes whenever it is written, so that none is written twice.
    """
    target = BytesIO()
    workbook = Workbook(target, {"in_memory": True})
    days = sorted(entry.day for entry in entries)
    created = datetime.combine(days[-1], time())  # a moment of the entries: xlsxwriter would take that of today
    workbook.set_properties({"title": "Journal entries", "author": "Cogsheet", "created": created})
    look, whose = Look(workbook), f"{company} · {days[0]}{f' to {days[-1]}' if days[0] != days[-1] else ''}"
    ours = to_import(entries)
    page = Page(workbook, look, SHEET)
    page.title(
        "Journal entries", f"{whose} · enter each under its own number, once; the entry's key belongs in its memo"
    )
    entries_block(page, _FIRST_ROW, "Entries", ours, "tblEntries")
    page.print_setup(_FIRST_ROW + 1, footer=company)
    finale = [entry for entry in entries if entry not in ours]
    if finale:
        page = Page(workbook, look, FINALE_SHEET)
        page.title("Posted by Finale: do not enter", f"{whose} · shown so that the settlement's COGS can be seen whole")
        entries_block(page, _FIRST_ROW, "What Finale posts itself", finale, "tblFinale")
        page.print_setup(_FIRST_ROW + 1, footer=company)
    workbook.close()
    return target.getvalue()


def entry_files(entries: Sequence[Entry], ledger: Ledger, *, company: str, what: str = "") -> list[FileOfEntries]:
    """Return the files that hand entries on, as few as the system takes; none without an entry to import. Pure.

    Args:
        entries: What is handed on.
        ledger: For which system.
        company: Whose they are.
        what: What they are, in the files' name; their kinds if left out.

    Raises:
        CogsheetError: If the system would not take them.
    """
    ours = to_import(entries)
    if not ours:
        return []
    name = _name(ours, ledger, company, what)
    if ledger is Ledger.EXCEL:
        keys = tuple(str(entry.key) for entry in ours)
        return [FileOfEntries(f"{name}.xlsx", journal_workbook(entries, company=company), keys)]
    return [
        FileOfEntries(file.name, file.content.encode(), tuple(str(entry.key) for entry in file.entries))
        for file in ledger_files(entries, ledger, name)
    ]


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
