"""Costs typed on Resolve as text are read by the company's decimal mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story


@pytest.mark.long
def test_a_comma_is_read_once_setup_says_so(story: Story, tmp_path: Path) -> None:
    """Before it is refused by its cell, with where to say so; what was read before stays."""
    skus = ("A", "B", "C")
    story.bring(v2(tmp_path, [item("Order", sku, "20.00", units="1", sku=sku) for sku in skus]))
    typed = [({"SKU": sku}, {"Cost": cost}) for sku, cost in zip(skus, ("4,50", "1.234,50", "5.5"), strict=True)]

    before = story.answer(*typed, accept=False, odd=True)
    story.set(Decimal_mark=",")
    after = story.deed("save", "--accept-suspect")

    assert "“4,50”, which is not a number: write a plain number, such as 4.17 (if a comma is" in before.output
    assert "Saved 2 entered" in after.output
    assert [("A", 4.5), ("B", 1234.5), ("C", 5.5)] == sorted((row["SKU"], row["Unit cost"]) for row in story.lines())
