"""What only the COGS sheet has: the settlement's own facts and the live tie-out above the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.cogs import COGS_SPEC, HEADER_CELLS
from addin.sheets.columns import NUMBER_FORMATS, Kind
from workbooks.template.look import BAD, GOOD, INK

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from workbooks.template.look import Look

_MONEY = NUMBER_FORMATS[Kind.MONEY]
_WHOLE = NUMBER_FORMATS[Kind.WHOLE]
_FORMATS = {"total": _MONEY, "cogs": _MONEY}
_FIRST_ROW = 2
"""Zero-based row of the first label."""
_BOOKS = _FIRST_ROW + 1 + [field for _, field in HEADER_CELLS].index("cogs")

_LABEL, _VALUE = 3, 5
"""Zero-based columns of the tie-out: the label runs over two columns."""
TIE_OUT = (
    ("Units in the table", f"=SUM({COGS_SPEC.table}[Units])", _WHOLE, 0),
    ("COGS of the table", f"=SUM({COGS_SPEC.table}[COGS])", _MONEY, 0),
    ("COGS of the rows shown by the filter", f"=SUBTOTAL(109,{COGS_SPEC.table}[COGS])", _MONEY, 0),
    ("Rows without COGS", f"=COUNTA({COGS_SPEC.table}[Key])-COUNT({COGS_SPEC.table}[COGS])", _WHOLE, 0),
    ("Difference to the books", f"=ROUND(F5-N(B{_BOOKS}),2)", _MONEY, 0),
    ("Table and books", '=IF(F8=0,"Tie out","Do not tie out")', "@", "Tie out"),
)
"""Label, formula, number format and the value that an empty table gives, from row 4 in columns D and F."""


def add_tie_out(worksheet: Worksheet, look: Look) -> None:
    """Write the facts of the settlement (filled later) and the formulas that hold the table against them."""
    for row, (label, field) in enumerate(HEADER_CELLS, start=_FIRST_ROW):
        worksheet.write_string(row, 0, label, look.label())
        worksheet.write_blank(row, 1, None, look.value(_FORMATS.get(field, "@")))
    worksheet.write_string(_FIRST_ROW, _LABEL, "Tie-out", look.format(bold=True, font_color=INK))
    for row, (label, formula, number_format, empty) in enumerate(TIE_OUT, start=_FIRST_ROW + 1):
        worksheet.write_string(row, _LABEL, label, look.label())
        cell_format = look.format(num_format=number_format if number_format != "@" else "General", align="right")
        worksheet.write_formula(row, _VALUE, formula, cell_format, empty)
    _mark(worksheet, look)


def _mark(worksheet: Worksheet, look: Look) -> None:
    cell = (_FIRST_ROW + len(TIE_OUT), _VALUE)
    for text, colour in (("Tie out", GOOD), ("Do not tie out", BAD)):
        rule = {
            "type": "cell",
            "criteria": "==",
            "value": f'"{text}"',
            "format": look.format(font_color=colour, bold=True),
        }
        worksheet.conditional_format(*cell, *cell, rule)
