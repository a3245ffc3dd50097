"""Random histories of two stores east and west of UTC: equal settlement ids, two names of a product, new settings.

Returns reports, clawbacks, unknown words and policies come in whatever order; verify has nothing to name at any step.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from core.books.entries import stored_entries
from core.books.entries.entry_rows import standing_entries
from core.books.importing.importing import import_file
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.settings.policies import change_policies
from core.books.settings.time_zones import change_time_zones
from core.books.settings.type_choices import change_types
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups import cost_comparison
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import Disposition, Event
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from tests.core.books.bookkeeper import WHO, Bookkeeper, Row, so_many
from tests.core.books.twin_stores import (
    ENDS,
    LEVY,
    REFUND_DAY,
    STORES,
    Sold,
    files_of,
    let_finale_say,
    open_books,
    plans,
    returns_report,
)
from tests.examples import examples

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement


COSTS = st.decimals(min_value=Decimal("0.5"), max_value=Decimal(3), places=2)
ZONES = {
    "East": ["", "Australia/Sydney", "Pacific/Kiritimati"],
    "West": ["", "America/Los_Angeles", "Pacific/Honolulu"],
}
STARTS = [None, date(2026, 8, 20), date(2026, 9, 1)]
LOCKS = [None, date(2026, 8, 25), date(2026, 8, 31)]


class TwinStores(Bookkeeper):
    """A bookkeeper with two stores, whose Finale and Setup change under his hands."""

    @initialize(
        plan=plans,
        everything=st.sampled_from([True, True, False]),
        costs=st.tuples(COSTS, COSTS),
        zones=st.tuples(*(st.sampled_from(ZONES[store][::-1]) for store in STORES)),
    )
    def begin(
        self,
        plan: tuple[Sold, ...],
        everything: bool,  # noqa: FBT001 - drawn
        costs: tuple[Decimal, Decimal],
        zones: tuple[str, str],
    ) -> None:
        self.database = open_books(self.open_folder())
        self.plan, self.files = plan, files_of(plan)
        self.is_synced = self.reported = False
        self.average = Decimal(0)
        self.zones = dict.fromkeys(STORES, "")
        self.start: date | None = None
        self.lock_date = None
        self.policies: list[tuple[date, str]] = []
        self.went_out_in: dict[int, tuple[str, date | None]] = {}
        """The zone and the books start by which an entry of a settlement went out first."""
        for store, zone in zip(STORES, zones, strict=True):
            self.set_zone(store, zone)
        if everything:
            for place in self.files:
                self.import_one(place)
            self.finale_says(costs, costs[0])
            change_types(self.database, {("Amazon", f"{LEVY} / Base"): "Other fees"}, **WHO)

    def import_one(self, place: tuple[str, str]) -> None:
        file = self.files[place]
        import_file(self.database, read_file(file.content, file.name), file, store=place[0], **WHO)

    @rule(data=st.data())
    def import_settlement(self, data: st.DataObject) -> None:
        self.import_one(data.draw(st.sampled_from(sorted(self.files))))

    @rule()
    def import_returns(self) -> None:
        file = returns_report(self.plan)
        import_file(self.database, read_file(file.content, file.name), file, store="East", **WHO)
        self.reported = True

    @rule(costs=st.tuples(COSTS, COSTS), average=COSTS)
    def finale_says(self, costs: tuple[Decimal, Decimal], average: Decimal) -> None:
        """Each order left in two shipments, at a cost of its own each."""
        let_finale_say(self.database, self.plan, costs, average)
        self.is_synced, self.costs, self.average = True, costs, average

    @rule(choice=st.sampled_from(["Other fees", "Storage", "Advertising"]))
    def say_what_the_levy_is(self, choice: str) -> None:
        change_types(self.database, {("Amazon", f"{LEVY} / Base"): choice}, **WHO)

    @rule(
        data=st.data(),
        disposition=st.sampled_from([Disposition.RESTOCKED, Disposition.UNSELLABLE, Disposition.NOT_RETURNED]),
    )
    def save_what_became_of_a_refund(self, data: st.DataObject, disposition: Disposition) -> None:
        books = self.load()
        refunds = [row for row in records(books.lines) if row["event"] == Event.REFUND]
        if not refunds:
            return
        row = data.draw(st.sampled_from(sorted(refunds, key=lambda one: one["key"])))
        version = next((one["version"] for one in records(books.overrides) if one["key"] == row["key"]), 0)
        answer = Answer(row["key"], version, None, None, disposition=disposition, stock_edited=True)
        saving = save_answers(self.database, books, [answer], settlement_ids=None, accept_proposals=False, **WHO)
        (decision,) = saving.decisions
        assert (row["key"] in self.locked) == (decision.ruling is Ruling.REFUSED)
        if decision.ruling is Ruling.SAVE:
            self.note(row["order_id"], disposition)

    @rule()
    def undo(self) -> None:
        self.undo_as_expected()

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        self.restore_as_expected(data)

    def there(self, line: str) -> Row | None:
        """Return the refund of an order."""
        rows = records(self.load().lines)
        return next((row for row in rows if row["order_id"] == line and row["event"] == Event.REFUND), None)

    @rule(
        value=st.sampled_from(["Restocked", "Not returned", "Unsellable"]),
        day=st.sampled_from([date(2026, 8, 20), date(2026, 9, 5), date(2026, 9, 20)]),
    )
    def change_policy(self, value: str, day: date) -> None:
        before, was = records(cost_comparison.differences(self.load())), self.policy()
        change_policies(self.database, {"refunded_goods": f"{value} from {day}"}, agreed=True, **WHO)
        self.policies = [one for one in self.policies if one[0] < day] + [(day, value)]
        after = records(cost_comparison.differences(self.load()))
        if self.policy() == was:
            assert before == after, "what lies before its day is not decided anew"
        refunds = {row["key"] for row in records(self.load().lines) if row["event"] == Event.REFUND}
        assert {row["key"] for row in after if row not in before} <= refunds

    def policy(self) -> str:
        return next((value for day, value in reversed(self.policies) if day <= REFUND_DAY), "Restocked")

    @rule(data=st.data(), store=st.sampled_from(STORES))
    def move_a_store(self, data: st.DataObject, store: str) -> None:
        self.set_zone(store, data.draw(st.sampled_from(ZONES[store])))

    def set_zone(self, store: str, zone: str) -> None:
        change_time_zones(self.database, {store: zone}, agreed=True, **WHO)
        self.zones[store] = zone

    @rule(day=st.sampled_from(STARTS))
    def move_books_start(self, day: date | None) -> None:
        change_policies(self.database, {"books_start": f"{day or ''}"}, agreed=True, **WHO)
        self.start = day

    @rule(day=st.sampled_from(LOCKS))
    def close_a_period(self, day: date | None) -> None:
        change_policies(self.database, {"lock_date": f"{day or ''}"}, agreed=True, **WHO)
        self.lock_date = day

    def export_one(self, books: Books, chosen: BookedSettlement, *kinds: EntryKind) -> None:
        super().export_one(books, chosen, *kinds)
        self.went_out_in.setdefault(chosen.id, (self.zones[chosen.store], self.start))

    def calendar(self, store: str, settlement_id: str) -> tuple[ZoneInfo, date | None]:
        """Return the zone and the books start by which a settlement counts: one that is out keeps its own."""
        (one,) = self.load().named([f"{store}/{settlement_id}"])
        if EntryStatus.EXPORTED not in (one.settlement_entry, one.cogs_entry):
            self.went_out_in.pop(one.id, None)
        zone, start = self.went_out_in.get(one.id, (self.zones[store], self.start))
        return ZoneInfo(zone or "UTC"), start

    def counts(self, row: Row) -> bool:
        """Tell whether these books post a line: of a settlement that reaches books start, and not before that day."""
        zone, start = self.calendar(row["store"], row["settlement_id"])
        ends = datetime.strptime(ENDS[row["settlement_id"]], "%Y-%m-%d %H:%M:%S %Z").replace(tzinfo=ZoneInfo("UTC"))
        days = (row["posted_at"].astimezone(zone).date(), ends.astimezone(zone).date())
        return start is None or min(days) >= start

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books = self.load()
        self.verify_names_nothing(books)
        self.what_went_out_stands(books)
        self.what_is_posted_is_what_is_held(books, self.journal())
        self.months_are_those_of_the_stores(books)
        if not self.ever_dismissed and cost_comparison.differences(books).empty:
            self.goods_cost_what_is_gone(books)

    def months_are_those_of_the_stores(self, books: Books) -> None:
        """Calendar arithmetic of the test's own; what is exported stays in the zone that it went out in."""
        months: dict[str, Decimal] = {}
        for settlement in books.settlements:
            zone, _ = self.calendar(settlement.store, settlement.settlement_id)
            own = set()
            for row in (one for one in records(books.lines_of(settlement)) if self.counts(one)):
                month = f"{row['posted_at'].astimezone(zone):%Y-%m}"
                sold = row["net"] if row["event"] in {Event.SALE, Event.REFUND} and row["principal"] else Decimal(0)
                months[month] = months.get(month, Decimal(0)) + sold
                own.add(month)
            assert bool(own) != books.is_history(settlement), "History is what has no line from books start on"
            if settlement.settlement_entry is EntryStatus.EXPORTED:
                with self.database.reading() as connection:
                    standing = standing_entries(stored_entries.of_settlement(connection, settlement.id))
                kinds = {one.key.split()[-3] for one in standing if one.kind is EntryKind.SETTLEMENT}
                assert own == kinds, "an entry is of its lines' month in the store"
        question = PnlQuestion("USD", by_month=True, by_item=False)
        table = profit_and_loss(books.counted(books.lines), question, zones=books.zones)
        table = table[table["month"].notna()]  # what the rounding of entries leaves stands in a row of no month
        assert set(months) == set(table["month"])
        for row in records(table):  # one per store
            months[row["month"]] -= row["net_sales"]
        assert {Decimal(0)} >= set(months.values()), months

    def goods_cost_what_is_gone(self, books: Books) -> None:
        """Once all files of both stores are in: each shipment's own cost, less what came back; losses' average."""
        if not self.is_synced or len(books.settlements) < len(self.files):
            return
        held = {row["key"]: row for row in cost_comparison.held_lines(books)}
        lines = [{**row, **held.get(row["key"], {})} for row in records(books.lines)]
        if any(row["key"] in self.locked and not self.counts(row) for row in lines):
            return  # what lies before the books start that it went out with is not costed anew
        for sold in self.plan:
            gone = sold.left(self.said.get(sold.order), self.reported, self.policy())
            of_order = [row["cogs"] for row in lines if row["order_id"] == sold.order]
            worth, units = self.costs[0] * sold.first + self.costs[1] * sold.second, sold.first + sold.second
            assert abs(worth * gone - sum(of_order, Decimal(0)) * units) <= Decimal("0.0001")
            no_order = [row for row in lines if row["store"] == sold.store and row["order_id"] is None]
            losses = [row["cogs"] for row in no_order if row["sku"]]
            assert self.average * (sold.lost - sold.recovered) == sum(losses, Decimal(0))
        again = [row["cogs"] for row in lines if row["order_id"] == "S01-1"]
        assert [Decimal(0)] == [one or Decimal(0) for one in again], "what another store sold is costed there"


@pytest.mark.long
def test_many_twin_stores() -> None:
    """Random histories of two stores: the books hold what they promise after every step."""
    run_state_machine_as_test(TwinStores, settings=so_many(examples(8), 20))
