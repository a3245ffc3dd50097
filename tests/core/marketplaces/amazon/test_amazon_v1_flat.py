"""Amazon's V1 flat file: which of its rows state units, and which of its words are asked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.frame_columns import AMOUNT_COLUMNS, records
from core.marketplaces.amazon import v1_flat
from core.marketplaces.reading.contents import open_contents
from core.model import Event, Goods
from core.typed_amounts import from_text
from tests.core.marketplaces.amazon_files import flat_file, row, summary
from tests.core.marketplaces.same_readings import assert_same, outcome
from tests.core.marketplaces.settlement_writers import V1_COLUMNS

if TYPE_CHECKING:
    from core.model import Reading

Cells = dict[str, str]


def item(quantity: str = "", **cells: str) -> Cells:
    """Return a row of an order's item; without further cells that of its quantity."""
    told = row(
        settlement_id="11111111111",
        transaction_type="Order",
        order_id="111-1",
        order_item_code="1",
        sku="MUG",
        posted_date="2026-06-17T08:14:22+00:00",
        quantity_purchased=quantity,
    )
    return {**told, **row(**cells)}


def price(quantity: str, amount: str = "20.00", word: str = "Principal", **cells: str) -> Cells:
    """Return a row of a price."""
    return item(quantity, price_type=word, price_amount=amount, **cells)


def fee(quantity: str, word: str = "Commission", **cells: str) -> Cells:
    """Return a row of an item's fee."""
    return item(quantity, item_related_fee_type=word, item_related_fee_amount="-3.00", **cells)


def reading_of(*rows: Cells) -> Reading:
    """Read a file row by row, which must say the same as by columns."""
    contents = open_contents(flat_file([summary("0"), *rows], V1_COLUMNS), "v1.txt")
    assert_same(outcome(v1_flat.FORMAT.read, contents), outcome(v1_flat.read, contents))
    return v1_flat.read(contents)


def transactions(*rows: Cells) -> list[dict[str, Any]]:
    """Return what the rows of a file are."""
    return records(reading_of(*rows).settlements[0].transactions)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "rows",
    [
        (price("2"), fee("2"), price("2", "1.00", "Glitter")),
        (item("2"), price("", "1.00", "Glitter"), price("2", "1.00", "Glitter")),
        (item("2"), price("2"), fee("2")),
        (item("2"), price(""), fee("")),
        (item("2"), price("2", "0.00"), item("2", promotion_type="Principal", promotion_amount="-1.00")),
        (price("2"), item("2", other_amount="1.00"), item("2", direct_payment_type="Zork", direct_payment_amount="1")),
        (item("2"), item("2", shipment_fee_type="FBA transportation fee", shipment_fee_amount="-1.00")),
        (price("1"), price("1"), fee("1"), fee("1", "Glitter")),
        (item("2", price_amount="0.00", other_amount="0.00"), price("2"), price("2", "", "Glitter")),
    ],
)
def test_units_that_rows_of_an_item_repeat_count_once(rows: tuple[Cells, ...]) -> None:
    """Two mugs with their price and commission are two, whichever rows say it."""
    (found,) = transactions(*rows)

    assert (Event.SALE, Goods.SOLD, 2) == (found["event"], found["goods"], found["quantity"])


@pytest.mark.parametrize(
    ("kind", "units"), [("Refund", -2), ("Chargeback Refund", -2), ("Liquidations", 2), ("Zork", 2)]
)
def test_so_do_those_of_other_transactions(kind: str, units: int) -> None:
    """Of a refund, a dispute, a liquidation and a type that nobody has declared."""
    (found,) = transactions(*({**one, "transaction-type": kind} for one in (price("2"), fee("2"), fee("2", "Glitter"))))

    assert units == found["quantity"]


@pytest.mark.parametrize("amount", ["15.00", "0.00", ""])
def test_units_beside_an_undeclared_price_alone_are_asked(amount: str) -> None:
    """They are neither counted nor left out."""
    (found,) = transactions(price("2", amount, "Glitter"), fee("2"))

    assert (2, Goods.UNCLEAR) == (found["quantity"], found["goods"])


def test_a_price_without_any_quantity_leaves_the_units_unknown() -> None:
    """A refund says none."""
    (found,) = transactions({**price(""), "transaction-type": "Refund"}, {**fee(""), "transaction-type": "Refund"})

    assert (None, "unknown") == (found["quantity"], found["quantity_source"])


def test_a_multi_channel_order_has_the_units_of_its_fees_per_unit() -> None:
    """It has no price; the same rule as in V2."""
    rows = (fee("2", "FBAPerUnitFulfillmentFee"), fee("2", "FBAWeightBasedFee"))
    (found,) = transactions(*({**one, "marketplace-name": "Non-Amazon US"} for one in rows))

    assert (2, "derived from amount") == (found["quantity"], found["quantity_source"])


MONEY = [
    ({"direct_payment_type": "Zork", "direct_payment_amount": "-14.00"}, "other", "Direct-Payment / Zork"),
    ({"direct_payment_type": "Transfer", "direct_payment_amount": "-14.00"}, "other", "Direct-Payment / Transfer"),
    (
        {"other_fee_reason_description": "Loan repayment", "other_fee_amount": "-12.00"},
        "other_fee",
        "Other-Fee / Loan repayment",
    ),
    ({"other_fee_amount": "-12.00"}, "other_fee", "Other-Fee"),
    ({"order_fee_type": "Charity", "order_fee_amount": "-10.00"}, "other_fee", "Order-Fees / Charity"),
    ({"misc_fee_amount": "-11.00"}, "other_fee", "Misc-Fee"),
    ({"shipment_fee_type": "Loan", "shipment_fee_amount": "-9.00"}, "fulfilment_fee", "Shipment-Fees / Loan"),
    ({"shipment_fee_type": "Glitter fee", "shipment_fee_amount": "1"}, "fulfilment_fee", "Shipment-Fees / Glitter fee"),
    ({"other_amount": "-8.00"}, "other", "Other"),
]


@pytest.mark.few(1)
@pytest.mark.parametrize("kind", ["Order", "Refund", "Chargeback Refund", "Liquidations", "Order_Retrocharge"])
@pytest.mark.parametrize(("cells", "column", "word"), MONEY)
def test_money_of_an_order_under_a_word_that_nobody_declared_is_asked(
    kind: str, cells: Cells, column: str, word: str
) -> None:
    """The amount stays in its column and is listed; the sum is the same."""
    (found,) = transactions(item("", transaction_type=kind, **cells))
    (asked,) = from_text(found["typed"])

    assert (word, column, None, found["net"]) == (asked.word, asked.column, asked.line_type, asked.amount)
    assert found["net"] == found[column] == sum((found[name] for name in AMOUNT_COLUMNS), Decimal(0))


@pytest.mark.parametrize(
    "cells",
    [
        {"shipment_fee_type": "FBA transportation fee", "shipment_fee_amount": "-1.00"},
        {"order_fee_type": "Shipping services", "order_fee_amount": "-1.00"},
        {"other_fee_reason_description": "FBA Prep Fee", "other_fee_amount": "-1.00"},
    ],
)
def test_a_declared_fee_of_an_order_is_not_asked(cells: Cells) -> None:
    """Whichever column it stands in."""
    assert () == reading_of(price("1"), item("", **cells)).unknown_types


def test_descriptions_of_general_types_are_asked_one_by_one() -> None:
    """One answer must not decide about another word."""
    rows = [
        item("", transaction_type="other-transaction", sku="", direct_payment_type=word, direct_payment_amount="-1.00")
        for word in ("Zork", "Frob")
    ]
    assert ("other-transaction / Frob", "other-transaction / Zork") == reading_of(*rows).unknown_types
