"""The table of ties: every report's figure about a settlement, side by side."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.model import CostStatus, Event
from core.money import cents, total
from core.reports.ties import PostedFigures, TiedSettlement, table_of_ties
from tests.examples import examples

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}


def line(event: Event, cogs: object = Decimal(0), **amounts: object) -> dict[str, object]:
    money = {name: Decimal(str(amounts.get(name, 0))) for name in AMOUNT_COLUMNS}
    return {
        "store": "Amazon DE",
        "settlement_id": "7",
        "event": event,
        "sku": "MUG",
        "posted_at": datetime(2026, 8, 5, tzinfo=UTC),
        "currency": "EUR",
        "cost_status": CostStatus.COSTED if cogs is not None else CostStatus.MISSING,
        "cogs": cogs,
        "net": sum(money.values()),
        **money,
    }


def ties(
    *rows: dict[str, object], deposit: Decimal | None = None, posted: PostedFigures | None = None
) -> dict[str, Any]:
    nothing = posted or PostedFigures(None, None, "not exported")
    tied = TiedSettlement("Amazon DE", "7", "EUR", deposit, frame(COLUMNS, rows), nothing)
    (row,) = records(table_of_ties([tied], "USD"))
    return row


def test_each_report_says_its_own_figure() -> None:
    """In the settlement's currency the money, in home currency the cost; a payout to the bank is none of it."""
    sold = line(Event.SALE, Decimal("4.004"), principal="20.00", referral_fee="-3.00", tax="1.60")
    reserve = line(Event.BALANCE, other="-5.00") | {"cost_status": CostStatus.NOT_APPLICABLE}
    payout = line(Event.PAYOUT, other="-13.60") | {"cost_status": CostStatus.NOT_APPLICABLE}

    row = ties(
        sold,
        reserve,
        payout,
        deposit=Decimal("13.60"),
        posted=PostedFigures(Decimal("13.60"), Decimal("4.00"), "exported"),
    )

    assert [Decimal("13.60")] * 4 == [row[name] for name in ("deposit", "lines", "profit_and_loss", "clearing")]
    assert [Decimal("4.00")] * 3 == [row[name] for name in ("cogs_tab", "pnl_cost", "cogs_entry")]
    assert ("EUR", "USD", 1) == (row["currency"], row["home_currency"], row["cogs_lines"])


def test_a_figure_that_nobody_knows_is_missing() -> None:
    """A format without total has no deposit, and an entry that waits has no figure: neither is a zero."""
    row = ties(line(Event.SALE, None, principal="20.00"))

    assert (None, None, None) == (row["deposit"], row["clearing"], row["cogs_entry"])
    assert Decimal("20.00") == row["lines"]


def test_a_difference_is_shown_as_it_is() -> None:
    """The table never makes figures agree."""
    row = ties(
        line(Event.SALE, principal="20.00"), deposit=Decimal("21.00"), posted=PostedFigures(Decimal(19), None, "")
    )

    assert (Decimal(21), Decimal(20), Decimal(19)) == (row["deposit"], row["lines"], row["clearing"])


money = st.decimals(-99, 99, places=2)
random_lines = st.lists(
    st.builds(
        lambda event, cogs, principal, fee, tax, other: line(
            event, cogs, principal=principal, other_fee=fee, tax=tax, other=other
        ),
        st.sampled_from([event for event in Event if event is not Event.PAYOUT]),
        st.none() | st.decimals(-50, 50, places=6),
        money,
        money,
        money,
        money,
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.long
@settings(max_examples=examples(25))
@given(random_lines)
def test_the_profit_and_loss_and_the_lines_are_one_figure(rows: list[dict[str, object]]) -> None:
    """Whatever kinds of lines a settlement has: profit, tax and balance moves sum to it, and COGS to the COGS tab."""
    row = ties(*rows)
    table = frame(COLUMNS, rows)

    assert total(table["net"]) == row["lines"] == row["profit_and_loss"]
    assert cents(total(table["cogs"])) == row["cogs_tab"] == row["pnl_cost"]
