"""A typed setting is taken once: its cell is no edit any more after whichever command took it, and in no copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.two_workbooks import (
    GOODS,
    LOCK,
    NAME,
    OPENING,
    TAKEN,
    ZONE,
    copy_of,
    in_books,
    put,
    shown,
    with_opening_cost,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story
    from tests.end_to_end.two_workbooks import Cell

SETTLEMENT = "24000000099"


@pytest.fixture
def story(story: Story, tmp_path: Path) -> Story:
    """Return books with one sale of SKU A, whose opening cost is 30."""
    return with_opening_cost(story, tmp_path)


CELLS = [
    (OPENING, 40, 44, "verify"),
    (GOODS, "Not returned", "Unsellable", "verify"),
    (NAME, "Returns", "Sales returns", "cogs-workbook"),
    (LOCK, "2026-06-30", "2026-07-31", "close"),
    (ZONE, "Europe/Berlin", "Europe/Paris", "verify"),
]


@pytest.mark.long
@pytest.mark.parametrize(("cell", "first", "second", "command"), CELLS)
def test_a_value_typed_again_counts_after_a_command_that_fills_nothing(
    story: Story, cell: Cell, first: object, second: object, command: str
) -> None:
    """40, then 44 taken by `verify`, then 40 again: 44 stayed, and was written back over the 40."""
    arguments = {"close": ["2026-08"], "cogs-workbook": [SETTLEMENT]}.get(command, [])
    other = copy_of(story, "Other.xlsm")
    put(story, cell, first)
    story.book.run("pnl")
    put(story, cell, second)
    assert TAKEN in story.book.run(command, *arguments).output
    assert TAKEN not in story.book.run(command, *arguments).output
    put(story, cell, first)
    assert TAKEN in story.book.run("pnl").output

    assert (first, first) == (shown(story, cell), in_books(other, cell))


@pytest.mark.long
@pytest.mark.parametrize(
    ("cell", "typed", "later"),
    [(OPENING, 40, 45), (NAME, "Returns", "Sales returns"), (ZONE, "Europe/Berlin", "Europe/Paris")],
)
def test_a_cell_that_verify_took_is_not_written_over_what_a_copy_said_later(
    story: Story, cell: Cell, typed: object, later: object
) -> None:
    """Two workbooks of the same books: the first one's cell, typed once, stayed typed for ever."""
    other = copy_of(story, "Other.xlsm")
    put(story, cell, typed)
    story.book.run("verify")
    in_books(other, cell)
    put(other, cell, later)
    other.book.run("verify")

    assert TAKEN not in story.book.run("verify").output
    assert (later, later) == (in_books(story, cell), in_books(other, cell))


@pytest.mark.long
def test_a_command_that_fails_later_has_taken_the_cell_all_the_same(story: Story) -> None:
    """What is told as applied is no edit any more, though the command itself could not be done."""
    put(story, OPENING, 40)
    failed = story.book.run("verify", "no such settlement")
    other = copy_of(story, "Other.xlsm")

    assert (2, True) == (failed.status, TAKEN in failed.error)
    assert TAKEN not in story.book.run("verify").output
    assert 40 == in_books(other, OPENING)


@pytest.mark.long
def test_one_wrong_cell_leaves_every_sheet_as_it_was(story: Story) -> None:
    """“Nothing was changed” holds of the other sheets too: the account of the same press was taken."""
    other = copy_of(story, "Other.xlsm")
    before = in_books(other, NAME)
    put(story, NAME, "Returns")
    put(story, OPENING, -1)
    refused = story.book.run("verify")
    assert (2, before) == (refused.status, in_books(other, NAME))
    put(story, OPENING, 31)
    story.book.run("verify")

    assert ("Returns", 31) == (in_books(other, NAME), in_books(other, OPENING))
