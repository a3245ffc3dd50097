"""Two workbooks of the same books: cells typed in one, what it shows, and what the books hold of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.end_to_end.demo_book import DemoBook
from tests.end_to_end.stories import Story, item, v2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Cell = tuple[str, "Mapping[str, object]", str]
OPENING: Cell = ("Opening costs", {"SKU": "A"}, "Unit cost")
LOCK: Cell = ("Setup", {"Setting": "Lock date"}, "Value")
GOODS: Cell = ("Setup", {"Setting": "Refunded goods"}, "Value")
NAME: Cell = ("Accounts", {"Line type": "Refunds", "Store": None}, "Account")
ZONE: Cell = ("Stores", {"Store": "Amazon"}, "Time zone")
TAKEN = "Applied your changes"


def with_opening_cost(story: Story, folder: Path) -> Story:
    """Return books with one sale of SKU A, whose opening cost is 30."""
    story.bring(v2(folder, [item("Order", "1", "20.00", units="1", day="02")]))
    put(story, OPENING, 30, {"SKU": "A"})
    story.book.run("pnl")
    return story


def put(story: Story, cell: Cell, value: object, of: Mapping[str, object] | None = None) -> None:
    """Type into a cell; into the one blank row of a sheet, with what names it."""
    sheet, named, header = cell
    blank = dict.fromkeys(named) if of else named
    story.type(sheet, blank, {**(of or {}), header: value})


def copy_of(story: Story, name: str) -> Story:
    """Return another workbook of the same books, as the workbook is now."""
    path = story.book.path.with_name(name)
    shutil.copyfile(story.book.path, path)
    return Story(DemoBook(path))


def shown(story: Story, cell: Cell) -> object:
    """Return what a cell shows."""
    sheet, of, header = cell
    (row,) = (row for row in story.book.table(sheet).rows if all(row[name] == is_ for name, is_ in of.items()))
    return row[header]


def in_books(other: Story, cell: Cell) -> object:
    """Return what the books hold, as a workbook in which nothing is typed shows it once it is filled."""
    other.book.run("trueups")
    return shown(other, cell)
