"""The marketplaces' APIs over a business: one module per marketplace, each under a path of its own (`/amazon/...`)."""

from __future__ import annotations

MARKETPLACES = ("amazon", "walmart", "shopify", "ebay")
"""Paths that belong to marketplaces: they have tokens and limits of their own, other than Finale's."""
