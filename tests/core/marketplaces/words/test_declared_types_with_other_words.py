"""A declared type decides no more than it says: words behind it that nobody knows, or that contradict it, are asked."""

from __future__ import annotations

import pytest

from core.line_types import LineType
from core.marketplaces.amazon import unified_languages
from core.marketplaces.amazon import words as amazon
from core.marketplaces.ebay import words as ebay
from core.marketplaces.walmart import words as walmart
from core.marketplaces.words.meanings import UNKNOWN, Meaning, doubted
from core.model import Event, Goods

ODD = ("Goods seized", "Inventory write-off", "Lost on the way", "Transfer to partner")


@pytest.mark.parametrize("kind", ["Sale", "Reserve", "Release Reserve", "Dispute Settlement"])
@pytest.mark.parametrize("description", [*ODD, "WFS LostInventory", "Walmart Capital", "WFS StorageFee"])
def test_walmarts_types_are_asked_with_other_words(kind: str, description: str) -> None:
    """`Sale / Goods seized` is no sale, whatever the row says of units."""
    assert walmart.meaning(kind, description) is UNKNOWN


@pytest.mark.parametrize(
    ("kind", "description", "event"),
    [
        ("Sale", "Purchase", Event.SALE),
        ("Sale", "", Event.SALE),
        ("sale", "SALE", Event.SALE),
        ("Reserve", "Reserve", Event.BALANCE),
        ("Release Reserve", "", Event.BALANCE),
        ("Dispute Settlement", "Dispute Settlement", Event.DISPUTE),
        ("Campaigns", "SEM Marketing", Event.ADVERTISING),
        ("Campaigns", "Summer sale", Event.ADVERTISING),  # a campaign's name
    ],
)
def test_walmarts_types_alone_or_with_their_own_words_ask_nothing(kind: str, description: str, event: Event) -> None:
    """Real statements raise no question about them."""
    assert walmart.meaning(kind, description).event is event


@pytest.mark.parametrize(
    "description", ["WFS LostInventory", "Walmart Capital", "WFS FoundInventory", "WFS StorageFee"]
)
def test_a_campaign_in_words_of_something_else_is_asked(description: str) -> None:
    """The name of a campaign is free; a declared loss, loan or fee contradicts the type."""
    assert walmart.meaning("Campaigns", description) is UNKNOWN


@pytest.mark.parametrize("kind", ["Reversal", "Correction", "Sale Adjustment"])
@pytest.mark.parametrize("description", ["WFS LostInventory", "WFS StorageFee", "Walmart Product Advertising"])
def test_a_description_decides_nothing_behind_a_type_that_nobody_knows(kind: str, description: str) -> None:
    """`Reversal / WFS LostInventory` may be the opposite of a loss."""
    assert walmart.meaning(kind, description) is UNKNOWN
    assert walmart.meaning("Adjustment", description) is not UNKNOWN


@pytest.mark.parametrize("kind", ["Hold", "Charge", "Transfer", "Shipping label", "Loan repayment"])
@pytest.mark.parametrize("detail", ODD)
def test_ebays_types_of_money_alone_say_nothing_of_units_in_other_words(kind: str, detail: str) -> None:
    """A hold of `Goods seized` with 3 units of an SKU is asked, and one without units is a hold."""
    means, declared = ebay.meaning(kind, detail), ebay.is_declared(kind, detail)
    assert doubted(means, declared=declared, sku="VASE", quantity=3) is UNKNOWN
    assert doubted(means, declared=declared, sku="VASE", quantity=None) is means


@pytest.mark.parametrize("detail", ["Hold placed", "Hold released", ""])
def test_a_hold_that_repeats_the_items_of_its_order_asks_nothing(detail: str) -> None:
    """The report of eBay names item and units on holds."""
    means = ebay.meaning("Hold", detail)
    assert doubted(means, declared=ebay.is_declared("Hold", detail), sku="VASE", quantity=3) is means


@pytest.mark.parametrize("goods", [Goods.NONE, Goods.LOST])
@pytest.mark.parametrize("declared", [True, False])
def test_a_reimbursement_of_money_alone_is_doubted_too(goods: Goods, *, declared: bool) -> None:
    """Goodwill that names 2 units in words nobody knows is asked; a loss says what happened to its units."""
    means = Meaning(Event.REIMBURSEMENT, goods)
    asked = goods is Goods.NONE and not declared
    assert (doubted(means, declared=declared, sku="VASE", quantity=2) is UNKNOWN) is asked


@pytest.mark.parametrize("description", ["FBA Prep sold off", "Frais de quoi", "Unbekannt"])
def test_a_fee_for_inventory_in_other_words_is_asked(description: str) -> None:
    """Storage, removal, disposal: the type alone does not tell which."""
    assert unified_languages.meaning("FBA Inventory Fee", description) is UNKNOWN


@pytest.mark.parametrize("description", ["", "Frais de stockage", "Lagergebühr", "FBA storage fee"])
def test_a_fee_for_inventory_in_declared_words_is_storage(description: str) -> None:
    """In the languages of the report; without any word it is what it mostly is."""
    assert unified_languages.meaning("FBA Inventory Fee", description).line_type is LineType.STORAGE


@pytest.mark.parametrize("more", [" zurückgenommen", " - Korrektur", "X"])
def test_a_foreign_reason_holds_to_its_end(more: str) -> None:
    """What only begins like a declared reason is another one: a reimbursement, its goods asked."""
    known = unified_languages.meaning("Anpassung", "Erstattung Lagerbestand - Im Lager verloren")
    longer = unified_languages.meaning("Anpassung", f"Erstattung Lagerbestand - Im Lager verloren{more}")
    assert (Goods.LOST, Goods.UNCLEAR) == (known.goods, longer.goods)
    assert unified_languages.meaning("Anpassung", f"Werbekosten{more}") is UNKNOWN


@pytest.mark.parametrize(
    ("kind", "description", "amount_type"),
    [
        ("ServiceFee", "LOST_BY_COURIER", "FBAFees"),
        ("ServiceFee", "LOST_BY_COURIER", "Cost of Advertising"),
        ("AmazonFees", "Vine units given", "Vine Enrollment Fee"),
        ("SAFE-T Reimbursement", "Item lost", "SAFE-T Reimbursement"),
        ("SAFE-T Reimbursement", "WAREHOUSE_LOST", "SAFE-T Reimbursement"),  # declared, and as a loss
        ("SAFE-T Reimbursement", "FBA Inventory Reimbursement - Lost:Warehouse", ""),
        ("other-transaction", "Storage Fee", "Inventory vanished"),
        ("ServiceFee", "Order", "FBAFees"),
        ("Debt adjustment for lost goods", "", "other-transaction"),
    ],
)
def test_one_declared_word_of_amazons_says_nothing_of_another(kind: str, description: str, amount_type: str) -> None:
    """A fee's amount type does not declare what stands beside it: its units are asked."""
    means = amazon.meaning(kind, description, amount_type)
    declared = amazon.is_declared(kind, description, amount_type)
    assert doubted(means, declared=declared, sku="VASE", quantity=3) is UNKNOWN
    assert doubted(means, declared=declared, sku="", quantity=3) is means


@pytest.mark.parametrize(
    ("kind", "description", "amount_type"),
    [
        ("ServiceFee", "TransactionTotalAmount", "Cost of Advertising"),
        ("ServiceFee", "FBAPerUnitFulfillmentFee", "FBAFees"),
        ("other-transaction", "Fee Correction", "FBA Inventory Reimbursement"),
        ("other-transaction", "DisposalComplete", "other-transaction"),
        ("SAFE-T Reimbursement", "SAFE-T Reimbursement", "SAFE-T Reimbursement"),
    ],
)
def test_amazons_words_that_are_all_declared_ask_nothing(kind: str, description: str, amount_type: str) -> None:
    """Real statements name SKU and units beside them."""
    assert amazon.is_declared(kind, description, amount_type)


@pytest.mark.parametrize("kind", ["Warehouse Loss", "Warehouse Transfer", "Inventory Swap", "Reversal"])
@pytest.mark.parametrize("words", [("", "FBAFees"), ("Storage Fee", "other-transaction"), ("WAREHOUSE_LOST", "")])
def test_a_declared_word_decides_nothing_behind_a_type_of_amazons_that_nobody_knows(
    kind: str, words: tuple[str, ...]
) -> None:
    """`Warehouse Loss / FBAFees` is no fee, and `Reversal / WAREHOUSE_LOST` may be the opposite of a loss."""
    assert amazon.meaning(kind, *words) is UNKNOWN


def test_a_reimbursement_of_a_type_that_nobody_knows_is_one_whose_goods_are_asked() -> None:
    """The money is called a reimbursement; `Reversal` before the reason may mean that the goods are back."""
    told = amazon.meaning("Reversal", "WAREHOUSE_LOST", "FBA Inventory Reimbursement")
    assert (Event.REIMBURSEMENT, Goods.UNCLEAR) == (told.event, told.goods)


@pytest.mark.parametrize("kind", ["Debt", "Verbindlichkeit", "FBA Inventory Fee - Correction", "Gebühren von Amazon"])
@pytest.mark.parametrize("description", ODD)
def test_a_type_of_the_date_range_report_alone_says_nothing_of_units(kind: str, description: str) -> None:
    """`Debt / Goods seized` with 3 units of an SKU is asked; without a description it is a debt."""
    means = unified_languages.meaning(kind, description)
    assert doubted(means, declared=unified_languages.is_declared(kind, description), sku="A", quantity=3) is UNKNOWN
    assert unified_languages.is_declared(kind, "")


@pytest.mark.parametrize("description", ["Keep-it refund", "Return Refund", "Seller Initiated Returns"])
def test_a_campaign_in_words_of_refunds_that_names_units_is_asked(description: str) -> None:
    """What a word says of a refund it does not say of a campaign."""
    means = walmart.meaning("Campaigns", description)
    assert doubted(means, declared=walmart.is_declared("Campaigns", description), sku="A", quantity=3) is UNKNOWN
    assert walmart.is_declared("Refund", description)


@pytest.mark.parametrize(("amount_type", "expected"), [("WFS Fee/Reimbursement", True), ("", True), ("Lost", False)])
def test_an_amount_type_of_walmarts_is_one_more_word(amount_type: str, *, expected: bool) -> None:
    """`Adjustment / WFS StorageFee` beside `Lost` and 3 units of an SKU is asked."""
    assert walmart.is_amount_declared(amount_type) is expected
