"""How units of an order's item are divided over its lines: exactly the newest number, once, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from core.marketplaces.order_units import ItemLine, Told, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 8, 1, tzinfo=UTC)


def lines_of(locked: Sequence[int | None]) -> list[ItemLine]:
    """Return a sale per day, some of them locked with units, each told by a document of its day."""
    return [
        ItemLine(str(n), (START + timedelta(days=n), str(n)), str(n), taken=units) for n, units in enumerate(locked)
    ]


def told_of(units: Sequence[int]) -> list[Told]:
    """Return what a document of each day tells."""
    return [Told(str(n), START + timedelta(days=n), number) for n, number in enumerate(units)]


SNAPSHOTS = st.lists(st.integers(0, 9), min_size=1, max_size=6)


@given(units=SNAPSHOTS, seed=st.integers(0, 99))
def test_free_lines_carry_exactly_what_the_newest_document_tells(units: list[int], seed: int) -> None:
    """Whatever earlier documents told, and in whatever order lines and documents come."""
    lines, told = lines_of([None] * len(units)), told_of(units)
    found = counted(lines, told)
    dice = Random(seed)  # noqa: S311  # an order for a test

    assert units[-1] == sum(found.units.values()) == found.carried
    assert min(found.units.values()) >= 0
    assert found == counted(dice.sample(lines, len(lines)), dice.sample(told, len(told)))


@given(units=SNAPSHOTS, data=st.data())
def test_locked_units_stand_and_the_rest_is_carried_by_a_free_line(units: list[int], data: st.DataObject) -> None:
    """Where there is a free line nothing is left over; where too much was locked, it shows."""
    locked = [data.draw(st.one_of(st.none(), st.integers(0, 9))) for _ in units]
    found = counted(lines_of(locked), told_of(units))
    fixed = sum(taken for taken in locked if taken is not None)

    assert found.units.keys() == {str(n) for n, taken in enumerate(locked) if taken is None}
    assert found.carried == fixed + sum(found.units.values())
    assert found.carried == (max(fixed, units[-1]) if found.units else fixed)


@given(locked=st.integers(0, 9), total=st.integers(0, 9), named=st.integers(1, 9))
def test_a_refund_takes_back_what_was_counted_and_never_left(locked: int, total: int, named: int) -> None:
    """No more than it names, and no more than is too many."""
    sale, back = lines_of([locked, None])
    found = counted([sale, back._replace(gives_back=named)], told_of([locked, total]))

    assert max(0, min(named, locked - total)) == found.returned.get("1", 0)
    assert found.carried == locked - found.returned.get("1", 0)


def test_a_line_confirmed_as_zero_takes_none_and_names_who_follows_it() -> None:
    """Its units may have been none: the next line carries them, and is to be asked."""
    first, second = lines_of([1, None])
    found = counted([first._replace(confirmed_zero=True), second], told_of([1, 1]))

    assert ({"1": 1}, frozenset({"1"})) == (found.units, found.after_zero)
    assert not counted([first, second], told_of([1, 2])).after_zero
