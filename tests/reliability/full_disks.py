"""Commands for which the disk is full after so many bytes of a file: said in words, done wholly or not at all."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tests.end_to_end.conftest import BOOKS
from tests.reliability.command_processes import NoRoom
from tests.reliability.deeds import DEEDS, Deed, Whole, whole
from tests.reliability.desk import finale_answers, words_of
from tests.reliability.killed_commands import is_whole_and_done
from tests.reliability.rows import Place, Row

if TYPE_CHECKING:
    from random import Random

_PAGE = 4096


def a_limit(known: Whole, dice: Random) -> int:
    """Return a size that some file of a command reaches: any, or about that of the books or of the workbook."""
    books, workbook = ((known.desk.folder / name).stat().st_size for name in (BOOKS, known.desk.book.name))
    near = dice.choice((books, workbook)) + dice.randint(-2, 8) * _PAGE
    return dice.choice((dice.randrange(3000), dice.randrange(workbook), dice.randrange(books + workbook), near))


def fill(deed: Deed, dice: Random, place: Place) -> None:
    """Do it without room, and again with room."""
    known = whole(deed, place.made)
    desk = known.desk.copied(place.folder / "desk")
    limit = a_limit(known, dice)
    with finale_answers():
        ran = desk.run(*deed.arguments, trap=NoRoom(limit))
        said = f"{deed.what} with {limit} bytes: {ran.status} {words_of(ran)}"
        if "othing was changed" in ran.said or "othing was written" in ran.said:
            assert desk.rows() == known.before, f"something was: {said}"
        is_whole_and_done(deed, desk, known, said)


ROWS = tuple(
    Row("Full disk", f"{deed.what}, with no room", partial(fill, deed), 100, 1) for deed in DEEDS if os.name == "posix"
)
