"""Formulas as text: their references moved, copied and renamed as Excel does it, and their spelling in the file."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import addresses
from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, Move, column_name, column_number

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = r"[^\W\d][\w.\\?]*"
_TOKENS = re.compile(
    rf"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<prefix>'(?:[^']|'')+'!|(?:\[[^\]]*\])?{_NAME}(?::{_NAME})?!)?
    (?:
        (?P<c1>\$?[A-Za-z]{{1,3}})(?P<r1>\$?[0-9]+)(?::(?P<c2>\$?[A-Za-z]{{1,3}})(?P<r2>\$?[0-9]+))?
      | (?P<column1>\$?[A-Za-z]{{1,3}}):(?P<column2>\$?[A-Za-z]{{1,3}})
      | (?P<row1>\$?[0-9]+):(?P<row2>\$?[0-9]+)
    )(?![\w(.!\[])
  | (?P<brackets>\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])
  | (?P<quoted>'(?:[^']|'')*'!?)
  | (?P<word>{_NAME}!?)
  | (?P<number>[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)
    """,
    re.VERBOSE | re.DOTALL,
)
BROKEN = "#REF!"


class Reference(NamedTuple):
    """A reference to cells of one sheet, with its `$` signs."""

    prefix: str
    """Sheet and `!` as written; empty for the formula's own sheet."""
    area: Area
    absolute: tuple[bool, bool, bool, bool]
    """Of first row, first column, last row, last column."""
    single: bool

    @property
    def sheet(self) -> str | None:
        """The sheet's name in lower case; `None` for the own one."""
        if not self.prefix:
            return None
        return sheet_of(self.prefix).lower()

    def __str__(self) -> str:
        top, left, bottom, right = self.area
        row1, column1, row2, column2 = ("$" if absolute else "" for absolute in self.absolute)
        if top == 1 and bottom == MAX_ROW and not self.single:
            return f"{self.prefix}{column1}{column_name(left)}:{column2}{column_name(right)}"
        if left == 1 and right == MAX_COLUMN and not self.single:
            return f"{self.prefix}{row1}{top}:{row2}{bottom}"
        first = f"{self.prefix}{column1}{column_name(left)}{row1}{top}"
        return first if self.single else f"{first}:{column2}{column_name(right)}{row2}{bottom}"


Piece = str | Reference


def sheet_of(prefix: str) -> str:
    """Return the name of the sheet that a prefix such as `'My sheet'!` means."""
    name = prefix.removesuffix("!")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


@lru_cache(maxsize=20000)
def split_formula(formula: str) -> tuple[Piece, ...]:
    """Cut a formula (without `=`) into text and references; structured references and names stay text."""
    pieces: list[Piece] = []
    position = 0
    for match in _TOKENS.finditer(formula):
        reference = _reference(match)
        if reference is not None:
            pieces += [formula[position : match.start()], reference]
            position = match.end()
    return (*pieces, formula[position:])


def _reference(match: re.Match[str]) -> Reference | None:
    prefix = match["prefix"] or ""
    if match["c1"]:
        ends = [match["r1"], match["c1"], match["r2"] or match["r1"], match["c2"] or match["c1"]]
    elif match["column1"]:
        ends = ["$1", match["column1"], f"${MAX_ROW}", match["column2"]]
    elif match["row1"]:
        ends = [match["row1"], "$A", match["row2"], f"${column_name(MAX_COLUMN)}"]
    else:
        return None
    if int(ends[0].lstrip("$")) > int(ends[2].lstrip("$")):
        ends[0], ends[2] = ends[2], ends[0]
    if column_number(ends[1].lstrip("$")) > column_number(ends[3].lstrip("$")):
        ends[1], ends[3] = ends[3], ends[1]
    row1, column1, row2, column2 = (end.lstrip("$") for end in ends)
    area = Area(int(row1), column_number(column1), int(row2), column_number(column2))
    if not (1 <= area.top <= MAX_ROW and 1 <= area.bottom <= MAX_ROW and max(area.left, area.right) <= MAX_COLUMN):
        return None
    absolute = tuple(end.startswith("$") for end in ends)
    return Reference(prefix, area, (absolute[0], absolute[1], absolute[2], absolute[3]), _is_single(match))


def _is_single(match: re.Match[str]) -> bool:
    return bool(match["c1"]) and not match["c2"]


def _changed(formula: str, change: Callable[[Reference], str]) -> str:
    pieces = split_formula(formula)
    if len(pieces) == 1:
        return formula
    return "".join(piece if isinstance(piece, str) else change(piece) for piece in pieces)


def move_formula(formula: str, own_sheet: str, move: Move) -> str:
    """Return a formula after a move anywhere in the workbook.

    Args:
        formula: Without its `=`.
        own_sheet: The sheet it stands on, in lower case.
        move: What moved; its sheet in lower case.
    """

    def change(reference: Reference) -> str:
        if (reference.sheet or own_sheet) != move.sheet:
            return str(reference)
        area = addresses.moved_area(reference.area, move)
        return f"{reference.prefix}{BROKEN}" if area is None else str(reference._replace(area=area))

    return _changed(formula, change)


def copy_formula(formula: str, rows: int, columns: int = 0) -> str:
    """Return a formula as it reads when copied some cells down and right."""

    def change(reference: Reference) -> str:
        (top, left, bottom, right), fixed = reference.area, reference.absolute
        area = Area(
            top if fixed[0] else top + rows,
            left if fixed[1] else left + columns,
            bottom if fixed[2] else bottom + rows,
            right if fixed[3] else right + columns,
        )
        if min(area) < 1 or max(area.top, area.bottom) > MAX_ROW or max(area.left, area.right) > MAX_COLUMN:
            return f"{reference.prefix}{BROKEN}"
        return str(reference._replace(area=area))

    return _changed(formula, change) if rows or columns else formula


def quote_sheet(name: str) -> str:
    """Return a sheet's name as it stands in a formula, in quotes where Excel needs them."""
    plain = re.fullmatch(r"[^\W\d][\w.]*", name) is not None and name.isascii()
    like_cell = re.fullmatch(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc]?[0-9]*|[Cc][0-9]*", name) is not None
    quoted = name.replace("'", "''")
    return name if plain and not like_cell and name.upper() not in {"TRUE", "FALSE"} else f"'{quoted}'"


_PREFIX = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")|(?P<quoted>'(?:[^']|'')+'!)|(?P<plain>(?<![\w\].]){_NAME}!)""", re.VERBOSE
)


def rename_sheet(formula: str, old: str, new: str) -> str:
    """Return a formula in which every mention of a sheet carries its new name; `""` as new name gives `#REF!A1`."""
    if "!" not in formula:
        return formula

    def change(match: re.Match[str]) -> str:
        if match["text"]:
            return match["text"]
        name = match["plain"][:-1] if match["plain"] else match["quoted"][1:-2].replace("''", "'")
        if name.lower() != old.lower():
            return match[0]
        return f"{quote_sheet(new)}!" if new else BROKEN

    return _PREFIX.sub(change, formula)


_STRUCTURED = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!?)|(?<![\w.\]])([^\W\d][\w.]*)?(\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])""",
    re.VERBOSE,
)


def rename_table(formula: str, old: str, new: str) -> str:
    """Return a formula in which every mention of a table carries its new name; `""` as new name breaks them."""
    if old.lower() not in formula.lower():
        return formula
    if not new:
        return _STRUCTURED.sub(lambda m: BROKEN if m[2] and m[2].lower() == old.lower() else m[0], formula)
    pattern = rf"""("(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\])|(?<![\w.'\]]){re.escape(old)}(?![\w.(!])"""
    return re.sub(pattern, lambda match: match[1] or new, formula, flags=re.IGNORECASE)


def rename_column(formula: str, table: str, old: str, new: str) -> str:
    """Return a formula in which every mention of a table's column carries its new header."""
    before, after = (re.sub(r"(['\[\]#@])", r"'\1", header) for header in (old, new))
    if before.lower() not in formula.lower():
        return formula

    def change(match: re.Match[str]) -> str:
        if match[1] or not match[2] or match[2].lower() != table.lower():
            return match[0]
        inside = match[3]
        if inside.lower() == f"[{before}]".lower():
            return f"{match[2]}[{after}]"
        pattern = rf"(?<=\[){re.escape(before)}(?=\])"
        return match[2] + "[" + re.sub(pattern, lambda _: after, inside[1:-1], flags=re.IGNORECASE) + "]"

    return _STRUCTURED.sub(change, formula)


_NEWER = (
    r"ACOT|ACOTH|ARABIC|ARRAYTOTEXT|BASE|BINOM\.DIST|BYCOL|BYROW|CEILING\.MATH|CHISQ\.DIST|CHISQ\.TEST|CHOOSECOLS|"
    r"CHOOSEROWS|COMBINA|CONCAT|CONFIDENCE\.NORM|CONFIDENCE\.T|COVARIANCE\.P|COVARIANCE\.S|DAYS|DECIMAL|"
    r"DROP|ENCODEURL|EXPAND|"
    r"EXPON\.DIST|FLOOR\.MATH|FORECAST\.LINEAR|FORMULATEXT|HSTACK|IFNA|IFS|ISFORMULA|ISOMITTED|ISOWEEKNUM|LAMBDA|LET|"
    r"MAKEARRAY|MAP|MAXIFS|MINIFS|MODE\.MULT|MODE\.SNGL|NORM\.DIST|NORM\.INV|NORM\.S\.DIST|"
    r"NORM\.S\.INV|NUMBERVALUE|PDURATION|"
    r"PERCENTILE\.EXC|PERCENTILE\.INC|PERCENTRANK\.EXC|PERCENTRANK\.INC|QUARTILE\.EXC|QUARTILE\.INC|RANDARRAY|"
    r"RANK\.AVG|RANK\.EQ|REDUCE|"
    r"RRI|SCAN|SEQUENCE|SHEET|SHEETS|SINGLE|SORTBY|STDEV\.P|STDEV\.S|SWITCH|T\.DIST|T\.INV|T\.TEST|TAKE|TEXTAFTER|TEXTBEFORE|"
    r"TEXTJOIN|TEXTSPLIT|TOCOL|TOROW|UNICHAR|UNICODE|UNIQUE|VALUETOTEXT|VAR\.P|VAR\.S|VSTACK|WEBSERVICE|WRAPCOLS|WRAPROWS|"
    r"XLOOKUP|XMATCH|XOR"
)
_ON_SHEETS = "FILTER|SORT"
_FUNCTION = re.compile(
    rf"""("(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\])|(?<![\w.])(?:({_NEWER})|({_ON_SHEETS}))(?=\()""", re.IGNORECASE
)
_FILE_PREFIX = re.compile(r"_xlfn\.(?:_xlws\.)?|_xlpm\.")
_PLAIN_COLUMN = re.compile(r"[^\W\d]\w*")
_FILE_THIS_ROW = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|([^\W\d][\w.]*)\[\[\#This[ ]Row\],\[((?:[^\[\]']|'.)*)\]\]""", re.VERBOSE
)
_THIS_ROW = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|([\w.]*)\[@(?:\[((?:[^\[\]']|'.)*)\]|((?:[^\[\]'@]|'.)*))\]""", re.VERBOSE
)


def to_file(formula: str, table: str | None = None) -> str:
    """Return a formula (without `=`) as the file holds it.

    Args:
        formula: As it is typed, in English.
        table: The table the cell stands in, which `[@Column]` means.
    """

    def this_row(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        name, column = match[2] or table or "", match[3] or match[4]
        return f"{name}[[#This Row],[{column}]]" if column else f"{name}[#This Row]"

    def prefixed(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        return f"_xlfn.{match[2].upper()}" if match[2] else f"_xlfn._xlws.{match[3].upper()}"

    return _FUNCTION.sub(prefixed, _THIS_ROW.sub(this_row, formula) if "[@" in formula else formula)


def from_file(formula: str, table: str | None = None) -> str:
    """Return a formula as Excel shows it, without the file's prefixes.

    Args:
        formula: As the file holds it.
        table: The table the cell stands in, whose name Excel leaves out before `[@Column]`.
    """

    def this_row(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        name = "" if table is not None and match[2].lower() == table.lower() else match[2]
        return f"{name}[@{match[3]}]" if _PLAIN_COLUMN.fullmatch(match[3]) else f"{name}[@[{match[3]}]]"

    if "[#This Row]" in formula:
        formula = _FILE_THIS_ROW.sub(this_row, formula)
    return _FILE_PREFIX.sub("", formula) if "_xl" in formula else formula
