"""Random histories of a shop's payouts on Shopify and eBay: exports cut at any day, whole reports, pulled records.

However the documents come, a payout holds its record, or each row of its exports once; each unit is expensed once,
whatever route it came by and however often a payout was removed and came again.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from core.books.batches import BatchKind, new
from core.books.importing.importing import import_file
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import NothingToUndoError, undo_last
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import Import
from core.books.syncing import stored_observations
from core.books.true_ups import cost_comparison
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.model import CostStatus, Event
from tests.core.books.bookkeeper import NOW, WHO, Bookkeeper, so_many
from tests.core.books.payouts_by_routes import EBAY, ISSUED, SHOPIFY, Movement, Payouts
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement, OriginalFile


COSTS = st.decimals(min_value=Decimal("0.5"), max_value=Decimal(3), places=2)
SHIPPED = (("#1001", "A", 1), ("#1001", "B", 1), ("#1002", "A", 2), ("10-1", "A", 2), ("10-2", "B", 1))
SOLD_ON_EBAY = "10-1"


class Shop(Bookkeeper):
    """A bookkeeper who pulls some payouts, downloads others, and gets reports of the rest."""

    @initialize(
        returned=st.booleans(),
        restocked=st.booleans(),
        refunded=st.booleans(),
        pulled=st.sampled_from(["Shopify", "all", ""]),
    )
    def begin(self, returned: bool, restocked: bool, refunded: bool, pulled: str) -> None:  # noqa: FBT001 - drawn
        folder = self.open_folder()
        self.database = new_books(folder / "books.sqlite", "Acme", "USD", NOW)
        self.payouts = Payouts(returned, restocked, refunded)
        self.rows = self.payouts.rows
        self.is_record: set[str] = set()
        self.seen: dict[str, Counter[Movement]] = {number: Counter() for number in ISSUED}
        """The rows that exports have brought."""
        self.before_removal: dict[str, tuple[bool, Counter[Movement]]] = {}
        """Whether a payout that was removed was a record, and which rows it held."""
        self.costs: dict[str, Decimal] = {}
        self.typed: Decimal | None = None
        """What was typed as the cost of eBay's first order, if anything was, and still must hold."""
        self.is_known = True
        """Whether what was typed is known to be in force, or not to be."""
        if pulled:  # so that there is something to export from the first step on
            for number in ISSUED if pulled == "all" else SHOPIFY:
                self.pull(number)
            self.finale_says(Decimal("2.50"), Decimal("1.25"))

    @rule(number=st.sampled_from(sorted(ISSUED)))
    def pull(self, number: str) -> None:
        for result in self.bring_in(self.payouts.record(number)).values():
            if result is not Import.LOCKED:
                self.is_record.add(number)

    @rule(data=st.data(), chosen=st.sampled_from(["Shopify", "eBay"]))
    def download(self, data: st.DataObject, chosen: str) -> None:
        """Import an export of the days from one to another, of one payout or several."""
        numbers = SHOPIFY if chosen == "Shopify" else (EBAY,)
        days = sorted({row.day for number in numbers for row in self.rows[number]})
        first, last = sorted((data.draw(st.sampled_from(days)), data.draw(st.sampled_from(days))))
        self.read_export(first, last, chosen, whole=False)

    @rule(chosen=st.sampled_from(["Shopify", "eBay"]))
    def get_the_whole_report(self, chosen: str) -> None:
        """Import a report of all days; eBay's has the row of the payout itself."""
        self.read_export("2026-01-01", "2026-12-31", chosen, whole=True)

    def read_export(self, first: str, last: str, chosen: str, *, whole: bool) -> None:
        for number, result in self.bring_in(self.payouts.export(first, last, chosen, whole=whole)).items():
            if result is not Import.LOCKED and number not in self.is_record:
                self.seen[number] |= Counter(row for row in self.rows[number] if first <= row.day <= last)

    def bring_in(self, file: OriginalFile) -> dict[str, Import]:
        """Import a file, and return what became of each payout."""
        made = import_file(self.database, read_file(file.content, file.name), file, store=None, **WHO)
        return {one.settlement_id: one.result for one in made.settlements}

    @rule(cost=COSTS, other=COSTS)
    def finale_says(self, cost: Decimal, other: Decimal) -> None:
        self.costs = {"A": cost, "B": other}
        same = {"kind": "order", "currency": "USD", "fetched_at": NOW}
        rows = [
            {**same, "order_id": order, "product_id": sku, "unit_cost": self.costs[sku], "units": units}
            for order, sku, units in SHIPPED
        ]
        known = [{"sku": sku, "product_id": sku, "units": 1} for sku in self.costs]
        with self.database.writing() as connection:
            batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, known), batch, NOW)

    @rule(cost=COSTS)
    def type_a_cost(self, cost: Decimal) -> None:
        """Save what eBay's first order cost, by whatever document it is in the books."""
        row = self.sold_on_ebay()
        if row is None:
            return
        books = self.load()
        version = next((one["version"] for one in records(books.overrides) if one["key"] == row["key"]), 0)
        answer = Answer(row["key"], version, cost, None)
        saving = save_answers(
            self.database, books, [answer], settlement_ids=None, accept_proposals=False, accept_suspect=True, **WHO
        )
        (decision,) = saving.decisions
        assert (row["key"] in self.locked) == (decision.ruling is Ruling.REFUSED)
        if decision.ruling is Ruling.SAVE:
            self.typed, self.is_known = cost, True

    def sold_on_ebay(self) -> dict[str, Any] | None:
        """Return the line of eBay's first order, if it is in the books."""
        rows = records(self.load().lines)
        return next((row for row in rows if row["order_id"] == SOLD_ON_EBAY and row["event"] == Event.SALE), None)

    def is_removed(self, chosen: BookedSettlement) -> None:
        number = chosen.settlement_id
        self.before_removal[chosen.name] = (number in self.is_record, self.seen[number])
        self.is_record.discard(number)
        self.seen[number] = Counter()
        self.is_known = self.is_known and self.typed is None

    @rule()
    def undo(self) -> None:
        """Take the newest back: a removal, a typed cost, or that an answer moved to another document's line."""
        removals = self.removals_to_undo()
        try:
            undone = undo_last(self.database, **WHO)
        except NothingToUndoError:
            assert self.typed is None or not self.is_known  # what an undo took back is not there to be taken back again
            assert not removals
            return
        self.is_known = False
        if removals and removals[-1][0] == undone.undone:
            _, name = removals.pop()
            number = name.partition("/")[2]
            was_record, self.seen[number] = self.before_removal[name]
            self.is_record |= {number} if was_record else set()

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books = self.load()
        self.verify_names_nothing(books)
        self.what_went_out_stands(books)
        self.what_is_posted_is_what_is_held(books, self.journal())
        self.a_payout_holds_its_record_or_the_union_of_its_exports(books)
        self.an_answer_stays_with_its_question()
        if not self.ever_dismissed and cost_comparison.differences(books).empty and self.costs:
            self.each_unit_is_expensed_once(books)

    def a_payout_holds_its_record_or_the_union_of_its_exports(self, books: Books) -> None:
        """Row by row: equal rows of one export are several, a row of several exports is one."""
        for number, its in self.rows.items():
            lines = books.lines[(books.lines["settlement_id"] == number) & (books.lines["event"] != Event.PAYOUT)]
            brought = Counter(its) if number in self.is_record else self.seen[number]
            expected = Counter((row.order or None, row.net) for row in brought.elements())
            found: Counter[tuple[str | None, Decimal]] = Counter()
            for order, rows in lines.groupby("order_id", dropna=False):
                name = str(order) if isinstance(order, str) else None
                found.update(_by_event(records(rows), name))
            assert _merged(expected) == _merged(found), number

    def an_answer_stays_with_its_question(self) -> None:
        """The report's line and the record's ask the same, so what was typed for one holds for the other."""
        row = self.sold_on_ebay()
        if row is not None and self.is_known and row["key"] not in self.locked:
            assert self.typed is None or row["unit_cost"] == self.typed

    def each_unit_is_expensed_once(self, books: Books) -> None:
        held = {row["key"]: row for row in cost_comparison.held_lines(books)}
        rows = [{**row, **held.get(row["key"], {})} for row in records(books.lines)]
        if set(SHOPIFY) <= self.is_record:
            cogs = sum((row["cogs"] or 0 for row in rows if row["store"] == "Shopify"), Decimal(0))
            gone = self.payouts.gone["Shopify"]
            assert sum((units * self.costs[sku] for sku, units in gone.items()), Decimal(0)) == cogs
        is_whole = EBAY in self.is_record or self.seen[EBAY] == Counter(self.rows[EBAY])
        if is_whole and self.is_known:
            costs = {**self.costs, **({"A": self.typed} if self.typed is not None else {})}
            cogs = sum((row["cogs"] or 0 for row in rows if row["store"] == "eBay"), Decimal(0))
            gone = self.payouts.gone["eBay"]
            assert sum((units * costs[sku] for sku, units in gone.items()), Decimal(0)) == cogs
            assert not [row for row in rows if row["store"] == "eBay" and row["cost_status"] == CostStatus.MISSING]


def _by_event(rows: list[dict[str, Any]], order: str | None) -> Counter[tuple[str | None, Decimal]]:
    """Return what rows of an order come to: a record may split an order's sale into its items."""
    if order is None:
        return Counter((None, row["net"]) for row in rows)
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["event"]] = sums.get(row["event"], Decimal(0)) + row["net"]
    return Counter((order, amount) for amount in sums.values())


def _merged(rows: Counter[tuple[str | None, Decimal]]) -> dict[tuple[str | None, bool], Decimal | Counter[Decimal]]:
    """Return the sums in and out of each order; what belongs to none stays as many rows as it is."""
    found: dict[Any, Any] = {}
    for (order, amount), count in rows.items():
        if order is None:
            found.setdefault((None, True), Counter())[amount] += count
        else:
            found[order, amount < 0] = found.get((order, amount < 0), Decimal(0)) + amount * count
    return found


@pytest.mark.long
def test_many_shops() -> None:
    """Random histories of files by every route: the books hold what they promise after every step."""
    run_state_machine_as_test(Shop, settings=so_many(examples(10), 20))
