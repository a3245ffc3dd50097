"""A shop whose item groups have accounts of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.entries.exporting import ExportOptions
from core.books.verification.verification import tie_outs
from core.journal.accounts import AccountRow
from core.line_types import LineType
from tests.core.marketplaces.amazon_files import line

if TYPE_CHECKING:
    from tests.core.books.shops import Shop

MUGS = (
    AccountRow(line_type=LineType.COGS_SALES, item_group="MUG-", name="COGS Mugs", number="511"),
    AccountRow(line_type=LineType.INVENTORY_OUT, item_group="MUG-", name="Mugs in stock", number="131"),
)
TRUE_UP, FINALE = "true-up", "true-up posted by Finale"


def odd(order: str, sku: str, units: int) -> dict[str, str]:
    """Return a row of a word that nobody has declared, with units of an order."""
    words = {"transaction_type": "other-transaction", "amount_type": "other-transaction", "amount_description": "ODD"}
    named = {"order_id": order, "order_item_code": "", "shipment_id": "", "sku": sku, "quantity_purchased": str(units)}
    return line("12.00", **words, **named, posted_date_time="2026-08-07 10:00:00 UTC")


def differing(shop: Shop) -> list[str]:
    """Return what verify names."""
    found = tie_outs(shop.database, shop.books, shop.settlement("1"), ExportOptions())
    return [one.sentence for one in found if not one.ok]
