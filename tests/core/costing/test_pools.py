"""Which lines of an order take units of the same shipments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.costing.units.pools import Pool, joined
from core.costing.units.units_taken import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class PostedLine:
    """As much of a line as is asked."""

    place: int


def claim(place: int, cost: str | None = None) -> Claim:
    exported = None if cost is None else Decimal(cost)
    return Claim(PostedLine(place), 1, exported)  # type: ignore[arg-type]  # as much of a line as is asked


@pytest.mark.parametrize(
    ("products", "groups"),
    [
        ([{"MUG"}, {"CUP"}], [[0], [1]]),
        ([{"MUG"}, {"MUG"}], [[0, 1]]),
        ([{"MUG"}, {"CUP"}, {"MUG", "CUP"}], [[0, 1, 2]]),
        ([{"MUG"}, {"CUP"}, {"JAR"}, {"JAR", "MUG"}], [[1], [0, 2, 3]]),
    ],
    ids=["apart", "one product", "by way of a kit", "one stays apart"],
)
def test_lines_that_share_a_product_are_together(products: Sequence[set[str]], groups: list[list[int]]) -> None:
    """Also by way of a third one."""
    found = joined((claim(place), names) for place, names in enumerate(products))

    assert groups == [sorted(one.line.place for one in group) for group in found]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [(["7", None], True), ([None, None], False), (["7"], False)],
    ids=["one of several", "none of several", "one alone"],
)
def test_a_pool_has_exported_lines_beside_others(costs: list[str | None], *, expected: bool) -> None:
    """A line by itself leaves nothing to tell apart."""
    assert expected == Pool([claim(place, cost) for place, cost in enumerate(costs)], ()).has_exported
