"""Which marketplaces can be pulled from; a new one is its folder and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.marketplaces.connector import ConnectorKind

CONNECTORS: tuple[ConnectorKind, ...] = ()
"""One per marketplace."""
