"""A sync of chosen settlements lists every line that it changed, whatever settlement the line stands in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.business.records import Lookup
from tests.end_to_end.stories import bought, finale_of, item, left, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

ORDERS = {"1": "111-1", "2": "111-2", "3": "111-3"}


def listed(story: Story) -> list[tuple[Any, ...]]:
    rows = story.book.table("Changes").rows
    return [(row["Settlement ID"], row["Order ID"], row["Unit cost now"]) for row in rows if row["Key"]]


@pytest.mark.long
@pytest.mark.parametrize(
    ("lookups", "now", "changed"),
    [
        ([], [Lookup("D", "A")], {"1": 5, "2": 5, "3": 5}),
        ([Lookup("D", "A")], [], {"1": None, "2": None, "3": None}),
    ],
    ids=["a SKU that was unknown", "a SKU that is gone"],
)
def test_what_a_sku_stands_for_now_is_listed_for_all(
    story: Story,
    finale: FinaleOnLine,
    tmp_path: Path,
    lookups: list[Lookup],
    now: list[Lookup],
    changed: dict[str, int | None],
) -> None:
    """Finale says another thing of a SKU that lines of three settlements have, and one of them is chosen."""
    for number, order in ORDERS.items():
        story.bring(v2(tmp_path, [item("Order", order, "20.00", units="1", sku="D", day="2026-09-02")], number))
    business = finale_of(bought("A", "2026-07-01", 50, "5"), *(left(order, "2026-09-02") for order in ORDERS.values()))
    with finale.serving(replace(business, lookups=tuple(lookups))):
        story.deed("connect", "--account", "demo")
        story.book.run("sync")
    with finale.serving(replace(business, lookups=tuple(now))):
        told = story.book.run("sync", "1")

    named = {number for number in ORDERS if f"/{number}: COGS changed" in told.output}
    assert [(number, ORDERS[number], cost) for number, cost in changed.items()] == listed(story)
    assert named == set(changed)
