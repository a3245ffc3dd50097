"""What Finale said, as rows of the frames that costing reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.finale.parse import Cost, cost_of
from core.finale.system import CostPage
from core.frame_columns import LEFT_STOCK_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.model import NO_MOVEMENT, Cause, ObservationKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal

    from core.finale.products import Product, SkuMapping
    from core.finale.stock_history import Movement, ShippedCost

Row = dict[str, Any]

SOURCE_LEDGER = "stock history"
SOURCE_ORDER = "order"
SOURCE_PRODUCT = "product"
NO_SUCH_PRODUCT = "no such product"
"""What stands in place of Finale's text where it has no product of a typed-in id."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Makes the rows of one sync: they share the currency and the moment."""

    currency: str
    fetched_at: datetime

    def order(
        self,
        order_id: str,
        product_id: str | None,
        cost: Cost,
        *,
        units: Decimal | None = None,
        record_date: date | None = None,
        source: str = SOURCE_LEDGER,
        rule: str | None = None,
        order_date: date | None = None,
    ) -> Row:
        """Return the cost of one product on one order, or why there is none."""
        return {
            "kind": ObservationKind.ORDER,
            "order_id": order_id,
            "product_id": product_id,
            **self._cost(cost, source),
            "units": whole(units),
            "record_date": record_date.isoformat() if record_date else None,
            "match_rule": rule,
            "order_date": order_date.isoformat() if order_date else None,
        }

    def missing_cost(
        self, order_id: str, product_id: str | None, cause: Cause, raw: str | None, rule: str | None
    ) -> Row:
        """Return why an order, or one product of it, has no cost although no movement says so."""
        return self.order(order_id, product_id, Cost(None, raw, cause), source=SOURCE_ORDER, rule=rule)

    def average(self, product: Product, source: str = SOURCE_PRODUCT) -> Row:
        """Return a product's current average."""
        return {
            "kind": ObservationKind.AVERAGE,
            "product_id": product.product_id,
            **self._cost(cost_of(product.average), source),
        }

    def unknown(self, product_id: str) -> Row:
        """Return that a product which the user named has no average, because Finale has no such product."""
        nothing = Cost(None, NO_SUCH_PRODUCT, Cause.COST_BLANK)
        return {"kind": ObservationKind.AVERAGE, "product_id": product_id, **self._cost(nothing, SOURCE_PRODUCT)}

    def average_on_date(self, movement: Movement, source: str = SOURCE_LEDGER) -> Row:
        """Return a product's average after a movement."""
        return {
            "kind": ObservationKind.AVERAGE_ON_DATE,
            "product_id": movement.product_id,
            **self._cost(cost_of(movement.average), source),
            "record_date": movement.record_date.isoformat() if movement.record_date else None,
        }

    def no_average_on(self, product_id: str, day: date) -> Row:
        """Return that an average was asked for and no movement shows it, so that nobody takes it for not asked."""
        return {
            "kind": ObservationKind.AVERAGE_ON_DATE,
            "product_id": product_id,
            **self._cost(Cost(None, None, Cause.COST_BLANK), NO_MOVEMENT),
            "record_date": day.isoformat(),
        }

    def left_stock(self, order_id: str, names: str, product_id: str, shipped: ShippedCost, day: date) -> Row:
        """Return what left of a product on one day on an order that nobody asked for (LEFT_STOCK_COLUMNS)."""
        units = shipped.units
        cost = shipped.cost
        return {
            "order_id": order_id,
            "names": names,
            "product_id": product_id,
            "record_date": day.isoformat(),
            "units": int(units) if units == int(units) else None,
            "unit_cost": cost.value,
            "currency": self.currency,
            "cause": cost.cause,
            "fetched_at": self.fetched_at,
        }

    def mapping(self, mapped: SkuMapping) -> Row:
        """Return which product a SKU stands for."""
        return {
            "sku": mapped.sku,
            "product_id": mapped.product_id,
            "units": mapped.units,
            "description": mapped.description,
            "rule": mapped.rule,
            "fetched_at": self.fetched_at,
        }

    def _cost(self, cost: Cost, source: str) -> Row:
        return {
            "unit_cost": cost.value,
            "currency": self.currency,
            "cause": cost.cause,
            "fetched_at": self.fetched_at,
            "raw": cost.raw,
            "source": source,
        }


def cost_page(observations: Iterable[Row] = (), mappings: Iterable[Row] = ()) -> CostPage:
    """Return one page of frames."""
    return CostPage(frame(OBSERVATION_COLUMNS, observations), frame(MAPPING_COLUMNS, mappings))


def left_page(rows: Iterable[Row] = ()) -> CostPage:
    """Return one page of what left on orders that nobody asked for."""
    return CostPage(frame(OBSERVATION_COLUMNS), frame(MAPPING_COLUMNS), frame(LEFT_STOCK_COLUMNS, rows))


def whole(units: Decimal | None) -> int | None:
    """Return units as a whole number above 0; `None` where they are none."""
    return int(units) if units is not None and units > 0 and units == int(units) else None
