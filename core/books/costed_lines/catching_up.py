"""Bring kept lines along to the state that the books are in: what a change may touch is costed again, the rest stays.

See docs/design/books.md, Costed lines are kept.

What was written since is told by the tables that were written to (`core.books.database.state`). Where that was nothing
but saved answers and what the inventory system said, the lines that were answered or of which something was said, and
all that may be tied to them, are costed again together; they are found by what is kept beside them
(`core.books.costed_lines.line_ties`), and no other line is read. Whatever else was written, nothing is brought along,
and whoever loads the books next costs them whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, or_, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.line_costs import STATED_SKU, costing_policies, counted_lines, history_flags
from core.books.costed_lines.line_ties import TIE_COLUMNS, plain_orders, read_document_rows, tie_columns
from core.books.costed_lines.recosting import RecostedLines, recost
from core.books.costed_lines.stored_lines import bring_along, kept_lines_by_key, kept_state, note_kept_state
from core.books.database import costing_tables, frames
from core.books.database.errors import DatabaseBusyError
from core.books.database.state import changed_between, state, statements_between
from core.books.entries import locks
from core.books.overrides import stored_overrides
from core.books.overrides.questions import overrides_for_questions
from core.books.settings import opening_costs, sku_mapping, stored_settings, stores
from core.books.settings.calendars import kept_calendars, store_days, time_zones
from core.books.settings.type_choices import with_choices
from core.books.settlements import settlement_lines, stored_settlements
from core.books.syncing import observations
from core.books.true_ups import true_up_history
from core.costing import CostingInput, CostingPolicies, with_report
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.prefilled_costs import USED_SOURCES
from core.costing.costs.suspects import TIMES
from core.costing.inputs import OPENING_COLUMNS, TRUED_UP_COLUMNS
from core.costing.lines_to_recost import closure
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, TEXT, TRANSACTION_COLUMNS, conform, frame, records
from core.model import CostStatus
from core.money import LINE_UNIT
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from core.books.database import Company, Connection, Database

_WITHOUT_EFFECT = frozenset(
    {"batch", "exchange_rate", "left_stock", "probe_cache", "sync_run", "true_up"},
)
"""Tables that say nothing of which costs are made; a batch does where it takes another one back."""
_ANSWERS = frozenset({"override"})
_BY_FINALE = {"observation": "orders", "mapping": "skus"}
"""The tables of what the inventory system says, each with what is always told beside it of what that is."""
_OF_ANSWERS = frozenset({BatchKind.SAVE, BatchKind.RESTORE, BatchKind.MOVE, BatchKind.UNDO})
"""What can be taken back without anything else than answers being another: the import of a report is none of these."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some lines as they are kept, and what they are to be costed of now."""

    before: pd.DataFrame
    """`kept_lines_by_key`."""
    costing_input: CostingInput
    policies: CostingPolicies
    together: frozenset[str]
    """Keys of the lines whose answers move the units of others."""
    counted: Callable[[pd.DataFrame], pd.DataFrame]
    """Returns those of some lines that the books count."""


class LineChanges(NamedTuple):
    """What became of kept lines that were brought along."""

    before: str
    """The state of the books that they were of."""
    state: str
    """That of which they are."""
    was: pd.DataFrame
    """The lines that have become others, as they were (`kept_lines_by_key`)."""
    now: pd.DataFrame
    """The same lines as they are, in the same order."""

    @property
    def changed(self) -> dict[str, int]:
        """The keys of these lines, each with the number of its settlement."""
        return dict(zip(self.now["key"], map(int, self.now["settlement"]), strict=True))


class _News(NamedTuple):
    """What was written since a state, as far as costs hang on it."""

    answered: set[str]
    """The keys of the lines that were answered."""
    from_finale: Mapping[str, set[str]]
    """Of what the inventory system said something, by kind (`syncing.observations`, `settings.sku_mapping`)."""


def _with_tied_before(part: _Part, keys: set[str], new: set[str]) -> set[str]:
    """Return the lines with those that were tied to them before it was said what some SKUs stand for."""
    known = part.costing_input.mappings
    if not new or known is None:
        return keys
    return keys | closure(with_report(part.costing_input), keys, known[~known["sku"].isin(list(new))])


def catch_up(database: Database) -> LineChanges | None:
    """Bring the kept lines along to the books as they are, where it is known what has changed since.

    Returns:
        Nothing where they are of that state, where it is not known, and where somebody else is writing.
    """
    with database.reading() as connection:
        kept = kept_state(connection)
        if kept is None or kept[0] == state(connection):
            return None
    try:
        with database.keeping() as connection:
            return _catch_up(connection, database.company)
    except DatabaseBusyError:
        return None


def _catch_up(connection: Connection, company: Company) -> LineChanges | None:
    kept, now = kept_state(connection), state(connection)
    told = None if kept is None else _told_since(connection, *kept, now)
    changed = None if told is None else _bring(connection, company, told)
    if kept is None or changed is None:
        return None
    note_kept_state(connection, now, batches.last(connection))
    return LineChanges(kept[0], now, *changed)


def _told_since(connection: Connection, of: str, batch: int, now: str) -> _News | None:
    """Return what was told since a state; nothing where something else was changed that costs hang on.

    Where a SKU stands for another product than was said before, ties of lines may be others than they were.

    Args:
        connection: Of `Database.keeping`.
        of: The state.
        batch: The newest batch that the books had in it.
        now: The state that they are in.
    """
    changed = changed_between(connection, of, now)
    if changed is None or not changed <= _WITHOUT_EFFECT | _ANSWERS | _BY_FINALE.keys():
        return None
    if not batches.taken_back_since(connection, batch) <= _OF_ANSWERS:
        return None
    said = statements_between(connection, of, now, _BY_FINALE)
    if said is None or said.get(sku_mapping.SAID_OTHERWISE):
        return None
    return _News(stored_overrides.saved_since(connection, batch) if changed & _ANSWERS else set(), said)


def _bring(connection: Connection, company: Company, told: _News) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Cost again what was told and what it may touch.

    Returns:
        The lines that are others now, as they were and as they are; nothing where it is not known which.
    """
    own = _part(connection, company, told.answered | _said_of(connection, company, told.from_finale))
    if not own.together.isdisjoint(told.answered):
        return None  # an answer about units moves those of the order's other lines
    if own.before.empty:
        return own.before, own.before
    keys, new = set(own.before["key"]), told.from_finale.get("skus", set())
    start, ties = set(keys), tie_columns(own.costing_input, own.together)
    while True:
        part = _with_finale(connection, _part(connection, company, lines_near(connection, start, ties)))
        found = _recost(connection, part, _with_tied_before(part, keys, new))
        asking = _asking(connection, found.skus) - set(part.before["key"])
        if not asking:
            break
        start |= asking
    now = tie_columns(part.costing_input, part.together)[list(TIE_COLUMNS)].set_axis(found.lines.index)
    return bring_along(connection, part.before, found.lines.assign(**now), part.counted)


def _said_of(connection: Connection, company: Company, said: Mapping[str, set[str]]) -> set[str]:
    """Return the kept lines of which the inventory system said something that may give them another cost or proposal.

    What an order cost touches its lines, and what a SKU stands for all of that SKU. An average touches those that lack
    a cost; another one also those that it is the cost of, and those that look wrong beside it.
    """
    line = costing_tables.costed_line.c
    orders = set(plain_orders(pd.Series(sorted(said.get("orders", ())), dtype=TEXT)).dropna())
    new = said.get("skus", set())
    moved, confirmed = (sku_mapping.of_products(connection, said.get(kind, ())) for kind in ("products", "confirmed"))
    columns = ((line.order_name, orders), (line.merchant_name, orders), (line.cost_sku, new))
    found = {row["key"] for column, wanted in columns for row in _rows(connection, column, wanted)}
    lacking = connection.execute(select(line.key, line.cost_sku).where(line.cause > ""))
    found |= {row.key for row in lacking if row.cost_sku in moved | confirmed}
    return found | _hanging_on_averages(connection, company, moved - new)


def _hanging_on_averages(connection: Connection, company: Company, skus: set[str]) -> set[str]:
    """Return the kept lines that have a cost and hang on what the averages of their SKUs are."""
    mapped = sku_mapping.latest(connection, skus)
    said = observations.latest_of(connection, (), set(mapped["product_id"].dropna()))
    finale = read_finale(said, mapped, company.home_currency)
    line, found = costing_tables.costed_line.c, set()
    for sku in sorted(skus):
        average = finale.average(sku)
        far: list[ColumnElement[bool]] = [
            line.suspect.is_not(None),
            line.tie_sku.is_not(None),
            line.order_name.is_(None),
        ]
        if average is not None:
            least, most = average.unit_cost / TIMES, average.unit_cost * TIMES
            far += [line.unit_cost > most, line.unit_cost < least.quantize(LINE_UNIT, rounding=ROUND_UP)]
        found |= set(connection.scalars(select(line.key).where(line.cost_sku == sku, or_(*far))))
    return found


def _recost(connection: Connection, part: _Part, keys: set[str]) -> RecostedLines:
    inside = set(part.before["key"])
    return recost(
        part.before, part.costing_input, part.policies, keys, lambda skus: _newest_beyond(connection, skus, inside)
    )


def _part(connection: Connection, company: Company, keys: Iterable[str]) -> _Part:
    """Return kept lines with what they are to be costed of, as far as that does not come from the inventory system."""
    before = kept_lines_by_key(connection, keys)
    named = list(before["key"])
    policies = stored_settings.get(connection, POLICIES_NAME, Policies, Policies())
    booked, all_stores = stored_settlements.booked_settlements(connection), list(stores.all_stores(connection))
    calendars = kept_calendars(connection, booked)
    zones = store_days(booked, time_zones(connection), calendars)
    starts = {name: one.books_start for name, one in calendars.items()}
    held = with_choices(connection, settlement_lines.lines_of_keys(connection, named), booked, all_stores)
    theirs = set(before["settlement"])
    locked = locks.lines(connection, [one for one in booked if one.id in theirs], named)
    told = read_document_rows(frames.rows_of(before, ("key", "told")))
    flags = history_flags(booked, policies, zones, starts)
    known = CostingInput(
        transactions=before[list(TRANSACTION_COLUMNS)].assign(sku=before[STATED_SKU]),
        observations=frame(OBSERVATION_COLUMNS),
        mappings=frame(MAPPING_COLUMNS),
        overrides=overrides_for_questions(stored_overrides.in_force(connection, named), held, set(locked["key"])),
        locked_lines=locked,
        trued_up=conform(TRUED_UP_COLUMNS, true_up_history.accepted_true_ups(connection)),
        opening=conform(OPENING_COLUMNS, opening_costs.latest(connection)),
        settlements=flags,
        returned=told.returned,
        reimbursed=told.reimbursed,
        asked_units=told.asked_units,
        zones=zones,
    )
    ended = {(row["store"], row["settlement_id"]) for row in records(flags) if row["history"]}
    counted = partial(counted_lines, policies=policies, starts=starts, zones=zones, ended=ended)
    return _Part(before, known, costing_policies(policies, company), told.together, counted)


def _with_finale(connection: Connection, part: _Part) -> _Part:
    """Return the part with what the inventory system says of its orders and SKUs."""
    lines, reported = with_report(part.costing_input), part.costing_input.reimbursed
    skus = {*lines["sku"].dropna(), *part.before["sku"].dropna(), *part.before["cost_sku"].dropna()}
    if reported is not None:
        skus |= set(reported["sku"].dropna())
    orders = {*lines["order_id"].dropna(), *part.before["order_id"].dropna()}
    mapped = sku_mapping.latest(connection, skus)
    said = observations.latest_of(connection, orders, set(mapped["product_id"].dropna()))
    return replace(part, costing_input=replace(part.costing_input, observations=said, mappings=mapped))


def lines_near(connection: Connection, keys: set[str], now: pd.DataFrame) -> set[str]:
    """Return the lines that may be tied to some, as they are kept or as some of them are now.

    Args:
        connection: Of `Database.reading` or `keeping`.
        keys: Where to begin.
        now: `key` and TIE_COLUMNS of the lines that have become others.
    """
    line = costing_tables.costed_line.c
    found = {row["key"]: row for row in records(now)}
    new = [*found.values(), *_rows(connection, line.key, keys)]
    names: set[str] = set()
    skus: set[str] = set()
    odd = {row["tie_sku"] for row in new if row["tie_odd"]}
    every = set(keys)
    while new:
        orders = {row[name] for row in new for name in ("order_name", "merchant_name")} - names - {None}
        others = {row["tie_sku"] for row in new} - skus - {None}
        names, skus = names | orders, skus | others
        tied = (others & odd) | _odd(connection, others)
        reached = [
            *_rows(connection, line.order_name, orders),
            *_rows(connection, line.merchant_name, orders),
            *_rows(connection, line.tie_sku, tied),
        ]
        new = [row for row in reached if row["key"] not in every]
        every |= {row["key"] for row in new}
    return every


def _rows(connection: Connection, column: ColumnElement[str], wanted: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield what lines may be tied by that have one of the values."""
    line = costing_tables.costed_line.c
    query = select(line.key, line.order_name, line.merchant_name, line.tie_sku, line.tie_odd)
    for some in frames.among(column, wanted):
        yield from map(dict, connection.execute(query.where(some)).mappings())


def _odd(connection: Connection, skus: Iterable[str]) -> set[str]:
    """Return those of the SKUs that have a line which ties lines of its SKU."""
    line = costing_tables.costed_line.c
    query = select(line.tie_sku).where(line.tie_odd).distinct()
    return {sku for some in frames.among(line.tie_sku, skus) for sku in connection.scalars(query.where(some))}


def _asking(connection: Connection, skus: set[str]) -> set[str]:
    """Return the kept lines of SKUs that lack a cost."""
    if not skus:
        return set()
    line = costing_tables.costed_line.c
    query = select(line.key, line.cost_sku).where(line.cause > "", line.cost_status == str(CostStatus.MISSING))
    return {row.key for row in connection.execute(query) if row.cost_sku in skus}


def _newest_beyond(connection: Connection, skus: Iterable[str], inside: set[str]) -> pd.DataFrame:
    """Return the kept line of each SKU with the last cost used, among those that are not inside (for `recost`)."""
    found = [_newest(connection, sku, inside) for sku in sorted(skus)]
    lines = kept_lines_by_key(connection, [key for key in found if key is not None])
    return lines.assign(sku=lines["cost_sku"])


def _newest(connection: Connection, sku: str, inside: set[str]) -> str | None:
    line = costing_tables.costed_line.c
    query = (
        select(line.key)
        .where(line.cost_sku == sku, line.unit_cost > Decimal(0), line.cost_source.in_(sorted(USED_SOURCES)))
        .order_by(line.moment.desc(), line.key.desc())
    )
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as result:
        return next((key for key in result.scalars() if key not in inside), None)


_AT_ONCE = 50
