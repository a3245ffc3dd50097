"""The books of a company as they are now: everything loaded once, costed once, and asked by every sheet and report."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from core.books.costed_lines.line_costs import (
    books_start_of,
    costed_lines,
    costing_policies,
    counted_lines,
    history_flags,
)
from core.books.documents import documents
from core.books.entries.booking_months import Postings, booked_days
from core.books.overrides.questions import overrides_for_questions
from core.books.settings.calendars import ended_before
from core.books.settings.type_choices import TypeChoices
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus, named_settlements
from core.books.settlements.status import SettlementNotes, SettlementState, Totals, settlement_totals, state_of
from core.books.true_ups.true_up_history import POSTED_COLUMNS, TRUE_UP_COLUMNS
from core.costing import CostingInput, sold_in_shipments, with_typed_skus
from core.exchange_rates import ExchangeRates
from core.facilitator_tax import TAX_KIND, has_tax, with_tax_kinds
from core.frame_columns import LEFT_STOCK_COLUMNS, OVERRIDE_COLUMNS, TEXT, TRANSACTION_COLUMNS, frame, records
from core.journal.accounts import Accounts
from core.model import Cause, ObservationKind
from core.money import total
from core.reports.left_stock import LeftStock, left_without_line
from core.reports.rest_of_orders import rest_of_orders
from core.time import SettlementName, StoreDays, local_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from core.books.database import Company
    from core.books.documents.documents import Documents
    from core.books.entries.stored_entries import AcceptedReclassification
    from core.books.settings.stores import Store
    from core.facilitator_tax import PostedTax
    from core.model import SoldInShipments
    from core.settings import Policies


@dataclass(frozen=True)
class Books:
    """One state of a company's books."""

    company: Company
    policies: Policies
    settlements: tuple[BookedSettlement, ...]
    lines: pd.DataFrame
    """Every transaction with its cost: TRANSACTION_COLUMNS and COSTED_COLUMNS."""
    costing_input: CostingInput
    """Everything that the costs were made of."""
    accepted_true_ups: pd.DataFrame
    """TRUE_UP_COLUMNS: per locked line the newest one that was accepted."""
    last_sync: datetime | None
    trued_up_lines: pd.DataFrame = field(default_factory=lambda: frame(TRANSACTION_COLUMNS))
    """TRANSACTION_COLUMNS of lines as a later document had them when what is held of them was proposed."""
    dismissed_true_ups: pd.DataFrame = field(default_factory=lambda: frame(TRUE_UP_COLUMNS))
    """TRUE_UP_COLUMNS: per locked line the last decided one, where that was dismissed."""
    posted_true_ups: pd.DataFrame = field(default_factory=lambda: frame(POSTED_COLUMNS))
    """POSTED_COLUMNS: every true-up that was accepted for the locks that hold."""
    posted_as: Mapping[int, str] = field(default_factory=dict)
    """As which event each of them was posted, by its number."""
    accounts: Accounts = field(default_factory=Accounts)
    """Where every line of an entry posts."""
    stores: tuple[Store, ...] = ()
    type_choices: TypeChoices = field(default_factory=TypeChoices)
    """What unknown types are, as it holds for open settlements."""
    database_state: str = ""
    """The state of the database that they were loaded from (`core.books.database.state`)."""
    last_batch: int = 0
    """The newest batch that is in them."""
    zones: StoreDays = field(default_factory=StoreDays)
    """The calendar of each store, which cuts its days and months."""
    rates: ExchangeRates = field(default_factory=ExchangeRates)
    counted_together: frozenset[str] = frozenset()
    """Keys of lines of pulled orders whose saved answers may move the units of other lines."""
    starts: Mapping[SettlementName, date | None] = field(default_factory=dict)
    """The books start that exported settlements went out with, where it was changed since."""
    as_read: CostingInput | None = None
    """What costs would be made of if exported settlements had the lines that their files and the answers of today give
    them; `None` where that is what they have."""
    left_stock: pd.DataFrame = field(default_factory=lambda: frame(LEFT_STOCK_COLUMNS))
    """LEFT_STOCK_COLUMNS: what left stock on orders that no sync asked for."""
    stored: pd.DataFrame | None = None
    """TRANSACTION_COLUMNS of every line as it is stored, before any answer about its words; nothing of a part."""
    documents: Documents | None = None
    """What documents say of orders and of goods that came back, to count by them again."""
    reclassifications: Mapping[str, AcceptedReclassification] = field(default_factory=dict)
    """What was decided of reclassifications that stand, by the key of their entry."""
    skus_posted: Mapping[str, str | None] = field(default_factory=dict)
    """The SKU, or none, with which lines went into a settlement entry that is out, where another was typed since."""
    postings: Postings = field(default_factory=Postings)
    """On which days the entries stand that are out."""
    posted_tax: PostedTax = field(default_factory=dict)
    """As whose tax lines of exported settlements went out."""
    words_after_lock: pd.DataFrame = field(default_factory=lambda: frame(TRANSACTION_COLUMNS))
    """TRANSACTION_COLUMNS of lines as they were locked, whose words were said only after the COGS entry went out."""
    late_questions: frozenset[str] = frozenset()
    """Keys of exported lines that may ask today for another reason (`core.books.costed_lines.late_questions`)."""
    own_reports: frozenset[int] = frozenset()
    """Numbers of the settlements that went out from a view and whose own report came after that."""
    kept_totals: Mapping[int, Totals] = field(default_factory=dict)
    """Where only some lines are loaded: what all lines of each settlement come to, by its number."""
    settlement_notes: Mapping[int, SettlementNotes] = field(default_factory=dict)
    """Where only some lines are loaded: what is noted of all lines of each settlement, by its number."""
    costs_beyond: Mapping[str, Collection[Decimal]] = field(default_factory=dict)
    """Where only some lines are loaded: unit costs that other lines of a SKU have, home currency, as far as asked."""

    @cached_property
    def _lines_by_settlement(self) -> dict[tuple[str, str], pd.DataFrame]:
        groups = self.lines.groupby(["store", "settlement_id"], sort=False)
        return {(str(store), str(settlement_id)): lines for (store, settlement_id), lines in groups}

    @property
    def may_ask_after_export(self) -> bool:
        """Whether exported lines may ask today: they are read, classified or reported of otherwise than they went out.

        What they ask, and what is proposed of them, follows from all lines of the books.
        """
        return self.as_read is not None or not self.words_after_lock.empty or bool(self.late_questions)

    @property
    def known_now(self) -> CostingInput:
        """Everything that the costs would be made of, as files are read and words are answered today."""
        if self.as_read is None:
            return replace(self.costing_input, overrides=self.overrides_now)
        now = self.as_read
        frames_now = {name: getattr(now, name) for name in ("transactions", "asked_units", "returned", "reimbursed")}
        return replace(self.costing_input, overrides=self.overrides_now, **frames_now)

    @cached_property
    def read_otherwise(self) -> frozenset[SettlementName]:
        """The exported settlements that have other lines today than they went out with."""
        return self._differing(tuple(TRANSACTION_COLUMNS))

    @cached_property
    def goods_read_otherwise(self) -> frozenset[SettlementName]:
        """Those of them of which other goods moved."""
        return self._differing(("key", "event", "sku", "quantity", "stock_effect"))

    def _differing(self, names: Sequence[str]) -> frozenset[SettlementName]:
        if self.as_read is None:
            return frozenset()
        was, now = (
            {row["key"]: (row["store"], row["settlement_id"], *(row[name] for name in names)) for row in rows}
            for rows in (records(one.transactions) for one in (self.costing_input, self.as_read))
        )
        return frozenset(row[:2] for key, row in (was | now).items() if was.get(key) != now.get(key))

    @cached_property
    def transactions_as_read(self) -> pd.DataFrame:
        """Every transaction, without costs, as files are read and words are answered today, with `tax_kind`."""
        return with_tax_kinds(with_typed_skus(self.known_now.transactions, self.overrides_now))

    @cached_property
    def taxed_otherwise(self) -> frozenset[SettlementName]:
        """The exported settlements of which other ones say today that the tax is somebody else's than it went out as.

        Only orders that stand, or stood when one went out, in several settlements can be among them.
        """
        rows = self.lines[has_tax(self.lines) & self.lines["order_id"].notna()]
        places = rows[["store", "order_id", "settlement_id"]].drop_duplicates()
        if not any(self.posted_tax.values()) and not places.duplicated(["store", "order_id"]).any():
            return frozenset()
        now = dict(zip(self.transactions_as_read["key"], self.transactions_as_read[TAX_KIND], strict=True))
        differs = rows[(rows["key"].map(now).astype(TEXT) != rows[TAX_KIND]).fillna(value=False).astype(bool)]
        return frozenset(zip(differs["store"], differs["settlement_id"], strict=True)) & self.posted_tax.keys()

    def lines_as_read(self, settlement: BookedSettlement) -> pd.DataFrame:
        """Return the transactions that a settlement's files give today, without costs."""
        rows = self.money_of(self.transactions_as_read)
        return rows[(rows["store"] == settlement.store) & (rows["settlement_id"] == settlement.settlement_id)]

    @property
    def locked_lines(self) -> pd.DataFrame | None:
        """The lines of the locks in force, as they were locked (COSTED_COLUMNS)."""
        return self.costing_input.locked_lines

    @property
    def observations(self) -> pd.DataFrame:
        """What the inventory system says (OBSERVATION_COLUMNS)."""
        return self.costing_input.observations

    @property
    def mappings(self) -> pd.DataFrame:
        """Which products the SKUs stand for (MAPPING_COLUMNS)."""
        return self.costing_input.mappings

    @property
    def overrides(self) -> pd.DataFrame:
        """The saved answers in force (OVERRIDE_COLUMNS)."""
        return frame(OVERRIDE_COLUMNS) if self.costing_input.overrides is None else self.costing_input.overrides

    @cached_property
    def overrides_now(self) -> pd.DataFrame:
        """The saved answers (OVERRIDE_COLUMNS) as they hold for the lines that are read and classified today.

        An answer of an exported line stands as it was exported; where its word was declared since, it answers another
        question than the line asks today.
        """
        return self.overrides if self.documents is None else overrides_for_questions(self.overrides, self.documents.now)

    @cached_property
    def left_without_line(self) -> tuple[LeftStock, ...]:
        """Goods that left stock on orders of which no settlement in the books has a line for goods, or has fewer."""
        starts = (self.policies.books_start, self.policies.finale_start)
        open_ones = (one for one in self.settlements if one.is_open and (one.is_provisional or one.incomplete))
        still_open = {(one.store, one.settlement_id) for one in open_ones}
        rest = rest_of_orders(self.observations, self.mappings, self.lines, still_open, self._shipments_of)
        return left_without_line(self.left_stock, self.lines, local_days(self.lines, self.zones), starts, rest)

    def _shipments_of(self, orders: Collection[str]) -> dict[str, SoldInShipments]:
        """Return in which shipments the units of sales of some orders left, by line key, where that can be told."""
        known = self.costing_input
        own = known.transactions[known.transactions["order_id"].isin(list(orders))].reset_index(drop=True)
        return sold_in_shipments(replace(known, transactions=own), costing_policies(self.policies, self.company))

    @cached_property
    def _overrides_by_key(self) -> dict[str, dict[str, object]]:
        return {row["key"]: row for row in records(self.overrides)}

    @property
    def vanished_orders(self) -> set[str]:
        """The orders that had costs and are no longer in the inventory system."""
        order_rows = self.observations[self.observations["kind"] == ObservationKind.ORDER]
        gone = order_rows["product_id"].isna() & (order_rows["cause"] == Cause.ORDER_NOT_FOUND).fillna(value=False)
        return set(order_rows.loc[gone, "order_id"]) & set(order_rows.loc[~order_rows["product_id"].isna(), "order_id"])

    def lines_of(self, settlement: BookedSettlement) -> pd.DataFrame:
        """Return the costed lines of one settlement."""
        lines = self._lines_by_settlement.get((settlement.store, settlement.settlement_id))
        return self.lines.iloc[:0] if lines is None else lines

    def money_of(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return lines as their settlement entry takes them: one that is out keeps the item groups it went out with.

        A SKU that is typed later says which goods moved, for the COGS entry; the money that was posted stays.
        """
        late = lines["key"].isin(list(self.skus_posted))
        if not late.any():
            return lines
        then = lines["key"].map(dict(self.skus_posted)).astype(TEXT)
        return lines.assign(sku=lines["sku"].where(~late, then))

    def as_locked(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return locked lines with the words that they were locked with."""
        then = self.words_after_lock.set_index("key")
        late = lines["key"].isin(list(then.index))
        if not late.any():
            return lines
        names = [name for name in TRANSACTION_COLUMNS if name not in ("key", "sku")]
        was = then.loc[lines.loc[late, "key"], names].set_axis(lines.index[late])
        return lines.assign(**{name: lines[name].mask(late, was[name].reindex(lines.index)) for name in names})

    def lines_of_all(self, selection: Iterable[BookedSettlement]) -> pd.DataFrame:
        """Return the costed lines of several settlements, one after the other."""
        return pd.concat([self.lines.iloc[:0], *(self.lines_of(settlement) for settlement in selection)])

    def state(self, settlement: BookedSettlement) -> SettlementState:
        """Return where a settlement stands."""
        return state_of(
            self.totals(settlement),
            ties_out=settlement.ties_out,
            settlement_entry=settlement.settlement_entry,
            cogs_entry=settlement.cogs_entry,
            read_otherwise=self.waits_for_reopening(settlement),
        )

    def waits_for_reopening(self, settlement: BookedSettlement) -> bool:
        """Tell whether a settlement's COGS entry can go out only anew with its settlement entry, which is out."""
        stands = settlement.settlement_entry is EntryStatus.EXPORTED and settlement.cogs_entry is EntryStatus.OPEN
        return stands and (settlement.store, settlement.settlement_id) in self.goods_read_otherwise

    def totals(self, settlement: BookedSettlement) -> Totals:
        """Return what the lines of a settlement come to, all of them, also where only some are loaded."""
        if settlement.id not in self._totals:
            lines = self.lines_of(settlement)
            is_history = self.is_history(settlement)
            self._totals[settlement.id] = settlement_totals(lines, self.counted(lines), is_history=is_history)
        return self._totals[settlement.id]

    def cogs_of(self, settlement: BookedSettlement) -> Decimal:
        """Return the exact COGS of all lines of a settlement, home currency, also where only some are loaded."""
        kept = self.kept_totals.get(settlement.id)
        return total(self.lines_of(settlement)["cogs"]) if kept is None else kept.cogs

    @cached_property
    def _totals(self) -> dict[int, Totals]:
        return dict(self.kept_totals)

    def is_history(self, settlement: BookedSettlement) -> bool:
        """Tell whether a settlement lies before books start with all its lines: neither counted nor posted."""
        if settlement.id in self._totals:
            return self._totals[settlement.id].is_history
        lines = self.lines_of(settlement)
        return self._ended(settlement) or (not lines.empty and self.counted(lines).empty)

    def counted(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return the lines that these books count and post (`counted_lines`)."""
        return counted_lines(lines, self.policies, self.starts, self.zones, self._ended_names)

    @cached_property
    def _ended_names(self) -> frozenset[SettlementName]:
        return frozenset((one.store, one.settlement_id) for one in self.settlements if self._ended(one))

    def start_of(self, settlement: BookedSettlement) -> date | None:
        """Return the books start that a settlement is counted by: an exported one's is that of its export."""
        return self._start((settlement.store, settlement.settlement_id))

    def _start(self, name: SettlementName) -> date | None:
        return books_start_of(name, self.policies, self.starts)

    def _ended(self, settlement: BookedSettlement) -> bool:
        """Tell whether a settlement ended before its books start."""
        return ended_before(settlement, self.start_of(settlement), self.zones)

    @cached_property
    def booked_days(self) -> pd.DataFrame:
        """The counted lines that are booked in another month than their own (BOOKED_COLUMNS)."""
        lines, lock_date = self.counted(self.lines), self.policies.lock_date
        return booked_days(lines, self.settlements, self.postings, zones=self.zones, lock_date=lock_date)

    def posted_part(self, settlement: BookedSettlement) -> pd.DataFrame:
        """Return the lines whose COGS is shown as the settlement's: those that these books post, all of a History one.

        A settlement across books start is split: what was posted before that day is in no entry of these books.
        """
        lines = self.lines_of(settlement)
        return lines if self.is_history(settlement) else self.counted(lines)

    def before_start(self, settlement: BookedSettlement) -> pd.DataFrame:
        """Return the lines of a split settlement that were posted before books start; none where it is not split."""
        lines = self.lines_of(settlement)
        return lines.iloc[:0] if self.is_history(settlement) else lines[~lines["key"].isin(self.counted(lines)["key"])]

    @cached_property
    def never_posted(self) -> frozenset[str]:
        """Keys of the lines that no entry of these books holds: before books start, or posted elsewhere."""
        elsewhere = [one for one in self.settlements if one.cogs_entry is EntryStatus.POSTED_ELSEWHERE]
        left_out = set(self.lines["key"]) - set(self.counted(self.lines)["key"])
        return frozenset(left_out | set(self.lines_of_all(elsewhere)["key"]))

    @property
    def has_several_stores(self) -> bool:
        """Whether lines are named with their store: two stores may have one order id."""
        return len(self.stores) > 1

    def saved(self, key: object) -> Mapping[str, object]:
        """Return who saved a line's override, when and why; empty where there is none."""
        override = self._overrides_by_key.get(str(key), {})
        return {name: override.get(name) for name in ("saved_by", "saved_at", "note")}

    def named(self, ids: Iterable[str]) -> list[BookedSettlement]:
        """Find settlements by id, or by `store/id` where two stores share an id.

        Raises:
            SettlementUnknownError: If one is not in the books.
            SettlementAmbiguousError: If an id alone does not say which.
        """
        return named_settlements(self.settlements, ids)


def counted_anew(books: Books, known: CostingInput, policies: Policies) -> Books:
    """Return the books with the units of pulled orders counted and everything costed anew, of other knowledge. Pure.

    Which line of an order carries its units follows from answers (a line confirmed as zero has none) and from books
    start, so that a preview must count as the books will.

    Args:
        books: The books.
        known: What costs are to be made of; the units of its transactions are counted again.
        policies: The company's.
    """
    as_read = books.as_read
    tied = books.counted_together
    if books.documents is not None and not books.documents.order_units.empty:
        told = replace(books.documents, policies=policies)
        bare = replace(known, transactions=told.transactions, asked_units=None, returned=None, reimbursed=None)
        known, tied, as_read = documents.with_documents_as_read(bare, told)
    lines = with_tax_kinds(costed_lines(known, costing_policies(policies, books.company)), books.posted_tax)
    books = replace(books, costing_input=known, lines=lines, as_read=as_read, kept_totals={})
    return replace(books, counted_together=tied, policies=policies)


def with_settings(books: Books, policies: Policies, zones: StoreDays) -> Books:
    """Return the books as they would be with other policies and another calendar. Pure."""
    flags = history_flags(books.settlements, policies, zones, books.starts)
    known = replace(books.costing_input, settlements=flags, zones=zones)
    return counted_anew(replace(books, zones=zones), known, policies)
