"""A true-up is posted by whom the COGS entry that it corrects was, under its line types, to the accounts of today."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.type_choices import change_types
from core.books.true_ups import cost_comparison, resolve_after_export, true_up_history
from core.books.true_ups.true_up_history import FOUND_COLUMNS
from core.books.true_ups.true_ups import immaterial_true_ups
from core.books.verification.verification import tie_outs
from core.frame_columns import COSTED_COLUMNS, TEXT, TRANSACTION_COLUMNS, frame, records
from core.journal.accounts import AccountRow, Accounts
from core.journal.cogs_entry import COST_TYPES, CostLine, CostPosting, cogs_by_type, cost_accounts, true_up_entries
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.model import CostStatus, Event
from core.money import MONEY, cents, total
from tests.core.books.shops import NOW, WHO, Shop, lost, refund, sale
from tests.core.books.verification.test_verifying_what_is_stored import with_answer
from tests.core.marketplaces.amazon_files import line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MUGS = (
    AccountRow(line_type=LineType.COGS_SALES, item_group="MUG-", name="COGS Mugs", number="511"),
    AccountRow(line_type=LineType.INVENTORY_OUT, item_group="MUG-", name="Mugs in stock", number="131"),
)
TRUE_UP, FINALE = "true-up", "true-up posted by Finale"


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


def odd(order: str, sku: str, units: int) -> dict[str, str]:
    """Return a row of a word that nobody has declared, with units of an order."""
    words = {"transaction_type": "other-transaction", "amount_type": "other-transaction", "amount_description": "ODD"}
    named = {"order_id": order, "order_item_code": "", "shipment_id": "", "sku": sku, "quantity_purchased": str(units)}
    return line("12.00", **words, **named, posted_date_time="2026-08-07 10:00:00 UTC")


def differing(shop: Shop) -> list[str]:
    """Return what verify names."""
    found = tie_outs(shop.database, shop.books, shop.settlement("1"), ExportOptions())
    return [one.sentence for one in found if not one.ok]


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


LOSS = "Reimbursements for lost or damaged goods"
WORD = ("Amazon", "other-transaction / ODD")
GOODS, LOST = "Cost of Goods Sold", "Damaged and Lost Inventory"


def costed_word(
    shop: Shop, said: str, *, kinds: tuple[EntryKind, ...] = (EntryKind.COGS, EntryKind.SETTLEMENT)
) -> None:
    """Export a word of 2 mugs at 4.00 as what it is said to be, beside a sale."""
    shop.bring_in("1", sale("111-1", "CUP"), odd("111-2", "MUG", 2))
    shop.finale_says({("111-1", "CUP"): "5.00", ("111-2", "MUG"): "4.00"}, MUG="4.00")
    change_types(shop.database, {WORD: said}, **WHO)
    shop.export("1", kinds=kinds)


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "then", "left", "come"),
    [("Sales", LOSS, GOODS, LOST), (LOSS, "Sales", LOST, GOODS), ("Liquidations", LOSS, GOODS, LOST)],
)
@pytest.mark.parametrize("kinds", [(EntryKind.COGS, EntryKind.SETTLEMENT), (EntryKind.COGS,)])
def test_cost_of_the_same_amount_moves_to_the_accounts_of_its_kind(
    shop: Shop, first: str, then: str, left: str, come: str, kinds: tuple[EntryKind, ...]
) -> None:
    """The sum is 0 and 8.00 stand on another account; back again, and nothing is left."""
    costed_word(shop, first, kinds=kinds)
    change_types(shop.database, {WORD: then}, **WHO)

    (proposed,) = shop.proposed()
    shop.accept()

    assert (Decimal(0), "account") == (proposed["difference"], proposed["cause"])
    moved = shop.posted(TRUE_UP)
    assert {left: "-8.00", come: "8.00"} == moved
    assert [] == shop.proposed()
    assert [] == differing(shop)
    change_types(shop.database, {WORD: first}, **WHO)
    shop.accept()
    assert {} == shop.posted(TRUE_UP)
    assert [] == differing(shop)


@pytest.mark.long
def test_cost_that_moves_and_differs_leaves_with_what_it_was_and_comes_with_what_it_is(shop: Shop) -> None:
    """2 at 4.00 as a sale, and 2 at 5.00 as a loss: -8.00 here and 10.00 there."""
    costed_word(shop, "Sales")
    change_types(shop.database, {WORD: LOSS}, **WHO)
    shop.finale_says({("111-2", "MUG"): "5.00"}, MUG="5.00")

    shop.accept()

    assert {GOODS: "-8.00", LOST: "10.00", "Inventory Asset": "-2.00"} == shop.posted(TRUE_UP)
    assert [] == [*shop.proposed(), *differing(shop)]
    shop.finale_says({("111-2", "MUG"): "5.25"}, MUG="5.25")
    shop.accept()
    assert {GOODS: "-8.00", LOST: "10.50", "Inventory Asset": "-2.50"} == shop.posted(TRUE_UP)
    assert [] == differing(shop)


@pytest.mark.long
def test_cost_moves_between_what_finale_posts_and_what_we_post(shop: Shop) -> None:
    """Finale posts losses: it takes 8.00 up, and our entry takes them off."""
    shop.set(losses_posted_by="Finale")
    costed_word(shop, "Sales")
    change_types(shop.database, {WORD: LOSS}, **WHO)

    shop.accept()

    assert {GOODS: "-8.00", "Inventory Asset": "8.00"} == shop.posted(TRUE_UP)
    assert {LOST: "8.00", "Inventory Asset": "-8.00"} == shop.posted(FINALE)
    assert [] == differing(shop)


@pytest.mark.long
def test_cost_stays_where_both_kinds_post_to_one_account(shop: Shop) -> None:
    """Somebody who books losses as cost of goods sold has nothing to move."""
    shop.choose(AccountRow(line_type=LineType.LOSSES, name=GOODS))
    costed_word(shop, "Sales")
    change_types(shop.database, {WORD: LOSS}, **WHO)

    assert [] == shop.proposed()


@pytest.mark.long
def test_a_dismissed_move_stays_dismissed_until_it_would_be_another(shop: Shop) -> None:
    """And what moves counts against the materiality limit, though its difference is 0.00."""
    shop.set(materiality="8.01")
    costed_word(shop, "Sales")
    change_types(shop.database, {WORD: LOSS}, **WHO)
    (proposed,) = shop.proposed()
    with shop.database.reading() as connection:
        pending = true_up_history.pending(connection)
    small = immaterial_true_ups(shop.books, pending)["id"]
    shop.set(materiality="8.00")
    large = immaterial_true_ups(shop.books, pending)["id"]

    shop.dismiss()

    assert ([proposed["id"]], []) == (list(small), list(large))
    assert [] == shop.proposed()
    change_types(shop.database, {WORD: "Sales"}, **WHO)
    assert [] == shop.proposed()
    change_types(shop.database, {WORD: LOSS}, **WHO)
    assert [] == shop.proposed()
    shop.finale_says({("111-2", "MUG"): "5.00"}, MUG="5.00")
    assert [(Decimal(2), "reimbursement")] == [(row["difference"], row["event_now"]) for row in shop.proposed()]


def test_goods_of_another_item_group_move_between_its_accounts() -> None:
    """A SKU that is read otherwise: 8.00 leave the mugs, on both sides."""
    found = {"key": "k", "cogs": Decimal(8), "difference": Decimal(0)}
    moves = {"event_was": "sale", "sku_was": "MUG-RED", "event_now": "sale", "sku_now": "CUP"}
    lines = frame(
        {**FOUND_COLUMNS, "event": TEXT, "sku": TEXT}, [{**found, **moves, "event": "sale", "sku": "MUG-RED"}]
    )
    posting = CostPosting("US", "USD", Accounts(MUGS))

    (entry,) = true_up_entries(
        cost_comparison.in_places(lines), NOW.date(), Decimal(0), settlement_id="1", revision=7, posting=posting
    )

    assert {"Cost of Goods Sold": 8, "COGS Mugs": -8, "Inventory Asset": -8, "Mugs in stock": 8} == {
        line.account: line.amount for line in entry.lines
    }
    assert cost_accounts(CostLine("sale"), "MUG-RED", posting) != cost_accounts(CostLine("sale"), "CUP", posting)


@pytest.mark.long
def test_cost_that_was_typed_is_asked_anew_and_moves_with_the_answer(shop: Shop) -> None:
    """It answered another question; until it is answered nothing is proposed, and the profit stays as it is."""
    shop.bring_in("1", sale("111-1", "CUP"), odd("111-2", "MUG", 2))
    shop.finale_says({("111-1", "CUP"): "5.00"})
    change_types(shop.database, {WORD: "Sales"}, **WHO)
    with_answer(shop, "111-2", "4.00")
    shop.export("1")
    change_types(shop.database, {WORD: LOSS}, **WHO)
    (asked,) = records(resolve_after_export.questions_since_export(shop.books))
    shown = resolve_after_export.with_questions_since_export(shop.books, shop.books.lines)

    assert Decimal(13) == total(shown.loc[shown["cost_status"] != CostStatus.MISSING, "cogs"])
    assert (Decimal(4), []) == (asked["proposed_cost"], shop.proposed())
    answers = [Answer(asked["key"], asked["version"], Decimal("4.25"), None)]
    save_answers(shop.database, shop.books, answers, settlement_ids=None, accept_proposals=False, **WHO)
    shop.accept()
    assert {GOODS: "-8.00", LOST: "8.50", "Inventory Asset": "-0.50"} == shop.posted(TRUE_UP)
    assert [] == [*records(resolve_after_export.questions_since_export(shop.books)), *differing(shop)]


@pytest.mark.long
@pytest.mark.parametrize("column", ["event_now", "event_was"])
def test_a_move_that_was_altered_is_named(shop: Shop, tmp_path: Path, column: str) -> None:
    """The entry that posts it moved cost elsewhere."""
    costed_word(shop, "Sales")
    change_types(shop.database, {WORD: LOSS}, **WHO)
    shop.accept()
    with closing(sqlite3.connect(tmp_path / "books.sqlite")) as connection:
        connection.execute(f"UPDATE true_up SET {column} = 'refund'")  # noqa: S608 - our own words
        connection.commit()

    assert any("true-up" in sentence for sentence in differing(shop))
