"""Units that are typed on Resolve are counted wherever units are shown, as COGS counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"
SOLD, BACK, PAID = {"Type": "sale"}, {"Type": "refund"}, {"Type": "reimbursement"}


def units(book: Workbook, sheet: str, sku: str) -> list[object]:
    """Return the units of a SKU's lines on a sheet."""
    return [row["Units"] for row in table(book, sheet).rows if row["SKU"] == sku]


def shown(story: Story, folder: Path, sku: str) -> dict[str, Any]:
    """Return the units that each sheet and file shows of the lines of a SKU."""
    story.deed("pnl")
    story.deed("fill", NUMBER)
    story.deed("cogs", NUMBER)
    story.deed("cogs", NUMBER, "--to", str(folder / "cogs.xlsx"))
    book = story.book.open()
    (profit,) = (row for row in table(book, "P&L").rows if row["Item"] == sku)
    return {
        "P&L": (profit["Units sold"], profit["Units refunded"]),
        "Settlements": [row["Units"] for row in table(book, "Settlements").rows],
        "Transactions": units(book, "Transactions", sku),
        "COGS tab": units(book, f"COGS {NUMBER}", sku),
        "COGS workbook": units(load_workbook(folder / "cogs.xlsx"), f"COGS {NUMBER}", sku),
    }


@pytest.mark.long
@pytest.mark.parametrize(
    ("rows", "typed", "profit", "lines"),
    [
        pytest.param([item("Order", "1", "60.00")], (SOLD, {"Units back": 3, "Cost": 5}), (3, 0), [3], id="sale"),
        pytest.param(
            [item("Refund", "0", "-40.00")],
            (BACK, {"Units back": 2, "Disposition": "Restocked", "Cost": 5}),
            (0, 2),
            [-2],
            id="old refund",
        ),
        pytest.param(
            [item("Refund", "0", "-40.00", units="4")],
            (BACK, {"Units back": 2, "Cost": 5}),
            (0, 2),
            [-2],
            id="fewer than stated",
        ),
        pytest.param(
            [paid("Inbound Carrier Damage", "21.00", units="", sku="")],
            (PAID, {"SKU": "A", "Units back": 4, "Cost": 5}),
            (0, 0),
            [4],
            id="loss without SKU",
        ),
    ],
)
def test_typed_units_are_in_every_column_of_units(
    story: Story,
    tmp_path: Path,
    rows: list[dict[str, str]],
    typed: tuple[dict[str, object], dict[str, object]],
    profit: tuple[int, int],
    lines: list[int],
) -> None:
    """5.00 for each of them, and as many of them in every report."""
    story.bring(v2(tmp_path, rows))
    story.answer(typed)
    found = shown(story, tmp_path, "A")

    assert sum(lines) * 5 == story.cogs(SKU="A")
    assert {
        "P&L": profit,
        "Settlements": [profit[0]],
        "Transactions": lines,
        "COGS tab": lines,
        "COGS workbook": lines,
    } == found
    story.ties()


@pytest.mark.long
def test_the_month_end_pack_counts_typed_units(story: Story, tmp_path: Path) -> None:
    """A sale that states no units, of which 3 were typed and whose cost is open: without cost, 3 units."""
    story.bring(v2(tmp_path, [item("Order", "1", "60.00"), item("Order", "2", "20.00", units="1", sku="B")]))
    story.answer((SOLD | {"SKU": "A"}, {"Units back": 3}), accept=False)
    story.book.run("close", "2026-09", "--to", str(tmp_path / "pack.xlsx"))
    page = load_workbook(tmp_path / "pack.xlsx")["Open items"]
    cells = page[page.tables["tblWithoutCost"].ref]
    place = [cell.value for cell in cells[0]].index("Units")

    assert [3, 1] == [row[place].value for row in cells[1:] if isinstance(row[place].value, int)]
    story.deed("pnl", status=1)
    (row,) = (row for row in story.book.table("P&L").rows if row["Item"] == "A")
    assert (3, "3 units without cost: 1") == (row["Units sold"], row["Missing"])
