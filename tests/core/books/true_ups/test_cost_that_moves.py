"""Cost that belongs elsewhere moves to the accounts of its kind, also where it comes to the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.type_choices import change_types
from core.books.true_ups import cost_comparison, resolve_after_export, true_up_history
from core.books.true_ups.true_up_history import FOUND_COLUMNS
from core.books.true_ups.true_ups import immaterial_true_ups
from core.frame_columns import TEXT, frame, records
from core.journal.accounts import AccountRow, Accounts
from core.journal.cogs_entry import CostLine, CostPosting, cost_accounts, true_up_entries
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.model import CostStatus
from core.money import total
from tests.core.books.shops import NOW, WHO, Shop, sale
from tests.core.books.true_ups.shop_with_groups import FINALE, MUGS, TRUE_UP, differing, odd
from tests.core.books.verification.healthy_books import with_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop.open(tmp_path, "US", "CA")
    yield made
    made.database.close()


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
