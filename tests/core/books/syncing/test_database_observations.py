from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sqlalchemy import select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import frames, tables
from core.books.syncing import stored_observations
from core.books.syncing.stored_observations import FactCounts
from core.frame_columns import records
from core.model import Cause, ObservationKind
from tests.core.books.examples import LATER, NOW, observed

if TYPE_CHECKING:
    from core.books.database import Database

AVERAGE: dict[str, object] = {"kind": ObservationKind.AVERAGE, "order_id": None, "units": None, "record_date": None}
ON_DATE: dict[str, object] = {"kind": ObservationKind.AVERAGE_ON_DATE, "order_id": None, "units": None}
NOT_FOUND: dict[str, object] = {
    "product_id": None,
    "unit_cost": None,
    "currency": None,
    "units": None,
    "record_date": None,
}


def add(database: Database, *rows: dict[str, object]) -> FactCounts:
    """Store one answer in a batch of its own."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        return stored_observations.add(connection, observed(*rows), batch, NOW)


def latest(database: Database, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of what holds now."""
    with database.reading() as connection:
        return [tuple(row[name] for name in names) for row in records(stored_observations.latest(connection))]


def history(database: Database) -> pd.DataFrame:
    """Return everything ever said."""
    with database.reading() as connection:
        every = select(tables.observation).order_by(tables.observation.c.id)
        return frames.load(connection, every, stored_observations.HISTORY_COLUMNS)


def test_an_answer_comes_back_as_it_was(database: Database) -> None:
    """What the inventory system said is kept in full, its raw text and source included."""
    rows: list[dict[str, object]] = [
        {},
        {**AVERAGE, "raw": "4,10 €", "match_rule": None},
        {**ON_DATE, "unit_cost": Decimal("0.000001")},
        {**NOT_FOUND, "order_id": "O2", "cause": Cause.ORDER_NOT_FOUND},
    ]
    assert FactCounts(4, 0) == add(database, *rows)

    with database.reading() as connection:
        pd.testing.assert_frame_equal(observed(*rows), stored_observations.latest(connection))


def test_the_same_answer_again_only_moves_the_moment(database: Database) -> None:
    """A fact seen again is not stored again; when it was last confirmed is what counts, first and last are kept."""
    add(database, {}, AVERAGE)

    assert FactCounts(0, 2) == add(database, {"fetched_at": LATER, "raw": "$4.100"}, {**AVERAGE, "fetched_at": LATER})
    assert [(LATER, "$4.10")] * 2 == latest(database, "fetched_at", "raw")
    assert [(NOW, LATER, 1)] * 2 == [
        (row["fetched_at"], row["seen_at"], row["batch"]) for row in records(history(database))
    ]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "changed",
    [
        {"unit_cost": Decimal("4.11")},
        {"unit_cost": None, "cause": Cause.COST_BLANK},
        {"units": 3},
        {"record_date": "2026-11-02"},
        {"source": "report"},
        {"match_rule": "prefix"},
    ],
)
def test_another_answer_is_stored_and_holds(database: Database, changed: dict[str, object]) -> None:
    """Whatever changes about a fact is stored beside what was said before, and holds from then on."""
    add(database, {})

    assert FactCounts(1, 0) == add(database, {**changed, "fetched_at": LATER})
    assert [tuple(changed.values())] == latest(database, *changed)
    assert 2 == len(history(database))


def test_back_and_forth(database: Database) -> None:
    """A cost that returns to what it was is a new fact: the latest answer holds, not the most frequent."""
    costs = [Decimal("4.1"), Decimal("4.2"), Decimal("4.1"), Decimal("4.1")]
    for days, cost in enumerate(costs):
        add(database, {"unit_cost": cost, "fetched_at": NOW + timedelta(days=days)})

    assert [(Decimal("4.1"), NOW + timedelta(days=3))] == latest(database, "unit_cost", "fetched_at")
    assert costs[:3] == list(history(database)["unit_cost"])


def test_facts_are_kept_apart(database: Database) -> None:
    """Orders, products, and for averages on a date also the days, each have a cost of their own."""
    rows: list[dict[str, object]] = [
        {},
        {"order_id": "o1"},
        {"product_id": "p"},
        AVERAGE,
        {**AVERAGE, "product_id": "p"},
        ON_DATE,
        {**ON_DATE, "record_date": "2026-11-02"},
    ]

    assert FactCounts(7, 0) == add(database, *rows)
    assert FactCounts(0, 7) == add(database, *rows)
    assert 7 == len(latest(database))


def test_several_shipments_are_one_answer(database: Database) -> None:
    """The shipments of a product on an order hold together, also two that are alike, and change together."""
    first: dict[str, object] = {"units": 1}
    later: dict[str, object] = {"units": 1, "record_date": "2026-11-04", "unit_cost": Decimal("4.30")}
    add(database, first, first, later)

    assert FactCounts(0, 1) == add(database, {**later, "fetched_at": LATER}, first, first)
    assert 3 == len(latest(database))
    assert FactCounts(1, 0) == add(database, first, later)
    assert [(Decimal("4.10"),), (Decimal("4.30"),)] == latest(database, "unit_cost")


@pytest.mark.parametrize("kind", [AVERAGE, ON_DATE])
def test_the_last_of_two_averages_holds(database: Database, kind: dict[str, object]) -> None:
    """If one answer names two averages of a product, the last word holds."""
    assert FactCounts(1, 0) == add(database, {**kind, "unit_cost": Decimal(1)}, {**kind, "unit_cost": Decimal(2)})
    assert [(Decimal(2),)] == latest(database, "unit_cost")


def test_an_order_that_turns_up(database: Database) -> None:
    """Once something is found on an order, it no longer counts as not found."""
    add(database, {**NOT_FOUND, "cause": Cause.ORDER_NOT_FOUND})
    add(database, {"fetched_at": LATER}, {"product_id": "Q", "fetched_at": LATER})

    assert [("P", None), ("Q", None)] == latest(database, "product_id", "cause")


def test_found_and_not_found_at_the_same_moment(database: Database) -> None:
    """If both are said at the same moment, what was found holds."""
    add(database, {}, {**NOT_FOUND, "cause": Cause.ORDER_NOT_FOUND})

    assert [("P", None)] == latest(database, "product_id", "cause")


def test_an_order_that_vanishes(database: Database) -> None:
    """An order that is later not found keeps its last costs and says so, until it is found again."""
    lost = {**NOT_FOUND, "cause": Cause.ORDER_NOT_FOUND}
    add(database, {})
    add(database, {**lost, "fetched_at": LATER})
    gone = latest(database, "product_id", "cause")
    add(database, {"fetched_at": LATER + timedelta(hours=1)})

    assert [("P", None), (None, Cause.ORDER_NOT_FOUND)] == gone
    assert [("P", None)] == latest(database, "product_id", "cause")


def test_an_order_without_costs_that_vanishes(database: Database) -> None:
    """Where there never was a cost, only that it is gone holds; and where nothing has left any more, that holds."""
    add(database, {"unit_cost": None, "cause": Cause.COST_BLANK})
    add(database, {**NOT_FOUND, "cause": Cause.ORDER_NOT_FOUND, "fetched_at": LATER})
    add(database, {"order_id": "O2"})
    add(database, {**NOT_FOUND, "order_id": "O2", "cause": Cause.NOT_SHIPPED, "fetched_at": LATER})

    assert [("O1", None), ("O2", None)] == latest(database, "order_id", "product_id")


def test_other_products_of_an_order_stay(database: Database) -> None:
    """An answer about one product of an order says nothing about its others."""
    add(database, {})
    add(database, {"product_id": "Q", "fetched_at": LATER})

    assert ["P", "Q"] == [product for (product,) in latest(database, "product_id")]


def test_rows_without_a_moment_take_the_present(database: Database) -> None:
    """Where the answer does not say when it was fetched, it was now."""
    add(database, {"fetched_at": None})

    assert [(NOW,)] == latest(database, "fetched_at")


def test_nothing_was_seen_yet(database: Database) -> None:
    """Empty books have seen nothing, and an empty answer adds nothing."""
    assert FactCounts(0, 0) == add(database)


def test_what_was_said_names_its_product_and_order(database: Database) -> None:
    """What was said about a product or an order can be told apart later."""
    add(database, {}, {"order_id": "O2"}, {**AVERAGE, "product_id": "Q"})
    everything = history(database)
    of_product, of_order = everything[everything["product_id"] == "P"], everything[everything["order_id"] == "O2"]

    assert (["O1", "O2"], ["P"]) == (list(of_product["order_id"]), list(of_order["product_id"]))


@pytest.mark.long
def test_more_orders_than_a_database_takes_at_once(database: Database) -> None:
    """An answer may be as long as it likes."""
    rows: list[dict[str, object]] = [{"order_id": f"O{number}"} for number in range(1201)]
    add(database, *rows)

    assert FactCounts(1, 1200) == add(database, *rows[:-1], {"order_id": "O1200", "unit_cost": Decimal(9)})
