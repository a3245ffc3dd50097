"""The oracle's costs against figures worked out by hand for the business made of difficulties."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.business import Business, random_business
from sandbox.business.hard import case
from sandbox.oracle import expected_answer, expected_proposal, expected_unit_cost

if TYPE_CHECKING:
    from sandbox.oracle import Answer

# CUP: 10 at 5 and 10 at 7 make 6; BOWL costs 3.33; BOX 0.475.
COSTS = {
    ("single", "CUP"): "6",
    ("case twin", "cup"): "2.05",
    ("six-pack", "CUP-6PK"): "36",
    ("three to one", "CUP-TRI"): "18",
    ("wildcard", "BOWL-BLUE"): "3.33",
    ("expanded kit", "BREAKFAST"): "15.33",  # 2 x 6 + 3.33
    ("built kit", "GIFT"): "10.305",  # 6 + 3.33 + 0.475 + 2.50 labour / 5
    ("slash and blank", "Tea Pot/2 °C"): "1234.5",
    ("after receipt", "EMPTY"): "4.255319",  # 400 / 94
    ("oversold", "UPSIDE"): "5",
    ("negative average", "UPSIDE"): "-17",
    ("landed cost", "FREIGHT"): "2.6716",  # (16 x 1.25 + 17.77 + 9 x 1.25 + 17.77) / 25
    ("split at two costs", "Tea Pot/2 °C"): "1242.289833",
    ("corrected", "BOX"): "0.475",
    ("prefix", "BOX"): "0.475",
    ("hash", "BOX"): "0.475",
    ("suffix", "BOX"): "0.475",
    ("customer PO", "BOX"): "0.475",
}

CAUSES = {
    ("before receipt", "EMPTY"): "cost zero",
    ("partly before receipt", "EMPTY"): "cost zero",  # an average with the other unit would hide it
    ("not mapped, nearly", "CUP_6PK"): "SKU unknown to Finale",
    ("packed only", "BOWL"): "not shipped in Finale",
    ("cancelled", "BOX"): "not shipped in Finale",
    ("not in Finale", "CUP"): "order not in Finale",
}


def answer(business: Business, name: str, sku: str) -> Answer:
    """Return the oracle's answer for a case."""
    return expected_answer(business, case(business, name).order_id, sku)


@pytest.mark.parametrize(("name", "sku"), COSTS)
def test_the_cost_is_the_one_worked_out_by_hand(hard: Business, name: str, sku: str) -> None:
    """Packs, kits, builds, landed cost, negative stock and corrections cost what they must."""
    assert Decimal(COSTS[name, sku]) == answer(hard, name, sku).unit_cost


@pytest.mark.parametrize(("name", "sku"), CAUSES)
def test_where_there_is_no_cost_the_oracle_says_why(hard: Business, name: str, sku: str) -> None:
    """Each blank has its cause."""
    assert (None, CAUSES[name, sku]) == (answer(hard, name, sku).unit_cost, answer(hard, name, sku).why_not)


def test_a_split_shipment_is_weighted_by_units(hard: Business) -> None:
    """Three left at one average and one at the next: the fourth counts a quarter."""
    order = case(hard, "split at two costs")
    first, second = [row.posting.unit_cost for row in hard.ledger if row.ships and row.order_id == order.order_id]
    assert first is not None
    assert second is not None

    assert first != second
    weighted = (3 * first + second) / 4
    assert round(weighted, 6) == expected_unit_cost(hard, order.order_id, order.lines[0].sku)


def test_a_pack_of_kits_costs_its_kits(hard: Business) -> None:
    """A lookup of two kits is twice the kit of the same day."""
    kit = answer(hard, "several kits", "BREAKFAST").unit_cost
    assert kit is not None

    assert 2 * kit == answer(hard, "pack of kits", "BREAKFAST-2").unit_cost


def test_a_correction_takes_its_own_units_off(hard: Business) -> None:
    """3 and 2 left at different costs and 1 of the first came back: 2 and 2 count."""
    order = case(hard, "corrected after a second shipment")
    rows = [row.posting for row in hard.ledger if row.order_id == order.order_id]
    assert [-3, -2, 1] == [row.units for row in rows]
    assert rows[0].unit_cost is not None
    assert rows[1].unit_cost is not None

    assert (rows[0].unit_cost + rows[1].unit_cost) / 2 == expected_unit_cost(hard, order.order_id, "BOWL")


def test_packing_is_not_counted_a_second_time(hard: Business) -> None:
    """Two rows of two units each are two units out of stock."""
    order = case(hard, "packed then shipped")
    rows = [row for row in hard.ledger if row.order_id == order.order_id]

    assert ["Sale shipment packed", "Sale shipment shipped"] == [row.update for row in rows]
    assert [True, False] == [row.moves_stock for row in rows]
    assert rows[0].posting.unit_cost == expected_unit_cost(hard, order.order_id, "BOWL")


def test_a_proposal_is_the_average_of_today(hard: Business, demo: Business) -> None:
    """It is that of the SKU's products, and there is none where one of them has none."""
    cup = hard.average_now("CUP")
    assert cup is not None

    assert 6 * cup == expected_proposal(hard, "CUP-6PK")
    assert expected_proposal(hard, "CUP_6PK") is None
    assert expected_proposal(demo, "GHOST-SHELF") is None


@given(st.integers(0, 10_000))
def test_in_any_business_stock_and_value_add_up(seed: int) -> None:
    """Value in = value out + value left, with builds, kits, returns, corrections and negative stock."""
    business = random_business(Random(seed))  # noqa: S311  # figures of chance, no secret
    units: Counter[str] = Counter()
    value = Decimal(0)
    for row in business.ledger:
        if row.moves_stock:
            units[row.product_id] += row.posting.units
            value += row.posting.value
    last = {row.product_id: row.posting for row in business.ledger}

    assert sum((posting.valuation for posting in last.values()), Decimal(0)) == value
    assert all(business.on_hand(name) == count for name, count in units.items())


@given(st.integers(0, 10_000))
def test_in_any_business_a_known_cost_is_what_its_rows_say(seed: int) -> None:
    """A product that left once on an order costs exactly what that row says."""
    business = random_business(Random(seed))  # noqa: S311  # figures of chance, no secret
    for order in business.orders:
        for product in business.products:
            rows = [
                row
                for row in business.ledger
                if row.ships and row.order_id == order.inventory_id and row.product_id == product.product_id
            ]
            if len(rows) == 1 and order.inventory_id is not None:
                assert rows[0].posting.unit_cost == business.order_cost(order.order_id, product.product_id)
