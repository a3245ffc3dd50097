"""Which item of a Shopify order a payment is for: every cent of it goes somewhere, and none twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.marketplaces.shopify.order_lines import fees, shares_of_items
from core.marketplaces.shopify.orders_api import GIFT_CARD, SHOPIFY_PAYMENTS, Item, Payment, bearer

NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)
MONEY = st.decimals(0, 9_999, places=2)
ITEMS = st.lists(
    st.builds(
        Item,
        id=st.integers(1, 10**9).map(str),
        sku=st.just("A"),
        units=st.integers(1, 9),
        price=MONEY,
        tax=MONEY,
        is_gift_card=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def payment(number: str, gateway: str, after: timedelta = timedelta(0)) -> Payment:
    return Payment(number, gateway, Decimal(10), "USD", NOON + after)


@given(items=ITEMS, shipping=MONEY, rest=MONEY, amount=st.decimals(-9_999, 9_999, places=3), fee=MONEY)
def test_shares_and_fees_sum_to_the_payment(
    items: list[Item], shipping: Decimal, rest: Decimal, amount: Decimal, fee: Decimal
) -> None:
    """Of whatever part of an order a payment is, and in whatever currency."""
    total = sum((item.price + item.tax for item in items), shipping + rest)
    shares = shares_of_items(amount, items, shipping, total)

    assert amount == sum(share.amount for share in shares)
    assert fee == sum(fees(fee, shares))
    assert not [cost for share, cost in zip(shares, fees(fee, shares), strict=False) if share.is_gift_card and cost]


@given(items=ITEMS, shipping=MONEY)
def test_a_payment_of_the_whole_order_gives_each_item_its_own_price(items: list[Item], shipping: Decimal) -> None:
    """Price and tax are exact, not shares of a sum."""
    total = sum((item.price + item.tax for item in items), shipping)
    parts = [dict(share.parts) for share in shares_of_items(total, items, shipping, total)]

    assert [(item.price, item.tax) for item in items] == [
        (part.get("principal", Decimal(0)), part.get("tax", Decimal(0))) for part in parts[: len(items)]
    ]


@pytest.mark.parametrize(
    ("expected", "payments"),
    [
        ("", []),
        ("1", [payment("1", "paypal"), payment("2", SHOPIFY_PAYMENTS, timedelta(days=1))]),
        ("2", [payment("1", GIFT_CARD), payment("2", SHOPIFY_PAYMENTS, timedelta(minutes=1))]),
        ("2", [payment("3", SHOPIFY_PAYMENTS, timedelta(days=3)), payment("2", SHOPIFY_PAYMENTS)]),
        ("1", [payment("2", SHOPIFY_PAYMENTS), payment("1", SHOPIFY_PAYMENTS)]),
    ],
)
def test_the_first_days_payment_carries_the_units(expected: str, payments: list[Payment]) -> None:
    """One that Shopify pays out goes first on that day; later payments change nothing."""
    assert expected == bearer(payments)
