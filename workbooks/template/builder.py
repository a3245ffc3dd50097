"""The template as one function: specs in, bytes of an .xlsm out."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from addin.sheets import exchange
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.reports.pnl import PNL_SPEC, PNL_SUMMARY_SPEC
from addin.sheets.settlements.today import TODAY_SPEC
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.workbook import NAME, SPECS
from workbook_engine.vba import write_project
from workbooks.template import workbook_zip
from workbooks.template.ribbon_parts import NAMESPACE_2007, NAMESPACE_2010, ribbon_xml
from workbooks.template.special_sheets import (
    CONFIGURATION_SHEET,
    add_chart_figures,
    add_charts,
    add_configuration,
    add_exchange,
    add_first_steps,
    add_questions,
    add_stake,
    add_tie_out,
    add_today,
)
from workbooks.template.table_sheet import add_table_sheet
from workbooks.template.template_look import TemplateLook
from workbooks.template.vba_modules import WORKBOOK_CODE_NAME, vba_modules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from addin.sheets.tables.sheet_specs import TableSpec


TEMPLATE = Path(__file__).parents[1] / "template.xlsm"

_PROPERTIES = {
    "title": "Cogsheet",
    "subject": "The true cost on every settlement line",
    "author": "Cogsheet",
    "company": "",
    "comments": "Made by the command that builds the Cogsheet template.",
    "created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
}
_PROJECT_ID = "{7B1F6A54-2C7E-4E0B-9A53-C065EE700001}"
_WINDOW = (1_600, 900)
"""Pixels, as a laptop shows them; Excel makes it smaller where its screen is."""
_CALCULATED_BY = 191_029
"""Excel's own mark of who calculated a workbook last, as 2019 and 365 write it: with an older one they calculate all
formulas when they open it, and ask at the end whether to save a workbook that nobody has changed."""
_EXTRAS = {
    SETUP_SPEC.sheet: add_first_steps,
    COGS_SPEC.sheet: add_tie_out,
    PNL_SPEC.sheet: add_questions,
    RESOLVE_SPEC.sheet: add_stake,
}


def build(replaced_modules: Mapping[str, str] | None = None, specs: Sequence[TableSpec] = SPECS) -> bytes:
    """Build the template, the same bytes every time.

    Args:
        replaced_modules: VBA texts by module name that stand in for the template's own, for programs that lack what
            Excel has.
        specs: The sheets with tables; those of the add-in if left out.

    Returns:
        A workbook of the type .xlsm: these sheets with empty tables, validation and marks, ribbon and VBA.
    """
    parts = workbook_zip.read_parts(_written_workbook(replaced_modules, specs))
    workbook_zip.hide_name(parts, NAME)
    workbook_zip.use_accent(parts)
    workbook_zip.add_table_style(parts)
    workbook_zip.add_ribbon(parts, ribbon_xml(NAMESPACE_2007), ribbon_xml(NAMESPACE_2010))
    return workbook_zip.write_parts(parts)


def _written_workbook(replaced_modules: Mapping[str, str] | None, specs: Sequence[TableSpec]) -> bytes:
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        workbook.set_properties(_PROPERTIES)
        workbook.set_size(*_WINDOW)
        workbook.set_calc_mode("auto", _CALCULATED_BY)
        workbook.calc_on_load = False
        worksheets = _add_sheets(workbook, TemplateLook(workbook), specs)
        for worksheet in worksheets:
            worksheet.set_vba_name(code_name(worksheet.name))
        workbook.set_vba_name(WORKBOOK_CODE_NAME)
        modules = vba_modules([code_name(worksheet.name) for worksheet in worksheets], replaced_modules)
        workbook.add_vba_project(io.BytesIO(write_project(modules, _PROJECT_ID)), is_stream=True)
        # Filled when the workbook is given to a company.
        workbook.define_name(NAME, '=""')
    return target.getvalue()


def _add_sheets(workbook: Workbook, look: TemplateLook, specs: Sequence[TableSpec]) -> list[Worksheet]:
    worksheets = []
    for spec in specs:
        worksheet = add_table_sheet(workbook, look, spec)
        if spec.sheet in _EXTRAS:
            _EXTRAS[spec.sheet](worksheet, look)
        if spec is TODAY_SPEC:
            add_today(workbook, worksheet, look)
        if spec is PNL_SUMMARY_SPEC:
            worksheet.write_blank(2, 0, None, look.message())
            add_charts(workbook, worksheet)
        worksheets.append(worksheet)
    hidden = (add_configuration, add_exchange, add_chart_figures)
    return [*worksheets, *(add(workbook, look) for add in hidden)]


_CODE_NAMES = {CONFIGURATION_SHEET: "SheetConfiguration", exchange.SHEET: "SheetExchange"}


def code_name(sheet: str) -> str:
    """Return the code name of a sheet: `SheetCogsTemplate` for `COGS template`."""
    words = re.findall(r"[A-Za-z0-9]+", sheet)
    return _CODE_NAMES.get(sheet) or "Sheet" + "".join(word.capitalize() for word in words)
