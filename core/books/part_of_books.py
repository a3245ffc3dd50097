"""The books with some of their lines alone, as they are kept: those that a report is about, or that answers touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from sqlalchemy import or_, select

from core.books.costed_lines.line_costs import STATED_SKU
from core.books.costed_lines.line_ties import TIE_COLUMNS, read_document_rows
from core.books.costed_lines.line_totals import kept_notes, kept_totals
from core.books.costed_lines.stored_lines import holds_now, kept_lines_by_key, kept_state, unaltered_kept_lines
from core.books.costed_lines.tied_lines import lines_near, lines_of
from core.books.database import costing_tables, frames
from core.books.entries import locks, stored_entries
from core.books.entries.booking_months import postings
from core.books.loading import PartOfBooks, read_part
from core.books.settings import sku_mapping, stored_settings
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import named_settlements
from core.books.syncing import stored_observations
from core.books.true_ups import true_up_history
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.suspects import Beside
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, TEXT, frame, records, values
from core.model import CostStatus
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from core.books.books import Books
    from core.books.database import Company, Connection, Database
    from core.books.overrides.answers import Answer
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.time import SettlementName


def _ends(costs: Collection[Decimal]) -> tuple[Decimal, ...]:
    """Return the lowest and the highest cost; nothing of none."""
    return (min(costs), max(costs)) if costs else ()


def _typed_by_sku(near: pd.DataFrame, typed: Mapping[str, Decimal | None]) -> dict[str, list[Decimal]]:
    """Return the costs that were typed for the lines of each SKU."""
    costs: dict[str, list[Decimal]] = {}
    for key, sku in zip(near["key"], values(near["sku"]), strict=True):
        if sku is not None and key in typed:
            costs.setdefault(sku, []).extend(cost for cost in [typed[key]] if cost)
    return costs


def _skus_of(near: pd.DataFrame, reimbursed: pd.DataFrame) -> set[str]:
    """Return the SKUs by which costs of lines may be looked for."""
    return {*near["sku"].dropna(), *near["cost_sku"].dropna(), *reimbursed["sku"].dropna()}


_LAST = 50
_NEAR = timedelta(days=2)
"""A day of a store's calendar begins and ends at most so far from the same day in UTC."""


class ReportDays(NamedTuple):
    """The days of a report, both included; `None` is without end."""

    first: date | None
    last: date | None

    def may_hold(self, day: date) -> bool:
        """Tell whether a day is one of them, or so near that a store's calendar may make it one."""
        return self._begins_by(day) and self._ends_after(day)

    def may_meet(self, first: date, last: date) -> bool:
        """Tell whether one of them may lie between two days."""
        return self._begins_by(last) and self._ends_after(first)

    def _begins_by(self, day: date) -> bool:
        return self.first is None or self.first <= day + _NEAR

    def _ends_after(self, day: date) -> bool:
        return self.last is None or day - _NEAR <= self.last


def _has_lines(one: BookedSettlement, posted: Sequence[datetime | None], days: ReportDays) -> bool:
    """Tell whether a settlement may have a line of some days; one without a moment counts on its last day.

    Args:
        one: The settlement.
        posted: When the first and the last of its lines were posted.
        days: Which.
    """
    known = [moment.date() for moment in (*posted, one.period_end or one.imported_at) if moment is not None]
    return days.may_meet(min(known), max(known))


def with_lines(books: Books, others: pd.DataFrame) -> Books:
    """Return books that are loaded in part with some more lines: those of them that it does not have. Pure."""
    more = others[~others["key"].isin(list(books.lines["key"]))]
    return replace(books, lines=pd.concat([books.lines, more[list(books.lines.columns)]], ignore_index=True))


def load_part(
    database: Database, choose: Callable[[Connection, Sequence[BookedSettlement]], Iterable[BookedSettlement]]
) -> Books | None:
    """Load the books with the lines of some settlements alone, without what the inventory system says: for reports.

    Args:
        database: Whose.
        choose: Returns which of the settlements.

    Returns:
        Nothing where lines are not kept for the present state of the books, and where `read_part` says nothing.
    """
    with database.reading() as connection:
        chosen = tuple(choose(connection, stored_settlements.booked_settlements(connection)))
        lines = unaltered_kept_lines(connection, chosen)
        if lines is None:
            return None
        stored, locked = settlement_lines.stored_transactions(connection, chosen), locks.lines(connection, chosen)
        nothing = frame(OBSERVATION_COLUMNS), frame(MAPPING_COLUMNS)
        return read_part(
            connection,
            database.company,
            PartOfBooks(lines, stored, locked, *nothing, read_document_rows(()), {}, {}, {}),
        )


def load_around(
    database: Database,
    keys: Collection[str],
    whole: Collection[SettlementName] = (),
    asking: Collection[SettlementName] = (),
    also: Collection[str] = (),
    typed: Mapping[str, Decimal | None] | None = None,
    *,
    moved_units_too: bool = False,
) -> Books | None:
    """Load the books with some lines and all that may be tied to them: to answer lines. Totals are of all lines.

    Args:
        database: Whose.
        keys: The lines; those that are not in the books are left out.
        whole: Settlements of which every line is loaded.
        asking: Settlements of which every line is loaded that lacks its cost.
        also: More lines, loaded by themselves.
        typed: Unit costs that are to be judged and saved, by line; without it nothing is loaded of what the inventory
            system says.
        moved_units_too: Whether lines may be loaded whose answers move the units of others: to show them.

    Returns:
        Nothing where lines are not kept for the present state of the books, where `read_part` says nothing, and where
        an answer to one of the lines would move the units of others.
    """
    with database.reading() as connection:
        booked, totals = stored_settlements.booked_settlements(connection), kept_totals(connection)
        if not holds_now(connection) or any(one.id not in totals for one in booked):
            return None
        chosen, asked = (
            [one for one in booked if (one.store, one.settlement_id) in names] for names in (whole, asking)
        )
        near = kept_lines_by_key(connection, lines_near(connection, set(keys), frame({"key": TEXT, **TIE_COLUMNS})))
        told = read_document_rows(frames.rows_of(near, ("key", "told")))
        lines = _with_whole(connection, _and_more(connection, near, asked, also), chosen)
        if lines is None or not (moved_units_too or told.together.isdisjoint(keys)):
            return None
        part = _part(connection, database.company, lines, near, typed)
        return read_part(
            connection, database.company, part._replace(totals=totals, settlement_notes=kept_notes(connection))
        )


def load_to_answer(database: Database, answers: Collection[Answer], asking: Collection[SettlementName]) -> Books | None:
    """Load what answers to lines are judged by and may touch; see `load_around`.

    Returns:
        Nothing also where a SKU was typed, which no line that is near may have had.
    """
    found = load_around(
        database, {one.key for one in answers}, asking=asking, typed={one.key: one.cost for one in answers}
    )
    if found is None:
        return None
    stated = dict(zip(found.lines["key"], values(found.lines[STATED_SKU]), strict=True))
    is_typed = any(one.sku is not None and one.sku != stated.get(one.key, one.sku) for one in answers)
    return None if is_typed else found


def load_to_export(database: Database, ids: Iterable[str]) -> Books | None:
    """Load settlements that are to go out, every line of them, and what the averages are that odd costs stand beside.

    What they come to is counted of their lines, for what goes out is not taken back by another press.

    Returns:
        Nothing where `load_around` says nothing.

    Raises:
        SettlementUnknownError: If one is not in the books.
        SettlementAmbiguousError: If an id alone does not say which.
    """
    is_odd = costing_tables.costed_line.c.suspect.is_not(None)
    with database.reading() as connection:
        chosen = named_settlements(stored_settlements.booked_settlements(connection), ids)
        keys = lines_of(connection, [one.id for one in chosen], is_odd)
    names = {(one.store, one.settlement_id) for one in chosen}
    found = load_around(database, keys, names, typed={}, moved_units_too=True)
    if found is None:
        return None
    others = {number: one for number, one in found.kept_totals.items() if number not in {each.id for each in chosen}}
    return replace(found, kept_totals=others)


def load_to_sync(database: Database, chosen: Sequence[BookedSettlement]) -> Books | None:
    """Load settlements with all that may be tied to their lines, and what the inventory system says of these.

    Returns:
        Nothing where `load_around` says nothing, and where the remarks of settlements are not kept.
    """
    names = {(one.store, one.settlement_id) for one in chosen}
    with database.reading() as connection:
        keys = lines_of(connection, [one.id for one in chosen])
    found = load_around(database, keys, names, typed={})
    return found if found is not None and found.settlement_notes else None


def with_kept_lines(database: Database, books: Books) -> Books:
    """Return books that are loaded in part with every other line as it was kept in their state.

    After a writing that moved no kept line on they are the lines before it: with them what it changed is compared.

    Returns:
        The books as they are where the kept lines are of another state.
    """
    with database.reading() as connection:
        kept = kept_state(connection)
        if kept is None or kept[0] != books.database_state:
            return books
        return with_lines(
            books, kept_lines_by_key(connection, connection.scalars(select(costing_tables.costed_line.c.key)))
        )


def read_skus(connection: Connection, books: Books, orders: Collection[str], known: Collection[str]) -> Books:
    """Return the books with what every SKU stands for, every average, and what is said of some orders.

    Args:
        connection: Of `Database.reading`.
        books: Some lines of them.
        orders: Which.
        known: Products whose last order is among these; of others that a SKU stands for alone every order is read.
    """
    mapped = sku_mapping.latest(connection)
    alone = mapped.loc[~mapped["sku"].duplicated(keep=False), "product_id"].dropna()
    wanted = {*orders, *stored_observations.orders_of(connection, set(alone) - set(known))}
    said = stored_observations.latest_of(connection, wanted, set(mapped["product_id"].dropna()))
    return replace(books, costing_input=replace(books.costing_input, mappings=mapped, observations=said))


def lines_by_name(connection: Connection, keys: Collection[str]) -> pd.DataFrame:
    """Return kept lines with what they are named by: `key`, `settlement_id`, `order_id` and `sku`."""
    return kept_lines_by_key(connection, keys)[["key", "settlement_id", "order_id", "sku"]]


def _and_more(
    connection: Connection, near: pd.DataFrame, asked: Sequence[BookedSettlement], also: Collection[str]
) -> pd.DataFrame:
    """Return lines with all that lack a cost in some settlements, and some more."""
    line, numbers = costing_tables.costed_line.c, {one.id for one in asked}
    query = select(line.key, line.settlement).where(line.cause > "", line.cost_status == str(CostStatus.MISSING))
    missing = connection.execute(query) if numbers else ()
    others = {*also, *(row.key for row in missing if row.settlement in numbers)} - set(near["key"])
    return pd.concat([near, kept_lines_by_key(connection, others)], ignore_index=True) if others else near


def _with_whole(connection: Connection, near: pd.DataFrame, chosen: Sequence[BookedSettlement]) -> pd.DataFrame | None:
    """Return lines with those of whole settlements, in the order of the books; nothing where these are not as kept."""
    whole = unaltered_kept_lines(connection, chosen) if chosen else near.iloc[:0]
    if whole is None:
        return None
    numbers = {(one.store, one.settlement_id): one.id for one in stored_settlements.booked_settlements(connection)}
    others = near[~near["key"].isin(list(whole["key"]))].drop(columns=[*TIE_COLUMNS, "settlement"])
    lines = pd.concat([others, whole[list(others.columns)]], ignore_index=True)
    place = pd.Series(list(zip(lines["store"], lines["settlement_id"], strict=True)), lines.index).map(numbers)
    order = lines.assign(place=place).sort_values(["place", "posted_at", "key"], na_position="first")
    return order.drop(columns="place").reset_index(drop=True)


def _part(
    connection: Connection,
    company: Company,
    lines: pd.DataFrame,
    near: pd.DataFrame,
    typed: Mapping[str, Decimal | None] | None,
) -> PartOfBooks:
    """Return lines with what is known of them, as far as answers to some of them may touch it.

    Args:
        connection: Of `Database.reading`.
        company: Whose books.
        lines: All of the part.
        near: Those that may be tied to the answered ones, with TIE_COLUMNS.
        typed: See `load_around`.
    """
    keys, told = list(lines["key"]), read_document_rows(frames.rows_of(near, ("key", "told")))
    stored = settlement_lines.lines_of_keys(connection, keys)
    locked = locks.lines(connection, _of_names(connection, lines), keys)
    said, mappings = frame(OBSERVATION_COLUMNS), frame(MAPPING_COLUMNS)
    beyond: dict[str, tuple[Decimal, ...]] = {}
    if typed is not None:
        mappings = sku_mapping.latest(connection, _skus_of(near, told.reimbursed))
        orders, products = {*near["order_id"].dropna(), *told.reimbursed["order_id"].dropna()}, mappings["product_id"]
        said = stored_observations.latest_of(connection, orders, set(products.dropna()))
        finale, costs_by_sku = read_finale(said, mappings, company.home_currency), _typed_by_sku(near, typed)
        unknown = {sku: costs for sku, costs in costs_by_sku.items() if finale.average(sku) is None}
        beyond, odd = _beyond(connection, unknown, set(keys))
        own = set(mappings.loc[mappings["sku"].isin(list(odd)), "product_id"].dropna())
        if own:
            orders |= stored_observations.orders_of(connection, own)
            said = stored_observations.latest_of(connection, orders, set(products.dropna()))
    return PartOfBooks(lines, stored, locked, said, mappings, told, {}, {}, beyond)


def _beyond(
    connection: Connection, typed: Mapping[str, Collection[Decimal]], inside: Collection[str]
) -> tuple[dict[str, tuple[Decimal, ...]], set[str]]:
    """Return what costs of SKUs without an average are held against, beyond the lines inside.

    The last costs of a SKU are enough where none that was typed looks wrong beside them: beside more of them it looks
    wrong even less. Else all of them are read, and what the inventory system says of its orders must be.

    Args:
        connection: Of `Database.reading`.
        typed: The SKUs, with what was typed for them.
        inside: Keys of the lines that are loaded.

    Returns:
        The lowest and the highest cost of each SKU, and the SKUs of which orders must be read.
    """
    beyond, odd = {}, set()
    for sku, costs in typed.items():
        beside = Beside(None, _costs_beyond(connection, sku, inside, _LAST))
        if not beside.others or any(beside.suspicion(cost) for cost in costs):
            odd.add(sku)
            beside = Beside(None, _costs_beyond(connection, sku, inside))
        beyond[sku] = _ends(beside.others)
    return beyond, odd


def _of_names(connection: Connection, lines: pd.DataFrame) -> list[BookedSettlement]:
    names = set(zip(lines["store"], lines["settlement_id"], strict=True))
    return [one for one in stored_settlements.booked_settlements(connection) if (one.store, one.settlement_id) in names]


def _costs_beyond(connection: Connection, sku: str, inside: Collection[str], last: int | None = None) -> list[Decimal]:
    """Return the unit costs, or the last, of the other lines that name a SKU, or for which somebody has typed it."""
    line = costing_tables.costed_line.c
    is_named = or_(line.stated_sku == sku, line.version > 0)
    query = select(line.key, line.unit_cost).where(line.cost_sku == sku, line.unit_cost > Decimal(0), is_named)
    rows = connection.execute(query.order_by(line.moment.desc()).limit(last) if last else query)
    return [row.unit_cost for row in rows if row.key not in inside]


def settlements_of_days(
    connection: Connection, settlements: Sequence[BookedSettlement], days: ReportDays
) -> list[BookedSettlement]:
    """Return the settlements that a report of some days is about.

    Args:
        connection: Of `Database.reading`, of books whose lines are kept.
        settlements: All settlements.
        days: Which.
    """
    kept = costing_tables.costed_settlement.c
    query = select(kept.settlement, kept.first_posted, kept.last_posted)
    posted = {row.settlement: (row.first_posted, row.last_posted) for row in connection.execute(query)}
    elsewhere = set(_booked_in(connection, settlements, days))
    return [one for one in settlements if one.id in elsewhere or _has_lines(one, posted.get(one.id, ()), days)]


def _booked_in(connection: Connection, settlements: Sequence[BookedSettlement], days: ReportDays) -> Iterator[int]:
    """Yield the numbers of settlements of which something is booked in some days, whenever its lines were posted."""
    out = postings(connection)
    yield from (number for (number, _, _), day in out.days.items() if number in out.late and days.may_hold(day))
    yield from (one.settlement for one in out.taken_back if days.may_hold(one.day) or days.may_hold(one.reversed_on))
    decided = stored_entries.reclassified(connection).values()
    yield from (one.settlement for one in decided if days.may_hold(one.day))
    numbers = {(one.store, one.settlement_id): one.id for one in settlements}
    for row in records(true_up_history.posted_true_ups(connection)):
        day = row["entry_date"] and date.fromisoformat(row["entry_date"])
        if days.may_hold(day or row["decided_at"].date()):
            yield numbers[row["store"], row["settlement_id"]]
    lock_date = stored_settings.get(connection, POLICIES_NAME, Policies, Policies()).lock_date
    if lock_date is not None and days.may_hold(lock_date):
        yield from (one.id for one in settlements if one.has_open_entry)
