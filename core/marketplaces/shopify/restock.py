"""Shopify's restock type of a refunded line item: whether its goods came back."""

from __future__ import annotations

from core.model import Disposition

_DISPOSITIONS = {
    "return": Disposition.RESTOCKED,
    "cancel": Disposition.RESTOCKED,  # never left the shelf
    "legacy_restock": Disposition.RESTOCKED,
    "no_restock": Disposition.NOT_RETURNED,
}


def disposition(restock_type: str) -> Disposition | None:
    """Return what a `restockType` says about the goods, `None` for a word that is not known: such a refund is asked."""
    return _DISPOSITIONS.get(restock_type.strip().casefold())
