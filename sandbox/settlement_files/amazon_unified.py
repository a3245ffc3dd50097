"""Amazon's unified (date range) transaction report of a business: one row per item (docs/facts/settlement-formats.md).

It holds several settlements, what Amazon has not released yet, and the payouts to the bank; it holds no reserves.
"""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.settlement_files.amazon_charges import charges, postings, within
from sandbox.settlement_files.amazon_v2 import SettlementFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sandbox.business.business import Business
    from sandbox.business.records import SettlementPeriod
    from sandbox.settlement_files.amazon_charges import Charge, Posting

AMOUNTS = (
    "product sales",
    "product sales tax",
    "shipping credits",
    "shipping credits tax",
    "gift wrap credits",
    "giftwrap credits tax",
    "Regulatory Fee",
    "Tax On Regulatory Fee",
    "promotional rebates",
    "promotional rebates tax",
    "marketplace withheld tax",
    "selling fees",
    "fba fees",
    "other transaction fees",
    "other",
)
COLUMNS = (
    *("date/time", "settlement id", "type", "order id", "sku", "description", "quantity", "marketplace"),
    *("fulfillment", "order city", "order state", "order postal", "tax collection model"),
    *AMOUNTS,
    *("total", "Transaction Status", "Transaction Release Date"),
)
_PREAMBLE = (
    "Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore transactions",
    "All amounts in {currency}, unless specified",
    "Definitions:",
    "date/time: posted date/time of the transaction",
)
_PLACES = {
    ("ItemPrice", "Principal"): "product sales",
    ("ItemPrice", "Tax"): "product sales tax",
    ("ItemPrice", "Shipping"): "shipping credits",
    ("ItemFees", "Commission"): "selling fees",
    ("ItemFees", "RefundCommission"): "selling fees",
    ("ItemFees", "FBAPerUnitFulfillmentFee"): "fba fees",
    ("ItemFees", "ShippingHB"): "other transaction fees",
    ("Promotion", "Principal"): "promotional rebates",
    ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"): "marketplace withheld tax",
}
_REASONS = {"WAREHOUSE_LOST": "Lost:Warehouse", "WAREHOUSE_DAMAGE": "Damaged:Warehouse"}
_ADVERTISING = "Cost of Advertising"
_FULFILMENT = {"AFN": "Amazon", "MFN": "Seller"}
_DAYLIGHT = timedelta(hours=-7)
"""Pacific time in summer, when all of the demo's settlements are."""
_ORDERED_BEFORE = timedelta(hours=30)
"""How long before its release an order was placed; the report shows both moments."""


def settlement_files(business: Business) -> list[SettlementFile]:
    """Return one report over all settlements of the business, with what was posted after them as deferred."""
    found = postings(charges(business))
    rows = [row for period in business.periods for row in _settled(period, within(period, found))]
    last = business.periods[-1]
    later = (posting for posting in found if posting[0].posted_at >= last.end and posting[0].item_code)
    rows += [
        {**_row(last, posting), "Transaction Status": "Deferred", "Transaction Release Date": ""} for posting in later
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    blanks = [""] * (len(COLUMNS) - 1)
    for line in _PREAMBLE:
        writer.writerow([line.format(currency=business.currency), *blanks])
    writer.writerow(COLUMNS)
    writer.writerows([row.get(column, "") for column in COLUMNS] for row in rows)
    return [SettlementFile("unified-transactions.csv", text.getvalue().encode("utf-8-sig"))]


def _settled(period: SettlementPeriod, inside: Iterable[Posting]) -> Iterable[dict[str, str]]:
    listed = [posting for posting in inside if "Reserve" not in posting[0].description]
    yield from (_row(period, posting) for posting in listed)
    paid = sum((charge.amount for posting in inside for charge in posting), Decimal(0))
    transfer = {"type": "Transfer", "description": "To your account ending in: 123", "other": f"{-paid:.2f}"}
    yield {**_common(period, period.deposit_at, period.deposit_at), **_zeros(), **transfer, "total": f"{-paid:.2f}"}


def _row(period: SettlementPeriod, posting: Posting) -> dict[str, str]:
    first = posting[0]
    amounts = dict.fromkeys(AMOUNTS, Decimal(0))
    for charge in posting:
        amounts[_place(charge)] += charge.amount
    row = _common(period, first.posted_at - (_ORDERED_BEFORE if first.item_code else timedelta(0)), first.posted_at)
    row |= _item(first) if first.item_code else _other(first)
    row |= {name: f"{amount:f}" for name, amount in amounts.items()}
    return {**row, "total": f"{sum(amounts.values(), Decimal(0)):f}"}


def _place(charge: Charge) -> str:
    if charge.amount_type == _ADVERTISING:
        return "other transaction fees"
    return _PLACES.get((charge.amount_type, charge.description), "other")


def _common(period: SettlementPeriod, at: datetime, released_at: datetime) -> dict[str, str]:
    return {
        "date/time": _moment(at),
        "settlement id": period.settlement_id,
        "Transaction Status": "Released",
        "Transaction Release Date": _moment(released_at),
    }


def _zeros() -> dict[str, str]:
    return dict.fromkeys(AMOUNTS, "0")


def _item(charge: Charge) -> dict[str, str]:
    return {
        "type": {"A-to-z Guarantee Refund": "A-to-z Guarantee Claim"}.get(
            charge.transaction_type, charge.transaction_type
        ),
        "order id": charge.order_id,
        "sku": charge.sku,
        "description": f"Goods of the demo, {charge.sku}",
        "quantity": "" if charge.units is None else str(charge.units),
        "marketplace": charge.marketplace.casefold(),
        "fulfillment": _FULFILMENT[charge.fulfilment],
        "order city": "ANYTOWN",
        "order state": "CA",
        "order postal": "90001",
        "tax collection model": "MarketplaceFacilitator",
    }


def _other(charge: Charge) -> dict[str, str]:
    if charge.amount_type == _ADVERTISING:
        return {"type": "Service Fee", "description": _ADVERTISING}
    if charge.sku:
        reason = _REASONS.get(charge.description, charge.description)
        words = f"FBA Inventory Reimbursement - {reason}"
        return {"type": "Adjustment", "description": words, "sku": charge.sku, "quantity": str(charge.units)}
    general = charge.transaction_type == "other-transaction"
    return {"type": "Service Fee" if general else charge.transaction_type, "description": charge.description}


def _moment(at: datetime) -> str:
    """Write `Jun 3, 2026 2:15:12 AM PDT`."""
    local = at + _DAYLIGHT
    hour = local.hour % 12 or 12
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[local.month - 1]
    half = "AM" if local.hour < 12 else "PM"  # noqa: PLR2004  # noon
    return f"{month} {local.day}, {local.year} {hour}:{local.minute:02}:{local.second:02} {half} PDT"
