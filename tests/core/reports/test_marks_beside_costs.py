"""The mark beside each cost, and its reason."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.workbook import SPECS
from addin.takeaway import cogs_lines
from addin.takeaway.close_pack.close_columns import ACCRUED
from core.frame_columns import COSTED_COLUMNS, frame, records
from core.model import CostSource, CostStatus
from core.reports.costed_lines import MISSING_MARK, SUSPECT_MARK, WAITING_MARK, with_locked_sources, with_marks

if TYPE_CHECKING:
    from addin.sheets.tables.sheet_specs import Column

RECEIVED = "Goods were received on 2026-09-10, the day they left: the average before is 7, after it 13"
SHIPPED = "Finale shipped 4 for 3 sold, which is not what the mapping says"
FAR = "More than five times the current average, 9.93"
COSTED = {"cost_status": CostStatus.COSTED, "unit_cost": Decimal(1000), "cogs": Decimal(1000), "suspect": FAR}


def columns_of_marks() -> list[tuple[str, Column, tuple[str, ...]]]:
    """Return every column of marks there is, and which marks can stand in it."""
    lines, sums = (MISSING_MARK, WAITING_MARK, SUSPECT_MARK), (MISSING_MARK, WAITING_MARK)
    of_sheets = [(spec.sheet, spec.columns, sums if "P&L" in spec.sheet else lines) for spec in (*SPECS, COGS_SPEC)]
    of_files = [("COGS workbook", cogs_lines.COLUMNS, lines), ("accrual", ACCRUED, lines)]
    found = [(name, one, marks) for name, columns, marks in (*of_sheets, *of_files) for one in columns]
    return [(name, one, marks) for name, one, marks in found if one.field == "indicator"]


@pytest.mark.parametrize(("name", "column", "marks"), columns_of_marks())
def test_every_mark_that_can_stand_in_a_column_is_explained_in_its_note(
    name: str, column: Column, marks: tuple[str, ...]
) -> None:
    """Sheets, COGS tabs and the files that people take away."""
    assert all(mark in column.note for mark in marks), (name, column.note)


def test_there_are_columns_of_marks_on_sheets_and_in_files() -> None:
    """Transactions, COGS, both P&L sheets, COGS workbook and pack: the test above looks at each."""
    assert {"Transactions", "P&L", "P&L summary", "COGS workbook", "accrual"} < {
        name for name, *_ in columns_of_marks()
    }


@pytest.mark.parametrize(
    ("line", "mark", "note"),
    [
        ({**COSTED, "cost_note": "Entered by M. Lee."}, "?", f"Entered by M. Lee. Looks wrong: {FAR}."),
        (
            {**COSTED, "cost_source": CostSource.LOCKED, "cost_note": "As it was exported and locked."},
            "?",
            f"As it was exported and locked. Looks wrong: {FAR}.",
        ),
        ({**COSTED, "suspect": None, "cost_note": "Entered by M. Lee."}, None, "Entered by M. Lee."),
        (
            {"cost_status": CostStatus.MISSING, "cost_note": "Finale has no cost for it."},
            "●",
            "Finale has no cost for it.",
        ),
        ({"cost_status": CostStatus.WAITING, "suspect": FAR, "cost_note": "Waits."}, "○", "Waits."),
        ({**COSTED, "cost_note": None}, "?", f"Looks wrong: {FAR}."),
        (
            {**COSTED, "suspect": RECEIVED, "cost_note": f"Finale's average on 2026-09-01. {RECEIVED}."},
            "?",
            f"Finale's average on 2026-09-01. {RECEIVED}.",
        ),
        (
            {**COSTED, "suspect": SHIPPED, "cost_note": f"Finale's cost of order 1: {SHIPPED}."},
            "?",
            f"Finale's cost of order 1: {SHIPPED}.",
        ),
        (
            {**COSTED, "cost_note": f"Finale's average on 2026-09-01. {RECEIVED}."},
            "?",
            f"Finale's average on 2026-09-01. {RECEIVED}. Looks wrong: {FAR}.",
        ),
        (
            {**COSTED, "suspect": RECEIVED, "cost_note": "As it was exported and locked."},
            "?",
            f"As it was exported and locked. Looks wrong: {RECEIVED}.",
        ),
    ],
)
def test_every_question_mark_has_its_reason_beside_it(line: dict[str, object], mark: str | None, note: str) -> None:
    """Locked or not, and once; the other marks say their reason already."""
    (row,) = records(with_marks(frame(COSTED_COLUMNS, [line])))

    assert (mark, note) == (row["indicator"], row["cost_note"])


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        (CostSource.LOCKED, CostSource.ORDER, "Locked: Finale order"),
        (CostSource.LOCKED, CostSource.ACCEPTED_AVERAGE, "Locked: Accepted average"),
        (CostSource.LOCKED, CostSource.ENTERED, "Locked: Entered"),
        (CostSource.LOCKED, CostSource.ORIGINAL, "Locked: Original line"),
        (CostSource.LOCKED, None, "Locked"),
        (CostSource.ORDER, CostSource.ENTERED, "Finale order"),
        (None, None, None),
    ],
)
def test_a_locked_source_says_what_gave_the_cost(
    now: CostSource | None, then: CostSource | None, words: str | None
) -> None:
    """As far as the lock knows it; a line that is costed anew says its own."""
    lines, locked = (frame(COSTED_COLUMNS, [{"key": "k", "cost_source": source}]) for source in (now, then))

    assert [words] == [row["cost_source"] for row in records(with_locked_sources(lines, locked))]
