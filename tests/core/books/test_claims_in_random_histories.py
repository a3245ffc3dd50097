"""Random histories of losses, clawbacks and words that nobody knows, answered early, late or never.

The files come, go and come again, Finale's bills arrive late, the SKU of an order is mapped when somebody gets to it,
answers are saved, taken back and brought back. The oracle is a ledger of its own (`claims`).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from core.books.entries import stored_entries
from core.books.entries.entry_rows import standing_entries
from core.books.importing.importing import import_file
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import undo_last
from core.books.settings.sku_mapping import TypedMapping, change_mappings
from core.books.settings.type_choices import change_types
from core.books.settlements.booked_settlement import EntryStatus
from core.books.settlements.removing import remove_settlements
from core.books.true_ups import cost_comparison
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import CostStatus
from tests.core.books.bookkeeper import WHO, Bookkeeper, so_many
from tests.core.books.claims import (
    DAYS,
    LOST,
    NOTHING,
    SETTLEMENTS,
    STORE,
    WORD,
    Ledger,
    Plan,
    Said,
    World,
    amount_of,
    file_of,
    let_finale_say,
    line_of,
    open_books,
    plans,
)
from tests.examples import examples

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement


PRICES = st.decimals(min_value=Decimal(2), max_value=Decimal(6), places=2)
TYPED = st.decimals(min_value=Decimal(2), max_value=Decimal(6), places=2)
CHOICES = ("Other fees", "Reimbursements", LOST, "")
SALES = "Marketplace Sales"
ACCOUNTS = {"first": SALES, "late": SALES, "second": SALES, "refund": "Marketplace Refunds"}
"""Where the money of a line posts; the unknown type's is that of what it was said to be, all others are claims."""
OF_CHOICES = {"Other fees": "Marketplace Other Fees"}
CLAIMS = "Other Income:Reimbursements"
ALONE = ("first", "second", "late", "loss", "mystery", "mishap")
"""Lines that take no other line's cost."""
BY_CHANCE = st.sampled_from(["cost", "zero", "money only", "accept", "units"])


SMALLEST = Plan(
    first=1, second=1, late=1, loss=1, mystery=1, mishap=1, claw=1, refund=1, paid=1, taken=1, received=(1, 1, 1)
)


class Claims(Bookkeeper):
    """A bookkeeper who is asked what became of goods."""

    @initialize(plan=plans(), prices=st.tuples(PRICES, PRICES, PRICES), everything=st.sampled_from([True, True, False]))
    def begin(self, plan: Plan, prices: tuple[Decimal, Decimal, Decimal], everything: bool) -> None:  # noqa: FBT001 - drawn
        self.database = open_books(self.open_folder())
        self.world = World(plan)
        self.held_choice: dict[str, str] = {}
        """What the unknown type was said to be when the first entry of its settlement went out."""
        if everything:
            for number in SETTLEMENTS:
                self.import_settlement(number)
            self.finale_says(prices)

    @rule(number=st.sampled_from(sorted(SETTLEMENTS)))
    def import_settlement(self, number: str) -> None:
        file = file_of(self.world.plan, number)
        import_file(self.database, read_file(file.content, file.name), file, store=STORE, **WHO)

    @rule(prices=st.tuples(PRICES, PRICES, PRICES))
    def finale_says(self, prices: tuple[Decimal, Decimal, Decimal]) -> None:
        """Late bills change what was paid for the receipts, and with it every average after them."""
        self.world = replace(self.world, ledger=Ledger(self.world.plan, prices), cup=prices[0])
        let_finale_say(self.database, self.world)

    @rule(pack=st.sampled_from([None, 1, 2, 3]))
    def map_the_late_sku(self, pack: int | None) -> None:
        change_mappings(self.database, [TypedMapping("CUP-NEW", "CUP" if pack else "", f"{pack or ''}")], **WHO)
        self.world = replace(self.world, pack=pack)

    @rule(choice=st.sampled_from(CHOICES))
    def say_what_the_type_is(self, choice: str) -> None:
        change_types(self.database, {("Amazon", f"{WORD} / Base"): choice}, **WHO)
        self.world = replace(self.world, choice=choice)

    @rule(line=st.sampled_from(sorted(DAYS)), how=BY_CHANCE, cost=TYPED, data=st.data())
    def save(self, line: str, how: str, cost: Decimal, data: st.DataObject) -> None:
        row = self.there(line)
        if row is None or line in ("return", "claw of order"):
            return
        self.save_one(row, line, self.answer_of(line, how, cost, data))

    @precondition(lambda self: hasattr(self, "database") and self.asked())
    @rule(data=st.data(), how=BY_CHANCE, cost=TYPED)
    def answer_what_is_asked(self, data: st.DataObject, how: str, cost: Decimal) -> None:
        line = data.draw(st.sampled_from(self.asked()))
        row = self.there(line)
        assert row is not None
        self.save_one(row, line, self.answer_of(line, how, cost, data))

    def asked(self) -> list[str]:
        """Return the lines that Resolve lists and that take an answer of this machine."""
        rows = records(self.load().lines)
        names = (line_of(row) for row in rows if row["cost_status"] == CostStatus.MISSING)
        return sorted(name for name in names if name not in ("return", "claw of order"))

    def answer_of(self, line: str, how: str, cost: Decimal, data: st.DataObject) -> Said:
        """Return an answer that fits a line."""
        if line == "refund":
            return Said(disposition=data.draw(st.sampled_from(["Restocked", "Not returned", "Unsellable"])))
        if line == "claw" and how in ("cost", "units"):
            return Said(units=data.draw(st.integers(1, self.world.plan.claw)))
        if line == "claw" and how == "accept":
            return Said(is_estimate=True)
        if line in ("first", "second", "late") or how in ("cost", "units", "accept"):
            return Said(cost=cost)
        return Said(zero=True) if how == "zero" and line != "claw" else Said(disposition="Money only")

    def save_one(self, row: dict[str, Any], line: str, said: Said) -> None:
        books = self.load()
        proposed = row["proposed_cost"]
        if said.is_estimate and (row["cost_status"] != CostStatus.MISSING or proposed is None):
            return
        before = self.said.get(line) or NOTHING
        about_stock = said.units is not None or said.disposition is not None
        answer = Answer(
            row["key"],
            next((one["version"] for one in records(books.overrides) if one["key"] == row["key"]), 0),
            proposed if said.is_estimate else said.cost,
            proposed,
            zero_ok=said.zero,
            units_back=said.units,
            disposition=said.disposition,
            stock_edited=about_stock or (not about_stock and (before.units, before.disposition) != (None, None)),
            disposition_edited=said.disposition is not None,
        )
        saving = save_answers(
            self.database, books, [answer], settlement_ids=None, accept_proposals=True, accept_suspect=True, **WHO
        )
        (decision,) = saving.decisions
        assert (row["key"] in self.locked) <= (decision.ruling is Ruling.REFUSED), "what is locked is not answered"
        if decision.ruling is Ruling.SAVE:
            self.note(line, self.as_saved(row["key"]))
            self.assert_kept(line, said)

    def assert_kept(self, line: str, said: Said) -> None:
        """Hold that what was typed is what is saved."""
        now = self.said[line]
        assert said.cost is None or (now.cost == said.cost and not now.is_estimate)
        assert not said.zero or now.zero
        assert said.units is None or now.units == said.units
        assert said.disposition is None or now.disposition == said.disposition

    def as_saved(self, key: str) -> Said:
        """Return what the books say was saved of a line."""
        row = next(one for one in records(self.load().overrides) if one["key"] == key)
        return Said(
            cost=row["unit_cost"],
            is_estimate=row["kind"] == "accepted average",
            zero=bool(row["zero_confirmed"]),
            units=row["units_back"],
            disposition=row["disposition"],
        )

    @rule()
    def undo(self) -> None:
        self.undo_as_expected()

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        self.restore_as_expected(data)

    def there(self, line: str) -> dict[str, Any] | None:
        """Return a line of the books, if its settlement is in them."""
        return next((row for row in records(self.load().lines) if line_of(row) == line), None)

    def answers(self) -> dict[str, Said]:
        """Return what is saved of each line, nothing left out."""
        return {line: said for line, said in self.said.items() if said is not None}

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books, journal = self.load(), self.journal()
        self.verify_names_nothing(books)
        self.what_went_out_stands(books)
        self.what_is_posted_is_what_is_held(books, journal)
        self.what_was_saved_is_in_force(books)
        self.free_lines_cost_what_the_ledger_says(books)
        self.money_is_where_it_was_said_to_be(books)
        if not self.ever_dismissed and cost_comparison.differences(books).empty:
            self.what_is_held_is_what_is_gone(books)

    def what_was_saved_is_in_force(self, books: Books) -> None:
        for row in records(books.lines):
            saved = next((one for one in records(books.overrides) if one["key"] == row["key"]), None)
            said = self.said.get(line_of(row)) or NOTHING
            assert said == (NOTHING if saved is None else self.as_saved(row["key"])), line_of(row)

    def free_lines_cost_what_the_ledger_says(self, books: Books) -> None:
        """Each line by itself, and with it how many questions stand on Resolve."""
        for row in records(books.lines):
            line = line_of(row)
            if row["key"] in self.locked or line not in ALONE:
                continue
            world = self.as_held(books, line)
            expected = world.cogs(line, self.answers())
            assert expected == row["cogs"], line
            assert (expected is None) == (row["cost_status"] == CostStatus.MISSING), line

    def as_held(self, books: Books, line: str) -> World:
        """Return the world as the settlement of a line has it: one that is partly out keeps its words."""
        if line != "mystery":
            return self.world
        (one,) = books.named(["1"])
        return replace(self.world, choice=self.word_of(one))

    def word_of(self, one: BookedSettlement) -> str:
        """Return what the unknown type is in a settlement."""
        if EntryStatus.EXPORTED not in (one.settlement_entry, one.cogs_entry):
            self.held_choice.pop(one.settlement_id, None)
            return self.world.choice
        return self.held_choice.setdefault(one.settlement_id, self.world.choice)

    def money_is_where_it_was_said_to_be(self, books: Books) -> None:
        for one in books.settlements:
            word = self.word_of(one)
            with self.database.reading() as connection:
                standing = standing_entries(stored_entries.of_settlement(connection, one.id))
            found: dict[str, Decimal] = {}
            for entry in (each for each in standing if each.kind is EntryKind.SETTLEMENT):
                for posted in entry.lines:
                    found[posted.account] = found.get(posted.account, Decimal(0)) + posted.amount
            expected = self.expected_money(one.settlement_id, word) if found else {}
            found = {account: amount for account, amount in found.items() if amount}
            assert expected == found, (expected, found)

    def expected_money(self, number: str, word: str) -> dict[str, Decimal]:
        """Return the amount of each account, a credit below zero."""
        sums: dict[str, Decimal] = {}
        for line in SETTLEMENTS[number]:
            account = OF_CHOICES.get(word, CLAIMS) if line == "mystery" else ACCOUNTS.get(line, CLAIMS)
            for name, sign in ((account, -1), (f"{STORE} Clearing USD", 1)):
                sums[name] = sums.get(name, Decimal(0)) + sign * amount_of(self.world.plan, line)
        return {account: amount for account, amount in sums.items() if amount}

    def what_is_held_is_what_is_gone(self, books: Books) -> None:
        """Where all lines of the order are in: net of what came back; of the loss: less what was found."""
        held = {row["key"]: row for row in cost_comparison.held_lines(books)}
        rows = {line_of(row): {**row, **held.get(row["key"], {})} for row in records(books.lines)}
        if len(rows) < len(DAYS):
            return
        cogs = {line: row["cogs"] for line, row in rows.items()}
        of_order = [cogs[line] for line in ("first", "second", "refund", "return", "claw of order")]
        if None not in (cogs["first"], cogs["second"]):
            assert None not in of_order, (
                "the order says all of it: its refund, its claim and the clawback are not asked"
            )
            plan = self.world.plan
            sold, worth = plan.first + plan.second, cogs["first"] + cogs["second"]
            net = worth * (sold - self.world.back(self.answers())) / sold
            assert abs(sum(of_order, Decimal(0)) - net) <= Decimal("0.0001")
        found = self.world.found(self.answers())
        if found is None:
            losses = ("loss", "mystery") if self.world.choice == LOST else ("loss",)
            took_none = all(self.answers().get(one, NOTHING).is_no_goods for one in losses)
            asked = cogs["claw"] is None or (took_none and cogs["claw"] == 0)
            assert asked, "nobody has said whether units came back, nor that none were lost"
            return
        world = self.world if rows["claw"]["key"] in self.locked else self.as_held(books, "mystery")
        lost = rows[world.reversed_by_claw(found)]
        if lost["cogs"] is None:
            assert found == 0 or cogs["claw"] is None
        else:
            assert cogs["claw"] == -min(found, lost["cost_quantity"]) * (lost["unit_cost"] or 0)


@pytest.mark.long
def test_a_removal_is_undone_though_a_settlement_since_has_a_line_of_the_same_amount() -> None:
    """A second shipment of an order, weeks later and of as many units, is no copy of the first."""
    shop = Claims()
    shop.begin(SMALLEST, (Decimal("3.31"), Decimal("2.59"), Decimal("5.93")), everything=False)
    shop.import_settlement("2")
    (removed,) = shop.load().settlements
    remove_settlements(shop.database, shop.load(), [removed], **WHO)
    shop.import_settlement("1")

    undo_last(shop.database, **WHO)

    assert {"1", "2"} == {one.settlement_id for one in shop.load().settlements}
    shop.teardown()


@pytest.mark.long
def test_many_claims() -> None:
    """Random histories of claims: the books hold what they promise after every step."""
    run_state_machine_as_test(Claims, settings=so_many(examples(12), 22))
