"""Units that only a word nobody has declared stands beside are neither counted nor left out: they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.frame_columns import records
from core.marketplaces import read_file
from core.marketplaces.inspection import inspection
from core.marketplaces.words.classification import classified
from core.model import Goods
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.settlement_writers import V1_COLUMNS

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


def v1(**cells: str) -> bytes:
    """Return a V1 settlement with one row of a type that nobody knows, of 2 units."""
    told = {"settlement-id": "11111111111", "transaction-type": "Reshipment", "order-id": "111-1", "sku": "VASE"}
    own = {name.replace("_", "-"): text for name, text in cells.items()}
    moment = {"posted-date": "2026-06-17T08:14:22+00:00", "order-item-code": "1", "quantity-purchased": "2"}
    return flat_file([summary("-3.00"), {**told, **moment, **own}], V1_COLUMNS)


def v2(amount_type: str, word: str, **cells: str) -> bytes:
    """Return a V2 settlement with one row of that type."""
    own = {"amount_type": amount_type, "amount_description": word, "sku": "VASE", "quantity_purchased": "2", **cells}
    return flat_file([summary("-3.00"), line("-3.00", transaction_type="Reshipment", **own)])


def xml(amounts: str, more: str = "") -> bytes:
    """Return an XML settlement with an element that nobody knows, of an item of 2 units."""
    item = f"<Item><AmazonOrderItemCode>1</AmazonOrderItemCode><SKU>VASE</SKU><Quantity>2</Quantity>{amounts}</Item>"
    return (
        "<AmazonEnvelope><SettlementReport><SettlementData><AmazonSettlementID>26</AmazonSettlementID>"
        "<TotalAmount currency='USD'>-3.00</TotalAmount></SettlementData><Reshipment>"
        f"<AmazonOrderID>111-1</AmazonOrderID>{more}<Fulfillment><PostedDate>2026-06-17T08:14:22+00:00</PostedDate>"
        f"{item}</Fulfillment></Reshipment></SettlementReport></AmazonEnvelope>"
    ).encode()


AMOUNT = "<Type>{}</Type><Amount currency='USD'>-3.00</Amount>"
FEE = f"<ItemFees><Fee>{AMOUNT}</Fee></ItemFees>"
UNIFIED = (
    "All amounts in USD\ndate/time,settlement id,type,order id,sku,description,quantity,marketplace,product sales,"
    "selling fees,fba fees,other transaction fees,other,total\n"
    "10 Aug 2026 10:00:00 UTC,9,Reshipment,111-1,VASE,,2,amazon.com,0,0,-3.00,0,0,-3.00\n"
)


@pytest.mark.parametrize(
    "content",
    [
        v2("ItemFees", "FBAPerUnitFulfillmentFee"),
        v2("ItemPrice", "Shipping"),
        v2("Promotion", "Principal"),
        v2("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"),
        v2("FBAFees", "FBAPerUnitFulfillmentFee"),
        v2("Foo", "Bar"),
        v1(item_related_fee_type="FBAPerUnitFulfillmentFee", item_related_fee_amount="-3.00"),
        v1(item_related_fee_type="Commission", item_related_fee_amount="-3.00"),
        v1(price_type="Shipping", price_amount="-3.00"),
        v1(promotion_type="Principal", promotion_amount="-3.00"),
        xml(FEE.format("FBAPerUnitFulfillmentFee")),
        xml(FEE.format("Commission")),
        xml(f"<ItemPrice><Component>{AMOUNT.format('Shipping')}</Component></ItemPrice>"),
        xml("", "<Amount currency='USD'>-3.00</Amount>"),
        UNIFIED.encode(),
    ],
)
def test_goods_of_a_type_that_nobody_knows_are_asked_whatever_its_amounts_are(content: bytes) -> None:
    """A `Reshipment` of 2 units that pays a fee only may have sent 2 units: every format of Amazon's asks for them."""
    reading = read_file(content, "a.xml" if content.startswith(b"<") else "a.csv")
    found = reading.settlements[0].transactions
    named = [(row["event"], row["quantity"], row["goods"]) for row in records(found) if row["sku"]]
    assert [("other", 2, Goods.UNCLEAR)] == named
    assert [-3] == [sum(row["net"] for row in records(found))]

    said = records(classified(found, dict.fromkeys(reading.unknown_types, "Sales")))
    assert [("sale", 2, Goods.SOLD)] == [(row["event"], row["quantity"], row["goods"]) for row in said if row["sku"]]
    fee = records(classified(found, dict.fromkeys(reading.unknown_types, "Other fees")))
    assert [Goods.UNCLEAR] == [row["goods"] for row in fee if row["sku"]]


def test_an_item_without_amounts_of_a_type_that_nobody_knows_is_asked() -> None:
    """The money of a `Reshipment` may stand beside its items, as fees of the shipment."""
    fees = "<ShipmentFees><Fee><Type>FBA</Type><Amount currency='USD'>-3.00</Amount></Fee></ShipmentFees>"
    reading = read_file(xml("", fees), "a.xml")
    assert [("other", 2, Goods.UNCLEAR)] == goods(reading)
    assert reading.settlements[0].ties_out


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (xml("").replace(b"-3.00", b"0.00"), "Reshipment"),
        (xml(FEE.format("Commission")).replace(b"-3.00", b"0.00"), "Reshipment"),
        (xml("", FEE.format("Beside").replace("ItemFees", "ShipmentFees")), "Reshipment"),
        (v2("ItemPrice", "Shipping").replace(b"-3.00", b"0.00"), "Reshipment"),
        (v2("Foo", "Bar").replace(b"-3.00", b"0.00"), "Reshipment / Bar"),
        (v1(price_type="Shipping", price_amount="-3.00").replace(b"-3.00", b"0.00"), "Reshipment"),
        (UNIFIED.replace("-3.00", "0.00").encode(), "Reshipment"),
    ],
)
def test_goods_whose_amounts_come_to_nothing_are_what_their_type_is_said_to_be(content: bytes, word: str) -> None:
    """Once the type is a sale, a fee or a refund they are asked as its goods, and not whether any moved."""
    found = read_file(content, "a.xml" if content.startswith(b"<") else "a.csv").settlements[0].transactions
    named = found[found["sku"].notna()]
    told = [
        (choice, classified(named, {word: choice})) for choice in ("Sales", "Refunds", "Other fees", "Liquidations")
    ]

    assert [("other", 2, Goods.UNCLEAR)] == [(row["event"], row["quantity"], row["goods"]) for row in records(named)]
    assert [
        ("Sales", "sale", 2, Goods.SOLD),
        ("Refunds", "refund", -2, Goods.REFUNDED),
        ("Other fees", "fee", 2, Goods.UNCLEAR),
        ("Liquidations", "liquidation", 2, Goods.LIQUIDATED),
    ] == [
        (choice, *(row[name] for name in ("event", "quantity", "goods"))) for choice, of in told for row in records(of)
    ]


def test_two_types_that_nobody_knows_are_asked_each() -> None:
    """The units of a `Reshipment` with a price say nothing of those of a `Swap` that pays a fee."""
    named = {"sku": "VASE", "quantity_purchased": "2"}
    reshipped = line("5.00", transaction_type="Reshipment", **named)
    swapped = line("-3.00", transaction_type="Swap", amount_type="ItemFees", amount_description="Commission", **named)
    assert [2, 2] == [units for _, units, _ in goods(amazon(reshipped, swapped))]


@pytest.mark.parametrize("amount_type", ["ItemFees", "ItemPrice", "Promotion"])
def test_an_amount_of_an_item_in_words_nobody_knows_asks_behind_a_fee_too(amount_type: str) -> None:
    """`ServiceFee / ItemFees / LOST_BY_COURIER` of 3 units says that money was taken, not that no goods moved."""
    told = {"amount_type": amount_type, "amount_description": "LOST_BY_COURIER", "sku": "VASE"}
    reading = amazon(line("-5.00", transaction_type="ServiceFee", quantity_purchased="3", **told))
    assert [("other", 3, Goods.UNCLEAR)] == goods(reading)
    assert ("ServiceFee / LOST_BY_COURIER",) == reading.unknown_types
