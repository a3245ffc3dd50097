"""The demo business: always the same, as large and as awkward as it must be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.business import Business, demo_business
from sandbox.business.catalogue import BILLED_LATE, NEVER_BILLED, NEVER_RECEIVED, RECEIVED_LATE, WITHOUT_TIMELY_COST
from sandbox.business.sales import STORE, moment
from sandbox.business.stock_ledger import RETURN
from sandbox.oracle import expected_answer

if TYPE_CHECKING:
    from sandbox.business.records import Order

ROOT = Path(__file__).parents[2]
_FINGERPRINT = (
    "import hashlib; from sandbox.business import demo_business; "
    "from sandbox.settlement_files.amazon_v2 import settlement_files; b = demo_business(); "
    "text = repr(b) + repr(b.ledger); files = b''.join(f.content for f in settlement_files(b)); "
    "print(hashlib.sha256(text.encode() + files).hexdigest())"
)


def fingerprint(hash_seed: str) -> str:
    """Return the digest of everything the demo business is, made by a fresh interpreter."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and text
        [sys.executable, "-c", _FINGERPRINT],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.long
def test_it_does_not_depend_on_the_order_of_hashes() -> None:
    """Two interpreters that hash differently make the same business and the same files."""
    assert fingerprint("1") == fingerprint("2")


def test_it_is_the_business_it_has_always_been(demo: Business) -> None:
    """The figures that other people know it by; whoever changes it on purpose changes them here."""
    assert (416, 44, 45) == (len(demo.orders_of(STORE)), len(demo.products), len(demo.refunds_of(STORE)))
    assert Decimal("3.343280") == demo.average_now("00123")
    assert Decimal("14.122759") == demo.average_now(RECEIVED_LATE)


def test_another_seed_is_another_business(demo: Business) -> None:
    """The seed is not for show."""
    assert demo_business(2).orders != demo.orders


def test_it_is_large_enough(demo: Business) -> None:
    """At least 300 orders, 40 products, three settlements that follow one another."""
    assert len(demo.orders) >= 300
    assert len(demo.products) >= 40
    assert [period.end for period in demo.periods[:-1]] == [period.start for period in demo.periods[1:]]


def test_no_two_orders_share_an_id(demo: Business) -> None:
    """Order ids, item codes and shipment ids are given once."""
    items = [line.item_code for order in demo.orders for line in order.lines]
    parcels = [shipment.marketplace_shipment_id for shipment in demo.shipments]

    for ids in ([order.order_id for order in demo.orders], items, parcels):
        assert len(set(ids)) == len(ids)


def test_ordinary_goods_never_run_out(demo: Business) -> None:
    """Only the goods whose bill is late are sold into negative stock."""
    below_zero = {row.product_id for row in demo.ledger if row.posting.on_hand < 0}

    assert {RECEIVED_LATE, NEVER_RECEIVED} == below_zero


def test_every_cause_of_a_missing_cost_is_met(demo: Business) -> None:
    """Zero, blank, unmapped, not shipped and not in Finale all occur, beside hundreds of known costs."""
    orders = demo.orders_of(STORE)
    answers = [expected_answer(demo, order.order_id, line.sku) for order in orders for line in order.lines]
    causes = Counter(answer.why_not for answer in answers)

    assert {
        "cost blank": 7,
        "cost zero": 6,
        "not shipped in Finale": 2,
        "order not in Finale": 2,
        "SKU unknown to Finale": 2,
    } == {cause: count for cause, count in causes.items() if cause}
    assert causes[""] > 400


def test_some_late_costs_have_an_average_by_now(demo: Business) -> None:
    """What was received or billed after it was sold can be proposed; what never was cannot."""
    known = {sku: demo.average_now(sku) is not None for sku in WITHOUT_TIMELY_COST}

    assert {RECEIVED_LATE: True, BILLED_LATE: True, NEVER_BILLED: False, NEVER_RECEIVED: False} == known


def test_refunds_come_with_and_without_goods(demo: Business) -> None:
    """Some refunds put units back into stock, most of them in Finale's stock history, and some do not."""
    back = [refund for refund in demo.refunds if refund.returned_at]

    assert 10 < len(back) < len(demo.refunds) - 10
    assert len(back) == sum(row.kind == RETURN for row in demo.ledger)


def test_a_refund_is_of_an_order_older_than_every_settlement(demo: Business) -> None:
    """Its original line stands in no settlement file."""
    first = demo.periods[0].start
    refunded: list[Order] = [demo.order(refund.order_id) for refund in demo.refunds if refund.posted_at >= first]

    assert any(order.ordered_at < first for order in refunded)


@pytest.mark.parametrize("seed", range(1, 7))
def test_no_more_is_refunded_than_was_sold(seed: int) -> None:
    """0 <= units back <= units sold, for every order line, whatever the seed."""
    business = demo_business(seed)
    back: Counter[tuple[str, int]] = Counter()
    for refund in business.refunds:
        back[refund.order_id, refund.line] += refund.units

    assert not {key for key, units in back.items() if units > business.order(key[0]).lines[key[1]].units}


def test_an_average_can_be_asked_for_a_day(demo: Business) -> None:
    """The average of a day is that after its last movement; before the first there is none."""
    purchase = demo.purchases[0]
    line = purchase.lines[0]

    assert demo.average_on(line.product_id, date(2026, 7, 1)) is None
    assert demo.average_on(line.product_id, date(2026, 7, 2)) is not None
    assert demo.average_on(line.product_id, date(2026, 12, 31)) == demo.average_now(line.product_id)


def test_averages_are_not_round(demo: Business) -> None:
    """Real averages use all their decimals."""
    averages = [demo.average_now(product.product_id) for product in demo.products]

    assert sum(average is not None and average != average.quantize(Decimal("0.0001")) for average in averages) > 30


def test_what_moves_stock_adds_up(demo: Business) -> None:
    """Units and values of the stock history sum to what is left of every product."""
    units: Counter[str] = Counter()
    values: dict[str, Decimal] = {}
    for row in demo.ledger:
        if row.moves_stock:
            units[row.product_id] += row.posting.units
            values[row.product_id] = values.get(row.product_id, Decimal(0)) + row.posting.value
    last = {row.product_id: row.posting for row in demo.ledger}

    assert {name: posting.on_hand for name, posting in last.items()} == dict(units)
    assert {name: posting.valuation for name, posting in last.items()} == values


def test_nothing_happens_after_october(demo: Business) -> None:
    """All dates are fixed, whatever the day on which it is made."""
    assert moment("2026-07-02 09:30:00") == demo.ledger[0].at
    assert moment("2026-11-01 00:00:00") > demo.ledger[-1].at
