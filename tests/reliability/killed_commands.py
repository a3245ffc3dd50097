"""Commands that are killed at a random write or at a random moment: done wholly or not at all, and done by the next."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tests.reliability.command_processes import KilledAfter, KilledAtWrite, Trap
from tests.reliability.deeds import DEEDS, Deed, Whole, whole
from tests.reliability.desk import Desk, finale_answers
from tests.reliability.known_states import once_of
from tests.reliability.rows import Place, Row
from tests.reliability.stored_rows import difference

if TYPE_CHECKING:
    from random import Random


def a_kill(known: Whole, dice: Random) -> Trap:
    """Return a kill before one of the writes, or anywhere."""
    if dice.random() < 0.7:
        return KilledAtWrite(dice.randint(1, known.writes))
    return KilledAfter(dice.uniform(0.01, known.seconds))


def kill(deed: Deed, dice: Random, place: Place) -> None:
    """Kill a command, and let the next ones find and finish what it left."""
    known = whole(deed, place.made)
    desk = known.desk.copied(place.folder / "desk")
    trap = a_kill(known, dice)
    with finale_answers():
        ran = desk.run(*deed.arguments, trap=trap)
        said = f"{deed.what} {trap} {ran.status}"
        assert ran.was_killed or ran.status == known.status, f"{said}: {ran.said}"
        is_whole_and_done(deed, desk, known, said)


def is_whole_and_done(deed: Deed, desk: Desk, known: Whole, said: str) -> None:
    """Hold that the next button finds whole books, and that the deed is done or can be done; once of each state."""
    with once_of(deed.what, "was left", desk.found()) as is_seen:
        if not is_seen:
            desk.assert_whole(said)
            is_done(deed, desk, known, said)


def is_done(deed: Deed, desk: Desk, known: Whole, said: str) -> None:
    """Hold that it is done or not done; and that it can be done again where it is not."""
    rows = desk.rows()
    if rows != known.after:
        assert deed.in_steps or rows == known.before, f"{said}, done by halves: {difference(known.before, rows)}"
        with once_of(deed.what, "again", desk.state()) as is_seen:
            if not is_seen:
                _is_done_again(deed, desk, known, said)
    else:
        assert desk.exported() == known.exported, f"{said}: other files for the accounting system"


def _is_done_again(deed: Deed, desk: Desk, known: Whole, said: str) -> None:
    again = desk.do(*deed.arguments)
    assert again.status == known.status, f"{said}, again: {again.said}"
    assert deed.in_steps or desk.rows() == known.after, f"{said}, again: {difference(known.after, desk.rows())}"
    assert desk.exported() == known.exported, f"{said}, again: other files for the accounting system"


ROWS = tuple(
    Row("Killed at random points", f"{deed.what}, killed", partial(kill, deed), 100, 1)
    for deed in DEEDS
    if os.name == "posix"
)
