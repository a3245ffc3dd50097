"""One sheet with one table, from its spec: formats, validation, notes, print set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_range_abs

from addin.sheets.columns import Column, Kind
from workbooks.template.look import TABLE_STYLE
from workbooks.template.marks import first_cells, mark_columns

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from addin.sheets.columns import TableSpec
    from workbooks.template.look import Look

LONGEST_LIST = 255
"""Characters that Excel takes in a rule's own list of choices."""
LAST_ROW = 1_048_575
"""Zero-based last row of a sheet: validation and marks reach down to it, so that appended rows have them."""

_TITLE_ROWS = 2
_HEADER_HEIGHT = 32
_ROW_HEIGHT = 16.5
_TITLE_HEIGHT = 28
_MESSAGE_HEIGHT = 18


def add_table_sheet(workbook: Workbook, look: Look, spec: TableSpec) -> Worksheet:
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


def _head(worksheet: Worksheet, look: Look, spec: TableSpec) -> None:
    worksheet.hide_gridlines(2)
    worksheet.set_default_row(_ROW_HEIGHT)
    worksheet.set_row(0, _TITLE_HEIGHT)
    worksheet.set_row(1, _MESSAGE_HEIGHT)
    worksheet.set_row(spec.header_row - 1, _HEADER_HEIGHT)
    worksheet.write_string(0, 0, spec.title, look.title())
    worksheet.write_blank(1, 0, None, look.message())
    worksheet.freeze_panes(spec.header_row if spec.frozen else _TITLE_ROWS, 0)


def _table(worksheet: Worksheet, look: Look, spec: TableSpec) -> None:
    # Excel tables need one row, so an empty table has a blank one.
    header, last = spec.header_row - 1, len(spec.columns) - 1
    columns = [{"header": column.header, "header_format": look.header(column)} for column in spec.columns]
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
