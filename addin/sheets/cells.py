"""From values to cells and back: the last step before Excel and the first after it.

Floats exist only here. Excel gives numbers back as floats, and cuts a number in a currency-formatted cell to four
decimals unless it is read through `Value2`, which only Excel for Windows has (xlwings.md, traps): hence `plain_values`.
It and `is_protected` are the only places that look behind xlwings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pandas as pd

from addin.sheets.columns import Kind
from core.money import at_line_places

if TYPE_CHECKING:
    import xlwings as xw

_ERROR_VALUES = range(-2_146_826_300, -2_146_826_200)
"""How a cell with an error reads behind xlwings: all other numbers are floats there."""

_NOT_THERE = object()

CellValue = str | float | int | bool | datetime | date | None


@dataclass(frozen=True, slots=True)
class NotANumber:
    """What a cell holds where a number was wanted."""

    text: str


def to_cell(value: object, kind: Kind) -> CellValue:
    """Turn a value of ours into what may be written to a cell of that kind; missing is an empty cell."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return moment.to_pydatetime() if isinstance(moment, pd.Timestamp) else moment
    if kind in (Kind.TEXT, Kind.FLAG):
        return str(value)
    return value if isinstance(value, str | float | int | date) else str(value)


def to_text(value: object) -> str | None:
    """Read a cell that holds an id or a word; a number that Excel made of it is given back without `.0`."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def to_decimal(value: object) -> Decimal | NotANumber | None:
    """Read a number at six places; blank is `None`, and what is no number is handed back as it stands."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return NotANumber(str(value))
    if isinstance(value, int) and value in _ERROR_VALUES:
        return NotANumber("an error, as #N/A is")
    try:
        number = Decimal(str(value).strip())  # the shortest text of a float is the number that was typed
    except InvalidOperation:
        return NotANumber(str(value))
    return at_line_places(number) if number.is_finite() else NotANumber(str(value))


def to_whole(value: object) -> int | NotANumber | None:
    """Read a whole number; blank is `None`, and what is none is handed back as it stands."""
    number = to_decimal(value)
    if isinstance(number, Decimal):
        return int(number) if number == int(number) else NotANumber(str(value))
    return number


def plain_values(cells: xw.Range) -> list[list[object]]:
    """Read cells as rows of plain values, numbers in full precision whatever their format."""
    raw = getattr(cells.api, "Value2", _NOT_THERE)
    if raw is _NOT_THERE:  # on the Mac
        raw = cells.raw_value
    if not isinstance(raw, list | tuple):
        return [[raw]]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in raw]


def is_protected(sheet: xw.Sheet) -> bool:
    """Tell whether Excel would refuse to write to a sheet, where it can be asked: the engine for files just refuses."""
    native = sheet.api
    return hasattr(native, "ProtectContents") and bool(native.ProtectContents) and not native.ProtectionMode
