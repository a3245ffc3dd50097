"""Every cost in the demo's workbook against the sandbox's own engine, which shares no code with core.

The sheets are read with openpyxl and the expectations come from the demo business itself; between the two lie the
settlement files, HTTP, the database, costing and the workbook's engine.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.business import demo_business
from sandbox.oracle import NOT_IN_FINALE, NOT_MAPPED, NOT_SHIPPED, expected_answer, expected_proposal
from tests.end_to_end.demo_book import DemoBook, table

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.business import Business

CAUSES = {
    NOT_IN_FINALE: "Order not in Finale",
    NOT_SHIPPED: "Not shipped in Finale",
    NOT_MAPPED: "SKU not mapped",
    "cost blank": "Cost blank",
    "cost zero": "Cost zero",
}


@pytest.fixture(scope="module")
def business() -> Business:
    return demo_business()


@pytest.fixture(scope="module")
def with_cogs_tabs(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoBook, list[str]]:
    """Return a demo with the COGS tab of every settlement."""
    demo = DemoBook.copy_of(made_demo, tmp_path_factory.mktemp("cogs") / "demo")
    ids = [str(row["Settlement ID"]) for row in demo.table("Settlements").rows]
    assert demo.run("cogs", *ids).status == 1, "the demo has missing costs"
    return demo, ids


def exact(cell: float | None) -> Decimal | None:
    """Return what a cell holds, at the six places of a line."""
    return None if cell is None else round(Decimal(repr(cell)), 6)


@pytest.mark.long
def test_every_sale_has_the_cost_of_the_sandboxs_own_engine(
    with_cogs_tabs: tuple[DemoBook, list[str]], business: Business
) -> None:
    """Unit cost, COGS and the blanks of all sales of all settlements."""
    demo, ids = with_cogs_tabs
    book = demo.open()
    sales = [row for number in ids for row in table(book, f"COGS {number}").rows if row["Type"] == "sale"]

    assert len(sales) > 400
    for row in sales:
        expected = expected_answer(business, str(row["Order ID"]), str(row["SKU"])).unit_cost
        assert expected == exact(row["Unit cost"]), row
        assert (None if expected is None else expected * row["Units"]) == exact(row["COGS"]), row
        assert ("●" if expected is None else None) == row["!"], row


@pytest.mark.long
def test_every_returned_unit_takes_the_cost_of_its_sale(
    with_cogs_tabs: tuple[DemoBook, list[str]], business: Business
) -> None:
    """A refund with goods back is the exact negative of what the sale of that order cost."""
    demo, ids = with_cogs_tabs
    book = demo.open()
    refunds = [row for number in ids for row in table(book, f"COGS {number}").rows if row["Type"] == "refund"]
    costed = [row for row in refunds if row["Unit cost"] is not None]

    assert len(costed) > 20
    for row in costed:
        expected = expected_answer(business, str(row["Order ID"]), str(row["SKU"])).unit_cost
        assert expected is not None, row
        assert expected == exact(row["Unit cost"]), row
        assert (row["COGS"] or 0) <= 0, row
        assert exact(row["COGS"]) == -expected * round(-row["COGS"] / row["Unit cost"]), row


@pytest.mark.long
def test_every_missing_sale_says_why_and_proposes_the_current_average(demo: DemoBook, business: Business) -> None:
    """Resolve lists just the sales that the sandbox has no cost for, each with its cause and Finale's average."""
    rows: list[dict[str, Any]] = [row for row in demo.table("Resolve").rows if row["Type"] == "sale"]

    assert rows
    for row in rows:
        answer = expected_answer(business, str(row["Order ID"]), str(row["SKU"]))
        assert answer.unit_cost is None, row
        assert CAUSES[answer.why_not] == row["Cause"], row
        assert expected_proposal(business, str(row["SKU"])) == exact(row["Proposed cost"]), row
        assert row["Proposed cost"] == row["Cost"], row
