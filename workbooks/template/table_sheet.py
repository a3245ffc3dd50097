"""One sheet with one table, from its spec: formats, conditional formatting, validation, notes, print set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name, xl_range_abs

from addin.sheets.setup.messages import ATTENTION, STOPPED
from addin.sheets.tables.sheet_specs import Column, Kind
from addin.takeaway.look import ACCENT, BAD, BAD_TINT, GOOD, QUIET, WARN
from core.books.settlements.status import EXPORTED, NOT_SYNCED, POSTED_ELSEWHERE
from core.books.settlements.to_do import Need
from core.reports.sku_costs import OK
from workbooks.template.template_look import ACCENT_TINT, TABLE_STYLE, WARN_TINT

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from addin.sheets.tables.sheet_specs import TableSpec
    from workbooks.template.template_look import TemplateLook

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
_WRONG = (Need.NOT_TYING, Need.CONNECTION, Need.MISSING_SETTLEMENT)
MARKS: dict[tuple[str, str], tuple[Mark, ...]] = {
    ("tblToday", "need"): (
        *((f'{{cell}}="{one}"', {"font_color": BAD, "bold": True}) for one in _WRONG),
        (_begins("Ready"), _GOOD),
        (_begins("COGS ready"), _GOOD),
        ('{cell}<>""', {"font_color": WARN, "bold": True}),
    ),
    ("tblMessages", "ended"): (
        (f'{{cell}}="{STOPPED}"', {"font_color": BAD, "bold": True}),
        (f'{{cell}}="{ATTENTION}"', {"font_color": WARN, "bold": True}),
        ('{cell}<>""', {"font_color": GOOD}),
    ),
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


def mark_columns(worksheet: Worksheet, look: TemplateLook, spec: TableSpec, last_row: int) -> None:
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


LONGEST_LIST = 255
"""Characters that Excel takes in a rule's own list of choices."""
LAST_ROW = 1_048_575
"""Zero-based last row of a sheet: validation and marks reach down to it, so that appended rows have them."""

_TITLE_ROWS = 2
_HEADER_HEIGHT = 32
_ROW_HEIGHT = 16.5
_TITLE_HEIGHT = 28
_MESSAGE_HEIGHT = 18


def add_table_sheet(workbook: Workbook, look: TemplateLook, spec: TableSpec) -> Worksheet:
    """Add the sheet of a spec with its empty table.

    Args:
        workbook: The workbook being written.
        look: Its formats.
        spec: Columns, names and place of the table.

    Returns:
        The sheet, for what only this one has.
    """
    worksheet = workbook.add_worksheet(spec.sheet)
    _head(worksheet, look, spec)
    for index, column in enumerate(spec.columns):
        worksheet.set_column(index, index, column.width, look.column(column), {"hidden": column.hidden})
        _note(worksheet, spec, index, column)
        _validate(worksheet, spec, index, column)
    _table(worksheet, look, spec)
    mark_columns(worksheet, look, spec, LAST_ROW)
    _print_setup(worksheet, spec)
    if not spec.visible:
        worksheet.hide()
    return worksheet


def _head(worksheet: Worksheet, look: TemplateLook, spec: TableSpec) -> None:
    worksheet.hide_gridlines(2)
    worksheet.set_default_row(_ROW_HEIGHT)
    worksheet.set_row(0, _TITLE_HEIGHT)
    worksheet.set_row(1, _MESSAGE_HEIGHT)
    worksheet.set_row(spec.header_row - 1, _HEADER_HEIGHT)
    worksheet.write_string(0, 0, spec.title, look.title())
    worksheet.write_blank(1, 0, None, look.message())
    fields = [column.field for column in spec.columns]
    frozen = fields.index(spec.frozen_to) + 1 if spec.frozen_to else 0
    worksheet.freeze_panes(spec.header_row if spec.frozen else _TITLE_ROWS, frozen)


def _table(worksheet: Worksheet, look: TemplateLook, spec: TableSpec) -> None:
    # Excel tables need one row, so an empty table has a blank one.
    header, last = spec.header_row - 1, len(spec.columns) - 1
    columns = [{"header": column.header, "header_format": look.column_header(column)} for column in spec.columns]
    worksheet.add_table(header, 0, header + 1, last, {"name": spec.table, "style": TABLE_STYLE, "columns": columns})
    for index, column in enumerate(spec.columns):
        worksheet.write_blank(header + 1, index, None, look.column(column))


def _note(worksheet: Worksheet, spec: TableSpec, index: int, column: Column) -> None:
    if column.note:
        lines = 1 + len(column.note) // 32
        options = {"author": "Cogsheet", "width": 220, "height": 12 + 17 * lines, "color": "#FFFFFF", "font_size": 9}
        worksheet.write_comment(spec.header_row - 1, index, column.note, options)


def _validate(worksheet: Worksheet, spec: TableSpec, index: int, column: Column) -> None:
    rule = _rule(column) or _only_where(spec, column)
    if len(",".join(column.choices)) > LONGEST_LIST:
        rule |= _listed_apart(worksheet, len(spec.columns), column)
    if rule:
        worksheet.data_validation(spec.header_row, index, LAST_ROW, index, rule)


def _listed_apart(worksheet: Worksheet, width: int, column: Column) -> dict[str, object]:
    """Write choices that are too many for a rule into hidden cells of the first row, right of the table."""
    first, last = width + 1, width + len(column.choices)
    for place, choice in enumerate(column.choices, start=first):
        worksheet.write_string(0, place, choice)
    worksheet.set_column(first, last, 2, None, {"hidden": True})
    source = f"={xl_range_abs(0, first, 0, last)}"
    return {"source": source, "error_message": "Choose one from the list; or leave the cell empty."}


def _rule(column: Column) -> dict[str, object]:
    if not column.editable:
        return {}
    if column.choices:
        choices = ", ".join(column.choices)
        return {
            "validate": "list",
            "source": list(column.choices),
            "error_title": column.header,
            "error_message": f"Choose one of: {choices}; or leave the cell empty.",
        }
    if column.kind is Kind.WHOLE:
        return _at_least_zero("integer", column, "Type a whole number, 0 or more.")
    if column.kind in {Kind.UNIT_COST, Kind.MONEY, Kind.RATE}:
        return _at_least_zero("decimal", column, "Type a number, 0 or more, without a currency sign.")
    return {}


def _only_where(spec: TableSpec, column: Column) -> dict[str, object]:
    """Let a cell be typed into only where its column says so."""
    if not column.only_where:
        return {}
    return {
        "validate": "custom",
        "value": "=" + column.only_where.format(**first_cells(spec)),
        "ignore_blank": True,
        "error_title": column.header,
        "error_message": f"This line names its {column.header} itself: it cannot be typed here.",
    }


def _at_least_zero(validate: str, column: Column, message: str) -> dict[str, object]:
    return {
        "validate": validate,
        "criteria": ">=",
        "value": 0,
        "error_title": column.header,
        "error_message": message,
    }


def _print_setup(worksheet: Worksheet, spec: TableSpec) -> None:
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(spec.header_row - 1)
    if spec.printed_to:
        fields = [column.field for column in spec.columns]
        worksheet.print_area(0, 0, LAST_ROW, fields.index(spec.printed_to))
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.set_footer("&L&8&K66737A&F  ·  &A&R&8&K66737APage &P of &N")
