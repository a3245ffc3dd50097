"""Load the books of a company: everything that is stored, read once and costed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from core.books import (
    accounts,
    batches,
    documents,
    entries,
    file_rows,
    later_readings,
    locks,
    observations,
    opening_costs,
    overrides,
    rates,
    settings,
    settlement_lines,
    settlements,
    sku_mapping,
    stores,
    syncing,
    true_up_history,
)
from core.books.booked_settlement import BookedSettlement, EntryStatus
from core.books.books import Books
from core.books.calendars import kept_calendars, store_days, time_zones
from core.books.costs_today import money_of
from core.books.database.state import state
from core.books.documents import Documents
from core.books.kept_lines import costed_as_kept, kept_as_they_were
from core.books.later_readings import transactions_now
from core.books.line_costs import STATED_SKU, costed_lines, costing_policies, history_flags
from core.books.order_units import ORDER_UNITS, with_stated_units
from core.books.postings import posted_tax, postings
from core.books.questions import as_asked
from core.books.reimbursements import REIMBURSEMENTS
from core.books.returned_goods import RETURNED_GOODS
from core.books.type_choices import AsOf, are_asked, in_force, with_choices
from core.costing import CostingInput, CostingPolicies
from core.costing.inputs import OPENING_COLUMNS, TRUED_UP_COLUMNS
from core.exchange_rates import ExchangeRates
from core.facilitator_tax import with_tax_kinds
from core.frame_columns import (
    LEFT_STOCK_COLUMNS,
    MAPPING_COLUMNS,
    OBSERVATION_COLUMNS,
    TRANSACTION_COLUMNS,
    conform,
    frame,
    records,
)
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from core.books.database import Company, Connection, Database
    from core.facilitator_tax import PostedTax


def _differing_rows(rows: pd.DataFrame, others: pd.DataFrame, asked: pd.Series) -> pd.DataFrame:
    """Return those of the rows asked about that stand otherwise in the same place of another table."""
    if rows is others or not asked.any():
        return rows.iloc[:0]
    rows, others = rows[asked], others[asked]
    differ = [one != other for one, other in zip(records(rows), records(others), strict=True)]
    return rows[pd.Series(differ, rows.index, dtype=bool)]


def _posted_as(
    posted: pd.DataFrame, books: CostingInput, now: pd.DataFrame, at: Callable[[int], Mapping[str, str]]
) -> dict[int, str]:
    """Return as which event each accepted true-up was posted. Pure.

    What had a cost is corrected as what it was posted as, or moved to what its true-up says; what had none is posted as
    what its words said on that day.

    Args:
        posted: POSTED_COLUMNS.
        books: What costs are made of.
        now: The lines as they are read and answered today.
        at: Returns the events of lines whose words are asked, as they were answered before the end of a batch.
    """
    if posted.empty:
        return {}
    locked_cogs = (
        {}
        if books.locked_lines is None
        else dict(zip(books.locked_lines["key"], books.locked_lines["cogs"], strict=True))
    )
    today, events = _events_of(now, posted["key"]), _events_of(books.transactions, posted["key"])
    by_line: dict[int, str] = {}
    for row in records(posted.sort_values(["decided_in", "id"])):
        key = row["key"]
        if row["event_now"] is not None:
            events[key] = row["event_now"]
        elif not money_of(locked_cogs.get(key)):
            events[key] = at(row["decided_in"]).get(key) or today.get(key) or events.get(key, "")
        by_line[row["id"]], locked_cogs[key] = events.get(key, ""), row["cogs"]
    return by_line


def _events_of(lines: pd.DataFrame, keys: pd.Series) -> dict[str, str]:
    some = lines[lines["key"].isin(list(keys))]
    return dict(zip(some["key"], some["event"], strict=True))


def load_books(database: Database, *, anew: bool = False) -> Books:
    """Load and cost the books.

    Args:
        database: Whose.
        anew: Whether every line is costed from nothing, also where it is kept what that came to.
    """
    with database.reading() as connection:
        return _read(connection, database.company, anew=anew)


def load_part(
    database: Database, choose: Callable[[Connection, Sequence[BookedSettlement]], Iterable[BookedSettlement]]
) -> Books | None:
    """Load the books with the lines of some settlements alone, as they are kept: for reports about these.

    All settlements are named in them, as are all entries and true-ups; but only of the chosen ones are there lines, and
    nothing of what the inventory system says.

    Args:
        database: Whose.
        choose: Returns which of the settlements.

    Returns:
        Nothing where lines are not kept for the present state of the books, or any exported settlement is read or
        classified otherwise today: what that asks or proposes follows from all lines.
    """
    with database.reading() as connection:
        if later_readings.kept_for(connection):
            return None
        chosen = tuple(choose(connection, settlements.booked(connection)))
        lines = kept_as_they_were(connection, chosen)
        found = None if lines is None else _read(connection, database.company, only=(chosen, lines))
    is_whole = found is not None and found.as_read is None and found.said_after_lock.empty
    return found if is_whole else None


def _costed(
    connection: Connection, books: CostingInput, policies: CostingPolicies, tax: PostedTax, *, anew: bool
) -> pd.DataFrame:
    kept = None if anew else costed_as_kept(connection, books)
    return with_tax_kinds(costed_lines(books, policies), tax) if kept is None else kept


_Part = tuple[Sequence[BookedSettlement], pd.DataFrame]
"""Some settlements, and their kept lines."""


def _read(connection: Connection, company: Company, *, anew: bool = False, only: _Part | None = None) -> Books:
    chosen = None if only is None else only[0]
    policies = settings.get(connection, POLICIES_NAME, Policies, Policies())
    booked = tuple(settlements.booked(connection))
    accepted = true_up_history.accepted(connection)
    all_stores = tuple(stores.all_stores(connection))
    kept = kept_calendars(connection, booked)
    zones = store_days(booked, time_zones(connection), kept)
    starts = {name: one.books_start for name, one in kept.items()}
    stored = settlement_lines.transactions(connection, chosen)
    today = with_choices(connection, stored, booked, all_stores)
    at_lock = with_choices(connection, stored, booked, all_stores, as_of=AsOf.AT_LOCK)
    now = transactions_now(connection, stored, today, booked, all_stores)
    locked = locks.lines(connection, chosen)
    known = CostingInput(
        transactions=today,
        observations=observations.latest(connection) if only is None else frame(OBSERVATION_COLUMNS),
        mappings=sku_mapping.latest(connection) if only is None else frame(MAPPING_COLUMNS),
        overrides=as_asked(overrides.in_force(connection), today, set(locked["key"])),
        locked_lines=locked,
        trued_up=conform(TRUED_UP_COLUMNS, accepted),
        opening=conform(OPENING_COLUMNS, opening_costs.latest(connection)),
        settlements=history_flags(booked, policies, zones, starts),
        zones=zones,
    )
    posted = true_up_history.posted(connection)

    def events_at(batch: int) -> dict[str, str]:
        questions = stored[are_asked(stored) & stored["key"].isin(list(posted["key"]))]
        then = with_choices(connection, questions, booked, all_stores, as_of=AsOf.TODAY, until=batch)
        return _events_of(then, then["key"])

    order_units, returned, reimbursed = _documents(connection, only)
    if only is None:
        order_units = with_stated_units(order_units, today, booked)
    told = Documents(order_units, returned, reimbursed, booked, policies, company, all_stores, today, now)
    known, tied, as_read = documents.with_documents_as_read(known, told)
    if only is not None:
        known = replace(known, transactions=only[1][list(TRANSACTION_COLUMNS)].assign(sku=only[1][STATED_SKU]))
    last_sync, tax = syncing.last(connection, finished=True), posted_tax(connection, booked)
    costing = costing_policies(policies, company)
    return Books(
        company=company,
        policies=policies,
        settlements=booked,
        lines=_costed(connection, known, costing, tax, anew=anew) if only is None else only[1],
        costing_input=known,
        accepted_true_ups=accepted,
        last_sync=last_sync.finished_at if last_sync else None,
        dismissed_true_ups=true_up_history.dismissed(connection),
        posted_true_ups=posted,
        posted_as=_posted_as(posted, known, now, events_at),
        accounts=accounts.in_force(connection, policies),
        stores=all_stores,
        type_choices=in_force(connection),
        database_state=state(connection),
        last_batch=batches.last(connection),
        zones=zones,
        starts=starts,
        rates=ExchangeRates.of(rates.latest(connection)),
        counted_together=tied,
        as_read=as_read,
        documents=told,
        left_stock=observations.left_stock(connection) if only is None else frame(LEFT_STOCK_COLUMNS),
        reclassifications=entries.reclassified(connection),
        skus_posted=_skus_posted(connection, stored, booked),
        postings=postings(connection),
        posted_tax=tax,
        said_after_lock=_differing_rows(at_lock, today, are_asked(stored)),
    )


def _documents(connection: Connection, only: _Part | None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what documents tell of orders, returned goods and reimbursements; of a part it is in its lines already."""
    if only is not None:
        return (
            frame(ORDER_UNITS.stored_columns),
            frame(RETURNED_GOODS.stored_columns),
            frame(REIMBURSEMENTS.stored_columns),
        )
    load = partial(file_rows.load, connection)
    return load(ORDER_UNITS), load(RETURNED_GOODS), load(REIMBURSEMENTS)


def _skus_posted(
    connection: Connection, stored: pd.DataFrame, booked: Iterable[BookedSettlement]
) -> dict[str, str | None]:
    """Return the SKU that was typed, or none, when a line's settlement entry went out, where it is another today."""
    typed = overrides.typed_skus(connection)
    if not typed:
        return {}
    batches_out = entries.settlement_batches(connection)
    out = {
        (one.store, one.settlement_id): batches_out[one.id]
        for one in booked
        if one.settlement_entry is EntryStatus.EXPORTED and one.id in batches_out
    }
    silent = records(
        stored.loc[stored["key"].isin(list(typed)) & stored["sku"].isna(), ["key", "store", "settlement_id"]]
    )
    skus = {}
    for row in silent:
        batch = out.get((row["store"], row["settlement_id"]))
        versions = typed[row["key"]]
        then = [sku for number, sku in versions if batch is not None and number <= batch]
        before = then[-1] if then else None
        if batch is not None and before != versions[-1][1]:
            skus[row["key"]] = before
    return skus
