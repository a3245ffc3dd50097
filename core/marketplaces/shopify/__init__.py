"""Shopify Payments: its transactions export."""
