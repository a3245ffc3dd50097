from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.entries import locks
from core.books.overrides import stored_overrides, undo
from core.books.overrides.undo import Skip
from core.books.settlements.booked_settlement import EntryStatus, SettlementKind
from core.frame_columns import records
from tests.core.books.examples import (
    COMPANY,
    LATER,
    NOW,
    answers,
    books_with_lines,
    costed,
    save_settlement,
    settlement,
    source,
)
from tests.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.overrides.undo import UndoResult

VALUE = ("unit_cost", "currency", "zero_confirmed", "disposition", "units_back", "kind", "note")


def versions(database: Database) -> dict[str, int]:
    """Return the newest version of each line."""
    with database.reading() as connection:
        return {row["key"]: row["version"] for row in records(stored_overrides.in_force(connection))}


def save(database: Database, **costs: str | None) -> int:
    """Save costs by line, each filled from the newest version, and return the batch."""
    there = versions(database)
    rows: list[dict[str, object]] = [
        {"key": key, "shown_version": there.get(key, 0), "unit_cost": cost and Decimal(cost), "note": f"note {cost}"}
        for key, cost in costs.items()
    ]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, "M. Lee", NOW)
        assert [] == stored_overrides.save(connection, answers(*rows), batch, who="M. Lee", now=NOW)
        return batch


def take_back(database: Database, batch: int) -> UndoResult:
    """Undo a batch."""
    with database.writing() as connection:
        return undo.undo(connection, batch, who="Ann", now=LATER)


def said(database: Database) -> dict[str, tuple[Any, ...]]:
    """Return what is in force, line by line; a line that says nothing is left out."""
    with database.reading() as connection:
        rows = records(stored_overrides.in_force(connection))
    values = {row["key"]: tuple(row[name] for name in VALUE) for row in rows}
    return {key: value for key, value in values.items() if any(value)}


def test_undo_brings_back_what_was_there_before(database: Database) -> None:
    """Each line of the batch says again what it said before, as a new version in a new batch; others stay."""
    books_with_lines(database, "a", "b", "c")
    save(database, a="1", c="9")
    before = said(database)
    batch = save(database, a="2", b="3")

    undone = take_back(database, batch)
    assert (before, {"a": 3, "b": 2, "c": 1}) == (said(database), versions(database))
    assert (batch + 1, batch, {"a", "b"}, ()) == (undone.batch, undone.undone, set(undone.keys), undone.skipped)
    with database.reading() as connection:
        newest = records(batches.history(connection))[0]
        of_b = records(stored_overrides.history(connection, "b"))
    assert ("undo", "Ann", LATER, batch) == tuple(newest[name] for name in ("kind", "who", "at", "undoes"))
    assert [("M. Lee", Decimal(3)), ("Ann", None)] == [(row["saved_by"], row["unit_cost"]) for row in of_b]


def test_an_undo_can_be_undone(database: Database) -> None:
    """Undoing an undo makes the batch hold again."""
    books_with_lines(database, "a", "b")
    batch = save(database, a="1", b="2")
    after = said(database)
    undone = take_back(database, batch)

    assert {} == said(database)
    assert undone.batch is not None
    take_back(database, undone.batch)
    assert after == said(database)


def test_lines_that_were_saved_again_are_skipped(database: Database) -> None:
    """A line that somebody changed later is left alone and listed with what is there now."""
    books_with_lines(database, "a", "b")
    batch = save(database, a="1", b="2")
    save(database, a="5")

    undone = take_back(database, batch)
    (skipped,) = undone.skipped
    assert (("b",), "a", Skip.OVERRIDDEN_LATER, Decimal(5)) == (
        undone.keys,
        skipped.key,
        skipped.reason,
        skipped.now["unit_cost"],
    )
    assert ["a"] == list(said(database))


def test_locked_lines_are_skipped(database: Database) -> None:
    """Lines of a locked settlement are left alone and listed; after reopening they can be taken back."""
    books_with_lines(database, "b")
    with database.writing() as connection:
        booked = save_settlement(connection, settlement("S2", ("a",))).settlement
    batch = save(database, a="1", b="2")
    with database.writing() as connection:
        number = batches.new(connection, BatchKind.EXPORT, "M. Lee", NOW)
        locks.lock(connection, booked, costed(connection, booked), number, EntryStatus.EXPORTED)

    undone = take_back(database, batch)
    assert (("b",), [("a", Skip.LOCKED)]) == (undone.keys, [(one.key, one.reason) for one in undone.skipped])
    with database.writing() as connection:
        locks.end_lock(connection, booked, "why not", batches.new(connection, BatchKind.REOPEN, "M. Lee", NOW))
    assert ("a",) == take_back(database, batch).keys


def test_lines_that_are_gone_are_skipped(database: Database) -> None:
    """A line whose view was replaced by the record is listed as gone."""
    with database.writing() as connection:
        save_settlement(connection, settlement(keys=("a",)), source(b"view", kind=SettlementKind.VIEW))
    batch = save(database, a="1")
    with database.writing() as connection:
        save_settlement(connection, settlement(keys=("b",)))

    undone = take_back(database, batch)
    assert ((), [("a", Skip.GONE)]) == (undone.keys, [(one.key, one.reason) for one in undone.skipped])


def test_the_last_save_is_what_undo_means(database: Database) -> None:
    """Undo means the newest save that was not undone yet: pressed twice, it goes back twice."""
    books_with_lines(database, "a")
    batches_saved = [save(database, a=cost) for cost in ("1", "2")]
    undone = []
    for _ in range(3):
        with database.writing() as connection:
            number = undo.last_undoable(connection)
            undone.append(number)
            if number is not None:
                undo.undo(connection, number, who="Ann", now=LATER)

    assert [*reversed(batches_saved), None] == undone


def test_pressed_twice_undo_goes_back_twice(database: Database) -> None:
    """The second undo takes back the save before, although the first undo came after it."""
    books_with_lines(database, "a")
    first, second = save(database, a="1"), save(database, a="2")

    take_back(database, second)
    after_one = said(database)
    undone = take_back(database, first)
    assert (Decimal(1), (), {}) == (after_one["a"][0], undone.skipped, said(database))


def test_a_save_that_holds_again_is_the_last_one_again(database: Database) -> None:
    """After an undo was undone, undo means the save again."""
    books_with_lines(database, "a")
    save(database, a="1")
    second = save(database, a="2")
    undone = take_back(database, second).batch
    assert undone is not None
    redone = take_back(database, undone)

    with database.reading() as connection:
        assert second == undo.last_undoable(connection)
    assert ([], ("a",)) == (list(redone.skipped), take_back(database, second).keys)
    assert Decimal(1) == said(database)["a"][0]


def test_a_single_value_is_brought_back(database: Database) -> None:
    """Any earlier version of a line can be brought back, also the time before there was one."""
    books_with_lines(database, "a", "b")
    for cost in ("1", "2", "3"):
        save(database, a=cost, b=cost)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.RESTORE, "Ann", LATER)
        refused = undo.bring_back(connection, {"a": 1, "b": 0}, batch, who="Ann", now=LATER)
        last = undo.last_undoable(connection)

    assert ([], batch) == (refused, last)
    assert {"a": (Decimal(1), "USD", False, None, None, "entered", "note 1")} == said(database)
    with pytest.raises(KeyError), database.writing() as connection:
        undo.bring_back(connection, {"a": 99}, batch, who="Ann", now=LATER)


def test_answers_are_appended_with_their_own_signature(database: Database) -> None:
    """An answer that goes to another line is its next version there, signed by who gave it; undo takes it back."""
    books_with_lines(database, "a", "new a", "new b")
    save(database, a="2")
    save(database, **{"new b": "9"})
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.MOVE, "Bob", LATER)
        newest = stored_overrides.newest_of(connection, ["a", "none"])["a"]
        stored_overrides.append(connection, [{**newest, "key": "new a"}, {**newest, "key": "new b"}], batch)
        moved = [
            *records(stored_overrides.history(connection, "new a")),
            *records(stored_overrides.history(connection, "new b")),
        ]
        last = undo.last_undoable(connection)

    assert [(1, Decimal(2), "M. Lee", NOW), (1, Decimal(9), "M. Lee", NOW), (2, Decimal(2), "M. Lee", NOW)] == [
        tuple(row[name] for name in ("version", "unit_cost", "saved_by", "saved_at")) for row in moved
    ]
    assert batch == last
    take_back(database, batch)
    assert {"a": Decimal(2), "new b": Decimal(9)} == {key: value[0] for key, value in said(database).items()}


STEPS = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(1, 9).map(str), min_size=1), min_size=1, max_size=6
)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_undoing_everything_backwards_restores_every_state(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, str | None]]
) -> None:
    """After any saves, undoing them from the last to the first passes through the same states back to the beginning."""
    path: Path = tmp_path_factory.mktemp("undo") / "Books.sqlite"
    with Database.create(path, replace(COMPANY, created_at=NOW + timedelta(1))) as database:
        books_with_lines(database, "a", "b", "c")
        states, saved = [said(database)], []
        for step in steps:
            saved.append(save(database, **step))
            states.append(said(database))
        for batch, before in zip(reversed(saved), reversed(states[:-1]), strict=True):
            undone = take_back(database, batch)

            assert ((), before) == (undone.skipped, said(database))
        with database.reading() as connection:
            assert 2 * sum(map(len, steps)) == len(stored_overrides.history(connection))
