"""Amazon's V1 flat file settlements of a business, as archives still hold them (docs/facts/settlement-formats.md).

The amount stands in one of nine columns, by its kind. The units of an item stand on a row of their own without any
amount, those of a refund nowhere.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.settlement_files import amazon_v2
from sandbox.settlement_files.amazon_charges import charges, postings, within
from sandbox.settlement_files.amazon_v2 import SettlementFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sandbox.business.business import Business
    from sandbox.business.records import SettlementPeriod
    from sandbox.settlement_files.amazon_charges import Charge, Posting

COLUMNS = (
    *amazon_v2.COLUMNS[:12],
    "shipment-fee-type",
    "shipment-fee-amount",
    "order-fee-type",
    "order-fee-amount",
    "fulfillment-id",
    "posted-date",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "price-type",
    "price-amount",
    "item-related-fee-type",
    "item-related-fee-amount",
    "misc-fee-amount",
    "other-fee-amount",
    "other-fee-reason-description",
    "promotion-id",
    "promotion-type",
    "promotion-amount",
    "direct-payment-type",
    "direct-payment-amount",
    "other-amount",
)
_PLACES = {
    "ItemPrice": ("price-type", "price-amount"),
    "ItemFees": ("item-related-fee-type", "item-related-fee-amount"),
    "ItemWithheldTax": ("item-related-fee-type", "item-related-fee-amount"),
    "Promotion": ("promotion-type", "promotion-amount"),
}
"""The columns of an amount's description and of the amount, by its type in V2."""


def settlement_files(business: Business) -> list[SettlementFile]:
    """Return one file per settlement of the business, oldest first."""
    found = postings(charges(business))
    return [_file(period, business.currency, within(period, found)) for period in business.periods]


def _file(period: SettlementPeriod, currency: str, inside: Sequence[Posting]) -> SettlementFile:
    summary = {
        "settlement-start-date": _moment(period.start),
        "settlement-end-date": _moment(period.end),
        "deposit-date": _moment(period.deposit_at),
        "total-amount": f"{sum((charge.amount for posting in inside for charge in posting), Decimal(0)):.2f}",
        "currency": currency,
    }
    rows = [summary, *(row for posting in inside for row in _rows(posting))]
    named = ({**row, "settlement-id": period.settlement_id} for row in rows)
    lines = ["\t".join(COLUMNS), *("\t".join(row.get(column, "") for column in COLUMNS) for row in named)]
    return SettlementFile(f"{period.settlement_id}-v1.txt", "".join(f"{line}\n" for line in lines).encode())


def _rows(posting: Posting) -> Iterator[dict[str, str]]:
    first = posting[0]
    if not first.item_code:
        yield _other(first)
        return
    if first.transaction_type == "Order" and first.units is not None:
        yield {**_item(first), "quantity-purchased": str(first.units)}
    for charge in posting:
        name, amount = _PLACES[charge.amount_type]
        yield {**_item(charge), name: charge.description, amount: f"{charge.amount:.2f}"} | (
            {"promotion-id": charge.promotion_id} if charge.promotion_id else {}
        )


def _item(charge: Charge) -> dict[str, str]:
    return {
        "transaction-type": charge.transaction_type,
        "order-id": charge.order_id,
        "merchant-order-id": charge.merchant_order_id,
        "adjustment-id": charge.adjustment_id,
        "shipment-id": charge.shipment_id,
        "marketplace-name": charge.marketplace,
        "fulfillment-id": charge.fulfilment,
        "posted-date": _moment(charge.posted_at),
        "order-item-code": charge.item_code,
        "sku": charge.sku,
    }


def _other(charge: Charge) -> dict[str, str]:
    """Return the row of a charge without an item: what V2 describes is the type here."""
    row = {"posted-date": _moment(charge.posted_at), "sku": charge.sku, "adjustment-id": charge.adjustment_id}
    if charge.amount_type == "Cost of Advertising":
        name, amount = _PLACES["ItemFees"]
        return {**row, "transaction-type": "ServiceFee", name: charge.amount_type, amount: f"{charge.amount:.2f}"}
    general = charge.transaction_type == "other-transaction"
    return {
        **row,
        "transaction-type": charge.description if general else charge.transaction_type,
        "quantity-purchased": "" if charge.units is None else str(charge.units),
        "other-amount": f"{charge.amount:.2f}    ",  # with the blanks that real files have
    }


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
