"""Several lines of one order and SKU were answered on a view; the settlement's own record has several lines, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.books.exports_of_payouts import Row, unified_export
from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER, ORDER = "25000000007", "111-60"


def view(folder: Path, *nets: str) -> Path:
    """Write a date-range report of one order, a row of one unit for each net amount."""
    file = folder / "range.csv"
    rows = [Row("2026-09-05", ORDER, net, payout=NUMBER) for net in nets]
    file.write_bytes(unified_export(file.name, *rows).content)
    return file


def record(folder: Path, *nets: str) -> Path:
    """Write the settlement report of the same order, an item for each net amount."""
    items = [
        {**item("Order", ORDER, net, units="1", sku="MUG", day="05"), "order-item-code": f"{place}"}
        for place, net in enumerate(nets, start=1)
    ]
    return v2(folder, items, NUMBER)


def costs(story: Story) -> list[tuple[object, object]]:
    return sorted((row["Net"], row["COGS"]) for row in story.lines() if row["SKU"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("nets", "typed", "now", "cogs"),
    [
        (("34.00", "34.00"), (4, 4), ("34.00", "34.00"), [(34, 4), (34, 4)]),
        (("34.00", "32.00"), (4, 3), ("32.00", "34.00"), [(32, 3), (34, 4)]),
        (("34.00", "32.00", "30.00"), (4, 3, 3), ("30.00", "32.00", "34.00"), [(30, 3), (32, 3), (34, 4)]),
    ],
)
def test_answers_move_where_it_does_not_matter_which_is_which_or_the_net_tells(
    story: Story,
    tmp_path: Path,
    nets: tuple[str, ...],
    typed: tuple[int, ...],
    now: tuple[str, ...],
    cogs: list[tuple[int, int]],
) -> None:
    """Nothing is asked again, an undo takes the moving back, and everything ties out."""
    story.bring(view(tmp_path, *nets))
    story.answer(*(({"Net": float(net)}, {"Cost": cost}) for net, cost in zip(nets, typed, strict=True)), odd=True)
    told = story.bring(record(tmp_path, *now)).output
    moved, asked = costs(story), story.asked()
    story.deed("undo")
    story.book.run("resolve")

    assert "could not be moved" not in told
    assert (cogs, []) == (moved, asked)
    assert len(nets) == len(story.asked())
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("nets", "typed", "now", "proposed"),
    [
        (("66.00",), (4,), ("34.00", "32.00"), [4, 4]),
        (("34.00", "32.00"), (4, 3), ("33.00", "31.00"), [3, 4]),
        (("34.00", "32.00"), (4, 3), ("66.00",), [3]),
    ],
)
def test_what_nobody_can_tell_is_proposed_and_undo_takes_that_back(
    story: Story,
    tmp_path: Path,
    nets: tuple[str, ...],
    typed: tuple[int, ...],
    now: tuple[str, ...],
    proposed: list[int],
) -> None:
    """Each line that may be meant is asked, with what was typed and what for."""
    story.bring(view(tmp_path, *nets))
    story.answer(*(({"Net": float(net)}, {"Cost": cost}) for net, cost in zip(nets, typed, strict=True)), odd=True)
    told = story.deed("import", str(record(tmp_path, *now)), status=1).output
    story.book.run("resolve")
    asked = story.asked()
    words = [str(row["Status"]) for row in asked]
    story.deed("undo")
    story.book.run("resolve")
    undone = [row["Cost"] for row in story.asked()]

    assert "could not be moved: several lines fit. Where Resolve lists them, it is proposed" in told
    assert proposed == sorted(row["Cost"] for row in asked)
    assert all("Typed for the line that an earlier file had here" in one for one in words)
    assert [None] * len(now) == undone
    story.ties()
