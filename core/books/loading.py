"""Load the books of a company: everything that is stored, read once and costed once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core.books import batches
from core.books.books import Books
from core.books.costed_lines.late_questions import any_late_question, late_questions
from core.books.costed_lines.line_costs import STATED_SKU, costed_lines, costing_policies, history_flags
from core.books.costed_lines.stored_lines import every_kept_line
from core.books.database.state import state
from core.books.documents import documents, file_rows
from core.books.documents.documents import Documents
from core.books.documents.order_units import ORDER_UNITS, with_stated_units
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries import locks, stored_entries
from core.books.entries.booking_months import posted_tax, postings
from core.books.importing import current_transactions
from core.books.importing.current_transactions import transactions_now
from core.books.importing.readings import own_reports
from core.books.overrides import stored_overrides
from core.books.overrides.questions import overrides_for_questions
from core.books.settings import account_choices, opening_costs, rates, sku_mapping, stored_settings, stores
from core.books.settings.calendars import kept_calendars, store_days, time_zones
from core.books.settings.type_choices import AsOf, are_asked, in_force, with_choices
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.syncing import stored_observations, syncing
from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import amount_or_zero
from core.costing import CostingInput, CostingPolicies
from core.costing.inputs import OPENING_COLUMNS, TRUED_UP_COLUMNS
from core.exchange_rates import ExchangeRates
from core.facilitator_tax import with_tax_kinds
from core.frame_columns import (
    LEFT_STOCK_COLUMNS,
    TRANSACTION_COLUMNS,
    conform,
    frame,
    records,
)
from core.progress import silent
from core.settings import POLICIES_NAME, Policies

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from core.books.costed_lines.line_ties import DocumentRows
    from core.books.database import Company, Connection, Database
    from core.books.settings.stores import Store
    from core.books.settlements.status import SettlementNotes, Totals
    from core.facilitator_tax import PostedTax
    from core.progress import Progress
    from core.time import SettlementName, StoreDays


def _differing_rows(rows: pd.DataFrame, others: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Return those of the rows whose words are asked that stand otherwise in the same place of another table."""
    if rows is others:
        return rows.iloc[:0]
    asked = are_asked(stored)
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
        elif not amount_or_zero(locked_cogs.get(key)):
            events[key] = at(row["decided_in"]).get(key) or today.get(key) or events.get(key, "")
        by_line[row["id"]], locked_cogs[key] = events.get(key, ""), row["cogs"]
    return by_line


def _events_of(lines: pd.DataFrame, keys: pd.Series) -> dict[str, str]:
    some = lines[lines["key"].isin(list(keys))]
    return dict(zip(some["key"], some["event"], strict=True))


def _and_those_beyond(lines: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    if others.empty:
        return lines
    beyond = others[~others["key"].isin(list(lines["key"]))]
    return pd.concat([lines, beyond], ignore_index=True) if len(beyond) else lines


class PartOfBooks(NamedTuple):
    """Some lines of the books, as they are kept, and what is known of these alone."""

    lines: pd.DataFrame
    """As `Books.lines` has them."""
    stored: pd.DataFrame
    """TRANSACTION_COLUMNS as they are stored."""
    locked: pd.DataFrame
    """Those of them that are locked, as they were (COSTED_COLUMNS)."""
    observations: pd.DataFrame
    """OBSERVATION_COLUMNS."""
    mappings: pd.DataFrame
    """MAPPING_COLUMNS."""
    document_rows: DocumentRows
    """What documents tell of them."""
    totals: Mapping[int, Totals]
    """`Books.kept_totals`."""
    settlement_notes: Mapping[int, SettlementNotes]
    """`Books.settlement_notes`."""
    costs_beyond: Mapping[str, Collection[Decimal]]
    """See `Books`."""


def _known_of(part: PartOfBooks, known: CostingInput) -> CostingInput:
    """Return what the lines of a part are costed of: what documents tell of them is kept, and counted in them."""
    transactions = part.lines[list(TRANSACTION_COLUMNS)].assign(sku=part.lines[STATED_SKU])
    return replace(
        known,
        transactions=transactions,
        returned=part.document_rows.returned,
        reimbursed=part.document_rows.reimbursed,
        asked_units=part.document_rows.asked_units,
    )


def load_books(database: Database, *, anew: bool = False, progress: Progress = silent) -> Books:
    """Load and cost the books.

    Args:
        database: Whose.
        anew: Whether every line is costed from nothing, also where it is kept what that came to.
        progress: Who is told that lines are costed, and how many: in large books it takes minutes.
    """
    with database.reading() as connection:
        return _read(connection, database.company, anew=anew, progress=progress)


def read_part(connection: Connection, company: Company, part: PartOfBooks) -> Books | None:
    """Return the books with some lines alone; all settlements, entries and true-ups are in them.

    Returns:
        Nothing where an exported settlement is read, classified or reported of otherwise today: what that asks or
        proposes follows from all lines.
    """
    if current_transactions.are_otherwise(connection) or any_late_question(connection):
        return None
    found = _read(connection, company, part=part)
    return None if found.may_ask_after_export else found


def _costed(
    connection: Connection,
    books: CostingInput,
    policies: CostingPolicies,
    tax: PostedTax,
    *,
    anew: bool,
    progress: Progress,
) -> pd.DataFrame:
    kept = None if anew else every_kept_line(connection, books)
    if kept is not None:
        return kept
    count = len(books.transactions)
    progress("Costing lines", 0, count)
    lines = with_tax_kinds(costed_lines(books, policies), tax)
    progress("Costing lines", count, count)
    return lines


class BooksSettings(NamedTuple):
    """What settlements are read by: policies, stores and their calendars."""

    policies: Policies
    settlements: tuple[BookedSettlement, ...]
    stores: tuple[Store, ...]
    zones: StoreDays
    starts: Mapping[SettlementName, date | None]


class _Lines(NamedTuple):
    """TRANSACTION_COLUMNS of the lines, by the words that hold for them."""

    stored: pd.DataFrame
    """As they are stored, before any answer about their words."""
    today: pd.DataFrame
    """As they are answered today; those of exported settlements as they went out."""
    at_lock: pd.DataFrame
    """As they were answered when they were locked."""
    now: pd.DataFrame
    """As files are read and words are answered today, those of exported settlements too."""
    trued_up: pd.DataFrame
    """`Books.trued_up_lines`, as they are answered today."""


def _read(
    connection: Connection,
    company: Company,
    *,
    anew: bool = False,
    part: PartOfBooks | None = None,
    progress: Progress = silent,
) -> Books:
    given = read_settings(connection)
    accepted = true_up_history.accepted_true_ups(connection)
    lines = _read_lines(connection, given, accepted, part)
    stored_input = _costing_input(connection, given, lines.today, accepted, part)
    told = _documents(connection, company, given, lines, part)
    costing_input, tied, as_read = documents.with_documents_as_read(stored_input, told)
    if part is not None:
        costing_input, tied = _known_of(part, costing_input), part.document_rows.together
    last_sync, tax = syncing.last(connection, finished=True), posted_tax(connection, given.settlements)
    policies = costing_policies(given.policies, company)
    cost_every_line = partial(_costed, connection, costing_input, policies, tax, anew=anew, progress=progress)
    books = Books(
        company=company,
        policies=given.policies,
        settlements=given.settlements,
        lines=cost_every_line() if part is None else part.lines,
        costing_input=costing_input,
        accepted_true_ups=accepted,
        trued_up_lines=lines.trued_up,
        last_sync=last_sync.finished_at if last_sync else None,
        stores=given.stores,
        zones=given.zones,
        starts=given.starts,
        counted_together=tied,
        as_read=as_read,
        documents=told,
        stored=lines.stored if part is None else None,
        left_stock=stored_observations.left_stock(connection) if part is None else frame(LEFT_STOCK_COLUMNS),
        posted_tax=tax,
        kept_totals={} if part is None else part.totals,
        settlement_notes={} if part is None else part.settlement_notes,
        costs_beyond={} if part is None else part.costs_beyond,
    )
    if part is None:
        late, came = (
            late_questions(books.known_now, books.settlements, lines.trued_up),
            own_reports(connection, books.settlements),
        )
        books = replace(books, late_questions=late, own_reports=came)
    books = _with_true_ups(connection, books, lines)
    return _with_state(connection, _with_entries(connection, books, lines, of_all=part is None))


def read_settings(connection: Connection) -> BooksSettings:
    """Return what settlements are read by, as it is now."""
    policies = stored_settings.get(connection, POLICIES_NAME, Policies, Policies())
    booked = tuple(stored_settlements.booked_settlements(connection))
    kept = kept_calendars(connection, booked)
    zones = store_days(booked, time_zones(connection), kept)
    starts = {name: one.books_start for name, one in kept.items()}
    return BooksSettings(policies, booked, tuple(stores.all_stores(connection)), zones, starts)


def _read_lines(
    connection: Connection, given: BooksSettings, accepted: pd.DataFrame, part: PartOfBooks | None
) -> _Lines:
    """Return the lines of all settlements, or of a part, by each way to read their words."""
    stored = settlement_lines.stored_transactions(connection) if part is None else part.stored
    today = with_choices(connection, stored, given.settlements, given.stores)
    at_lock = with_choices(connection, stored, given.settlements, given.stores, as_of=AsOf.AT_LOCK)
    now = transactions_now(connection, stored, today, given.settlements, given.stores)
    trued_up = current_transactions.as_trued_up(connection, accepted)
    said = with_choices(connection, trued_up, given.settlements, given.stores, as_of=AsOf.TODAY)
    return _Lines(stored, today, at_lock, now, said)


def _costing_input(
    connection: Connection, given: BooksSettings, today: pd.DataFrame, accepted: pd.DataFrame, part: PartOfBooks | None
) -> CostingInput:
    """Return what costs are made of, before any document counts units; of a part what is known of it."""
    locked, only = (locks.lines(connection), None) if part is None else (part.locked, list(part.lines["key"]))
    return CostingInput(
        transactions=today,
        observations=stored_observations.latest(connection) if part is None else part.observations,
        mappings=sku_mapping.latest(connection) if part is None else part.mappings,
        overrides=overrides_for_questions(stored_overrides.in_force(connection, only), today, set(locked["key"])),
        locked_lines=locked,
        trued_up=conform(TRUED_UP_COLUMNS, accepted),
        opening=conform(OPENING_COLUMNS, opening_costs.latest(connection)),
        settlements=history_flags(given.settlements, given.policies, given.zones, given.starts),
        zones=given.zones,
    )


def _documents(
    connection: Connection, company: Company, given: BooksSettings, lines: _Lines, part: PartOfBooks | None
) -> Documents:
    """Return what documents tell of orders, returned goods and reimbursements; of a part it is in its lines already."""
    if part is not None:
        subjects = (ORDER_UNITS, RETURNED_GOODS, REIMBURSEMENTS)
        order_units, returned, reimbursed = (frame(one.stored_columns) for one in subjects)
    else:
        load = partial(file_rows.load, connection)
        order_units = with_stated_units(load(ORDER_UNITS), lines.today, given.settlements)
        returned, reimbursed = load(RETURNED_GOODS), load(REIMBURSEMENTS)
    rows = (order_units, returned, reimbursed)
    return Documents(*rows, given.settlements, given.policies, company, given.stores, lines.today, lines.now)


def _with_true_ups(connection: Connection, books: Books, lines: _Lines) -> Books:
    posted = true_up_history.posted_true_ups(connection)
    now = _and_those_beyond(lines.now, lines.trued_up)

    def events_at(batch: int) -> dict[str, str]:
        questions = lines.stored[are_asked(lines.stored) & lines.stored["key"].isin(list(posted["key"]))]
        then = with_choices(connection, questions, books.settlements, books.stores, as_of=AsOf.TODAY, until=batch)
        return _events_of(then, then["key"])

    return replace(
        books,
        dismissed_true_ups=true_up_history.dismissed_true_ups(connection),
        posted_true_ups=posted,
        posted_as=_posted_as(posted, books.costing_input, now, events_at),
    )


def _with_entries(connection: Connection, books: Books, lines: _Lines, *, of_all: bool) -> Books:
    return replace(
        books,
        accounts=account_choices.in_force(connection, books.policies),
        reclassifications=stored_entries.reclassified(connection),
        skus_posted=_skus_posted(connection, lines.stored, books.settlements, of_all=of_all),
        postings=postings(connection),
        words_after_lock=_differing_rows(lines.at_lock, lines.today, lines.stored),
    )


def _with_state(connection: Connection, books: Books) -> Books:
    """Return the books with what they were loaded from, and what was typed beside them."""
    return replace(
        books,
        type_choices=in_force(connection),
        database_state=state(connection),
        last_batch=batches.last(connection),
        rates=ExchangeRates.of(rates.latest(connection)),
    )


def _skus_posted(
    connection: Connection, stored: pd.DataFrame, booked: Iterable[BookedSettlement], *, of_all: bool
) -> dict[str, str | None]:
    """Return the SKU that was typed, or none, when a line's settlement entry went out, where it is another today."""
    is_silent = stored["sku"].isna()
    typed = stored_overrides.typed_sku_versions(connection, None if of_all else stored.loc[is_silent, "key"])
    if not typed:
        return {}
    batches_out = stored_entries.settlement_batches(connection)
    out = {
        (one.store, one.settlement_id): batches_out[one.id]
        for one in booked
        if one.settlement_entry is EntryStatus.EXPORTED and one.id in batches_out
    }
    silent = records(stored.loc[stored["key"].isin(list(typed)) & is_silent, ["key", "store", "settlement_id"]])
    skus = {}
    for row in silent:
        batch = out.get((row["store"], row["settlement_id"]))
        versions = typed[row["key"]]
        then = [sku for number, sku in versions if batch is not None and number <= batch]
        before = then[-1] if then else None
        if batch is not None and before != versions[-1][1]:
            skus[row["key"]] = before
    return skus
