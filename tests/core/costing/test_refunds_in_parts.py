"""Refunds of one order line in parts, whose quantity is repeated on each, held against an oracle in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.costing import CostingInput, CostingPolicies, cost
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, OVERRIDE_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import CostStatus, Event, Goods, OverrideKind
from tests.core.costing.random_books import START, by_key
from tests.examples import examples

Row = dict[str, Any]
UNIT_COST = Decimal(5)


@dataclass(frozen=True)
class Order:
    """An order line, and the parts in which its price was given back."""

    units: int
    price: int
    """Of one unit, in cents."""
    parts: tuple[int, ...]
    """Cents given back, in order."""
    repeats: bool = True
    """Whether each part repeats the quantity of the order; else it says none."""


def proposals(order: Order) -> list[int]:
    """Reckon as a person would, in whole cents: how many units each part is about."""
    whole, given, about = order.units * order.price, 0, 0
    told = []
    for part in order.parts:
        rest, left = whole - given, order.units - about
        given += part
        if given >= whole - 1:  # a cent less is rounding
            units = left
        elif part % order.price == 0 and part // order.price <= left:
            units = part // order.price
        elif given % order.price == 0:
            units = min(left, max(0, given // order.price - about))
        else:
            near = round(Fraction(part * left, rest))
            units = near if near <= left and left and abs(part - Fraction(rest * near, left)) < 1 else 0
        about += units
        told.append(units)
    return told


def costed(order: Order, accepted: int = 0) -> list[Row]:
    """Return the parts as costing sees them, of which the first few were accepted as proposed."""
    quantity = -order.units if order.repeats else None
    sale = _line("sale", Event.SALE, order.units, order.units * order.price, 0)
    parts = [_line(f"part {n}", Event.REFUND, quantity, -cents, n + 1) for n, cents in enumerate(order.parts)]
    first = by_key(cost(_books([sale, *parts], []), CostingPolicies("USD", refund_units="ask")))
    asked = [f"part {n}" for n in range(accepted) if first[f"part {n}"]["cost_status"] == CostStatus.MISSING]
    saved = [_taken(key, first[key]) for key in asked]
    told = by_key(cost(_books([sale, *parts], saved), CostingPolicies("USD", refund_units="ask")))
    return [told[f"part {n}"] for n in range(len(order.parts))]


def _taken(key: str, row: Row) -> Row:
    cost_shown = row["proposed_cost"]
    return {
        "key": key,
        "version": 1,
        "kind": OverrideKind.ACCEPTED_AVERAGE,
        "unit_cost": cost_shown or None,
        "zero_confirmed": cost_shown == 0,
        "saved_at": START,
    }


def _books(lines: list[Row], saved: list[Row]) -> CostingInput:
    told = {
        "kind": "order",
        "order_id": "1",
        "product_id": "MUG",
        "unit_cost": UNIT_COST,
        "units": lines[0]["quantity"],
    }
    return CostingInput(
        transactions=frame(TRANSACTION_COLUMNS, lines),
        observations=frame(OBSERVATION_COLUMNS, [told | {"currency": "USD"}]),
        mappings=frame(MAPPING_COLUMNS, [{"sku": "MUG", "product_id": "MUG", "units": 1}]),
        overrides=frame(OVERRIDE_COLUMNS, saved),
    )


def _line(key: str, event: Event, units: int | None, cents: int, day: int) -> Row:
    return {
        "key": key,
        "store": "US",
        "settlement_id": f"S{day}",
        "event": event,
        "goods": Goods.SOLD if event == Event.SALE else Goods.REFUNDED,
        "order_id": "1",
        "order_item_id": "7001",
        "sku": "MUG",
        "posted_at": datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day),
        "quantity": units,
        "currency": "USD",
        "principal": Decimal(cents) / 100,
        "tax": Decimal(0),
        "net": Decimal(cents) / 100,
    }


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("order", "units"),
    [
        (Order(4, 2000, (700, 3300, 4000)), [0, 2, 2]),
        (Order(4, 2000, (1500, 6500)), [0, 4]),
        (Order(4, 2000, (700, 1300, 6000)), [0, 1, 3]),
        (Order(4, 2000, (700, 4000, 3300)), [0, 2, 2]),
        (Order(4, 2000, (500, 2000, 1500, 4000)), [0, 1, 1, 2]),
        (Order(3, 1999, (1000, 999, 3998)), [0, 1, 2]),
        (Order(1, 1250, (250, 1000)), [0, 1]),
        (Order(4, 2000, (1600, 3200, 3200), repeats=False), [0, 2, 2]),
        (Order(2, 1000, (1000, 1000, 500)), [1, 1, 0]),
        (Order(4, 2000, (300, 400)), [0, 0]),
    ],
)
def test_each_part_is_proposed_what_it_leaves_no_doubt_about(order: Order, units: list[int]) -> None:
    """Four at 20.00: 7.00 are money, 33.00 more complete the price of two, 40.00 more that of all."""
    assert units == [-(row["cost_quantity"] or 0) for row in costed(order)] == proposals(order)


cents_given = st.one_of(st.integers(1, 4000), st.sampled_from([333, 500, 1000, 1500, 1999, 2000, 4000]))
orders = st.builds(
    Order,
    st.integers(1, 5),
    st.sampled_from([1000, 1999, 2000, 333]),
    st.lists(cents_given, max_size=6).map(tuple),
    st.booleans(),
)


@pytest.mark.long
@settings(max_examples=examples(40), deadline=None)
@given(order=orders)
def test_parts_are_reckoned_as_a_person_would(order: Order) -> None:
    """Never more units than were sold; all of them once the whole price was given back; accepted, these are booked."""
    expected = proposals(order)
    accepted = costed(order, len(order.parts))

    assert expected == [-(row["cost_quantity"] or 0) for row in costed(order)]
    assert expected == [-(row["cost_quantity"] or 0) for row in accepted]
    assert [-units * UNIT_COST for units in expected] == [row["cogs"] for row in accepted]
    assert sum(expected) <= order.units


@pytest.mark.long
@settings(max_examples=examples(25), deadline=None)
@given(order=orders)
def test_the_whole_price_given_back_is_all_units_back(order: Order) -> None:
    """A last part that completes the price is about whatever the parts before it were not about."""
    given_back = sum(order.parts)
    rest = order.units * order.price - given_back
    whole = Order(order.units, order.price, (*order.parts, rest) if rest > 0 else order.parts, order.repeats)

    assert order.units == sum(-(row["cost_quantity"] or 0) for row in costed(whole, len(whole.parts)))
