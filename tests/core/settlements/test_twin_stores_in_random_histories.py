"""Random histories of two stores east and west of UTC: equal settlement ids, two names of a product, new settings.

Returns reports, clawbacks, unknown words and policies come in whatever order; verify has nothing to name at any step.
"""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.database import entries, locks, true_ups
from core.database.settlements import EntryStatus
from core.journal.accounts import Accounts
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.marketplaces import read
from core.model import Disposition, Event, records
from core.money import cents, total
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from core.settlements import books as all_books
from core.settlements import costs_now
from core.settlements import true_ups as trueing
from core.settlements.answers import Answer
from core.settlements.exporting import ExportWish, export_settlement, standing_entries
from core.settlements.importing import import_file
from core.settlements.policies import change_policies
from core.settlements.reopening import reopen
from core.settlements.saving import save_answers
from core.settlements.time_zones import change_time_zones
from core.settlements.type_choices import change_types
from core.settlements.verification import company_tie_outs, evidence, tie_outs
from tests.core.settlements.twin_stores import (
    LEVY,
    NOW,
    REFUND_DAY,
    STORES,
    Sold,
    files_of,
    let_finale_say,
    open_books,
    plans,
    returns_report,
)

if TYPE_CHECKING:
    from core.database.settlements import BookedSettlement
    from core.settlements.books import Books

WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
COSTS = st.decimals(min_value=Decimal("0.5"), max_value=Decimal(3), places=2)
ZONES = {
    "East": ["", "Australia/Sydney", "Pacific/Kiritimati"],
    "West": ["", "America/Los_Angeles", "Pacific/Honolulu"],
}
INVENTORY = {
    Accounts().of(side, store="US", currency="USD").name
    for side in (LineType.INVENTORY_OUT, LineType.INVENTORY_IN, LineType.INVENTORY_LOST)
}
_FIGURES = ("unit_cost", "cogs", "cost_quantity", "disposition", "event")


class TwinStores(RuleBasedStateMachine):
    """A bookkeeper with two stores, whose Finale and Setup change under his hands."""

    @initialize(plan=plans, everything=st.booleans(), cost=COSTS)
    def begin(self, plan: tuple[Sold, ...], everything: bool, cost: Decimal) -> None:  # noqa: FBT001 - drawn
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_books(Path(self.folder.name))
        self.plan, self.files = plan, files_of(plan)
        self.cost: Decimal | None = None
        self.average = Decimal(0)
        self.reported = self.ever_dismissed = False
        self.zones = dict.fromkeys(STORES, "")
        self.policies: list[tuple[date, str]] = []
        self.said: dict[str, Disposition] = {}
        self.locked: dict[str, tuple[Any, ...]] = {}
        self.went_out_in: dict[int, str] = {}
        """The zone in which an entry of a settlement went out first."""
        if everything:
            for place in self.files:
                self.import_one(place)
            self.finale_says(cost, cost)
            change_types(self.database, {("Amazon", f"{LEVY} / Base"): "Other fees"}, **WHO)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    def load(self) -> Books:
        return all_books.load(self.database)

    def import_one(self, place: tuple[str, str]) -> None:
        file = self.files[place]
        import_file(self.database, read(file.content, file.name), file, store=place[0], **WHO)

    @rule(data=st.data())
    def import_settlement(self, data: st.DataObject) -> None:
        self.import_one(data.draw(st.sampled_from(sorted(self.files))))

    @rule()
    def import_returns(self) -> None:
        file = returns_report(self.plan)
        import_file(self.database, read(file.content, file.name), file, store="East", **WHO)
        self.reported = True

    @rule(cost=COSTS, average=COSTS)
    def finale_says(self, cost: Decimal, average: Decimal) -> None:
        let_finale_say(self.database, self.plan, cost, average)
        self.cost, self.average = cost, average

    @rule(choice=st.sampled_from(["Other fees", "Storage", "Advertising"]))
    def say_what_the_levy_is(self, choice: str) -> None:
        change_types(self.database, {("Amazon", f"{LEVY} / Base"): choice}, **WHO)

    @rule(data=st.data(), disposition=st.sampled_from([Disposition.RESTOCKED, Disposition.UNSELLABLE]))
    def save_what_became_of_a_refund(self, data: st.DataObject, disposition: Disposition) -> None:
        books = self.load()
        free = [row for row in records(books.lines) if row["event"] == Event.REFUND and row["key"] not in self.locked]
        if not free:
            return
        row = data.draw(st.sampled_from(sorted(free, key=lambda one: one["key"])))
        version = next((one["version"] for one in records(books.overrides) if one["key"] == row["key"]), 0)
        answer = Answer(row["key"], version, None, None, disposition=disposition, stock_edited=True)
        save_answers(self.database, books, [answer], settlement_ids=None, accept_proposals=False, **WHO)
        self.said[row["order_id"]] = disposition

    @rule(
        value=st.sampled_from(["Restocked", "Not returned", "Unsellable"]),
        day=st.sampled_from([date(2026, 8, 20), date(2026, 9, 5), date(2026, 9, 20)]),
    )
    def change_policy(self, value: str, day: date) -> None:
        before, was = records(costs_now.differences(self.load())), self.policy()
        change_policies(self.database, {"refunded_goods": f"{value} from {day}"}, agreed=True, **WHO)
        self.policies = [one for one in self.policies if one[0] < day] + [(day, value)]
        after = records(costs_now.differences(self.load()))
        if self.policy() == was:
            assert before == after, "what lies before its day is not decided anew"
        refunds = {row["key"] for row in records(self.load().lines) if row["event"] == Event.REFUND}
        assert {row["key"] for row in after if row not in before} <= refunds

    def policy(self) -> str:
        return next((value for day, value in reversed(self.policies) if day <= REFUND_DAY), "Restocked")

    @rule(data=st.data(), store=st.sampled_from(STORES))
    def move_a_store(self, data: st.DataObject, store: str) -> None:
        zone = data.draw(st.sampled_from(ZONES[store]))
        change_time_zones(self.database, {store: zone}, agreed=True, **WHO)
        self.zones[store] = zone

    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).status == "Ready to export"]
        if ready:
            self.export_one(books, data.draw(st.sampled_from(ready)), ExportWish(accept_suspect=True))

    @rule()
    def export_all(self) -> None:
        for one in self.load().settlements:
            books = self.load()
            if books.state(one).status == "Ready to export":
                self.export_one(books, one, ExportWish(accept_suspect=True))

    @rule(data=st.data())
    def export_costs_alone(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).cogs_status == "Ready"]
        if ready:
            wish = ExportWish(kinds=(EntryKind.COGS,), accept_suspect=True)
            self.export_one(books, data.draw(st.sampled_from(ready)), wish)

    def export_one(self, books: Books, chosen: BookedSettlement, wish: ExportWish) -> None:
        export_settlement(self.database, books, chosen, wish, **WHO)
        self.went_out_in.setdefault(chosen.id, self.zones[chosen.store])
        for row in records(books.lines_of(chosen)):
            self.locked[row["key"]] = tuple(row[name] for name in _FIGURES)

    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        books = self.load()
        out = [one for one in books.settlements if one.id in self.went_out_in]
        if out:
            chosen = data.draw(st.sampled_from(out))
            reopen(self.database, chosen, "wrong bill", lock_date=None, **WHO)
            del self.went_out_in[chosen.id]
            for key in books.lines_of(chosen)["key"]:
                del self.locked[key]

    @rule()
    def accept_all(self) -> None:
        waiting = self.propose()
        if waiting:
            trueing.accept(self.database, self.load(), waiting, accounts=Accounts(), lock_date=None, **WHO)
        assert [] == self.propose(), "what was accepted leaves nothing over"

    @rule(data=st.data())
    def dismiss_some(self, data: st.DataObject) -> None:
        waiting = self.propose()
        if waiting:
            chosen = data.draw(st.lists(st.sampled_from(waiting), unique=True, min_size=1))
            trueing.dismiss(self.database, self.load(), chosen, "immaterial", **WHO)
            self.ever_dismissed = True

    def propose(self) -> list[int]:
        trueing.propose(self.database, self.load(), **WHO)
        with self.database.reading() as connection:
            return [int(number) for number in true_ups.pending(connection)["id"]]

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books = self.load()
        self.verify_names_nothing(books)
        self.what_went_out_stands(books)
        self.what_is_posted_is_what_is_held(books)
        self.months_are_those_of_the_stores(books)
        if not self.ever_dismissed and costs_now.differences(books).empty:
            self.goods_cost_what_is_gone(books)

    def verify_names_nothing(self, books: Books) -> None:
        held = evidence(self.database)
        found = [one for each in books.settlements for one in tie_outs(self.database, books, each, ExportWish(), held)]
        found += company_tie_outs(self.database, books, held)
        assert [] == [one.sentence for one in found if not one.ok]

    def what_went_out_stands(self, books: Books) -> None:
        lines = {row["key"]: row for row in records(books.lines)}
        for key, figures in self.locked.items():
            assert figures == tuple(lines[key][name] for name in _FIGURES), "a locked line never changes"
        with self.database.reading() as connection:
            for one in books.settlements:
                assert one.sum == total(books.lines_of(one)["net"])
                assert not locks.find(connection, one) or [] == locks.verify(connection, one, books.lines_of(one))
                if one.settlement_entry is EntryStatus.EXPORTED:
                    types = set(books.lines_of(one)["event"])
                    assert Event.OTHER not in types, "no entry goes out while a word of it is asked"

    def what_is_posted_is_what_is_held(self, books: Books) -> None:
        with self.database.reading() as connection:
            journal = records(entries.journal(connection))
        place = {row["key"]: (row["store"], row["settlement_id"]) for row in records(books.lines)}
        held: dict[Any, Decimal] = {}
        for row in costs_now.held_lines(books):
            held[place[row["key"]]] = held.get(place[row["key"]], Decimal(0)) + (row["cogs"] or 0)
        out_of_stock = -sum((row["amount"] for row in journal if row["account"] in INVENTORY), Decimal(0))
        assert sum((cents(one) for one in held.values()), Decimal(0)) == out_of_stock
        assert sum((row["amount"] for row in journal), Decimal(0)) == 0

    def months_are_those_of_the_stores(self, books: Books) -> None:
        """Calendar arithmetic of the test's own; what is exported stays in the zone that it went out in."""
        months: dict[str, Decimal] = {}
        for settlement in books.settlements:
            zone = ZoneInfo(self.went_out_in.get(settlement.id, self.zones[settlement.store]) or "UTC")
            own = set()
            for row in records(books.lines_of(settlement)):
                month = f"{row['posted_at'].astimezone(zone):%Y-%m}"
                sold = row["net"] if row["event"] in {Event.SALE, Event.REFUND} and row["principal"] else Decimal(0)
                months[month] = months.get(month, Decimal(0)) + sold
                own.add(month)
            if settlement.settlement_entry is EntryStatus.EXPORTED:
                with self.database.reading() as connection:
                    standing = standing_entries(entries.of_settlement(connection, settlement.id))
                kinds = {one.key.split()[-3] for one in standing if one.kind is EntryKind.SETTLEMENT}
                assert own == kinds, "an entry is of its lines' month in the store"
        question = PnlQuestion("USD", by_month=True, by_item=False)
        table = profit_and_loss(books.counted(books.lines), question, zones=books.zones)
        assert set(months) == set(table["month"])
        for row in records(table):  # one per store
            months[row["month"]] -= row["net_sales"]
        assert {Decimal(0)} >= set(months.values()), months

    def goods_cost_what_is_gone(self, books: Books) -> None:
        """Once all files of both stores are in: cost times the units that are gone, of orders and of losses."""
        if self.cost is None or len(books.settlements) < len(self.files):
            return
        held = {row["key"]: row for row in costs_now.held_lines(books)}
        lines = [(row, held.get(row["key"], row)) for row in records(books.lines)]
        for sold in self.plan:
            gone = sold.left(self.said.get(sold.order), self.reported, self.policy())
            of_order = [its["cogs"] for row, its in lines if row["order_id"] == sold.order]
            assert self.cost * gone == sum(of_order, Decimal(0))
            no_order = [(row, its) for row, its in lines if row["store"] == sold.store and row["order_id"] is None]
            losses = [its["cogs"] for row, its in no_order if row["sku"]]
            assert self.average * (sold.lost - sold.recovered) == sum(losses, Decimal(0))
        again = [its["cogs"] for row, its in lines if row["order_id"] == "S01-1"]
        assert [Decimal(0)] == [one or Decimal(0) for one in again], "what another store sold is costed there"


TwinStores.TestCase.settings = settings(
    max_examples=1, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
TestTwinStores = TwinStores.TestCase


@pytest.mark.long
def test_many_twin_stores() -> None:
    """The same, for a minute or two."""
    many = settings(max_examples=4, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(TwinStores, settings=many)
