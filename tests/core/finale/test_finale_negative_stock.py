"""Costs after a receipt into negative stock: found in the movements of sales alone, and never invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from random import Random

import pytest

from core.finale.report_mode import read_costs
from core.finale.stock_history import Movement
from core.finale.wanted_orders import with_negative_stock_marks
from core.frame_columns import records
from core.model import INTO_NEGATIVE_STOCK, ObservationKind
from sandbox.business.hard import case, hard_business
from sandbox.business.random_business import random_business
from sandbox.business.stock_ledger import SALE, ledger_rows
from tests.core.finale.finale_account import DemoAccount

hard = cache(hard_business)


def movements(*rows: tuple[str, str, bool]) -> list[Movement]:
    """Return sales of a product: its average after each, and whether the stock is negative then."""
    return [
        Movement(product, Decimal(1), average, average, date(2026, 9, 1), True, "", leaves_negative=negative)  # noqa: FBT003 - a row in short
        for product, average, negative in rows
    ]


def marks(*rows: tuple[str, str, bool]) -> list[bool]:
    return [movement.after_negative for movement in with_negative_stock_marks(movements(*rows))]


def test_another_average_after_negative_stock_is_a_receipt_into_it() -> None:
    """The mark stays with that average, and goes with the next receipt."""
    told = [("A", "5", True), ("A", "6.1", False), ("A", "6.10", False), ("A", "6", False)]

    assert [False, True, True, False] == marks(*told)


def test_products_do_not_mark_each_other() -> None:
    """Negative stock of one says nothing of another; a receipt into stock that was there marks nothing."""
    assert [False, False, False] == marks(("A", "5", True), ("B", "7", False), ("B", "8", False))
    assert [False, False] == marks(("A", "5", True), ("A", "5", True))


@pytest.mark.long
@pytest.mark.parametrize("misbehaviour", [(), ("raw-numbers",), ("no-order-link",), ("introspection-off",)])
def test_the_cost_after_such_a_receipt_says_so(misbehaviour: tuple[str, ...]) -> None:
    """By the units on hand, or by the value of the stock where only that is known; the cost is used as it is."""
    observations = DemoAccount(hard(), *misbehaviour).observations()
    orders = records(observations[observations["kind"] == ObservationKind.ORDER])
    found = {row["order_id"]: row for row in orders if str(row["source"]).endswith(INTO_NEGATIVE_STOCK)}

    row = found[case(hard(), "negative average").order_id]
    assert Decimal(-17) == row["unit_cost"]
    assert case(hard(), "oversold").order_id not in found
    assert case(hard(), "single").order_id not in found


@pytest.mark.long
def test_no_mark_is_invented() -> None:
    """Of random businesses, what is marked had indeed come in while the sandbox's own stock was below zero."""
    seen = 0
    for seed in range(12):
        business = random_business(Random(seed))  # noqa: S311 - a business for tests
        short: dict[str, date] = {}
        for entry in ledger_rows(business):
            if entry.kind != SALE and entry.posting.on_hand - entry.posting.units < 0:
                short.setdefault(entry.product_id, entry.record_date)
        for row in records(DemoAccount(business).observations()):
            if str(row["source"]).endswith(INTO_NEGATIVE_STOCK):
                seen += 1
                assert short[row["product_id"]].isoformat() <= row["record_date"]
    assert seen > 0


def test_a_report_that_shows_the_balance_says_so_too() -> None:
    """The user's own report may have a column with the units on hand after each movement."""
    report = b"""Record date,Transaction type,Order ID,Product ID,Units,Unit cost,Average cost,Quantity balance
9/1/2026,Sale shipment,O1,CUP,-3,5,5,-1
9/2/2026,Purchase shipment,,CUP,10,6,6.11,9
9/3/2026,Sale shipment,O2,CUP,-1,6.11,6.11,8
"""
    read = read_costs(report, (date(2026, 9, 1), date(2026, 9, 30)), {})

    assert [("O1", False), ("O2", True)] == [(row.order_id, row.after_negative) for row in read if row.is_sale]
