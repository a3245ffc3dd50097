"""Profit and loss: what is profit, where it ties, and what it says where a cost or a rate is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.model import CostStatus, Event
from core.money import cents, total
from core.reports.costed_lines import MISSING_MARK, WAITING_MARK
from core.reports.pnl_parts import PARTS, parts
from core.reports.profit_and_loss import (
    NO_ITEM,
    PNL_COLUMNS,
    ROUNDING,
    PnlQuestion,
    profit_and_loss,
    totals,
    with_unknown_costs_blank,
)

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
AUGUST = datetime(2026, 8, 20, 12, tzinfo=UTC)
BY_ITEM = PnlQuestion("USD")


def line(event: Event, sku: str | None = None, **values: object) -> dict[str, object]:
    amounts = {name: Decimal(str(values.pop(name, 0))) for name in AMOUNT_COLUMNS}
    status = CostStatus.COSTED if "cogs" in values else CostStatus.NOT_APPLICABLE
    usual: dict[str, object] = {
        "store": "Amazon US",
        "settlement_id": "1",
        "event": event,
        "sku": sku,
        "posted_at": AUGUST,
        "currency": "USD",
        "cost_status": status,
        "net": sum(amounts.values()),
        "cogs": Decimal(0) if status is CostStatus.NOT_APPLICABLE else None,
    }
    return usual | amounts | values


def sale(sku: str = "MUG", units: int = 2, cogs: str = "5.00", **values: object) -> dict[str, object]:
    return line(Event.SALE, sku, quantity=units, principal="20.00", referral_fee="-3.00", cogs=Decimal(cogs), **values)


def pnl(*rows: dict[str, object], question: PnlQuestion = BY_ITEM, **context: object) -> list[dict[str, object]]:
    return records(profit_and_loss(frame(COLUMNS, rows), question, zones={}, **context))  # type: ignore[arg-type]  # rates


def test_an_items_profit_is_what_it_brought_less_what_it_cost() -> None:
    """Net sales without tax, its own fees, its COGS, and the ratios of them."""
    refund = line(Event.REFUND, "MUG", quantity=-1, principal="-10.00", referral_fee="1.50", cogs=Decimal("-2.50"))
    taxed = sale(tax="1.60", tax_withheld="-1.60")

    (row,) = pnl(taxed, refund)

    assert (2, 1) == (row["units_sold"], row["units_refunded"])
    assert (Decimal(20), Decimal(-10), Decimal(10)) == (row["sales"], row["refunds"], row["net_sales"])
    assert (Decimal("-1.50"), Decimal("2.50"), Decimal(6)) == (row["fees"], row["cogs"], row["profit"])
    assert (Decimal("0.6"), Decimal("2.4"), Decimal(3)) == (row["margin"], row["roi"], row["profit_per_item"])
    assert Decimal(0) == row["tax"]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("rows", "ratios"),
    [
        ([("20.00", "5.00", 1), ("-30.00", "-2.00", -1)], (None, Decimal(-5), Decimal("-15.00"))),
        ([("-30.00", "-7.50", -1)], (None, None, None)),
        ([("20.00", "5.00", 1), ("-10.00", "-6.00", -1)], (Decimal("0.9"), None, Decimal("9.00"))),
        ([("10.00", "2.00", 1), ("-10.00", "0.00", -1)], (None, Decimal("-2.0"), Decimal("-4.00"))),
        ([("10.00", "4.00", 1)], (Decimal("0.4"), Decimal(1), Decimal("4.00"))),
    ],
)
def test_a_ratio_to_what_is_not_above_zero_is_missing(
    rows: list[tuple[str, str, int]], ratios: tuple[Decimal | None, ...]
) -> None:
    """Refunds above sales, goods that came back, nothing sold; by item, in sum, and month by month alike."""
    lines = [
        line(Event.SALE if units > 0 else Event.REFUND, "MUG", quantity=units, principal=price, cogs=Decimal(cogs))
        for price, cogs, units in rows
    ]
    fee = line(Event.FEE, "MUG", other_fee="-2.00")
    asked = [
        PnlQuestion("USD", by_month=by_month, by_item=by_item)
        for by_month in (False, True)
        for by_item in (False, True)
    ]

    found = [pnl(*lines, fee, question=one)[0] for one in asked]

    assert [ratios] * 4 == [(row["margin"], row["roi"], row["profit_per_item"]) for row in found]


def test_fees_that_belong_to_no_item_stand_on_their_own_line() -> None:
    """Storage, advertising and reserves are not spread over items; reserves are no profit."""
    storage = line(Event.FEE, other="-12.00")
    ads = line(Event.ADVERTISING, other="-30.00")
    reserve = line(Event.BALANCE, other="-100.00")

    (row,) = pnl(storage, ads, reserve)

    assert row["item"] == NO_ITEM
    assert (Decimal(-12), Decimal(-30), Decimal(-42), Decimal(-100)) == (
        row["fees"],
        row["advertising"],
        row["profit"],
        row["balance"],
    )


def test_a_missing_cost_is_marked_with_its_units_and_orders() -> None:
    """The profit of that item is too high, and the row says so."""
    unknown = sale(cogs="0") | {"cost_status": CostStatus.MISSING, "cogs": None, "order_id": "111-7"}

    (row,) = pnl(sale(), unknown)

    assert ("●", "2 units without cost: 111-7") == (row["indicator"], row["missing_note"])
    assert Decimal("5.00") == row["cogs"]


def test_the_stores_time_zone_cuts_the_months() -> None:
    """A sale at two in the morning UTC on the first is one of the month before in Los Angeles."""
    late = sale() | {"posted_at": datetime(2026, 9, 1, 2, tzinfo=UTC)}
    question = PnlQuestion("USD", by_month=True)
    table = frame(COLUMNS, [late])

    here = profit_and_loss(table, question, zones={})
    there = profit_and_loss(table, question, zones={"Amazon US": ZoneInfo("America/Los_Angeles")})

    assert ["2026-09"] == here["month"].to_list()
    assert ["2026-08"] == there["month"].to_list()


def test_a_range_takes_its_first_and_last_day() -> None:
    """Both ends are inside."""
    rows = [sale() | {"posted_at": datetime(2026, 8, day, tzinfo=UTC)} for day in (1, 2, 3, 4)]

    (row,) = pnl(*rows, question=PnlQuestion("USD", first_day=date(2026, 8, 2), last_day=date(2026, 8, 3)))

    assert row["units_sold"] == 4


def test_without_a_rate_foreign_money_is_counted_and_not_guessed() -> None:
    """With the day's rate it is converted."""
    foreign = sale(currency="EUR")

    (without,) = pnl(foreign)
    (with_rate,) = pnl(foreign, rates={("EUR", "2026-08-20"): Decimal("1.10")})

    assert (1, Decimal(0)) == (without["without_rate"], without["sales"])
    assert (0, Decimal("22.00")) == (with_rate["without_rate"], with_rate["sales"])


AMOUNTS = st.decimals(-999, 999, places=2)
LINES = st.builds(
    lambda event, sku, settlement, amounts, cogs: line(
        event, sku, settlement_id=settlement, cogs=cogs, **dict(zip(AMOUNT_COLUMNS, amounts, strict=True))
    ),
    st.sampled_from([event for event in Event if event is not Event.PAYOUT]),
    st.sampled_from(["MUG", "PAN", None]),
    st.sampled_from(["1", "2"]),
    st.lists(AMOUNTS, min_size=10, max_size=10),
    st.decimals(-99, 99, places=6),
)


@pytest.mark.long
@given(st.lists(LINES, min_size=1, max_size=12))
def test_every_cent_of_the_settlements_is_in_the_profit_and_loss(rows: list[dict[str, object]]) -> None:
    """Profit, COGS, tax and balance sum to the nets; COGS to the settlements' rounded COGS."""
    table = frame(COLUMNS, rows)
    figures = totals(profit_and_loss(table, BY_ITEM, zones={}))

    assert total(table["net"]) == figures["profit"] + figures["cogs"] + figures["tax"] + figures["balance"]
    by_settlement = [cents(total(group["cogs"])) for _, group in table.groupby("settlement_id")]
    assert sum(by_settlement) == figures["cogs"]


@pytest.mark.long
@given(st.lists(LINES, min_size=1, max_size=12))
def test_the_parts_of_a_line_are_its_net(rows: list[dict[str, object]]) -> None:
    """Line by line, exactly."""
    table = frame(COLUMNS, rows)
    found = parts(table)

    assert table["net"].to_list() == [total(row) for row in zip(*(found[name] for name in PARTS), strict=True)]


def test_the_rounding_of_several_settlements_is_a_line_of_its_own() -> None:
    """Two settlements with half a cent each post one cent each; the item has one cent in all."""
    halves = [sale(cogs="0.005") | {"settlement_id": number} for number in ("1", "2")]

    mug, rounding = pnl(*halves)

    assert (Decimal("0.01"), ROUNDING, Decimal("0.01")) == (mug["cogs"], rounding["item"], rounding["cogs"])


def test_a_row_without_any_known_cost_shows_no_cost_instead_of_zero() -> None:
    """People see blank COGS, margin and profit per item beside the mark; the rest stays as it is."""
    rows = [
        {
            "item": "A",
            "cogs": Decimal(0),
            "margin": Decimal("0.72"),
            "indicator": MISSING_MARK,
            "profit_per_item": Decimal(9),
        },
        {
            "item": "B",
            "cogs": Decimal("3.50"),
            "margin": Decimal("0.30"),
            "indicator": MISSING_MARK,
            "profit_per_item": Decimal("1.50"),
        },
        {
            "item": "(no item) Storage Fee",
            "cogs": Decimal(0),
            "margin": None,
            "indicator": None,
            "profit_per_item": Decimal(2),
        },
    ]
    shown = records(with_unknown_costs_blank(frame(PNL_COLUMNS, rows)))

    assert [None, Decimal("3.50"), Decimal(0)] == [row["cogs"] for row in shown]
    assert [None, Decimal("0.30"), None] == [row["margin"] for row in shown]
    assert [None, Decimal("1.50"), Decimal(2)] == [row["profit_per_item"] for row in shown]


def of(rows: list[dict[str, object]], item: str | None) -> dict[str, object]:
    return next(row for row in rows if row["item"] == item)


@pytest.mark.long
def test_a_line_without_a_rate_is_in_no_figure_its_cost_included() -> None:
    """A sale of EUR 20.00 that cost USD 10.00 is no loss of 10.00; it stands in a row of its own, in words."""
    foreign = sale(currency="EUR", cogs="10.00")
    table = frame(COLUMNS, [foreign])

    (row,) = pnl(foreign)
    (shown,) = records(with_unknown_costs_blank(profit_and_loss(table, BY_ITEM, zones={})))

    assert "(no rate) EUR" == row["item"]
    assert {Decimal(0)} == set(totals(profit_and_loss(table, BY_ITEM, zones={})).values())
    assert (0, 1) == (row["units_sold"], row["without_rate"])
    assert (
        "In no figure, because no rate is known: EUR 20.00 net sales, EUR 17.00 before cost, COGS USD 10.00 (1 line)"
        == (row["missing_note"])
    )
    assert (None, None, None, None) == (shown["sales"], shown["cogs"], shown["profit"], shown["units_sold"])


def test_a_row_sums_one_set_of_lines_only() -> None:
    """The same SKU sold at home and abroad: neither units nor cost of the other sale are in the item's row."""
    rows = pnl(sale(cogs="5.00"), sale(units=7, currency="EUR", cogs="10.00"), sale(currency="GBP", cogs="1.00"))

    mug = of(rows, "MUG")
    assert (2, Decimal("5.00"), Decimal("12.00")) == (mug["units_sold"], mug["cogs"], mug["profit"])
    assert (Decimal("6.00"), None) == (mug["profit_per_item"], mug["missing_note"])
    assert ["(no rate) EUR", "(no rate) GBP"] == [row["item"] for row in rows[1:]]


def test_fees_and_refunds_without_a_rate_are_left_out_with_their_kind() -> None:
    """One currency is one row, whatever its lines are; a cost that is missing there too makes no profit too high."""
    storage = line(Event.FEE, other="-12.00", currency="EUR")
    refund = line(Event.REFUND, "MUG", quantity=-1, principal="-10.00", currency="EUR", cogs=Decimal("-2.50"))
    unknown = sale(currency="EUR", cogs="0") | {"cost_status": CostStatus.MISSING, "cogs": None, "order_id": "111-7"}

    (row,) = pnl(storage, refund, unknown)

    assert (3, 0, None) == (row["without_rate"], row["units_refunded"], row["indicator"])
    assert "EUR 10.00 net sales, EUR -5.00 before cost, COGS USD -2.50 (3 lines, 1 without cost)" in str(
        row["missing_note"]
    )
    assert "2 units without cost: 111-7" in str(row["missing_note"])


FOREIGN = st.tuples(LINES, st.sampled_from(["USD", "EUR", "GBP"]), st.sampled_from(["Amazon US", "Amazon DE"])).map(
    lambda drawn: drawn[0] | {"currency": drawn[1], "store": drawn[2]}
)


@pytest.mark.long
@given(st.lists(FOREIGN, min_size=1, max_size=10), st.booleans(), st.booleans(), st.booleans())
def test_what_has_no_rate_changes_no_figure(
    rows: list[dict[str, object]],
    by_item: bool,  # noqa: FBT001 - drawn
    by_store: bool,  # noqa: FBT001 - drawn
    by_month: bool,  # noqa: FBT001 - drawn
) -> None:
    """Beside the rows of what is left out, the profit and loss is the one of the other lines alone."""
    question = PnlQuestion("USD", by_item=by_item, by_store=by_store, by_month=by_month)
    known = [row for row in rows if row["currency"] == "USD"]

    found = pnl(*rows, question=question)

    alone = pnl(*known, question=question) if known else []
    kept = [row for row in found if not str(row["item"] or "").startswith("(no rate)")]
    assert alone == kept
    left_out = [row for row in found if row not in kept]
    assert len(rows) - len(known) == sum(int(str(row["without_rate"])) for row in left_out)


def test_what_waits_for_its_original_is_counted_apart() -> None:
    """Lines without cost are those of sheet Resolve: a refund that waits is answered by its sale's cost."""
    lacks = {"cost_status": CostStatus.MISSING, "cogs": None}
    waits = {"cost_status": CostStatus.WAITING, "cogs": None}
    unknown = sale("CUP", order_id="111-7") | lacks
    waiting = line(Event.REFUND, "CUP", quantity=-1, principal="-10.00", order_id="111-8") | waits
    alone = line(Event.REFUND, "MUG", quantity=-1, principal="-10.00", order_id="111-9") | waits
    foreign = line(Event.REFUND, "MUG", quantity=-1, principal="-10.00", currency="EUR") | waits

    rows = pnl(unknown, waiting, alone, foreign)

    cup, mug, euro = of(rows, "CUP"), of(rows, "MUG"), of(rows, "(no rate) EUR")
    assert (MISSING_MARK, "2 units without cost: 111-7; 1 unit waiting for its original's cost: 111-8") == (
        cup["indicator"],
        cup["missing_note"],
    )
    assert (WAITING_MARK, "1 unit waiting for its original's cost: 111-9") == (mug["indicator"], mug["missing_note"])
    assert "COGS not known (1 line, 1 waiting for the original's)" in str(euro["missing_note"])


@pytest.mark.parametrize(
    ("rows", "rate", "sums"),
    [
        ([sale(cogs="900000000000")] * 12, "1", ("240", "10800000000000")),
        ([sale(cogs="999999999999.999999", currency="EUR")], "1000000000", ("20000000000", "1000000000000")),
        ([line(Event.SALE, "MUG", principal="900000000000", currency="EUR")] * 3, "1000000000", (f"27{20 * '0'}", "0")),
        ([line(Event.SALE, "MUG", principal="0.01", quantity=1, cogs=Decimal(900000000000))], "1", ("0.01", "9e11")),
    ],
)
def test_sums_past_what_a_line_holds_are_shown(rows: list[dict[str, object]], rate: str, sums: tuple[str, str]) -> None:
    """Twelve lines, a rate of a thousand million and a share of a cent: each ended with an error of the program."""
    (row,) = pnl(*rows, rates={("EUR", "2026-08-20"): Decimal(rate)})

    assert (Decimal(sums[0]), Decimal(sums[1])) == (row["net_sales"], row["cogs"])
