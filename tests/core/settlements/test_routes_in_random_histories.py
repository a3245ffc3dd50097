"""Random histories of a shop's payouts: exports cut at any day, pulled records, an order edited after its first payout.

However the documents come, a payout holds its record, or each row of its exports once; each unit is expensed once.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.database import Database, entries, locks, mappings, observations, true_ups
from core.database.batches import BatchKind, new
from core.database.company import new_company
from core.database.settlements import EntryStatus, Import, OriginalFile
from core.journal.accounts import Accounts
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.marketplaces import read
from core.model import MAPPING_COLUMNS, OBSERVATION_COLUMNS, Event, frame, records
from core.money import cents, total
from core.settlements import books as all_books
from core.settlements import costs_now
from core.settlements import true_ups as trueing
from core.settlements.exporting import ExportWish, export_settlement
from core.settlements.importing import import_file
from core.settlements.reopening import reopen
from core.settlements.verification import company_tie_outs, evidence, tie_outs
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, payout, refund

if TYPE_CHECKING:
    from core.settlements.books import Books

NOW = datetime(2026, 12, 1, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
COSTS = st.decimals(min_value=Decimal("0.5"), max_value=Decimal(3), places=2)
ISSUED = {"801": "2026-08-06", "901": "2026-09-06"}
INVENTORY = {
    Accounts().of(side, store="US", currency="USD").name
    for side in (LineType.INVENTORY_OUT, LineType.INVENTORY_IN, LineType.INVENTORY_LOST)
}
A, B, C = Good("1", "A", 1, "20.00"), Good("2", "B", 1, "15.00"), Good("3", "A", 2, "40.00")
FIRST, LATER = Paid("11", "20.00", "2026-08-02"), Paid("12", "15.00", "2026-09-02")
EDITED = ShopOrder("#1001", (A,), (FIRST,))
"""An order of A, to which B is added when its payout has gone."""
OTHER = ShopOrder("#1002", (C,), (Paid("21", "40.00", "2026-08-04"),))
"""An order of two A, of which one may come back."""
Movement = tuple[str, str, str, str]
"""Day, type, order and amount of a row in the shop's export."""


class Shop(RuleBasedStateMachine):
    """A bookkeeper who pulls some payouts and downloads others."""

    @initialize(returned=st.booleans(), restocked=st.booleans(), pulled=st.booleans())
    def begin(self, returned: bool, restocked: bool, pulled: bool) -> None:  # noqa: FBT001 - drawn
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database.create(Path(self.folder.name) / "books.sqlite", new_company("Acme", "USD", NOW))
        word = "RETURN" if restocked else "NO_RESTOCK"
        back = Back("5", "2026-09-04", (("3", 1, word, "20.00"),), "20.00")
        after = ShopOrder(EDITED.name, (A, B), (FIRST, LATER))
        other = ShopOrder(OTHER.name, OTHER.goods, OTHER.paid, (back,) if returned else ())
        given = [refund(other, back)] if returned else []
        self.records = {
            "801": payout("801", ISSUED["801"], [EDITED, OTHER], charge(EDITED, FIRST), charge(OTHER, OTHER.paid[0])),
            "901": payout("901", ISSUED["901"], [after, other], charge(after, LATER), *given),
        }
        rows: dict[str, list[Movement]] = {
            "801": [("2026-08-02", "charge", "#1001", "20.00"), ("2026-08-04", "charge", "#1002", "40.00")],
            "901": [("2026-09-02", "charge", "#1001", "15.00")],
        }
        if returned:
            rows["901"].append(("2026-09-04", "refund", "#1002", "-20.00"))
        self.rows = rows
        self.gone = {"A": 3 - (returned and restocked), "B": 1}
        self.is_record: set[str] = set()
        self.seen: dict[str, set[Movement]] = {number: set() for number in ISSUED}
        """The rows that exports have brought."""
        self.costs: dict[str, Decimal] = {}
        self.locked: dict[str, tuple[Any, ...]] = {}
        if pulled:  # so that there is something to export from the first step on
            for number in ISSUED:
                self.pull(number)
            self.finale_says(Decimal("2.50"), Decimal("1.25"))

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    def load(self) -> Books:
        return all_books.load(self.database)

    @rule(number=st.sampled_from(sorted(ISSUED)))
    def pull(self, number: str) -> None:
        content = self.records[number]
        file = OriginalFile(f"{number}.json", content)
        (one,) = import_file(self.database, read(content, file.name), file, store=None, **WHO).settlements
        if one.result is not Import.LOCKED:
            self.is_record.add(number)

    @rule(data=st.data())
    def download(self, data: st.DataObject) -> None:
        """Import an export of the days from one to another, of one payout or both."""
        days = sorted({row[0] for its in self.rows.values() for row in its})
        first, last = sorted((data.draw(st.sampled_from(days)), data.draw(st.sampled_from(days))))
        cut = {number: [row for row in its if first <= row[0] <= last] for number, its in self.rows.items()}
        head = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"
        text = "".join(
            f"{day} 12:00:00 +0000,{kind},{order},{ISSUED[number]},{number},{amount},0.00,{amount},USD\n"
            for number, its in cut.items()
            for day, kind, order, amount in its
        )
        file = OriginalFile(f"{first} {last}.csv", (head + text).encode())
        for one in import_file(self.database, read(file.content, file.name), file, store=None, **WHO).settlements:
            if one.result is not Import.LOCKED and one.settlement_id not in self.is_record:
                self.seen[one.settlement_id] |= set(cut[one.settlement_id])

    @rule(cost=COSTS, other=COSTS)
    def finale_says(self, cost: Decimal, other: Decimal) -> None:
        self.costs = {"A": cost, "B": other}
        same = {"kind": "order", "currency": "USD", "fetched_at": NOW}
        shipped = [("#1001", "A", 1), ("#1001", "B", 1), ("#1002", "A", 2)]
        rows = [
            {**same, "order_id": order, "product_id": sku, "unit_cost": self.costs[sku], "units": units}
            for order, sku, units in shipped
        ]
        known = [{"sku": sku, "product_id": sku, "units": 1} for sku in self.costs]
        with self.database.writing() as connection:
            batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
            observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)
            mappings.add(connection, frame(MAPPING_COLUMNS, known), batch, NOW)

    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).status == "Ready to export"]
        if ready:
            chosen = data.draw(st.sampled_from(ready))
            wish = ExportWish(accept_suspect=True, accept_provisional=True)
            export_settlement(self.database, books, chosen, wish, **WHO)
            for row in records(books.lines_of(chosen)):
                self.locked[row["key"]] = (row["unit_cost"], row["cogs"], row["cost_quantity"])

    @rule(data=st.data())
    def export_the_money_alone(self, data: st.DataObject) -> None:
        books = self.load()
        waiting = [one for one in books.settlements if one.settlement_entry is EntryStatus.OPEN and one.ties_out]
        if waiting:
            wish = ExportWish(kinds=(EntryKind.SETTLEMENT,), accept_provisional=True)
            export_settlement(self.database, books, data.draw(st.sampled_from(waiting)), wish, **WHO)

    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        books = self.load()
        states = (EntryStatus.OPEN, EntryStatus.OPEN)
        out = [one for one in books.settlements if (one.settlement_entry, one.cogs_entry) != states]
        if out:
            chosen = data.draw(st.sampled_from(out))
            reopen(self.database, chosen, "wrong bill", lock_date=None, **WHO)
            for key in books.lines_of(chosen)["key"]:
                self.locked.pop(key, None)

    @rule()
    def accept_all(self) -> None:
        waiting = self.propose()
        if waiting:
            trueing.accept(self.database, self.load(), waiting, accounts=Accounts(), lock_date=None, **WHO)
        assert [] == self.propose(), "what was accepted leaves nothing over"

    def propose(self) -> list[int]:
        trueing.propose(self.database, self.load(), **WHO)
        with self.database.reading() as connection:
            return [int(number) for number in true_ups.pending(connection)["id"]]

    @invariant()
    def the_books_hold_what_they_promise(self) -> None:
        if not hasattr(self, "database"):
            return
        books, held = self.load(), evidence(self.database)
        found = [one for each in books.settlements for one in tie_outs(self.database, books, each, ExportWish(), held)]
        found += company_tie_outs(self.database, books, held)
        assert [] == [one.sentence for one in found if not one.ok]
        self.what_went_out_stands(books)
        self.a_payout_holds_its_record_or_the_union_of_its_exports(books)
        if self.is_record == set(ISSUED) and self.costs and costs_now.differences(books).empty:
            self.each_unit_is_expensed_once(books)

    def what_went_out_stands(self, books: Books) -> None:
        lines = {row["key"]: row for row in records(books.lines)}
        for key, figures in self.locked.items():
            assert figures == tuple(lines[key][name] for name in ("unit_cost", "cogs", "cost_quantity"))
        with self.database.reading() as connection:
            journal = records(entries.journal(connection))
            for one in books.settlements:
                assert not locks.find(connection, one) or [] == locks.verify(connection, one, books.lines_of(one))
        place = {row["key"]: row["settlement_id"] for row in records(books.lines)}
        held: dict[str, Decimal] = {}
        for row in costs_now.held_lines(books):
            held[place[row["key"]]] = held.get(place[row["key"]], Decimal(0)) + (row["cogs"] or 0)
        out_of_stock = -sum((row["amount"] for row in journal if row["account"] in INVENTORY), Decimal(0))
        assert sum((cents(one) for one in held.values()), Decimal(0)) == out_of_stock
        assert sum((row["amount"] for row in journal), Decimal(0)) == 0

    def a_payout_holds_its_record_or_the_union_of_its_exports(self, books: Books) -> None:
        for number, its in self.rows.items():
            lines = books.lines[(books.lines["settlement_id"] == number) & (books.lines["event"] != Event.PAYOUT)]
            brought = its if number in self.is_record else self.seen[number]
            assert total(lines["net"]) == sum((Decimal(row[3]) for row in brought), Decimal(0))

    def each_unit_is_expensed_once(self, books: Books) -> None:
        held = {row["key"]: row for row in costs_now.held_lines(books)}
        cogs = [held.get(row["key"], row)["cogs"] for row in records(books.lines)]
        assert sum((units * self.costs[sku] for sku, units in self.gone.items()), Decimal(0)) == total(cogs)


Shop.TestCase.settings = settings(
    max_examples=1, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
TestShop = Shop.TestCase


@pytest.mark.long
def test_many_shops() -> None:
    """The same, for a minute or two."""
    many = settings(max_examples=5, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Shop, settings=many)
