"""Random histories of a company: whatever happens in whatever order, the books hold what they promise."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.database.company import new_company
from core.books.entries import locks, stored_entries
from core.books.entries.entry_rows import standing_entries
from core.books.entries.exporting import ExportOptions, ReadOtherwiseError, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import NothingToUndoError, undo_last
from core.books.settings import sku_mapping
from core.books.settings.policies import change_policies
from core.books.settings.time_zones import change_time_zones
from core.books.settlements.booked_settlement import EntryStatus, Import
from core.books.settlements.removing import remove_settlements
from core.books.settlements.status import READ_OTHERWISE
from core.books.syncing import stored_observations
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.books.verification.altered_row_words import altered_tie_outs
from core.books.verification.altered_rows import find_altered
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.journal.accounts import Accounts
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import CostStatus, ObservationKind
from core.money import cents, total
from core.time import local_days
from tests.core.books.bookkeeper import LoadsOnce, so_many
from tests.core.books.exports_of_payouts import Row, unified_export
from tests.core.books.importing.test_importing import v2_file
from tests.core.books.months_read_alone import assert_months_are_read_alone
from tests.core.books.reopening_one import reopen
from tests.core.books.true_ups.proposals import propose
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    import pandas as pd

    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement

NOW = datetime(2026, 9, 20, 9, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
VIEW = [Row(f"2026-08-0{day}", f"111-{day % 2}", f"{day}.00", payout="3") for day in range(1, 7)]
FILES = {
    **{number: v2_file(number, "20.00", "15.00", total="35.00") for number in ("1", "2")},
    # Three exports that overlap: in one of them, and only there, the books find each of the view's six rows.
    "begin of 3": unified_export("begin.csv", *VIEW[:3]),
    "middle of 3": unified_export("middle.csv", *VIEW[2:5]),
    "end of 3": unified_export("end.csv", *VIEW[4:]),
}
VIEWS = [name for name in FILES if name.endswith("of 3")]
COSTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(9), places=4)
ORDERS = st.sampled_from(["111-0", "111-1"])
COGS_ACCOUNT = "Cost of Goods Sold"


class Company(LoadsOnce, RuleBasedStateMachine):
    """A bookkeeper, Finale and two settlements of two orders each."""

    @initialize(known=st.sampled_from([True, True, False]))
    def open_books(self, known: bool) -> None:  # noqa: FBT001 - drawn
        self.folder = tempfile.TemporaryDirectory()
        company = new_company("Acme", "USD", NOW)
        self.database = Database.create(Path(self.folder.name) / "books.sqlite", company)
        self.history_seen: list[dict[str, Any]] = []
        self.locked_figures: dict[str, Any] = {}
        self.saved: dict[str, list[tuple[int, Decimal]]] = {}
        """Per line the saves that hold, the last one last."""
        self.removals: set[int] = set()
        self.view_rows: set[Decimal] = set()
        """The amounts of the view's rows that its files have brought, whatever their order."""
        self.late_rows: set[Decimal] = set()
        """Those of files that came after its export: they wait until it is reopened."""
        if known:  # so that there is something to export from the first step on
            for number in FILES:
                self.import_file(number)
            for order in ("111-0", "111-1"):
                self.finale_says(order, Decimal("4.00"))

    def teardown(self) -> None:
        if hasattr(self, "database"):
            books, held = self.load(), read_evidence(self.database)
            found = [
                one for each in books.settlements for one in tie_outs(self.database, books, each, ExportOptions(), held)
            ]
            found += company_tie_outs(self.database, books, held)
            found += altered_tie_outs(find_altered(self.database))
            assert_months_are_read_alone(self.database, books)
            self.database.close()
            self.folder.cleanup()
            assert [] == [one.sentence for one in found if not one.ok], "whatever happened, verify has nothing to name"

    @rule(number=st.sampled_from(sorted(FILES)))
    def import_file(self, number: str) -> None:
        file = FILES[number]
        (imported,) = import_file(self.database, read_file(file.content), file, store=None, **WHO).settlements
        if imported.settlement_id == "3" and imported.result is not Import.ALREADY_IMPORTED:
            rows = self.late_rows if imported.result is Import.LOCKED else self.view_rows
            rows |= set(read_file(file.content).settlements[0].transactions["net"])

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        books = self.load()
        free = [one for one in books.settlements if one.is_open]
        if not free:
            return
        chosen = data.draw(st.sampled_from(free))
        remove_settlements(self.database, books, [chosen], **WHO)
        with self.database.reading() as connection:
            self.removals.add(batches.last(connection))
        if data.draw(st.booleans()):
            self.removals.add(undo_last(self.database, **WHO).undone)
            assert records(books.lines) == records(self.load().lines), "a removal that is undone leaves nothing behind"
        elif chosen.settlement_id == "3":
            self.view_rows = set()

    @rule(order=ORDERS, cost=COSTS)
    def finale_says(self, order: str, cost: Decimal) -> None:
        fact = {
            "kind": ObservationKind.ORDER,
            "order_id": order,
            "product_id": "MUG",
            "unit_cost": cost,
            "currency": "USD",
            "units": 1,
            "record_date": "2026-08-04",
            "fetched_at": NOW,
        }
        product = {"sku": "MUG", "product_id": "MUG", "units": 1, "rule": "product id", "fetched_at": NOW}
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, [product]), batch, NOW)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [fact]), batch, NOW)

    @rule(data=st.data(), cost=COSTS, accepted=st.booleans())
    def save(self, data: st.DataObject, cost: Decimal, accepted: bool) -> None:  # noqa: FBT001 - drawn
        books = self.load()
        if books.lines.empty:
            return
        key = data.draw(st.sampled_from(sorted(books.lines["key"])))
        versions = {row["key"]: row["version"] for row in records(books.overrides)}
        answer = Answer(key, versions.get(key, 0), cost, cost if accepted else None)
        saving = save_answers(
            self.database, books, [answer], settlement_ids=None, accept_proposals=True, accept_suspect=True, **WHO
        )
        line = books.lines.set_index("key").loc[key]
        was_locked = key in self.locked_figures
        assert was_locked == bool(saving.with_ruling(Ruling.REFUSED)), line
        if saving.with_ruling(Ruling.SAVE):
            row = next(row for row in records(self.load().overrides) if row["key"] == key)
            self.saved.setdefault(key, []).append((row["batch"], row["unit_cost"]))

    @rule()
    def undo(self) -> None:
        try:
            undone = undo_last(self.database, **WHO)
        except NothingToUndoError:
            return
        books = self.load()
        after = {row["key"]: row["unit_cost"] for row in records(books.overrides)}
        if undone.undone in self.removals:
            back = [one for one in records(books.lines) if one["key"] in undone.keys and one["settlement_id"] == "3"]
            self.view_rows |= {one["net"] for one in back}
            return
        for key in undone.keys:
            batch, _ = self.saved.setdefault(key, []).pop()
            assert undone.undone == batch
            assert (self.saved[key][-1][1] if self.saved[key] else None) == after[key], "undo restores exactly"

    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).cogs_status in ("Ready", READ_OTHERWISE)]
        if not ready:
            return
        chosen = data.draw(st.sampled_from(ready))
        if books.state(chosen).cogs_status == READ_OTHERWISE:
            with pytest.raises(ReadOtherwiseError):  # its settlement entry went out before another file of it came
                self.export_one(books, chosen)
            return
        self.export_one(books, chosen)

    @rule(data=st.data())
    def export_the_settlement_entry_alone(self, data: st.DataObject) -> None:
        books = self.load()
        waiting = [one for one in books.settlements if one.settlement_entry is EntryStatus.OPEN]
        if waiting:
            options = ExportOptions(kinds=(EntryKind.SETTLEMENT,), accept_provisional=True)
            export_settlement(self.database, books, data.draw(st.sampled_from(waiting)), options, **WHO)

    @rule(data=st.data())
    def export_reopen_and_export(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).status == "Ready to export"]
        if not ready:
            return
        chosen, before = data.draw(st.sampled_from(ready)), self.balances()
        self.export_one(books, chosen)
        once = self.balances()
        self.reopen_one(chosen, "wrong bill")
        assert before == self.balances(), "reopening takes all of it back"
        self.export_one(self.load(), chosen.settlement_id)
        assert once == self.balances(), "and the next export is the same again"

    def export_one(self, books: Books, chosen: BookedSettlement | str) -> None:
        if isinstance(chosen, str):
            (chosen,) = books.named([chosen])
        export_settlement(
            self.database, books, chosen, ExportOptions(accept_suspect=True, accept_provisional=True), **WHO
        )
        for row in records(books.lines_of(chosen)):
            self.locked_figures[row["key"]] = (row["unit_cost"], row["cogs"], row["cost_quantity"])

    @rule(zone=st.sampled_from(["", "Pacific/Kiritimati", "Pacific/Honolulu", "Australia/Sydney"]))
    def move_the_store(self, zone: str) -> None:
        books = self.load()
        if books.stores:
            change_time_zones(self.database, {books.stores[0].name: zone}, agreed=True, **WHO)

    @rule(value=st.sampled_from(["Restocked", "Not returned"]), units=st.sampled_from(["derive", "ask"]))
    def change_policy(self, value: str, units: str) -> None:
        change_policies(self.database, {"refunded_goods": value, "refund_units": units}, agreed=True, **WHO)

    @precondition(lambda self: self.locked_figures)
    @rule(data=st.data(), accept=st.booleans())
    def true_up(self, data: st.DataObject, accept: bool) -> None:  # noqa: FBT001 - drawn
        propose(self.database, self.load)
        with self.database.reading() as connection:
            waiting = true_up_history.pending(connection)["id"].to_list()
        if not waiting:
            return
        chosen = data.draw(st.lists(st.sampled_from(waiting), unique=True, min_size=1))
        if accept:
            true_ups.accept_true_ups(self.database, self.load(), chosen, accounts=Accounts(), lock_date=None, **WHO)
        else:
            true_ups.dismiss_true_ups(self.database, self.load(), chosen, "immaterial", **WHO)

    @precondition(lambda self: self.locked_figures)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        books = self.load()
        with self.database.reading() as connection:
            exported = [one for one in books.settlements if locks.find(connection, one)]
        chosen = data.draw(st.sampled_from(exported))
        self.reopen_one(chosen, "wrong bill")
        for key in books.lines_of(chosen)["key"]:
            del self.locked_figures[key]

    @rule(data=st.data())
    def reopen_what_went_out_alone(self, data: st.DataObject) -> None:
        books = self.load()
        alone = [one for one in books.settlements if one.settlement_entry is EntryStatus.EXPORTED]
        alone = [one for one in alone if one.cogs_entry is EntryStatus.OPEN]
        if alone:
            self.reopen_one(data.draw(st.sampled_from(alone)), "wrong account")

    def reopen_one(self, chosen: BookedSettlement, why: str) -> None:
        reopen(self.database, chosen, why, lock_date=None, **WHO)
        if chosen.settlement_id == "3":
            self.view_rows, self.late_rows = self.view_rows | self.late_rows, set()

    @rule(data=st.data())
    def take_up_again(self, data: st.DataObject) -> None:
        books = self.load()
        dismissed = books.dismissed_true_ups["id"].to_list()
        if not dismissed:
            return
        taken = true_ups.take_up_true_ups(
            self.database, books, [data.draw(st.sampled_from(dismissed))], "why not", **WHO
        )
        after = self.load()
        assert set(dismissed) - set(taken) == set(after.dismissed_true_ups["id"])
        true_ups.propose_true_ups(self.database, after, **WHO)
        with self.database.reading() as connection:
            pending = set(true_up_history.pending(connection)["key"])
        assert set(cost_comparison.differences(after)["key"]) == pending, "what differs is proposed again"

    def balances(self) -> dict[str, Decimal]:
        with self.database.reading() as connection:
            sums = stored_entries.journal(connection).groupby("account")["amount"].sum()
        return {str(account): amount for account, amount in sums.items() if amount}

    @invariant()
    def clearing_holds_what_is_out(self) -> None:
        if not hasattr(self, "database"):
            return
        out = [one for one in self.load().settlements if one.settlement_entry is EntryStatus.EXPORTED]
        assert total(one.sum for one in out) == self.balances().get("Amazon Clearing USD", Decimal(0))

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books = self.load()
        with self.database.reading() as connection:
            journal = stored_entries.journal(connection)
            versions = records(stored_overrides.history(connection))
            for settlement in books.settlements:
                if locks.find(connection, settlement):
                    assert [] == locks.verify(connection, settlement), "a lock is a promise kept"
                    standing = standing_entries(stored_entries.of_settlement(connection, settlement.id))
                    of_entries = {one.key.split()[-3] for one in standing if one.kind is EntryKind.SETTLEMENT}
                    months = local_days(books.lines_of(settlement), books.zones).str.slice(0, 7)
                    assert of_entries == set(months), "reports and entries are of one month, whatever the zone is now"
        self.locked_lines_are_as_they_went_out(books)
        rows = sorted(row["net"] for row in records(books.lines) if row["settlement_id"] == "3")
        assert sorted(self.view_rows) == rows, "a view holds each row that one of its files has, once"
        self.what_was_posted_is_what_the_books_hold(books, journal)
        self.free_lines_have_their_answer_or_finales(books)
        assert self.history_seen == versions[: len(self.history_seen)], "nothing is ever lost from the journal"
        self.history_seen = versions

    def locked_lines_are_as_they_went_out(self, books: Books) -> None:
        lines = {row["key"]: row for row in records(books.lines)}
        for key, figures in self.locked_figures.items():
            assert figures == tuple(lines[key][name] for name in ("unit_cost", "cogs", "cost_quantity"))

    def what_was_posted_is_what_the_books_hold(self, books: Books, journal: pd.DataFrame) -> None:
        settlement_of = {row["key"]: row["settlement_id"] for row in records(books.lines[["key", "settlement_id"]])}
        held: dict[str, Decimal] = {}
        for row in cost_comparison.held_lines(books):
            name = settlement_of[row["key"]]
            held[name] = held.get(name, Decimal(0)) + (row["cogs"] or 0)
        posted = total(journal.loc[journal["account"] == COGS_ACCOUNT, "amount"])
        assert sum((cents(one) for one in held.values()), Decimal(0)) == posted

    def free_lines_have_their_answer_or_finales(self, books: Books) -> None:
        saved = {row["key"]: row["unit_cost"] for row in records(books.overrides)}
        said = {row["order_id"]: row["unit_cost"] for row in records(books.observations)}
        for line in records(books.lines):
            if line["key"] not in self.locked_figures:
                expected = saved.get(line["key"]) or said.get(line["order_id"])
                assert expected == line["unit_cost"]
                assert (expected is None) == (line["cost_status"] == CostStatus.MISSING)


Company.TestCase.settings = so_many(examples(2), 12)
TestHistories = Company.TestCase


@pytest.mark.long
def test_many_histories() -> None:
    """The same, for a few minutes."""
    run_state_machine_as_test(Company, settings=so_many(examples(25), 30))


@pytest.mark.long
def test_the_order_of_imports_does_not_matter(tmp_path: Path) -> None:
    """The same files in any order end in the same books."""
    found = []
    for order in (("1", "2", *VIEWS), ("2", "1", *VIEWS[::-1]), (VIEWS[1], "2", VIEWS[0], "1", VIEWS[2])):
        path = tmp_path / "".join(order).replace(" ", "") / "books.sqlite"
        with new_books(path, "Acme", "USD", NOW) as database:
            for number in order:
                import_file(database, read_file(FILES[number].content), FILES[number], store=None, **WHO)
            found.append(sorted(records(load_books(database).lines), key=lambda line: str(line["key"])))

    assert len(found[0]) == 4 + len(VIEW)
    assert found[0] == found[1] == found[2]
