"""Finale's costs of plain sales by columns: whose row is found, and which are sure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from core.costing.costs.finale_costs import read_finale
from core.costing.costs.plain_costs import OfOrders, costs_on_orders, goods_of
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.model import INTO_NEGATIVE_STOCK, ObservationKind

if TYPE_CHECKING:
    import pandas as pd

PRODUCTS = (("CUP", "CUP", 1), ("SET", "CUP", 3), ("MUG", "MUG", 1))


def told(*rows: dict[str, object]) -> pd.DataFrame:
    """Return what Finale says of products on orders."""
    plain = {"kind": ObservationKind.ORDER, "order_id": "1", "product_id": "CUP", "units": 2, "source": "order"}
    cost = {"unit_cost": Decimal(5), "currency": "USD", "fetched_at": datetime(2026, 9, 1, tzinfo=UTC)}
    return frame(OBSERVATION_COLUMNS, [plain | cost | {"record_date": "2026-08-20"} | row for row in rows])


def sure(rows: pd.DataFrame, sku: str, sold: int, *, orders: tuple[str, ...] = ("1",)) -> list[bool]:
    mapping = frame(
        MAPPING_COLUMNS, [{"sku": one, "product_id": product, "units": units} for one, product, units in PRODUCTS]
    )
    goods = goods_of(pa.array([sku] * len(orders)), read_finale(rows, mapping, "USD"))
    costs = costs_on_orders(OfOrders(rows), pa.array(list(orders)), goods)
    return [bool(one) for one in costs.are_sure(np.array([sold] * len(orders)), goods)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, True),
        ({"unit_cost": Decimal(0)}, False),
        ({"unit_cost": None}, False),
        ({"cause": "no cost"}, False),
        ({"source": f"order{INTO_NEGATIVE_STOCK}"}, False),
        ({"units": 1}, False),
        ({"units": 4}, False),
        ({"order_id": "2"}, False),
        ({"product_id": "MUG"}, False),
    ],
)
def test_a_cost_is_sure_that_nothing_speaks_against(row: dict[str, object], *, expected: bool) -> None:
    """2 cups sold and shipped at 5.00: no other cost, no shortage, no other units, nothing that makes it doubtful."""
    assert [expected] == sure(told(row), "CUP", 2)


def test_units_of_a_set_are_those_of_its_product() -> None:
    """One set of three cups takes three of them; of two cups it is short."""
    assert [True] == sure(told({"units": 3}), "SET", 1)
    assert [False] == sure(told({"units": 2}), "SET", 1)


def test_two_rows_of_an_order_are_looked_at_one_by_one() -> None:
    """A product that left in two shipments has no cost that is the same for each unit."""
    rows = told({"units": 1}, {"units": 1, "unit_cost": Decimal(9)})

    assert [False] == sure(rows, "CUP", 2)


def test_sales_of_one_order_need_their_units_together() -> None:
    """Two lines of 2 are more than 2 that were shipped; of two orders each has its own."""
    rows = told({}, {"order_id": "2"})

    assert [False, False] == sure(rows, "CUP", 2, orders=("1", "1"))
    assert [True, True] == sure(rows, "CUP", 2, orders=("1", "2"))
