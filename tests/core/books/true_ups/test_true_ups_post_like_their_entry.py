"""A true-up is posted by whom the COGS entry that it corrects was, under its line types, to the accounts of today."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.entries import stored_entries
from core.books.settings.type_choices import change_types
from core.books.true_ups import cost_comparison
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.journal.accounts import AccountRow, Accounts
from core.journal.cogs_entry import COST_TYPES, CostPosting, cogs_by_type, true_up_entries
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.model import CostStatus, Event
from core.money import MONEY, cents, total
from tests.core.books.shops import NOW, WHO, Shop, lost, refund, sale
from tests.core.books.true_ups.shop_with_groups import FINALE, MUGS, TRUE_UP, differing, odd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop.open(tmp_path, "US", "CA")
    yield made
    made.database.close()


@pytest.mark.long
def test_a_loss_that_finale_posted_is_corrected_by_finale(shop: Shop) -> None:
    """A loss of 3 goes from 7 to 8 after the export: shown, and in no file."""
    shop.set(losses_posted_by="Finale")
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", 3))
    shop.finale_says({("111-1", "CUP"): "5.00"}, CUP="7.00")
    shop.export("1")
    shop.finale_says(CUP="8.00")

    shop.accept()

    assert {} == shop.posted(TRUE_UP)
    assert {"Damaged and Lost Inventory": "3.00", "Inventory Asset": "-3.00"} == shop.posted(FINALE)


@pytest.mark.long
def test_a_loss_that_we_posted_is_corrected_by_us(shop: Shop) -> None:
    """Finale posts COGS and we the losses: the difference goes out, to the account of losses."""
    shop.set(cogs_posted_by="Finale")
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", 3))
    shop.finale_says({("111-1", "CUP"): "5.00"}, CUP="7.00")
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "5.50"}, CUP="8.00")

    shop.accept()

    assert {"Damaged and Lost Inventory": "3.00", "Inventory Asset": "-3.00"} == shop.posted(TRUE_UP)
    assert {"Cost of Goods Sold": "0.50", "Inventory Asset": "-0.50"} == shop.posted(FINALE)


@pytest.mark.long
def test_whoever_posted_it_corrects_it_though_setup_names_another_by_now(shop: Shop) -> None:
    """Finale has posted nothing of a settlement that went out from here, so that it corrects nothing of it."""
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", 3))
    shop.finale_says({("111-1", "CUP"): "5.00"}, CUP="7.00")
    shop.export("1")
    shop.set(cogs_posted_by="Finale", losses_posted_by="Finale")
    shop.finale_says(CUP="8.00")

    shop.accept()

    assert {"Damaged and Lost Inventory": "3.00", "Inventory Asset": "-3.00"} == shop.posted(TRUE_UP)


@pytest.mark.long
def test_a_true_up_goes_to_the_accounts_of_its_item_group(shop: Shop) -> None:
    """Mugs have accounts of their own; what is no mug stays on the general ones."""
    shop.choose(*MUGS)
    shop.bring_in("1", sale("111-1", "MUG-RED"), sale("111-2", "CUP"))
    shop.finale_says({("111-1", "MUG-RED"): "10.00", ("111-2", "CUP"): "4.00"})
    shop.export("1")
    shop.finale_says({("111-1", "MUG-RED"): "12.00", ("111-2", "CUP"): "4.25"})

    shop.accept()

    assert {
        "COGS Mugs": "2.00",
        "Mugs in stock": "-2.00",
        "Cost of Goods Sold": "0.25",
        "Inventory Asset": "-0.25",
    } == shop.posted(TRUE_UP)


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "after", "then", "now"),
    [
        (MUGS, (MUGS[0].model_copy(update={"name": "COGS Cups"}), MUGS[1]), "COGS Mugs", "COGS Cups"),
        (MUGS, MUGS[1:], "COGS Mugs", "Cost of Goods Sold"),
        ((), MUGS, "Cost of Goods Sold", "COGS Mugs"),
    ],
)
def test_an_account_that_is_changed_after_the_export_holds_for_its_true_ups(
    shop: Shop, before: tuple[AccountRow, ...], after: tuple[AccountRow, ...], then: str, now: str
) -> None:
    """Sheet Accounts holds from the next button on; only a reversal goes back to where each entry was posted."""
    shop.choose(*before)
    shop.bring_in("1", sale("111-1", "MUG-RED"))
    shop.finale_says({("111-1", "MUG-RED"): "10.00"})
    shop.export("1")
    shop.choose(*after)
    shop.finale_says({("111-1", "MUG-RED"): "12.00"})

    shop.accept()

    assert "10.00" == shop.posted("COGS")[then]
    assert "2.00" == shop.posted(TRUE_UP)[now]
    shop.reopen("1")
    assert {} == shop.posted()


@pytest.mark.long
def test_a_true_up_goes_to_the_accounts_of_its_store(shop: Shop) -> None:
    """Two settlements of two stores with one id, each on its own account."""
    shop.choose(AccountRow(line_type=LineType.COGS_SALES, store="CA", name="COGS Canada"))
    for store, order in (("US", "111-1"), ("CA", "222-1")):
        shop.bring_in("1", sale(order, "CUP"), store=store)
    shop.finale_says({("111-1", "CUP"): "5.00", ("222-1", "CUP"): "5.00"})
    shop.export("US/1", "CA/1")
    shop.finale_says({("111-1", "CUP"): "5.10", ("222-1", "CUP"): "5.20"})

    shop.accept()

    assert {"Cost of Goods Sold": "0.10", "COGS Canada": "0.20", "Inventory Asset": "-0.30"} == shop.posted(TRUE_UP)


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "then", "account"),
    [
        ("Chargebacks", "Sales", "Cost of Goods Sold"),
        ("Refunds, goods kept by the buyer", "Sales", "Cost of Goods Sold"),
        ("Chargebacks", "Liquidations", "Cost of Goods Sold"),
        ("Chargebacks", "Reimbursements for lost or damaged goods", "Damaged and Lost Inventory"),
    ],
)
@pytest.mark.parametrize("kinds", [(EntryKind.COGS, EntryKind.SETTLEMENT), (EntryKind.COGS,)])
def test_goods_of_a_word_answered_otherwise_cost_what_its_line_type_says(
    shop: Shop, first: str, then: str, account: str, kinds: tuple[EntryKind, ...]
) -> None:
    """A chargeback that turns out to be a sale of 2 at 4.00 is cost of goods sold, as in the entry of a sale."""
    word = ("Amazon", "other-transaction / ODD")
    shop.bring_in("1", sale("111-1", "CUP"), odd("111-2", "MUG", 2))
    shop.finale_says({("111-1", "CUP"): "5.00", ("111-2", "MUG"): "4.00"}, MUG="4.00")
    change_types(shop.database, {word: first}, **WHO)
    shop.export("1", kinds=kinds)
    change_types(shop.database, {word: then}, **WHO)

    shop.accept()

    assert {account: "8.00", "Inventory Asset": "-8.00"} == shop.posted(TRUE_UP)
    assert [] == differing(shop)
    change_types(shop.database, {word: first}, **WHO)
    shop.accept()
    assert {} == shop.posted(TRUE_UP)
    assert [] == differing(shop)
    change_types(shop.database, {word: "Reimbursements for lost or damaged goods"}, **WHO)
    shop.accept()
    assert {"Damaged and Lost Inventory": "8.00", "Inventory Asset": "-8.00"} == shop.posted(TRUE_UP)
    assert [] == differing(shop)


@pytest.mark.long
def test_a_refund_s_true_up_stands_on_the_lines_of_returned_goods(shop: Shop) -> None:
    """The sale's and the refund's differences do not vanish into each other: they post to different accounts."""
    shop.choose(AccountRow(line_type=LineType.COGS_REFUNDS, name="COGS returned"))
    shop.bring_in("1", sale("111-1", "CUP", 2), refund("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "5.50"})

    shop.accept()

    assert {"Cost of Goods Sold": "1.00", "COGS returned": "-0.50", "Inventory Asset": "-0.50"} == shop.posted(TRUE_UP)
    assert {"Cost of goods sold", "Inventory sold", "Cost of goods returned", "Inventory returned"} == {
        row["memo"] for row in shop.journal(TRUE_UP)
    }


@pytest.mark.long
def test_reopening_takes_every_true_up_back_where_it_was_posted(shop: Shop) -> None:
    """By account nothing is left, for us and for Finale."""
    shop.choose(*MUGS)
    shop.set(losses_posted_by="Finale")
    shop.bring_in("1", sale("111-1", "MUG-RED"), lost("CUP", 3))
    shop.finale_says({("111-1", "MUG-RED"): "10.00"}, CUP="7.00")
    shop.export("1")
    shop.finale_says({("111-1", "MUG-RED"): "12.00"}, CUP="8.00")
    shop.accept()

    shop.reopen("1")

    assert {} == shop.posted()
    assert {} == shop.posted(FINALE, "COGS posted by Finale", "reversal of what Finale posted")


@pytest.mark.long
def test_each_decision_names_the_entry_that_posts_it(shop: Shop) -> None:
    """Of a sale of ours and a loss of Finale's in one settlement."""
    shop.set(losses_posted_by="Finale")
    shop.bring_in("1", sale("111-1", "CUP"), lost("CUP", 3))
    shop.finale_says({("111-1", "CUP"): "5.00"}, CUP="7.00")
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "5.50"}, CUP="8.00")
    shop.accept()

    accepted = records(shop.books.accepted_true_ups)
    kind_of = {row["entry"]: row["kind"] for row in shop.journal()}
    event_of = {row["key"]: row["event"] for row in records(shop.books.lines)}

    assert {(Event.SALE, TRUE_UP), (Event.REIMBURSEMENT, FINALE)} == {
        (event_of[row["key"]], kind_of[row["entry"]]) for row in accepted
    }


@pytest.mark.long
def test_what_rounds_to_nothing_is_accepted_without_an_entry(shop: Shop) -> None:
    """Less than half a cent: the books hold the new cost, and no entry of zeros goes out."""
    shop.bring_in("1", sale("111-1", "CUP"))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    shop.export("1")
    shop.finale_says({("111-1", "CUP"): "5.004"})

    accepted = shop.accept()

    assert (1, ()) == (accepted.lines, accepted.entries)
    assert cost_comparison.differences(shop.books).empty
    with shop.database.reading() as connection:
        stored = stored_entries.of_settlement(connection, shop.settlement("1").id)
    assert 2 == len(stored)


COSTS = st.decimals(-20, 20, places=6)
LINES = st.tuples(
    st.sampled_from([Event.SALE, Event.REFUND, Event.DISPUTE, Event.REIMBURSEMENT, Event.LIQUIDATION]),
    st.sampled_from(["MUG-1", "MUG-2", "CUP", "POT"]),
    COSTS,
    COSTS,
)


@pytest.mark.long
@given(rows=st.lists(LINES, min_size=1, max_size=6), finale=st.sets(st.sampled_from(COST_TYPES)))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_entry_and_true_ups_together_post_what_the_books_hold(
    rows: list[tuple[Event, str, Decimal, Decimal]], finale: set[LineType]
) -> None:
    """Whatever is corrected: in all to the cent, per kind of cost within what rounding can leave, by its poster."""
    lines = frame(
        {**TRANSACTION_COLUMNS, **COSTED_COLUMNS},
        [
            {"store": "US", "event": event, "sku": sku, "cogs": cogs, "cost_status": CostStatus.COSTED}
            for event, sku, cogs, _ in rows
        ],
    )
    more = lines.assign(difference=pd.Series([difference for *_, difference in rows], dtype=MONEY))
    whole = cents(total(lines["cogs"]) + total(more["difference"])) - cents(total(lines["cogs"]))
    posting = CostPosting("US", "USD", Accounts(MUGS), finale)

    made = true_up_entries(more, NOW.date(), whole, settlement_id="1", revision=7, posting=posting)

    booked = [line for entry in made for line in entry.lines]
    assert whole == total(line.amount for line in booked if line.type in COST_TYPES)
    assert all(line.amount for line in booked)
    for entry in made:
        of_finale = entry.key.kind == FINALE
        assert {of_finale} == {line.type in finale for line in entry.lines if line.type in COST_TYPES}
    after = cogs_by_type(lines.assign(cogs=lines["cogs"] + more["difference"]))
    before = cogs_by_type(lines)
    for debit in COST_TYPES:
        posted = total(line.amount for line in booked if line.type is debit)
        assert abs(posted - (after[debit] - before[debit])) <= Decimal("0.04"), "each figure is rounded once"
