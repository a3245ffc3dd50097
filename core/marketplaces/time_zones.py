"""Names of time zones as marketplaces print them behind a moment, with their hours ahead of UTC.

`IST` is India's (no marketplace prints Ireland's or Israel's so), `CST` and `EST` are North America's. And the zones of
the marketplaces' sites, which are proposed for a store (`core.books.time_zones`).
"""

from __future__ import annotations

from core.model import Marketplace

ZONES: dict[str, float] = {
    "": 0,
    "Z": 0,
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "IST": 5.5,
    "SGT": 8,
    "AWST": 8,
    "JST": 9,
    "ACST": 9.5,
    "AEST": 10,
    "ACDT": 10.5,
    "AEDT": 11,
    "NST": -3.5,
    "NDT": -2.5,
    "AST": -4,
    "ADT": -3,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
}

SITE_ZONES: dict[str, str] = {
    "amazon.com": "America/Los_Angeles",
    "amazon.ca": "America/Los_Angeles",
    "amazon.com.mx": "America/Los_Angeles",
    "amazon.com.br": "America/Sao_Paulo",
    "amazon.co.uk": "Europe/London",
    "amazon.ie": "Europe/Dublin",
    "amazon.de": "Europe/Berlin",
    "amazon.fr": "Europe/Paris",
    "amazon.it": "Europe/Rome",
    "amazon.es": "Europe/Madrid",
    "amazon.nl": "Europe/Amsterdam",
    "amazon.com.be": "Europe/Brussels",
    "amazon.se": "Europe/Stockholm",
    "amazon.pl": "Europe/Warsaw",
    "amazon.com.tr": "Europe/Istanbul",
    "amazon.ae": "Asia/Dubai",
    "amazon.sa": "Asia/Riyadh",
    "amazon.eg": "Africa/Cairo",
    "amazon.co.za": "Africa/Johannesburg",
    "amazon.in": "Asia/Kolkata",
    "amazon.co.jp": "Asia/Tokyo",
    "amazon.com.au": "Australia/Sydney",
    "amazon.sg": "Asia/Singapore",
    "walmart": "America/Los_Angeles",
}
"""The zone in which each marketplace site counts its own days, proposed for a store that sells there and never taken by
itself. docs/design/time-zones.md says where each is from. Shopify and eBay let each seller choose: none is proposed."""

ZONES_OF_SELLERS: dict[Marketplace, str] = {
    Marketplace.AMAZON: "the zone in which Seller Central counts its days",
    Marketplace.WALMART: "the zone in which Seller Center counts its days",
    Marketplace.SHOPIFY: "the zone set in the shop",
    Marketplace.EBAY: "the zone set in the eBay account",
}
"""Which zone to type for a store where none is proposed: its lines name no site of `SITE_ZONES`."""
