"""What only the sheet Setup has: the first steps, above the table of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbooks.template.look import ACCENT, INK, QUIET

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from workbooks.template.look import Look

FIRST_STEPS = (
    (
        "Connect",
        "Tab Cogsheet, button Connect: give the Finale account and the stores. Keys stay in this computer's vault.",
    ),
    ("Import", "Import settlement… and choose the files your marketplace offers; or Pull settlements."),
    ("Sync", "Sync with Finale Inventory fetches the cost of every order in the selected settlements."),
    ("Resolve", "Where the status says Item missing cost: type the cost, or keep a prefilled one, then Save costs."),
    ("Report", "COGS tab, P&L and Export work on the rows selected on sheet Settlements."),
)
"""Word and sentence of each step, in order."""

_FIRST_ROW = 3
"""Zero-based row of the heading of the steps."""


def add_first_steps(worksheet: Worksheet, look: Look) -> None:
    """Write the short how-to between the message line and the table of settings."""
    worksheet.write_string(_FIRST_ROW, 0, "First steps", look.format(bold=True, font_color=INK))
    word = look.format(font_color=ACCENT, bold=True, align="left", indent=1)
    sentence = look.format(font_color=QUIET, align="left")
    for number, (name, text) in enumerate(FIRST_STEPS, start=1):
        worksheet.write_string(_FIRST_ROW + number, 0, f"{number}  {name}", word)
        worksheet.write_string(_FIRST_ROW + number, 1, text, sentence)
