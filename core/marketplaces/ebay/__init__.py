"""eBay: its transaction report."""
