"""What only the sheet P&L has: above its table, the cells that say what it is to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.pnl import ALL, ASK_LABELS, ASK_ROW, NO, YES
from core.reports.basis import Basis
from workbooks.template.look import ACCENT_TINT, INK, QUIET

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from workbooks.template.look import Look

_ANSWERS = (str(Basis.POSTED), "", "", ALL, NO, NO)
_CHOICES = {"Counted by": [str(one) for one in Basis], "By month": [NO, YES], "Stores together": [NO, YES]}
_MEANINGS = (
    "the date that counts: posted, ordered or shipped; only the posted date ties to the settlements",
    "first day, such as 2026-08-01; empty is from the beginning",
    "last day; empty is to the end",
    f"{ALL}, or the names of stores with commas between",
    f"{YES}: one row per month",
    f"{YES}: one row per item for all stores",
)


def add_questions(worksheet: Worksheet, look: Look) -> None:
    """Write the questions with the answers they begin with; button P&L reads them."""
    answer = look.format(num_format="@", bg_color=ACCENT_TINT, font_color=INK, align="left", valign="vcenter")
    meaning = look.format(font_color=QUIET, align="left", valign="vcenter", indent=1)
    rows = zip(ASK_LABELS, _ANSWERS, _MEANINGS, strict=True)
    for row, (label, text, explained) in enumerate(rows, start=ASK_ROW - 1):
        worksheet.write_string(row, 0, label, look.label())
        worksheet.write_string(row, 1, text, answer) if text else worksheet.write_blank(row, 1, None, answer)
        worksheet.write_string(row, 2, explained, meaning)
        if label in _CHOICES:
            worksheet.data_validation(row, 1, row, 1, {"validate": "list", "source": _CHOICES[label]})
