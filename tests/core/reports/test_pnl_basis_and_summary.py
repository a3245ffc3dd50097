"""Profit and loss by order and ship date, its summary by month and store, and what its charts show."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.model import CostStatus, Event, ObservationKind
from core.money import cents
from core.reports.basis import Basis, counted_days
from core.reports.pnl_summary import ALL_MONTHS, ALL_STORES, charted, pnl_summary
from core.reports.profit_and_loss import NO_ITEM, ROUNDING, PnlQuestion, priced_lines, profit_and_loss, summed, totals
from tests.examples import examples

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
HOME = PnlQuestion("USD")


def line(event: Event = Event.SALE, **values: object) -> dict[str, object]:
    usual: dict[str, object] = {
        **dict.fromkeys(AMOUNT_COLUMNS, Decimal(0)),
        "key": "k",
        "store": "Amazon US",
        "settlement_id": "1",
        "event": event,
        "sku": "MUG",
        "order_id": "111-1",
        "product_id": "P",
        "posted_at": datetime(2026, 9, 3, tzinfo=UTC),
        "currency": "USD",
        "quantity": 1,
        "principal": Decimal("20.00"),
        "cost_status": CostStatus.COSTED,
        "cogs": Decimal("5.00"),
    }
    return usual | values


OBSERVED = frame(
    OBSERVATION_COLUMNS,
    [
        {
            "kind": ObservationKind.ORDER,
            "order_id": "111-1",
            "product_id": "P",
            "record_date": "2026-08-31",
            "order_date": "2026-08-29",
        }
    ],
)


def test_sales_count_on_their_order_or_ship_day_and_refunds_on_the_posted_one() -> None:
    """Only a sale has been ordered and shipped."""
    lines = frame(COLUMNS, [line(), line(Event.REFUND), line(Event.FEE, order_id=None)])

    days = {basis: counted_days(lines, basis, zones={}, observations=OBSERVED).counted.to_list() for basis in Basis}

    assert ["2026-09-03"] * 3 == days[Basis.POSTED]
    assert ["2026-08-29", "2026-09-03", "2026-09-03"] == days[Basis.ORDERED]
    assert ["2026-08-31", "2026-09-03", "2026-09-03"] == days[Basis.SHIPPED]


def test_a_sale_whose_day_nobody_knows_falls_back_and_is_counted() -> None:
    """It stays in the figures, on its posted day."""
    question = PnlQuestion("USD", by_month=True, basis=Basis.SHIPPED)
    lines = frame(COLUMNS, [line(), line(order_id="999"), *[line(Event.REFUND, order_id="999")] * 2])

    rows = records(profit_and_loss(lines, question, zones={}, observations=OBSERVED))

    assert [("2026-08", 1, 0), ("2026-09", 1, 1)] == [
        (row["month"], row["units_sold"], row["without_date"]) for row in rows
    ]


@pytest.mark.long
def test_rates_go_by_the_posted_day_whatever_the_basis() -> None:
    """So a line is worth the same at home in every P&L."""
    lines = frame(COLUMNS, [line(currency="EUR")])
    rates = {("EUR", "2026-09-03"): Decimal("1.10")}

    found = [
        profit_and_loss(lines, PnlQuestion("USD", basis=basis), zones={}, rates=rates, observations=OBSERVED)
        for basis in Basis
    ]

    assert [Decimal("22.00")] * 3 == [pnl["sales"].iloc[0] for pnl in found]


def test_each_kind_of_money_that_belongs_to_no_item_has_its_own_line() -> None:
    """Storage and subscription are two lines, after the items, and say what kind of money they are."""
    fee = {"sku": None, "principal": Decimal(0), "cogs": Decimal(0), "quantity": None}
    lines = frame(
        COLUMNS,
        [
            line(Event.FEE, **fee, raw_description="Storage Fee", other=Decimal(-12)),
            line(Event.FEE, **fee, raw_type="Subscription", other=Decimal(-40)),
            line(),
        ],
    )

    rows = records(profit_and_loss(lines, HOME, zones={}))

    assert [("MUG", None), (f"{NO_ITEM} Storage Fee", "fee"), (f"{NO_ITEM} Subscription", "fee")] == [
        (row["item"], row["description"]) for row in rows
    ]


def test_a_row_is_explained_by_a_line_in_sight_without_cost_first() -> None:
    """The link beside the item leads there."""
    missing = {"cost_status": CostStatus.MISSING, "cogs": None}
    lines = frame(COLUMNS, [line(key="a"), line(key="b"), line(key="c") | missing, line(key="d") | missing])
    priced = priced_lines(lines, HOME, zones={})

    assert ["c"] == summed(priced, HOME)["line"].to_list()
    assert ["d"] == summed(priced, HOME, in_sight={"b", "d"})["line"].to_list()
    assert ["b"] == summed(priced, HOME, in_sight={"b"})["line"].to_list()


amounts = st.decimals("-50", "50", places=6)
some_lines = st.lists(
    st.builds(
        lambda store, settlement, month, sku, cogs: line(
            store=store,
            settlement_id=settlement,
            sku=sku,
            cogs=cogs,
            posted_at=datetime(2026, month, 15, tzinfo=UTC),
        ),
        st.sampled_from(["Amazon US", "Walmart"]),
        st.sampled_from("12"),
        st.integers(7, 9),
        st.sampled_from(["MUG", "PAN", None]),
        amounts,
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.long
@settings(max_examples=examples(15))
@given(some_lines)
def test_totals_of_items_and_summary_tie_to_the_settlements(rows: list[dict[str, object]]) -> None:
    """Both sum, with their rounding lines, to the settlements' COGS, each of them rounded once."""
    by_settlement: dict[tuple[object, object], Decimal] = {}
    for row in rows:
        place = (row["store"], row["settlement_id"])
        by_settlement[place] = by_settlement.get(place, Decimal(0)) + Decimal(str(row["cogs"]))
    expected = sum((cents(one) for one in by_settlement.values()), Decimal(0))
    priced = priced_lines(frame(COLUMNS, rows), HOME, zones={})

    items, summary = summed(priced, HOME), records(pnl_summary(priced, HOME))

    assert expected == totals(items)["cogs"]
    whole = {row["store"]: row["cogs"] for row in summary if row["month"] == ALL_MONTHS}
    assert expected == whole.pop(ALL_STORES)
    assert expected == sum(whole.values())
    for store, figure in whole.items():
        assert figure == sum(row["cogs"] for row in summary if row["store"] == store and row["month"] != ALL_MONTHS)


@pytest.mark.long
def test_charts_show_twelve_months_and_the_best_and_worst_items() -> None:
    """Months without lines are empty, no item stands in both lists, and the worst item comes first."""
    rows = [line(sku=f"S{number:02d}", principal=Decimal(number)) for number in range(1, 24)]
    rows.append(line(sku=None, raw_description="Storage Fee", principal=Decimal(-500)))
    rows.append(line(sku="S23", posted_at=datetime(2026, 7, 1, tzinfo=UTC)))
    priced = priced_lines(frame(COLUMNS, rows), HOME, zones={})

    shown = charted(pnl_summary(priced, HOME), summed(priced, HOME))

    assert ("2025-10", "2026-09") == (shown.months[0][0], shown.months[-1][0])
    assert [None, Decimal(15), None] == [profit for name, profit in shown.months if "2026-06" <= name <= "2026-08"]
    assert [f"S{number:02d}" for number in range(23, 13, -1)] == [name for name, _ in shown.top]
    assert "S01" == shown.bottom[0][0]
    assert not {name for name, _ in shown.top} & {name for name, _ in shown.bottom}
    assert not any(name.startswith((NO_ITEM, ROUNDING)) for name, _ in (*shown.top, *shown.bottom))


@pytest.mark.long
def test_totals_say_what_they_exclude() -> None:
    """What has no rate stands in rows of its own, by month and store, and each total names it in words."""
    at_home = line(key="1", currency="USD")
    abroad = at_home | {"key": "2", "store": "Amazon DE", "currency": "EUR", "cogs": Decimal(10)}
    question = PnlQuestion("USD")
    priced = priced_lines(frame(COLUMNS, [at_home, abroad]), question, zones={})

    rows = records(pnl_summary(priced, question))

    words = "EUR 20.00 net sales, EUR 20.00 before cost, COGS USD 10.00 (1 line)"
    whole = next(row for row in rows if (row["month"], row["store"]) == (ALL_MONTHS, ALL_STORES))
    assert (Decimal("20.00"), Decimal("5.00"), f"excludes {words}") == (
        whole["net_sales"],
        whole["cogs"],
        whole["missing_note"],
    )
    assert len({(row["month"], row["store"]) for row in rows}) == len(rows), "the sheet's rows are told apart"
    (apart,) = (row for row in rows if (row["month"], row["store"]) == ("2026-09", "Amazon DE (no rate) EUR"))
    assert words in str(apart["missing_note"])
    bars = charted(pnl_summary(priced, question), summed(priced, question))
    assert ("2026-09", Decimal("15.00")) == bars.months[-1]
    assert (("MUG", Decimal("15.00")),) == bars.top


@pytest.mark.long
def test_items_without_any_known_cost_are_in_no_chart() -> None:
    """Their profit would be all that they were sold for; one that is known in part keeps its bar, in whatever rows."""
    unknown: dict[str, Any] = {"cost_status": CostStatus.MISSING, "cogs": None}
    waits = {"event": Event.REFUND, "principal": Decimal(-20), "cost_status": CostStatus.WAITING, "cogs": None}
    rows = [
        line(key="1"),
        line(key="2", sku="UNKNOWN", **unknown),
        line(key="3", sku="UNKNOWN", store="Amazon CA", **unknown),
        line(key="4", sku="PART", **unknown),
        line(key="5", sku="PART", store="Amazon CA", posted_at=datetime(2026, 8, 3, tzinfo=UTC)),
        line(key="6", sku="BACK") | waits,
        line(key="7", sku="FREE", cost_status=CostStatus.ZERO_CONFIRMED, cogs=Decimal(0)),
    ]
    for by_month in (False, True):
        question = PnlQuestion("USD", by_month=by_month)
        priced = priced_lines(frame(COLUMNS, rows), question, zones={})

        shown = charted(pnl_summary(priced, question), summed(priced, question))

        assert (("PART", Decimal(35)), ("FREE", Decimal(20)), ("MUG", Decimal(15))) == shown.top
        assert () == shown.bottom
