"""The names by which VBA knows the sheets, whatever a user calls their tabs."""

from __future__ import annotations

import re

from addin.sheets import exchange
from workbooks.template.hidden_sheets import CONFIGURATION_SHEET

_OWN = {CONFIGURATION_SHEET: "SheetConfiguration", exchange.SHEET: "SheetExchange"}


def code_name(sheet: str) -> str:
    """Return the code name of a sheet: `SheetCogsTemplate` for `COGS template`."""
    words = re.findall(r"[A-Za-z0-9]+", sheet)
    return _OWN.get(sheet) or "Sheet" + "".join(word.capitalize() for word in words)
