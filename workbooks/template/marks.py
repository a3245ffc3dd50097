"""Conditional formatting: what a cell's text or value means, seen at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name

from core.books.status import EXPORTED, NOT_SYNCED, POSTED_ELSEWHERE
from core.reports.sku_costs import OK
from workbooks.template.look import ACCENT, ACCENT_TINT, BAD, BAD_TINT, GOOD, QUIET, WARN, WARN_TINT

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from addin.sheets.columns import TableSpec
    from workbooks.template.look import Look

Mark = tuple[str, dict[str, object]]
"""A condition on one cell, written for the first row (`{cell}`, `{key}`, `{proposed_cost}` ...), and its format."""

_QUIET: dict[str, object] = {"font_color": QUIET}
_GOOD: dict[str, object] = {"font_color": GOOD, "bold": True}
_WARN: dict[str, object] = {"font_color": WARN, "bg_color": WARN_TINT}
_BAD: dict[str, object] = {"font_color": BAD, "bg_color": BAD_TINT}


def _begins(text: str) -> str:
    return f'LEFT({{cell}},{len(text)})="{text}"'


def _holds(text: str) -> str:
    return f'ISNUMBER(FIND("{text}",{{cell}}))'


_STATUS: tuple[Mark, ...] = (
    (_holds("Does not tie out"), _BAD),
    (_holds("("), _WARN),
    (_begins("Waits"), _WARN),
    (_begins("Ready"), _GOOD),
    (_begins(EXPORTED), _QUIET),
    (_begins(POSTED_ELSEWHERE), _QUIET),
    (_begins("History"), _QUIET),
    (_begins(NOT_SYNCED), {"font_color": QUIET, "italic": True}),
)
_INDICATOR: tuple[Mark, ...] = (
    ('{cell}="●"', {"font_color": BAD, "bold": True}),
    ('OR({cell}="○",{cell}="?")', {"font_color": WARN, "bold": True}),
)
MARKS: dict[tuple[str, str], tuple[Mark, ...]] = {
    ("tblSettlements", "status"): _STATUS,
    ("tblSettlements", "cogs_status"): _STATUS,
    ("tblSettlements", "coverage"): (("AND(ISNUMBER({cell}),{cell}<1)", {"font_color": WARN}),),
    ("tblTransactions", "indicator"): _INDICATOR,
    ("tblCOGS", "indicator"): _INDICATOR,
    ("tblPnl", "indicator"): _INDICATOR,
    ("tblPnlSummary", "indicator"): _INDICATOR,
    ("tblPnlSummary", "month"): (('{cell}="All"', {"bold": True}),),
    ("tblRates", "source"): (('{cell}="missing"', _BAD),),
    ("tblTrueUps", "decision"): (('{cell}<>""', {"font_color": ACCENT, "bold": True, "bg_color": ACCENT_TINT}),),
    ("tblResolve", "cost"): (
        (
            'AND({cell}<>"",{proposed_cost}<>"",ROUND(N({cell}),6)=ROUND(N({proposed_cost}),6))',
            {"font_color": QUIET, "italic": True, "bg_color": ACCENT_TINT},
        ),
        ('{cell}<>""', {"font_color": ACCENT, "bold": True, "bg_color": ACCENT_TINT}),
    ),
    ("tblResolve", "status"): (
        (_begins("saved"), {"font_color": GOOD}),
        (_begins("not saved"), _BAD),
        ('{cell}<>""', {"font_color": WARN}),
    ),
    ("tblCosts", "status"): ((f'AND({{cell}}<>"",{{cell}}<>"{OK}")', {"font_color": WARN}),),
}
"""The marks of each (table, field), the first that holds wins."""


def mark_columns(worksheet: Worksheet, look: Look, spec: TableSpec, last_row: int) -> None:
    """Add the marks of a table's columns, and the tint of what may be edited, down to the last row.

    Args:
        worksheet: The sheet.
        look: Its workbook's formats.
        spec: The table; marks are found by its name and its fields.
        last_row: Zero-based.
    """
    names = first_cells(spec)
    is_row = f'{names[spec.key[0]]}<>""'
    for index, column in enumerate(spec.columns):
        condition = f"AND({is_row},{column.only_where})" if column.only_where else is_row
        tint: Mark = (condition, {"bg_color": ACCENT_TINT})
        marks = MARKS.get((spec.table, column.field), ()) + ((tint,) if column.editable else ())
        for condition, properties in marks:
            formula = "=" + condition.format(cell=names[column.field], **names)
            _add(worksheet, (spec.header_row, index, last_row, index), formula, look.format(**properties))


def first_cells(spec: TableSpec) -> dict[str, str]:
    """Return how formulas of a table's first row name its cells, by field; the row moves with them."""
    row = spec.header_row + 1
    return {column.field: f"${xl_col_to_name(index)}{row}" for index, column in enumerate(spec.columns)}


def _add(worksheet: Worksheet, area: tuple[int, int, int, int], formula: str, look: Format) -> None:
    rule = {"type": "formula", "criteria": formula, "format": look, "stop_if_true": True}
    worksheet.conditional_format(*area, rule)
