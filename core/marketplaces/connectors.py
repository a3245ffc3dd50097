"""Which marketplaces can be pulled from; a new one is its folder and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.amazon import connector as amazon
from core.marketplaces.ebay import connector as ebay
from core.marketplaces.shopify import connector as shopify
from core.marketplaces.walmart import connector as walmart

if TYPE_CHECKING:
    from core.marketplaces.connector import ConnectorKind

CONNECTORS: tuple[ConnectorKind, ...] = (
    amazon.KIND,
    walmart.KIND,
    shopify.KIND,
    ebay.KIND,
)
"""One per marketplace."""
