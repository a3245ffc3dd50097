"""Amazon's XML settlement reports of a business, as archives still hold them (docs/facts/settlement-formats.md)."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sandbox.settlement_files.amazon_charges import charges, postings, within
from sandbox.settlement_files.amazon_v2 import SettlementFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sandbox.business.business import Business
    from sandbox.business.records import SettlementPeriod
    from sandbox.settlement_files.amazon_charges import Charge, Posting

_ELEMENTS = {"Order": "Order", "Refund": "Refund", "A-to-z Guarantee Refund": "GuaranteeClaim"}
_LISTS = {
    ("ItemPrice", False): ("ItemPrice", "Component"),
    ("ItemPrice", True): ("ItemPriceAdjustments", "Component"),
    ("ItemFees", False): ("ItemFees", "Fee"),
    ("ItemFees", True): ("ItemFeeAdjustments", "Fee"),
    ("ItemWithheldTax", False): ("ItemTaxWithheld", "Component"),
    ("ItemWithheldTax", True): ("ItemTaxWithheldAdjustments", "Component"),
}
"""The list that an amount stands in and the name of its entry, by its type in V2 and whether it is a refund's."""


def settlement_files(business: Business) -> list[SettlementFile]:
    """Return one file per settlement of the business, oldest first."""
    found = postings(charges(business))
    return [_file(period, business.currency, within(period, found)) for period in business.periods]


def _file(period: SettlementPeriod, currency: str, inside: Sequence[Posting]) -> SettlementFile:
    envelope = Element("AmazonEnvelope")
    _text(SubElement(envelope, "Header"), "DocumentVersion", "1.01")
    report = SubElement(SubElement(envelope, "Message"), "SettlementReport")
    data = SubElement(report, "SettlementData")
    _text(data, "AmazonSettlementID", period.settlement_id)
    _amount(data, "TotalAmount", sum((charge.amount for each in inside for charge in each), Decimal(0)), currency)
    for name, at in (("StartDate", period.start), ("EndDate", period.end), ("DepositDate", period.deposit_at)):
        _text(data, name, _moment(at))
    for _, parcel in groupby(inside, key=_parcel):
        _add(report, list(parcel), currency)
    indent(envelope)
    content: bytes = tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return SettlementFile(f"{period.settlement_id}.xml", content)


def _parcel(posting: Posting) -> tuple[object, ...]:
    """Return what the postings of one element agree in; those without an item stand alone."""
    first = posting[0]
    alone = None if first.item_code else id(posting)
    return first.transaction_type, first.order_id, first.shipment_id, first.adjustment_id, first.posted_at, alone


def _add(report: Element, parcel: Sequence[Posting], currency: str) -> None:
    first = parcel[0][0]
    if not first.item_code:
        _add_other(report, first, currency)
        return
    element = SubElement(report, _ELEMENTS[first.transaction_type])
    named = {
        "AmazonOrderID": first.order_id,
        "MerchantOrderID": first.merchant_order_id,
        "ShipmentID": first.shipment_id,
        "AdjustmentID": first.adjustment_id,
        "MarketplaceName": first.marketplace,
    }
    for name, value in named.items():
        if value:
            _text(element, name, value)
    fulfilment = SubElement(element, "Fulfillment")
    _text(fulfilment, "MerchantFulfillmentID", first.fulfilment)
    _text(fulfilment, "PostedDate", _moment(first.posted_at))
    for posting in parcel:
        _add_item(fulfilment, posting, currency)


def _add_item(fulfilment: Element, posting: Posting, currency: str) -> None:
    first = posting[0]
    back = first.transaction_type != "Order"
    item = SubElement(fulfilment, "AdjustedItem" if back else "Item")
    _text(item, "AmazonOrderItemCode", first.item_code)
    _text(item, "SKU", first.sku)
    if not back:
        _text(item, "Quantity", str(first.units))
    for (name, entry), listed in groupby(_by_list(posting, back=back), key=lambda charge: _list_of(charge, back=back)):
        if entry:
            parts = SubElement(item, name)
            for charge in listed:
                _add_amount(SubElement(parts, entry), charge, currency)
        else:
            for charge in listed:
                _add_amount(SubElement(item, name), charge, currency)


def _by_list(posting: Iterable[Charge], *, back: bool) -> list[Charge]:
    return sorted(posting, key=lambda charge: _list_of(charge, back=back))


def _list_of(charge: Charge, *, back: bool) -> tuple[str, str]:
    return _LISTS.get((charge.amount_type, back)) or ("PromotionAdjustment" if back else "Promotion", "")


def _add_amount(element: Element, charge: Charge, currency: str) -> None:
    if charge.promotion_id:
        _text(element, "MerchantPromotionID", charge.promotion_id)
    _text(element, "Type", charge.description)
    _amount(element, "Amount", charge.amount, currency)


def _add_other(report: Element, charge: Charge, currency: str) -> None:
    if charge.amount_type == "Cost of Advertising":
        element = SubElement(report, "AdvertisingTransactionDetails")
        _text(element, "TransactionType", "Charge")
        _text(element, "PostedDate", _moment(charge.posted_at))
        _amount(element, "TransactionAmount", charge.amount, currency)
        return
    element = SubElement(report, "OtherTransaction")
    general = charge.transaction_type == "other-transaction"
    _text(element, "TransactionType", charge.description if general else charge.transaction_type)
    _text(element, "PostedDate", _moment(charge.posted_at))
    if charge.adjustment_id:
        _text(element, "AdjustmentID", charge.adjustment_id)
    _amount(element, "Amount", charge.amount, currency)
    if charge.sku:
        item = SubElement(element, "OtherTransactionItem")
        _text(item, "SKU", charge.sku)
        _text(item, "Quantity", str(charge.units))
        _amount(item, "Amount", charge.amount, currency)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _amount(parent: Element, name: str, amount: Decimal, currency: str) -> None:
    SubElement(parent, name, currency=currency).text = f"{amount:.2f}"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
