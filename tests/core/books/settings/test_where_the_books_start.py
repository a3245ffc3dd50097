"""First use: books start, settlements posted elsewhere, opening costs, and the policies that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions, HistoryError, export_settlement, make_entries
from core.books.entries.posted_elsewhere import NothingToLockError, PostedElsewhereReasonError, post_elsewhere
from core.books.loading import load_books
from core.books.settings import opening_costs
from core.books.settings.opening_costs import OpeningCostError, TypedOpening, change_opening_costs
from core.books.settings.policies import change_policies
from core.books.settlements.remarks import remarks
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.model import CostSource, CostStatus, Event
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, let_finale_say, open_books
from tests.core.books.shops import Shop, sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


ORDER = "111-0"
LIFE = Life(ORDER, "US", sold=((0, 2),), refunds=((1, 1),), lost=None)
OTHER = Life("111-1", "US", sold=((1, 1),), refunds=(), lost=None)
MUG = TypedOpening("MUG", "3.50", "", "")


@dataclass(frozen=True)
class First:
    """Books with two mugs sold in US0 (from 3 August), one refunded and another sold in US1 (from 17 August)."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def set(self, **policies: str) -> None:
        change_policies(self.database, policies, **WHO)

    def settlement(self, number: str) -> BookedSettlement:
        return self.books.named([number])[0]

    def status(self, number: str) -> tuple[str, str]:
        state = self.books.state(self.settlement(number))
        return state.status, state.cogs_status

    def refund(self) -> dict[str, object]:
        return next(row for row in records(self.books.lines) if row["event"] == Event.REFUND)

    def export(self, number: str) -> None:
        export_settlement(self.database, self.books, self.settlement(number), ExportOptions(), **WHO)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[First]:
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, OTHER)).values():
            bring_in(database, "US", file)
        for order in (ORDER, "111-1"):
            let_finale_say(database, order, Decimal("4.00"))
        yield First(database)


@pytest.mark.long
def test_a_settlement_before_books_start_is_history(first: First) -> None:
    """It gives its cost to the refund, is neither counted nor posted, and no true-up is proposed for it."""
    first.set(books_start="2026-08-17")
    books = first.books

    assert ("History", "History") == first.status("US0")
    assert {"US1"} == set(books.counted(books.lines)["settlement_id"])
    assert [] == make_entries(books, first.settlement("US0"), EntryKind.COGS, ExportOptions())
    with pytest.raises(HistoryError, match="Books start"):
        first.export("US0")
    assert (CostSource.ORIGINAL, Decimal("4.00")) == (first.refund()["cost_source"], first.refund()["unit_cost"])


@pytest.mark.long
def test_a_settlement_across_books_start_is_split(first: First) -> None:
    """Only what was posted from that day on is posted, and nothing before it is asked for."""
    first.set(books_start="2026-08-10")
    whole = make_entries(first.books, first.settlement("US0"), EntryKind.SETTLEMENT, ExportOptions())
    first.set(books_start="2026-08-03")
    before = first.books.counted(first.books.lines)

    assert ([], 3) == (whole, len(before))
    assert "Ready to export" == first.status("US0")[0]
    first.export("US0")
    with first.database.reading() as connection:
        assert {"US0"} == set(stored_entries.journal(connection)["settlement_id"])


@pytest.mark.long
def test_a_missing_original_before_books_start_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody is asked for the cost of what these books do not count, so the refund is asked itself."""
    with open_books(tmp_path) as database:
        for file in files_of((LIFE, OTHER)).values():
            bring_in(database, "US", file)
        made = First(database)
        waiting = made.refund()["cost_status"]
        made.set(books_start="2026-08-05")

        assert (CostStatus.WAITING, CostStatus.MISSING) == (waiting, made.refund()["cost_status"])


@pytest.mark.long
def test_posted_elsewhere_locks_many_at_once_without_an_entry(first: First) -> None:
    """A later cost proposes nothing, and the refund keeps the cost that was locked."""
    with pytest.raises(PostedElsewhereReasonError):
        post_elsewhere(first.database, first.books, [first.settlement("US0")], " ", **WHO)

    post_elsewhere(first.database, first.books, [first.settlement("US0")], "A2X until July", **WHO)
    let_finale_say(first.database, ORDER, Decimal("9.00"))

    assert ("Posted elsewhere", "Posted elsewhere") == first.status("US0")
    assert Decimal("4.00") == first.refund()["unit_cost"]
    assert cost_comparison.differences(first.books).empty
    with first.database.reading() as connection:
        assert stored_entries.journal(connection).empty
    with pytest.raises(NothingToLockError, match="Posted elsewhere"):
        post_elsewhere(first.database, first.books, list(first.books.settlements), "again", **WHO)
    assert first.status("US1")[0] == "Ready to export", "all of them or none"


@pytest.mark.long
def test_opening_costs_are_used_before_finale_start(first: First) -> None:
    """They are typed per SKU, take the place of a missing cost, and are taken back by emptying the cost."""
    first.set(finale_start="2027-01-01")
    bring_in(first.database, "US", files_of((Life("111-9", "US", ((2, 1),), (), None),))["US", 2])

    def of_new_order() -> tuple[object, object]:
        row = next(row for row in records(first.books.lines) if row["order_id"] == "111-9")
        return row["unit_cost"], row["cost_source"]

    assert 1 == change_opening_costs(first.database, [MUG], **WHO)
    assert (Decimal("3.50"), CostSource.OPENING) == of_new_order()
    change_opening_costs(first.database, [TypedOpening("MUG", "", "USD", "")], **WHO)
    assert (None, None) == of_new_order()


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (TypedOpening("MUG", "about 3", "", ""), "not a number"),
        (TypedOpening("MUG", "0", "", ""), "above 0"),
        (TypedOpening("MUG", "3.50", "EUR", ""), "kept in USD"),
        (TypedOpening("MUG", "3.50", "", "last year"), "not a date"),
        (TypedOpening("MUG", "3.50", "9" * 300, ""), "in 9{100} …, and the books are kept in USD"),
    ],
)
def test_an_opening_cost_that_cannot_be_taken_is_refused_by_its_sku(
    first: First, typed: TypedOpening, reason: str
) -> None:
    """Nothing of the sheet is stored then."""
    with pytest.raises(OpeningCostError, match=reason):
        change_opening_costs(first.database, [TypedOpening("CUP", "1", "", ""), typed], **WHO)

    with first.database.reading() as connection:
        assert opening_costs.latest(connection).empty


@pytest.mark.long
def test_true_ups_below_the_materiality_limit_are_immaterial_per_settlement(first: First) -> None:
    """A sale of two mugs moves 0.60, above the limit of 0.50; its refund's 0.30 is not dismissed apart from it."""
    for number in ("US0", "US1"):
        first.export(number)
    let_finale_say(first.database, ORDER, Decimal("4.30"))
    true_ups.propose_true_ups(first.database, first.books, **WHO)
    with first.database.reading() as connection:
        pending = true_up_history.pending(connection)

    found = []
    for limit in ("0", "0.50", "0.61"):
        first.set(materiality=limit)
        found.append(len(true_ups.immaterial_true_ups(first.books, pending)))

    assert [0, 0, 2] == found


@pytest.mark.long
def test_refunds_without_units_are_asked_for_where_the_policy_says_so(first: First) -> None:
    """The units of an exact share are proposed, not taken."""
    derived = first.refund()["cost_status"]
    first.set(refund_units="ask")

    assert (CostStatus.COSTED, CostStatus.MISSING) == (derived, first.refund()["cost_status"])


@pytest.mark.long
def test_a_split_settlement_says_what_of_it_is_posted_and_what_its_clearing_account_opens_with(tmp_path: Path) -> None:
    """Its COGS is that of the part posted here; the rest of its deposit is named as the account's opening balance."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 4), sale("111-2", "CUP", 10, day="2026-08-12"))
    shop.finale_says({("111-1", "CUP"): "1.00", ("111-2", "CUP"): "1.00"})
    whole = shop.books.state(shop.settlement("1")).cogs, remarks(shop.books)
    shop.set(books_start="2026-08-10")
    split = shop.books.state(shop.settlement("1")).cogs
    ((remark,),) = remarks(shop.books).values()
    shop.export("1")

    assert (Decimal("14.00"), {}) == whole
    assert Decimal("10.00") == split
    assert "10.00" == shop.posted()["Cost of Goods Sold"]
    assert "Split at books start: USD 40.00 before it" == remark.short
    assert "USD 4.00 of COGS" in remark.message
    assert "enter USD 40.00 as opening balance of US Clearing USD on 2026-08-09" in remark.message
    shop.database.close()


@pytest.mark.long
def test_an_exported_split_settlement_names_the_books_start_that_it_went_out_with(tmp_path: Path) -> None:
    """Its clearing account opened then, wherever the books start later; reopened it is whole."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 4), sale("111-2", "CUP", 10, day="2026-08-12"))
    shop.bring_in("2", sale("111-3", "CUP", day="2026-08-20"), sale("111-4", "CUP", day="2026-08-28"))
    shop.finale_says({(f"111-{number}", "CUP"): "1.00" for number in range(1, 5)})
    shop.set(books_start="2026-08-10")
    shop.export("1")
    change_policies(shop.database, {"books_start": "2026-08-25"}, agreed=True, **WHO)

    told = {settlement: remark.message for (_, settlement), (remark,) in remarks(shop.books).items()}
    assert "Books start on 2026-08-10" in told["1"]
    assert "on 2026-08-09, debit" in told["1"]
    assert "Books start on 2026-08-25" in told["2"]
    assert "on 2026-08-24, debit" in told["2"]
    change_policies(shop.database, {"books_start": "2026-08-01"}, agreed=True, **WHO)
    assert ["1"] == [settlement for _, settlement in remarks(shop.books)]
    shop.reopen("1")
    assert {} == remarks(shop.books)
    shop.database.close()


@pytest.mark.long
def test_a_settlement_posted_elsewhere_needs_no_opening_balance(tmp_path: Path) -> None:
    """Its deposit does not go over our account."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 4), sale("111-2", "CUP", 10, day="2026-08-12"))
    shop.set(books_start="2026-08-10")
    post_elsewhere(shop.database, shop.books, [shop.settlement("1")], "A2X", **WHO)

    ((remark,),) = remarks(shop.books).values()

    assert "opening balance" not in remark.message
    shop.database.close()
