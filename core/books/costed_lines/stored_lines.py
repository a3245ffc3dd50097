"""Costed lines as they are kept: what a full costing gave for one state of the books (docs/design/books.md).

Whoever loads the books whole may keep their lines. As long as nothing is written to the books, a settlement is read
from there, as it was costed among all others, without any of them. The full costing stays what the kept lines are
measured by: `verify` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import delete, insert, select

from core.books.costed_lines.due_lines import follow_writings
from core.books.costed_lines.line_costs import STATED_SKU, named_lines
from core.books.costed_lines.line_digests import (
    digest,
    digests_by_settlement,
    line_digests,
)
from core.books.costed_lines.line_ties import TIE_COLUMNS, tie_columns
from core.books.costed_lines.line_totals import (
    kept_notes,
    kept_totals,
    notes_of,
    put_notes,
    put_totals,
)
from core.books.database import costing_tables, frames, tables
from core.books.database.errors import DatabaseBusyError
from core.books.database.repeating import repeated
from core.books.database.state import forget_writings, state
from core.books.entries import locks
from core.books.settings import calendars, rates
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import named_settlements
from core.costing import RULES_VERSION
from core.exchange_rates import ExchangeRates
from core.facilitator_tax import TAX_KIND
from core.frame_columns import COSTED_COLUMNS, FLAG, TEXT, TRANSACTION_COLUMNS, WHOLE, Columns, frame
from core.model import PROPOSAL_TAKEN, UNITS_TYPED
from core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.books.books import Books
    from core.books.database import Company, Connection, Database
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.settlements.status import SettlementNotes
    from core.costing import CostingInput
    from core.progress import Progress
    from core.time import StoreDays

_BESIDE: Columns = {STATED_SKU: TEXT, UNITS_TYPED: WHOLE, PROPOSAL_TAKEN: FLAG}
_KEPT: Columns = {**_BESIDE, **COSTED_COLUMNS, TAX_KIND: TEXT}
"""What is kept of every line, in the order of `Books.lines`."""
AS_KEPT = [name for name in _KEPT if name != "key"]
"""What stands beside the columns of a transaction."""
STORED: Columns = {**_KEPT, **TIE_COLUMNS}
"""The same, with what it is found by."""
NUMBER: Columns = {"settlement": WHOLE}
"""Beside them where lines of several settlements are read."""


@dataclass(frozen=True, slots=True)
class OpenedSettlements:
    """Some settlements as the books show them, without the other lines of the books."""

    company: Company
    settlements: tuple[BookedSettlement, ...]
    database_state: str
    lines: pd.DataFrame
    """Those of `Books.lines` that are theirs, one settlement after the other."""
    locked_lines: pd.DataFrame
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


def differing(stored: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """Tell of which lines something else is stored, in one of the columns that are."""
    if stored.empty:
        return pd.Series(data=True, index=lines.index)
    was, now = line_digests(stored), line_digests(lines[list(stored.columns)])
    places = pd.Index(stored["key"].to_list(), dtype=object).get_indexer(lines["key"].to_list())
    same = places >= 0
    same[same] = (was[places[same]] == now[same]).all(axis=1)
    return pd.Series(~same, index=lines.index)


def _stored_of(books: Books, one: BookedSettlement) -> pd.DataFrame | None:
    """Return the transactions of a settlement as they are stored, where the books have read them."""
    if books.stored is None or len(books.settlements) == 1:
        return books.stored
    is_its = (books.stored["settlement_id"] == one.settlement_id) & (books.stored["store"] == one.store)
    return books.stored[is_its]


def _shown_otherwise(stored: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that are not as they are stored; mostly there are none, which is quicker seen by columns."""
    shown = lines[list(stored.columns)].reset_index(drop=True)
    return lines.iloc[:0] if shown.equals(stored.reset_index(drop=True)) else lines[differing(stored, lines)]


def _replaced(stored: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Return transactions, those in their places that are shown otherwise than they are stored."""
    if shown.empty:
        return stored
    own = stored.set_index("key").loc[shown["key"], ["store", "settlement_id"]].reset_index(drop=True)
    shown = shown.assign(store=own["store"], settlement_id=own["settlement_id"]).astype(TRANSACTION_COLUMNS)
    places = {key: place for place, key in enumerate(stored["key"])}
    whole = pd.concat([stored[~stored["key"].isin(list(shown["key"]))], shown])
    return whole.iloc[whole["key"].map(places).argsort()].reset_index(drop=True)


def state_name(of: Books | OpenedSettlements) -> str:
    """Name the state of the books that something shows: which books, their state, and the rules that cost them."""
    return name_of_state(of.company, of.database_state)


def name_of_state(company: Company, of: str) -> str:
    """Name a state of a company's books, as `state_name` names that of something that shows them."""
    return f"{company.database_id} {of} {_rules()}"


def open_loaded(books: Books, ids: Iterable[str]) -> OpenedSettlements:
    """Return settlements with their lines in books that are loaded; raises as `open_kept_settlements`. Pure."""
    chosen = tuple(books.named(ids))
    lines = books.lines_of_all(chosen)
    locked = (
        frame(COSTED_COLUMNS)
        if books.locked_lines is None
        else books.locked_lines[books.locked_lines["key"].isin(lines["key"])]
    )
    return OpenedSettlements(books.company, chosen, books.database_state, lines, locked, books.zones, books.rates)


def state_now(database: Database) -> str:
    """Name the state that books are in, as `state_name` names that of something that shows them."""
    with database.reading() as connection:
        return name_of_state(database.company, state(connection))


def open_kept_settlements(database: Database, ids: Iterable[str]) -> OpenedSettlements | None:
    """Return settlements with their kept lines; nothing where those of this state are not kept, or not as they were.

    Raises:
        SettlementUnknownError: If one is not in the books.
        SettlementAmbiguousError: If an id alone does not say which.
    """
    with database.reading() as connection:
        booked = stored_settlements.booked_settlements(connection)
        chosen = tuple(named_settlements(booked, ids))
        lines = unaltered_kept_lines(connection, chosen)
        if lines is None:
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


def kept_lines(connection: Connection, selection: Iterable[BookedSettlement]) -> pd.DataFrame | None:
    """Return the lines of settlements as `Books.lines` has them, one settlement after the other.

    Returns:
        Nothing where what is kept is of another state of the books, or of other rules.
    """
    if not holds_now(connection):
        return None
    parts = [_lines_of(connection, one) for one in selection]
    return pd.concat(parts, ignore_index=True) if parts else None


def holds_now(connection: Connection) -> bool:
    """Tell whether the kept lines are of the present state of the books, and of these rules."""
    return _holds(connection, state(connection))


def unaltered_kept_lines(connection: Connection, selection: Sequence[BookedSettlement]) -> pd.DataFrame | None:
    """Return what `kept_lines` does; nothing also where the lines are not as they were kept, or of no settlement."""
    lines = kept_lines(connection, selection) if selection else None
    return lines if lines is not None and _are_as_kept(connection, lines) else None


def every_kept_line(connection: Connection, books: CostingInput) -> pd.DataFrame | None:
    """Return every line of the books as it is kept (`Books.lines`).

    Args:
        connection: Of `Database.reading`.
        books: What the lines would be costed of.

    Returns:
        Nothing where what is kept is of another state of the books, of other rules, or not as it was kept.
    """
    if not _holds(connection, state(connection)):
        return None
    named = named_lines(books).reset_index(drop=True)
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
    return all(digests.get(name) == found for name, found in digests_by_settlement(lines))


@repeated
def keep(database: Database, books: Books, progress: Progress = silent) -> None:
    """Keep the lines of books as they were loaded: those of the settlements that are not kept as they are.

    Where somebody has written to the books since, or is writing now, nothing is kept: who loads them next will. Stopped
    in between, nothing is kept either, and what was kept before holds no more than it did.
    """
    with database.reading() as connection:
        if _holds(connection, books.database_state) and _has_all(connection, books):
            return
    try:
        with database.keeping() as connection:
            if state(connection) == books.database_state:
                _keep(connection, books, progress)
    except DatabaseBusyError:
        return


def _has_all(connection: Connection, books: Books) -> bool:
    """Tell whether totals and notes are kept of every settlement, none of them by an earlier version without all."""
    has_totals = kept_totals(connection).keys() >= {one.id for one in books.settlements}
    return has_totals and bool(kept_notes(connection) or not notes_of(books))


@repeated
def keep_notes(database: Database, of: str, notes: Mapping[int, SettlementNotes]) -> bool:
    """Keep what is noted of settlements in a state of the books; tell whether it could be kept."""
    try:
        with database.keeping() as connection:
            if state(connection) != of or not _holds(connection, of):
                return False
            put_notes(connection, notes)
            return True
    except DatabaseBusyError:
        return False


@repeated
def forget_kept_lines(database: Database) -> None:
    """Let nothing that is kept hold any more, so that whoever loads the books next keeps all of it anew.

    Nor is it known any more which lines are due to be compared: the next sync compares all.
    """
    with database.keeping() as connection:
        for table in (costing_tables.costed_state, costing_tables.costed_settlement, costing_tables.proposed_state):
            connection.execute(delete(table))


def _keep(connection: Connection, books: Books, progress: Progress) -> None:
    kept = costing_tables.costed_settlement
    query = select(kept.c.settlement, kept.c.digest, kept.c.ties)
    known = {row.settlement: (row.digest, row.ties) for row in connection.execute(query)}
    ties = tie_columns(books.costing_input, books.counted_together).set_index("key")
    for done, one in enumerate(books.settlements, 1):
        lines = books.lines_of(one)
        beside = ties.loc[lines["key"]].set_axis(lines.index)
        digests = (digest(lines), digest(beside.assign(key=lines["key"])))
        if known.pop(one.id, None) != digests:
            put_settlement(connection, one, lines.assign(**beside), digests, _stored_of(books, one))
        progress("Keeping costs", done, len(books.settlements))
    sums, sums_now = kept_totals(connection), {one.id: books.totals(one) for one in books.settlements}
    put_totals(connection, {number: each for number, each in sums_now.items() if sums.get(number) != each})
    put_notes(connection, notes_of(books))
    for number in known:
        for table in (costing_tables.costed_line, costing_tables.shown_line, kept):
            connection.execute(delete(table).where(table.c.settlement == number))
    was = kept_state(connection)
    follow_writings(connection, None if was is None else was[0], books.database_state)
    note_kept_state(connection, books.database_state, books.last_batch)


def note_kept_state(connection: Connection, of: str, batch: int) -> None:
    """Say of which state of the books the kept lines are, and which batch was their newest."""
    connection.execute(delete(costing_tables.costed_state))
    told = {"row": 1, "state": of, "rules": _rules(), "batch": batch}
    connection.execute(insert(costing_tables.costed_state).values(told))
    forget_writings(connection, of)


def kept_state(connection: Connection) -> tuple[str, int] | None:
    """Return of which state the kept lines are, and its newest batch; nothing where none were costed by these rules."""
    row = connection.execute(select(costing_tables.costed_state)).first()
    return None if row is None or row.rules != _rules() else (row.state, row.batch)


def _holds(connection: Connection, wanted: str) -> bool:
    kept = select(costing_tables.costed_state.c.state, costing_tables.costed_state.c.rules)
    return (wanted, _rules()) in {(of, rules) for of, rules in connection.execute(kept)}


def put_settlement(
    connection: Connection,
    one: BookedSettlement,
    lines: pd.DataFrame,
    digests: tuple[str, str],
    stored: pd.DataFrame | None = None,
) -> None:
    """Keep the lines of a settlement, with what they are found by; what is kept of a line that is as it was stays.

    Args:
        connection: Of `Database.keeping`.
        one: Which.
        lines: All of it, with STORED.
        digests: Of its lines, and of what they are found by.
        stored: Its transactions as they are stored, where they were read in this state of the books.
    """
    of_it = costing_tables.costed_line.c.settlement == one.id
    known = frames.load(connection, select(costing_tables.costed_line).where(of_it), STORED)
    changed = lines if known.empty else lines[differing(known, lines)]
    stays = known["key"].isin(lines["key"]) & ~known["key"].isin(changed["key"])
    for some in frames.among(costing_tables.costed_line.c.key, known["key"][~stays]):
        connection.execute(delete(costing_tables.costed_line).where(some))
    frames.store(connection, costing_tables.costed_line, changed[list(STORED)], STORED, settlement=one.id)
    connection.execute(delete(costing_tables.shown_line).where(costing_tables.shown_line.c.settlement == one.id))
    as_stored = settlement_lines.stored_transactions(connection, [one]) if stored is None else stored
    shown = _shown_otherwise(as_stored, lines)
    frames.store(connection, costing_tables.shown_line, shown, TRANSACTION_COLUMNS, settlement=one.id)
    kept, posted = costing_tables.costed_settlement, lines["posted_at"].dropna()
    ends = {"first_posted": posted.min(), "last_posted": posted.max()} if len(posted) else {}
    connection.execute(delete(kept).where(kept.c.settlement == one.id))
    connection.execute(insert(kept).values(settlement=one.id, digest=digests[0], ties=digests[1], **ends))


def kept_lines_by_key(connection: Connection, keys: Iterable[str]) -> pd.DataFrame:
    """Return some kept lines, whatever settlement they stand in.

    Returns:
        As `Books.lines` has them and in that order, with `TIE_COLUMNS` and the number of their settlement.
    """
    wanted, line, columns = list(keys), costing_tables.costed_line, {**STORED, **NUMBER}
    parts = [select(line).where(some) for some in frames.among(line.c.key, wanted)]
    costed = frames.concat((frames.load(connection, query, columns) for query in parts), columns).set_index("key")
    stored = settlement_lines.lines_of_keys(connection, wanted)
    stored = stored[stored["key"].isin(list(costed.index))]
    shown = [
        frames.load(connection, select(costing_tables.shown_line).where(some), TRANSACTION_COLUMNS)
        for some in frames.among(costing_tables.shown_line.c.key, wanted)
    ]
    lines = _replaced(stored.reset_index(drop=True), frames.concat(shown, TRANSACTION_COLUMNS))
    whole = pd.concat([lines, costed.loc[lines["key"]].reset_index(drop=True)], axis=1)
    return whole.sort_values(["settlement", "posted_at", "key"], na_position="first", ignore_index=True)


def _lines_of(connection: Connection, one: BookedSettlement) -> pd.DataFrame:
    """Return the kept lines of a settlement: its transactions as they are shown, and beside them what they cost."""
    stored = settlement_lines.stored_transactions(connection, [one])
    of_it = select(costing_tables.shown_line).where(costing_tables.shown_line.c.settlement == one.id)
    transactions = _replaced(stored, frames.load(connection, of_it, TRANSACTION_COLUMNS))
    costs = select(costing_tables.costed_line).where(costing_tables.costed_line.c.settlement == one.id)
    costed = frames.load(connection, costs, _KEPT).set_index("key")
    return pd.concat([transactions, costed.reindex(transactions["key"]).reset_index(drop=True)], axis=1)
