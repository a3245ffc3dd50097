"""eBay's transaction report of a store: `--` is nothing, orders of several items are rolled up.

See docs/facts/settlement-formats.md, eBay.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.demo_ebay import ABROAD, FIXED, VARIABLE
from sandbox.settlement_files.amazon_v2 import SettlementFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.business.shops import ItemFees, Movement, Payout, Shop

ZERO = Decimal(0)
NOTHING = "--"
COLUMNS = (
    *("Transaction creation date", "Type", "Order number", "Legacy order ID", "Buyer username", "Buyer name"),
    *("Ship to city", "Ship to province/region/state", "Ship to zip", "Ship to country", "Net amount"),
    *("Payout currency", "Payout date", "Payout ID", "Payout method", "Payout status", "Reason for hold", "Item ID"),
    *("Transaction ID", "Item title", "Custom label", "Quantity", "Item subtotal", "Shipping and handling"),
    *("Seller collected tax", "eBay collected tax", "Final Value Fee - fixed", "Final Value Fee - variable"),
    *("International fee", "Gross transaction amount", "Transaction currency", "Exchange rate", "Reference ID"),
    "Description",
)
_FEES = {FIXED: "Final Value Fee - fixed", VARIABLE: "Final Value Fee - variable", ABROAD: "International fee"}
_TYPES = {
    "SALE": "Order",
    "REFUND": "Refund",
    "DISPUTE": "Payment dispute",
    "NON_SALE_CHARGE": "Other fee",
    "SHIPPING_LABEL": "Shipping label",
    "CREDIT": "Credit",
    "TRANSFER": "Transfer",
}
"""What the report calls the types of the API."""
_DESCRIPTIONS = {
    "PREMIUM_AD_FEES": "Promoted Listings - Priority fee",
    "STORE_SUBSCRIPTION_FEE": "Store subscription fee",
}
_PREAMBLE = "\ufeffTransaction report\nSeller,linden.ridge\nAll amounts in USD\n\n"


def report_file(shop: Shop, payouts: Iterable[str] | None = None) -> SettlementFile:
    """Return the report of a store.

    Args:
        shop: The store.
        payouts: Only of these; everything, what is still on hold too, if left out.
    """
    wanted = None if payouts is None else set(payouts)
    paid = {payout.payout_id: payout for payout in shop.payouts if payout.status == "SUCCEEDED"}
    rows = [
        {**_heading(shop, movement, paid.get(movement.payout_id)), **row}
        for movement in shop.movements
        if wanted is None or movement.payout_id in wanted
        for row in _rows(shop, movement)
    ]
    rows += [_payout_row(shop, payout) for payout in paid.values() if wanted is None or payout.payout_id in wanted]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval=NOTHING, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return SettlementFile("Transaction_report.csv", (_PREAMBLE + text.getvalue()).encode())


def _heading(shop: Shop, movement: Movement, payout: Payout | None) -> dict[str, str]:
    return {
        "Transaction creation date": f"{movement.at:%b} {movement.at.day}, {movement.at.year}",
        "Type": _TYPES[movement.kind],
        "Order number": movement.order_id or NOTHING,
        "Legacy order ID": movement.order_id or NOTHING,
        "Buyer username": "buyer-1" if movement.order_id else NOTHING,
        "Buyer name": "Robin Example" if movement.order_id else NOTHING,
        "Ship to city": "Springfield" if movement.order_id else NOTHING,
        "Payout currency": shop.currency,
        "Payout date": f"{payout.paid_at:%b} {payout.paid_at.day}, {payout.paid_at.year}" if payout else NOTHING,
        "Payout ID": payout.payout_id if payout else NOTHING,
        "Payout status": "Funds sent" if payout else NOTHING,
        "Reason for hold": "Buyer protection" if movement.note == "HOLD" else NOTHING,
        "Transaction currency": shop.currency,
    }


def _rows(shop: Shop, movement: Movement) -> list[dict[str, str]]:
    whole = {"Net amount": _figure(movement.net), "Gross transaction amount": _figure(movement.amount)}
    if movement.kind == "SALE":
        items = [_item(shop, movement, item) for item in movement.items]
        return [{**items[0], **whole}] if len(items) == 1 else [whole, *items]
    fees: defaultdict[str, Decimal] = defaultdict(Decimal)
    for item in movement.items:
        for name, amount in item.fees:
            fees[_FEES[name]] += amount
    return [
        {
            **whole,
            **{name: _figure(amount) for name, amount in fees.items()},
            "Reference ID": movement.movement_id,
            "Description": _DESCRIPTIONS.get(movement.note, movement.note) or NOTHING,
        }
    ]


def _item(shop: Shop, movement: Movement, item: ItemFees) -> dict[str, str]:
    line = shop.order(movement.order_id).lines[item.line]
    return {
        "Item ID": f"15{line.item_code}",
        "Transaction ID": line.item_code,
        "Item title": f"{line.sku} for sale",
        "Custom label": line.sku,
        "Quantity": str(line.units),
        "Item subtotal": _figure(line.unit_price * line.units),
        "Shipping and handling": _figure(line.shipping),
        **{_FEES[name]: _figure(-amount) for name, amount in item.fees},
    }


def _payout_row(shop: Shop, payout: Payout) -> dict[str, str]:
    paid = _figure(-shop.paid(payout.payout_id))
    return {
        "Transaction creation date": f"{payout.paid_at:%b} {payout.paid_at.day}, {payout.paid_at.year}",
        "Type": "Payout",
        "Net amount": paid,
        "Payout currency": shop.currency,
        "Payout ID": payout.payout_id,
        "Payout status": "Funds sent",
        "Gross transaction amount": paid,
        "Transaction currency": shop.currency,
        "Description": "Scheduled payout",
    }


def _figure(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else NOTHING
