from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import tables
from core.books.settings import sku_mapping
from core.books.settings.sku_mapping import TYPED_IN
from core.books.syncing.stored_observations import FactCounts
from core.frame_columns import MAPPING_COLUMNS, frame, records
from tests.core.books.examples import LATER, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from core.books.database import Database

Answer = tuple[str, str | None, int | None, str]
"""SKU, product, units, rule."""


def add(database: Database, *answers: Answer, at: datetime = NOW) -> FactCounts:
    """Store answers in a batch of their own."""
    names = ("sku", "product_id", "units", "rule")
    rows = [{**dict(zip(names, answer, strict=True)), "fetched_at": at} for answer in answers]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        return sku_mapping.add(connection, frame(MAPPING_COLUMNS, rows), batch, NOW)


def latest(database: Database, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of the answers that hold."""
    with database.reading() as connection:
        return [tuple(row[name] for name in names) for row in records(sku_mapping.latest(connection))]


def products(database: Database) -> list[tuple[Any, ...]]:
    """Return SKU and product of the answers that hold."""
    return latest(database, "sku", "product_id")


def test_the_latest_answer_holds(database: Database) -> None:
    """A SKU stands for what was found last, and what was found before is kept."""
    add(database, ("S", None, None, "lookup"))

    assert FactCounts(1, 0) == add(database, ("S", "P", 6, "lookup"))
    assert [("S", "P", 6)] == latest(database, "sku", "product_id", "units")
    with database.reading() as connection:
        every = select(tables.mapping.c.product_id, tables.mapping.c.answer).order_by(tables.mapping.c.id)
        assert [(None, 1), ("P", 2)] == [tuple(row) for row in connection.execute(every)]


def test_the_same_answer_again_only_moves_the_moment(database: Database) -> None:
    """An unchanged answer is not stored again, in whatever order a kit's products come."""
    kit: list[Answer] = [("K", "P", 1, "kit"), ("K", "Q", 2, "kit")]
    add(database, *kit, ("S", None, None, "lookup"))

    assert FactCounts(0, 2) == add(database, *reversed(kit), ("S", None, None, "lookup"), at=LATER)
    assert [("K", LATER), ("K", LATER), ("S", LATER)] == latest(database, "sku", "fetched_at")


def test_a_kit_is_answered_as_a_whole(database: Database) -> None:
    """If a kit loses a product, the old one does not linger."""
    add(database, ("K", "P", 1, "kit"), ("K", "Q", 2, "kit"))
    add(database, ("K", "P", 1, "kit"))

    assert [("K", "P")] == products(database)


def test_skus_differ_by_case_and_blanks(database: Database) -> None:
    """Each spelling is a SKU of its own."""
    add(database, ("s", "1", 1, "lookup"), ("S", "2", 1, "lookup"), ("s ", "3", 1, "lookup"))

    assert [("S", "2"), ("s", "1"), ("s ", "3")] == products(database)


def test_a_sync_does_not_replace_what_was_typed_in(database: Database) -> None:
    """A person's mapping holds, whatever a sync finds later."""
    add(database, ("S", "typed", 1, TYPED_IN))
    add(database, ("S", "found", 1, "lookup"), at=LATER)

    assert [("S", "typed")] == products(database)


def test_typing_replaces_what_a_sync_found(database: Database) -> None:
    """A person can correct what was found, and correct it again."""
    add(database, ("S", "found", 1, "lookup"))
    add(database, ("S", "typed", 1, TYPED_IN))
    add(database, ("S", "typed better", 1, TYPED_IN))

    assert [("S", "typed better")] == products(database)


def test_typing_nothing_goes_back_to_what_was_found(database: Database) -> None:
    """A typed answer without product lets the sync's answer hold again; without one the SKU is unknown."""
    for sku in ("S", "T"):
        add(database, (sku, "typed", 1, TYPED_IN))
    add(database, ("S", "found", 1, "lookup"))
    for sku in ("S", "T"):
        add(database, (sku, None, None, TYPED_IN))

    assert [("S", "found"), ("T", None)] == products(database)


def test_an_empty_answer(database: Database) -> None:
    """Nothing asked, nothing stored."""
    assert (FactCounts(0, 0), []) == (add(database), products(database))
