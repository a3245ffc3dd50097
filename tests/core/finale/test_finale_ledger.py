"""The stock history: movements of an order, and the cost at which each product left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.finale.orders import FinaleOrder, OrderLine, Shipment, read_order
from core.finale.stock_history import Movement, by_fit, by_order, last_averages, shipments, shipped_costs
from core.model import Cause

DAY = date(2026, 9, 3)


def movement(units: object = 1, cost: object = "6.0000", **other: Any) -> Movement:
    """Return a movement of a sale; units that left are positive."""
    usual: dict[str, Any] = {
        "product_id": "ABC-1",
        "average": cost,
        "record_date": DAY,
        "is_sale": True,
        "stage": "sale shipment shipped",
        "order_id": "111-1",
    }
    return Movement(units=Decimal(str(units)), cost=cost, **(usual | other))


def order(order_id: str, *shipments: str, lines: tuple[OrderLine, ...] = (), day: date = DAY) -> FinaleOrder:
    """Return an order with these shipments."""
    return FinaleOrder(
        order_id, "completed", lines=lines, shipments=tuple(Shipment(label, "shipped", day) for label in shipments)
    )


def test_the_unit_cost_is_weighted_by_units() -> None:
    """Two of three units at 6 and one at 7.50 cost 6.50 each; the raw texts stand beside it."""
    cost = shipped_costs([movement(2, "6.0000"), movement(1, "7.5000", record_date=date(2026, 9, 5))])["ABC-1"]

    assert (Decimal(3), Decimal("6.5"), date(2026, 9, 5)) == (cost.units, cost.cost.value, cost.record_date)
    assert "2 x 6.0000; 1 x 7.5000" == cost.cost.raw


def test_packing_and_shipping_the_same_goods_count_once() -> None:
    """Only the rows of shipping count."""
    cost = shipped_costs([movement(2, stage="sale shipment packed"), movement(2)])["ABC-1"]

    assert Decimal(2) == cost.units


def test_what_is_only_packed_has_not_left() -> None:
    """A row of packing alone is no cost, unless the order is known to have left."""
    rows = [movement(2, stage="sale shipment packed")]

    assert {} == shipped_costs(rows)
    assert Decimal(6) == shipped_costs(rows, count_packing=True)["ABC-1"].cost.value


def test_a_correction_takes_its_own_cost_off() -> None:
    """Three left at 6 and two at 7; one of the first did not: 2 x 6 and 2 x 7 are left."""
    cost = shipped_costs([movement(3, "6"), movement(2, "7"), movement(-1, "6")])["ABC-1"]

    assert (Decimal(4), Decimal("6.5")) == (cost.units, cost.cost.value)


def test_what_was_taken_back_altogether_has_not_left() -> None:
    """A shipment that was undone is a shipment that was not made."""
    assert Cause.NOT_SHIPPED == shipped_costs([movement(3), movement(-3)])["ABC-1"].cost.cause


@pytest.mark.parametrize(
    ("value", "cause"), [("0.0000", Cause.COST_ZERO), ("--", Cause.COST_BLANK), (None, Cause.COST_BLANK)]
)
def test_one_part_without_cost_makes_the_whole_missing(value: object, cause: Cause) -> None:
    """An average over the other parts would hide that a bill is still to come."""
    cost = shipped_costs([movement(1, "6"), movement(1, value)])["ABC-1"].cost

    assert (None, cause) == (cost.value, cost.cause)


def test_products_of_an_order_are_kept_apart() -> None:
    """Each product has its own cost, `abc` and `ABC` too."""
    costs = shipped_costs([movement(1, "6"), movement(1, "2", product_id="abc-1")])

    assert {"ABC-1": Decimal(6), "abc-1": Decimal(2)} == {name: each.cost.value for name, each in costs.items()}


@given(st.lists(st.tuples(st.integers(1, 99), st.decimals("0.01", 999, places=4)), min_size=1, max_size=8))
def test_units_times_cost_is_what_left(parts: list[tuple[int, Decimal]]) -> None:
    """The weighted cost times all units is the value of the parts, to the last of the six places."""
    cost = shipped_costs([movement(units, str(each)) for units, each in parts])["ABC-1"]
    units = sum(units for units, _ in parts)
    value = sum((units * each for units, each in parts), Decimal(0))

    assert cost.cost.value is not None
    assert abs(cost.cost.value * units - value) <= units * Decimal("0.0000005")


def test_a_movement_belongs_to_the_order_it_names() -> None:
    """The link to the order holds; movements of other orders and returns are left out."""
    rows = [movement(), movement(order_id="222-1"), movement(is_sale=False)]

    assert {"111-1": [rows[0]], "222-1": [rows[1]]} == by_order(rows, [order("111-1")])


@pytest.mark.parametrize(
    ("label", "expected"),
    [("111-1-1", "111-1"), ("111-1-12", "111-1"), ("S-77", "111-1"), ("222-1-1", None), ("111-1", "111-1")],
)
def test_without_a_link_the_shipment_s_label_names_the_order(label: str, expected: str | None) -> None:
    """A label is looked up among the orders' shipments, else its running number is taken off."""
    row = movement(order_id=None, description=label)
    orders = [order("111-1", "111-1-1", "S-77"), order("333-1", "333-1-1")]

    assert {expected: [row]} == by_order([row], orders) if expected else by_order([row], orders) == {}


def test_without_any_name_only_an_unmistakable_movement_is_taken() -> None:
    """Product, day and units must fit one order alone, and one movement alone."""
    lines = (OrderLine("ABC-1", Decimal(2)),)
    mine, twin = order("111-1", "a", lines=lines), order("222-1", "b", lines=lines)
    single = movement(2, order_id=None)

    assert {"111-1": [single]} == by_fit([single, movement(3, order_id=None)], [mine])
    assert {} == by_fit([single], [mine, twin])
    assert {} == by_fit([single, single], [mine])


def test_the_last_average_on_or_before_a_day_is_found() -> None:
    """Of several movements of one day the last one counts, and none of a later day."""
    early, late, later = (
        movement(1, str(cost), record_date=day) for cost, day in ((5, DAY), (6, DAY), (7, date(2026, 9, 4)))
    )

    found = last_averages(
        [early, late, later], [("ABC-1", DAY), ("ABC-1", date(2026, 9, 9)), ("ABC-1", date(2026, 9, 1))]
    )

    assert {("ABC-1", DAY): late, ("ABC-1", date(2026, 9, 9)): later} == found


@pytest.mark.parametrize(
    ("status", "shipments", "shipped", "wholly"),
    [
        ("Completed", ["Shipped"], True, True),
        ("ORDER_COMPLETED", ["SHIPMENT_SHIPPED"], True, True),
        ("Committed", ["Shipped", "Editable"], True, False),
        ("Committed", ["Packed"], False, False),
        ("Committed", [], False, False),
        ("Cancelled", ["Cancelled"], False, False),
        ("Completed", [], True, True),
    ],
)
def test_what_has_left_is_read_from_the_statuses(
    status: str, shipments: list[str], *, shipped: bool, wholly: bool
) -> None:
    """Display words and Finale's codes mean the same."""
    found = read_order({"orderId": "1", "status": status, "shipmentList": [{"status": each} for each in shipments]})

    assert (shipped, wholly) == (found.is_shipped, found.wholly_shipped)


@pytest.mark.parametrize(
    ("status", "shipped"), [("Committed", True), ("Completed", True), ("Draft", False), ("Cancelled", False)]
)
def test_where_shipments_are_not_shown_an_order_may_have_left(status: str, *, shipped: bool) -> None:
    """Without shipments in the schema the stock history decides."""
    assert shipped == read_order({"orderId": "1", "status": status}).is_shipped


LATER = date(2026, 9, 5)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([movement(3, "5"), movement(1, "9", record_date=LATER)], [(3, "5"), (1, "9")]),
        ([movement(3, "5"), movement(1, "5", record_date=LATER)], [(3, "5"), (1, "5")]),
        ([movement(3, "5", shipment_id="O-1"), movement(1, "5", shipment_id="O-2")], [(4, "5")]),
        ([movement(3, "5", shipment_id="O-1"), movement(1, "9", shipment_id="O-2")], [(3, "5"), (1, "9")]),
        ([movement(3, "5"), movement(2, "9", record_date=LATER), movement(-1, "5")], [(2, "5"), (2, "9")]),
        ([movement(3, "5"), movement(-1, "5", record_date=LATER)], [(2, "5")]),
        ([movement(3, "5"), movement(1, "", record_date=LATER)], [(3, "5"), (1, None)]),
    ],
)
def test_shipments_of_one_order(rows: list[Movement], expected: list[tuple[int, str | None]]) -> None:
    """Apart where cost or day differ; a correction belongs to its shipment, or to all where that is not told."""
    found = [(one.units, one.cost.value) for one in shipments(rows)["ABC-1"]]

    assert [(Decimal(units), cost and Decimal(cost)) for units, cost in expected] == found
