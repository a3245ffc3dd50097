"""The template's sheets as another program reads them, against the specs they are built from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter

from addin.sheets import exchange
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports.cogs import COGS_SPEC, HEADER_CELLS
from addin.sheets.reports.pnl import CHART_SHEET, PNL_SPEC
from addin.sheets.setup.setup import SETTING_CHOICES, SETUP_SPEC
from addin.sheets.tables.sheet_specs import NUMBER_FORMATS, Kind
from addin.sheets.workbook import SPECS
from tests.books_with_vba import load_with_vba
from workbooks.template.special_sheets import CONFIGURATION, CONFIGURATION_SHEET
from workbooks.template.template_look import TABLE_STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.sheets.tables.sheet_specs import Column, TableSpec

BY_NAME = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.table)


@pytest.fixture(scope="module")
def workbook(built: bytes) -> Workbook:
    """Return the template as openpyxl reads it."""
    return load_with_vba(built)


def _cells(sheet: Worksheet, spec: TableSpec, row: int) -> Iterator[tuple[Column, Cell]]:
    for index, column in enumerate(spec.columns, start=1):
        cell = sheet.cell(row, index)
        assert isinstance(cell, Cell)
        yield column, cell


def test_sheets_are_in_order_and_only_lists_are_visible(workbook: Workbook) -> None:
    """The tabs a person meets, then the template of COGS sheets, then what nobody sees."""
    states = {sheet.title: sheet.sheet_state for sheet in workbook.worksheets}

    assert [spec.sheet for spec in SPECS] + [CONFIGURATION_SHEET, exchange.SHEET, CHART_SHEET] == list(states)
    assert {spec.sheet: "visible" if spec.visible else "hidden" for spec in SPECS} == {
        name: state for name, state in states.items() if state != "veryHidden"
    }


@BY_NAME
def test_the_table_has_the_spec_s_headers(workbook: Workbook, spec: TableSpec) -> None:
    """Name, place, style and headers are the spec's; one blank row waits, as Excel's tables need one."""
    sheet = workbook[spec.sheet]
    table = sheet.tables[spec.table]

    assert [column.header for column in spec.columns] == [c.value for _, c in _cells(sheet, spec, spec.header_row)]
    assert table.ref.startswith(f"A{spec.header_row}:")
    assert table.ref.endswith(str(spec.header_row + 1))
    assert TABLE_STYLE == table.tableStyleInfo.name
    assert {None} == {cell.value for _, cell in _cells(sheet, spec, spec.header_row + 1)}


@BY_NAME
def test_whole_columns_have_format_and_width(workbook: Workbook, spec: TableSpec) -> None:
    """A row appended anywhere has its format already: ids are text, money has two decimals; keys are hidden."""
    sheet = workbook[spec.sheet]
    for column, cell in _cells(sheet, spec, spec.header_row + 1):
        dimension = _dimension(sheet, int(cell.column or 0))

        assert NUMBER_FORMATS[column.kind] == dimension.number_format == cell.number_format, column.header
        assert column.hidden == dimension.hidden, column.header
        if not column.hidden:
            assert column.width == pytest.approx(dimension.width, abs=1), column.header


@BY_NAME
def test_the_header_of_a_number_has_room_for_its_longest_word(workbook: Workbook, spec: TableSpec) -> None:
    """It is indented by Excel's filter button, about three characters: `Undoes` broke into `Undo` and `es`."""
    sheet = workbook[spec.sheet]
    shown = [
        (str(cell.value), _dimension(sheet, int(cell.column or 0)).width)
        for column, cell in _cells(sheet, spec, spec.header_row)
        if not column.hidden and cell.alignment.indent
    ]

    assert [] == [(header, width) for header, width in shown if max(map(len, header.split())) + 3 > width]


def _dimension(sheet: Worksheet, column: int) -> ColumnDimension:
    """Return the declaration of a column; one declaration may cover several."""
    return next(d for d in sheet.column_dimensions.values() if int(d.min or 0) <= column <= int(d.max or 0))


@BY_NAME
def test_titles_and_panes(workbook: Workbook, spec: TableSpec) -> None:
    """Title in A1, a free line for messages in A2, headers that stay in view and on every page, one page wide."""
    sheet = workbook[spec.sheet]

    assert spec.title == sheet["A1"].value
    assert sheet["A2"].value is None
    fields = [column.field for column in spec.columns]
    first = get_column_letter(fields.index(spec.frozen_to) + 2) if spec.frozen_to else "A"
    assert f"{first}{(spec.header_row if spec.frozen else 2) + 1}" == sheet.freeze_panes
    assert f"${spec.header_row}:${spec.header_row}" == sheet.print_title_rows
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (None, 0) == (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight)


@BY_NAME
def test_notes_stand_at_the_headers(workbook: Workbook, spec: TableSpec) -> None:
    """What a column means can be read at its header."""
    sheet = workbook[spec.sheet]
    notes = {c.header: cell.comment.text for c, cell in _cells(sheet, spec, spec.header_row) if cell.comment}

    assert {column.header: column.note for column in spec.columns if column.note} == notes


def _validation(workbook: Workbook, header: str) -> DataValidation:
    sheet = workbook["Resolve"]
    letter = next(cell.column_letter for cell in sheet[4] if cell.value == header)
    rules: list[DataValidation] = sheet.data_validations.dataValidation
    return next(rule for rule in rules if str(rule.sqref).startswith(f"{letter}5:"))


@pytest.mark.parametrize(
    ("header", "kind", "formula"),
    [
        ("Cost", "decimal", "0"),
        ("Units back", "whole", "0"),
        ("Zero OK", "list", '"yes"'),
        ("Disposition", "list", '"Restocked,Not returned,Unsellable,Money only"'),
    ],
)
def test_resolve_takes_only_what_makes_sense(workbook: Workbook, header: str, kind: str, formula: str) -> None:
    """Costs and units of at least zero, and the words of the lists, down to the sheet's last row."""
    rule = _validation(workbook, header)

    assert (kind, formula) == (rule.type, rule.formula1)
    assert str(rule.sqref).endswith("1048576")
    assert rule.error
    assert kind == "list" or rule.operator == "greaterThanOrEqual"


@pytest.mark.parametrize(
    ("sheet", "header"),
    [
        ("Settlements", "Settlement Export Status"),
        ("Settlements", "COGS status"),
        ("Settlements", "Coverage %"),
        ("Transactions", "!"),
        ("COGS template", "!"),
        ("Resolve", "Cost"),
        ("Resolve", "Status"),
        ("Costs", "Status"),
    ],
)
def test_what_needs_attention_is_marked(workbook: Workbook, sheet: str, header: str) -> None:
    """Statuses, indicators and edited costs have their marks in the whole column."""
    spec = next(spec for spec in SPECS if spec.sheet == sheet)
    cell = next(cell for column, cell in _cells(workbook[sheet], spec, spec.header_row) if column.header == header)
    area = f"{cell.column_letter}{spec.header_row + 1}:{cell.column_letter}1048576"
    rules = workbook[sheet].conditional_formatting[area]

    assert rules
    assert all(f"${cell.column_letter}{spec.header_row + 1}" in rule.formula[0] for rule in rules[:1])


@BY_NAME
def test_editable_columns_are_tinted_where_there_is_a_row(workbook: Workbook, spec: TableSpec) -> None:
    """The ground of editable cells, and of no others, depends on the row's key, so that empty rows stay white."""
    rules = {str(area.sqref): area.rules for area in workbook[spec.sheet].conditional_formatting}
    first = list(_cells(workbook[spec.sheet], spec, spec.header_row + 1))
    key = next(cell for column, cell in first if column.field == spec.key[0])
    names = {column.field: f"${cell.column_letter}{cell.row}" for column, cell in first}
    tint = f'${key.column_letter}{key.row}<>""'
    tinted = {
        column.header
        for column, cell in first
        if (f"AND({tint},{column.only_where.format(**names)})" if column.only_where else tint)
        in [rule.formula[0] for rule in rules.get(f"{cell.coordinate}:{cell.column_letter}1048576", [])]
    }

    assert {column.header for column in spec.columns if column.editable} == tinted


def test_a_sku_may_be_typed_only_where_the_line_names_none(workbook: Workbook) -> None:
    """The rule of the column, which Excel asks, is the condition of its tint; it says why it refuses."""
    sheet = workbook["Resolve"]
    spec = next(spec for spec in SPECS if spec.sheet == "Resolve")
    cells = {column.field: cell for column, cell in _cells(sheet, spec, spec.header_row + 1)}
    area = f"{cells['sku'].coordinate}:{cells['sku'].column_letter}1048576"
    (rule,) = [one for one in sheet.data_validations.dataValidation if str(one.sqref) == area]

    assert ("custom", "SKU") == (rule.type, rule.errorTitle)
    assert rule.formula1 == f'RIGHT(${cells["filled"].coordinate},4)=" """"]"'
    assert "names its SKU itself" in rule.error


def test_the_cogs_sheet_ties_out_live(workbook: Workbook) -> None:
    """Facts in A3:B9; formulas over the table hold it against the books."""
    sheet = workbook[COGS_SPEC.sheet]
    labels = [sheet.cell(row, 1).value for row in range(3, 3 + len(HEADER_CELLS))]
    formulas = {sheet.cell(row, 4).value: str(sheet.cell(row, 6).value) for row in range(4, 10)}

    assert [label for label, _ in HEADER_CELLS] == labels
    assert {None} == {sheet.cell(row, 2).value for row in range(3, 3 + len(HEADER_CELLS))}
    assert formulas["Units in the table"] == "=SUM(tblCOGS[Units])"
    assert formulas["COGS of the table"] == "=SUM(tblCOGS[COGS])"
    assert formulas["Difference to the books"] == "=ROUND(F5-N(B9),2)"
    assert sheet["A9"].value == "COGS in the books"
    assert not any("[@" in formula or "],[" in formula for formula in formulas.values())


def test_the_configuration_sheet_is_what_xlwings_reads(workbook: Workbook) -> None:
    """Keys from A1 without gap, values beside them, all text."""
    sheet = workbook[CONFIGURATION_SHEET]

    assert CONFIGURATION == {key.value: value.value or "" for key, value in sheet.iter_rows(max_col=2)}
    assert {"@"} == {cell.number_format for row in sheet.iter_rows(max_col=2) for cell in row if cell.value}
    assert {"@"} == {_dimension(sheet, column).number_format for column in (1, 2)}


def test_paths_to_import_are_text(workbook: Workbook) -> None:
    """A file called `=1.csv` or `00123` must arrive as it is called."""
    sheet = workbook[exchange.SHEET]

    assert NUMBER_FORMATS[Kind.TEXT] == _dimension(sheet, exchange.PATHS_COLUMN).number_format


def test_the_setup_sheet_says_how_to_begin(workbook: Workbook) -> None:
    """The first steps stand above the settings, in the words of the buttons."""
    sheet = workbook["Setup"]
    steps = [str(sheet.cell(row, 1).value) for row in range(5, 10)]

    assert sheet["A4"].value == "First steps"
    assert ["Connect", "Import", "Sync", "Resolve", "Report"] == [step.split()[-1] for step in steps]


def test_document_properties_are_set_and_name_no_person(workbook: Workbook) -> None:
    """Title and author are the product's, the date is fixed."""
    properties = workbook.properties

    assert ("Cogsheet", "Cogsheet") == (properties.title, properties.creator)
    assert properties.created is not None
    assert properties.created.year == 2026


def test_no_sheet_name_ends_in_py(workbook: Workbook) -> None:
    """Such a sheet would be taken for embedded code."""
    assert [] == [name for name in workbook.sheetnames if name.endswith(".py")]


def test_what_is_typed_on_resolve_is_on_the_first_screen() -> None:
    """SKU and order stay in sight, and every cell that is typed into ends before 1600 pixels, the row numbers' too."""
    fields = [column.field for column in RESOLVE_SPEC.columns]
    pixels = 30 + sum(round(column.width * 7 + 5) for column in RESOLVE_SPEC.columns[: fields.index("note") + 1])
    last_typed = max(place for place, column in enumerate(RESOLVE_SPEC.columns) if column.editable)

    assert ["sku", "order_id"] == fields[:2]
    assert ["net", "currency", "cost", "zero_ok", "units_back", "disposition", "note"] == fields[6:13]
    assert fields.index("note") == last_typed
    assert pixels <= 1600


def test_totals_stand_above_the_headers_of_the_profit_and_loss(workbook: Workbook) -> None:
    """Of every amount and count of the rows that the filter shows; a margin is no sum, and a profit per item none."""
    cells = {
        column.header: workbook[PNL_SPEC.sheet].cell(PNL_SPEC.header_row - 1, place).value
        for place, column in enumerate(PNL_SPEC.columns, start=1)
    }

    summed = {header for header, value in cells.items() if str(value).startswith("=SUBTOTAL(109,tblPnl[")}
    assert {one.header for one in PNL_SPEC.columns if one.kind in (Kind.MONEY, Kind.WHOLE)} - {
        "Profit per item"
    } == summed
    assert all(value == f"=SUBTOTAL(109,tblPnl[{header}])" for header, value in cells.items() if header in summed)
    assert '=IF(J9>0,Q9/J9,"")' == cells["Margin"]
    assert ("Net sales", "Profit") == (PNL_SPEC.columns[9].header, PNL_SPEC.columns[16].header)
    assert "Total of the rows shown" == cells["Item"]


def test_a_setting_that_takes_words_offers_them_wherever_its_row_stands(workbook: Workbook) -> None:
    """Its list stands below its title in hidden columns; what the list does not have is refused by the button alone."""
    sheet = workbook[SETUP_SPEC.sheet]
    (rule,) = [one for one in sheet.data_validations.dataValidation if "MATCH($A12," in str(one.formula1)]
    columns = [sheet.column_dimensions[letter] for letter in ("F", "G")]
    lists = {
        str(column[0].value): tuple(str(cell.value) for cell in column[1:] if cell.value is not None)
        for column in sheet.iter_cols(min_col=6, max_col=5 + len(SETTING_CHOICES), max_row=6)
    }

    assert SETTING_CHOICES == lists
    assert ("Cogsheet", "Finale") == lists["COGS posted by"]
    assert columns[0].hidden
    assert ("list", False) == (rule.type, bool(rule.showErrorMessage))
    assert str(rule.sqref).startswith("B12:B")
    last = get_column_letter(5 + len(lists))
    assert f"INDEX($F$2:${last}$5,0,MATCH($A12,$F$1:${last}$1,0))" == rule.formula1


@pytest.mark.parametrize(
    ("kind", "sections"),
    [
        (Kind.MONEY, ["#,##0.00_ ", "[Red]-#,##0.00_ ", '"–"_ ']),
        (Kind.UNIT_COST, ["#,##0.0000_ "]),
    ],
)
def test_a_dash_is_no_money_and_unit_costs_stand_below_each_other(kind: Kind, sections: list[str]) -> None:
    """A zero of money is a dash; every unit cost of a column shows as many decimals as the others."""
    assert sections == NUMBER_FORMATS[kind].split(";")
