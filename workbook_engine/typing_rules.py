"""What Excel makes of a text that arrives in a cell which is not formatted as text: it is as good as typed in.

`00123` becomes 123, `1/2/2026` a date, `12%` becomes 0.12. The rules are those of Excel in English (United
States), the locale in which macros and COM hand over values.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine.cell_values import ERROR_CODES

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTHS = {name.lower(): number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTHS |= {name[:3]: number for name, number in list(_MONTHS.items())}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?\s?(?P<dollar>\$)?\s?(?P<sign2>[+-])?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d*)(?P<fraction>\.\d*)?(?P<exponent>[eE][+-]?\d{1,3})?\s?(?P<percent>%)?(?P<close>\))?",
    re.ASCII,
)
_DATE = re.compile(
    rf"""
    (?:(?P<y1>\d{{4}})[-/](?P<m1>\d{{1,2}})[-/](?P<d1>\d{{1,2}})
      |(?P<m2>\d{{1,2}})[-/](?P<d2>\d{{1,2}})(?:[-/](?P<y2>\d{{4}}|\d{{2}}))?
      |(?P<d3>\d{{1,2}})[-\s/](?P<m3>{_MONTH})\.?(?:[-,\s/]+(?P<y3>\d{{4}}|\d{{2}}))?
      |(?P<m4>{_MONTH})\.?[-\s/](?P<d4>\d{{1,2}}),?\s+(?P<y4>\d{{4}})
      |(?P<m5>{_MONTH})\.?[-\s/](?P<y5>\d{{1,4}})
    )(?:\s+(?P<time>\d.*))?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?\s*(am|pm|a|p)?", re.IGNORECASE | re.ASCII)
_HOUR = re.compile(r"(\d{1,2})\s+(am|pm|a|p)", re.IGNORECASE | re.ASCII)
_FRACTION = re.compile(r"(-?\d+) (\d{1,3})/(\d{1,3})", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z_][^0-9:/]*")
_LONGEST = 40
_CENTURY_TURN = 30
_FIRST_YEAR = 1900
_NOON = 12
_DAY_MINUTES = 24


class TypedValue(NamedTuple):
    """A value recognised in a text, and the number format Excel gives to a General cell with it."""

    value: float | bool | dt.datetime | str
    number_format: str | None = None


def as_typed(text: str, today: Callable[[], dt.date] = dt.date.today) -> TypedValue | None:
    """Return what Excel recognises in a text; `None` when it stays text.

    Args:
        text: Without a leading apostrophe or equal sign, which the caller handles.
        today: Gives the year of a date that names none.
    """
    stripped = text.strip(" ")
    if not stripped or len(stripped) > _LONGEST:
        return None
    upper = stripped.upper()
    if upper in {"TRUE", "FALSE"}:
        return TypedValue(upper == "TRUE")
    if upper in ERROR_CODES:
        return TypedValue(upper)
    if _PLAIN.fullmatch(stripped):
        return None
    return _number(stripped) or _date(stripped, today) or _time(stripped) or _fraction(stripped)


def _number(text: str) -> TypedValue | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not re.search(r"\d", (match["whole"] or "") + (match["fraction"] or "")):
        return None
    if bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["sign2"]):
        return None
    if match["open"] and (match["sign"] or match["sign2"]):
        return None
    digits = (match["whole"] or "0").replace(",", "") + (match["fraction"] or "") + (match["exponent"] or "")
    value = Decimal(digits)
    if match["percent"]:
        value /= 100
    if match["open"] or "-" in (match["sign"], match["sign2"]):
        value = -value
    number = float(value)
    return TypedValue(number, _number_format(match)) if math.isfinite(number) else None


def _number_format(match: re.Match[str]) -> str | None:
    decimals = len((match["fraction"] or "").rstrip()) > 1
    if match["dollar"]:
        return "$#,##0.00_);[Red]($#,##0.00)" if decimals else "$#,##0_);[Red]($#,##0)"
    if match["percent"]:
        return "0.00%" if decimals else "0%"
    if match["exponent"]:
        return "0.00E+00"
    if "," in match["whole"]:
        return "#,##0.00" if decimals else "#,##0"
    return None


def _date(text: str, today: Callable[[], dt.date]) -> TypedValue | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    group = next(number for number in "12345" if match[f"m{number}"])
    day = int(match[f"d{group}"]) if group != "5" else 1
    month_text = match[f"m{group}"].lower()
    month = _MONTHS.get(month_text) or int(month_text)
    year_text = match[f"y{group}"]
    code = "m/d/yyyy"
    if group == "5" and len(year_text) < 3:  # noqa: PLR2004 - "Jan-26" is a month, "Jan-5" a day
        return _month_and_number(month, int(year_text), today)
    if group in "35":
        code = "d-mmm-yy" if group == "3" and year_text else "d-mmm" if group == "3" else "mmm-yy"
    elif group == "4":
        code = "d-mmm-yy"
    elif year_text is None:
        code = "d-mmm"
    return _moment(_year(year_text, today), month, day, match["time"], code)


def _month_and_number(month: int, number: int, today: Callable[[], dt.date]) -> TypedValue | None:
    try:
        return TypedValue(dt.datetime(today().year, month, number), "d-mmm")  # noqa: DTZ001 - cells know no zones
    except ValueError:
        return _moment(_century(number), month, 1, None, "mmm-yy")


def _year(text: str | None, today: Callable[[], dt.date]) -> int:
    if text is None:
        return today().year
    return _century(int(text)) if len(text) <= 2 else int(text)  # noqa: PLR2004


def _century(year: int) -> int:
    return year + (2000 if year < _CENTURY_TURN else 1900)


def _moment(year: int, month: int, day: int, time: str | None, code: str) -> TypedValue | None:
    fraction = _day_fraction(time) if time else 0.0
    if fraction is None or year < _FIRST_YEAR:
        return None
    try:
        moment = dt.datetime(year, month, day) + dt.timedelta(days=fraction)  # noqa: DTZ001 - cells know no zones
    except ValueError:
        return None
    return TypedValue(moment, "m/d/yyyy h:mm" if time else code)


def _time(text: str) -> TypedValue | None:
    fraction = _day_fraction(text)
    if fraction is None:
        return None
    seconds = text.count(":") > 1
    if text[-1:].lower() in "mp":
        return TypedValue(fraction, "h:mm:ss AM/PM" if seconds else "h:mm AM/PM")
    return TypedValue(fraction, "h:mm:ss" if seconds else "h:mm")


def _day_fraction(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    hour = _HOUR.fullmatch(text)
    if match is None and hour is None:
        return None
    hours, half = (int(match[1]), match[4]) if match else (int(hour[1]) if hour else 0, hour[2] if hour else None)
    minutes = int(match[2]) if match else 0
    seconds = float(match[3] or 0) if match else 0.0
    if half:
        if not 0 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half.lower().startswith("p") else 0)
    if minutes > 59 or seconds >= 60 or hours >= _DAY_MINUTES:  # noqa: PLR2004 - a clock
        return None
    return (hours * 3600 + minutes * 60 + seconds) / 86400


def _fraction(text: str) -> TypedValue | None:
    match = _FRACTION.fullmatch(text)
    if match is None or int(match[3]) == 0:
        return None
    whole = int(match[1])
    part = int(match[2]) / int(match[3])
    return TypedValue(whole - part if text.startswith("-") else whole + part, "# ?/?")
