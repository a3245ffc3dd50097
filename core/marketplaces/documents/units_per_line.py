"""How many units of an order's item each of its lines carries, once several documents tell of the order.

A document tells an order as it was when the document was made. The order goes on: items are added and removed, swapped
and cancelled, a deposit is followed by its balance. So no document alone can say which line carries which units. The
rule: the units of an item are those that the newest document tells, and each line takes what its own document had told
by then, less what earlier lines took. It depends on which documents are in the books, never on the order in which they
came. What is locked keeps what it took; what is left stands on the lines of later documents. Worked examples stand in
docs/connecting-marketplaces.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class StatedUnits(NamedTuple):
    """What one document says of one item."""

    document: str
    """Which; lines name theirs the same way."""
    as_of: datetime
    """When the order was last changed, as far as the document says: the newest knows best."""
    units: int
    """Units that belong to the payments so far."""
    fulfilled_units: int | None = None
    """Units that have left; missing where the document does not say."""


class ItemLine(NamedTuple):
    """A line of one item of one order."""

    key: str
    when: tuple[object, ...]
    """Its place in time; ends with the key, so that equal moments have an order."""
    document: str
    gives_back: int = 0
    """Units that a refund names without putting them back into stock; 0 on a sale."""
    locked_units: int | None = None
    """What it carries for good, as it was locked (a refund: −); missing where it is free."""
    confirmed_zero: bool = False
    """Whether somebody said that it costs nothing, which may mean that no goods had left with it."""


@dataclass(frozen=True, slots=True)
class ItemUnits:
    """What the lines of one item carry."""

    units: dict[str, int] = field(default_factory=dict)
    """Of free sales, by line key."""
    refund_units: dict[str, int] = field(default_factory=dict)
    """Units of free refunds that take back what was counted and never left, by line key; +."""
    total: int = 0
    """Units of the item, after the newest document."""
    carried_units: int = 0
    """What all lines together carry; it differs from the total where no free line is left to carry the difference."""
    after_zero: frozenset[str] = frozenset()
    """Keys of the lines whose units a line confirmed as zero may have been about."""


def divide_units(lines: Sequence[ItemLine], statements: Sequence[StatedUnits]) -> ItemUnits:
    """Divide the units of one item of one order over its lines.

    Args:
        lines: All of them in the books, sales and refunds that put nothing back.
        statements: What each document in the books says of the item; at least one.

    Example:
        One unit was paid and locked in August; the order was edited to three, and paid again in September.

        >>> from datetime import UTC, datetime
        >>> august, september = (datetime(2026, month, 9, tzinfo=UTC) for month in (8, 9))
        >>> first, second = ItemLine("a", (august, "a"), "doc 1", taken=1), ItemLine("b", (september, "b"), "doc 2")
        >>> counted([first, second], [StatedUnits("doc 1", august, 1), StatedUnits("doc 2", september, 3)]).units
        {'b': 2}
    """
    total = max(statements, key=lambda one: (one.as_of, one.units)).units
    by_document = {one.document: one.units for one in sorted(statements, key=lambda one: (one.as_of, one.units))}
    ordered = sorted(lines, key=lambda line: line.when)
    units, taken, zero = _of_sales(ordered, by_document, total)
    returned = _of_refunds(ordered, taken - total)
    after = frozenset(key for key, count in units.items() if count and key in zero)
    return ItemUnits(units, returned, total, taken - sum(returned.values()), after)


def _of_sales(
    ordered: Sequence[ItemLine], by_document: dict[str, int], total: int
) -> tuple[dict[str, int], int, set[str]]:
    """Return the units of free sales, what all lines together take, and which sales follow one confirmed as zero."""
    taken = sum(line.locked_units or 0 for line in ordered if not line.confirmed_zero)
    units: dict[str, int] = {}
    zero: set[str] = set()
    after_zero = False
    for line in ordered:
        if line.locked_units is None and not line.gives_back:
            units[line.key] = max(0, min(by_document.get(line.document, total), total) - taken)
            taken += 0 if line.confirmed_zero else units[line.key]
            if after_zero and not line.confirmed_zero:
                zero.add(line.key)
        after_zero = after_zero or line.confirmed_zero
    last = next((line.key for line in reversed(ordered) if line.key in units and not line.confirmed_zero), None)
    if last is not None and taken < total:
        units[last] += total - taken
        taken = total
    return units, taken, zero


def _of_refunds(ordered: Sequence[ItemLine], too_many: int) -> dict[str, int]:
    returned: dict[str, int] = {}
    for line in ordered:
        if line.gives_back and line.locked_units is None and too_many > 0:
            returned[line.key] = min(too_many, line.gives_back)
            too_many -= returned[line.key]
    return returned
