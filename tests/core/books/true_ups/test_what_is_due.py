"""Which lines are due to be compared anew, and that no others are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.due_lines import due_lines
from core.books.costed_lines.stored_lines import keep
from core.books.database import closing_tables, costing_tables
from core.books.loading import load_books
from core.books.settings import opening_costs, stored_settings
from core.books.settings.opening_costs import OPENING_COST_COLUMNS
from core.books.true_ups import true_up_history, true_ups
from core.books.true_ups.due_true_ups import is_known_what_is_due, propose_due
from core.books.verification.due_tie_outs import due_tie_outs
from core.frame_columns import frame, records
from core.journal.accounts import Accounts
from core.settings import POLICIES_NAME, Policies
from tests.core.books.costed_lines.caught_up_books import LIFE, lock
from tests.core.books.lives_of_orders import NOW, WHO, bring_in, files_of, let_finale_say, open_books
from tests.core.books.true_ups.proposals import assert_all_is_proposed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Database]:
    """Give books with two orders, each sold in one settlement and refunded in the next; both have gone out."""
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, replace(LIFE, order_id="111-1"))).values():
            bring_in(database, "US", file)
        for order in ("111-0", "111-1"):
            let_finale_say(database, order, Decimal(3))
        lock(database, frozenset((one.store, one.settlement_id) for one in load_books(database).settlements))
        _keep(database)
        true_ups.propose_true_ups(database, load_books(database), **WHO)
        catch_up(database)
        yield database


def _keep(database: Database) -> None:
    """Keep the lines, as a press does that shows the books whole."""
    if catch_up(database) is None:
        keep(database, load_books(database))


def _due(database: Database) -> set[str] | None:
    """Return the orders of the lines that are due; nothing where that is not known."""
    with database.reading() as connection:
        if not is_known_what_is_due(connection):
            return None
        due = due_lines(connection)
    return {row["order_id"] for row in records(load_books(database).lines) if row["key"] in due}


def _pending(database: Database) -> list[tuple[int, Decimal]]:
    with database.reading() as connection:
        rows = records(true_up_history.pending(connection))
    return [(row["id"], row["difference"]) for row in rows]


def _proposed(database: Database) -> tuple[int, int]:
    counts = propose_due(database, **WHO)
    assert counts is not None
    _keep(database)
    assert_all_is_proposed(database)
    return counts.new, counts.withdrawn


@pytest.mark.long
def test_a_cost_makes_the_lines_of_its_order_due(books: Database) -> None:
    """Its sale and its refund are compared; what waits of the other order stays as it is."""
    let_finale_say(books, "111-1", Decimal(4))
    _keep(books)
    assert {"111-1"} == _due(books)
    assert (2, 0) == _proposed(books)
    other = _pending(books)

    let_finale_say(books, "111-0", Decimal("3.50"))
    _keep(books)
    assert {"111-0"} == _due(books)
    assert (2, 0) == _proposed(books)
    assert [Decimal("0.50"), Decimal("-0.50")] == [one for number, one in _pending(books) if (number, one) not in other]
    assert set(other) <= set(_pending(books))

    let_finale_say(books, "111-0", Decimal(3))
    _keep(books)
    assert (0, 2) == _proposed(books)


@pytest.mark.long
def test_what_was_decided_is_due(books: Database) -> None:
    """Dismissed it is proposed no more, taken up it is again, accepted it is held."""
    let_finale_say(books, "111-1", Decimal(4))
    _keep(books)
    assert (2, 0) == _proposed(books)
    numbers = [number for number, _ in _pending(books)]

    true_ups.dismiss_true_ups(books, load_books(books), numbers, "small", **WHO)
    _keep(books)
    assert {"111-1"} == _due(books)
    assert (0, 0) == _proposed(books)

    true_ups.take_up_true_ups(books, load_books(books), numbers, "why not", **WHO)
    _keep(books)
    assert {"111-1"} == _due(books)
    assert (2, 0) == _proposed(books)

    again = [number for number, _ in _pending(books)]
    true_ups.accept_true_ups(books, load_books(books), again, accounts=Accounts(), lock_date=None, **WHO)
    _keep(books)
    assert {"111-1"} == _due(books)
    assert (0, 0) == _proposed(books)


def test_an_export_makes_its_lines_due(tmp_path: Path) -> None:
    """Books of which nothing went out owe nothing; what is locked then is compared, and the rest is not.

    The file of the entries goes into the outbox beside them.
    """
    file_of_entries = {"machine": "a-computer", "folder": "exports", "name": "1.csv", "content": b""}
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, replace(LIFE, order_id="111-1", sold=((1, 1),), refunds=()))).values():
            bring_in(database, "US", file)
        _keep(database)
        assert set() == _due(database)
        first = min(load_books(database).settlements, key=lambda one: one.settlement_id)
        with database.writing() as connection:
            lock(database, frozenset([(first.store, first.settlement_id)]))
            connection.execute(insert(closing_tables.outbox).values(file_of_entries))
        _keep(database)
        lines = load_books(database).lines
        assert set(lines.loc[lines["settlement_id"] == first.settlement_id, "order_id"]) == _due(database)


@pytest.mark.long
@pytest.mark.parametrize("what", ["policy", "opening cost"])
def test_after_what_may_touch_any_line_it_is_not_known_what_is_due(books: Database, what: str) -> None:
    with books.writing() as connection:
        if what == "policy":
            stored_settings.put(connection, POLICIES_NAME, Policies(materiality=Decimal(9)), who="M. Lee", now=NOW)
        else:
            row = {"sku": "MUG", "unit_cost": Decimal(2), "currency": "USD"}
            batch = batches.new(connection, BatchKind.SETUP, **WHO)
            opening_costs.add(connection, frame(OPENING_COST_COLUMNS, [row]), batch)
    _keep(books)
    assert _due(books) is None
    assert propose_due(books, **WHO) is None
    true_ups.propose_true_ups(books, load_books(books), **WHO)
    _keep(books)
    assert set() == _due(books)


@pytest.mark.few(1)
@pytest.mark.parametrize("fault", ["none", "not due", "withdrawn", "not withdrawn"])
def test_verify_names_a_true_up_that_nothing_would_propose(books: Database, fault: str) -> None:
    """A line that is due may differ until it is compared; any other must have the true-up that comparing it gives."""
    let_finale_say(books, "111-0", Decimal("3.50"))
    _keep(books)
    if fault == "not withdrawn":
        _proposed(books)
        let_finale_say(books, "111-0", Decimal(3))
        _keep(books)
    if fault == "withdrawn":
        _proposed(books)
        with books.keeping() as connection:
            connection.execute(delete(closing_tables.true_up))
    elif fault != "none":
        with books.keeping() as connection:
            connection.execute(delete(costing_tables.due_true_up))

    (tie,) = due_tie_outs(books, load_books(books, anew=True))

    assert (Decimal(0) if fault == "none" else Decimal(2)) == tie.left
    assert (fault == "none") is tie.ok
