"""Number formats: Excel's built-in ones, and what a format makes of a value."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

GENERAL = "General"
TEXT = "@"
BUILTIN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "$#,##0_);($#,##0)",
    6: "$#,##0_);[Red]($#,##0)",
    7: "$#,##0.00_);($#,##0.00)",
    8: "$#,##0.00_);[Red]($#,##0.00)",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: TEXT,
}
"""As Excel's NumberFormat says them in the United States; the file holds their numbers only."""
BUILTIN_IDS = {code: number for number, code in BUILTIN.items()}
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
_CURRENCY_SIGNS = "$€£¥₩₹₽₺₪฿₫₴₦¢"
_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_PASSIVE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]|AM/PM|A/P|General', re.IGNORECASE)
_QUOTED_SIGN = re.compile(rf'"\s*([{_CURRENCY_SIGNS}])\s*"|\\([{_CURRENCY_SIGNS}])')


class Meaning(StrEnum):
    """What a number format makes of a number when Excel hands it out."""

    GENERAL = "general"
    NUMBER = "number"
    DATE = "date"
    CURRENCY = "currency"
    TEXT = "text"


@lru_cache(maxsize=1000)
def meaning(code: str) -> Meaning:
    """Return what a format makes of a number: a date, a currency amount, a text or just a number."""
    if code == TEXT:
        return Meaning.TEXT
    if code.lower() == "general":
        return Meaning.GENERAL
    section = code.split(";", maxsplit=1)[0]
    currency = any(symbol for symbol in _LOCALE.findall(section)) or _QUOTED_SIGN.search(section) is not None
    active = _PASSIVE.sub("", section)
    if currency or any(sign in active for sign in _CURRENCY_SIGNS):
        return Meaning.CURRENCY
    return Meaning.DATE if re.search(r"[dmyhs]", active, re.IGNORECASE) else Meaning.NUMBER


def builtin_code(number: int) -> str:
    """Return the format of a built-in number; the East Asian dates count as plain dates."""
    return BUILTIN.get(number, BUILTIN[14] if number in _EAST_ASIAN_DATES else GENERAL)
