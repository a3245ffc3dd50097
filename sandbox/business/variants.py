"""The same business with one thing otherwise, for what changes in Finale between two looks at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.business.business import Business

_VANISHED = 10


def changed(business: Business, variants: Collection[str]) -> Business:
    """Return the business with the named changes (`sandbox.misbehaviour.VARIANTS`)."""
    if "late-costs-repaired" in variants:
        business = replace(business, repaired=True)
    if "orders-vanished" in variants:
        business = without_every_tenth_order(business)
    return business


def without_every_tenth_order(business: Business) -> Business:
    """Return the business with every tenth order gone from Finale."""
    orders = tuple(
        replace(order, inventory_id=None) if number % _VANISHED == 0 else order
        for number, order in enumerate(business.orders)
    )
    gone = {order.order_id for order in orders if order.inventory_id is None}
    corrections = tuple(correction for correction in business.corrections if correction.order_id not in gone)
    return replace(business, orders=orders, corrections=corrections)
