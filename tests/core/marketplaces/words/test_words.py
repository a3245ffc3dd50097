"""No word that nobody knows decides about goods or money; what is declared is declared once, for every reader."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import records
from core.line_types import LineType
from core.marketplaces import read_file
from core.marketplaces.amazon import unified_languages as unified
from core.marketplaces.amazon import words as amazon
from core.marketplaces.ebay import words as ebay
from core.marketplaces.shopify import words as shopify
from core.marketplaces.walmart import words as walmart
from core.marketplaces.words.meanings import UNKNOWN, Meaning, proposed_type, vocabulary
from core.marketplaces.words.wording import folded
from core.model import Event, Goods
from core.typed_amounts import from_text
from tests.core.marketplaces.amazon_files import flat_file, line, summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from core.model import Reading

CASES = Path(__file__).parents[5] / "shared" / "cases"
TABLES: dict[str, Mapping[str, object]] = {
    "Amazon types": amazon.TYPES,
    "Amazon prices": amazon.PRICES,
    "Amazon item fees": amazon.ITEM_FEES,
    "Amazon promotions": amazon.PROMOTIONS,
    "Walmart types": walmart.TYPES,
    "Walmart refunds": walmart.REFUNDS,
    "Walmart descriptions": walmart.DESCRIPTIONS,
    "Walmart amounts": walmart.AMOUNTS,
    "Shopify types": shopify.TYPES,
    "eBay types": ebay.TYPES,
    "eBay refunds": ebay.REFUNDS,
    "eBay disputes": ebay.DISPUTES,
    "eBay fee types": ebay.FEE_TYPES,
    "eBay fees": ebay.FEES,
}


@pytest.fixture
def cases() -> Path:
    """Return the folder of inputs that went wrong once, which is not part of the project."""
    if not CASES.is_dir():
        pytest.skip("the folder of inputs that went wrong (shared/cases beside the project) is not here")
    return CASES


def reading_of(*rows: dict[str, str]) -> Reading:
    return read_file(flat_file([summary("0"), *rows]))


def goods_of(*rows: dict[str, str]) -> dict[str, object]:
    (transaction,) = records(reading_of(*rows).settlements[0].transactions)
    return transaction


def test_folding_merges_no_two_declared_words_of_different_meaning() -> None:
    """A table refuses a word that another meaning of it has already, folded or not."""
    with pytest.raises(ValueError, match="Storage-Fee"):
        vocabulary({Meaning(Event.FEE): "Storage Fee", Meaning(Event.SALE): "Storage-Fee"})


@pytest.mark.parametrize("name", TABLES)
def test_every_declared_word_is_folded(name: str) -> None:
    """A word that were stored otherwise than it is looked up would never be found."""
    assert all(folded(word) == word for word in TABLES[name])


@pytest.mark.parametrize(
    "spelling", ["FBA Long-Term Storage Fee", "FBALongTermStorageFee", "fba_long_term_storage fee"]
)
def test_words_are_compared_without_case_blanks_and_hyphens(spelling: str) -> None:
    """However a file spells it, it is one word."""
    assert LineType.LONG_TERM_STORAGE is amazon.meaning("other-transaction", spelling).line_type


@pytest.mark.parametrize(
    ("reason", "goods"),
    [
        ("WAREHOUSE_LOST_MANIFEST", Goods.LOST),
        ("INBOUND_CARRIER_DAMAGE", Goods.LOST_INBOUND),
        ("REMOVAL_ORDER_DAMAGED", Goods.LOST_ON_REMOVAL),
        ("MULTICHANNEL_ORDER_DAMAGED", Goods.LOST_AFTER_SALE),
        ("CS_ERROR_NON_ITEMIZED", Goods.NOT_ITEMIZED),
        ("Customer Return", Goods.RETURN_PAID),
        ("CUSTOMER_DAMAGE", Goods.RETURN_PAID_UNCLEAR),
        ("PAYMENT_RETRACTION_ITEMS", Goods.PAYMENT_LOST),
        ("FREE_REPLACEMENT_REFUND_ITEMS", Goods.REPLACED),
        ("RE_EVALUATION", Goods.PAID_AGAIN),
        ("A_REASON_OF_TOMORROW", Goods.UNCLEAR),
    ],
)
def test_a_reimbursement_is_one_whatever_its_reason(reason: str, goods: Goods) -> None:
    """The amount type says it; the reason says what happened to the goods, and an undeclared one is asked."""
    found = goods_of(
        line("10.00", transaction_type="other-transaction", amount_type="FBA Inventory Reimbursement",
             amount_description=reason, quantity_purchased="1")
    )  # fmt: skip

    assert (Event.REIMBURSEMENT, goods, Decimal(10)) == (found["event"], found["goods"], found["other"])
    assert found["typed"] is None


@pytest.mark.parametrize("kind", ["other-transaction", "Adjustment", "FBA Inventory Reimbursement", "ServiceFee"])
@pytest.mark.parametrize(
    "reason",
    [
        *("Storage Fee", "Amazon Capital Services", "Current Reserve Amount", "Cost of Advertising", "Liquidations"),
        *("Order", "Transfer of funds unsuccessful: bank", "Subscription Fee", "Debt Adjustment"),
    ],
)
def test_the_reason_of_a_reimbursement_is_no_word_for_other_money(kind: str, reason: str) -> None:
    """9.00 for 2 mugs, called storage, a loan or a reserve, is still paid for goods: what became of them is asked."""
    told = {"transaction_type": kind, "amount_type": "FBA Inventory Reimbursement", "amount_description": reason}
    found = goods_of(line("9.00", order_id="", quantity_purchased="2", **told))

    assert (Event.REIMBURSEMENT, Goods.UNCLEAR, 2) == (found["event"], found["goods"], found["quantity"])
    assert amazon.REIMBURSED_UNCLEARLY == amazon.meaning(kind, f"FBA Inventory Reimbursement - {reason}")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("WAREHOUSE_LOST", (Event.REIMBURSEMENT, Goods.LOST)),
        ("COMPENSATED_CLAWBACK", (Event.REIMBURSEMENT_REVERSAL, Goods.FOUND)),
        ("INCORRECT_FEES_ITEMS", (Event.FEE, Goods.NONE)),
    ],
)
def test_a_declared_reason_beside_a_reimbursement_is_told_wherever_it_stands(
    reason: str, expected: tuple[Event, Goods]
) -> None:
    """Behind the type, in front of it, or in one word with it."""
    reimbursed = "FBA Inventory Reimbursement"
    ways = [(reimbursed, reason), ("", reason, reimbursed), ("", f"{reimbursed} - {reason}"), (reason, reimbursed)]

    assert {expected} == {amazon.meaning(*way)[:2] for way in ways}


@pytest.mark.parametrize("amount_type", ["ShipmentFees", "Order-Fees", "FBA Fees"])
@pytest.mark.parametrize("word", ["Loan", "Charity", "Loan repayment", "Current Reserve Amount"])
def test_a_word_under_the_fees_of_an_order_that_is_no_fee_is_asked(amount_type: str, word: str) -> None:
    """The amount type says where fees belong, not that everything in it is one."""
    asked = reading_of(line("20.00"), line("-9.00", amount_type=amount_type, amount_description=word))
    known = reading_of(line("20.00"), line("-9.00", amount_type=amount_type, amount_description="Shipping services"))

    assert ((f"{amount_type} / {word}",), ()) == (asked.unknown_types, known.unknown_types)


@pytest.mark.parametrize(
    ("amount_type", "description"),
    [("ItemTDS", "ITDR"), ("ItemFees", "Sparkle Levy"), ("ItemPrice", "Gift Message"), ("Promotion", "Loyalty")],
)
def test_an_undeclared_amount_of_an_order_is_asked_and_counts_no_units(amount_type: str, description: str) -> None:
    """Three units are three, whatever rows of them a file has; the amount stays and is listed."""
    reading = reading_of(
        line("90.00", quantity_purchased="3"),
        line("-0.90", amount_type=amount_type, amount_description=description, quantity_purchased="3"),
    )
    rows = records(reading.settlements[0].transactions)
    asked = [one for row in rows for one in from_text(row["typed"]) if one.line_type is None]

    assert 3 == sum(row["quantity"] or 0 for row in rows)
    assert [Decimal("-0.9")] == [one.amount for one in asked]
    assert [one.word for one in asked] == list(reading.unknown_types)


def test_a_row_of_shipment_fees_of_an_order_is_a_fee() -> None:
    """And no other income; it counts no units."""
    reading = reading_of(
        line("90.00", quantity_purchased="3"),
        line("-4.00", amount_type="ShipmentFees", amount_description="FBA transportation fee", quantity_purchased="3"),
    )
    rows = records(reading.settlements[0].transactions)

    assert ({Decimal(-4)}, 3) == ({row["fulfilment_fee"] for row in rows} - {0}, sum(row["quantity"] for row in rows))
    assert () == reading.unknown_types


@pytest.mark.parametrize(
    ("word", "event", "line_type"),
    [
        ("Amazon Capital Services", Event.BALANCE, LineType.LOANS),
        ("Loan Repayment", Event.BALANCE, LineType.LOANS),
        ("Failed Disbursement", Event.BALANCE, LineType.CLEARING_MOVES),
        ("Current Reserve Amount", Event.BALANCE, LineType.RESERVE),
        ("Inbound Transportation Fee", Event.FEE, LineType.INBOUND),
        ("Unplanned Service Fee - Barcode", Event.FEE, LineType.INBOUND),
        ("DisposalComplete", Event.FEE, LineType.REMOVAL),
        ("FBACustomerReturnPerOrderFee", Event.FEE, LineType.RETURN_PROCESSING),
        ("EPR Pay on Behalf Eco Contribution", Event.FEE, LineType.REGULATORY_FEES),
    ],
)
def test_money_without_goods_is_what_its_word_declares(word: str, event: Event, line_type: LineType) -> None:
    """A loan is a liability, a failed disbursement clearing, and fees stand apart by what they are for."""
    assert (event, line_type) == amazon.meaning("other-transaction", word)[::2]


@pytest.mark.parametrize("word", ["BalanceAdjustment", "Merchant Bad Debt", "Adjustment", "Additional Other Expenses"])
def test_words_without_a_fixed_meaning_are_asked(word: str) -> None:
    """Nobody has declared them, and the cheapest answer is none."""
    assert UNKNOWN is amazon.meaning("other-transaction", word)


@pytest.mark.parametrize(
    ("expected", "word", "names_goods"),
    [
        (LineType.OTHER_FEES, "other-transaction / Account level inventory fee", False),
        (LineType.OTHER_FEES, "Sparkle Charge", False),
        (None, "Sparkle Charge", True),
        (None, "other-transaction / BalanceAdjustment", False),
        (LineType.OTHER_FEES, "Glimmer Fee / x", False),
        (LineType.OTHER_FEES, "Zaubergebühr / Zauber", False),
        (LineType.OTHER_FEES, "Sonstige Gebühr", False),
        (LineType.OTHER_FEES, "Frais de magie", False),
        (LineType.OTHER_FEES, "Ajustement / Frais d'entreposage", False),
        (LineType.OTHER_FEES, "Tarifa de gestión", False),
        (LineType.OTHER_FEES, "Comisión por venta", False),
        (LineType.OTHER_FEES, "Commissione di servizio", False),
        (None, "Sonstige Gebühr", True),
        (None, "Coffee beans / x", False),
        (None, "Feed / Gebührenerstattung", False),
        (None, "Remboursement des frais", False),
    ],
)
def test_a_word_that_ends_in_fee_is_proposed_as_one(expected: LineType | None, word: str, *, names_goods: bool) -> None:
    """It is asked all the same, and not proposed where it names goods."""
    assert expected is proposed_type(word, names_goods=names_goods)


@pytest.mark.parametrize(
    ("kind", "description", "event", "goods"),
    [
        ("Refund", "Keep-it refund", Event.REFUND, Goods.KEPT),
        ("Refund", "KEEP IT REFUND", Event.REFUND, Goods.KEPT),
        ("Refund", "Return Refund", Event.REFUND, Goods.REFUNDED),
        ("Refund", "Seller Initiated Returns", Event.REFUND, Goods.REFUND_UNCLEAR),
        ("Refund", "A word of tomorrow", Event.REFUND, Goods.REFUND_UNCLEAR),
        ("Adjustment", "WFS DamageInWarehouse", Event.REIMBURSEMENT, Goods.LOST),
        ("Adjustment", "Damage in warehouse", Event.REIMBURSEMENT, Goods.LOST),
        ("Adjustment", "WFS FoundInventory", Event.REIMBURSEMENT_REVERSAL, Goods.FOUND),
        ("Service Fee", "WFS StorageFee", Event.FEE, Goods.NONE),
        ("Campaigns", "SEM Marketing", Event.ADVERTISING, Goods.NONE),
        ("Adjustment", "Misc Adjustment", Event.OTHER, Goods.UNCLEAR),
    ],
)
def test_walmart_is_told_by_type_and_description(kind: str, description: str, event: Event, goods: Goods) -> None:
    """One type may mean several things; a refund whose goods nobody has declared is asked about."""
    assert (event, goods) == walmart.meaning(kind, description)[:2]


@pytest.mark.parametrize("word", ["Refund without return", "Keep it", "Buyer keeps the item", "RETURNLESS-REFUND"])
@pytest.mark.parametrize("marketplace", [walmart, ebay, unified])
def test_a_refund_without_return_leaves_the_goods_with_the_buyer(marketplace: ModuleType, word: str) -> None:
    """Wherever a marketplace says it in words that mean nothing else; the title of an Amazon item is no such word."""
    assert Goods.KEPT is marketplace.meaning("Refund", word).goods
    other = Goods.REFUNDED if marketplace is unified else Goods.REFUND_UNCLEAR
    assert other is marketplace.meaning("Refund", "Lamp that nobody keeps").goods


def test_walmarts_real_words(cases: Path) -> None:
    """Every row of a real statement's words is told, and the destroyed return is no stock."""
    reading = read_file((cases / "walmart_real_words.csv").read_bytes())
    rows = records(reading.settlements[0].transactions)
    by_type: dict[object, Decimal] = {}
    for row in rows:
        for one in from_text(row["typed"]):
            by_type[one.line_type] = by_type.get(one.line_type, Decimal(0)) + one.amount
    returns = records(reading.returns)

    assert () == reading.unknown_types
    assert Decimal("-14773.51") == sum(row["net"] for row in rows if row["event"] == Event.ADVERTISING)
    assert {
        LineType.STORAGE: "-3922.52",
        LineType.INBOUND: "-7275.31",
        LineType.REMOVAL: "-6682.40",
        LineType.RETURN_PROCESSING: "-821.90",
        LineType.COUPONS_AND_VINE: "-420.00",
        LineType.FULFILMENT_FEES: "-39733.06",
    } == {line_type: f"{amount:.2f}" for line_type, amount in by_type.items()}
    assert [("W-1", 1, "Unsellable")] == [(row["sku"], row["units"], row["disposition"]) for row in returns]


def test_shopifys_two_spellings_are_one_vocabulary() -> None:
    """The export writes in lower case and with blanks what the API writes in capitals."""
    pairs = [("shop_cash_credit", "SHOP_CASH_CREDIT"), ("shipping label", "SHIPPING_LABEL"), ("charge", "CHARGE")]

    assert all(shopify.meaning(export) is shopify.meaning(api) is not UNKNOWN for export, api in pairs)


@pytest.mark.parametrize(
    "word",
    [
        *("ADJUSTMENT", "DEBIT", "CREDIT", "ANOMALY_CREDIT", "ANOMALY_DEBIT", "COLLECTIONS_CREDIT"),
        *("MARKETPLACE_FEE_CREDIT", "CHANNEL_CREDIT", "CHANNEL_PROMOTION_CREDIT", "CHANNEL_TRANSFER_CREDIT"),
        *("CHANNEL_TRANSFER_DEBIT", "ADS_PUBLISHER_CREDIT", "MARKETS_PRO_CREDIT", "PROMOTION_CREDIT"),
        "MERCHANT_GOODWILL_CREDIT",
    ],
)
def test_what_shopify_itself_does_not_explain_is_asked(word: str) -> None:
    """Known, and without a meaning of its own."""
    assert UNKNOWN is shopify.meaning(word)


@pytest.mark.parametrize("word", ["SHOP_CASH_CREDIT_REVERSAL", "RESERVED_FUNDS_REVERSAL", "LENDING_DEBIT_REVERSAL"])
def test_a_reversal_is_on_the_same_account(word: str) -> None:
    """It is the negative of what it takes back."""
    assert shopify.meaning(word) == shopify.meaning(word.removesuffix("_REVERSAL"))


def test_no_real_file_raises_more_than_three_questions(samples: Path) -> None:
    """Else they would be answered blindly."""
    asked = {}
    for path in sorted(path for path in samples.rglob("*") if path.suffix in (".txt", ".csv", ".tsv")):
        asked[path.name] = len(read_file(path.read_bytes(), path.name).unknown_types)

    assert asked
    assert {name for name, count in asked.items() if count > 3} == set()
