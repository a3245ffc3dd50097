"""The demo business's Walmart reports: the real format, its traps, exact totals (docs/facts/settlement-formats.md)."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sandbox.business import demo_business, sized_business
from sandbox.business.demo_walmart import STORE
from sandbox.settlement_files.walmart_v1 import COLUMNS, settlement_files

if TYPE_CHECKING:
    from sandbox.business import Business

Row = dict[str, str]


@pytest.fixture(scope="module")
def tables() -> list[list[Row]]:
    """Return the rows below the header and the count of each file, the summary row first."""
    texts = [file.content.decode() for file in settlement_files(demo_business())]
    found = [list(csv.reader(io.StringIO(text))) for text in texts]
    return [[dict(zip(rows[0], row, strict=True)) for row in rows[2:]] for rows in found]


def test_each_report_ties_out_and_counts_its_lines(tables: list[list[Row]]) -> None:
    """The amounts sum to what is paid, and the declared number is that of the rows."""
    totals = [Decimal(rows[0]["Total Payable"]) for rows in tables]
    declared = [file.content.splitlines()[1].decode() for file in settlement_files(demo_business())]

    assert [Decimal("391.63"), Decimal("774.27")] == totals
    assert [sum(Decimal(row["Amount"]) for row in rows[1:]) for rows in tables] == totals
    assert [f"Number of Lines in file {len(rows)}" for rows in tables] == declared
    assert 32 == len(COLUMNS)


def test_units_stand_on_every_row_of_an_item(tables: list[list[Row]], demo: Business) -> None:
    """Counted on the price rows alone they are the units sold; added up they are several times too many."""
    sales = [row for rows in tables for row in rows if row["Transaction Type"] == "Sale"]
    units: defaultdict[tuple[str, int], int] = defaultdict(int)
    for row in sales:
        if row["Amount Type"] == "Product Price":
            units[row["Customer Order #"], int(row["Customer Order line #"]) - 1] += int(row["Ship Qty"])

    true = {(order.order_id, n): line.units for order in demo.orders_of(STORE) for n, line in enumerate(order.lines)}
    assert true == units
    assert sum(int(row["Ship Qty"]) for row in sales) > 2 * sum(units.values())


def test_adjustments_have_no_units(tables: list[list[Row]]) -> None:
    """Labels, fees and what was lost leave the quantity blank."""
    adjustments = [row for rows in tables for row in rows if row["Transaction Type"] == "Adjustment"]

    assert {""} == {row["Ship Qty"] for row in adjustments}
    assert "WFS Lost Inventory" in {row["Transaction Description"] for row in adjustments}


def test_a_business_that_is_not_on_walmart_has_no_reports() -> None:
    """Without the channel there is nothing to write."""
    assert [] == settlement_files(sized_business(orders=3, products=3, old_refunds=0))
