"""The same settlements of the same business, written in Amazon's four formats, are the same books."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, records
from core.marketplaces import read_file
from core.model import Event
from sandbox.business import demo_business, random_business
from sandbox.settlement_files import amazon_unified, amazon_v1, amazon_v2, amazon_xml
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from core.model import Reading, Settlement
    from sandbox.business import Business

RECORDS = {"amazon_v1_flat": amazon_v1, "amazon_xml": amazon_xml}
WITHOUT_UNITS = (Event.REFUND, Event.DISPUTE)
"""V1 and XML do not say how many came back."""
NOT_IN_UNIFIED = (Event.BALANCE, Event.PAYOUT)
"""Reserves stand in settlements alone, payouts in the unified report alone."""

demo = cache(demo_business)


def readings(writer: ModuleType, business: Business) -> list[Reading]:
    """Return what is read of the files that one writer makes."""
    return [read_file(file.content, file.name) for file in writer.settlement_files(business)]


def settlements(writer: ModuleType, business: Business) -> list[Settlement]:
    """Return all settlements of a format."""
    return [settlement for reading in readings(writer, business) for settlement in reading.settlements]


def books(settlement: Settlement) -> Counter[tuple[Any, ...]]:
    """Return the transactions of a settlement, each with everything that its format must say alike."""
    return Counter(
        (
            *(row[name] for name in ("event", "order_id", "order_item_id", "shipment_id", "sku", "posted_at")),
            *(row[name] for name in ("marketplace", "fulfilment", "currency", "stock_effect", *AMOUNT_COLUMNS, "net")),
            None if row["event"] in WITHOUT_UNITS else row["quantity"],
        )
        for row in records(settlement.transactions)
    )


def by_item(settlements: Iterable[Settlement]) -> dict[tuple[Any, ...], list[Decimal | int]]:
    """Return the sums of amounts and units by what the unified report knows of an item."""
    found: defaultdict[tuple[Any, ...], list[Decimal | int]] = defaultdict(lambda: [Decimal(0), Decimal(0), 0])
    for settlement in settlements:
        for row in records(settlement.transactions):
            if row["event"] in NOT_IN_UNIFIED:
                continue
            key = (settlement.settlement_id, row["event"], row["order_id"], row["sku"], row["posted_at"])
            units = 0 if row["event"] in WITHOUT_UNITS else row["quantity"] or 0
            for place, amount in enumerate((row["net"], row["principal"], units)):
                found[key][place] += amount
    return dict(found)


def paid_out(settlement: Settlement) -> Decimal:
    """Return what the payout rows of a unified report say that the bank received."""
    rows = [row for row in records(settlement.transactions) if row["event"] == Event.PAYOUT]
    return -sum((row["net"] for row in rows), Decimal(0))


@pytest.mark.long
@pytest.mark.parametrize("name", RECORDS)
def test_every_record_says_the_same(name: str) -> None:
    """Settlements, totals, periods and each transaction with all its amounts, however its rows are laid out."""
    expected = settlements(amazon_v2, demo())
    found = settlements(RECORDS[name], demo())

    assert {name} == {reading.format for reading in readings(RECORDS[name], demo())}
    for one, other in zip(expected, found, strict=True):
        assert (one.settlement_id, one.total, one.sum, one.currency) == (
            other.settlement_id,
            other.total,
            other.sum,
            other.currency,
        )
        assert (one.period_start, one.period_end, one.deposit_at) == (
            other.period_start,
            other.period_end,
            other.deposit_at,
        )
        assert other.ties_out
        assert books(one) == books(other)


@pytest.mark.long
def test_the_unified_report_says_the_same_of_every_item() -> None:
    """Money and units of each sale, refund, loss and fee; what is not released yet is in no settlement."""
    (reading,) = readings(amazon_unified, demo())

    assert by_item(settlements(amazon_v2, demo())) == by_item(reading.settlements)
    assert len(reading.unsettled) > 0
    paid = {settlement.settlement_id: paid_out(settlement) for settlement in reading.settlements}
    assert {settlement.settlement_id: settlement.total for settlement in settlements(amazon_v2, demo())} == paid


@settings(max_examples=examples(4))
@given(st.integers(0, 10**6))
def test_random_businesses_agree_in_every_record(seed: int) -> None:
    """Orders in several parcels, repeated rows, several items of one SKU, losses: V2, V1 and XML are one."""
    business = random_business(Random(seed))  # noqa: S311  # a business for tests
    expected = [books(settlement) for settlement in settlements(amazon_v2, business) if settlement.lines]
    for writer in RECORDS.values():
        assert expected == [books(settlement) for settlement in settlements(writer, business) if settlement.lines]


@pytest.mark.few(1)
@pytest.mark.parametrize("name", RECORDS)
def test_the_units_of_a_refund_are_unknown_in_archives(name: str) -> None:
    """Unknown, never zero, where only money is stated; a sale's units are all there."""
    rows = [row for found in settlements(RECORDS[name], demo()) for row in records(found.transactions)]

    assert {None} == {row["quantity"] for row in rows if row["event"] == Event.REFUND}
    assert 570 == sum(row["quantity"] for row in rows if row["event"] == Event.SALE)
