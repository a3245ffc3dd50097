from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.errors import UnstorableValueError
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import Refusal, RefusedRow
from core.frame_columns import OVERRIDE_COLUMNS, records
from core.model import Proposal
from tests.core.books.examples import LATER, NOW, answers, books_with_lines

if TYPE_CHECKING:
    from datetime import datetime

    from core.books.database import Database


def save(database: Database, *rows: dict[str, object], who: str = "M. Lee", now: datetime = NOW) -> list[RefusedRow]:
    """Save answers in a batch of their own."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, who, now)
        return stored_overrides.save(connection, answers(*rows), batch, who=who, now=now)


def in_force(database: Database, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of the overrides that hold."""
    with database.reading() as connection:
        found = stored_overrides.in_force(connection)
    assert list(OVERRIDE_COLUMNS) == list(found.columns)
    return [tuple(row[name] for name in names) for row in records(found)]


def history(database: Database, key: str | None = None) -> list[dict[str, Any]]:
    """Return every version ever saved."""
    with database.reading() as connection:
        return records(stored_overrides.history(connection, key))


def test_answers_that_all_came_too_late_open_no_batch(database: Database) -> None:
    """The batches that sheet Change history lists are those that saved something."""
    books_with_lines(database, "a", "b")
    save(database, {"key": "a"})

    with database.writing() as connection:
        late = answers({"key": "a"}, {"key": "unknown"})
        refused = stored_overrides.save_as_batch(connection, late, who="A. Kim", now=LATER)

    assert [Refusal.CHANGED, Refusal.UNKNOWN_LINE] == [one.reason for one in refused]
    with database.reading() as connection:
        assert 2 == batches.last(connection)  # the lines and the first answer


def test_an_answer_is_kept_with_what_was_on_the_screen(database: Database) -> None:
    """Cost, zero, disposition, units and note are kept, with who, when, the proposal shown and the question asked."""
    books_with_lines(database, "a")
    saved = {
        "unit_cost": Decimal("4.170001"),
        "currency": "USD",
        "zero_confirmed": False,
        "disposition": "Unsellable",
        "units_back": 2,
        "sku": "MUG-1",
        "kind": "entered",
        "note": "Rechnung 17 – Müller",
        "shown_cost": Decimal("4.0"),
        "shown_currency": "USD",
        "shown_kind": Proposal.CURRENT_AVERAGE,
        "shown_as_of": LATER,
        "asked_event": "sale",
        "asked_goods": "sold",
        "asked_units": 2,
        "asked_sku": None,
    }

    assert [] == save(database, {"key": "a", **saved})
    whole = {"key": "a", "version": 1, "batch": 2, "saved_by": "M. Lee", "saved_at": NOW, **saved}
    assert [whole] == history(database)


def test_an_answer_may_set_no_cost(database: Database) -> None:
    """A zero can be confirmed and a disposition chosen without a cost, and the cost stays missing."""
    books_with_lines(database, "a", "b")
    nothing = {"unit_cost": None, "currency": None, "kind": None}
    save(database, {"key": "a", **nothing, "zero_confirmed": True}, {"key": "b", **nothing, "disposition": "Restocked"})

    assert [("a", None, True, None), ("b", None, False, "Restocked")] == in_force(
        database, "key", "unit_cost", "zero_confirmed", "disposition"
    )


def test_the_newest_version_holds(database: Database) -> None:
    """Each save of a line is its next version; all of them are kept."""
    books_with_lines(database, "a", "b")
    save(database, {"key": "a"}, {"key": "b"})

    assert [] == save(database, {"key": "a", "shown_version": 1, "unit_cost": Decimal(5)}, who="Ann", now=LATER)
    assert [("a", 2, Decimal(5), "Ann", LATER), ("b", 1, Decimal("4.17"), "M. Lee", NOW)] == in_force(
        database, "key", "version", "unit_cost", "saved_by", "saved_at"
    )
    assert [1, 2] == [row["version"] for row in history(database, "a")]


@pytest.mark.few(1)
@pytest.mark.parametrize("shown", [0, 1, 3])
def test_a_stale_answer_is_refused_with_what_is_there(database: Database, shown: int) -> None:
    """A row filled from another version than the newest is refused and told who saved what; other rows are saved."""
    books_with_lines(database, "a", "b")
    save(database, {"key": "a"})
    save(database, {"key": "a", "shown_version": 1, "unit_cost": Decimal("4.20")}, now=LATER)

    (refused,) = save(database, {"key": "a", "shown_version": shown, "unit_cost": Decimal(9)}, {"key": "b"}, who="Ann")
    assert ("a", Refusal.CHANGED) == (refused.key, refused.reason)
    assert refused.now is not None
    assert (Decimal("4.20"), "M. Lee", LATER, 2) == tuple(
        refused.now[name] for name in ("unit_cost", "saved_by", "saved_at", "version")
    )
    assert [("a", Decimal("4.20")), ("b", Decimal("4.17"))] == in_force(database, "key", "unit_cost")


def test_a_version_that_was_never_there_is_refused(database: Database) -> None:
    """A row that was filled from other books has nothing to show here."""
    books_with_lines(database, "a")

    assert [RefusedRow("a", Refusal.CHANGED, None)] == save(database, {"key": "a", "shown_version": 1})


def test_unknown_lines_are_refused(database: Database) -> None:
    """A row whose line is not in the books is refused."""
    books_with_lines(database, "a")

    assert [RefusedRow("x", Refusal.UNKNOWN_LINE, None)] == save(database, {"key": "x"}, {"key": "a"})
    assert [("a",)] == in_force(database, "key")


def test_duplicate_rows_are_refused(database: Database) -> None:
    """If a line comes twice, neither row is saved: nobody knows which is meant."""
    books_with_lines(database, "a", "b")

    assert [RefusedRow("a", Refusal.DUPLICATE, None)] == save(
        database, {"key": "a"}, {"key": "b"}, {"key": "a", "unit_cost": Decimal(9)}
    )
    assert [("b",)] == in_force(database, "key")


def test_an_answer_that_cannot_be_kept_saves_nothing(database: Database) -> None:
    """If one row cannot be kept exactly, no row is saved."""
    books_with_lines(database, "a", "b")

    with pytest.raises(UnstorableValueError, match="note"):
        save(database, {"key": "a"}, {"key": "b", "note": "\x00"})
    assert [] == history(database)


def test_saving_nothing(database: Database) -> None:
    """An empty save refuses nothing and stores nothing."""
    assert ([], []) == (save(database), history(database))


@pytest.mark.long
def test_many_answers_at_once(database: Database) -> None:
    """A save may be as long as it likes, and each row is decided by itself."""
    keys = [f"k{number:04}" for number in range(1300)]
    rows: list[dict[str, object]] = [{"key": key} for key in keys]
    books_with_lines(database, *keys)
    save(database, *rows[::2])

    refused = save(database, *rows)
    assert keys[::2] == [one.key for one in refused]
    assert keys == [key for (key,) in in_force(database, "key")]
