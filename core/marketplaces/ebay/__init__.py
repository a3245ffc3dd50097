"""eBay: its transaction report, and its API."""
