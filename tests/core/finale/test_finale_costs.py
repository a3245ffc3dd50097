"""Costs from a sandbox account, compared with what the business itself says: every difficult case by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

import pandas as pd
import pytest

from core.finale.account_settings import FinaleSettings
from core.finale.system import CostRequest
from core.frame_columns import records
from core.model import Cause, ObservationKind
from core.progress import silent
from sandbox.business import Business, demo_business
from sandbox.business.hard import case, hard_business
from sandbox.business.random_business import random_business
from sandbox.business.records import Correction, CostChange, Packed
from sandbox.business.sized import sized_business
from tests.core.finale.finale_account import NOON, DemoAccount, differences, everything, only, true_costs

hard = cache(hard_business)
demo = cache(demo_business)
sized = cache(sized_business)


@pytest.mark.long
@pytest.mark.parametrize("business", [demo, hard], ids=["demo", "hard"])
def test_every_line_costs_what_the_business_says(business: object) -> None:
    """Packs, kits, split shipments, negative stock, landed cost: each cost or cause is right to the last decimal."""
    there: Business = business()  # type: ignore[operator]  # one of the two above

    assert {} == differences(true_costs(there), DemoAccount(there).costs())


def rows_of(name: str, *misbehaviour: str) -> list[dict[str, object]]:
    """Return the observations of one difficult order, from a sync of it alone."""
    account = DemoAccount(hard(), *misbehaviour)
    observations = account.observations(only(hard(), case(hard(), name).order_id))
    return records(observations[observations["kind"] == ObservationKind.ORDER])


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("single", "exact"),
        ("hash", "without #"),
        ("prefix", "prefix AMZ-"),
        ("suffix", "suffix -n"),
        ("customer PO", "customer PO"),
    ],
)
def test_the_rule_that_found_the_order_stands_beside_its_cost(name: str, rule: str) -> None:
    """However Finale numbers the order, the cost is there and says how the order was recognised."""
    assert [(rule, False)] == [(row["match_rule"], row["unit_cost"] is None) for row in rows_of(name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("not in Finale", [(None, None, Cause.ORDER_NOT_FOUND, None)]),
        ("packed only", [("BOWL", 1, Cause.NOT_SHIPPED, "committed")]),
        ("cancelled", [("BOX", 1, Cause.NOT_SHIPPED, "cancelled")]),
        ("before receipt", [("EMPTY", 5, Cause.COST_ZERO, "0.0000")]),
    ],
)
def test_a_missing_cost_says_why_and_keeps_what_finale_said(name: str, expected: list[tuple[object, ...]]) -> None:
    """No order, nothing shipped and a cost of zero are three causes; the raw text stays."""
    assert expected == [(row["product_id"], row["units"], row["cause"], row["raw"]) for row in rows_of(name)]


def test_packing_and_shipping_are_one_movement() -> None:
    """An order that was packed first has its two units, not four."""
    assert [("BOWL", 2)] == [(row["product_id"], row["units"]) for row in rows_of("packed then shipped")]


def test_shipments_at_different_costs_are_told_apart() -> None:
    """Three units at one cost and one at another: each its own row with its day and text."""
    rows = sorted(rows_of("split at two costs"), key=lambda row: str(row["record_date"]))

    assert [(3, "1234.5000"), (1, "1265.659333")] == [(row["units"], row["raw"]) for row in rows]
    assert rows[0]["record_date"] != rows[1]["record_date"]


def test_an_order_names_currency_day_and_source_of_its_cost() -> None:
    """Home currency, the day of the movement, when it was asked and where."""
    account = DemoAccount(hard(), settings=FinaleSettings(currency="CAD"))
    (row,) = records(account.observations(only(hard(), case(hard(), "hash").order_id)).iloc[1:])

    assert ("CAD", "2026-08-16", NOON, "stock history") == (
        row["currency"],
        row["record_date"],
        row["fetched_at"],
        row["source"],
    )


ONE_DAY = timedelta(days=1)


@cache
def hard_mappings() -> dict[str, list[tuple[object, object, object]]]:
    """Return what the SKUs of the hard business stand for: product, units and rule."""
    rows = records(pd.concat([page.mappings for page in DemoAccount(hard()).pages()]))
    found: dict[str, list[tuple[object, object, object]]] = {}
    for row in rows:
        found.setdefault(str(row["sku"]), []).append((row["product_id"], row["units"], row["rule"]))
    return found


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("sku", "expected"),
    [
        ("CUP", [("CUP", 1, "product id")]),
        ("cup", [("cup", 1, "product id")]),
        ("Tea Pot/2 °C", [("Tea Pot/2 °C", 1, "product id")]),
        ("CUP-6PK", [("CUP", 6, "lookup, packing 6")]),
        ("CUP-TRI", [("CUP", 3, "lookup, packing 3/1")]),
        ("OLD-CUP", [("CUP", 1, "lookup")]),
        ("BOWL-BLUE", [("BOWL", 1, "lookup")]),
        ("GIFT", [("GIFT", 1, "product id")]),
        ("BREAKFAST", [("CUP", 2, "components of kit BREAKFAST"), ("BOWL", 1, "components of kit BREAKFAST")]),
        ("BREAKFAST-2", [("CUP", 4, "components of kit BREAKFAST"), ("BOWL", 2, "components of kit BREAKFAST")]),
        ("CUP_6PK", [(None, None, "not known in Finale; nearest: CUP-6PK")]),
    ],
)
def test_a_sku_is_mapped_as_finale_ships_it(sku: str, expected: list[tuple[object, object, object]]) -> None:
    """Products, packs, aliases and kits; an unknown SKU has the likeliest one proposed and no product."""
    assert expected == hard_mappings()[sku]


@pytest.mark.long
def test_current_averages_are_those_of_today() -> None:
    """Every product asked for, and every part of a kit, has its average; one without says so."""
    observations = DemoAccount(hard()).observations()
    rows = records(observations[observations["kind"] == ObservationKind.AVERAGE])

    found = {str(row["product_id"]): row["unit_cost"] for row in rows}
    assert {product_id: hard().average_now(product_id) for product_id in found} == found
    assert {product.product_id for product in hard().products} == set(found)


@pytest.mark.few(1)
@pytest.mark.parametrize("misbehaviour", [(), ("arguments-changed",), ("introspection-off",)])
def test_the_average_on_a_date_is_the_last_one_before_it(misbehaviour: tuple[str, ...]) -> None:
    """Receipts between two sales count, and so do days without any movement."""
    days = [date(2026, 8, day) for day in (1, 5, 9, 11, 30)]
    dated = [(sku, day) for sku in ("CUP", "Tea Pot/2 °C", "EMPTY") for day in days]
    account = DemoAccount(hard(), *misbehaviour)
    observations = account.observations(CostRequest((), (), tuple(dated)))

    rows = records(observations[observations["kind"] == ObservationKind.AVERAGE_ON_DATE])
    found = {(row["product_id"], row["record_date"]): row["unit_cost"] for row in rows}
    for sku, day in dated:
        before = [when for product_id, when in found if product_id == sku and when <= day.isoformat()]
        assert (hard().average_on(sku, day) or None) == (found[sku, max(before)] if before else None), (sku, day)


@pytest.mark.long
@pytest.mark.parametrize("misbehaviour", [(), ("arguments-changed",)])
def test_the_last_movement_of_a_day_gives_its_average(misbehaviour: tuple[str, ...]) -> None:
    """Where a product moved several times on one day, the day's average is the one after the last of them."""
    for seed in range(6):
        business = random_business(Random(seed))  # noqa: S311 - a business for tests
        busy = Counter((row.product_id, row.record_date) for row in business.ledger)
        dated = sorted(place for place, count in busy.items() if count > 1)
        plain = [place for place in dated if not business.product(place[0]).parts]
        observations = DemoAccount(business, *misbehaviour).observations(CostRequest((), (), tuple(plain)))

        rows = records(observations[observations["kind"] == ObservationKind.AVERAGE_ON_DATE])
        found = {(row["product_id"], row["record_date"]): row["unit_cost"] for row in rows}
        expected = {(name, day.isoformat()): business.average_on(name, day) or None for name, day in plain}
        assert expected == {place: found[place] for place in expected}


@pytest.mark.long
def test_a_few_orders_among_many_are_asked_for_by_name() -> None:
    """Reading all orders of a fortnight does not pay for fifty of a thousand."""
    business = sized()
    account = DemoAccount(business)
    request = only(business, *(order.order_id for order in business.orders[:1000:20]))

    assert {} == differences(true_costs(business, request), account.costs(request))
    # Schema, products, two of five pages of orders, two requests by name, three pages of movements.
    assert 9 == account.requests()["total"]


def test_a_full_sync_takes_the_whole_catalogue() -> None:
    """Every product has its average and is a SKU of its own name, kits aside."""
    pages = DemoAccount(hard()).pages(CostRequest((), (), catalogue=True))

    observed = {str(row["product_id"]) for page in pages for row in records(page.observations)}
    mapped = {str(row["sku"]) for page in pages for row in records(page.mappings)}
    assert {product.product_id for product in hard().products} == observed
    assert {product.product_id for product in hard().products if not product.parts} == mapped


def test_blank_skus_and_an_empty_request_ask_for_nothing() -> None:
    """A line without SKU is no question to Finale."""
    account = DemoAccount(hard())

    assert [] == [row for page in account.pages(CostRequest((), ("", " "))) for row in records(page.mappings)]
    assert 0 == account.requests()["total"]


def settlement_of(business: Business) -> CostRequest:
    """Return what the one settlement of a sized business asks: its orders, and refunds of old ones."""
    (period,) = business.periods
    refunded = {refund.order_id: refund.posted_at.date() for refund in business.refunds}
    request = everything(business)
    orders = tuple(
        type(order)(order.order_id, order.skus, refunded.get(order.order_id, order.posted_on))
        for order in request.orders
    )
    assert all(order.posted_on >= period.start.date() for order in orders)
    return CostRequest(orders, request.skus)


@pytest.mark.long
def test_a_settlement_of_a_thousand_orders_takes_few_requests() -> None:
    """1,000 orders, 80 SKUs and 50 refunds of old orders need at most 20 requests, and all costs are right."""
    business = sized()
    account = DemoAccount(business)
    request = settlement_of(business)

    assert {} == differences(true_costs(business, request), account.costs(request))
    assert account.requests()["total"] <= 20


@pytest.mark.long
def test_progress_tells_how_far_it_is() -> None:
    """Each stage counts up to its total."""
    told: dict[str, tuple[int, int | None]] = {}

    def progress(what: str, done: int, total: int | None = None) -> None:
        assert done >= told.get(what, (0, 0))[0]
        told[what] = (done, total)

    list(DemoAccount(demo()).finale.costs(everything(demo()), progress))

    assert {"Products", "Orders asked", "Costs"} == set(told)
    assert [] == [what for what, (done, total) in told.items() if done != total]


def test_the_check_names_account_and_mode() -> None:
    """A usual account has nothing to remark, and one request shows that the key is right."""
    account = DemoAccount(hard())

    found = account.finale.check()

    assert ("demo", "costs per order from the stock history", ()) == (found.account, found.mode, found.remarks)
    assert 1 == account.requests()["total"]


def test_the_schema_found_today_is_not_asked_for_again() -> None:
    """A connection that is given the schema probes again only when it is a day old."""
    account = DemoAccount(hard())
    account.finale.check()
    known = account.finale.schema
    asked = account.requests()["total"]
    request = CostRequest((), ("CUP",))

    list(account.connect(schema=known).costs(request, silent))
    assert asked + 1 == account.requests()["total"]

    account.time.sleep(25 * 3600)
    list(account.connect(schema=known).costs(request, silent))
    assert asked + 3 == account.requests()["total"]


def test_the_example_is_one_real_cost_to_compare_with_the_screen() -> None:
    """The first-run self test shows a shipped order and its cost as the stock history has it."""
    example = DemoAccount(demo()).finale.example()

    assert example is not None
    assert demo().order_cost(example.order_id, example.product_id) == example.unit_cost
    assert example.raw is not None
    assert Decimal(example.raw) == example.unit_cost


def test_connections_show_no_secret() -> None:
    """A connection may be printed."""
    assert "<FinaleInventory demo>" == repr(DemoAccount(demo()).finale)


def corrected_weeks_later(orders: int) -> tuple[Business, str]:
    """Return a business of many or few orders whose first product was dear at first, and an order corrected late.

    It left in two parts at two costs; three weeks later a unit of the first part turns out not to have left.
    """
    business = sized_business(orders=orders, products=5, old_refunds=0)
    order = next(o for o in business.orders if len(o.lines) == 1 and len(business.shipments_of(o.order_id)) == 1)
    (whole,) = business.shipments_of(order.order_id)
    product_id = business.parts(order.lines[0].sku)[0].product_id
    more = replace(order, lines=(replace(order.lines[0], units=5),))
    between = whole.shipped_at + timedelta(hours=1)
    parts = (
        replace(whole, items=(Packed(0, 3),)),
        replace(whole, number=2, items=(Packed(0, 2),), shipped_at=whole.shipped_at + timedelta(hours=2)),
    )
    return replace(
        business,
        orders=tuple(more if one is order else one for one in business.orders),
        shipments=(*(one for one in business.shipments if one is not whole), *parts),
        cost_changes=(CostChange("AC-1", between, product_id, Decimal("77.77")),),
        corrections=(Correction(order.order_id, 1, product_id, 1, whole.shipped_at + timedelta(days=21)),),
    ), order.order_id


@pytest.mark.few(1)
@pytest.mark.parametrize("orders", [12, 120], ids=["few", "many"])
def test_a_correction_entered_weeks_after_shipping_is_noticed(orders: int) -> None:
    """The days after the last order are read too, also where only days and not the orders' own are asked for."""
    business, order_id = corrected_weeks_later(orders)
    without = replace(business, corrections=())

    found = DemoAccount(business).costs()

    assert {} == differences(true_costs(business), found)
    assert [] == [key for key in found if key[0] == order_id and found[key] == true_costs(without)[key]]


@pytest.mark.few(1)
@pytest.mark.parametrize("misbehaviour", [(), ("arguments-changed",)])
def test_goods_received_on_the_day_can_be_told_from_those_before(misbehaviour: tuple[str, ...]) -> None:
    """The average of the day before is fetched too, on the way a line asks for it and by a removal order Finale has."""
    business = hard()
    receipt = next(
        row
        for row in business.ledger
        if business.average_on(row.product_id, row.record_date - ONE_DAY)
        not in (None, 0, business.average_on(row.product_id, row.record_date))
        and not business.product(row.product_id).parts
    )
    day, before = receipt.record_date, receipt.record_date - ONE_DAY
    order = next(one for one in business.orders if one.lines[0].sku == "CUP")
    asked = only(business, order.order_id)
    request = CostRequest(asked.orders, asked.skus, ((receipt.product_id, day),), (("CUP", order.order_id),))

    observations = DemoAccount(business, *misbehaviour).observations(request)

    rows = records(observations[observations["kind"] == ObservationKind.AVERAGE_ON_DATE])
    for product, when in ((receipt.product_id, day), (receipt.product_id, before)):
        told = max(
            (row for row in rows if row["product_id"] == product and row["record_date"] <= when.isoformat()),
            key=lambda row: row["record_date"],
        )
        assert business.average_on(product, when) == told["unit_cost"]
    left = next(
        row["record_date"]
        for row in records(observations)
        if row["order_id"] == order.order_id and row["product_id"] == "CUP"
    )
    assert business.average_on("CUP", date.fromisoformat(left)) in {
        row["unit_cost"] for row in rows if row["product_id"] == "CUP"
    }
