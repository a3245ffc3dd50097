"""Walmart Marketplace (US): its reconciliation reports."""
