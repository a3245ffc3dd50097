"""The sheets of profit and loss say when they were filled, and whether costs have changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.stories import item, v2
from tests.end_to_end.two_workbooks import OPENING, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.end_to_end.stories import Story

CHANGED = "costs have changed since, refresh with Profit and loss."
BOTH = ("P&L", "P&L summary")


@pytest.fixture
def story(story: Story, tmp_path: Path) -> Story:
    """Return books with a sale of A, of which nobody knows the cost, and the profit and loss of that."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1", day="02")]))
    story.deed("pnl", status=1)
    return story


def below_titles(story: Story) -> list[str]:
    """Return what stands below the titles of both sheets."""
    book = story.book.open()
    return [str(book[sheet]["A2"].value) for sheet in BOTH]


def cogs_shown(story: Story) -> Any:
    """Return the COGS of the item on sheet P&L."""
    (row,) = (row for row in story.book.table("P&L").rows if row["Item"] == "A")
    return row["COGS"]


def save(story: Story) -> None:
    story.answer(({}, {"Cost": 5}))


def type_opening_cost(story: Story) -> None:
    put(story, OPENING, 5, {"SKU": "A"})
    story.set(Finale_start="2026-10-01")
    story.book.run("verify")


def bring_another(story: Story) -> None:
    story.bring(v2(story.book.path.parent, [item("Order", "2", "9.00", units="1", day="03")], "24000000100"))


@pytest.mark.long
@pytest.mark.parametrize("change", [save, type_opening_cost, bring_another])
def test_a_press_that_changes_costs_says_so_on_both_sheets(story: Story, change: Callable[[Story], None]) -> None:
    """After a save they showed the figures from before, beside a Settlements with others, and nothing said so."""
    fresh = below_titles(story)
    assert all(text.startswith("As of 20") and " UTC.  By posted date" in text for text in fresh)
    change(story)
    assert [text.replace(" UTC.", f" UTC; {CHANGED}", 1) for text in fresh] == below_titles(story)
    story.book.run("pnl")

    assert not any(CHANGED in text for text in below_titles(story))


@pytest.mark.long
@pytest.mark.parametrize(
    ("moment", "zones"),
    [
        ("2026-09-01 03:00:00", (("America/Los_Angeles", True), ("", False))),
        ("2026-09-30 20:00:00", (("Australia/Sydney", True), ("Asia/Tokyo", True), ("", False))),
        ("2026-09-15 10:00:00", (("America/Los_Angeles", False), ("Asia/Tokyo", False))),
    ],
)
def test_a_time_zone_that_moves_a_sale_to_another_month_is_said(
    story: Story, moment: str, zones: tuple[tuple[str, bool], ...]
) -> None:
    """They showed September beside Stores by which the sale is of August; a zone that moves nothing says nothing."""
    rows = [item("Order", "3", "7.00", units="1", day=moment)]
    story.bring(v2(story.book.path.parent, rows, "24000000101"))
    story.book.run("pnl")
    for zone, is_said in zones:
        story.type("Stores", {"Store": "Amazon"}, {"Time zone": zone or None})
        story.book.run("resolve")
        assert [is_said] * 2 == [CHANGED in text for text in below_titles(story)], zone


@pytest.mark.long
def test_costs_that_are_as_they_were_are_not_said_to_have_changed(story: Story) -> None:
    """A save that was undone leaves what the sheets show true; a press that changes nothing leaves them alone."""
    fresh = below_titles(story)
    story.book.run("resolve")
    assert fresh == below_titles(story)
    save(story)
    assert all(CHANGED in text for text in below_titles(story))
    story.deed("undo", status=0)

    assert (fresh, None) == (below_titles(story), cogs_shown(story))
