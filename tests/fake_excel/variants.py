"""Values on their way through COM: what pywin32 makes of Python's, and what it hands back (docs/facts/xlwings.md)."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from typing import Any

_CURRENCY_UNIT = Decimal("0.0001")


class TimeType(dt.datetime):
    """`pywintypes.TimeType`: a moment as COM gives it, in no zone but marked as UTC."""


class Currency(float):
    """A number that arrived as currency: Excel gives its cell a currency format."""


def to_excel(value: Any) -> Any:
    """Return what arrives in Excel: nested tuples of str, float, bool, datetime, `None`.

    Raises:
        TypeError: For what pywin32 cannot send.
    """
    if isinstance(value, list | tuple):
        return tuple(to_excel(item) for item in value)
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, Decimal):
        # VT_CY: cut, not rounded, to four decimals
        return Currency(value.quantize(_CURRENCY_UNIT, rounding=ROUND_DOWN))
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if hasattr(value, "__float__") and not isinstance(value, dt.date):
        return float(value)
    raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")


def from_excel(value: Any) -> Any:
    """Return what arrives in Python: numbers are floats, moments carry a zone, errors are numbers."""
    if isinstance(value, list | tuple):
        return tuple(from_excel(item) for item in value)
    if isinstance(value, dt.datetime):
        parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
        return TimeType(*parts, tzinfo=dt.UTC)
    return value


def scalar_or_rows(rows: Any) -> Any:
    """Return one value for one cell, else a tuple of rows."""
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else tuple(tuple(row) for row in rows)
