"""The sheets that nobody sees: xlwings' configuration, and what VBA and Python hand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.machine.places import INTERPRETER_MAC, INTERPRETER_WINDOWS
from addin.sheets import exchange

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from workbooks.template.look import Look

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


def add_configuration(workbook: Workbook, look: Look) -> Worksheet:
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


def add_exchange(workbook: Workbook, look: Look) -> Worksheet:
    """Add the sheet that module Exchange and `addin.sheets.exchange` speak over; all of it is text."""
    worksheet = workbook.add_worksheet(exchange.SHEET)
    text = look.format(num_format="@")
    worksheet.set_column(0, exchange.PATHS_COLUMN - 1, 30, text)
    for row, label in enumerate(("version", "outcome", "message", "answer")):
        worksheet.write_string(row, 0, label, text)
    worksheet.write_string(exchange.FIRST_PATH_ROW - 2, exchange.PATHS_COLUMN - 1, "paths", text)
    worksheet.very_hidden()
    return worksheet
