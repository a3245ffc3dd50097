"""How units of an order's item are divided over its lines: exactly the newest number, once, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books.documents.order_units import ORDER_UNITS, OrderUnits, with_order_units
from core.costing import TRUED_UP_COLUMNS
from core.frame_columns import COSTED_COLUMNS, OVERRIDE_COLUMNS, conform, frame
from core.marketplaces import read_file
from core.marketplaces.documents.units_per_line import ItemLine, StatedUnits, divide_units
from core.marketplaces.settlements.line_keys import with_line_keys
from core.model import Event
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, payout, refund
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 8, 1, tzinfo=UTC)


def lines_of(locked: Sequence[int | None]) -> list[ItemLine]:
    """Return a sale per day, some of them locked with units, each told by a document of its day."""
    return [
        ItemLine(str(n), (START + timedelta(days=n), str(n)), str(n), locked_units=units)
        for n, units in enumerate(locked)
    ]


def told_of(units: Sequence[int]) -> list[StatedUnits]:
    """Return what a document of each day tells."""
    return [StatedUnits(str(n), START + timedelta(days=n), number) for n, number in enumerate(units)]


SNAPSHOTS = st.lists(st.integers(0, 9), min_size=1, max_size=6)


@given(units=SNAPSHOTS, seed=st.integers(0, 99))
def test_free_lines_carry_exactly_what_the_newest_document_tells(units: list[int], seed: int) -> None:
    """Whatever earlier documents told, and in whatever order lines and documents come."""
    lines, told = lines_of([None] * len(units)), told_of(units)
    found = divide_units(lines, told)
    dice = Random(seed)  # noqa: S311  # an order for a test

    assert units[-1] == sum(found.units.values()) == found.carried_units
    assert min(found.units.values()) >= 0
    assert found == divide_units(dice.sample(lines, len(lines)), dice.sample(told, len(told)))


@given(units=SNAPSHOTS, data=st.data())
def test_locked_units_stand_and_the_rest_is_carried_by_a_free_line(units: list[int], data: st.DataObject) -> None:
    """Where there is a free line nothing is left over; where too much was locked, it shows."""
    locked = [data.draw(st.one_of(st.none(), st.integers(0, 9))) for _ in units]
    found = divide_units(lines_of(locked), told_of(units))
    fixed = sum(taken for taken in locked if taken is not None)

    assert found.units.keys() == {str(n) for n, taken in enumerate(locked) if taken is None}
    assert found.carried_units == fixed + sum(found.units.values())
    assert found.carried_units == (max(fixed, units[-1]) if found.units else fixed)


@given(locked=st.integers(0, 9), total=st.integers(0, 9), named=st.integers(1, 9))
def test_a_refund_takes_back_what_was_counted_and_never_left(locked: int, total: int, named: int) -> None:
    """No more than it names, and no more than is too many."""
    sale, back = lines_of([locked, None])
    found = divide_units([sale, back._replace(gives_back=named)], told_of([locked, total]))

    assert max(0, min(named, locked - total)) == found.refund_units.get("1", 0)
    assert found.carried_units == locked - found.refund_units.get("1", 0)


def test_a_line_confirmed_as_zero_takes_none_and_names_who_follows_it() -> None:
    """Its units may have been none: the next line carries them, and is to be asked."""
    first, second = lines_of([1, None])
    found = divide_units([first._replace(confirmed_zero=True), second], told_of([1, 1]))

    assert ({"1": 1}, frozenset({"1"})) == (found.units, found.after_zero)
    assert not divide_units([first, second], told_of([1, 2])).after_zero


class Life:
    """An order that goes on by chance: a document whenever money moves, with the order as it is then."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.goods: dict[str, list[int]] = {}
        """Units ordered, gone and cancelled, by item."""
        self.paid: list[Paid] = []
        self.back: list[Back] = []
        self.documents: list[bytes] = []
        self.add()
        for _ in range(dice.randint(1, 7)):
            dice.choice([self.add, self.add_more, self.fulfil, self.cancel, self.give_back])()
        for counts in self.goods.values():
            counts[1] = counts[0] - counts[2]
        self.pay("1.00")

    def order(self) -> ShopOrder:
        """Return the order as it is now."""
        goods = tuple(
            Good(item, f"SKU-{item}", all_units, f"{10 * all_units}.00", gone, all_units - gone - cancelled)
            for item, (all_units, gone, cancelled) in self.goods.items()
        )
        return ShopOrder("#1", goods, tuple(self.paid), tuple(self.back), changed=self.day())

    def day(self) -> str:
        return f"{START + timedelta(days=len(self.paid) + len(self.back)):%Y-%m-%d}"

    def pay(self, amount: str) -> None:
        self.paid.append(Paid(f"1{len(self.documents)}", amount, self.day()))
        order = self.order()
        self.documents.append(payout(f"80{len(self.documents)}", self.day(), [order], charge(order, self.paid[-1])))

    def add(self) -> None:
        units = self.dice.randint(1, 3)
        self.goods[str(len(self.goods) + 1)] = [units, 0, 0]
        self.pay(f"{10 * units}.00")

    def add_more(self) -> None:
        self.dice.choice(list(self.goods.values()))[0] += 1
        self.pay("10.00")

    def fulfil(self) -> None:
        counts = self.dice.choice(list(self.goods.values()))
        counts[1] += self.dice.randint(0, counts[0] - counts[1] - counts[2])

    def cancel(self) -> None:
        for item, counts in self.goods.items():
            if counts[0] > counts[1] + counts[2]:
                counts[2] += 1
                return self.refund(item, "CANCEL")
        return None

    def give_back(self) -> None:
        gone = [item for item, counts in self.goods.items() if counts[1]]
        if gone:
            self.refund(self.dice.choice(gone), "RETURN")

    def refund(self, item: str, word: str) -> None:
        self.back.append(Back(f"{len(self.documents)}", self.day(), ((item, 1, word, "10.00"),), "10.00"))
        order = self.order()
        self.documents.append(payout(f"80{len(self.documents)}", self.day(), [order], refund(order, self.back[-1])))


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 10**6))
def test_whatever_an_order_lives_through_its_units_are_those_that_left(seed: int) -> None:
    """Added to, raised, shipped in parts, cancelled and returned; some of its documents missing, in any order."""
    dice = Random(seed)  # noqa: S311  # an order for tests
    life = Life(dice)
    kept = [one for one in life.documents[:-1] if dice.random() < 0.8] + life.documents[-1:]  # most
    dice.shuffle(kept)
    readings = [read_file(content, "payout.json") for content in kept]
    parts = [with_line_keys("Shop", one.settlements[0].transactions) for one in readings]
    told = [one.order_units.assign(store="Shop", sha256=one.settlements[0].settlement_id) for one in readings]
    names = [one.settlements[0].settlement_id for one in readings]
    known = OrderUnits(
        conform(ORDER_UNITS.stored_columns, pd.concat(told, ignore_index=True)),
        [SimpleNamespace(store="Shop", settlement_id=name, sha256=name) for name in names],  # type: ignore[misc]
        frame(COSTED_COLUMNS),
        frame(TRUED_UP_COLUMNS),
        frame(OVERRIDE_COLUMNS),
    )
    found = with_order_units(pd.concat(parts, ignore_index=True), known)
    sales = found.transactions[found.transactions["event"] == Event.SALE.value]

    counts = sales.groupby("order_item_id")["quantity"].sum().to_dict()
    assert {item: gone for item, (_, gone, _) in life.goods.items()} == counts
    assert found.unsure_units.empty
    assert found.returned.empty
