"""Units that only a word nobody has declared stands beside are neither counted nor left out: they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.frame_columns import records
from core.marketplaces import read_file
from core.marketplaces.classification import classified
from core.marketplaces.inspection import inspection
from core.model import Goods
from tests.core.marketplaces.amazon_files import flat_file, line, summary

if TYPE_CHECKING:
    from core.model import Reading

WALMART = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Key,Transaction Posted Timestamp,"
    "Transaction Type,Transaction Description,Customer Order #,Customer Order line #,Purchase Order #,"
    "Purchase Order line #,Amount,Amount Type,Ship Qty,Commission Rate,Base Commission Rate,"
    "Transaction Reason Description,Partner Item Id,Partner GTIN,Partner Item Name,Product Tax Code,Ship to State,"
    "Ship to City,Ship to Zipcode,Contract Category,Product Type,Commission Rule,Shipping Method,Fulfillment Type,"
    "Fulfillment Details,Original Commission"
)


def walmart(amount_type: str, units: str) -> Reading:
    """Read a sale with one amount of 20.00."""
    row = f",,,,,07/25/2026,Sale,Purchase,2000123,1,1088,1,20.00,{amount_type},{units},,,,W-9{',' * 13}"
    head = f"07/14/2026,07/28/2026,20.00,USD,,,PaymentSummary{',' * 25}"
    return read_file(f"{WALMART}\n{head}\n{row}".encode(), "w.csv")


def amazon(*rows: dict[str, str]) -> Reading:
    """Read a V2 settlement."""
    return read_file(flat_file([summary("0"), *rows]), "a.txt")


def goods(reading: Reading) -> list[tuple[str, int, str]]:
    """Return event, units and goods of each transaction that names an SKU."""
    rows = records(reading.settlements[0].transactions)
    return [(row["event"], row["quantity"], row["goods"]) for row in rows if row["sku"]]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (amazon(line("15.00", amount_description="ItemZork", quantity_purchased="2")), ("sale", 2)),
        (amazon(line("11.00", amount_description="PrincipalDiscountZ", quantity_purchased="4")), ("sale", 4)),
        (
            amazon(line("-9.00", transaction_type="Refund", amount_description="Zork", quantity_purchased="3")),
            ("refund", -3),
        ),
        (walmart("Zork Price", "3"), ("sale", 3)),
    ],
)
def test_units_beside_an_undeclared_price_alone_are_asked(reading: Reading, expected: tuple[str, int]) -> None:
    """15.00 of a word nobody knows, with 2 units of an SKU: 2 units may have left."""
    assert [(*expected, Goods.UNCLEAR)] == goods(reading)
    if expected[0] == "sale":
        told = inspection(reading)
        assert (None, 1) == (told["units_sold"], told["sales_without_units"])


@pytest.mark.parametrize("word", ["ItemZork", "Never Seen", "TDS"])
def test_beside_a_declared_price_they_are_its_units_once_more(word: str) -> None:
    """Whatever repeats the units of an item adds none, and asks nothing about goods."""
    rows = (
        line("20.00", quantity_purchased="3"),
        line("-0.90", amount_type=word, amount_description=word, quantity_purchased="3"),
        line("1.00", amount_description=word, quantity_purchased="3"),
    )
    assert {Goods.SOLD} == {one for _, _, one in goods(amazon(*rows))}
    assert 3 == sum(units for _, units, _ in goods(amazon(*rows)))


@pytest.mark.parametrize("amount_type", ["ItemFees", "ItemWithheldTax"])
def test_a_fee_or_a_tax_that_nobody_has_declared_asks_about_its_money_alone(amount_type: str) -> None:
    """Its column is declared: it is no price of goods."""
    reading = amazon(line("-1.00", amount_type=amount_type, amount_description="Never", quantity_purchased="2"))
    assert [("sale", 0, Goods.SOLD)] == goods(reading)


def test_the_answer_about_the_money_leaves_the_question_about_the_goods() -> None:
    """What kind of money it is says nothing of what left the shelf."""
    reading = amazon(line("15.00", amount_description="ItemZork", quantity_purchased="2"))
    (row,) = records(classified(reading.settlements[0].transactions, {"ItemPrice / ItemZork": "Sales"}))

    assert (Goods.UNCLEAR, 2) == (row["goods"], row["quantity"])
    assert "null" not in row["typed"]


@pytest.mark.parametrize(
    ("kind", "description"),
    [
        ("ServiceFee", "LOST_BY_COURIER_X"),
        ("other-transaction", "Debt adjustment for lost goods"),
        ("other-transaction", "Shipping label purchase of damaged goods"),
    ],
)
@pytest.mark.parametrize(("sku", "units", "event"), [("VASE", "3", "other"), ("", "3", None), ("VASE", "", None)])
def test_a_type_of_money_alone_says_nothing_of_goods_in_words_nobody_knows(
    kind: str, description: str, sku: str, units: str, event: str | None
) -> None:
    """A fee in words of which only the beginning is declared is a fee, unless its row names units of an SKU."""
    row = line(
        "25.00",
        transaction_type=kind,
        amount_type="other-transaction",
        amount_description=description,
        order_id="",
        sku=sku,
        quantity_purchased=units,
    )
    (found,) = records(amazon(row).settlements[0].transactions)
    assert (found["event"] == "other") is (event == "other")
    assert not event or found["goods"] == Goods.UNCLEAR


@pytest.mark.parametrize("word", ["MarketplaceFacilitatorTaxBonusFee", "LowValueGoodsTaxSurcharge", "TCS-CGST-Refund"])
def test_a_word_that_only_begins_like_a_tax_is_asked(word: str) -> None:
    """What follows says which part of the price the tax is about; something else is another word."""
    asked = amazon(line("-1.00", amount_type="ItemWithheldTax", amount_description=word)).unknown_types
    known = amazon(line("-1.00", amount_type="ItemWithheldTax", amount_description="MarketplaceFacilitatorTax-Other"))
    assert (f"ItemWithheldTax / {word}",) == asked
    assert () == known.unknown_types


@pytest.mark.parametrize("amount_type", ["ItemFees", "ItemPrice", "Promotion"])
def test_an_amount_of_an_item_in_words_nobody_knows_asks_behind_a_fee_too(amount_type: str) -> None:
    """`ServiceFee / ItemFees / LOST_BY_COURIER` of 3 units says that money was taken, not that no goods moved."""
    told = {"amount_type": amount_type, "amount_description": "LOST_BY_COURIER", "sku": "VASE"}
    reading = amazon(line("-5.00", transaction_type="ServiceFee", quantity_purchased="3", **told))
    assert [("other", 3, Goods.UNCLEAR)] == goods(reading)
    assert ("ServiceFee / LOST_BY_COURIER",) == reading.unknown_types
