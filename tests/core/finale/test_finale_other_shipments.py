"""What a sync sees of orders that nobody asked for: replacements, disposals, other channels."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pandas as pd
import pytest

from core.finale.account_settings import FinaleSettings
from core.finale.other_shipments import DaysRead
from core.finale.system import CostRequest
from core.frame_columns import records
from sandbox.business.hard import NO_STORE, case, hard_business
from tests.core.finale.finale_account import DemoAccount, everything
from tests.core.finale.test_finale_report_mode import BY_REPORT

hard = cache(hard_business)


def settled() -> CostRequest:
    """Return the request for all orders that a marketplace posts."""
    whole = everything(hard())
    unsettled = {order.order_id for order in hard().orders if order.store == NO_STORE}
    return CostRequest(tuple(order for order in whole.orders if order.order_id not in unsettled), whole.skus)


def left(account: DemoAccount) -> dict[str, tuple[object, ...]]:
    """Return what left by case: product, day, units, unit cost."""
    rows = records(pd.concat([page.left_stock for page in account.pages(settled())]))
    names = {order.inventory_id: order.notes for order in hard().orders}
    return {
        names[row["order_id"]]: (row["product_id"], row["record_date"], row["units"], row["unit_cost"]) for row in rows
    }


REPLACED = ("BOX", "2026-08-18", 2, Decimal("0.475"))
DISPOSED = ("BOWL", "2026-08-19", 3, Decimal("3.582"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("misbehaviour", "settings"),
    [
        ([], FinaleSettings()),
        (["small-pages"], FinaleSettings()),
        (["no-order-link"], FinaleSettings()),
        (["introspection-off", "arguments-changed"], FinaleSettings()),
        ([], BY_REPORT),
    ],
    ids=["stock history", "small pages", "by label", "no filters", "saved report"],
)
def test_replacements_and_disposals_are_seen_with_day_units_and_cost(
    misbehaviour: list[str], settings: FinaleSettings
) -> None:
    """However the account shows its history; also on a day on which nothing that was settled left."""
    account = DemoAccount(hard(), *misbehaviour, settings=settings)

    found = left(account)

    assert {"replacement for nothing", "replacement on a day without sales", "disposal"} <= set(found)
    assert (REPLACED, DISPOSED) == (found["replacement on a day without sales"], found["disposal"])
    assert set(found) <= {order.notes for order in hard().orders if order.store == NO_STORE} | {"customer PO"}


@pytest.mark.long
def test_an_order_known_by_its_customer_po_alone_brings_that_id_along() -> None:
    """So that a sync which does not ask for it takes it for no other."""
    rows = records(pd.concat([page.left_stock for page in DemoAccount(hard()).pages(settled())]))
    (known,) = [row for row in rows if row["order_id"] == "SO-10023"]

    assert case(hard(), "customer PO").order_id in known["names"]


@pytest.mark.long
def test_an_account_that_only_gives_averages_shows_none() -> None:
    """Mode P: the stock history says nothing of costs, so none of it is kept."""
    account = DemoAccount(hard(), "no-cost-fields")

    assert {} == left(account)


DAY = date(2026, 8, 1)


def on(*numbers: int) -> set[date]:
    return {DAY + timedelta(days=number) for number in numbers}


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (on(0, 1, 2), []),
        (on(0, 3), [(1, 2)]),
        (on(0, 14), [(1, 13)]),
        (on(0, 16), []),
        (on(5, 7), [(6, 6)]),
        (on(-40, 2, 4), [(3, 3)]),
        (on(-40), []),
    ],
)
def test_the_days_between_those_that_were_read_are_read_too_unless_they_are_many(
    read: set[date], expected: list[tuple[int, int]]
) -> None:
    """A fortnight at most, and nothing before the first or behind the last day that was read."""
    spans = [(DAY + timedelta(days=first), DAY + timedelta(days=last)) for first, last in expected]

    assert spans == DaysRead(days=read).gaps(DAY, DAY + timedelta(days=30))
