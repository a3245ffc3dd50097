"""What a bookkeeper does at the desk: every command that writes, with something to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.reliability.command_processes import CountsWrites
from tests.reliability.desk import FOR_QUICKBOOKS, Desk, finale_answers, made_desk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.end_to_end.stories import Story
    from tests.reliability.stored_rows import Rows


@dataclass(frozen=True)
class Deed:
    """One command on the desk."""

    what: str
    arguments: tuple[str, ...]
    typed: Callable[[Story], None] = lambda _story: None
    """What is typed into the workbook before."""
    in_steps: bool = False
    """Whether it stores what it has in several transactions, each of which is of use by itself."""


def _cell(sheet: str, row: Mapping[str, object], cells: Mapping[str, object]) -> Callable[[Story], None]:
    return lambda story: story.type(sheet, row, cells)


_BLANK: dict[str, object] = {"SKU": None}
DEEDS = (
    Deed("import", ("import", "{folder}/7.txt", "--store", "Amazon")),
    Deed("remove", ("remove", "1")),
    Deed("remove-store", ("remove-store", "Empty")),
    Deed("sync", ("sync", "--full"), in_steps=True),
    Deed("save", ("save",), _cell("Resolve", {"SKU": "D"}, {"Cost": 7})),
    Deed("undo", ("undo",)),
    Deed("accept", ("accept",)),
    Deed("restore", ("restore", "14")),
    Deed("export", ("export", "1", "4", *FOR_QUICKBOOKS)),
    Deed("export-excel", ("export-excel", "4")),
    Deed("trueups --accept", ("trueups", "--accept", "1")),
    Deed("trueups --dismiss", ("trueups", "--dismiss", "1", "--reason", "immaterial")),
    Deed("reopen", ("reopen", "2", "--reason", "wrong bill", "--imported")),
    Deed("posted-elsewhere", ("posted-elsewhere", "3", "--reason", "A2X")),
    Deed("close", ("close", "2026-09", *FOR_QUICKBOOKS)),
    Deed("rates", ("rates", "--yes")),
    Deed("a typed setting", ("resolve",), _cell("Setup", {"Setting": "Look back"}, {"Value": 45})),
    Deed("a typed opening cost", ("resolve",), _cell("Opening costs", _BLANK, {"SKU": "D", "Unit cost": 3})),
    Deed("a typed mapping", ("resolve",), _cell("SKU mapping", {"SKU": "D"}, {"Your product": "A"})),
    Deed("a typed account", ("resolve",), _cell("Accounts", {"Line type": "Refunds", "Store": None}, {"Account": "X"})),
    Deed("a typed time zone", ("resolve",), _cell("Stores", {"Store": "Amazon"}, {"Time zone": "America/New_York"})),
    Deed("fill", ("fill", "1")),
    Deed("cogs", ("cogs", "1")),
    Deed("pnl", ("pnl",)),
)
"""The last three write nothing but the workbook."""


@dataclass(frozen=True)
class Whole:
    """What a deed comes to that nothing stops."""

    desk: Desk
    """As it was before, with what is typed."""
    done: Desk
    """As it is after it."""
    before: Rows
    after: Rows
    exported: list[str]
    status: int
    writes: int
    """How often it wrote something, files and rows together."""
    begins: int
    """How many transactions of it wrote."""
    seconds: float


@cache
def prepared(deed: Deed, made: Path) -> Desk:
    """Return the desk with what is typed for a deed."""
    desk = made_desk(made).copied(made / f"before {deed.what}")
    deed.typed(desk.story)
    return desk


@cache
def whole(deed: Deed, made: Path) -> Whole:
    """Do a deed once from its beginning to its end, and see that all ties out after it."""
    desk = prepared(deed, made)
    done = desk.copied(made / f"after {deed.what}")
    with finale_answers():
        ran = done.run(*deed.arguments, trap=CountsWrites(done.folder / "counted"))
    assert ran.status in (0, 1), ran.said
    done.assert_whole(ran.said)
    counted = json.loads((done.folder / "counted").read_text(encoding="utf-8"))
    return Whole(desk, done, desk.rows(), done.rows(), done.exported(), ran.status, **counted)
