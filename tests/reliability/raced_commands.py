"""Two desks on the same books, one held up before one of its transactions: as if one had come after the other."""

from __future__ import annotations

import os
import shutil
import time
from functools import cache, partial
from typing import TYPE_CHECKING

from tests.reliability.command_processes import Ended, HeldUp
from tests.reliability.deeds import DEEDS, Deed, prepared, whole
from tests.reliability.desk import Desk, finale_answers, words_of
from tests.reliability.rows import Place, Row
from tests.reliability.stored_rows import Rows, difference

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

OTHER = "Other.xlsm"
"""The second desk's workbook."""
RACING = DEEDS[:-3]
"""Those that write into the books."""
_LONGEST = 60.0


def two_desks(first: Deed, second: Deed, made: Path, folder: Path) -> Desk:
    """Return a desk with what is typed for the first deed, and beside it the workbook of the second one."""
    desk = prepared(first, made).copied(folder)
    shutil.copyfile(prepared(second, made).book, folder / OTHER)
    return desk


@cache
def one_after_the_other(first: Deed, second: Deed, made: Path) -> Rows:
    """Return what the books hold once the first deed was done, and the second one by who saw nothing of it."""
    folder = made / f"{first.what} {second.what}"
    desk = whole(first, made).done.copied(folder)
    shutil.copyfile(prepared(second, made).book, folder / OTHER)
    words_of(desk.do(*second.arguments, book=OTHER))
    rows = desk.rows()
    shutil.rmtree(folder)
    return rows


def race(first: Deed, _dice: Random, place: Place) -> None:
    """Hold the first one up between its reading and its writing, let the second one pass, and let it go on.

    Each of the five times with the same second one it waits before another of its transactions.
    """
    second = RACING[place.number % len(RACING)]
    known = whole(first, place.made)
    desk = two_desks(first, second, place.made, place.folder / "desk")
    held, go = place.folder / "held", place.folder / "go"
    with finale_answers():
        trap = HeldUp(1 + place.number // len(RACING) % max(1, known.begins), held, go)
        slow = desk.start(first.arguments, trap)
        until = time.monotonic() + _LONGEST
        while not held.exists() and slow.process.exitcode is None and time.monotonic() < until:
            time.sleep(0.005)
        quick = desk.do(*second.arguments, book=OTHER)
        go.touch()
        late = slow.end()
        said = f"{first.what} held up {trap.number} by {second.what}: {words_of(late)} / {words_of(quick)}"
        desk.assert_whole(said)
        if not first.in_steps and not second.in_steps:
            is_in_order(((second, late), (first, quick)), desk.rows(), place.made, said)


def is_in_order(pair: tuple[tuple[Deed, Ended], tuple[Deed, Ended]], rows: Rows, made: Path, said: str) -> None:
    """Hold that the books are as if both had come one after the other, or one alone and the other was told.

    Args:
        pair: The second and the first deed, each with what the other one said.
        rows: What the books hold.
        made: Where deeds are kept that were done before.
        said: What both said.
    """
    (second, _), (first, _) = pair
    turned = one_after_the_other(second, first, made)
    if rows == turned or rows == one_after_the_other(first, second, made):
        return
    others = [other for deed, other in pair if whole(deed, made).after == rows]
    assert others, f"{said}: in no order: {difference(turned, rows)}"
    assert any(other.status for other in others), f"{said}: one alone is done, and nobody was told"


ROWS = tuple(
    Row("Two at once", f"{deed.what}, held up while another deed is done", partial(race, deed), 5 * len(RACING), 1)
    for deed in RACING
    if os.name == "posix"
)
"""Each with each of the others, five times."""
