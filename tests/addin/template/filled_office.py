"""LibreOffice with a filled template: what the tests of buttons and of worksheet functions begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name

from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from core.model import CostStatus, Event
from core.reports.costed_lines import MISSING_MARK, WAITING_MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.addin.template.conftest import OpenWorkbook

PYTHON = "RunPython import addin.ribbon; addin.ribbon.run('{}')"
ON, OFF = True, False
COSTS = [
    ["A-1", "", "", 4.25, 45000.5, "", "", "USD", "Finale average"],
    ["a-1", "", "", 7.5, 45001.5, "", "", "USD", "Finale average"],
    ["00123", "", "", "", "", "", "", "", "SKU not mapped"],
    ["Größe é", "", "", 0.333333, 45001.5, "", "", "USD", "Finale average"],
]
"""Rows of sheet Costs."""


@dataclass(frozen=True)
class Line:
    """A line of sheet Transactions, as far as worksheet functions look at it."""

    order_id: str
    sku: str
    quantity: int | None
    unit_cost: str | None
    event: str = Event.SALE
    cost_status: str = CostStatus.COSTED
    cost_source: str = "Finale order"

    @property
    def mark(self) -> str:
        """What stands beside the cost."""
        return {CostStatus.MISSING: MISSING_MARK, CostStatus.WAITING: WAITING_MARK}.get(
            CostStatus(self.cost_status), ""
        )


def put_lines(opened: OpenWorkbook, lines: Sequence[Line]) -> None:
    letters = {column.header: xl_col_to_name(index) for index, column in enumerate(TRANSACTIONS_SPEC.columns)}
    cells: dict[str, Sequence[object]] = {
        "Order ID": [line.order_id for line in lines],
        "SKU": [line.sku for line in lines],
        "Type": [line.event for line in lines],
        "Units": ["" if line.quantity is None else line.quantity for line in lines],
        "Unit cost": ["" if line.unit_cost is None else float(line.unit_cost) for line in lines],
        "!": [line.mark for line in lines],
        "Cost source": [line.cost_source if line.unit_cost else "" for line in lines],
    }
    for header, values in cells.items():
        block = f"{letters[header]}5:{letters[header]}{4 + len(lines)}"
        opened.ask("put_block", "Transactions", block, [[value] for value in values])


def pressed(office: OpenWorkbook, button: str) -> list[str]:
    """Press a button; return what Python and message box were asked, without the worksheet functions' tries."""
    office.vba("xlwings.Noted")
    office.vba("Dispatcher.Press", button)
    return [line for line in str(office.vba("xlwings.Noted")).splitlines() if line and line != "XLPy"]
