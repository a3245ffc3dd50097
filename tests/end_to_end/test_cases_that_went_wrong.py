"""Words and costs that once were decided wrongly, by the commands and cells that a bookkeeper uses.

Files of `../shared/cases` are tried where they lie beside the repository; other stories make their files themselves.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import run
from tests.end_to_end.stories import CASES, Story, item, needs_cases, paid, v2

if TYPE_CHECKING:
    from pathlib import Path


UNCLEAR = "Unclear whether goods moved"


@pytest.mark.long
@needs_cases
def test_an_unknown_amount_type_counts_no_units(story: Story) -> None:
    """3 units at 5.00 less 1 refunded; the unknown word is listed, and its -0.90 stays as money of no units."""
    file = CASES / "v2_unknown_amount_type_on_order_row.txt"
    looked = run("inspect", str(file))
    story.bring(file)
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert "Units sold, refunded  3, unknown" in looked.output
    assert [("sale", 0, -0.9)] == [
        (row["Type"], row["Units"], row["Net"]) for row in story.lines() if row["Other"] == -0.9
    ]

    assert (Decimal(15), Decimal(-5)) == (story.cogs(Type="sale"), story.cogs(Type="refund"))
    assert any("ItemTDS" in str(row["Type"]) for row in story.book.table("Transaction types").rows)


@pytest.mark.long
@needs_cases
def test_every_reason_of_a_reimbursement_is_asked_or_declared(story: Story) -> None:
    """None names an order of the books: losses want their cost, all others propose 0, and COGS waits for them."""
    story.bring(CASES / "v2_reimbursement_codes.txt")
    asked = {row["SKU"]: (row["Cause"], row["Proposed cost"]) for row in story.asked()}
    before = story.status()
    refused = story.book.run("export", "24000000011", "--entries", "cogs", "--format", "quickbooks")
    story.answer(({"SKU": "SKU-1"}, {"Cost": 5}), ({"SKU": "SKU-3"}, {"Cost": 7}))
    profit = story.deed("pnl", "--json").data

    assert (2, True) == (refused.status, "None of it was exported" in refused.error)
    assert (Decimal(80), Decimal(12), Decimal(68)) == tuple(
        Decimal(profit[name]) for name in ("reimbursements", "cogs", "profit")
    )
    assert {f"SKU-{number}" for number in range(8)} == set(asked)
    assert {sku for sku, told in asked.items() if told == (UNCLEAR, 0)} == set(asked) - {"SKU-1", "SKU-3"}
    assert (before, story.status()) == ("8 lines without cost", "Ready")
    assert (Decimal(5), Decimal(7), Decimal(12)) == (
        story.cogs(SKU="SKU-1"),
        story.cogs(SKU="SKU-3"),
        story.cogs(Type="reimbursement"),
    )
    assert {
        "Inventory Reimbursements": Decimal(-80),
        "Amazon Clearing USD": Decimal(80),
        "Damaged and Lost Inventory": Decimal(12),
        "Inventory Asset": Decimal(-12),
    } == story.export("24000000011")
    story.ties()


@pytest.mark.long
@needs_cases
def test_what_a_fee_file_says_of_goods_is_asked(story: Story) -> None:
    """Inbound Carrier Damage names neither SKU nor units: both units and cost are typed."""
    story.bring(CASES / "v2_fee_words.txt")
    (row,) = story.asked()
    listed = {row["Type"] for row in story.book.table("Transaction types").rows}
    story.answer(({"Type": "reimbursement"}, {"Cost": 3, "Units back": 2}))

    assert (UNCLEAR, None) == (row["Cause"], row["SKU"])
    assert "other-transaction / BalanceAdjustment" in listed
    assert Decimal(6) == story.cogs(Type="reimbursement")


@pytest.mark.long
@needs_cases
def test_a_buyer_keeps_what_walmart_says_he_keeps(story: Story) -> None:
    """Two sold at 5.00, one refunded without return: 10.00."""
    story.bring(CASES / "walmart_keep_it_refund.csv")
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    (refund,) = [row for row in story.lines() if row["Type"] == "refund"]

    assert (Decimal(10), "Not returned") == (story.cogs(SKU="W-1"), refund["Disposition"])
    story.ties()


@pytest.mark.long
@needs_cases
def test_walmarts_words_say_where_goods_went(story: Story) -> None:
    """Sold 4, lost 1, damaged 1, found 1 at 5.00; kept, destroyed and unclear refunds bring nothing back."""
    story.bring(CASES / "walmart_real_words.csv")
    story.answer(({"Cause": "Not synced"}, {"Cost": 5}), odd=True)  # the file's amounts are sums of many orders
    found = story.asked()
    story.answer(odd=True)

    assert [(UNCLEAR, 5)] == [(row["Cause"], row["Proposed cost"]) for row in found]
    assert (Decimal(20), Decimal(10), Decimal(-5), Decimal(0)) == (
        story.cogs(Type="sale"),
        story.cogs(Type="reimbursement"),
        story.cogs(Type="reimbursement reversal"),
        story.cogs(Type="refund"),
    )
    assert {"Not returned", "Unsellable", "Money only"} == {
        row["Disposition"] for row in story.lines() if row["Type"] == "refund"
    }
    story.ties()


@pytest.mark.long
@needs_cases
def test_shopifys_words_ask_about_money_and_one_sale(story: Story) -> None:
    """The sale says no units; adjustment, debit and credit are asked; the sum is -10.41."""
    story.bring(CASES / "shopify_words.csv")

    assert ["sale"] == [row["Type"] for row in story.asked()]
    assert {"adjustment", "credit", "debit"} == {row["Type"] for row in story.book.table("Transaction types").rows}
    assert Decimal("-10.41") == sum((Decimal(str(row["Net"])) for row in story.lines()), Decimal(0))


@pytest.mark.long
@pytest.mark.parametrize("reason", ["REVERSAL_REIMBURSEMENT", "Customer Return", "CS_ERROR_ITEMS", "WAREHOUSE_DAMAGE"])
def test_a_reimbursement_undoes_an_assumed_restock(story: Story, tmp_path: Path, reason: str) -> None:
    """Sold at 5.00, refunded and assumed restocked, paid for: the goods are gone, 5.00."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item("Refund", "1", "-20.00", day="05"),
        paid(reason, "12.00", order="1"),
    ]
    story.bring(v2(tmp_path, [*rows, paid(reason, "12.00", order="1")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert [Decimal(5), Decimal(-5), Decimal(5)] == [
        story.cogs(Type=kind) for kind in ("sale", "refund", "reimbursement")
    ]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["Chargeback Refund", "A-to-z Guarantee Refund"])
def test_a_claim_leaves_the_goods_with_the_buyer(story: Story, tmp_path: Path, kind: str) -> None:
    """Its reimbursement moves nothing either: 5.00 in all."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item(kind, "1", "-20.00", day="05"),
        paid("Customer Return", "12.00", order="1"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert Decimal(5) == story.cogs(SKU="A")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("word", ["XYZ_UNHEARD_OF", "Goods moved by nobody"])
def test_an_undeclared_word_about_goods_keeps_cogs_back(story: Story, tmp_path: Path, word: str) -> None:
    """It names a SKU and units: asked, 0 proposed; the COGS entry waits until that is answered."""
    rows = [{**paid(word, "12.00", units="2"), "amount-type": "other-transaction"}]
    story.bring(v2(tmp_path, rows))
    before = story.asked()
    waits = story.status()
    story.answer()

    assert [(UNCLEAR, 0)] == [(row["Cause"], row["Proposed cost"]) for row in before]
    assert ("1 line without cost", "Ready") == (waits, story.status())
