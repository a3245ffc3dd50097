"""A stand-in for Finale Inventory: GraphQL, REST and reports (docs/facts/finale-api.md)."""

from __future__ import annotations
