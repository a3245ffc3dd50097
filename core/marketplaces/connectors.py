"""Which marketplaces can be pulled from; a new one is its folder and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.amazon import connector as amazon
from core.marketplaces.walmart import connector as walmart

if TYPE_CHECKING:
    from core.marketplaces.connector import ConnectorKind

CONNECTORS: tuple[ConnectorKind, ...] = (
    amazon.KIND,
    walmart.KIND,
)
"""One per marketplace."""
