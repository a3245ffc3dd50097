"""Rows typed on sheets of settings that contradict each other, or say something of nothing, change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

EURO = {"Currency": "EUR", "Date": "2026-09-01"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("sheet", "rows", "named"),
    [
        ("Opening costs", [{"SKU": "A", "Unit cost": 4}, {"SKU": "A", "Unit cost": 9}], "stand for the same line"),
        ("Exchange rates", [{**EURO, "Rate": 1.1}, {**EURO, "Rate": 1.3}], "stand for the same line"),
        (
            "SKU mapping",
            [{"SKU": "A", "Your product": "P"}, {"SKU": "A", "Your product": "P", "Your units": 3}],
            "stand for the same line",
        ),
        ("Stores", [{"Store": "Amazon", "Time zone": "Europe/Berlin"}], "stand for the same line"),
        ("Stores", [{"Store": "Other", "Time zone": "Europe/Berlin"}], "names store “Other”, which is not in"),
        ("Stores", [{"Time zone": "Europe/Berlin"}], "(Store) is empty, and something is typed beside it"),
        ("Opening costs", [{"Unit cost": 4}], "(SKU) is empty, and something is typed beside it"),
        ("SKU mapping", [{"Your units": 2}], "(SKU) is empty, and something is typed beside it"),
        ("Opening costs", [{"SKU": "A", "As of": "2026-01-01"}], "SKU A: a row needs a unit cost."),
    ],
)
def test_they_are_refused_before_anything_is_taken(
    story: Story, tmp_path: Path, sheet: str, rows: list[dict[str, object]], named: str
) -> None:
    """The last of two rows won, what names nothing was dropped, and both were called taken."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1")]))
    for row in rows:
        story.add_row(sheet, row)
    ran = story.deed("resolve", status=2)
    told = ran.output + ran.error

    assert named in told
    assert "Applied your changes" not in told


@pytest.mark.long
@pytest.mark.parametrize(
    ("cost", "why"),
    [
        (1234.5, "Looks wrong: order 1, SKU A: cost 1234.5, average not known (more than five times what one unit"),
        (0.15, "Looks wrong: order 1, SKU A: cost 0.15, average not known (less than a hundredth of what one unit"),
        (6, ""),
    ],
)
def test_an_opening_cost_that_looks_wrong_is_named_when_it_is_typed(
    story: Story, tmp_path: Path, cost: float, why: str
) -> None:
    """A unit sold for 20.00: what it would cost is held against that by whichever button takes it over."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1")]))
    story.set(Finale_start="2026-10-01")
    story.add_row("Opening costs", {"SKU": "A", "Unit cost": cost})
    ran = story.deed("resolve", status=1 if why else 0)

    assert f"COGS USD 0.00, then {cost:,.2f}" in ran.output
    assert why in ran.output
    assert bool(why) == ("Looks wrong" in ran.output)
