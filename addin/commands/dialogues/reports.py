"""What the buttons of group Reports ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.reports import cogs_reports
from addin.commands.ribbon import ribbon_questions
from addin.commands.ribbon.running_excel import show
from addin.commands.ribbon.selection import is_on_cogs_tab

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk


def cogs(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Make the COGS tabs; pressed again on such a tab, offer it as a workbook of its own."""
    on_tab = is_on_cogs_tab(desk.book)
    outcome = cogs_reports.cogs(desk, ids=ids)
    made = outcome.data["settlements"]
    if not isinstance(made, list):
        return outcome
    show(desk.book.sheets[made[0]["sheet"]])
    question = "The tab is up to date. Save it as a separate workbook beside this one, to hand on?"
    if not on_tab or not ribbon_questions.confirmed(desk.book.app, question):
        return outcome
    written = cogs_reports.download_cogs(desk, ids=ids)
    return replace(outcome, message=f"{outcome.message}\n{written.message}")


def cogs_workbook(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Ask whether the workbooks keep their formulas, and write them beside this one."""
    values_only = ribbon_questions.values_only(desk.book.app, ids)
    if values_only is None:
        return Outcome("No workbook was written.")
    return cogs_reports.download_cogs(desk, ids=ids, values_only=values_only)


def pnl(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Answer what the cells above the table of sheet P&L ask."""
    from addin.commands.reports.pnl import make_pnl  # noqa: PLC0415 - the other buttons of the group need no P&L
    from addin.sheets.reports.pnl import read_options  # noqa: PLC0415 - as above

    return make_pnl(desk, ids=ids, options=read_options(desk.book))
