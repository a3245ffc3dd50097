"""Random lives of orders across settlements and stores: refunds in any file, locks, late bills and true-ups."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.books.entries import locks, stored_entries
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import NothingToUndoError, undo_last
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.frame_columns import records
from core.journal.accounts import Accounts
from core.line_types import LineType
from core.model import CostStatus, Disposition, Event
from core.money import cents, total
from tests.core.books.bookkeeper import LoadsOnce, so_many
from tests.core.books.lives_of_orders import (
    WHO,
    Life,
    bring_in,
    files_of,
    let_finale_say,
    open_books,
    plans,
    refund_of,
)
from tests.core.books.reopening_one import reopen
from tests.core.books.true_ups.proposals import propose
from tests.examples import examples

if TYPE_CHECKING:
    from core.books.books import Books

Row = dict[str, Any]

COSTS = st.decimals(min_value=Decimal("0.5"), max_value=Decimal(2), places=2)
ORDERS = st.sampled_from(["111-0", "111-1", "111-2"])
INVENTORY = {
    Accounts().of(side, store="US", currency="USD").name
    for side in (LineType.INVENTORY_OUT, LineType.INVENTORY_IN, LineType.INVENTORY_LOST)
}


class Lives(LoadsOnce, RuleBasedStateMachine):
    """A bookkeeper with two stores, three orders and up to six settlements."""

    @initialize(plan=plans)
    def begin(self, plan: tuple[Life, ...]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_books(Path(self.folder.name))
        self.plan = {life.order_id: life for life in plan}
        self.files = files_of(plan)
        self.locked_figures: dict[str, Any] = {}
        self.journal_seen: list[Row] = []
        self.entries_seen: list[Row] = []
        self.ever_dismissed = False

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    @rule(data=st.data())
    def import_file(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(sorted(self.files)))
        bring_in(self.database, place[0], self.files[place])

    @rule()
    def import_all(self) -> None:
        for (store, _), file in self.files.items():
            bring_in(self.database, store, file)

    @rule(order=ORDERS, cost=COSTS)
    def finale_says(self, order: str, cost: Decimal) -> None:
        let_finale_say(self.database, order, cost)

    @rule(costs=st.tuples(COSTS, COSTS, COSTS))
    def finale_says_all(self, costs: tuple[Decimal, ...]) -> None:
        for order, cost in zip(self.plan, costs, strict=True):
            let_finale_say(self.database, order, cost)

    @rule(data=st.data(), cost=COSTS, accepted=st.booleans())
    def save_cost(self, data: st.DataObject, cost: Decimal, accepted: bool) -> None:  # noqa: FBT001 - drawn
        books = self.load()
        keys = sorted(books.lines.loc[books.lines["event"] == Event.SALE, "key"])
        if keys:
            key = data.draw(st.sampled_from(keys))
            self.save(books, Answer(key, self.version(books, key), cost, cost if accepted else None))

    @rule(data=st.data(), disposition=st.sampled_from(Disposition))
    def save_disposition(self, data: st.DataObject, disposition: Disposition) -> None:
        books = self.load()
        keys = sorted(books.lines.loc[books.lines["event"] == Event.REFUND, "key"])
        if keys:
            key = data.draw(st.sampled_from(keys))
            answer = Answer(key, self.version(books, key), None, None, disposition=disposition, stock_edited=True)
            self.save(books, answer)

    def version(self, books: Books, key: str) -> int:
        return next((row["version"] for row in records(books.overrides) if row["key"] == key), 0)

    def save(self, books: Books, answer: Answer) -> None:
        saving = save_answers(self.database, books, [answer], settlement_ids=None, accept_proposals=True, **WHO)
        assert (answer.key in self.locked_figures) == bool(saving.with_ruling(Ruling.REFUSED))

    @rule()
    def undo(self) -> None:
        before = {row["key"]: row for row in records(self.load().overrides)}
        try:
            undone = undo_last(self.database, **WHO)
        except NothingToUndoError:
            return
        after = {row["key"]: row for row in records(self.load().overrides)}
        with self.database.reading() as connection:
            versions = records(stored_overrides.history(connection))
        for key in undone.keys:
            was = max((r for r in versions if r["key"] == key and r["batch"] < undone.undone), key=_version, default={})
            assert [was.get(name) or None for name in _SAID] == [after[key][name] or None for name in _SAID], (
                "as before"
            )
        assert {k: v for k, v in before.items() if k not in undone.keys} == {
            k: v for k, v in after.items() if k not in undone.keys
        }

    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).status == "Ready to export"]
        if ready:
            chosen = data.draw(st.sampled_from(ready))
            export_settlement(self.database, books, chosen, ExportOptions(accept_suspect=True), **WHO)
            for row in records(books.lines_of(chosen)):
                self.locked_figures[row["key"]] = tuple(row[name] for name in _FIGURES)

    @precondition(lambda self: self.locked_figures)
    @rule(data=st.data(), accept=st.booleans())
    def decide_some(self, data: st.DataObject, accept: bool) -> None:  # noqa: FBT001 - drawn
        waiting = self.propose()
        if waiting:
            chosen = data.draw(st.lists(st.sampled_from(waiting), unique=True, min_size=1))
            self.decide(chosen, accept=accept)

    @precondition(lambda self: self.locked_figures)
    @rule()
    def accept_all(self) -> None:
        waiting = self.propose()
        if waiting:
            self.decide(waiting, accept=True)
        assert [] == self.propose(), "what was accepted leaves nothing over"

    def propose(self) -> list[int]:
        propose(self.database, self.load)
        with self.database.reading() as connection:
            return [int(number) for number in true_up_history.pending(connection)["id"]]

    def decide(self, numbers: list[int], *, accept: bool) -> None:
        if accept:
            true_ups.accept_true_ups(self.database, self.load(), numbers, accounts=Accounts(), lock_date=None, **WHO)
        else:
            true_ups.dismiss_true_ups(self.database, self.load(), numbers, "not worth a posting", **WHO)
            self.ever_dismissed = True

    @precondition(lambda self: self.locked_figures)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        books = self.load()
        with self.database.reading() as connection:
            exported = [one for one in books.settlements if locks.find(connection, one)]
        chosen = data.draw(st.sampled_from(exported))
        reopen(self.database, chosen, "wrong bill", lock_date=None, **WHO)
        for key in books.lines_of(chosen)["key"]:
            del self.locked_figures[key]

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books = self.load()
        with self.database.reading() as connection:
            journal = records(stored_entries.journal(connection))
            versions = records(stored_overrides.history(connection))
            for settlement in books.settlements:
                if locks.find(connection, settlement):
                    assert [] == locks.verify(connection, settlement), "a lock is a promise kept"
        assert self.entries_seen == [row for row in versions if row in self.entries_seen], "no save is ever lost"
        assert all(row in journal for row in self.journal_seen), "no entry is ever lost"
        self.entries_seen, self.journal_seen = versions, journal
        lines = {row["key"]: row for row in records(books.lines)}
        for key, figures in self.locked_figures.items():
            assert figures == tuple(lines[key][name] for name in _FIGURES), "a locked line never changes"
        self.what_is_posted_is_what_is_held(books, journal)
        self.the_sum_of_lines_is_the_settlement(books)
        if cost_comparison.differences(books).empty:
            self.net_cogs_is_the_cost_of_what_is_not_back(books)

    def what_is_posted_is_what_is_held(self, books: Books, journal: list[Row]) -> None:
        place = {row["key"]: (row["store"], row["settlement_id"]) for row in records(books.lines)}
        held: dict[Any, Decimal] = {}
        for row in cost_comparison.held_lines(books):
            held[place[row["key"]]] = held.get(place[row["key"]], Decimal(0)) + (row["cogs"] or 0)
        out_of_stock = -sum((row["amount"] for row in journal if row["account"] in INVENTORY), Decimal(0))
        assert sum((cents(one) for one in held.values()), Decimal(0)) == out_of_stock
        assert sum((row["amount"] for row in journal), Decimal(0)) == 0

    def the_sum_of_lines_is_the_settlement(self, books: Books) -> None:
        for settlement in books.settlements:
            assert settlement.sum == total(books.lines_of(settlement)["net"])

    def net_cogs_is_the_cost_of_what_is_not_back(self, books: Books) -> None:
        held = {row["key"]: row for row in cost_comparison.held_lines(books)}
        saved = {row["key"]: row["disposition"] for row in records(books.overrides)}
        lines = records(books.lines)
        dismissed = set(books.dismissed_true_ups["key"])
        for life in self.plan.values():
            of_order = [
                held.get(line["key"], line) | {"line": line} for line in lines if line["order_id"] == life.order_id
            ]
            steps = len(life.sold) + len(life.refunds) + (life.lost is not None)
            if len(of_order) < steps or any(one["cogs"] is None for one in of_order):
                continue  # not all is in the books, or known
            if any(one["line"]["key"] in dismissed for one in of_order):
                continue  # the bookkeeper wants one line to keep another cost than the rest of its order
            refunds = [one["line"] for one in of_order if one["line"]["event"] == Event.REFUND]
            numbers = {refund_of(life.order_id, number): number for number in range(len(life.refunds))}
            said = {
                numbers[line["adjustment_id"]]: saved.get(line["key"]) and Disposition(saved[line["key"]])
                for line in refunds
            }
            back = -sum(one["cost_quantity"] for one in of_order if one["line"]["event"] != Event.SALE)
            assert 0 <= back <= life.units
            if not self.ever_dismissed:
                assert life.shelf(said) == back
            net = total(one["cogs"] for one in of_order)
            assert abs(net - self.worth_left(of_order)) <= life.units * Decimal("0.000001")

    def worth_left(self, of_order: list[Row]) -> Decimal:
        """Count what the goods cost that are not back: a pool of what had left, of which each return takes its share.

        A return of more than had left by its day takes of all that was ever sold; what is lost takes of what is back.
        """
        sales = [
            (one["line"]["posted_at"].date(), one["cost_quantity"], one["cogs"]) for one in of_order if _is_sale(one)
        ]
        steps = sorted((one for one in of_order if not _is_sale(one)), key=lambda one: one["line"]["posted_at"])
        units_back, worth_back = 0, Decimal(0)
        for step in steps:
            units = -step["cost_quantity"]
            gone = [one for one in sales if one[0] <= step["line"]["posted_at"].date()]
            if sum(one[1] for one in gone) < units_back + units:
                gone = sales
            pool = sum(one[1] for one in gone) - units_back, total(one[2] for one in gone) - worth_back
            if units < 0:
                pool = units_back, worth_back
            if units:
                worth_back += pool[1] * units / pool[0]
            units_back += units
        return total(one[2] for one in sales) - worth_back


_FIGURES = ("unit_cost", "cogs", "cost_quantity", "disposition")
_SAID = ("unit_cost", "zero_confirmed", "disposition", "units_back", "kind", "note")


def _is_sale(row: Row) -> bool:
    return bool(row["line"]["event"] == Event.SALE)


def _version(row: Row) -> int:
    return int(row["version"])


@pytest.mark.long
def test_many_lives() -> None:
    """Random lives of orders: the books hold what they promise after every step."""
    run_state_machine_as_test(Lives, settings=so_many(examples(60), 30))


@settings(max_examples=examples(2), deadline=None)
@given(plan=plans, data=st.data())
def test_files_in_any_order_end_in_the_same_books(plan: tuple[Life, ...], data: st.DataObject) -> None:
    """The same files, imported in any order around what Finale says, end in the same books."""
    files = files_of(plan)
    found = []
    for _ in range(2):
        order = data.draw(st.permutations(sorted(files)))
        with tempfile.TemporaryDirectory() as folder, open_books(Path(folder)) as database:
            for number, place in enumerate(order):
                bring_in(database, place[0], files[place])
                if number == 0:
                    let_finale_say(database, "111-0", Decimal("1.25"))
            found.append(sorted(records(load_books(database).lines), key=lambda line: str(line["key"])))

    assert sum(len(life.sold) + len(life.refunds) + (life.lost is not None) for life in plan) == len(found[0])
    assert found[0] == found[1]
    assert all(line["cost_status"] != CostStatus.ZERO_CONFIRMED for line in found[0])
