"""The demo business's stores on other marketplaces: out of one stock, without moving a figure of the first store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.business import demo_business
from sandbox.business.demo_walmart import STORE as WALMART
from sandbox.business.sales import STORE
from sandbox.oracle import COST_BLANK, expected_answer
from sandbox.settlement_files.amazon_charges import charges
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from sandbox.business import Business


def amazon_alone(business: Business) -> Business:
    """Return the business as if it had no store but the first."""
    return replace(
        business,
        channels=(),
        shops=(),
        orders=tuple(business.orders_of(STORE)),
        shipments=tuple(business.parcels_of(STORE)),
        refunds=tuple(business.refunds_of(STORE)),
        stock_changes=tuple(change for change in business.stock_changes if not change.change_id.startswith("ST-4")),
    )


@pytest.mark.few(1)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_channels_change_nothing_for_amazon(seed: int) -> None:
    """Files, costs of every order and today's averages are those of the business without channels."""
    business = demo_business(seed)
    alone = amazon_alone(business)

    assert settlement_files(alone) == settlement_files(business)
    assert charges(alone) == charges(business)
    for order in business.orders_of(STORE):
        for line in order.lines:
            asked = order.order_id, line.sku
            assert expected_answer(alone, *asked) == expected_answer(business, *asked)
    for product in business.products:
        assert alone.average_now(product.product_id) == business.average_now(product.product_id)


def test_walmart_sells_what_finale_knows(demo: Business) -> None:
    """Its orders have costs in the same account, but for one whose bill never came."""
    orders = demo.orders_of(WALMART)
    answers = [expected_answer(demo, order.order_id, line.sku) for order in orders for line in order.lines]

    assert (49, 3) == (len(orders), len(demo.refunds_of(WALMART)))
    assert [COST_BLANK] == [answer.why_not for answer in answers if answer.why_not]


def test_walmart_pays_out_weekly(demo: Business) -> None:
    """Two settlements that follow one another hold everything that was sold."""
    channel = demo.channel("walmart")

    assert channel is not None
    assert ["20261017-20261023", "20261024-20261030"] == [period.settlement_id for period in channel.periods]
    first, last = channel.periods
    assert first.end == last.start
    assert all(first.start <= parcel.posted_at < last.end for parcel in demo.parcels_of(WALMART))
    assert any(parcel.posted_at < first.end for parcel in demo.parcels_of(WALMART))
    assert demo.channel("etsy") is None
