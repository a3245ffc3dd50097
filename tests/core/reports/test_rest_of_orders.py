"""Units that left on an order of which the settlements hold fewer."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import COSTED_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import CostStatus, Departure, Event, Goods, ObservationKind, SoldInShipments
from core.reports.rest_of_orders import rest_of_orders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, object]


def left(units: int, order: str = "1", product: str = "A", day: str = "2026-08-05", cost: str = "5") -> Row:
    """Return a shipment that Finale tells of."""
    told = {"kind": ObservationKind.ORDER, "order_id": order, "product_id": product, "units": units}
    return {**told, "unit_cost": Decimal(cost), "record_date": day, "currency": "USD"}


def sold(units: int | None, order: str = "1", sku: str = "A", cost: str = "5", **fields: object) -> Row:
    """Return a line of a settlement."""
    costs = {"cost_status": CostStatus.COSTED, "cost_quantity": units, "cogs": (units or 0) * Decimal(cost)}
    place = {"store": "US", "settlement_id": "S1", "order_id": order, "sku": sku}
    return {"event": Event.SALE, "goods": Goods.SOLD, "quantity": units, **place, **costs, **fields}


def rest(
    shipped: Sequence[Row],
    lines: Sequence[Row],
    packs: Sequence[tuple[str, str, int]] = (("A", "A", 1), ("B", "B", 1)),
    in_parcels: Mapping[str, SoldInShipments] | None = None,
) -> list[tuple[object, ...]]:
    """Return product, day, units, cost and what is settled of each rest; settlement S9 is open."""
    rows = [{"key": f"{number}", **row} for number, row in enumerate(lines)]
    books = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows)
    mappings = frame(MAPPING_COLUMNS, [{"sku": sku, "product_id": part, "units": each} for sku, part, each in packs])
    told = frame(OBSERVATION_COLUMNS, shipped)
    found = rest_of_orders(told, mappings, books, {("US", "S9")}, lambda _: in_parcels or {})
    return [(one.product_id, one.day[-2:], one.units, one.unit_cost, one.settled) for one in found]


@pytest.mark.parametrize(
    ("shipped", "lines", "expected"),
    [
        ([left(3)], [sold(2)], [("A", "05", 1, 5, "2 of 3 units settled")]),
        ([left(5)], [sold(2), sold(1)], [("A", "05", 2, 5, "3 of 5 units settled")]),
        ([left(2), left(1, day="2026-08-09", cost="7")], [sold(2)], [("A", "09", 1, 7, "2 of 3 units settled")]),
        ([left(2), left(1, product="B")], [sold(2)], [("B", "05", 1, 5, "0 of 1 units settled")]),
        ([left(3, "#1004")], [sold(2, "1004")], [("A", "05", 1, 5, "2 of 3 units settled")]),
        ([left(3)], [sold(2), sold(-1, event=Event.REFUND)], [("A", "05", 1, 5, "2 of 3 units settled")]),
    ],
)
def test_what_left_beyond_the_lines_is_the_rest(
    shipped: list[Row], lines: list[Row], expected: list[tuple[object, ...]]
) -> None:
    """3 left at 5.00 and 2 are settled: 5.00 stands in no line. What comes back is other goods."""
    assert expected == rest(shipped, lines)


@pytest.mark.parametrize(
    ("shipped", "lines"),
    [
        ([left(3)], [sold(3)]),
        ([left(3)], [sold(2), sold(1, settlement_id="S2")]),
        ([left(2)], [sold(1, cost="10")]),
        ([left(3)], [sold(2, settlement_id="S9")]),
        ([left(3)], [sold(2), sold(None, cost_status=CostStatus.MISSING)]),
        ([left(3)], [sold(2, cost_status=CostStatus.WAITING)]),
        ([left(3)], [sold(2, sku="UNKNOWN")]),
        ([left(3, product="C")], [sold(2)]),
        ([left(3), left(3, "M-4")], [sold(2), sold(1, "M-4", merchant_order_id="1")]),
        ([left(3, "M-4")], [sold(2), sold(1, "M-4", merchant_order_id="1")]),
        ([left(3, "2")], [sold(2)]),
        ([left(3)], [sold(-2, event=Event.REFUND)]),
        ([{**left(3), "record_date": None}], [sold(2)]),
        ([left(3), {**left(1, product="B"), "units": None}], [sold(2)]),
    ],
    ids=[
        *("all settled", "in two settlements", "its lines took all cost", "provisional and open", "units asked"),
        *("waits", "not mapped", "another product left", "one order of two stores", "sold by two lines"),
        *("another order", "its sale is not in the books", "not left yet", "units not known"),
    ],
)
def test_what_is_explained_is_no_rest(shipped: list[Row], lines: list[Row]) -> None:
    """An open question, another settlement, another name of the order, a cost that was taken for all."""
    assert [] == rest(shipped, lines)


@pytest.mark.parametrize(("packs", "units"), [((("SIX", "A", 6),), 6), ((("SIX", "A", 6), ("SIX", "B", 1)), 6)])
def test_packs_and_kits_count_the_products_that_they_hold(packs: tuple[tuple[str, str, int], ...], units: int) -> None:
    """2 six-packs left and 1 is settled: 6 units of A."""
    shipped = [left(12), *([left(1, product="B")] if len(packs) > 1 else [])]
    assert [("A", "05", units, 5, "6 of 12 units settled")] == rest(shipped, [sold(1, sku="SIX", cost="30")], packs)


def test_the_shipment_that_a_line_left_in_is_not_the_rest() -> None:
    """The line is of the second parcel, at 7.00: what stands in no line is the first, at 5.00."""
    parcels = {"0": SoldInShipments(1, (Departure("2026-08-20", 1, Decimal(7)),))}
    shipped = [left(1), left(1, day="2026-08-20", cost="7")]

    assert [("A", "05", 1, 5, "1 of 2 units settled")] == rest(shipped, [sold(1, cost="7")], in_parcels=parcels)
    assert [("A", "20", 1, 7, "1 of 2 units settled")] == rest(shipped, [sold(1)])
