"""Which marketplaces can be pulled from; a new one is its folder and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.amazon.connector import AMAZON_CONNECTOR
from core.marketplaces.ebay.connector import EBAY_CONNECTOR
from core.marketplaces.shopify.connector import SHOPIFY_CONNECTOR
from core.marketplaces.walmart.connector import WALMART_CONNECTOR

if TYPE_CHECKING:
    from core.marketplaces.pulling.connector import ConnectorKind

CONNECTORS: tuple[ConnectorKind, ...] = (
    AMAZON_CONNECTOR,
    WALMART_CONNECTOR,
    SHOPIFY_CONNECTOR,
    EBAY_CONNECTOR,
)
"""One per marketplace."""
