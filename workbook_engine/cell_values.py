"""Values as cells hold them in the file, and as Excel hands them out."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import NamedTuple

from workbook_engine.number_formats import Meaning
from workbook_engine.parts.xml_text import escape, unescape

CellValue = str | float | bool | int | dt.datetime | Decimal | None
"""What Excel hands out: numbers are float, errors their int codes, currency amounts four-decimal Decimal."""
_ERROR_BASE = -2146828288
ERROR_CODES = {
    "#NULL!": _ERROR_BASE + 2000,
    "#DIV/0!": _ERROR_BASE + 2007,
    "#VALUE!": _ERROR_BASE + 2015,
    "#REF!": _ERROR_BASE + 2023,
    "#NAME?": _ERROR_BASE + 2029,
    "#NUM!": _ERROR_BASE + 2036,
    "#N/A": _ERROR_BASE + 2042,
    "#GETTING_DATA": _ERROR_BASE + 2043,
    "#SPILL!": _ERROR_BASE + 2045,
    "#CONNECT!": _ERROR_BASE + 2046,
    "#BLOCKED!": _ERROR_BASE + 2047,
    "#UNKNOWN!": _ERROR_BASE + 2048,
    "#FIELD!": _ERROR_BASE + 2049,
    "#CALC!": _ERROR_BASE + 2050,
}
"""CVErr numbers as COM hands them over."""
ERROR_TEXTS = {code: text for text, code in ERROR_CODES.items()}
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no zones
_SHIFT_1904 = 1462
_LAST_SERIAL = 2958466
_FOUR_PLACES = Decimal("0.0001")
_EXACT_WHOLE = 10**15
_HEAD = re.compile(r"\s([\w:.-]+)\s*=\s*[\"']([^\"']*)[\"']")
_VALUE = re.compile(r"<v(?:\s[^>]*)?>([^<]*)</v\s*>")
_FORMULA = re.compile(r"<f((?:\s[^>]*?)?)(?:/>|>([^<]*)</f\s*>)")
_STORED = re.compile(r"<v(?:\s[^>]*)?>[^<]*</v\s*>|<v\s*/>")
_TYPE = re.compile(r"\st\s*=\s*[\"'][^\"']*[\"']")
_PLAIN_INLINE = re.compile(r"<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>")
_PHONETIC = re.compile(r"<rPh\b.*?</rPh\s*>|<rPh\b[^>]*/>", re.DOTALL)
_TEXT_RUN = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t\s*>")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class CellHead(NamedTuple):
    """The attributes of a cell that matter for its value."""

    style: int | None
    type: str
    metadata: bool
    """Whether it is the anchor of a dynamic array."""


_STYLE_FIRST = ' s="'


@lru_cache(maxsize=10000)
def read_head(text: str) -> CellHead:
    """Read a cell's attributes."""
    attributes = dict(_HEAD.findall(text))
    style = attributes.get("s")
    return CellHead(int(style) if style else None, attributes.get("t", "n"), "cm" in attributes)


def split_cell(cell: str) -> tuple[CellHead, str]:
    """Cut a cell into its attributes and what is inside."""
    head, _, body = cell.partition(">")
    return read_head(head.rstrip("/")), body


def style_of(cell: str) -> int:
    """Return the style number of a cell."""
    if cell.startswith(_STYLE_FIRST):  # as this engine writes them, and Excel
        return int(cell[len(_STYLE_FIRST) : cell.index('"', len(_STYLE_FIRST))])
    return read_head(cell.partition(">")[0].rstrip("/")).style or 0


def read_text_runs(inner: str) -> str:
    """Return the text of a string item: its runs joined, reading aids left out, escapes resolved."""
    if "<rPh" in inner:
        inner = _PHONETIC.sub("", inner)
    return unescape_text("".join(_TEXT_RUN.findall(inner)))


def unescape_text(text: str) -> str:
    """Resolve entities and Excel's `_x0001_` writing of characters that XML cannot hold."""
    text = unescape(text)
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def escape_text(text: str) -> str:
    """Write a text as Excel does between tags."""
    return escape(_UNSAFE.sub(lambda match: f"_x{ord(match[0]):04X}_", text))


def stored_value(head: CellHead, body: str, strings: list[str]) -> str | float | bool | int | dt.datetime | None:
    """Return what the file holds as a cell's value, before its number format is looked at."""
    if head.type == "inlineStr":
        plain = _PLAIN_INLINE.match(body)
        return unescape_text(plain[1]) if plain else read_text_runs(body)
    match = _VALUE.search(body)
    if match is None:
        return None
    text = match[1]
    if not text and head.type != "str":
        return None
    if head.type == "n":
        return float(text)
    if head.type == "s":
        index = int(text)
        return strings[index] if index < len(strings) else None
    return _typed_value(head.type, unescape_text(text))


def _typed_value(kind: str, text: str) -> str | bool | int | dt.datetime | None:
    if kind == "b":
        return text.strip() in {"1", "true"}
    if kind == "e":
        return ERROR_CODES.get(text, ERROR_CODES["#VALUE!"])
    if kind == "d":
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    return text


def as_excel_gives(value: float, meaning: Meaning, *, date1904: bool) -> CellValue:
    """Return a stored number as COM hands it out: a date, a four-decimal currency amount, or a float."""
    if meaning is Meaning.DATE:
        return serial_to_datetime(value, date1904=date1904)
    if meaning is Meaning.CURRENCY:
        return Decimal(value).quantize(_FOUR_PLACES, ROUND_HALF_EVEN)
    return value


def serial_to_datetime(serial: float, *, date1904: bool = False) -> dt.datetime | float:
    """Return the moment of a serial number, to the millisecond; a number that is no date stays."""
    days = serial + _SHIFT_1904 if date1904 else serial
    if not 0 <= days < _LAST_SERIAL:
        return serial
    return _EPOCH + dt.timedelta(milliseconds=round(days * 86400000))


def datetime_to_serial(moment: dt.datetime, *, date1904: bool = False) -> float:
    """Return the serial number of a moment; its zone, if any, is cut off as xlwings does."""
    days = (moment.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)
    return days - _SHIFT_1904 if date1904 else days


def number_text(value: float) -> str:
    """Write a number so that it reads back exactly; whole numbers without a fraction."""
    if not math.isfinite(value):
        raise ValueError("An Excel cell cannot hold an infinite number.")
    return str(int(value)) if value == int(value) and abs(value) < _EXACT_WHOLE else repr(float(value))


def general_text(value: float) -> str:
    """Write a number as the General format shows it in a text cell: 15 digits at most."""
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    if abs(value) < 1e21 and value == int(value):  # noqa: PLR2004 - from there on Excel shows powers of ten
        return str(int(value))
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}E{int(exponent):+03d}"


class CellFormula(NamedTuple):
    """The formula of a cell as the file holds it."""

    text: str
    kind: str
    """`normal`, `shared`, `array` or `dataTable`."""
    shared: str
    """Number of the shared formula it belongs to."""
    area: str
    """Cells of an array formula or of a shared formula's first cell."""


def read_formula(body: str) -> CellFormula | None:
    """Return the formula inside a cell."""
    match = _FORMULA.search(body) if "<f" in body else None
    if match is None:
        return None
    attributes = dict(_HEAD.findall(match[1]))
    return CellFormula(
        unescape(match[2] or ""), attributes.get("t", "normal"), attributes.get("si", ""), attributes.get("ref", "")
    )


def without_value(cell: str) -> str:
    """Return a cell without its stored value; its formula and look stay."""
    head, _, body = cell.partition(">")
    if "<v" not in body:
        return cell
    kept = _STORED.sub("", body)
    head = _TYPE.sub("", head)
    return f"{head}>{kept}" if "<f" in kept else f"{head}/>"


def replace_formula(cell: str, text: str) -> str:
    """Return a cell with another formula text and everything else as it was."""
    match = _FORMULA.search(cell)
    if match is None:
        return cell
    return f"{cell[: match.start()]}<f{match[1]}>{escape(text)}</f>{cell[match.end() :]}"


_SHARED = re.compile(r"<f\b[^>]*\bt=[\"']shared[\"']")
_ARRAY = re.compile(r"<f\b[^>]*\bt=[\"']array[\"']")


def has_kind(text: str, kind: str) -> bool:
    """Return whether the text of rows holds a `shared` or an `array` formula."""
    return (_SHARED if kind == "shared" else _ARRAY).search(text) is not None
