"""Kept lines are brought along when settlements go out, and it is as if everything had been costed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.going_out import exported_since
from core.books.costed_lines.stored_lines import keep
from core.books.database import tables
from core.books.database.state import note_statements
from core.books.entries import locks
from core.books.entries.booking_months import keep_tax_kinds
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus
from core.frame_columns import records, values
from core.marketplaces.settlements.line_keys import READER_VERSION
from core.model import Event, Goods, QuantitySource, StockEffect
from core.settings import POLICIES_NAME, Policies
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.costed_lines.caught_up_books import (
    LIFE,
    Stored,
    a_company,
    answers,
    is_up_to_date,
    kept_rows,
    now,
    say,
    store,
    stored_books,
)
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books
from tests.core.costing.random_books import SKUS, START, Row, Rows
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement

OPEN, OUT = EntryStatus.OPEN, EntryStatus.EXPORTED


def send_out(database: Database, books: Books, chosen: list[BookedSettlement], *, money: bool, cost: bool) -> None:
    """Let settlements go out as they stand, ready or not, as an export stores it."""
    with database.writing() as connection:
        for one in chosen:
            batch = batches.new(connection, BatchKind.EXPORT, **WHO)
            note_statements(connection, {locks.EXPORTED: [str(one.id)]})
            if money and one.settlement_entry is OPEN:
                stored_settlements.set_status(connection, one, settlement_entry=OUT)
                keep_tax_kinds(connection, one, books.lines_of(one), **WHO)
            if cost and one.cogs_entry is OPEN:
                locks.lock(connection, one, books.lines_of(one), batch, OUT)


def varied(books: Stored, data: st.DataObject) -> Stored:
    """Return random books with tax collected and withheld, and with units of 0 that were paid for, of some lines."""
    tax = st.sampled_from([Decimal(0), Decimal(0), Decimal("2.40"), Decimal("-2.40")])
    paid = st.sampled_from([{}, {}, {"quantity": 0, "quantity_source": str(QuantitySource.REPORTED)}])
    lines = tuple(
        row | data.draw(paid) | {"tax": data.draw(tax), "tax_withheld": data.draw(tax)} for row in books.rows.lines
    )
    return replace(books, rows=replace(books.rows, lines=lines))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Make books of two stores, each with an order that was sold in a settlement and refunded in the next."""
    with open_books(tmp_path) as opened:
        for (store_name, _), file in files_of((LIFE, replace(LIFE, order_id="111-1", store="CA"))).items():
            bring_in(opened, store_name, file)
        for order in ("111-0", "111-1"):
            let_finale_say(opened, order, Decimal("3.00"))
        keep(opened, load_books(opened))
        yield opened


@pytest.mark.long
def test_the_rows_of_what_goes_out_are_written_and_no_others(database: Database) -> None:
    """Its refund in the next settlement is costed with it, and stays as it was."""
    before, books = kept_rows(database), load_books(database)
    export_settlement(database, books, books.named(["US0"])[0], ExportOptions(), **WHO)
    catch_up(database)
    assert is_up_to_date(database)
    anew = load_books(database, anew=True)
    assert assert_kept_as_costed(database, anew)
    written = {key for key, _ in before ^ kept_rows(database)}
    assert written == set(anew.lines.loc[anew.lines["settlement_id"] == "US0", "key"])


@pytest.mark.long
def test_a_line_without_cost_is_proposed_what_went_out_last(tmp_path: Path) -> None:
    """A refund that took 3.00 of its sale goes out, later than another order's 4.00: 3.00 was used last since then."""
    lives = (LIFE, Life("111-1", "CA", ((1, 1),), (), None), Life("111-2", "CA", ((0, 1),), (), None))
    with open_books(tmp_path) as database:
        for (store_name, _), file in files_of(lives).items():
            bring_in(database, store_name, file)
        for order, cost in (("111-0", Decimal("3.00")), ("111-1", Decimal("4.00"))):
            let_finale_say(database, order, cost)
        keep(database, load_books(database))
        was, before = proposal_of(database, "111-2"), load_books(database)
        export_settlement(database, before, before.named(["US1"])[0], ExportOptions(), **WHO)
        catch_up(database)
        assert is_up_to_date(database)
        assert (Decimal("4.00"), Decimal("3.00")) == (was, proposal_of(database, "111-2"))
        assert_kept_as_costed(database, load_books(database, anew=True))


@pytest.mark.long
def test_units_that_are_asked_of_open_lines_alone_bring_nothing_along(tmp_path: Path) -> None:
    """10.00 for 0 mugs: how many is asked until it goes out, and then it is 0."""
    sale: Row = {
        "key": "sale",
        "store": "US",
        "settlement_id": "S1",
        "event": Event.SALE,
        "raw_type": "Order",
        "lines": 1,
    }
    sale |= {"order_id": "1", "sku": "MUG", "posted_at": START, "currency": "USD", "goods": Goods.SOLD}
    sale |= {"quantity": 0, "quantity_source": QuantitySource.REPORTED, "stock_effect": StockEffect.OUT}
    sale |= {"lines": 1, "principal": Decimal(10), "net": Decimal(10)}
    with a_company(tmp_path) as database:
        store(database, Stored(Rows((sale,), ()), (), (), frozenset()))
        read_today(database)
        books = load_books(database)
        keep(database, books)
        send_out(database, books, books.named(["US/S1"]), money=True, cost=True)
        catch_up(database)
        assert not is_up_to_date(database)
        assert ([None], [0]) == tuple(values(some.lines["quantity"]) for some in (books, load_books(database)))


def read_today(database: Database, old: str = "") -> None:
    """Let settlements have been read by today's reader, but for those of a number."""
    with database.keeping() as connection:
        read = update(tables.settlement).values(reader_version=READER_VERSION)
        connection.execute(read.where(tables.settlement.c.settlement_id != old))


def proposal_of(database: Database, order: str) -> Decimal:
    """Return what is kept as the proposal for an order's sale."""
    rows = records(load_books(database).lines)
    cost: Decimal = next(row["proposed_cost"] for row in rows if row["order_id"] == order)
    return cost


@pytest.mark.long
def test_where_something_else_was_written_nothing_is_brought_along(database: Database) -> None:
    """A policy after what went out, although its batch and what it wrote to are known."""
    books, before = load_books(database), now(database)
    (one,) = books.named(["US0"])
    send_out(database, books, [one], money=True, cost=False)
    with database.reading() as connection:
        assert frozenset([one.id]) == exported_since(connection, before, now(database))
    with database.writing() as connection:
        stored_settings.put(connection, POLICIES_NAME, Policies(lock_date=date(2026, 8, 1)), **WHO)
    with database.reading() as connection:
        assert exported_since(connection, before, now(database)) is None
    assert catch_up(database) is None
    assert not is_up_to_date(database)


@hypothesis_settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_goes_out_is_brought_along_as_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Settlements with and without all costs, one or several at once, money and cost apart; between them answers."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, varied(books, data), set(data.draw(st.lists(st.sampled_from(SKUS), unique=True))))
        read_today(database, data.draw(st.sampled_from(["", "S1"])))
        keep(database, load_books(database))
        for _ in range(data.draw(st.integers(1, 2))):
            before = load_books(database)
            chosen = data.draw(st.lists(st.sampled_from(before.settlements), unique=True, min_size=1, max_size=2))
            money, cost = data.draw(st.sampled_from([(True, True), (True, False), (False, True)]))
            send_out(database, before, chosen, money=money, cost=cost)
            catch_up(database)
            event("brought along" if is_up_to_date(database) else "costed anew")
            assert_kept_as_costed(database, load_books(database, anew=True))
            if data.draw(st.booleans()):
                say(database, data.draw(answers([row["key"] for row in books.rows.lines])))
            keep(database, load_books(database))
