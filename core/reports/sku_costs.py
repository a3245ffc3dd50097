"""What the inventory system says of each SKU now: what sheet Costs shows and FINALE_COST answers from."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.frame_columns import MOMENT, TEXT, frame, records
from core.model import Cause, ObservationKind
from core.money import MONEY, at_line_places, is_too_large

if TYPE_CHECKING:
    import pandas as pd

    from core.frame_columns import Columns

SKU_COST_COLUMNS: Columns = {
    "sku": TEXT,
    "product_id": TEXT,
    "description": TEXT,
    "average": MONEY,  # per unit of the SKU, home currency; missing = not known
    "average_as_of": MOMENT,
    "last_order_cost": MONEY,
    "last_order_id": TEXT,
    "currency": TEXT,
    "status": TEXT,
}

OK = "Finale average"
SEVERAL = " + "
"""Between the products of a kit."""


def sku_costs(mappings: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Return one row per SKU: its products, their average together, and the cost on its last order.

    Args:
        mappings: MAPPING_COLUMNS, one row per product of a SKU.
        observations: OBSERVATION_COLUMNS in force.
    """
    averages = _by_product(observations, ObservationKind.AVERAGE)
    orders = _by_product(observations, ObservationKind.ORDER)
    by_sku: dict[str, list[dict[str, object]]] = {}
    for row in records(mappings):
        by_sku.setdefault(row["sku"], []).append(row)
    return frame(SKU_COST_COLUMNS, [_row(sku, parts, averages, orders) for sku, parts in sorted(by_sku.items())])


Observed = dict[str, dict[str, object]]


def _by_product(observations: pd.DataFrame, kind: ObservationKind) -> Observed:
    """Return each product's newest observation of a kind that has a cost."""
    costs = observations[(observations["kind"] == kind) & observations["unit_cost"].notna()]
    newest = costs.sort_values(["record_date", "fetched_at"], kind="stable", na_position="first")
    return {row["product_id"]: row for row in records(newest)}


def _row(sku: str, parts: list[dict[str, object]], averages: Observed, orders: Observed) -> dict[str, object]:
    products = [str(part["product_id"]) for part in parts if part["product_id"] is not None]
    if not products:
        return {"sku": sku, "status": Cause.SKU_NOT_MAPPED}
    average, first = _together(parts, averages), averages.get(products[0], {})
    last = orders.get(products[0], {}) if len(products) == 1 else {}
    return {
        "sku": sku,
        "product_id": SEVERAL.join(products),
        "description": parts[0]["description"],
        "average": average,
        "average_as_of": first.get("fetched_at"),
        "last_order_cost": _together(parts, orders) if last else None,
        "last_order_id": last.get("order_id"),
        "currency": first.get("currency"),
        "status": OK if average is not None else Cause.COST_BLANK,
    }


def _together(parts: list[dict[str, object]], observed: Observed) -> Decimal | None:
    """Return the cost of one unit of the SKU: every product times its units; missing if one is."""
    whole = Decimal(0)
    for part in parts:
        cost, units = observed.get(str(part["product_id"]), {}).get("unit_cost"), part["units"]
        if not isinstance(cost, Decimal) or not isinstance(units, int):
            return None
        whole += cost * units
    return None if is_too_large(whole) else at_line_places(whole)
