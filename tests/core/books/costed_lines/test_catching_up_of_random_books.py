"""Whatever random books hear, what is brought along is what costing everything gives."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep, kept_tie_outs
from core.books.documents import file_rows
from core.books.documents.reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries import locks
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import plan_answers
from core.books.overrides.undo import undo_last
from core.books.part_of_books import load_to_answer
from core.books.settings import sku_mapping, stores
from core.books.settings.stores import Store
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, OriginalFile, SettlementKind, Source
from core.books.syncing import observations
from core.frame_columns import (
    AMOUNT_COLUMNS,
    COSTED_COLUMNS,
    MAPPING_COLUMNS,
    OBSERVATION_COLUMNS,
    REIMBURSEMENT_COLUMNS,
    RETURN_COLUMNS,
    TRANSACTION_COLUMNS,
    frame,
    records,
)
from core.model import Disposition, Marketplace, OverrideKind, Settlement
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.costed_lines.caught_up_books import say
from tests.core.books.lives_of_orders import WHO
from tests.core.costing.random_books import MAPPINGS, ORDERS, SKUS, START, STORES, Row, Rows, costs, random_books
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandas as pd
    from sqlalchemy import Connection

    from core.books.database import Database


NUMBERS = ("S1", "S2", "S3")


@dataclass(frozen=True)
class Stored:
    """Random lines with what reports say beside them, and which settlements are locked."""

    rows: Rows
    returned: tuple[Row, ...]
    reimbursed: tuple[Row, ...]
    locked: frozenset[tuple[str, str]]


@st.composite
def stored_books(draw: st.DrawFn) -> Stored:
    """Draw books as they can be stored: whole settlements are locked, and reports tell of some lines."""
    places = [(store, number) for store in STORES for number in NUMBERS]
    return Stored(
        draw(random_books(with_locks=False)),
        tuple(draw(st.lists(_returns(), max_size=2))),
        tuple(draw(st.lists(_reimbursements(), max_size=3))),
        frozenset(draw(st.lists(st.sampled_from(places), unique=True, max_size=2))),
    )


@st.composite
def _returns(draw: st.DrawFn) -> Row:
    return {
        "order_id": draw(st.sampled_from(ORDERS)),
        "sku": draw(st.sampled_from(SKUS)),
        "units": draw(st.integers(0, 2)),
        "disposition": str(draw(st.sampled_from(Disposition))),
        "raw": "SELLABLE",
        "returned_at": START,
    }


@st.composite
def _reimbursements(draw: st.DrawFn) -> Row:
    back = draw(st.booleans())
    amount = draw(st.sampled_from(["5", "10", "20"]))
    return {
        "reimbursement_id": draw(st.sampled_from(["5001", "5002"])),
        "approved_at": START,
        "order_id": draw(st.sampled_from(["", *ORDERS])),
        "raw": draw(st.sampled_from(["Lost_Warehouse", "CustomerReturn", "Reversal_Reimbursement", "No such reason"])),
        "sku": draw(st.sampled_from(SKUS)),
        "currency": "USD",
        "amount": Decimal(f"-{amount}" if back else amount),
        "units_cash": draw(st.sampled_from([0, 1, 2, None])),
        "units_inventory": draw(st.sampled_from([0, 1, None])),
        "original_id": draw(st.sampled_from(["", "5001"])),
    }


def store(database: Database, books: Stored, mapped: Collection[str] = SKUS) -> None:
    """Put random books into a database, through the functions by which the program stores its own.

    Args:
        database: Which.
        books: The books.
        mapped: The SKUs of which it is known for which products they stand.
    """
    with database.writing() as connection:
        for name in STORES:
            stores.ensure(connection, Store(name, Marketplace.AMAZON))
        batch = batches.new(connection, BatchKind.IMPORT, **WHO)
        for name in STORES:
            for number in NUMBERS:
                _store_settlement(connection, name, number, books.rows.lines, batch)
        sku_mapping.add(connection, mapping_of(mapped), batch, START)
        observations.add(connection, frame(OBSERVATION_COLUMNS, books.rows.observations), batch, START)
        told = (
            (RETURNED_GOODS, RETURN_COLUMNS, books.returned),
            (REIMBURSEMENTS, REIMBURSEMENT_COLUMNS, books.reimbursed),
        )
        for of, columns, rows in told:
            file = OriginalFile(f"{of.table.name}.txt", of.table.name.encode())
            file_rows.add(connection, of, frame(columns, rows), store=STORES[0], file=file, batch=batch, now=START)
    say(database, list(books.rows.overrides))
    lock(database, books.locked)


def mapping_of(skus: Collection[str]) -> pd.DataFrame:
    """Return what SKUs stand for."""
    return frame(MAPPING_COLUMNS, [row for row in MAPPINGS if row["sku"] in skus])


def _store_settlement(connection: Connection, name: str, number: str, lines: tuple[Row, ...], batch: int) -> None:
    own = [row for row in lines if (row["store"], row["settlement_id"]) == (name, number)]
    blank = dict.fromkeys(AMOUNT_COLUMNS, Decimal(0))
    rows = [{**blank, **row, "group_key": row["key"], "ordinal": 0} for row in own]
    net = sum((row["net"] for row in rows), Decimal(0))
    lines_of_it = frame(TRANSACTION_COLUMNS, rows)
    read = Settlement(
        number,
        "Amazon.com",
        "USD",
        START,
        START,
        None,
        net,
        net,
        ties_out=True,
        lines=len(rows),
        transactions=lines_of_it,
    )
    file = OriginalFile(f"{name}{number}.txt", f"{name}{number}".encode())
    source = Source(name, file, "Amazon V2", SettlementKind.RECORD, reader_version=1)
    stored_settlements.save(connection, read, source, batch, START)


def lock(database: Database, places: frozenset[tuple[str, str]]) -> None:
    """Lock settlements as they cost now."""
    books = load_books(database)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.EXPORT, **WHO)
        for one in books.settlements:
            if (one.store, one.settlement_id) in places:
                locks.lock(connection, one, books.lines_of(one), batch, EntryStatus.EXPORTED)


@st.composite
def answers(draw: st.DrawFn, keys: list[str]) -> list[Row]:
    """Draw what is saved of some lines."""
    return [
        {
            "key": key,
            "unit_cost": draw(st.one_of(st.none(), costs)),
            "zero_confirmed": draw(st.sampled_from([False, False, True])),
            "disposition": draw(st.sampled_from([None, *map(str, Disposition)])),
            "units_back": draw(st.sampled_from([None, 0, 1, 2])),
            "sku": draw(st.sampled_from([None, "MUG", "CUP"])),
            "kind": str(draw(st.sampled_from(OverrideKind))),
        }
        for key in draw(st.lists(st.sampled_from(keys), unique=True, min_size=1, max_size=3))
    ]


@pytest.mark.long
@hypothesis_settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_is_brought_along_is_what_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Saves, and undos of them, up to three times, one or several before the lines are brought along."""
    answered_and_brought_along(books, data, data.draw(st.integers(1, 3)))


def answered_and_brought_along(books: Stored, data: st.DataObject, times: int) -> None:
    """Answer some lines, take some of it back, and hold what was brought along against a full costing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        keep(database, load_books(database))
        keys = [row["key"] for row in books.rows.lines]
        for _ in range(times):
            say(database, data.draw(answers(keys)))
            if data.draw(st.booleans()):
                undo_last(database, **WHO)
            if data.draw(st.booleans()):
                catch_up(database)
        catch_up(database)
        assert assert_kept_as_costed(database, load_books(database, anew=True)), "nothing had to be costed anew"
        with database.reading() as connection:
            assert [True] == [one.ok for one in kept_tie_outs(connection, load_books(database, anew=True))]


@hypothesis_settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_finale_says_is_brought_along_as_costing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """Costs of orders, averages that moved or were said again, SKUs that nobody had asked for; beside them answers."""
    said_and_brought_along(books, data, 1)


@pytest.mark.long
@hypothesis_settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_finale_often_says_is_brought_along_alike(books: Stored, data: st.DataObject) -> None:
    said_and_brought_along(books, data, data.draw(st.integers(1, 3)))


def said_and_brought_along(books: Stored, data: st.DataObject, times: int) -> None:
    """Let Finale say something, answer some lines, and hold what was brought along against a full costing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        mapped = set(data.draw(st.lists(st.sampled_from(SKUS), unique=True)))
        store(database, books, mapped)
        keep(database, load_books(database))
        keys = [row["key"] for row in books.rows.lines]
        for number in range(1, times + 1):
            again = (
                data.draw(st.lists(st.sampled_from(books.rows.observations), unique_by=id))
                if books.rows.observations
                else []
            )
            new = data.draw(random_books(with_locks=False)).observations
            let_finale_tell(database, (*again, *new), set(data.draw(st.lists(st.sampled_from(SKUS)))), number)
            if data.draw(st.booleans()):
                say(database, data.draw(answers(keys)))
            if data.draw(st.booleans()):
                catch_up(database)
        catch_up(database)
        assert assert_kept_as_costed(database, load_books(database, anew=True)), "nothing had to be costed anew"
        with database.reading() as connection:
            assert [True] == [one.ok for one in kept_tie_outs(connection, load_books(database, anew=True))]


def let_finale_tell(database: Database, rows: Iterable[Row], skus: Collection[str], days: int) -> None:
    """Keep what Finale says some days later, page by page as a sync does."""
    moment = START + timedelta(days=days)
    facts: dict[tuple[object, ...], Row] = {}
    for row in rows:
        fact = tuple(row.get(name) for name in ("kind", "order_id", "product_id", "record_date"))
        facts[fact] = row | {"fetched_at": moment}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, **WHO)
    for page in (list(facts.values())[::2], list(facts.values())[1::2]):
        with database.writing() as connection:
            sku_mapping.add(connection, mapping_of(skus), batch, moment)
            observations.add(connection, frame(OBSERVATION_COLUMNS, page), batch, moment)


@st.composite
def typed(draw: st.DrawFn, keys: list[str], versions: dict[str, int]) -> list[Answer]:
    """Draw rows of Resolve; one may be of a line that the books do not have."""
    return [
        Answer(
            key,
            versions.get(key, 0),
            draw(st.one_of(st.none(), costs, st.just(Decimal(900)))),
            draw(st.one_of(st.none(), costs)),
            units_back=draw(st.sampled_from([None, 0, 1, 2])),
            disposition=draw(st.sampled_from([None, *map(str, Disposition)])),
            stock_edited=draw(st.booleans()),
        )
        for key in draw(st.lists(st.sampled_from([*keys, "gone"]), unique=True, min_size=1, max_size=4))
    ]


@pytest.mark.long
@hypothesis_settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_answers_are_judged_by_what_is_near_them_as_by_everything(books: Stored, data: st.DataObject) -> None:
    judged_alike(books, data)


def judged_alike(books: Stored, data: st.DataObject) -> None:
    """Plan answers with a part of the books and with all of them: rulings, sums and odd costs are the same."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        whole = load_books(database)
        keep(database, whole)
        versions = {row["key"]: row["version"] for row in records(whole.overrides)}
        answered = data.draw(typed([row["key"] for row in books.rows.lines], versions))
        part = load_to_answer(database, answered, ())
        assert part is not None
        one, other = (
            plan_answers(each, answered, settlement_ids=None, accept_proposals=True, **WHO) for each in (part, whole)
        )
        assert (one.decisions, one.suspects, one.versions) == (other.decisions, other.suspects, other.versions)
        assert one.cogs == other.cogs
        assert [one.after.state(each) for each in whole.settlements] == [
            other.after.state(each) for each in whole.settlements
        ]
        names = [*COSTED_COLUMNS, "sku"]
        now = {row["key"]: row for row in records(other.after.lines[names])}
        near = records(one.after.lines[names])
        proposed = ("proposed_cost", "proposal", "proposal_as_of")
        assert [without(row, *proposed) for row in near] == [without(now[row["key"]], *proposed) for row in near]


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def a_company(folder: Path) -> Database:
    return new_books(folder / "books.sqlite", "Acme", "USD", START)
