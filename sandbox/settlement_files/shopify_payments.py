"""Shopify's payments transactions export of a store (docs/facts/settlement-formats.md) as a seller downloads it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sandbox.settlement_files.amazon_v2 import SettlementFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

    from sandbox.business.shops import Movement, Payout, Shop

COLUMNS = (
    *("Transaction Date", "Type", "Order", "Card Brand", "Card Source", "Payout Status", "Payout Date", "Payout ID"),
    *("Available On", "Amount", "Fee", "Net", "Checkout", "Payment Method Name", "Presentment Amount"),
    *("Presentment Currency", "Currency", "VAT"),
)
_TYPES = {
    "CHARGE": "charge",
    "REFUND": "refund",
    "ADJUSTMENT": "adjustment",
    "RESERVED_FUNDS": "reserve",
    "RESERVED_FUNDS_REVERSAL": "reserve",
    "DISPUTE_WITHDRAWAL": "chargeback",
}
"""What the export calls the types of the API."""


def payments_file(shop: Shop, payouts: Iterable[str] | None = None) -> SettlementFile:
    """Return the export of a store.

    Args:
        shop: The store.
        payouts: Only of these; everything, what is still pending too, if left out.
    """
    wanted = None if payouts is None else set(payouts)
    known = {payout.payout_id: payout for payout in shop.payouts}
    rows = [
        _row(shop, movement, known.get(movement.payout_id))
        for movement in shop.movements
        if wanted is None or movement.payout_id in wanted
    ]
    rows += [
        _payout_row(shop, payout)
        for payout in shop.payouts
        if payout.status == "PAID" and (wanted is None or payout.payout_id in wanted)
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return SettlementFile("payment_transactions_export_1.csv", text.getvalue().encode())


def _row(shop: Shop, movement: Movement, payout: Payout | None) -> dict[str, str]:
    is_paid = payout is not None and payout.status == "PAID"
    return {
        "Transaction Date": _moment(movement.at),
        "Type": _TYPES[movement.kind],
        "Order": movement.order_id,
        "Payout Status": "paid" if is_paid else "pending",
        "Payout Date": f"{payout.paid_at:%Y-%m-%d}" if payout else "",
        "Payout ID": payout.payout_id if payout and is_paid else "",
        "Available On": f"{movement.at:%Y-%m-%d}",
        **_money(movement.amount, movement.fee),
        "Checkout": f"#{movement.payment_id}" if movement.payment_id else "",
        "Currency": shop.currency,
        "VAT": "0.00",
    }


def _payout_row(shop: Shop, payout: Payout) -> dict[str, str]:
    paid = shop.paid(payout.payout_id)
    return {
        "Transaction Date": _moment(payout.paid_at),
        "Type": "payout",
        "Payout Status": "paid",
        "Payout Date": f"{payout.paid_at:%Y-%m-%d}",
        "Payout ID": payout.payout_id,
        **_money(-paid, paid * 0),
        "Currency": shop.currency,
        "VAT": "0.00",
    }


def _money(amount: Decimal, fee: Decimal) -> dict[str, str]:
    return {"Amount": f"{amount:.2f}", "Fee": f"{fee:.2f}", "Net": f"{amount - fee:.2f}"}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} +0000"
