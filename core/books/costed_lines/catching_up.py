"""Bring kept lines along to the state that the books are in: what a change may touch is costed again, the rest stays.

See docs/design/books.md, Costed lines are kept.

What was written since is told by the tables that were written to (`core.books.database.state`). Where that was nothing
but saved answers, what the inventory system said and what files brought for the first time, the lines that were
answered, that came or of which something was said, and all that may be tied to them, are costed again together; they
are found by what is kept beside them (`core.books.costed_lines.line_ties`), and no other line is read. Whatever else
was written, nothing is brought along, and whoever loads the books next costs them whole.
"""

from __future__ import annotations

from decimal import ROUND_UP
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, or_, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.bringing_in import NewDocuments, NewLines, bring_back_open, bring_in
from core.books.costed_lines.costing_parts import kept_part, recosted_part, with_finale
from core.books.costed_lines.due_lines import OUTBOX, bring_note_along, exported_among, follow_writings
from core.books.costed_lines.going_out import (
    bring_decided,
    bring_out,
    decided_since,
    exported_since,
    reopened_since,
)
from core.books.costed_lines.line_ties import TIE_COLUMNS, plain_orders, tie_columns
from core.books.costed_lines.moved_lines import bring_along
from core.books.costed_lines.stored_lines import kept_lines_by_key, kept_state, note_kept_state
from core.books.costed_lines.tied_lines import lines_near, lines_that_ask, rows_with
from core.books.database import costing_tables
from core.books.database.errors import DatabaseBusyError
from core.books.database.repeating import repeated
from core.books.database.state import changed_between, state, statements_between
from core.books.documents import file_rows
from core.books.overrides import stored_overrides
from core.books.settings import sku_mapping
from core.books.settlements import stored_settlements
from core.books.syncing import stored_observations
from core.books.true_ups import true_up_history
from core.costing import with_report
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.suspects import TIMES
from core.costing.lines_to_recost import closure
from core.frame_columns import TEXT
from core.money import LINE_UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.books.costed_lines.costing_parts import CostingPart
    from core.books.database import Company, Connection, Database

_WITHOUT_EFFECT = frozenset(
    {"batch", "exchange_rate", "left_stock", "probe_cache", "pulled_document", "sync_run", "true_up", *OUTBOX},
)
"""Tables that say nothing of which costs are made; a batch does where it takes another one back."""
_ANSWERS = frozenset({"override"})
_BY_FINALE = {"observation": "orders", "mapping": "skus"}
_BY_DECISIONS = {"true_up_decision": true_up_history.DECIDED}
"""The table of what became of true-ups, with what is told of those that were not withdrawn: these move costs."""
"""The tables of what the inventory system says, each with what is always told beside it of what that is."""
_OF_FILES = frozenset({"original_file", "problem"})
_BY_FILES = {
    **dict.fromkeys(("settlement", "settlement_file", "transaction"), stored_settlements.BROUGHT),
    **{table: file_rows.told_of(table) for table in ("goods_back", "order_units")},
}
"""The tables of what files bring, each with what is always told beside it where it may be brought along."""
_OF_ANSWERS = frozenset({BatchKind.SAVE, BatchKind.RESTORE, BatchKind.MOVE, BatchKind.UNDO})
"""What can be taken back without anything else than answers being another: the import of a report is none of these."""


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

    brought: Mapping[str, int] = MappingProxyType({})
    """The keys of lines that came into the books, each with the number of its settlement."""
    tables: frozenset[str] = frozenset()
    """Those that were written to."""
    exported: frozenset[int] = frozenset()
    """The numbers of the settlements that went out, where nothing but what went out was written."""
    decided: frozenset[str] = frozenset()
    """The keys of the lines whose true-ups were decided, where nothing but that was written."""
    reopened: frozenset[int] = frozenset()
    """The numbers of the settlements that were reopened, where nothing but that was written."""

    @property
    def has_files(self) -> bool:
        """Whether files came."""
        return not self.tables.isdisjoint({*_OF_FILES, *_BY_FILES})

    @property
    def are_of_files(self) -> bool:
        """Whether nothing was written but what files brought."""
        return self.tables <= {"batch", "pulled_document", *_OF_FILES, *_BY_FILES}

    @property
    def changed(self) -> dict[str, int]:
        """The keys of these lines, each with the number of its settlement."""
        return dict(zip(self.now["key"], map(int, self.now["settlement"]), strict=True))


class _News(NamedTuple):
    """What was written since a state, as far as costs hang on it."""

    answered: set[str]
    """The keys of the lines that were answered."""
    told: Mapping[str, set[str]]
    """Of what something was said, by kind: those of `syncing.observations`, of `settings.sku_mapping` and of files."""

    @property
    def is_from_files(self) -> bool:
        """Whether files came."""
        return any(self.told.get(kind) for kind in _BY_FILES.values())


def _with_tied_before(part: CostingPart, keys: set[str], new: set[str]) -> set[str]:
    """Return the lines with those that were tied to them before it was said what some SKUs stand for."""
    known = part.costing_input.mappings
    if not new or known is None:
        return keys
    return keys | closure(with_report(part.costing_input), keys, known[~known["sku"].isin(list(new))])


@repeated
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


def changes_since(database: Database, before: str) -> LineChanges | None:
    """Do what `catch_up` does, and return what became of the kept lines since a state that they were of.

    Returns:
        Nothing where they were of another state, and where `catch_up` does not know.
    """
    caught = catch_up(database)
    if caught is not None:
        return caught if caught.before == before else None
    with database.reading() as connection:
        kept = kept_state(connection)
        none = kept_lines_by_key(connection, ())
        return LineChanges(before, before, none, none) if kept and kept[0] == state(connection) == before else None


def _catch_up(connection: Connection, company: Company) -> LineChanges | None:
    kept, now = kept_state(connection), state(connection)
    if kept is not None and (out := exported_since(connection, kept[0], now)) is not None:
        return _catch_up_held(connection, kept[0], bring_out(connection, company, out), exported=out)
    if kept is not None and (decided := decided_since(connection, kept[0], now)) is not None:
        return _catch_up_held(connection, kept[0], bring_decided(connection, company, decided), decided=decided)
    if kept is not None and (again := reopened_since(connection, kept[0], now)) is not None:
        return _catch_up_reopened(connection, company, kept[0], again)
    told = None if kept is None else _told_since(connection, *kept, now)
    bring = _bring_files if told is not None and told.is_from_files else _bring
    changed = None if told is None else bring(connection, company, told)
    if kept is None or changed is None:
        return None
    written = changed_between(connection, kept[0], now)
    bring_note_along(connection, kept[0], now, _due(connection, changed))
    note_kept_state(connection, now, batches.last(connection))
    return LineChanges(kept[0], now, changed.was, changed.now, changed.new, frozenset(written or ()))


def _catch_up_held(
    connection: Connection,
    earlier: str,
    changed: NewLines | None,
    *,
    exported: frozenset[int] = frozenset(),
    decided: frozenset[str] = frozenset(),
) -> LineChanges | None:
    """Note of which state the kept lines are, once those were costed again that are held otherwise than before."""
    if changed is None:
        return None
    now = state(connection)
    written = changed_between(connection, earlier, now)
    follow_writings(connection, earlier, now)
    note_kept_state(connection, now, batches.last(connection))
    told = frozenset(written or ())
    return LineChanges(earlier, now, changed.was, changed.now, tables=told, exported=exported, decided=decided)


def _catch_up_reopened(
    connection: Connection, company: Company, earlier: str, reopened: frozenset[int]
) -> LineChanges | None:
    now, changed = state(connection), bring_back_open(connection, company, reopened)
    if changed is None:
        return None
    written = changed_between(connection, earlier, now)
    bring_note_along(connection, earlier, now, _due(connection, changed))
    note_kept_state(connection, now, batches.last(connection))
    return LineChanges(earlier, now, changed.was, changed.now, tables=frozenset(written or ()), reopened=reopened)


def _due(connection: Connection, changed: NewLines) -> set[str] | None:
    """Return the exported lines of which true-ups may be others; nothing where documents may tell of them."""
    near = changed.near
    locked = near[near["settlement"].isin(list(exported_among(connection, set(near["settlement"]))))]
    return None if changed.has_documents and len(locked) else set(locked["key"])


def _bring_files(connection: Connection, company: Company, told: _News) -> NewLines | None:
    """Cost what files brought, what was told beside it, and what that may touch."""
    if told.told.get("skus"):
        return None  # lines may be tied otherwise than before
    start = told.answered | _said_of(connection, company, told.told)
    brought = set(map(int, told.told.get(stored_settlements.BROUGHT, ())))
    returned, counted = (told.told.get(_BY_FILES[table], set()) for table in ("goods_back", "order_units"))
    return bring_in(connection, company, brought, NewDocuments(returned, counted), start)


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
    by_table = {**_BY_FINALE, **_BY_FILES, **_BY_DECISIONS}
    known = _WITHOUT_EFFECT | _OF_FILES | _ANSWERS | by_table.keys()
    if changed is None or not changed <= known:
        return None
    if not batches.taken_back_since(connection, batch) <= _OF_ANSWERS:
        return None
    said = statements_between(connection, of, now, by_table)
    far = (sku_mapping.SAID_OTHERWISE, stored_settlements.ALTERED, true_up_history.DECIDED)
    if said is None or any(said.get(kind) for kind in far):
        return None
    return _News(stored_overrides.saved_since(connection, batch) if changed & _ANSWERS else set(), said)


def _bring(connection: Connection, company: Company, told: _News) -> NewLines | None:
    """Cost again what was told and what it may touch.

    Returns:
        The lines that are others now, as they were and as they are; nothing where it is not known which.
    """
    own = kept_part(connection, company, told.answered | _said_of(connection, company, told.told))
    if not own.together.isdisjoint(told.answered):
        return None  # an answer about units moves those of the order's other lines
    if own.before.empty:
        return NewLines(own.before, own.before, {}, own.before)
    keys, new = set(own.before["key"]), told.told.get("skus", set())
    start, ties = set(keys), tie_columns(own.costing_input, own.together)
    while True:
        part = with_finale(connection, kept_part(connection, company, lines_near(connection, start, ties)))
        found = recosted_part(connection, part, part.before, _with_tied_before(part, keys, new))
        asking = lines_that_ask(connection, found.skus) - set(part.before["key"])
        if not asking:
            break
        start |= asking
    now = tie_columns(part.costing_input, part.together)[list(TIE_COLUMNS)].set_axis(found.lines.index)
    changed = bring_along(connection, part.before, found.lines.assign(**now), part.counted)
    return NewLines(*changed, {}, part.before[["key", "settlement"]])


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
    found = {row["key"] for column, wanted in columns for row in rows_with(connection, column, wanted)}
    lacking = connection.execute(select(line.key, line.cost_sku).where(line.cause > ""))
    found |= {row.key for row in lacking if row.cost_sku in moved | confirmed}
    return found | _hanging_on_averages(connection, company, moved - new)


def _hanging_on_averages(connection: Connection, company: Company, skus: set[str]) -> set[str]:
    """Return the kept lines that have a cost and hang on what the averages of their SKUs are."""
    mapped = sku_mapping.latest(connection, skus)
    said = stored_observations.latest_of(connection, (), set(mapped["product_id"].dropna()))
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
