"""Formulas as people write them and as the file holds them.

In the file newer functions carry a prefix, and `[@Column]` is spelt out.
"""

from __future__ import annotations

import re

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
