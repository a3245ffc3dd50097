"""Amazon's XML: money in elements that nobody knows is counted, listed by the element's name, and asked."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import records
from core.marketplaces import read_file
from core.marketplaces.amazon import xml_by_columns, xml_report
from core.marketplaces.reading.contents import open_contents
from core.model import Goods
from tests.core.marketplaces.same_readings import assert_same, outcome

if TYPE_CHECKING:
    from core.model import Reading

ORDER = (
    "<Order><AmazonOrderID>404-1</AmazonOrderID><MarketplaceName>Amazon.es</MarketplaceName><!--order--><Fulfillment>"
    "<PostedDate>2021-05-01T09:43:19+00:00</PostedDate><!--fulfilment--><Item><SKU>MUG</SKU><Quantity>2</Quantity>"
    "<!--item--><ItemPrice><Component><Type>Principal</Type><Amount currency='EUR'>40.44</Amount><!--part-->"
    "</Component><!--list--></ItemPrice></Item></Fulfillment></Order>"
)
"""An order of two mugs, with a mark at each place where an element may be added."""
REFUND = (
    "<Refund><AmazonOrderID>404-1</AmazonOrderID><Fulfillment><PostedDate>2021-05-02T09:43:19+00:00</PostedDate>"
    "<AdjustedItem><SKU>MUG</SKU><!--item--><ItemPriceAdjustments><Component><Type>Principal</Type>"
    "<Amount currency='EUR'>40.44</Amount></Component></ItemPriceAdjustments></AdjustedItem></Fulfillment></Refund>"
)
LEVY = "<Type>Foo</Type><Amount currency='EUR'>-2.00</Amount>"


def report(body: str, total: str = "38.44") -> bytes:
    """Return a report of one settlement."""
    return (
        "<AmazonEnvelope><SettlementReport><SettlementData><AmazonSettlementID>26</AmazonSettlementID>"
        f"<TotalAmount currency='EUR'>{total}</TotalAmount></SettlementData>{body}</SettlementReport></AmazonEnvelope>"
    ).encode()


def with_element(order: str, place: str, element: str) -> bytes:
    """Return a report of one order with an element added at a place."""
    return report(re.sub("<!--.*?-->", "", order.replace(f"<!--{place}-->", element)))


def unknown(reading: Reading) -> tuple[tuple[str, ...], Decimal]:
    """Return the words that are asked, and the sum of all lines."""
    rows = records(reading.settlements[0].transactions)
    return reading.unknown_types, sum((row["net"] for row in rows), Decimal(0))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("order", "place", "element", "word"),
    [
        (ORDER, "item", f"<ItemLevy><Component>{LEVY}</Component></ItemLevy>", "ItemLevy / Foo"),
        (ORDER, "item", f"<ItemLevy>{LEVY}</ItemLevy>", "ItemLevy / Foo"),
        (ORDER, "item", "<ItemLevy currency='EUR'>-2.00</ItemLevy>", "ItemLevy"),
        (ORDER, "item", f"<Levies><Kind><Of><This>{LEVY}</This></Of></Kind></Levies>", "Levies / Foo"),
        (ORDER, "item", f"<ItemLevy>{LEVY.replace('Foo', 'Principal')}</ItemLevy>", "ItemLevy / Principal"),
        (ORDER, "fulfilment", f"<Levy>{LEVY}</Levy>", "Levy / Foo"),
        (ORDER, "order", f"<Levy>{LEVY}</Levy>", "Levy / Foo"),
        (ORDER, "order", f"<ShipmentFees><Charge>{LEVY}</Charge></ShipmentFees>", "ShipmentFees / Foo"),
        (ORDER, "list", f"<ItemWithheldTax><Component>{LEVY}</Component></ItemWithheldTax>", "ItemWithheldTax / Foo"),
        (
            ORDER,
            "list",
            "<Component><Type>Foo</Type><Value currency='EUR'>-2.00</Value></Component>",
            "Component / Foo",
        ),
        (ORDER, "part", "<Levy currency='EUR'>-2.00</Levy>", "Levy / Principal"),
        (
            REFUND,
            "item",
            f"<ItemGlowAdjustments><Part>{LEVY}</Part></ItemGlowAdjustments>",
            "ItemGlowAdjustments / Foo",
        ),
        (REFUND, "item", f"<ItemWithheldTax><Part>{LEVY}</Part></ItemWithheldTax>", "ItemWithheldTax / Foo"),
    ],
)
def test_money_in_an_unknown_element_is_asked(order: str, place: str, element: str, word: str) -> None:
    """40.44 of a known price and -2.00 of an element nobody knows are the 38.44 of the total, by both engines."""
    file = with_element(order, place, element)
    contents = open_contents(file, "a.xml")

    assert unknown(read_file(file, "a.xml")) == ((word,), Decimal("38.44"))
    assert_same(outcome(xml_by_columns.read, contents), outcome(xml_report.read, contents))


def test_text_in_an_unknown_element_is_no_money() -> None:
    """What is neither called an amount nor names a currency says nothing of money."""
    file = with_element(ORDER, "item", "<ItemNote><Type>Foo</Type><Value>-2.00</Value></ItemNote>")

    assert unknown(read_file(file, "a.xml")) == ((), Decimal("40.44"))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("<ItemPrice><Component><Type>Zork</Type><Amount>38.44</Amount></Component></ItemPrice>", Goods.UNCLEAR),
        ("<ItemZork><Component><Type>Zork</Type><Amount>38.44</Amount></Component></ItemZork>", Goods.UNCLEAR),
        ("<ItemZork currency='EUR'>38.44</ItemZork>", Goods.UNCLEAR),
        ("<ItemFees><Fee><Type>Zork</Type><Amount>38.44</Amount></Fee></ItemFees>", Goods.SOLD),
    ],
)
def test_units_beside_an_unknown_price_alone_are_asked(price: str, expected: Goods) -> None:
    """Two mugs beside 38.44 of a word nobody knows: they may have left; beside a fee none are meant, as in V2."""
    file = report(re.sub("<ItemPrice>.*</ItemPrice>", price, re.sub("<!--.*?-->", "", ORDER)))
    contents = open_contents(file, "a.xml")
    (row,) = records(read_file(file, "a.xml").settlements[0].transactions)

    assert (row["goods"], row["quantity"]) == (expected, 2 if expected is Goods.UNCLEAR else 0)
    assert_same(outcome(xml_by_columns.read, contents), outcome(xml_report.read, contents))
