"""Walmart Marketplace (US): its reconciliation reports, and its API."""
