"""The bookkeeper's saved answers. Append-only: every change of a line is its next version, in a numbered batch.

A row that is saved says which version it was filled from. If somebody saved meanwhile, it is refused together with what
is there now; the unique pair (key, version) sees to it even where two savers did not see each other. An override
without cost, zero, disposition, units and SKU says nothing again: that is how one is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.line_costs import costed_lines, costing_policies
from core.books.database import Database, frames, tables
from core.books.database.engine import insert_unless_there
from core.books.database.repeating import repeated
from core.books.entries import locks
from core.books.overrides.questions import ASKED
from core.books.settings.home_currency import refuse_other_currency
from core.frame_columns import FLAG, MOMENT, OVERRIDE_COLUMNS, TEXT, WHOLE, Columns, conform, frame, records
from core.model import CostSource, CostStatus, OverrideKind
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from core.books.books import Books
    from core.time import SettlementName

ANSWER_COLUMNS: Columns = {
    "key": TEXT,  # line key
    "shown_version": WHOLE,  # the version the row was filled from; 0 = there was none
    "unit_cost": MONEY,  # missing: sets no cost
    "currency": TEXT,  # of the unit cost
    "zero_confirmed": FLAG,  # missing: no
    "disposition": TEXT,
    "units_back": WHOLE,
    "sku": TEXT,  # typed for a line that names none itself
    "kind": TEXT,  # OverrideKind; missing where no cost is set
    "note": TEXT,
    "shown_cost": MONEY,  # the proposal on the screen
    "shown_currency": TEXT,
    "shown_kind": TEXT,  # Proposal
    "shown_as_of": MOMENT,
    **{name: OVERRIDE_COLUMNS[name] for name in ASKED},
}
"""What is saved, one row per line, with the question that it answers."""
HISTORY_COLUMNS: Columns = {
    **OVERRIDE_COLUMNS,
    "shown_cost": MONEY,
    "shown_currency": TEXT,
    "shown_kind": TEXT,
    "shown_as_of": MOMENT,
}
"""Every version, with what was on the screen when it was saved."""


class Refusal(StrEnum):
    """Why a row was not saved."""

    CHANGED = "changed by another user"
    UNKNOWN_LINE = "no such line in the books"
    DUPLICATE = "twice in the same save"
    LOCKED = "the settlement is exported and locked: its costs change by true-up only"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not saved; nothing of it was stored."""

    key: str
    reason: Refusal
    now: dict[str, Any] | None
    """What is there now (HISTORY_COLUMNS: who, when, cost ...); `None` if nothing is."""


NOTE = "replaced by Finale's order cost"


def replaceable(books: Books) -> pd.DataFrame:
    """Return the lines of open settlements that use an accepted average though Finale knows their order's cost. Pure.

    Costs that were entered are nobody's estimate and never among them. Nor are accepted proposals that answer more than
    the cost: a refund of unknown units whose proposal (the original's cost, or money only) was accepted would lack its
    cost again without it.
    """
    estimate = books.lines["cost_source"] == CostSource.ACCEPTED_AVERAGE
    arrived = books.lines["finale_cost"].notna() & books.lines["order_id"].notna()
    estimates = books.lines[(estimate & arrived).fillna(value=False).astype(bool)]
    return (
        estimates
        if estimates.empty
        else estimates[estimates["key"].isin(_costed_without(books, list(estimates["key"])))]
    )


def _costed_without(books: Books, keys: Collection[str]) -> list[str]:
    """Return which of the lines have a cost when their accepted one is taken away."""
    saved = [row | {"unit_cost": None, "kind": None} if row["key"] in keys else row for row in records(books.overrides)]
    known = replace(books.costing_input, overrides=frame(OVERRIDE_COLUMNS, saved))
    lines = costed_lines(known, costing_policies(books.policies, books.company))
    costed = lines["key"].isin(keys) & (lines["cost_status"] == CostStatus.COSTED)
    return list(lines["key"][costed.fillna(value=False).astype(bool)])


def _taken_back(saved: dict[str, object]) -> dict[str, object]:
    """Return the line's next version: no cost of its own, disposition, units and SKU as they were."""
    kept = {name: saved[name] for name in ("key", "disposition", "units_back", "sku", *ASKED)}
    shown = {"shown_version": saved["version"], "shown_cost": saved["unit_cost"], "shown_currency": saved["currency"]}
    return {**kept, **shown, "note": NOTE}


def save(connection: Connection, answers: pd.DataFrame, batch: int, *, who: str, now: datetime) -> list[RefusedRow]:
    """Store each answer as the next version of its line.

    Args:
        connection: Of `Database.writing`.
        answers: ANSWER_COLUMNS.
        batch: The number of their batch.
        who: Who saves.
        now: When.

    Returns:
        The rows that were refused, in the order given; all others are stored.

    Raises:
        UnstorableValueError: If an amount or text cannot be kept exactly; nothing is stored then.
        HomeCurrencyChangedError: If a cost is in another currency than the books are; nothing is stored then.
    """
    rows = conform(ANSWER_COLUMNS, answers)
    refuse_other_currency(connection, rows)
    refused = _refusals(connection, rows)
    wanted = rows[~rows["key"].isin(list(refused))]
    for key in _insert(connection, wanted, batch, who, now):
        refused[key] = Refusal.CHANGED
    there = newest_of(connection, rows["key"][rows["key"].isin(list(refused))])
    return [RefusedRow(key, refused[key], there.get(key)) for key in dict.fromkeys(rows["key"]) if key in refused]


def newest_of(connection: Connection, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the newest version (HISTORY_COLUMNS) of each of these lines that has one, by line key."""
    return {row["key"]: row for part in _parts(connection, keys) for row in records(part)}


def append(connection: Connection, rows: Iterable[Mapping[str, Any]], batch: int) -> None:
    """Store answers as the next versions of their lines, with who saved them and when, asking nobody.

    Args:
        connection: Of `Database.writing`.
        rows: HISTORY_COLUMNS without version and batch, at most one per line.
        batch: The number of the batch they belong to.
    """
    wanted = list(rows)
    there = newest_of(connection, [row["key"] for row in wanted])
    versions = [there[row["key"]]["version"] + 1 if row["key"] in there else 1 for row in wanted]
    numbered = [{**row, "version": version, "batch": batch} for row, version in zip(wanted, versions, strict=True)]
    frames.store(connection, tables.override, frame(HISTORY_COLUMNS, numbered), HISTORY_COLUMNS)


def in_force(connection: Connection, keys: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the newest version of every line that has one (OVERRIDE_COLUMNS), or of some."""
    if keys is not None:
        return conform(OVERRIDE_COLUMNS, frames.concat(_parts(connection, keys), HISTORY_COLUMNS))
    return frames.load(connection, _every_newest(), OVERRIDE_COLUMNS)


def saved_since(connection: Connection, batch: int) -> set[str]:
    """Return the lines of which a batch, or a later one, saved something."""
    return set(connection.scalars(select(tables.override.c.key).where(tables.override.c.batch >= batch)))


def has_estimates(connection: Connection) -> bool:
    """Tell whether an average was ever accepted in place of a cost."""
    accepted = select(tables.override.c.key).where(tables.override.c.kind == str(OverrideKind.ACCEPTED_AVERAGE))
    return connection.scalar(accepted.limit(1)) is not None


def history(connection: Connection, key: str | None = None) -> pd.DataFrame:
    """Return every version ever saved (HISTORY_COLUMNS), of one line or of all, in the order they were saved."""
    query = select(tables.override).order_by(tables.override.c.batch, tables.override.c.key, tables.override.c.version)
    return frames.load(connection, query if key is None else query.where(tables.override.c.key == key), HISTORY_COLUMNS)


def typed_sku_versions(
    connection: Connection, keys: Iterable[str] | None = None
) -> dict[str, list[tuple[int, str | None]]]:
    """Return batch and SKU of every version, by line key in order, of the lines for which one was ever typed.

    Args:
        connection: Of `Database.reading` or `writing`.
        keys: Only these lines; all if left out.
    """
    query, column = _versions_of_typed_skus(), tables.override.c.key
    queries = [query] if keys is None else [query.where(some) for some in frames.among(column, keys)]
    skus: dict[str, list[tuple[int, str | None]]] = {}
    for one in queries:
        for row in connection.execute(one):
            skus.setdefault(row.key, []).append((row.batch, row.sku))
    return skus


@cache
def _versions_of_typed_skus() -> Select[Any]:
    said = tables.override.c
    typed = select(said.key).where(said.sku.is_not(None))
    return select(said.key, said.batch, said.sku).where(said.key.in_(typed)).order_by(said.version)


@cache
def _every_newest() -> Select[Any]:
    return _newest().order_by(tables.override.c.key)


def _newest(only: ColumnElement[bool] | None = None) -> Select[Any]:
    newest = select(tables.override.c.key, func.max(tables.override.c.version)).group_by(tables.override.c.key)
    if only is not None:
        newest = newest.where(only)
    return select(tables.override).where(tuple_(tables.override.c.key, tables.override.c.version).in_(newest))


def _parts(connection: Connection, keys: Iterable[str]) -> Iterator[pd.DataFrame]:
    """Load the newest versions of some lines, some at a time."""
    return (
        frames.load(connection, _newest(some), HISTORY_COLUMNS) for some in frames.among(tables.override.c.key, keys)
    )


def _refusals(connection: Connection, rows: pd.DataFrame) -> dict[str, Refusal]:
    """Name the rows that cannot be saved as the books are now."""
    known = known_lines(connection, rows["key"])
    there = newest_of(connection, rows["key"])
    copies = set(rows.loc[rows["key"].duplicated(), "key"])
    refused: dict[str, Refusal] = {}
    for key, shown in frames.rows_of(rows, ("key", "shown_version")):
        if key in copies:
            refused[key] = Refusal.DUPLICATE
        elif key not in known:
            refused[key] = Refusal.UNKNOWN_LINE
        elif (shown or 0) != there.get(key, {"version": 0})["version"]:
            refused[key] = Refusal.CHANGED
    return refused


def known_lines(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return which of these lines are in the books, or came to an exported settlement by today's reading."""
    keys = list(keys)
    own, later = tables.transaction.c.key, tables.later_transaction.c.key
    standing = tables.later_transaction.c.ended_batch.is_(None)
    found = {key for some in frames.among(own, keys) for key in connection.scalars(select(own).where(some))}
    came = (select(later).where(some, standing) for some in frames.among(later, keys))
    return found | {key for query in came for key in connection.scalars(query)}


def save_as_batch(
    connection: Connection, answers: pd.DataFrame, *, who: str, now: datetime, note: str = ""
) -> list[RefusedRow]:
    """Store answers as a batch of their own; none is opened where another user was quicker with all of them.

    Raises:
        UnstorableValueError: As `save`.
        HomeCurrencyChangedError: As `save`.
    """
    rows = conform(ANSWER_COLUMNS, answers)
    is_empty = set(rows["key"]) <= _refusals(connection, rows).keys()
    batch = 0 if is_empty else batches.new(connection, BatchKind.SAVE, who, now, note=note)
    return save(connection, rows, batch, who=who, now=now)


def _insert(connection: Connection, rows: pd.DataFrame, batch: int, who: str, now: datetime) -> list[str]:
    """Store the rows, and return the keys of those whose place somebody took in this very moment."""
    versions = rows.assign(
        version=rows["shown_version"].fillna(0) + 1, zero_confirmed=rows["zero_confirmed"].fillna(value=False)
    )
    same = {"batch": batch, "saved_by": who, "saved_at": now}
    values, parameters = frames.to_insert(tables.override, conform(HISTORY_COLUMNS, versions), HISTORY_COLUMNS, **same)
    if not parameters:
        return []
    free = insert_unless_there(connection, tables.override, ["key", "version"])
    stored = set(connection.scalars(free.values(values).returning(tables.override.c.key), parameters))
    return [row["key"] for row in parameters if row["key"] not in stored]


@repeated
def replace_averages(
    database: Database, books: Books, *, settlement_ids: Collection[SettlementName] | None, who: str, now: datetime
) -> list[str]:
    """Let Finale's order costs take the place of accepted averages; what was saved beside them stays.

    Args:
        database: The books.
        books: Their state, just loaded.
        settlement_ids: Only of these settlements, each by store and id; `None` means all.
        who: Who accepts Finale's costs.
        now: When.

    Returns:
        The keys of the lines that take Finale's cost now; one that somebody saved or exported meanwhile is left alone.
    """
    estimates = replaceable(books)
    if settlement_ids is not None:
        names = zip(estimates["store"], estimates["settlement_id"], strict=True)
        estimates = estimates[pd.Series([name in settlement_ids for name in names], estimates.index, dtype=bool)]
    saved = {row["key"]: row for row in records(books.overrides)}
    rows = [_taken_back(saved[key]) for key in estimates["key"]]
    if not rows:
        return []
    with database.writing() as connection:
        locked = locks.locked_keys(connection, [str(row["key"]) for row in rows])
        free = [row for row in rows if row["key"] not in locked]
        if not free:
            return []
        answers = frame(ANSWER_COLUMNS, free)
        note = f"accepted averages {NOTE}"
        refused = {one.key for one in save_as_batch(connection, answers, who=who, now=now, note=note)}
    return [str(row["key"]) for row in free if row["key"] not in refused]
