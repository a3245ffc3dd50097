"""Costed lines as they are kept: what a full costing gave for one state of the books (docs/design/books.md).

Whoever loads the books whole may keep their lines. As long as nothing is written to the books, a settlement is read
from there, as it was costed among all others, without any of them. The full costing stays what the kept lines are
measured by: `verify` compares them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import delete, insert, select

from core.books import calendars, locks, rates, settlement_lines, settlements
from core.books.books import named_settlements
from core.books.database import costing_tables, frames, tables
from core.books.database.errors import DatabaseBusyError
from core.books.database.state import state
from core.books.line_costs import STATED_SKU, named_lines
from core.books.tie_outs import TieOut
from core.costing import RULES_VERSION
from core.exchange_rates import ExchangeRates
from core.facilitator_tax import TAX_KIND
from core.frame_columns import COSTED_COLUMNS, FLAG, TEXT, TRANSACTION_COLUMNS, WHOLE, Columns, frame
from core.model import PROPOSAL_TAKEN, UNITS_TYPED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.books.booked_settlement import BookedSettlement
    from core.books.books import Books
    from core.books.database import Company, Connection, Database
    from core.costing import CostingInput
    from core.time import StoreDays

_BESIDE: Columns = {STATED_SKU: TEXT, UNITS_TYPED: WHOLE, PROPOSAL_TAKEN: FLAG}
_KEPT: Columns = {**_BESIDE, **COSTED_COLUMNS, TAX_KIND: TEXT}
"""What is kept of every line, in the order of `Books.lines`."""

KEPT_TIE_OUT = "Kept costed lines: what differs"
"""The name of the tie-out of `kept_tie_outs`."""


@dataclass(frozen=True, slots=True)
class OpenedSettlements:
    """Some settlements as the books show them, without the other lines of the books."""

    company: Company
    settlements: tuple[BookedSettlement, ...]
    database_state: str
    lines: pd.DataFrame
    """Those of `Books.lines` that are theirs, one settlement after the other."""
    locked: pd.DataFrame
    """The lines of their locks in force, as they were locked (COSTED_COLUMNS)."""
    zones: StoreDays
    rates: ExchangeRates


@cache
def _rules() -> str:
    """Return by which rules lines are costed: those of this program."""
    try:
        program = version("cogsheet")
    except PackageNotFoundError:
        program = "source"
    return f"{program}, rules {RULES_VERSION}"


def _digest(lines: pd.DataFrame) -> str:
    """Return a hash of lines, everything that stands in them included, however they lie in memory."""
    table = pa.table(dict(_bare(lines))).combine_chunks()
    with pa.BufferOutputStream() as written:
        with pa.ipc.new_stream(written, table.schema) as stream:
            stream.write_table(table)
        return hashlib.blake2b(written.getvalue(), digest_size=16).hexdigest()


def _bare(lines: pd.DataFrame) -> Iterator[tuple[str, pa.Array]]:
    """Yield each column with something in the place of what is missing, and where something is."""
    for name in map(str, lines.columns):
        found = pa.array(lines[name])
        chunks = found.chunks if isinstance(found, pa.ChunkedArray) else [found]
        column = pa.concat_arrays([*chunks, pa.nulls(0, found.type)])  # a copy, without the rest of a longer one
        yield f"{name} is there", pc.is_valid(column)
        yield name, pc.fill_null(column, pa.scalar(_blank(column.type), column.type))


def _blank(kind: pa.DataType) -> str | Decimal | bool | int:
    if pa.types.is_string(kind):
        return ""
    if pa.types.is_decimal(kind):
        return Decimal(0)
    return False if pa.types.is_boolean(kind) else 0


def _differing(stored: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """Tell of which lines something else is stored, in one of the columns that are."""
    if stored.empty:
        return pd.Series(data=True, index=lines.index)
    there = stored.set_index("key").reindex(lines["key"]).set_axis(lines.index)
    differs = pd.Series(data=False, index=lines.index)
    for name in there.columns:
        same = (there[name] == lines[name]).fillna(value=False) | (there[name].isna() & lines[name].isna())
        differs |= ~same.astype(bool)
    return differs


def state_name(of: Books | OpenedSettlements) -> str:
    """Name the state of the books that something shows: which books, their state, and the rules that cost them."""
    return _state_name(of.company, of.database_state)


def _state_name(company: Company, of: str) -> str:
    return f"{company.database_id} {of} {_rules()}"


def open_loaded(books: Books, ids: Iterable[str]) -> OpenedSettlements:
    """Return settlements with their lines in books that are loaded; raises as `open_kept`. Pure."""
    chosen = tuple(books.named(ids))
    lines = books.lines_of_all(chosen)
    locked = frame(COSTED_COLUMNS) if books.locked is None else books.locked[books.locked["key"].isin(lines["key"])]
    return OpenedSettlements(books.company, chosen, books.database_state, lines, locked, books.zones, books.rates)


def open_kept(database: Database, ids: Iterable[str]) -> OpenedSettlements | None:
    """Return settlements with their kept lines; nothing where those of this state are not kept, or not as they were.

    Raises:
        SettlementUnknownError: If one is not in the books.
        SettlementAmbiguousError: If an id alone does not say which.
    """
    with database.reading() as connection:
        booked = settlements.booked(connection)
        chosen = tuple(named_settlements(booked, ids))
        lines = kept_lines(connection, chosen)
        if lines is None or not _are_as_kept(connection, lines):
            return None
        kept = calendars.kept_calendars(connection, booked)
        return OpenedSettlements(
            database.company,
            chosen,
            state(connection),
            lines,
            locks.lines(connection, chosen),
            calendars.store_days(booked, calendars.time_zones(connection), kept),
            ExchangeRates.of(rates.latest(connection)),
        )


def kept_lines(connection: Connection, chosen: Iterable[BookedSettlement]) -> pd.DataFrame | None:
    """Return the lines of settlements as `Books.lines` has them, one settlement after the other.

    Returns:
        Nothing where what is kept is of another state of the books, or of other rules.
    """
    if not _holds(connection, state(connection)):
        return None
    parts = [_lines_of(connection, one) for one in chosen]
    return pd.concat(parts, ignore_index=True) if parts else None


def costed_as_kept(connection: Connection, known: CostingInput) -> pd.DataFrame | None:
    """Return every line of the books as it is kept (`Books.lines`).

    Args:
        connection: Of `Database.reading`.
        known: What the lines would be costed of.

    Returns:
        Nothing where what is kept is of another state of the books, of other rules, or not as it was kept.
    """
    if not _holds(connection, state(connection)):
        return None
    named = named_lines(known).reset_index(drop=True)
    costed = frames.load(connection, select(costing_tables.costed_line), _KEPT).set_index("key")
    if len(costed) != len(named) or not named["key"].isin(costed.index).all():
        return None
    beside = costed.loc[named["key"]].reset_index(drop=True).drop(columns=list(_BESIDE))
    lines = pd.concat([named, beside], axis=1)
    return lines if _are_as_kept(connection, lines) else None


def _are_as_kept(connection: Connection, lines: pd.DataFrame) -> bool:
    """Tell whether lines of whole settlements, as they are read, are those that were kept."""
    of = tables.settlement.c
    query = select(of.store, of.settlement_id, costing_tables.costed_settlement.c.digest).join(
        tables.settlement, of.id == costing_tables.costed_settlement.c.settlement
    )
    digests = {(row.store, row.settlement_id): row.digest for row in connection.execute(query)}
    by_settlement = lines.groupby(["store", "settlement_id"], sort=False)
    return all(digests.get((str(name[0]), str(name[1]))) == _digest(rows) for name, rows in by_settlement)


def keep(database: Database, books: Books) -> None:
    """Keep the lines of books as they were loaded: those of the settlements that are not kept as they are.

    Where somebody has written to the books since, or is writing now, nothing is kept: who loads them next will.
    """
    with database.reading() as connection:
        if _holds(connection, books.database_state):
            return
    try:
        with database.keeping() as connection:
            if state(connection) == books.database_state:
                _keep(connection, books)
    except DatabaseBusyError:
        return


def kept_tie_outs(connection: Connection, books: Books) -> list[TieOut]:
    """Hold the kept lines against those of books that were costed from nothing; nothing where none are said to hold."""
    kept = kept_lines(connection, books.settlements)
    if kept is None:
        return []
    lines = books.lines_of_all(books.settlements)
    wrong = lines[_differing(kept, lines)]
    places = zip(wrong["store"], wrong["settlement_id"], wrong["key"], strict=True)
    named = ", ".join(f"line {key} of {store}/{number}" for store, number, key in places)
    words = f"these were kept otherwise than they cost, and are kept anew at the next button: {named}" if named else ""
    return [TieOut(KEPT_TIE_OUT, Decimal(len(wrong)), Decimal(0), words)]


def forget_kept(database: Database) -> None:
    """Let nothing that is kept hold any more, so that whoever loads the books next keeps all of it anew."""
    with database.keeping() as connection:
        for table in (costing_tables.costed_state, costing_tables.costed_settlement):
            connection.execute(delete(table))


def _keep(connection: Connection, books: Books) -> None:
    digests = select(costing_tables.costed_settlement.c.settlement, costing_tables.costed_settlement.c.digest)
    known = {row.settlement: row.digest for row in connection.execute(digests)}
    for one in books.settlements:
        lines = books.lines_of(one)
        digest = _digest(lines)
        if known.pop(one.id, None) != digest:
            _put(connection, one, lines, digest)
    for number in known:
        for table in (costing_tables.costed_line, costing_tables.shown_line, costing_tables.costed_settlement):
            connection.execute(delete(table).where(table.c.settlement == number))
    connection.execute(delete(costing_tables.costed_state))
    connection.execute(insert(costing_tables.costed_state).values(row=1, state=books.database_state, rules=_rules()))


def _holds(connection: Connection, wanted: str) -> bool:
    kept = select(costing_tables.costed_state.c.state, costing_tables.costed_state.c.rules)
    return (wanted, _rules()) in {(of, rules) for of, rules in connection.execute(kept)}


def _put(connection: Connection, one: BookedSettlement, lines: pd.DataFrame, digest: str) -> None:
    """Keep the lines of a settlement; what is kept of a line that is as it was stays."""
    known = _costs_of(connection, one)
    changed = lines[_differing(known, lines)]
    stays = known["key"].isin(lines["key"]) & ~known["key"].isin(changed["key"])
    for some in frames.among(costing_tables.costed_line.c.key, known["key"][~stays]):
        connection.execute(delete(costing_tables.costed_line).where(some))
    for table in (costing_tables.shown_line, costing_tables.costed_settlement):
        connection.execute(delete(table).where(table.c.settlement == one.id))
    frames.store(connection, costing_tables.costed_line, changed[list(_KEPT)], _KEPT, settlement=one.id)
    shown = lines[_differing(settlement_lines.transactions(connection, [one]), lines)]
    frames.store(connection, costing_tables.shown_line, shown, TRANSACTION_COLUMNS, settlement=one.id)
    connection.execute(insert(costing_tables.costed_settlement).values(settlement=one.id, digest=digest))


def _costs_of(connection: Connection, one: BookedSettlement) -> pd.DataFrame:
    of_it = select(costing_tables.costed_line).where(costing_tables.costed_line.c.settlement == one.id)
    return frames.load(connection, of_it, _KEPT)


def _lines_of(connection: Connection, one: BookedSettlement) -> pd.DataFrame:
    """Return the kept lines of a settlement: its transactions as they are shown, and beside them what they cost."""
    transactions = _as_shown(connection, one)
    costed = _costs_of(connection, one).set_index("key").reindex(transactions["key"]).reset_index(drop=True)
    return pd.concat([transactions, costed], axis=1)


def _as_shown(connection: Connection, one: BookedSettlement) -> pd.DataFrame:
    stored = settlement_lines.transactions(connection, [one])
    of_it = select(costing_tables.shown_line).where(costing_tables.shown_line.c.settlement == one.id)
    shown = frames.load(connection, of_it, TRANSACTION_COLUMNS)
    if shown.empty:
        return stored
    shown = shown.assign(store=one.store, settlement_id=one.settlement_id).astype(TRANSACTION_COLUMNS)
    places = {key: place for place, key in enumerate(stored["key"])}
    whole = pd.concat([stored[~stored["key"].isin(list(shown["key"]))], shown])
    return whole.iloc[whole["key"].map(places).argsort()].reset_index(drop=True)
