"""Plain lines costed by columns, held against the same books costed line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from core.costing import (
    ASKED_UNITS_COLUMNS,
    LAST_USED_COLUMNS,
    REIMBURSED_COLUMNS,
    CostCurrencyError,
    CostingInput,
    CostingPolicies,
    DuplicateLineError,
)
from core.costing.costing import cost_by_columns, cost_one_by_one
from core.costing.costs.plain_lines import plain_lines
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, OVERRIDE_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import INTO_NEGATIVE_STOCK, Cause, Event, Goods, ObservationKind, StockEffect
from tests.core.costing.random_books import MAPPINGS, START, Row, costs, random_books
from tests.core.costing.test_costing_properties import POLICIES, policies
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERS = ("11", "12", "13", "#13", " 13", "14A", "14a", "15", "\u212a1", "k1", "1", "")
"""Some are one order as two stores write it; the last but one is an order of the other random lines."""
PLAIN = tuple(str(number) for number in range(21, 33))
"""Orders that no other line is about."""


@st.composite
def sales(draw: st.DrawFn, key: str) -> Row:
    """Draw a line that is a plain sale, or all but for one thing."""
    goods = draw(st.sampled_from([Goods.SOLD] * 16 + [Goods.NONE, Goods.NONE, Goods.REFUNDED, Goods.BOUGHT, None]))
    kinds: dict[Goods | None, list[Event | None]] = {
        Goods.REFUNDED: [Event.REFUND],
        Goods.NONE: [Event.FEE, Event.SALE, Event.REIMBURSEMENT, None],
    }
    sign = -1 if goods is Goods.REFUNDED else 1
    price = draw(st.sampled_from([*[Decimal(5)] * 6, Decimal(20), Decimal(0), None, Decimal(-1)]))
    return {
        "key": key,
        "store": draw(st.sampled_from(["US", "US", "DE"])),
        "settlement_id": "S1",
        "event": draw(st.sampled_from(kinds.get(goods, [Event.SALE]))),
        "raw_type": "Order",
        "order_id": draw(st.sampled_from([*PLAIN, *ORDERS, None])),
        "merchant_order_id": draw(st.sampled_from([*[None] * 25, *ORDERS])),
        "sku": draw(st.sampled_from([*["MUG"] * 8, "CUP", "CUP", "SET", "NEW", "MUG-FBA", "GONE", None])),
        "marketplace": draw(st.sampled_from(["amazon.com"] * 12 + ["Non-Amazon US", None])),
        "posted_at": draw(st.sampled_from([START, START, START + timedelta(days=9), None])),
        "quantity": draw(st.sampled_from([*[1] * 9, 2, 3, 0, None, -1])),
        "stock_effect": StockEffect.OUT,
        "currency": "USD",
        "principal": None if price is None else sign * price,
        "tax": Decimal(0),
        "net": sign * (price or Decimal(0)),
        "lines": 1,
        "goods": goods,
    }


@st.composite
def of_order(draw: st.DrawFn) -> Row:
    """Draw what Finale says of an order, mostly one clean cost."""
    product = draw(st.sampled_from([*["mug"] * 8, "cup", "cup", None]))
    cost = (
        draw(st.sampled_from([*[Decimal("4.17")] * 8, Decimal("0.5"), Decimal(0), Decimal(-1), None]))
        if product
        else None
    )
    return {
        "kind": ObservationKind.ORDER,
        "order_id": draw(st.sampled_from([*PLAIN, *ORDERS, None])),
        "product_id": product,
        "unit_cost": cost,
        "currency": draw(st.sampled_from(["USD", "USD", None])),
        "units": draw(st.sampled_from([None, 1, 1, 2, 6, 0])),
        "cause": draw(st.sampled_from([*[None] * 10, Cause.COST_BLANK, Cause.NOT_ON_ORDER])),
        "record_date": draw(st.sampled_from(["2026-09-02", "2026-09-02T11:00:00", "", None])),
        "source": draw(st.sampled_from([None, *["stock history"] * 8, f"stock history, {INTO_NEGATIVE_STOCK}"])),
        "fetched_at": START,
    }


@st.composite
def books_with_plain_lines(draw: st.DrawFn) -> CostingInput:
    """Draw books of all kinds of lines, with many plain sales."""
    books = draw(random_books()).books()
    keys = [f"sale-{number:02}" for number in range(draw(st.integers(6, 24)))]
    own = frame(TRANSACTION_COLUMNS, [draw(sales(key)) for key in keys])
    told = frame(OBSERVATION_COLUMNS, draw(st.lists(of_order(), min_size=4, max_size=14)))
    some = st.lists(st.sampled_from(keys), unique=True, max_size=2)
    asked = [{"key": key, "units": 1, "reason": "Why?"} for key in draw(some)]
    reported = [_reported(key, draw(st.sampled_from(ORDERS))) for key in draw(some)]
    last = frame(LAST_USED_COLUMNS, [{"sku": "MUG", "unit_cost": draw(costs), "as_of": "2026-08-01"}])
    lines = pd.concat([books.transactions, own], ignore_index=True).sample(frac=1, random_state=draw(st.integers(0, 9)))
    return replace(
        books,
        transactions=lines,
        observations=pd.concat([told, books.observations], ignore_index=True),
        asked_units=frame(ASKED_UNITS_COLUMNS, asked),
        reimbursed=frame(REIMBURSED_COLUMNS, reported),
        last_used=draw(st.sampled_from([None, last])),
    )


def _reported(key: str, order: str) -> Row:
    event_of, goods = Event.REIMBURSEMENT, Goods.RETURN_PAID
    return {"key": key, "number": "7", "event": event_of, "goods": goods, "words": "Lost", "order_id": order} | {
        "taken_back": False,
        "units_cash": 1,
    }


@settings(max_examples=examples(300), deadline=None)
@given(books_with_plain_lines(), policies)
def test_plain_lines_are_costed_as_all_others(books: CostingInput, chosen: CostingPolicies) -> None:
    """Every column of every line is the same both ways, in whatever order the lines stand and whatever is said."""
    plain = plain_lines(books, chosen)
    event(f"{0 if plain is None else min(5, len(plain.places))} plain lines")

    pd.testing.assert_frame_equal(cost_one_by_one(books, chosen), cost_by_columns(books, chosen))


def _sale(number: int, **changes: object) -> Row:
    own: dict[str, Any] = {"key": f"k{number}", "order_id": f"111-{number}", "sku": "MUG", "quantity": 2}
    return {**_SALE, **own, **changes}


_SALE: Row = {
    "store": "US",
    "settlement_id": "S1",
    "event": Event.SALE,
    "raw_type": "Order",
    "goods": Goods.SOLD,
    "marketplace": "amazon.com",
    "posted_at": START,
    "principal": Decimal(20),
    "net": Decimal(18),
    "currency": "USD",
}


def _said(number: int, **changes: object) -> Row:
    own = {"kind": ObservationKind.ORDER, "order_id": f"111-{number}", "product_id": "mug", "units": 2}
    return {**own, "unit_cost": Decimal("4.17"), "currency": "USD", "record_date": "2026-09-02", **changes}


def _books(lines: list[Row], told: list[Row]) -> CostingInput:
    tables = ((TRANSACTION_COLUMNS, lines), (OBSERVATION_COLUMNS, told), (MAPPING_COLUMNS, MAPPINGS))
    lines_told, observations, mappings = (frame(columns, rows) for columns, rows in tables)
    return CostingInput(lines_told, observations, mappings)


def _plain(books: CostingInput) -> set[str]:
    plain = plain_lines(books, POLICIES)
    assert plain is not None
    return set(plain.costed_lines["key"].to_pylist())


def test_a_sale_with_a_cost_is_a_join_and_a_product() -> None:
    """Two mugs at 4.17 cost 8.34; a fee costs nothing; a refund and its sale are costed one by one."""
    lines = [
        _sale(1),
        _sale(2),
        _sale(2, key="refund", event=Event.REFUND, goods=Goods.REFUNDED, quantity=-1, principal=Decimal(-10)),
        _sale(3, key="fee", event=Event.FEE, goods=Goods.NONE, order_id=None, sku=None, quantity=None),
    ]
    books = _books(lines, [_said(1), _said(2)])

    costed = cost_by_columns(books, POLICIES)

    assert {"k1", "fee"} == _plain(books)
    assert [Decimal("8.34"), Decimal("8.34"), Decimal("-4.17"), Decimal(0)] == costed["cogs"].tolist()
    assert "Finale's cost of order 111-1, shipped on 2026-09-02." == costed["cost_note"][0]


@pytest.mark.parametrize(
    "odd",
    [
        {"unit_cost": Decimal(0)},
        {"unit_cost": Decimal(-1)},
        {"unit_cost": None},
        {"cause": Cause.COST_BLANK},
        {"source": f"stock history, {INTO_NEGATIVE_STOCK}"},
        {"units": 4},
        {"units": 1},
        {"product_id": "cup"},
        {"unit_cost": Decimal(900_000_000_000)},
        {"unit_cost": Decimal(10) ** 9 + 1},
    ],
    ids=str,
)
def test_what_finale_says_otherwise_is_looked_at(odd: Row) -> None:
    """A cost that is none, doubtful or of other goods, other units, and figures beyond whole numbers are not plain."""
    books = _books([_sale(1, quantity=2), _sale(2)], [_said(1, **odd), _said(2)])

    assert {"k2"} == _plain(books)


@pytest.mark.parametrize(
    "odd",
    [
        {"quantity": None},
        {"quantity": 0},
        {"quantity": -1},
        {"principal": Decimal(0)},
        {"principal": None},
        {"marketplace": "Non-Amazon US"},
        {"sku": None},
        {"sku": "SET"},
        {"order_id": None},
        {"goods": None},
        {"goods": Goods.UNCLEAR},
    ],
    ids=str,
)
def test_a_sale_that_asks_is_looked_at(odd: Row) -> None:
    """Units, price, goods, order and words must all be there; a multi-channel order is another store's."""
    books = _books([_sale(1, **odd), _sale(2)], [_said(1), _said(2)])

    assert {"k2"} == _plain(books)


@pytest.mark.parametrize("order", ["111-1", "#111-1", " 111-1 "])
def test_lines_of_one_order_are_costed_together(order: str) -> None:
    """However two stores write it: what one of them says of the order counts for both."""
    other = _sale(9, order_id=None, merchant_order_id=order, marketplace="Non-Amazon US")
    books = _books([_sale(1), _sale(2), other], [_said(1), _said(2)])

    assert {"k2"} == _plain(books)


def test_a_far_cost_is_looked_at() -> None:
    """More than five times the average, or less than a fifth of it."""
    average = {"kind": ObservationKind.AVERAGE, "product_id": "mug", "unit_cost": Decimal(1), "currency": "USD"}
    told = [_said(number, unit_cost=Decimal(cost)) for number, cost in enumerate(["0.19", "0.2", "5", "5.01"])]
    books = _books([_sale(number) for number in range(4)], [*told, average])

    assert {"k1", "k2"} == _plain(books)


def test_what_was_saved_is_looked_at() -> None:
    """A line with an answer is costed by it."""
    books = _books([_sale(1), _sale(2)], [_said(1), _said(2)])
    saved = frame(OVERRIDE_COLUMNS, [{"key": "k1", "version": 1, "unit_cost": Decimal(9), "kind": "typed"}])

    assert {"k2"} == _plain(replace(books, overrides=saved))


@pytest.mark.parametrize("cost", [cost_by_columns, cost_one_by_one])
def test_both_ways_refuse_the_same(cost: Callable[[CostingInput, CostingPolicies], pd.DataFrame]) -> None:
    """Two lines of one key, and a cost in another currency."""
    with pytest.raises(DuplicateLineError):
        cost(_books([_sale(1), _sale(1)], []), POLICIES)
    with pytest.raises(CostCurrencyError):
        cost(_books([_sale(1)], [_said(1, currency="EUR")]), POLICIES)


@pytest.mark.parametrize("cost", ["900000000", "199999999.999999", "200000000", "1000000001", "180000000", "5"])
def test_a_cost_that_comes_to_too_much_is_one_by_columns_too(cost: str) -> None:
    """What 5,000 units at it come to may be more than books hold; then the line has none, either way."""
    books = _books([_sale(1, quantity=5000), _sale(2)], [_said(1, unit_cost=Decimal(cost), units=5000), _said(2)])

    costed = cost_by_columns(books, POLICIES)

    pd.testing.assert_frame_equal(cost_one_by_one(books, POLICIES), costed)
    assert (Decimal(cost) * 5000 < 10**12) is (costed["cause"][0] is pd.NA)
