"""Finale's REST resources as the sandbox serves them (docs/facts/finale-api.md, REST)."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox.business import Business
    from tests.sandbox.conftest import Ask, Asker


def filtered(**bounds: list[Any]) -> str:
    """Return a filter as the URL carries it."""
    return base64.b64encode(json.dumps(bounds).encode()).decode()


AUGUST = ["2026-08-03T00:00:00", "2026-09-01T00:00:00"]


def test_collections_are_column_major(ask: Ask, demo: Business) -> None:
    """Parallel arrays, one per field, with or without a slash at the end."""
    products = ask.get("api/product/").json()

    assert [product.product_id for product in demo.products] == products["productId"]
    assert {len(demo.products)} == {len(column) for column in products.values()}
    assert products == ask.get("api/product").json()


def test_no_product_record_holds_an_average_cost(ask: Ask) -> None:
    """`cost` is what somebody typed once; the average is not in REST at all."""
    products = ask.get("api/product/").json()

    assert 3.17 == products["cost"][products["productId"].index("00123")]
    assert not [name for name in products if "average" in name.casefold()]


def test_a_filter_is_a_closed_range(ask: Ask) -> None:
    """The same value twice is equality; both bounds are included."""
    wanted = filtered(lastUpdatedDate=AUGUST, orderTypeId=["PURCHASE_ORDER", "PURCHASE_ORDER"])
    found = ask.get("api/order/", filter=wanted).json()

    assert {"PURCHASE_ORDER"} == set(found["orderTypeId"])
    assert all(AUGUST[0] <= day <= AUGUST[1] for day in found["lastUpdatedDate"])


@pytest.mark.parametrize(
    "bounds",
    [
        {"lastUpdatedDate": ["2026-08-01T00:00:00", "2026-09-01T00:00:00"]},
        {"lastUpdatedDate": [None, "2026-09-01T00:00:00"]},
        {"lastUpdatedDate": ["2026-08-01T00:00:00", None]},
    ],
)
def test_an_open_or_too_long_range_is_refused(ask: Ask, bounds: dict[str, list[Any]]) -> None:
    """More than 30 days, or a bound missing: 400."""
    assert 400 == ask.get("api/order/", filter=filtered(**bounds)).status_code


def test_an_unreadable_filter_is_refused(ask: Ask) -> None:
    """Not base64 JSON: 400."""
    assert 400 == ask.get("api/order/", filter="{}").status_code


def test_offset_and_unknown_parameters_are_ignored(ask: Ask) -> None:
    """Only limit works; offset gives the same first row, and a type is no filter."""
    plain = ask.get("api/order/", limit="3").json()

    assert plain == ask.get("api/order/", limit="3", offset="50", orderTypeId="SALES_ORDER").json()
    assert 3 == len(plain["orderId"])


def test_an_error_can_hide_in_200(ask: Ask) -> None:
    """A limit that is no number is answered 200 with a message."""
    response = ask.get("api/order/", limit="many")

    assert (200, ["errorMessage"]) == (response.status_code, list(response.json()))


def test_lists_of_orders_lack_the_lines(ask: Ask, demo: Business) -> None:
    """Only the single order has its items."""
    order = demo.orders[0]
    single = ask.get(f"api/order/{order.order_id}").json()

    assert "orderItemList" not in ask.get("api/order/").json()
    assert [line.units for line in order.lines] == [item["quantity"] for item in single["orderItemList"]]


def test_an_absent_order_is_404(ask: Ask) -> None:
    """So a client can tell that Finale does not have it."""
    assert 404 == ask.get("api/order/111-0000000-0000000").status_code


def test_a_products_url_is_not_always_its_id(ask: Ask) -> None:
    """`00123` lives under a number; asked for by its id it is not found."""
    assert 404 == ask.get("api/product/00123").status_code
    assert "00123" == ask.get("api/product/100001").json()["productId"]
    assert "4/0-HOOK" == ask.get("api/product/4%2F0-HOOK").json()["productId"]


def test_a_shipments_label_is_not_its_key(ask: Ask, demo: Business) -> None:
    """By its label it is 404; by its number it is there; by a wrong number the body is `undefined`."""
    order = ask.get(f"api/order/{demo.orders[0].order_id}").json()
    url = order["shipmentUrlList"][0].removeprefix("/demo/")
    shipment = ask.get(url).json()

    assert f"{demo.orders[0].order_id}-1" == shipment["shipmentIdUser"]
    assert 404 == ask.get(f"api/shipment/{shipment['shipmentIdUser']}").status_code
    assert (200, "undefined") == (ask.get("api/shipment/1").status_code, ask.get("api/shipment/1").text)


def test_an_unknown_resource_is_404(ask: Ask) -> None:
    """There is no such collection."""
    assert 404 == ask.get("api/averagecost/").status_code


def test_lookups_and_bills_of_materials_are_there(hard: Business, asker: Asker) -> None:
    """Scan keys lead to products, kits to their parts."""
    ask = asker(hard)
    lookups = ask.get("api/scanlookup/").json()
    products = ask.get("api/product/").json()
    kit = products["productAssocList"][products["productId"].index("TRIO")]

    assert ("CUP-6PK", "6") == (lookups["scanKey"][0], lookups["normalizedPackingString"][0])
    assert [("CUP", 1), ("BOX", 2)] == [
        (part["productId"], part["quantity"]) for part in kit[0]["productAssocItemList"]
    ]


def test_stock_is_what_the_ledger_says(ask: Ask, demo: Business) -> None:
    """Quantities on hand, below zero too."""
    stock = ask.get("api/inventoryitem/").json()

    assert [demo.on_hand(product_id) for product_id in stock["productId"]] == stock["quantityOnHand"]
