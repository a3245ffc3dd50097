"""The marketplaces' APIs over a business: one module per marketplace, each under a path of its own (`/amazon/...`)."""
