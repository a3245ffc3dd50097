"""An undo takes back the save that somebody saw, and another person's only knowingly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.overrides import stored_overrides
from core.books.overrides.undo import last_save, undo_batch, undo_last
from core.books.overrides.undo_requests import OtherSaveError, SomebodyElsesSaveError, UndoRequest
from core.errors import CogsheetError
from core.frame_columns import records
from tests.core.books.examples import LATER, NOW, answers, books_with_lines

if TYPE_CHECKING:
    from core.books.database import Database


def save(database: Database, who: str, **costs: str) -> int:
    """Save costs by line and return the batch."""
    rows = [{"key": key, "shown_version": 0, "unit_cost": Decimal(cost)} for key, cost in costs.items()]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, who, NOW)
        assert [] == stored_overrides.save(connection, answers(*rows), batch, who=who, now=NOW)
        return batch


def costs(database: Database) -> dict[str, Decimal]:
    """Return the costs in force."""
    with database.reading() as connection:
        rows = records(stored_overrides.in_force(connection))
    return {row["key"]: row["unit_cost"] for row in rows if row["unit_cost"] is not None}


@pytest.mark.few(1)
def test_a_save_that_nobody_saw_is_not_undone(database: Database) -> None:
    """Ann saw her own save; Bob's came in between. Hers is named, his too, and both stay."""
    books_with_lines(database, "a", "b")
    seen = save(database, "Ann", a="1")
    later = save(database, "Bob", b="2")
    with pytest.raises(OtherSaveError, match=f"now batch {later}, save by Bob, .*, and batch {seen} was"):
        undo_last(database, who="Ann", now=LATER, request=UndoRequest(seen))
    assert {"a": 1, "b": 2} == costs(database)


@pytest.mark.few(1)
def test_another_persons_save_is_undone_knowingly_only(database: Database) -> None:
    """By its place as the last one and by its number alike; one's own needs no word."""
    books_with_lines(database, "a", "b")
    own, others = save(database, "Ann", a="1"), save(database, "Bob", b="2")
    mine = UndoRequest(of_another=False)
    for request in (mine, replace(mine, expected=others)):
        with pytest.raises(SomebodyElsesSaveError, match=f"batch {others}, save by Bob.* is not yours"):
            undo_last(database, who="Ann", now=LATER, request=request)
    with pytest.raises(SomebodyElsesSaveError):
        undo_batch(database, others, who="Ann", now=LATER, request=mine)
    assert {"a": 1, "b": 2} == costs(database)
    undo_batch(database, own, who="Ann", now=LATER, request=mine)
    undo_last(database, who="Ann", now=LATER, request=UndoRequest(others, of_another=True))
    assert {} == costs(database)


@pytest.mark.few(1)
def test_of_two_who_undo_the_same_save_one_is_told(database: Database) -> None:
    """Both saw batch 3 as the last one and press at one moment: batch 2 is not taken back by the slower one."""
    books_with_lines(database, "a", "b")
    save(database, "Ann", a="1")
    seen = save(database, "Ann", b="2")
    at_once = Barrier(2)

    def press(who: str) -> str:
        last = last_save(database)
        assert last is not None
        at_once.wait()
        try:
            return str(undo_last(database, who=who, now=LATER, request=UndoRequest(last["number"])).undone)
        except CogsheetError as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as threads:
        fates = sorted(threads.map(press, ("Ann", "Bob")))
    assert [str(seen), "OtherSaveError"] == fates
    assert {"a": 1} == costs(database)
