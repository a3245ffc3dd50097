"""What the demo business bought, counted and was billed for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.catalogue import BILLED_LATE, DEAR, NEVER_BILLED, RECEIVED_LATE, WITHOUT_TIMELY_COST
from sandbox.business.records import CostChange, Product, Purchase, PurchaseLine, StockChange
from sandbox.business.sales import cents, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.business.dice import Dice

_CATEGORIES = ("Kitchen", "Tools", "Outdoor", "Home")
_ROUNDS = (
    # days of receipt in the order of _CATEGORIES, share of the goods that are bought again
    (("2026-07-02", "2026-07-03", "2026-07-06", "2026-07-07"), 1.0),
    (("2026-08-06", "2026-08-12", "2026-08-19", "2026-08-25"), 0.55),
    (("2026-09-01", "2026-09-03", "2026-09-08", "2026-09-10"), 0.35),
    (("2026-09-29", "2026-10-06", "2026-10-13", "2026-10-20"), 0.4),
)
_SUPPLIERS = dict(zip(_CATEGORIES, ("Northfold Supply", "Hartwell Tools", "Ridge & Co", "Linden Home"), strict=True))


def purchases(dice: Dice, products: Sequence[Product]) -> tuple[Purchase, ...]:
    """Return four rounds of purchase orders, one per supplier and round, and the late one."""
    return (*_rounds(dice, products), _late_purchase())


def stock_counts() -> tuple[StockChange, ...]:
    """Return the stock takes that put goods on the shelf without any cost."""
    counted_at = moment("2026-07-09 10:00:00")
    return (
        StockChange("ST-2001", counted_at, BILLED_LATE, 60, "Opening count, bill to follow"),
        StockChange("ST-2002", counted_at, NEVER_BILLED, 25, "Found in the back room"),
    )


def cost_changes() -> tuple[CostChange, ...]:
    """Return the bill that came in October for goods counted in July."""
    return (CostChange("AC-3001", moment("2026-10-05 10:00:00"), BILLED_LATE, Decimal("9.1625")),)


def _rounds(dice: Dice, products: Sequence[Product]) -> Iterator[Purchase]:
    number = 1001
    for days, share in _ROUNDS:
        for category, day in zip(_CATEGORIES, days, strict=True):
            goods = [p for p in products if p.category == category and p.product_id not in WITHOUT_TIMELY_COST]
            lines = tuple(_line(dice, product) for product in goods if dice.chance(share))
            received_at = moment(f"{day} 09:30:00")
            freight = cents(Decimal(dice.between(2500, 24000)) / 100)
            yield Purchase(
                f"PO-{number}",
                _SUPPLIERS[category],
                received_at - timedelta(days=12),
                received_at,
                lines,
                freight if lines else Decimal(0),
            )
            number += 1


def _line(dice: Dice, product: Product) -> PurchaseLine:
    units = dice.between(4, 8) if product.product_id == DEAR else dice.between(60, 139)
    price = cents(product.item_cost * Decimal(dice.between(93, 109)) / 100)
    return PurchaseLine(product.product_id, units, price)


def _late_purchase() -> Purchase:
    """Return the purchase whose goods were sold in August and entered as received in late September."""
    line = PurchaseLine(RECEIVED_LATE, 150, Decimal("13.24"))
    ordered_at, received_at = moment("2026-07-20 09:00:00"), moment("2026-09-22 09:30:00")
    return Purchase("PO-1099", "Northfold Supply", ordered_at, received_at, (line,), Decimal("61.80"))
