"""Orders that left on several days: accrual and shipped dates go by the shipments of each line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from core.costing import CostingInput, CostingPolicies, cost, sold_in_shipments
from core.frame_columns import AMOUNT_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.line_types import LineType
from core.model import Event, ObservationKind, StockEffect
from core.reports.accrual import ship_days, shipped_not_settled
from core.reports.basis import Basis, counted_days
from core.time import Month
from core.typed_amounts import TypedAmount, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.model import SoldInShipments

AUGUST, SEPTEMBER = Month(2026, 8), Month(2026, 9)
Shipment = tuple[str, int, str]
"""Day, units and unit cost."""
Sold = tuple[int, str]
"""Units, and the day on which the line was posted."""


def line(number: int, units: int, posted: str, **more: object) -> dict[str, Any]:
    money = dict.fromkeys(AMOUNT_COLUMNS, Decimal(0)) | {"principal": Decimal(20) * units}
    sale = {"event": Event.SALE, "stock_effect": StockEffect.OUT, "order_id": "1", "sku": "MUG", "currency": "USD"}
    key = {"key": f"line {number}", "store": "US", "settlement_id": f"{number}", "quantity": units}
    when = {"posted_at": datetime.fromisoformat(f"{posted}T12:00:00+00:00"), "net": Decimal(20) * units}
    return {**sale, **money, **key, **when, **more}


def said(*shipments: Shipment, product: str = "MUG") -> list[dict[str, Any]]:
    order: dict[str, Any] = {"kind": ObservationKind.ORDER, "order_id": "1", "product_id": product, "currency": "USD"}
    return [
        {**order, "units": units, "unit_cost": Decimal(unit_cost), "record_date": day}
        for day, units, unit_cost in shipments
    ]


class Told:
    """The books of one order, and what reports say of it."""

    def __init__(
        self, sold: list[dict[str, Any]], shipped: list[dict[str, Any]], parts: tuple[int, ...] = (1,)
    ) -> None:
        products = ("MUG", "CUP")
        mapping = [{"sku": "MUG", "product_id": products[place], "units": units} for place, units in enumerate(parts)]
        books = CostingInput(
            frame(TRANSACTION_COLUMNS, sold), frame(OBSERVATION_COLUMNS, shipped), frame(MAPPING_COLUMNS, mapping)
        )
        costed = cost(books, CostingPolicies("USD")).drop(columns="key")
        self.lines = pd.concat([books.transactions, costed], axis=1)
        self.observations = books.observations
        self.shipments: Mapping[str, SoldInShipments] = sold_in_shipments(books, CostingPolicies("USD"))

    def days(self) -> list[str | None]:
        days = ship_days(self.lines, self.observations, self.shipments)
        return [None if pd.isna(day) else str(day) for day in days]

    def accrued(self, month: Month) -> list[dict[str, Any]]:
        found = shipped_not_settled(self.lines, self.observations, month, zones={}, shipments=self.shipments)
        return records(found)

    def sums(self, month: Month) -> tuple[Decimal, Decimal]:
        rows = self.accrued(month)
        return sum((row["net"] for row in rows), Decimal(0)), sum((row["cogs"] for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("shipped", "sold", "days", "august", "september"),
    [
        (  # the fourth unit of the order left in September
            [("2026-08-28", 3, "5"), ("2026-09-05", 1, "9")],
            [(3, "2026-09-06"), (1, "2026-09-14")],
            ["2026-08-28", "2026-09-05"],
            ("60", "15"),
            ("0", "0"),
        ),
        (  # both shipments known from the start, at one cost, the later one settled in October
            [("2026-08-28", 3, "5"), ("2026-09-05", 1, "5")],
            [(3, "2026-09-06"), (1, "2026-10-14")],
            ["2026-08-28", "2026-09-05"],
            ("60", "15"),
            ("20", "5"),
        ),
        (  # the smaller shipment was the first
            [("2026-08-30", 1, "7"), ("2026-09-02", 4, "8")],
            [(1, "2026-09-04"), (4, "2026-09-09")],
            ["2026-08-30", "2026-09-02"],
            ("20", "7"),
            ("0", "0"),
        ),
        (  # three shipments in three months
            [("2026-07-30", 1, "4"), ("2026-08-30", 2, "5"), ("2026-09-29", 3, "6")],
            [(1, "2026-08-03"), (2, "2026-09-06"), (3, "2026-10-05")],
            ["2026-07-30", "2026-08-30", "2026-09-29"],
            ("40", "10"),
            ("60", "18"),
        ),
        (  # the line's second unit has not left yet, nor has the whole other line
            [("2026-08-30", 2, "5")],
            [(2, "2026-09-06"), (1, "2026-09-08")],
            ["2026-08-30", None],
            ("40", "10"),
            ("0", "0"),
        ),
    ],
)
def test_each_line_left_with_its_own_shipment(
    shipped: list[Shipment],
    sold: list[Sold],
    days: list[str | None],
    august: tuple[str, str],
    september: tuple[str, str],
) -> None:
    """60.00 and 15.00 stay in August though the order's last unit left in September."""
    told = Told([line(number, *one) for number, one in enumerate(sold)], said(*shipped))

    assert days == told.days()
    assert tuple(map(Decimal, august)) == told.sums(AUGUST)
    assert tuple(map(Decimal, september)) == told.sums(SEPTEMBER)


@pytest.mark.parametrize(
    ("units", "shipped", "expected"),
    [
        (3, [("2026-08-31", 1, "7"), ("2026-09-15", 2, "7")], ("20", "7")),
        (3, [("2026-08-31", 1, "7"), ("2026-09-15", 2, "10")], ("20", "7")),
        (5, [("2026-08-02", 1, "3"), ("2026-08-20", 2, "6"), ("2026-09-01", 2, "9")], ("60", "15")),
    ],
)
def test_of_a_line_that_left_in_part_that_part_is_accrued(
    units: int, shipped: list[Shipment], expected: tuple[str, str]
) -> None:
    """1 of 3 units that left on 31 August: a third of the sale, and the cost of that unit's own shipment."""
    told = Told([line(1, units, "2026-10-06")], said(*shipped))

    (row,) = told.accrued(AUGUST)
    assert tuple(map(Decimal, expected)) == told.sums(AUGUST)
    assert (max(day for day, *_ in shipped if day < "2026-09"), units) == (row["ship_day"], row["units_sold"])
    assert (Decimal(20) * units, Decimal(str(told.lines["cogs"].iloc[0]))) == told.sums(SEPTEMBER)
    assert [max(day for day, *_ in shipped)] == told.days()


def test_a_part_takes_its_share_of_every_amount() -> None:
    """Fees, tax and what is typed by word too, so that the net stays the sum of the ten."""
    fee = TypedAmount("New fee", "other_fee", LineType.SUBSCRIPTION, Decimal("-1.00"))
    money = {"referral_fee": Decimal("-9.00"), "other_fee": Decimal("-1.00"), "net": Decimal("50.00")}
    told = Told(
        [line(1, 3, "2026-10-06", typed=to_text([fee]), **money)],
        said(("2026-08-31", 1, "7"), ("2026-09-15", 2, "7")),
    )

    (row,) = told.accrued(AUGUST)

    assert (Decimal(20), Decimal(-3), Decimal("-0.333333")) == (row["principal"], row["referral_fee"], row["other_fee"])
    assert sum(row[name] for name in AMOUNT_COLUMNS) == row["net"]
    assert [Decimal("-0.333333")] == [one.amount for one in from_text(row["typed"])]


def test_a_kit_has_left_with_the_last_of_its_parts() -> None:
    """Of two kits one is complete on 28 August: its cup and mug left then, those of the other in September."""
    shipped = [*said(("2026-08-27", 1, "4"), ("2026-09-05", 1, "4"))]
    shipped += said(("2026-08-28", 2, "3"), ("2026-09-06", 2, "3"), product="CUP")

    told = Told([line(1, 1, "2026-09-06"), line(2, 1, "2026-09-12")], shipped, parts=(1, 2))

    assert ["2026-08-28", "2026-09-06"] == told.days()
    assert (Decimal(20), Decimal(10)) == told.sums(AUGUST)


def test_the_profit_and_loss_by_shipped_date_goes_by_the_same_day() -> None:
    """A line of which a part has not left counts on its posted day, as one whose order Finale does not know."""
    told = Told(
        [line(1, 3, "2026-09-06"), line(2, 2, "2026-09-14")], said(("2026-08-28", 3, "5"), ("2026-09-05", 1, "5"))
    )

    found = counted_days(told.lines, Basis.SHIPPED, zones={}, observations=told.observations, shipments=told.shipments)

    assert ["2026-08-28", "2026-09-14"] == found.counted.to_list()
    assert [False, True] == list(found.fell_back)
