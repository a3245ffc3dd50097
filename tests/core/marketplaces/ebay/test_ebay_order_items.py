"""The items of an eBay order, and how an amount is shared out over them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.marketplaces.ebay.order_items import LineItem, is_whole, order_items, order_units, says_shares, shared_gross
from core.marketplaces.pulling.bundles import Node

MUG = LineItem("MUG", 1, "USD", (("principal", Decimal("36.00")), ("shipping", Decimal("4.00"))))
CUP = LineItem("CUP", 2, "USD", (("principal", Decimal("20.00")),))


def node(**values: Any) -> Node:
    return Node("orders.json", "", values)


def basis(amount: str | None) -> Node:
    """Return an item of a transaction, with the basis of its fee where there is one."""
    return node(feeBasisAmount={"value": amount, "currency": "USD"}) if amount else node()


@pytest.mark.parametrize(
    ("bases", "goods", "expected"),
    [
        ((None, None), (MUG, CUP), ["-30.00", "-15.00"]),
        (("10.00", "35.00"), (MUG, CUP), ["-10.00", "-35.00"]),
        (("10.00", None), (MUG, CUP), ["-30.00", "-15.00"]),
        (("0.00", "0.00"), (MUG, CUP), ["-30.00", "-15.00"]),
        ((None, None), (None, None), ["-22.50", "-22.50"]),
        ((None,), (None,), ["-45.00"]),
    ],
)
def test_an_amount_is_shared_by_basis_then_cost_then_equally(
    bases: tuple[str | None, ...], goods: tuple[LineItem | None, ...], expected: list[str]
) -> None:
    """45.00 are given back: by eBay's bases if all are stated, by 40.00 and 20.00, or in halves."""
    found = shared_gross(Decimal("-45.00"), [basis(one) for one in bases], goods)

    assert [Decimal(one) for one in expected] == found


def test_no_cent_is_lost_between_items() -> None:
    """10.00 over three items of one cost; parts of a cent, which eBay states where it converts, stay in the first."""
    found = shared_gross(Decimal("10.00"), [basis(None)] * 3, [CUP] * 3)
    converted = shared_gross(Decimal("10.004"), [basis(None)] * 3, [CUP] * 3)

    assert (Decimal("10.00"), {Decimal("3.33"), Decimal("3.34")}) == (sum(found), set(found))
    assert Decimal("10.004") == sum(converted)


def test_only_bases_of_all_items_say_the_shares() -> None:
    """Of one item there is nothing to share."""
    assert [True, True, False, False] == [
        says_shares([basis(one) for one in bases]) for bases in [(None,), ("1", "2"), ("1", None), ("0", "0")]
    ]


def test_an_amount_is_whole_if_it_is_all_that_the_items_cost() -> None:
    """In their currency, with either sign, and only where each item is known."""
    assert is_whole(Decimal("-60.00"), "USD", [MUG, CUP])
    assert not is_whole(Decimal("-59.99"), "USD", [MUG, CUP])
    assert not is_whole(Decimal("-60.00"), "EUR", [MUG, CUP])
    assert not is_whole(Decimal("-40.00"), "USD", [MUG, None])


def test_an_item_holds_its_price_after_discounts_postage_and_tax() -> None:
    """Parts of nothing are left out."""
    told = {
        "lineItemId": "1",
        "sku": "MUG",
        "quantity": 2,
        "lineItemCost": {"value": "40.00", "currency": "USD"},
        "discountedLineItemCost": {"value": "36.00", "currency": "USD"},
        "deliveryCost": {"shippingCost": {"value": "0.00", "currency": "USD"}},
        "taxes": [{"amount": {"value": "1.10", "currency": "USD"}}, {"amount": {"value": "0.90", "currency": "USD"}}],
    }

    expected = LineItem("MUG", 2, "USD", (("principal", Decimal("36.00")), ("tax", Decimal("2.00"))))
    assert {"1": expected} == order_items(node(lineItems=[told]))


def test_units_that_an_order_does_not_state_are_left_out() -> None:
    """Those that wait are none fulfilled; of those in part nobody says how many."""
    items = [
        {"lineItemId": "1", "sku": "A", "quantity": 2, "lineItemFulfillmentStatus": "FULFILLED"},
        {"lineItemId": "2", "sku": "B", "quantity": 3, "lineItemFulfillmentStatus": "NOT_STARTED"},
        {"lineItemId": "3", "sku": "C", "quantity": 4, "lineItemFulfillmentStatus": "IN_PROGRESS"},
        {"lineItemId": "4", "sku": "D"},
    ]
    found = order_units([node(orderId="11-1", lineItems=items)], None)

    assert [("A", 2), ("B", 3), ("C", 4)] == list(zip(found["sku"], found["units"], strict=True))
    assert [2, 0] == found["fulfilled"].tolist()[:2]
    assert [False, False, True] == found["fulfilled"].isna().tolist()
