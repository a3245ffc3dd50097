"""Shopify Payments: its transactions export, and its API."""
