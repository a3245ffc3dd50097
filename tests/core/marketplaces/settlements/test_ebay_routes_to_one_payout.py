"""Random payouts of eBay by its report and its API: the same types, units, costs and entries in the end.

What a route's source really lacks is unknown there and asked, never zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from core.frame_columns import records
from core.marketplaces import read_file
from core.model import CostStatus, Event
from core.typed_amounts import from_text
from tests.core.marketplaces.settlements.routes_to_payouts import (
    EBAY_COLUMNS,
    FEW,
    MANY,
    SEEDS,
    EbayPayout,
    booked,
    sums,
    the_settlement,
)

if TYPE_CHECKING:
    from core.model import Settlement


def by_line_type(settlement: Settlement) -> dict[tuple[str, str, str], Decimal]:
    """Return what stands within the amount columns of orders as something of its own, by event, column and line type.

    Charges are left out: what eBay's report calls a subscription is only one of its other fees in the API.
    """
    found: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in records(settlement.transactions):
        for one in from_text(row["typed"]):
            found[row["event"], one.column, str(one.line_type)] += one.amount if row["event"] != Event.FEE else 0
    return {place: amount for place, amount in found.items() if amount}


def units(settlement: Settlement) -> Counter[tuple[str, str, str]]:
    """Return the units of sales by order and SKU; every one must be known."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in records(settlement.transactions):
        if row["event"] == Event.SALE and row["sku"]:
            found[row["event"], row["order_id"], row["sku"]] += row["quantity"]
    return found


@MANY
@given(seed=SEEDS)
def test_ebays_report_and_pulled_payout_agree(seed: int) -> None:
    """Abroad too: price, postage and each fee to the cent, and units."""
    made = EbayPayout(seed)
    report, pulled = the_settlement(made.report()), the_settlement(made.pulled())

    assert sums(pulled) == sums(report)
    assert units(pulled) == units(report)
    assert by_line_type(pulled) == by_line_type(report)
    assert pulled.total == report.total == made.total


@pytest.mark.long
@FEW
def test_ebays_report_and_pulled_payout_make_the_same_books(seed: int) -> None:
    """COGS and every account; an order of several items whose refund names none is asked in the report alone."""
    made = EbayPayout(seed)
    orders = {one["orderId"] for one in made.orders}
    (record, record_entry), (view, view_entry) = booked(orders, made.pulled()), booked(orders, made.report())
    both, both_entry = booked(orders, made.report(), made.pulled())
    assert record_entry == view_entry == both_entry
    assert records(record.lines) == records(both.lines)
    asked = view.lines[view.lines["cost_status"] == CostStatus.MISSING]
    told = record.lines[~record.lines["order_id"].isin(list(asked["order_id"].dropna()))]
    also = view.lines[~view.lines["order_id"].isin(list(asked["order_id"].dropna()))]
    assert set(asked["order_id"]) <= made.of_several | set(
        record.lines.loc[record.lines["cost_status"] == CostStatus.MISSING, "order_id"]
    )
    assert sum(told["cogs"].tolist(), Decimal(0)) == sum(also["cogs"].tolist(), Decimal(0))


ABROAD = (
    '"Aug 6, 2026",Order,10-1,{net},USD,"Aug 9, 2026",7001,151,1,MUG,2,40.00,--,-5.20,--,40.00,GBP,{rate},--,--',
    '"Aug 7, 2026",Refund,10-1,{back},USD,"Aug 9, 2026",7001,--,--,--,--,--,--,2.60,--,-20.00,GBP,{rate},R1,--',
)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("rate", "net", "back"), [("1.25", "43.50", "-21.75"), ("0.8", "43.50", "-21.75"), ("--", "43.50", "-21.75")]
)
def test_a_refund_abroad_is_the_share_of_its_sale(rate: str, net: str, back: str) -> None:
    """One of two units, 40.00 pounds at 1.25, came back: COGS 5.00, whichever way round the rate is written, or not."""
    rows = (row.format(rate=rate, net=net, back=back) for row in ABROAD)
    books, entry = booked({"10-1"}, "\n".join((EBAY_COLUMNS, *rows, "")).encode())
    sale, refunded = records(books.lines.sort_values("posted_at"))

    assert (Decimal(50), Decimal("-6.50")) == (sale["principal"], sale["referral_fee"])
    assert (Decimal(-25), Decimal("3.25")) == (refunded["principal"], refunded["referral_fee"])
    assert [Decimal(10), Decimal(-5)] == [sale["cogs"], refunded["cogs"]]
    assert Decimal("21.75") in entry.values()


def test_a_row_whose_rate_does_not_fit_is_said() -> None:
    """The net amount counts; that items or rows may be missing is a warning."""
    rows = (row.format(rate="1.25", net="33.50", back="-21.75") for row in ABROAD)
    reading = read_file("\n".join((EBAY_COLUMNS, *rows, "")).encode(), "report.csv")

    assert ["report.csv, line 2, column Net amount"] == [problem.where for problem in reading.problems]
    assert "At the exchange rate 1.25" in reading.problems[0].message


@pytest.mark.long
@pytest.mark.parametrize("with_payout", [False, True])
@FEW
def test_ebays_reports_that_lack_rows_of_items_come_to_the_whole_one(seed: int, *, with_payout: bool) -> None:
    """Two parts and the whole report, or the whole report and a part, are the whole report, and so is the record."""
    made = EbayPayout(seed)
    orders = {one["orderId"] for one in made.orders}
    parts = [made.report(lacking, with_payout=with_payout) for lacking in (1, 0.5)]
    whole = made.report(with_payout=with_payout)
    alone, entry = booked(orders, whole)

    for documents in ((*parts, whole), (whole, *parts)):
        books, also = booked(orders, *documents)
        assert records(books.lines) == records(alone.lines)
        assert entry == also
    assert records(booked(orders, *parts, made.pulled())[0].lines) == records(booked(orders, made.pulled())[0].lines)
