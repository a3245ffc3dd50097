"""Goods that left stock without a line for goods in any settlement."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import COSTED_COLUMNS, LEFT_STOCK_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import CostStatus, Event
from core.reports.left_stock import LeftStock, LeftStockStatus, by_month, left_without_line

if TYPE_CHECKING:
    import pandas as pd

NEWEST = "2026-09-30"


def line(order: str | None = "1", day: str = NEWEST, **values: object) -> dict[str, object]:
    usual = {"event": Event.SALE, "cost_status": CostStatus.COSTED, "raw_type": "Order", "order_id": order}
    return {**usual, "posted_at": datetime.fromisoformat(day).replace(tzinfo=UTC), **values}


def fee(order: str, words: str, day: str = NEWEST) -> dict[str, object]:
    kind = {"event": Event.FEE, "cost_status": CostStatus.NOT_APPLICABLE}
    return line(order, day, **kind, raw_type="other-transaction", raw_description=words)


def gone(order: str, day: str = "2026-08-03", **values: object) -> dict[str, object]:
    usual = {"order_id": order, "names": json.dumps([order]), "product_id": "A", "record_date": day, "units": 1}
    return {**usual, "unit_cost": Decimal(5), "currency": "USD", **values}


def found(
    *left: dict[str, object], lines: tuple[dict[str, object], ...] = (), starts: tuple[date | None, ...] = ()
) -> tuple[LeftStock, ...]:
    rows = (line("first", "2026-08-01"), line("last"), *lines)
    books: pd.DataFrame = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows)
    days = books["posted_at"].dt.strftime("%Y-%m-%d")
    return left_without_line(frame(LEFT_STOCK_COLUMNS, left), books, days, starts)


def test_a_replacement_and_a_disposal_stand_with_their_cost_and_the_fee_beside() -> None:
    """One A at 5.00 for nothing; three B at 7.00 of which only the fee was settled: 5.00 and 21.00."""
    disposed = gone("D-7", "2026-08-09", product_id="B", units=3, unit_cost=Decimal(7))

    replacement, disposal = found(gone("R-1"), disposed, lines=(fee("D-7", "DisposalComplete"),))

    assert (Decimal(5), "", LeftStockStatus.NONE) == (
        replacement.cost,
        replacement.settled_beside,
        replacement.standing,
    )
    assert (Decimal(21), "other-transaction DisposalComplete") == (disposal.cost, disposal.settled_beside)
    (month,) = by_month((replacement, disposal))
    assert ("2026-08", 2, 4, Decimal(26), 0) == (
        month.month,
        month.orders,
        month.units,
        month.cost,
        month.without_cost,
    )


@pytest.mark.parametrize("words", ["RemovalComplete", "FBA disposal fee", "WFS InventoryDisposalOrder"])
def test_any_word_for_a_removal_stands_beside(words: str) -> None:
    """It is the marketplace's own word, none that we know."""
    (one,) = found(gone("D-7"), lines=(fee("D-7", words),))

    assert one.settled_beside.endswith(words)


@pytest.mark.parametrize(
    "lines",
    [
        (line("R-1"),),
        (line("R-1", event=Event.REFUND, cost_status=CostStatus.WAITING),),
        (line("#R-1", cost_status=CostStatus.MISSING),),
        (line("S01", merchant_order_id="R-1"),),
        (line("R-1", merchant_order_id="1001", cost_status=CostStatus.NOT_APPLICABLE, event=Event.FEE), line("1001")),
    ],
    ids=["sale", "refund", "hash", "seller's own id", "multi-channel"],
)
def test_an_order_with_a_line_for_goods_is_not_listed(lines: tuple[dict[str, object], ...]) -> None:
    """Whatever the settlement calls the order, and whether its cost is known or not."""
    assert () == found(gone("R-1"), lines=lines)


def test_an_order_is_known_by_every_id_that_it_may_have() -> None:
    """By its customer PO, and without the account's prefix."""
    by_po = gone("SO-1", names=json.dumps(["113-1", "SO-1"]))
    by_prefix = gone("AMZ-113-1", names=json.dumps(["AMZ-113-1", "113-1"]))

    assert () == found(by_po, by_prefix, lines=(line("113-1"),))


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2026-08-30", LeftStockStatus.NONE),
        ("2026-08-31", LeftStockStatus.NOT_YET),
        ("2026-09-29", LeftStockStatus.NOT_YET),
        ("2026-10-20", LeftStockStatus.NOT_YET),
    ],
)
def test_what_left_within_thirty_days_of_the_newest_line_is_not_settled_yet(
    day: str, standing: LeftStockStatus
) -> None:
    """The newest line is of 30 September."""
    assert [standing] == [one.standing for one in found(gone("R-1", day))]


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        ("2026-07-31", ()),
        ("2026-08-14", (date(2026, 8, 15), None)),
        ("2026-08-14", (None, date(2026, 8, 20))),
    ],
    ids=["first line", "books start", "Finale start"],
)
def test_nothing_is_listed_of_the_time_before_the_books(day: str, starts: tuple[date | None, ...]) -> None:
    """Whatever left then was settled elsewhere, or Finale's data do not reach back to it."""
    assert () == found(gone("R-1", day), starts=starts)


def test_a_missing_cost_is_no_zero_and_is_counted() -> None:
    """The sum is of the known ones; a correction entered later takes its units off in its own month."""
    rows = (gone("R-1", unit_cost=None, cause="Cost zero"), gone("R-2", units=2), gone("R-2", "2026-08-20", units=-1))

    left = found(*rows)
    (month,) = by_month(left)

    assert [None, Decimal(10), Decimal(-5)] == [one.cost for one in left]
    assert (Decimal(5), 1, 2) == (month.cost, month.without_cost, month.orders)


def test_empty_books_list_nothing() -> None:
    """Without a line there is no time of which they speak."""
    nothing = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, ())

    assert () == left_without_line(frame(LEFT_STOCK_COLUMNS, [gone("R-1")]), nothing, nothing["order_id"])
