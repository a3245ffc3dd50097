"""Multi-channel orders have fees and no price: all of Amazon's records count their units alike, or ask for them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import records
from core.marketplaces import read_file
from core.marketplaces.amazon import xml_by_columns, xml_report
from core.marketplaces.reading.contents import open_contents
from core.model import QuantitySource
from tests.core.marketplaces.amazon_files import V2_COLUMNS, flat_file, line, summary
from tests.core.marketplaces.same_readings import assert_same, outcome
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Fee = tuple[str, str, str]
"""SKU and units of an item, and the word of its fee (`+`: given back); without SKU it is a fee of the shipment."""
PER_UNIT, PER_ORDER, PARCEL = "FBAPerUnitFulfillmentFee", "FBAPerOrderFulfillmentFee", "FBA transportation fee"
V1_COLUMNS = (
    *V2_COLUMNS[:12],
    *("shipment-fee-type", "shipment-fee-amount", "order-fee-type", "order-fee-amount", "fulfillment-id"),
    *("posted-date", "order-item-code", "sku", "quantity-purchased", "price-type", "price-amount"),
    *("item-related-fee-type", "item-related-fee-amount", "misc-fee-amount", "other-fee-amount"),
    *("other-fee-reason-description", "direct-payment-type", "direct-payment-amount", "other-amount"),
)
SOLD_ELSEWHERE = {"order_id": "S01-1", "marketplace_name": "Non-Amazon US", "shipment_id": "S"}
WHEN = "2026-06-17 08:14:22 UTC"


def amount_of(word: str) -> str:
    """Return what a fee adds to the settlement."""
    return "1.00" if word.startswith("+") else "-1.00"


def total(fees: Sequence[Fee]) -> str:
    """Return what the fees of an order come to."""
    return str(sum(Decimal(amount_of(word)) for _, _, word in fees))


def v2(fees: Sequence[Fee]) -> bytes:
    """Write an order of these fees of -1.00 each as Flat File V2."""
    rows = [
        line(
            amount_of(word),
            amount_type="ItemFees" if sku else "Shipment-Fees",
            amount_description=word.lstrip("+"),
            sku=sku,
            order_item_code=f"item {sku}" if sku else "",
            quantity_purchased=units,
            **SOLD_ELSEWHERE,
        )
        for sku, units, word in fees
    ]
    return flat_file([summary(total(fees)), *rows])


def v1(fees: Sequence[Fee]) -> bytes:
    """Write the same order as Flat File V1."""
    rows = [
        {
            **line("", posted_date=WHEN, **SOLD_ELSEWHERE),
            "sku": sku,
            "order-item-code": f"item {sku}" if sku else "",
            "quantity-purchased": units,
            ("item-related-fee-type" if sku else "shipment-fee-type"): word.lstrip("+"),
            ("item-related-fee-amount" if sku else "shipment-fee-amount"): amount_of(word),
        }
        for sku, units, word in fees
    ]
    return flat_file([summary(total(fees)), *rows], V1_COLUMNS)


def xml(fees: Sequence[Fee]) -> bytes:
    """Write the same order as XML."""

    def fee(word: str) -> str:
        return f"<Fee><Type>{word.lstrip('+')}</Type><Amount currency='USD'>{amount_of(word)}</Amount></Fee>"

    items = {sku: units for sku, units, _ in fees if sku}
    loose = "".join(fee(word) for sku, _, word in fees if not sku)
    written = "".join(
        f"<Item><AmazonOrderItemCode>item {sku}</AmazonOrderItemCode><SKU>{sku}</SKU>"
        f"{f'<Quantity>{units}</Quantity>' if units else ''}"
        f"<ItemFees>{''.join(fee(word) for own, _, word in fees if own == sku)}</ItemFees></Item>"
        for sku, units in items.items()
    )
    return (
        "<AmazonEnvelope><SettlementReport><SettlementData><AmazonSettlementID>11111111111</AmazonSettlementID>"
        f"<TotalAmount currency='USD'>{total(fees)}</TotalAmount></SettlementData><Order>"
        "<AmazonOrderID>S01-1</AmazonOrderID><ShipmentID>S</ShipmentID><MarketplaceName>Non-Amazon US</MarketplaceName>"
        f"{f'<ShipmentFees>{loose}</ShipmentFees>' if loose else ''}<Fulfillment>"
        "<MerchantFulfillmentID>AFN</MerchantFulfillmentID><PostedDate>2026-06-17T08:14:22+00:00</PostedDate>"
        f"{written}</Fulfillment></Order></SettlementReport></AmazonEnvelope>"
    ).encode()


WRITERS = {"V2": v2, "V1": v1, "XML": xml}


def units(content: bytes) -> dict[str | None, tuple[int | None, str, Decimal]]:
    """Return of each SKU the units, how they are known, and the money."""
    (settlement,) = read_file(content, "file").settlements
    assert settlement.ties_out
    found: dict[str | None, tuple[int | None, str, Decimal]] = {}
    for row in records(settlement.transactions):
        units, source, net = found.get(row["sku"], (0, row["quantity_source"], Decimal(0)))
        together = None if units is None or row["quantity"] is None else units + row["quantity"]
        found[row["sku"]] = together, source, net + row["net"]
    return found


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(
    ("fees", "expected"),
    [
        ([("MUG", "2", PER_UNIT)], {"MUG": (2, QuantitySource.DERIVED)}),
        ([("MUG", "3", PER_ORDER), ("MUG", "3", PER_UNIT)], {"MUG": (3, QuantitySource.DERIVED)}),
        (
            [("MUG", "2", PER_UNIT), ("CUP", "5", PER_UNIT), ("", "", PARCEL)],
            {
                "MUG": (2, QuantitySource.DERIVED),
                "CUP": (5, QuantitySource.DERIVED),
                None: (0, QuantitySource.REPORTED),
            },
        ),
        ([("MUG", "2", PER_ORDER)], {"MUG": (None, QuantitySource.UNKNOWN)}),
        ([("MUG", "", PER_UNIT)], {"MUG": (None, QuantitySource.UNKNOWN)}),
        ([("", "", PARCEL)], {None: (None, QuantitySource.UNKNOWN)}),
        ([("MUG", "2", PER_UNIT), ("MUG", "2", f"+{PER_UNIT}")], {"MUG": (None, QuantitySource.UNKNOWN)}),
        ([("MUG", "1", f"+{PER_UNIT}")], {"MUG": (None, QuantitySource.UNKNOWN)}),
        ([("MUG", "2", PER_UNIT), ("MUG", "2", f"+{PER_ORDER}")], {"MUG": (2, QuantitySource.DERIVED)}),
        (
            [("MUG", "2", f"+{PER_UNIT}"), ("CUP", "5", PER_UNIT)],
            {"MUG": (None, QuantitySource.UNKNOWN), "CUP": (5, QuantitySource.DERIVED)},
        ),
    ],
)
def test_fees_per_unit_count_once_and_what_is_not_sure_is_asked(
    write: Callable[[Sequence[Fee]], bytes],
    fees: Sequence[Fee],
    expected: dict[str | None, tuple[int | None, QuantitySource]],
) -> None:
    """2 units of an order sold elsewhere are 2 in every format; the parcel's own fee asks for none beside them."""
    assert expected == {sku: told[:2] for sku, told in units(write(fees)).items()}


ITEMS = st.dictionaries(st.sampled_from(["MUG", "CUP", "POT"]), st.sampled_from(["1", "2", "3", ""]), max_size=3)


@st.composite
def orders(draw: st.DrawFn) -> list[Fee]:
    """Draw the fees of an order: of its items each kind at most once, and of its parcel."""
    fees: list[Fee] = []
    for sku, units in draw(ITEMS).items():
        own = draw(st.permutations([PER_UNIT, PER_ORDER, "FBAWeightBasedFee", f"+{PER_UNIT}"]))
        fees += [(sku, units, word) for word in own[: draw(st.integers(1, 4))]]
    if not fees or draw(st.booleans()):
        fees.append(("", "", PARCEL))
    return fees


@pytest.mark.long
@settings(max_examples=examples(60))
@given(orders())
def test_every_record_counts_the_same_units(fees: list[Fee]) -> None:
    """Two readers of one settlement agree, whichever fees it has; XML by both engines."""
    expected = units(v2(fees))
    contents = open_contents(xml(fees), "a.xml")

    assert expected == units(xml(fees)) == units(v1(fees))
    assert_same(outcome(xml_by_columns.read, contents), outcome(xml_report.read, contents))
