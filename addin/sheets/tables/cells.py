"""From values to cells and back: the last step before Excel and the first after it.

Floats exist only here. Excel gives numbers back as floats, and cuts a number in a currency-formatted cell to four
decimals unless it is read through `Value2`, which only Excel for Windows has (docs/facts/xlwings.md, Traps): hence
`addin.sheets.tables.native_cells.plain_values`.

What somebody typed is read by `typed_values` and `read_cell`: what a column wants is declared (`Column.kind`), and what
a cell holds beside it is refused by name, never turned into a number. `#N/A` arrives as -2146826246, `5/1` as the days
since 1900, and `45 %` as 0.45: each would be a fine cost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from addin.sheets.tables.native_cells import in_rows, plain_values
from addin.sheets.tables.sheet_specs import Kind
from addin.sheets.tables.typed_numbers import NotANumber, by_another_mark, exact_number
from core.errors import briefly
from core.money import at_line_places
from core.settings import DecimalMark
from workbook_engine.cell_values import ERROR_TEXTS

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.tables.sheet_specs import Column

_ERROR_VALUES = range(-2_146_826_300, -2_146_826_200)
"""How a cell with an error reads behind xlwings: all other numbers are floats there."""

_NO_ACTIVE_SIGN = re.compile(r'"[^"]*"|\\.|[_*].')
"""What stands in a number format without meaning: quoted text, escaped characters, padding."""
_EXPONENT = re.compile(r"[Ee][+-]")
_FIRST_DAY = date(1899, 12, 30)
"""The day of a cell that holds a time alone."""

_LONGEST_TEXT = 32_767
"""What Excel lets into a cell."""

CellValue = str | float | int | bool | datetime | date | None


@dataclass(frozen=True, slots=True)
class Percentage:
    """A number that its cell shows as a percentage: 0.45 as 45 %."""

    value: float

    def __str__(self) -> str:
        """Return it as the cell shows it."""
        return f"{(Decimal(str(self.value)) * 100).normalize():f} %"


@dataclass(frozen=True, slots=True)
class Scientific:
    """A number that its cell shows in scientific notation: 1000 as 1E+03."""

    value: float

    def __str__(self) -> str:
        """Return it as the cell shows it."""
        return f"{Decimal(str(self.value)).normalize():E}"


@dataclass(frozen=True, slots=True)
class CellRefusal:
    """Why a cell that somebody typed is not taken, and how to write it."""

    holds: str
    """What it holds, as a clause: `holds the error #N/A`."""
    advice: str
    """How to write what was meant, as a sentence."""

    def __str__(self) -> str:
        """Return both; the cell is named before them."""
        return f"{self.holds}: {self.advice}"


def to_cell(value: object, kind: Kind) -> CellValue:
    """Turn a value of ours into what may be written to a cell of that kind; missing is an empty cell.

    An error that was read from a cell goes back as its text, of which Excel makes the error again.
    """
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return moment.to_pydatetime() if isinstance(moment, pd.Timestamp) else moment
    if (error := error_text(value)) is not None:
        return error
    if isinstance(value, str) or kind in (Kind.TEXT, Kind.FLAG):
        return shown_text(str(value))
    return value if isinstance(value, str | float | int | date) else str(value)


def shown_text(text: str) -> str:
    """Return a text as a cell can hold it: one that is longer ends in `…`, so that no text keeps a sheet from showing.

    Examples:
        >>> len(shown_text("x" * 40_000)), shown_text("MUG")
        (32767, 'MUG')
    """
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def error_text(value: object) -> str | None:
    """Return the error that a cell holds, as Excel shows it; nothing where it holds none.

    Examples:
        >>> error_text(-2146826246), error_text(4.17)
        ('#N/A', None)
    """
    if isinstance(value, str):
        text = value.strip().upper()
        return text if text in ERROR_TEXTS.values() else None
    if isinstance(value, int) and not isinstance(value, bool) and value in _ERROR_VALUES:
        return ERROR_TEXTS.get(value, "#ERROR!")
    return None


def to_text(value: object) -> str | None:
    """Read a cell that holds an id or a word; a number that Excel made of it is given back without `.0`."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return error_text(value) or str(value)


def plain_text(value: object) -> str:
    """Return what stands in a cell as text, without blanks around it; a flag as `yes` or nothing."""
    if isinstance(value, bool):
        return "yes" if value else ""
    return (to_text(value) or "").strip()


def to_decimal(value: object) -> Decimal | NotANumber | None:
    """Read a number at six places, as typed; blank is `None`, and what is not a number comes back as it is."""
    number = _exact(value, None)
    return at_line_places(number) if isinstance(number, Decimal) else number


def _exact(value: object, mark: DecimalMark | None) -> Decimal | NotANumber | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    error = error_text(value)
    if error or isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return NotANumber(error or str(value))
    return exact_number(value, mark)


def to_whole(value: object) -> int | NotANumber | None:
    """Read a whole number; blank is `None`, and what is none is handed back as it stands."""
    number = to_decimal(value)
    if isinstance(number, Decimal):
        return int(number) if number == int(number) else NotANumber(str(value))
    return number


def typed_values(cells: xw.Range) -> list[object]:
    """Read the cells of one column as their user sees them: a `datetime`, 45 % as `Percentage`, 1E+03 as `Scientific`.

    Excel is asked for formats only where there are numbers, and once where all cells have the same.
    """
    plain = [row[0] for row in plain_values(cells)]
    if not any(isinstance(value, float | int) and not isinstance(value, bool) for value in plain):
        return plain
    shown = [row[0] for row in in_rows(cells.raw_value)]
    return [_seen(*each) for each in zip(plain, shown, _number_formats(cells, len(plain)), strict=True)]


def _seen(plain: object, shown: object, number_format: str) -> object:
    if isinstance(shown, datetime):
        return datetime.combine(shown.date(), shown.time())
    if isinstance(plain, float):
        signs = _NO_ACTIVE_SIGN.sub("", number_format)
        if "%" in signs:
            return Percentage(plain)
        if _EXPONENT.search(signs):
            return Scientific(plain)
    return plain


def in_scientific_notation(value: object) -> str | None:
    """Return a number as it was typed, if that was in scientific notation (`1e3`); nothing where it was not.

    Excel makes such a number of a code like 1E3 too, and of a cost it is hardly ever meant.

    Args:
        value: As `typed_values` gave it.
    """
    if isinstance(value, str):
        text = value.strip()
        return text if "e" in text.lower() and not isinstance(_exact(text, None), NotANumber) else None
    return str(value) if isinstance(value, Scientific) else None


def _number_formats(cells: xw.Range, count: int) -> list[str]:
    """Return the number format of each cell of a column; Excel says none for cells that differ, which are halved."""
    code = cells.number_format
    if isinstance(code, str) or count == 1:
        return [str(code or "")] * count
    half = count // 2
    return [
        *_number_formats(cells[:half, 0], half),
        *_number_formats(cells[half:, 0], count - half),
    ]


def read_cell(
    value: object, column: Column, mark: DecimalMark | None = None
) -> Decimal | int | bool | str | CellRefusal | None:
    """Read what somebody typed into a cell of a column; blank is `None`, and what the column does not want is refused.

    Args:
        value: As `typed_values` gave it.
        column: What is wanted: its kind, its choices, and whether it takes dates.
        mark: The company's decimal mark, of numbers typed as text.

    Returns:
        A `Decimal` for amounts (six places; a rate with all its digits), a whole number, a flag, else a text; a date
        where dates are taken is the text 2026-08-31.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if (error := error_text(value)) is not None:
        return CellRefusal(f"holds the error {error}", _advice_on_error(column))
    if isinstance(value, datetime):
        return _read_moment(value, column)
    if isinstance(value, Percentage):
        return CellRefusal(f"holds a percentage, {briefly(value)}", _advice_on_format(column))
    if (typed := in_scientific_notation(value)) is not None and _is_odd_notation(value, column):
        advice = _advice_on_format(column) if isinstance(value, Scientific) else _advice(column)
        return CellRefusal(f"holds a number in scientific notation, {briefly(typed)}", advice)
    value = value.value if isinstance(value, Scientific) else value
    return _READERS.get(column.kind, _read_text)(value, column, mark)


def _read_moment(value: datetime, column: Column) -> str | CellRefusal:
    if value.date() == _FIRST_DAY:
        return CellRefusal(f"holds a time, {value:%H:%M}", _advice_on_format(column))
    if not column.takes_dates:
        return CellRefusal(f"holds a date, {value:%Y-%m-%d}", _advice_on_format(column))
    if value.time() != time():
        return CellRefusal(f"holds a date with a time, {value:%Y-%m-%d %H:%M}", _advice(column))
    return f"{value:%Y-%m-%d}"


def _read_amount(value: object, column: Column, mark: DecimalMark | None) -> Decimal | CellRefusal | None:
    number = _exact(value, mark)
    if isinstance(number, NotANumber):
        return CellRefusal(_not_a_number(value), f"{_advice(column, mark)}{by_another_mark(value, mark)}")
    if number is not None and abs(number) > (most := _LARGEST.get(column.kind, _LARGEST_AMOUNT)):
        return CellRefusal(f"holds {briefly(f'{number.normalize():,f}')}, which is more than {most:,}", _advice(column))
    return number if number is None or column.kind is Kind.RATE else at_line_places(number)


def _read_whole(value: object, column: Column, mark: DecimalMark | None) -> int | CellRefusal | None:
    number = _read_amount(value, column, mark)
    if isinstance(number, Decimal):
        whole = number == int(number)
        return int(number) if whole else CellRefusal(f"holds {briefly(f'{number.normalize():f}')}", _advice(column))
    return number


def _not_a_number(value: object) -> str:
    if isinstance(value, bool):
        return f"holds {str(value).upper()}"
    text = briefly(str(value).strip())
    return f"holds a percentage, {text}" if text.endswith("%") else f"holds “{text}”, which is not a number"


_PLAIN_NUMBERS = frozenset({Kind.WHOLE, Kind.MONEY, Kind.UNIT_COST})
"""Kinds that nobody writes in scientific notation."""


def _is_odd_notation(value: object, column: Column) -> bool:
    """Tell whether scientific notation is hardly meant: a rate may well be 3.93E-05, and nobody writes 1e2 for 100."""
    number = _exact(value.value if isinstance(value, Scientific) else value, None)
    is_large = isinstance(number, Decimal) and abs(number) >= 1
    return column.kind in _PLAIN_NUMBERS or (column.kind is Kind.RATE and is_large)


_FLAGS = {"yes": True, "true": True, "1": True, "x": True, "no": False, "false": False, "0": False}


def _read_flag(value: object, column: Column, mark: DecimalMark | None) -> bool | CellRefusal:
    del mark
    word = (to_text(value) or "").strip().lower()
    return _FLAGS[word] if word in _FLAGS else CellRefusal(f"holds “{briefly(word)}”", _advice(column))


def _read_text(value: object, column: Column, mark: DecimalMark | None) -> str | CellRefusal:
    del mark
    if isinstance(value, bool):
        if "yes" in column.choices:
            return "yes" if value else "no"
        return CellRefusal(f"holds {str(value).upper()}", _advice(column))
    return to_text(value) or ""


_SERIALS = range(36_526, 55_153)
"""The years 2000 to 2050 as Excel counts days."""


def serial_day(number: Decimal | None) -> date | None:
    """Return the day that Excel keeps as a number, of this half century; nothing where it is no such number.

    Examples:
        >>> serial_day(Decimal(46143)), serial_day(Decimal("9.93"))
        (datetime.date(2026, 5, 1), None)
    """
    if number is None or number != int(number) or int(number) not in _SERIALS:
        return None
    return _FIRST_DAY + timedelta(days=int(number))


def serial(moment: datetime) -> float:
    """Return a moment without zone as Excel counts days; `serial_day` is the way back.

    Examples:
        >>> serial(datetime(2026, 5, 1, 12))
        46143.5
    """
    return (moment - datetime.combine(_FIRST_DAY, time())) / timedelta(days=1)


def read_choice(
    value: object, column: Column, mark: DecimalMark | None = None
) -> Decimal | int | bool | str | CellRefusal | None:
    """Read a cell as `read_cell` does; a text is one of the column's choices, whatever its case, or refused."""
    read = read_cell(value, column, mark)
    if not isinstance(read, str) or not column.choices:
        return read
    word = read.strip().lower()
    chosen = next((choice for choice in column.choices if choice.lower() == word), None)
    return chosen or CellRefusal(f"holds “{briefly(read.strip())}”", _advice(column))


_LARGEST_AMOUNT = 10**9
"""Per unit: what goods cost is far less, and what they come to in a settlement stays below what a column holds."""
_LARGEST = {Kind.WHOLE: 10**6}

_READERS = {
    Kind.WHOLE: _read_whole,
    Kind.MONEY: _read_amount,
    Kind.UNIT_COST: _read_amount,
    Kind.RATE: _read_amount,
    Kind.FLAG: _read_flag,
}
_ADVICE = {
    Kind.WHOLE: "write a whole number, 0 or more, such as 2",
    Kind.MONEY: "write a plain number, such as 4.17",
    Kind.UNIT_COST: "write a plain number, such as 4.17",
    Kind.RATE: "write a plain number, such as 1.0841",
    Kind.FLAG: "write yes, or leave it empty",
    Kind.DATE: "write it as plain text, a date as 2026-08-31",
    Kind.TEXT: "type it as text, with an apostrophe in front ('5/1)",
}


_MOST_CHOICES = 8
"""Words that a sentence can list; a longer list is in the cell."""


def _advice(column: Column, mark: DecimalMark | None = None) -> str:
    """Say what may stand in a cell of a column: one of its words, or what its kind wants."""
    if not column.choices:
        advice = _ADVICE[column.wants]
        return advice.replace(".", ",") if mark is DecimalMark.COMMA else advice
    *others, last = column.choices
    if len(others) >= _MOST_CHOICES:
        return "choose one of the cell's list, or leave it empty"
    return f"write {', '.join(others)} or {last}, or leave it empty" if others else f"write {last}, or leave it empty"


def _advice_on_error(column: Column) -> str:
    """Say what to type where Excel calculated an error: of `-MUG` it makes a formula, which gives `#NAME?`."""
    is_word = column.wants is Kind.TEXT and not column.choices
    how = "type the text itself, with an apostrophe in front where it begins with =, +, - or @ ('-MUG)"
    return how if is_word else _advice(column)


def _advice_on_format(column: Column) -> str:
    """Say how to write what was meant into a cell whose format makes something else of every number typed there.

    4.17 typed into a cell that is formatted as a percentage is 4.17 % again, and as a date it is 4 January 1900.
    """
    if column.wants in (*_PLAIN_NUMBERS, Kind.RATE):
        return f"give the cell the number format General, then {_ADVICE[column.wants]}"
    return _advice(column)
