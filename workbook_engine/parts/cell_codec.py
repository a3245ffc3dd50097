"""Cells from values and values from cells, with the rules Excel has for both; made for whole blocks."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from workbook_engine.cell_values import (
    ERROR_CODES,
    CellHead,
    CellValue,
    as_excel_gives,
    datetime_to_serial,
    escape_text,
    general_text,
    number_text,
    read_head,
    split_cell,
    stored_value,
)
from workbook_engine.number_formats import Meaning
from workbook_engine.parts.xml_text import escape
from workbook_engine.typing_rules import TypedValue, as_typed

if TYPE_CHECKING:
    from workbook_engine.parts.styles import Styles

FORMULA = "="
"""What the writer gives for a formula: the caller knows where it stands and finishes it."""
_STYLE = re.compile(r"\ss\s*=\s*[\"'][0-9]*[\"']")
_LONGEST_TEXT = 32767
_MOST_KNOWN = 20_000
_DATE_FORMATS = ("m/d/yyyy", "m/d/yyyy h:mm")


class CellReader:
    """Reads cells of one workbook as COM would hand them out."""

    def __init__(self, styles: Styles, strings: list[str], *, date1904: bool) -> None:
        self._styles = styles
        self._strings = strings
        self._date1904 = date1904
        self._heads: dict[str, tuple[CellHead, Meaning]] = {}

    def value(self, cell: str) -> CellValue:
        """Return the value of a cell; errors are int codes, empty cells and formulas never calculated `None`."""
        text, _, body = cell.partition(">")
        known = self._heads.get(text)
        if known is None:
            head = read_head(text.rstrip("/"))
            known = self._heads[text] = (head, self._styles.style(head.style or 0).meaning)
        head, meaning = known
        if not body:
            return None
        if head.type == "n" and body.startswith("<v>"):
            number = body[3 : body.index("<", 3)]
            value: str | float | bool | dt.datetime | None = float(number) if number else None
        else:
            value = stored_value(head, body, self._strings)
        if meaning is Meaning.GENERAL or meaning is Meaning.NUMBER or type(value) is not float:
            return value
        return as_excel_gives(value, meaning, date1904=self._date1904)

    def plain_value(self, cell: str) -> CellValue:
        """Return the value of a cell as COM's Value2 gives it: numbers in full, dates as serial numbers."""
        text, _, body = cell.partition(">")
        if body.startswith("<v>") and ' t="' not in text and " t='" not in text:
            return float(body[3 : body.index("<", 3)]) if body[3] != "<" else None
        value = stored_value(*split_cell(cell), self._strings)
        return datetime_to_serial(value, date1904=self._date1904) if isinstance(value, dt.datetime) else value


class CellWriter:
    """Writes cells of one workbook as Excel would after being handed a value."""

    def __init__(self, styles: Styles, *, date1904: bool) -> None:
        self._styles = styles
        self._date1904 = date1904
        self._prefixes: dict[int, tuple[int, str, Meaning]] = {}
        self._known: dict[tuple[int, str | float], str] = {}

    def prefix(self, style: int) -> str:
        """Return the style attribute of a cell."""
        return f' s="{style}"' if style else ""

    def empty(self, style: int) -> str | None:
        """Return an empty cell; `None` where nothing needs to be kept."""
        return f' s="{style}"/>' if style else None

    def restyled(self, cell: str, style: int) -> str:
        """Return a cell with another style and everything else as it was."""
        head, _, body = cell.partition(">")
        return f"{self.prefix(style)}{_STYLE.sub('', head, count=1)}>{body}"

    def cell(self, value: object, style: int) -> str | None:
        """Return the cell that Excel makes of a value; one that comes again is the same object, and takes no memory.

        Args:
            value: As xlwings hands it to COM.
            style: The style the cell has.

        Raises:
            TypeError: For types that Excel takes wrongly or not at all; Decimal would be cut to four places.
            ValueError: For infinite numbers and texts of more than 32,767 characters.
        """
        kind = type(value)
        if kind is not str and (kind is not float or not value):
            return self._cell(value, style)
        known = self._known.get((style, value))  # type: ignore[arg-type] # its type was just compared
        if known is not None:
            return known
        made = self._cell(value, style)
        if made is not None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[style, value] = made  # type: ignore[index] # as above
        return made

    def _cell(self, value: object, style: int) -> str | None:
        known = self._prefixes.get(style)
        if known is None:
            own = style
            if self._styles.style(style).quote_prefix:
                style = self._styles.with_quote_prefix(style, on=False)
            known = self._prefixes[own] = (style, self.prefix(style), self._styles.style(style).meaning)
        style, prefix, meaning = known
        kind = type(value)
        if kind is str:
            return self._text(value, style, meaning)  # type: ignore[arg-type] # its type was just compared
        if value is None:
            return self.empty(style)
        if meaning is Meaning.TEXT:
            return self.text(_shown(value), style)
        if kind is float:
            return f"{prefix}><v>{number_text(value)}</v></c>"  # type: ignore[arg-type] # its type was just compared
        return self._other(value, style, prefix, meaning)

    def _other(self, value: object, style: int, prefix: str, meaning: Meaning) -> str:
        if isinstance(value, bool):
            return f'{prefix} t="b"><v>{value:d}</v></c>'
        if isinstance(value, int | float):
            return f"{prefix}><v>{number_text(float(value))}</v></c>"
        if isinstance(value, dt.datetime):
            if meaning is Meaning.GENERAL:
                code = _DATE_FORMATS[value.time() != dt.time(0)]
                prefix = self.prefix(self._styles.with_number_format(style, code))
            serial = datetime_to_serial(value, date1904=self._date1904)
            if serial < 0:
                raise ValueError(f"An Excel cell cannot hold {value}: its calendar begins later.")
            return f"{prefix}><v>{number_text(serial)}</v></c>"
        raise _wrong_type(value)

    def _text(self, text: str, style: int, meaning: Meaning) -> str | None:
        if not text:
            return self.empty(style)
        if meaning is Meaning.TEXT:
            return self.text(text, style)
        if text[0] == "=" and len(text) > 1:
            return FORMULA
        if text[0] == "'":
            return self.text(text[1:], self._styles.with_quote_prefix(style, on=True))
        typed = as_typed(text)
        return self.text(text, style) if typed is None else self._typed(typed, style, meaning)

    def _typed(self, typed: TypedValue, style: int, meaning: Meaning) -> str:
        if typed.number_format and meaning is Meaning.GENERAL:
            style = self._styles.with_number_format(style, typed.number_format)
        prefix = self.prefix(style)
        if isinstance(typed.value, str):
            return f'{prefix} t="e"><v>{typed.value}</v></c>'
        return self._other(typed.value, style, prefix, Meaning.NUMBER)

    def text(self, text: str, style: int) -> str:
        """Return a cell with a text as it is."""
        if len(text) > _LONGEST_TEXT:
            raise ValueError(f"An Excel cell holds at most {_LONGEST_TEXT} characters; this text has {len(text)}.")
        if not text:
            return f'{self.prefix(style)} t="inlineStr"><is><t/></is></c>'
        space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() or "\n" in text else ""
        return f'{self.prefix(style)} t="inlineStr"><is><t{space}>{escape_text(text)}</t></is></c>'

    def formula(self, formula: str, style: int, value: object = None) -> str:
        """Return a cell with a formula (without `=`), and beside it the value it had when last calculated."""
        written = f"<f>{escape(formula)}</f>"
        prefix = self.prefix(style)
        if value is None or value == "":
            return f"{prefix}>{written}</c>"
        if isinstance(value, bool):
            return f'{prefix} t="b">{written}<v>{value:d}</v></c>'
        if isinstance(value, dt.datetime):
            value = datetime_to_serial(value, date1904=self._date1904)
        if isinstance(value, int | float | Decimal):
            return f"{prefix}>{written}<v>{number_text(float(value))}</v></c>"
        if isinstance(value, str):
            kind = "e" if value in ERROR_CODES else "str"
            return f'{prefix} t="{kind}">{written}<v>{escape_text(value)}</v></c>'
        raise _wrong_type(value)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return general_text(float(value))
    if isinstance(value, dt.datetime):
        date = f"{value.month}/{value.day}/{value.year}"
        return date if value.time() == dt.time(0) else f"{date} {value:%I:%M:%S %p}".replace(" 0", " ")
    raise _wrong_type(value)


def _wrong_type(value: object) -> TypeError:
    if isinstance(value, Decimal):
        return TypeError(
            f"Decimal {value} cannot be written: Excel takes it as currency and cuts it to four decimals. "
            "Write float(value)."
        )
    return TypeError(f"A cell cannot take a value of type {type(value).__name__}: {value!r}")
