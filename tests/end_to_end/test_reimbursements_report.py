"""Amazon's Reimbursements report by commands: what it holds, and what it does to the costs of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.marketplaces.documents.test_reimbursements_report import report
from tests.end_to_end.demo_book import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.demo_book import DemoBook


@pytest.mark.long
def test_inspect_and_import_say_what_a_report_holds(demo: DemoBook, tmp_path: Path) -> None:
    """Rows by reason, units in cash and from stock; a second import changes nothing."""
    file = tmp_path / "report.txt"
    file.write_bytes(report(quantity_reimbursed_cash="1", quantity_reimbursed_inventory="1"))

    looked = run("inspect", str(file), "--json").data
    said = run("inspect", str(file)).output
    first, again = demo.run("import", str(file)), demo.run("import", str(file), "--json")

    assert ({"Lost_Warehouse": 1}, 1, 1) == (
        looked["reimbursements"],
        looked["units_in_cash"],
        looked["units_in_inventory"],
    )
    assert "1 in cash, 1 from stock" in said
    assert "report.txt: 1 row of reimbursements (Amazon US) imported: 1 unit in cash, 1 from stock." in first.output
    assert (False, 1) == (again.data["reimbursements"][0]["new"], again.data["reimbursements"][0]["rows"])


@pytest.mark.long
def test_a_lost_unit_that_was_replaced_from_stock_costs_nothing(demo: DemoBook, tmp_path: Path) -> None:
    """The demo lost a saw; the report says none in cash, 1 from stock: sheet Transactions has no COGS for it."""

    def lost() -> dict[str, object]:
        rows = demo.table("Transactions").rows
        (row,) = [row for row in rows if row["SKU"] == "SAW-FOLD" and row["Type"] == "reimbursement"]
        return row

    before, file = lost(), tmp_path / "report.txt"
    file.write_bytes(
        report(
            sku="SAW-FOLD",
            approval_date=f"{str(before['Posted'])[:10]}T12:00:00+00:00",
            amount_total=str(before["Net"]),
            amount_per_unit=str(before["Net"]),
            quantity_reimbursed_cash="0",
            quantity_reimbursed_inventory="1",
            quantity_reimbursed_total="1",
        )
    )
    demo.run("import", str(file))
    after = lost()

    assert (8.382485, 0) == (before["COGS"], after["COGS"])
    assert "Amazon's Reimbursements report: Lost_Warehouse, 0 in cash, 1 from stock." == after["Cost note"]


@pytest.mark.parametrize("stock", ["-1", "-2", "0", "1"])
def test_inspect_says_of_which_rows_what_came_back_is_not_said(tmp_path: Path, stock: str) -> None:
    """A reimbursement taken back with -1 in inventory does not say what came back; import said so, inspect did not."""
    file = tmp_path / "report.txt"
    row = {"reason": "Reimbursement_Reversal", "amount_total": "-15.00", "quantity_reimbursed_cash": "-1"}
    file.write_bytes(report(**row, quantity_reimbursed_inventory=stock, quantity_reimbursed_total=""))
    looked = run("inspect", str(file))
    below = stock.startswith("-")

    assert below is ("(1 row below 0 in inventory: the returned units are not stated)" in looked.output)
    assert int(below) == run("inspect", str(file), "--json").data["below_0_in_inventory"]
