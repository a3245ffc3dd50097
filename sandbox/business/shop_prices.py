"""What a customer pays for an order, and gets back for a part of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.sales import cents

if TYPE_CHECKING:
    from sandbox.business.records import Order, OrderLine

ZERO = Decimal(0)


def total_of(order: Order) -> Decimal:
    """Return what the customer pays for an order."""
    return sum((line.unit_price * line.units - line.promotion + line.tax + line.shipping for line in order.lines), ZERO)


def back_of(line: OrderLine, units: int) -> Decimal:
    """Return price and tax of so many units of a line."""
    return price_back(line, units) + tax_back(line, units)


def price_back(line: OrderLine, units: int) -> Decimal:
    """Return the price of so many units of a line, after discounts."""
    return cents((line.unit_price * line.units - line.promotion) * units / line.units)


def tax_back(line: OrderLine, units: int) -> Decimal:
    """Return the tax of so many units of a line."""
    return cents(line.tax * units / line.units)
