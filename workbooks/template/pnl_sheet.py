"""What only sheets P&L and P&L summary have: the cells that say what is to be shown, and the charts.

The charts show profit by month, and the most and the least profitable items. They refer to blocks of a fixed size on a
very hidden sheet, which every P&L fills anew, so that nothing in a chart ever changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.pnl import ALL, ASK_LABELS, ASK_ROW, BLOCKS, CHART_SHEET, FIRST_ROW, NO, YES
from core.reports.basis import Basis
from workbooks.template.look import ACCENT, ACCENT_TINT, HAIRLINE, INK, QUIET

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from workbooks.template.look import Look


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


def add_questions(worksheet: Worksheet, look: Look) -> None:
    """Write the questions with the answers they begin with; button P&L reads them."""
    answer = look.format(num_format="@", bg_color=ACCENT_TINT, font_color=INK, align="left", valign="vcenter")
    meaning = look.format(font_color=QUIET, align="left", valign="vcenter", indent=1)
    rows = zip(ASK_LABELS, _ANSWERS, _MEANINGS, strict=True)
    for row, (label, text, explained) in enumerate(rows, start=ASK_ROW - 1):
        worksheet.write_string(row, 0, label, look.label())
        worksheet.write_string(row, 1, text, answer) if text else worksheet.write_blank(row, 1, None, answer)
        worksheet.write_string(row, 2, explained, meaning)
        if label in _CHOICES:
            worksheet.data_validation(row, 1, row, 1, {"validate": "list", "source": _CHOICES[label]})


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
    blocks = {name: (column, rows) for name, column, rows in BLOCKS}
    for name, kind, title, cell, width in _CHARTS:
        column, rows = blocks[name]
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
        _dress(chart, title, is_bar=kind == "bar", size=(width, _HEIGHT))
        worksheet.insert_chart(cell, chart, {"object_position": 2, "description": title})


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


def add_chart_figures(workbook: Workbook, look: Look) -> Worksheet:
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
