"""Books whose kept lines are brought along, and random ones of which nothing is stored but what costing needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from sqlalchemy import text

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.stored_lines import keep, kept_state
from core.books.database.state import state
from core.books.documents import file_rows
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries import locks
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.questions import question_of
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.settings import sku_mapping, stores
from core.books.settings.stores import Store
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, OriginalFile, SettlementKind, Source
from core.books.syncing import stored_observations
from core.frame_columns import (
    AMOUNT_COLUMNS,
    MAPPING_COLUMNS,
    OBSERVATION_COLUMNS,
    REIMBURSEMENT_COLUMNS,
    RETURN_COLUMNS,
    TRANSACTION_COLUMNS,
    frame,
    records,
)
from core.model import Disposition, Event, Marketplace, OverrideKind, Settlement
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, open_books
from tests.core.costing.random_books import MAPPINGS, ORDERS, SKUS, START, STORES, Row, Rows, costs, random_books
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd
    from sqlalchemy import Connection

    from core.books.database import Database


LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)
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


def store(
    database: Database, books: Stored, mapped: Collection[str] = SKUS, later: Collection[tuple[str, str]] = ()
) -> None:
    """Put random books into a database, through the functions by which the program stores its own.

    Args:
        database: Which.
        books: The books.
        mapped: The SKUs of which it is known for which products they stand.
        later: The settlements that are not put there, by store and number.
    """
    with database.writing() as connection:
        for name in STORES:
            stores.ensure(connection, Store(name, Marketplace.AMAZON))
        batch = batches.new(connection, BatchKind.IMPORT, **WHO)
        for name in STORES:
            for number in NUMBERS:
                if (name, number) not in later:
                    store_settlement(connection, name, number, books.rows.lines, batch)
        sku_mapping.add(connection, mapping_of(mapped), batch, START)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, books.rows.observations), batch, START)
        told = (
            (RETURNED_GOODS, RETURN_COLUMNS, books.returned),
            (REIMBURSEMENTS, REIMBURSEMENT_COLUMNS, books.reimbursed),
        )
        for of, columns, rows in told:
            file = OriginalFile(f"{of.table.name}.txt", of.table.name.encode())
            file_rows.add(connection, of, frame(columns, rows), store=STORES[0], file=file, batch=batch, now=START)
    keys = {row["key"] for row in books.rows.lines if (row["store"], row["settlement_id"]) not in later}
    say(database, [row for row in books.rows.overrides if row["key"] in keys])
    lock(database, books.locked)


def mapping_of(skus: Collection[str]) -> pd.DataFrame:
    """Return what SKUs stand for."""
    return frame(MAPPING_COLUMNS, [row for row in MAPPINGS if row["sku"] in skus])


def store_settlement(connection: Connection, name: str, number: str, lines: tuple[Row, ...], batch: int) -> None:
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
        lines=100,  # of a file, several to a transaction
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


def say(database: Database, rows: list[Row]) -> int:
    """Save answers as the next versions of their lines, each with the question that its line asks."""
    books = load_books(database)
    held = books.costing_input.transactions if books.documents is None else books.documents.transactions
    asked = {row["key"]: question_of(row) for row in records(held)}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SAVE, **WHO)
        there = stored_overrides.newest_of(connection, [row["key"] for row in rows])
        shown = {row["key"]: there.get(row["key"], {"version": 0})["version"] for row in rows}
        plain = [
            {name: value for name, value in row.items() if name in ANSWER_COLUMNS}
            | {"currency": "USD", "shown_version": shown[row["key"]]}
            | asked[row["key"]]
            for row in rows
        ]
        assert [] == stored_overrides.save(connection, frame(ANSWER_COLUMNS, plain), batch, **WHO)
    return batch


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


def a_company(folder: Path) -> Database:
    return new_books(folder / "books.sqlite", "Acme", "USD", START)


def sale_of(database: Database, order: str = "111-0") -> str:
    """Return the key of an order's sale."""
    rows = records(load_books(database).lines)
    return str(next(row["key"] for row in rows if row["order_id"] == order and row["event"] == Event.SALE))


def is_up_to_date(database: Database) -> bool:
    """Tell whether the kept lines are of the state that the books are in."""
    with database.reading() as connection:
        kept = kept_state(connection)
        return kept is not None and kept[0] == state(connection)


def save(database: Database, cost: str, order: str = "111-0") -> int:
    """Save a cost of an order's sale; return the batch."""
    answer = {"key": sale_of(database, order), "unit_cost": Decimal(cost), "kind": str(OverrideKind.ENTERED)}
    return say(database, [answer])


def kept_rows(database: Database) -> set[tuple[str, int]]:
    """Return the key of each kept line and the number of its row, which another row has once it was written again."""
    with database.reading() as connection:
        return {(key, row) for key, row in connection.execute(text("SELECT key, rowid FROM costed_line"))}


def now(database: Database) -> str:
    with database.reading() as connection:
        return state(connection)


def make_kept(folder: Path) -> Path:
    """Make books with two orders, each with a sale in one settlement and its refund in the next; lines are kept."""
    with open_books(folder) as opened:
        for file in files_of((LIFE, replace(LIFE, order_id="111-1"))).values():
            bring_in(opened, "US", file)
        keep(opened, load_books(opened))
    return folder / "books.sqlite"
