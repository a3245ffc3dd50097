"""Writes eBay's transaction report row by row, and the pulled payout of the same orders."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

COLUMNS = (
    *("Transaction creation date", "Type", "Order number", "Net amount", "Payout currency", "Payout date"),
    *("Payout ID", "Item ID", "Transaction ID", "Custom label", "Quantity", "Item subtotal", "Shipping and handling"),
    *("Seller collected tax", "eBay collected tax", "Final Value Fee - fixed", "Final Value Fee - variable"),
    *(
        "Regulatory operating fee",
        "International fee",
        "Charity donation",
        "Gross transaction amount",
        "Transaction currency",
        "Exchange rate",
        "Reference ID",
    ),
    "Description",
    "Item title",
)
PAYOUT = "7600000001"
ORDER = "11-00000-00001"
PAID = {"Payout currency": "USD", "Payout date": "Sep 2, 2026", "Payout ID": PAYOUT}
GBP = {"Transaction currency": "GBP"}

Row = dict[str, object]


def report(*rows: Row) -> bytes:
    """Return a report of these rows; what a row does not name is `--`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="--", lineterminator="\n")
    writer.writeheader()
    writer.writerows({"Transaction creation date": "Aug 31, 2026", **row} for row in rows)
    return text.getvalue().encode()


def whole(net: str, gross: str, order: str = ORDER, **more: object) -> Row:
    """Return the row of an order of several items."""
    amounts = {"Net amount": net, "Gross transaction amount": gross, "Transaction currency": "USD"}
    return {"Type": "Order", "Order number": order, **PAID, **amounts, **_named(more)}


def item(code: str, sku: str, price: str, fee: str, order: str = ORDER, **more: object) -> Row:
    """Return the row of one of its items, as eBay writes it: its payout stands in the row of the order alone."""
    told = {"Item ID": f"10{code}", "Transaction ID": code, "Custom label": sku, "Quantity": 1}
    amounts = {"Item subtotal": price, "Final Value Fee - variable": fee}
    return {"Type": "Order", "Order number": order, **told, **amounts, **_named(more)}


def single(net: str, code: str, sku: str, price: str, fee: str, order: str = ORDER, **more: object) -> Row:
    """Return the row of an order of one item."""
    return {**whole(net, price, order), **item(code, sku, price, fee, order), **_named(more)}


def refund(net: str, gross: str, fee: str, order: str = ORDER, **more: object) -> Row:
    """Return the row of a refund: no item, no units."""
    return whole(net, gross, order) | {"Type": "Refund", "Final Value Fee - variable": fee} | _named(more)


def paid_out(total: str) -> Row:
    """Return the payout's own row."""
    return {**whole(f"-{total}", f"-{total}", "--"), "Type": "Payout", "Transaction creation date": "Sep 2, 2026"}


def _named(more: dict[str, object]) -> Row:
    return {name.replace("_", " "): value for name, value in more.items()}


def money(value: str, currency: str = "USD", **more: str) -> dict[str, str]:
    """Return an amount of the API."""
    return {"value": value, "currency": currency, **more}


def pulled(
    total: str,
    *transactions: dict[str, Any],
    orders: dict[str, list[dict[str, Any]]],
    payout: str = PAYOUT,
    day: str = "2026-09-02",
) -> bytes:
    """Return a pulled payout; its orders were last changed on its day."""
    head = {"payoutId": payout, "payoutDate": f"{day}T00:00:00.000Z", "amount": money(total)}
    changed = {"creationDate": "2026-08-31T00:00:00.000Z", "lastModifiedDate": f"{day}T00:00:00.000Z"}
    told = [{"orderId": order, **changed, "lineItems": items} for order, items in orders.items()]
    document = {"format": "ebay_payout_api", "payout": head, "transactions": transactions, "orders": told}
    return json.dumps(document).encode()


def booked(
    kind: str,
    amount: dict[str, str],
    *items: dict[str, Any],
    order: str = ORDER,
    entry: str = "CREDIT",
    day: str = "2026-08-31",
) -> dict[str, Any]:
    """Return a transaction of the API."""
    about = {"transactionId": f"{kind} {order}", "transactionType": kind, "orderId": order, "bookingEntry": entry}
    return {**about, "transactionDate": f"{day}T00:00:00.000Z", "amount": amount, "orderLineItems": list(items)}


def charged(code: str, basis: str, fee: dict[str, str]) -> dict[str, Any]:
    """Return what Finances says of an item: the basis of its fees, and a final value fee."""
    fees = [{"feeType": "FINAL_VALUE_FEE", "amount": fee}]
    return {"lineItemId": code, "feeBasisAmount": money(basis, fee["currency"]), "marketplaceFees": fees}


def ordered(
    code: str, sku: str, price: dict[str, str], postage: dict[str, str] | None = None, units: int = 1
) -> dict[str, Any]:
    """Return what Fulfillment says of an item."""
    told = {"lineItemId": code, "sku": sku, "quantity": units, "lineItemCost": price}
    return told if postage is None else {**told, "deliveryCost": {"shippingCost": postage}}


TWO = whole("134.20", "150")
MUG = item("1", "MUG", "100", "-10.40")
CUP = item("2", "CUP", "50", "-5.40")
"""An order of two items: its own row, and theirs."""
