"""Entries as a plain workbook: for a person who types them, or for an accounting system that imports Excel."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from addin.takeaway.close_blocks import entries_block
from addin.takeaway.look import Look
from addin.takeaway.page import Page
from core.journal.files import to_import

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.journal.entry import Entry

SHEET, FINALE_SHEET = "Journal", "Posted by Finale"
_FIRST_ROW = 3


def journal_workbook(entries: Sequence[Entry], *, company: str, now: datetime) -> bytes:
    """Write entries line by line, debits and credits checked live per currency.

    Args:
        entries: What was exported; what Finale posts itself stands on a sheet of its own, not to be entered.
        company: Whose they are.
        now: The moment that the file says it was made; the same entries and moment make the same bytes.
    """
    target = BytesIO()
    workbook = Workbook(target, {"in_memory": True})
    workbook.set_properties({"title": "Journal entries", "author": "Cogsheet", "created": now.replace(tzinfo=None)})
    look, made = Look(workbook), f"{company} · made {now:%Y-%m-%d %H:%M} UTC"
    ours = to_import(entries)
    page = Page(workbook, look, SHEET)
    page.title(
        "Journal entries", f"{made} · enter each under its own number, once; the entry's key belongs in its memo"
    )
    entries_block(page, _FIRST_ROW, "Entries", ours, "tblEntries")
    page.print_setup(_FIRST_ROW + 1, footer=company)
    finale = [entry for entry in entries if entry not in ours]
    if finale:
        page = Page(workbook, look, FINALE_SHEET)
        page.title("Posted by Finale: do not enter", f"{made} · shown so that the settlement's COGS can be seen whole")
        entries_block(page, _FIRST_ROW, "What Finale posts itself", finale, "tblFinale")
        page.print_setup(_FIRST_ROW + 1, footer=company)
    workbook.close()
    return target.getvalue()
