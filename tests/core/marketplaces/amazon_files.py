"""Writes Amazon flat files for tests, from rows given as keyword arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cells = dict[str, str]

V2_COLUMNS = (
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
)


def row(**cells: str) -> Cells:
    """Return the cells of a row; `_` in a name stands for `-`."""
    return {name.replace("_", "-"): text for name, text in cells.items()}


def summary(total: str, settlement_id: str = "11111111111", **cells: str) -> Cells:
    """Return a summary row of a fortnight in June 2026."""
    return {
        "settlement-id": settlement_id,
        "settlement-start-date": "2026-06-16 00:00:00 UTC",
        "settlement-end-date": "2026-06-30 00:00:00 UTC",
        "deposit-date": "2026-07-02 00:00:00 UTC",
        "total-amount": total,
        "currency": "USD",
        **row(**cells),
    }


def line(amount: str, **cells: str) -> Cells:
    """Return a Principal row of an order of one unit."""
    return {
        "settlement-id": "11111111111",
        "transaction-type": "Order",
        "order-id": "111-0000001-0000001",
        "shipment-id": "Shipment1",
        "marketplace-name": "Amazon.com",
        "amount-type": "ItemPrice",
        "amount-description": "Principal",
        "amount": amount,
        "fulfillment-id": "AFN",
        "posted-date-time": "2026-06-17 08:14:22 UTC",
        "order-item-code": "10000000000001",
        "sku": "SKU-1",
        "quantity-purchased": "1",
        **row(**cells),
    }


def bare_line(amount: str, **cells: str) -> Cells:
    """Return a row without order, item and SKU."""
    nothing = dict.fromkeys(("order_id", "shipment_id", "order_item_code", "sku", "quantity_purchased"), "")
    return line(amount, **{**nothing, "amount_type": "other-transaction", **cells})


def flat_file(
    rows: Iterable[Cells],
    columns: Sequence[str] = V2_COLUMNS,
    before: Sequence[str] = (),
    end: str = "\n",
    encoding: str = "utf-8",
) -> bytes:
    """Return the bytes of a tab-separated file."""
    body = ["\t".join(cells.get(column, "") for column in columns) for cells in rows]
    return "".join(text + end for text in (*before, "\t".join(columns), *body)).encode(encoding)
