"""A cost that was typed for one SKU, and the other rows of Resolve that can take it. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.model import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from decimal import Decimal

    from core.books.overrides.answers import Answer

_NO_COST_ASKED = frozenset({Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE, Cause.GOODS_UNCLEAR, Cause.ORIGINAL_MISSING})


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row of Resolve, with what stands in it."""

    row: int
    """Data row, from 0."""
    sku: str | None
    cause: str | None
    """Why its line is asked for."""
    is_cost_edited: bool
    """Whether its cost is another than it was filled with."""
    answer: Answer

    @property
    def may_take_a_cost(self) -> bool:
        """Whether it asks for a cost that nobody has given: not for units, nor whether goods moved."""
        is_free = self.answer.version == 0 and not self.answer.zero_ok and not self.is_cost_edited
        return is_free and self.cause not in _NO_COST_ASKED


@dataclass(frozen=True, slots=True)
class FillDown:
    """A cost typed for one SKU, and the other rows of that SKU that nobody has answered."""

    sku: str
    cost: Decimal
    """Per unit, home currency."""
    rows: tuple[int, ...]
    """Data rows, from 0."""


def fill_downs(rows: Iterable[AnsweredRow], refused: Collection[str] = ()) -> list[FillDown]:
    """Return for each SKU of which one cost was typed which other rows could take it.

    A SKU with two different typed costs is left alone, and so are rows that ask for units or whether goods moved. A
    cost that the books do not take from its own row is offered to no other one.

    Args:
        rows: Those that are asked about.
        refused: Keys of lines whose row the books refuse as it stands.
    """
    typed: dict[str, set[Decimal]] = defaultdict(set)
    open_rows: dict[str, list[int]] = defaultdict(list)
    for one in rows:
        if one.sku is None or one.answer.unreadable:
            continue
        if one.may_take_a_cost:
            open_rows[one.sku].append(one.row)
        elif one.is_cost_edited and one.answer.cost and one.answer.key not in refused:
            typed[one.sku].add(one.answer.cost)
    fills = [(sku, costs.pop(), tuple(open_rows[sku])) for sku, costs in typed.items() if len(costs) == 1]
    return [FillDown(*one) for one in fills if one[2]]


def without_rows(chosen: Sequence[FillDown], barred: Collection[int]) -> list[FillDown]:
    """Return what may be filled down without some data rows: those in which the books would refuse the cost."""
    left = [replace(one, rows=tuple(row for row in one.rows if row not in barred)) for one in chosen]
    return [one for one in left if one.rows]


def costs_by_row(chosen: Sequence[FillDown]) -> dict[int, Decimal]:
    """Return the cost (per unit, home currency) that each data row is filled with."""
    return {row: one.cost for one in chosen for row in one.rows}
