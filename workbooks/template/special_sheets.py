"""What only some sheets have: COGS and P&L above their tables, Setup's first steps, and the sheets that nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from addin.commands.registry import BUTTONS, TAB
from addin.machine.places import INTERPRETER_MAC, INTERPRETER_WINDOWS
from addin.sheets import exchange
from addin.sheets.costs.resolve import STAKE_ROW
from addin.sheets.reports.cogs import COGS_SPEC, HEADER_CELLS
from addin.sheets.reports.pnl import ALL, ASK_LABELS, ASK_ROW, BLOCKS, CHART_SHEET, FIRST_ROW, NO, PNL_SPEC, YES
from addin.sheets.settlements.today import CHART_CAPTION, NO_CHART
from addin.sheets.setup.setup import SETTING_CHOICES, SETUP_SPEC
from addin.sheets.tables.sheet_specs import NUMBER_FORMATS, Kind
from addin.takeaway.look import ACCENT, BAD, GOOD, HAIRLINE, INK, QUIET
from core.reports.basis import Basis
from workbooks.template.table_sheet import LAST_ROW
from workbooks.template.template_look import ACCENT_TINT

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from workbooks.template.template_look import TemplateLook

CONFIGURATION_SHEET = "xlwings.conf"

CONFIGURATION = {
    "INTERPRETER_WIN": INTERPRETER_WINDOWS,
    "INTERPRETER_MAC": INTERPRETER_MAC,
    "INTERPRETER": "",
    "PYTHONPATH": "",
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "UDF MODULES": "addin.udfs",
    "USE UDF SERVER": "False",
    "DEBUG UDFS": "False",
    "SHOW CONSOLE": "False",
    "SHOW_ERROR_POPUPS": "True",
    "TEMP DIR": "%TEMP%",
    "CONDA PATH": "",
    "CONDA ENV": "",
    "LICENSE_KEY": "",
    "ONEDRIVE_CONSUMER_WIN": "",
    "ONEDRIVE_CONSUMER_MAC": "",
    "ONEDRIVE_COMMERCIAL_WIN": "",
    "ONEDRIVE_COMMERCIAL_MAC": "",
    "SHAREPOINT_WIN": "",
    "SHAREPOINT_MAC": "",
}
"""Every setting that xlwings looks for. One that were left out would be read from a file beside the workbook, which
anybody may have put there, so that even what is empty stands here (docs/facts/xlwings.md, Buttons). Words, not truth
values: those Excel would spell in the user's language."""


def add_configuration(workbook: Workbook, look: TemplateLook) -> Worksheet:
    """Add the sheet that xlwings' VBA reads its settings from."""
    worksheet = workbook.add_worksheet(CONFIGURATION_SHEET)
    text = look.format(num_format="@")
    worksheet.set_column(0, 1, 44, text)
    for row, (key, value) in enumerate(CONFIGURATION.items()):
        worksheet.write_string(row, 0, key, text)
        if value:
            worksheet.write_string(row, 1, value, text)
    worksheet.very_hidden()
    return worksheet


def add_exchange(workbook: Workbook, look: TemplateLook) -> Worksheet:
    """Add the sheet that module Exchange and `addin.sheets.exchange` speak over; all of it is text."""
    worksheet = workbook.add_worksheet(exchange.SHEET)
    text = look.format(num_format="@")
    worksheet.set_column(0, exchange.PATHS_COLUMN - 1, 30, text)
    for row, label in enumerate(("version", "outcome", "message", "answer")):
        worksheet.write_string(row, 0, label, text)
    worksheet.write_string(exchange.FIRST_PATH_ROW - 2, exchange.PATHS_COLUMN - 1, "paths", text)
    worksheet.very_hidden()
    return worksheet


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


def add_tie_out(worksheet: Worksheet, look: TemplateLook) -> None:
    """Write the facts of the settlement (filled later) and the formulas that compare the table with them."""
    for row, (label, field) in enumerate(HEADER_CELLS, start=_FIRST_ROW):
        worksheet.write_string(row, 0, label, look.label())
        worksheet.write_blank(row, 1, None, look.value(_FORMATS.get(field, "@")))
    worksheet.write_string(_FIRST_ROW, _LABEL, "Tie-out", look.format(bold=True, font_color=INK))
    for row, (label, formula, number_format, empty) in enumerate(TIE_OUT, start=_FIRST_ROW + 1):
        worksheet.write_string(row, _LABEL, label, look.label())
        cell_format = look.format(num_format=number_format if number_format != "@" else "General", align="right")
        worksheet.write_formula(row, _VALUE, formula, cell_format, empty)
    _mark(worksheet, look)


def _mark(worksheet: Worksheet, look: TemplateLook) -> None:
    cell = (_FIRST_ROW + len(TIE_OUT), _VALUE)
    for text, colour in (("Tie out", GOOD), ("Do not tie out", BAD)):
        rule = {
            "type": "cell",
            "criteria": "==",
            "value": f'"{text}"',
            "format": look.format(font_color=colour, bold=True),
        }
        worksheet.conditional_format(*cell, *cell, rule)


_ANSWERS = (str(Basis.POSTED), "", "", ALL, NO, NO)
_CHOICES = {"Counted by": [str(one) for one in Basis], "By month": [NO, YES], "Stores together": [NO, YES]}
_MEANINGS = (
    "the date that counts: posted, ordered or shipped; only the posted date ties to the settlements",
    "first day, such as 2026-08-01; empty is from the beginning",
    "last day; empty is to the end",
    f"{ALL}, or the names of stores with commas between",
    f"{YES}: one row per month",
    f"{YES}: one row per item for all stores",
)


def add_stake(worksheet: Worksheet, look: TemplateLook) -> None:
    """Prepare the line between message and headers that says what is at stake per currency."""
    worksheet.write_blank(STAKE_ROW - 1, 0, None, look.format(bold=True, font_color=INK, valign="vcenter"))


def add_questions(worksheet: Worksheet, look: TemplateLook) -> None:
    """Write the questions with the answers they begin with; the button of profit and loss reads them."""
    answer = look.format(num_format="@", bg_color=ACCENT_TINT, font_color=INK, align="left", valign="vcenter")
    meaning = look.format(font_color=QUIET, align="left", valign="vcenter", indent=1)
    rows = zip(ASK_LABELS, _ANSWERS, _MEANINGS, strict=True)
    for row, (label, text, explained) in enumerate(rows, start=ASK_ROW - 1):
        worksheet.write_string(row, 0, label, look.label())
        worksheet.write_string(row, 1, text, answer) if text else worksheet.write_blank(row, 1, None, answer)
        worksheet.write_string(row, 2, explained, meaning)
        if label in _CHOICES:
            worksheet.data_validation(row, 1, row, 1, {"validate": "list", "source": _CHOICES[label]})
    _add_totals(worksheet, look)


_SUMMED = (Kind.MONEY, Kind.WHOLE)
_NOT_SUMMED = ("profit_per_item",)


def _add_totals(worksheet: Worksheet, look: TemplateLook) -> None:
    """Write what the rows come to that the filter shows, in the row above the headers, where it stays in sight."""
    row, fields = PNL_SPEC.header_row - 2, [column.field for column in PNL_SPEC.columns]
    worksheet.write_string(row, fields.index("item"), "Total of the rows shown", look.format(bold=True, font_color=INK))
    for place, column in enumerate(PNL_SPEC.columns):
        if column.kind in _SUMMED and column.field not in _NOT_SUMMED:
            total = look.format(bold=True, font_color=INK, num_format=NUMBER_FORMATS[column.kind])
            worksheet.write_formula(row, place, f"=SUBTOTAL(109,{PNL_SPEC.table}[{column.header}])", total, 0)
    profit, sales = (xl_rowcol_to_cell(row, fields.index(field)) for field in ("profit", "net_sales"))
    share = look.format(bold=True, font_color=INK, num_format=NUMBER_FORMATS[Kind.PERCENT])
    worksheet.write_formula(row, fields.index("margin"), f'=IF({sales}>0,{profit}/{sales},"")', share, "")


_CHARTS = (
    ("months", "column", "Profit by month", "A4", 535),
    ("top", "bar", "Most profitable items", "F4", 620),
    ("bottom", "bar", "Least profitable items", "L4", 520),
)
"""Block, kind, title, the cell of the upper left corner and the width in pixels."""
_HEIGHT = 390
_NUMBERS = "#,##0;-#,##0;0"


def add_charts(workbook: Workbook, worksheet: Worksheet) -> None:
    """Put the charts between the title and the table."""
    for name, kind, title, cell, width in _CHARTS:
        chart = _chart(workbook, name, kind, title, (width, _HEIGHT))
        worksheet.insert_chart(cell, chart, {"object_position": 2, "description": title})


def _chart(workbook: Workbook, name: str, kind: str, title: str, size: tuple[int, int]) -> object:
    """Return a chart of one of the blocks of the very hidden sheet."""
    column, rows = next((column, rows) for block, column, rows in BLOCKS if block == name)
    chart = workbook.add_chart({"type": kind})
    last = FIRST_ROW + rows - 2
    chart.add_series(
        {
            "name": title,
            "categories": [CHART_SHEET, FIRST_ROW - 1, column - 1, last, column - 1],
            "values": [CHART_SHEET, FIRST_ROW - 1, column, last, column],
            "fill": {"color": ACCENT},
            "gap": 60,
            "invert_if_negative": False,
        }
    )
    _dress(chart, title, is_bar=kind == "bar", size=size)
    return chart


def add_today(workbook: Workbook, worksheet: Worksheet, look: TemplateLook) -> None:
    """Write the sentences above the list of sheet Today, and put a small chart of the profit by month beside it."""
    worksheet.write_blank(1, 0, None, look.format(font_color=INK, font_size=12, valign="vcenter"))
    worksheet.set_row(1, 22)
    worksheet.write_blank(2, 0, None, look.message())
    row, column = (number - 1 for number in CHART_CAPTION)
    worksheet.write_string(row, column, NO_CHART, look.message())
    worksheet.set_column(column - 1, column - 1, 2)
    chart = _chart(workbook, "months", "column", "Profit by month", _SMALL)
    worksheet.insert_chart(row + 1, column, chart, {"object_position": 3, "description": "Profit by month"})


_SMALL = (380, 240)
"""Width and height of a chart beside a list, in pixels."""


def _dress(chart: object, title: str, *, is_bar: bool, size: tuple[int, int]) -> None:
    """Quiet axes, one colour, no legend; the best item of a bar chart stands on top."""
    text = {"color": QUIET, "size": 9}
    names = {"num_font": text, "line": {"color": HAIRLINE}, "label_position": "low", "major_tick_mark": "none"}
    figures = {
        "num_font": text,
        "num_format": _NUMBERS,
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}},
        "major_tick_mark": "none",
    }
    if is_bar:
        names |= {"reverse": True}
        figures |= {"label_position": "high"}  # reversed names put the axis on top
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})  # type: ignore[attr-defined]  # XlsxWriter has no types
    chart.set_x_axis(figures if is_bar else names)  # type: ignore[attr-defined]
    chart.set_y_axis(names if is_bar else figures)  # type: ignore[attr-defined]
    chart.set_legend({"none": True})  # type: ignore[attr-defined]
    chart.set_size({"width": size[0], "height": size[1]})  # type: ignore[attr-defined]
    chart.set_chartarea({"border": {"none": True}})  # type: ignore[attr-defined]
    chart.show_hidden_data()  # type: ignore[attr-defined]
    chart.show_blanks_as("gap")  # type: ignore[attr-defined]


def add_chart_figures(workbook: Workbook, look: TemplateLook) -> Worksheet:
    """Add the very hidden sheet that the charts look at."""
    worksheet = workbook.add_worksheet(CHART_SHEET)
    for name, column, rows in BLOCKS:
        worksheet.write_string(FIRST_ROW - 2, column - 1, name)
        worksheet.write_string(FIRST_ROW - 2, column, "profit")
        for row in range(FIRST_ROW - 1, FIRST_ROW - 1 + rows):
            worksheet.write_blank(row, column - 1, None, look.format(num_format="@"))
            worksheet.write_blank(row, column, None, look.format(num_format="#,##0.00"))
    worksheet.very_hidden()
    return worksheet


def _label(name: str) -> str:
    """Return what is written on the button of a command."""
    return next(command.button.label for command in BUTTONS if command.button and command.name == name)


FIRST_STEPS = (
    (
        "Connect",
        (
            f"Tab {TAB}, button {_label('connect')}: give the Finale account and the stores. "
            "Keys stay in this computer's vault."
        ),
    ),
    ("Import", f"{_label('import')} and choose the files your marketplace offers; or {_label('pull')}."),
    ("Sync", f"{_label('sync')} fetches the cost of every order in the selected settlements."),
    (
        "Resolve",
        f"Where the status says Item missing cost: type the cost, or keep a prefilled one, then {_label('save')}.",
    ),
    (
        "Report",
        f"{_label('cogs')}, {_label('pnl')} and {_label('export')} work on the rows selected on sheet Settlements.",
    ),
)
"""Word and sentence of each step, in order."""

_STEPS_ROW = 3
"""Zero-based row of the heading of the steps."""


def add_first_steps(worksheet: Worksheet, look: TemplateLook) -> None:
    """Write the short how-to between the message line and the table of settings."""
    worksheet.write_string(_STEPS_ROW, 0, "First steps", look.format(bold=True, font_color=INK))
    word = look.format(font_color=ACCENT, bold=True, align="left", indent=1)
    sentence = look.format(font_color=QUIET, align="left")
    for number, (name, text) in enumerate(FIRST_STEPS, start=1):
        worksheet.write_string(_STEPS_ROW + number, 0, f"{number}  {name}", word)
        worksheet.write_string(_STEPS_ROW + number, 1, text, sentence)
    _offer_choices(worksheet)


def _offer_choices(worksheet: Worksheet) -> None:
    """Let each setting that takes one of some words be chosen from a list, wherever its row stands.

    The lists stand in hidden columns right of the table, each below the title of its setting. Nothing is refused by
    them: a day from which a policy holds may stand behind its word, and a button refuses what it cannot take.
    """
    left = len(SETUP_SPEC.columns) + 1
    right, most = left + len(SETTING_CHOICES) - 1, max(map(len, SETTING_CHOICES.values()))
    for place, (title, words) in enumerate(SETTING_CHOICES.items(), start=left):
        worksheet.write_column(0, place, [title, *words])
    worksheet.set_column(left, right, 2, None, {"hidden": True})
    row, value = SETUP_SPEC.header_row, [column.field for column in SETUP_SPEC.columns].index("value")
    nth = f"MATCH($A{row + 1},{xl_range_abs(0, left, 0, right)},0)"
    listed = f"=INDEX({xl_range_abs(1, left, most, right)},0,{nth})"
    rule = {"validate": "list", "source": listed, "show_error": False}
    worksheet.data_validation(row, value, LAST_ROW, value, rule)
