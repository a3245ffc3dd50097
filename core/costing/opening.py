"""The table of opening costs: what goods cost that were shipped before Finale was in use."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from core.costing.finale import midnight
from core.costing.frames import declared, rows
from core.costing.inputs import OPENING_COLUMNS

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd


class OpeningCost(NamedTuple):
    """An opening cost of a SKU; without a day it is of old."""

    day: str
    unit_cost: Decimal
    as_of: datetime | None


def read_opening(opening: pd.DataFrame | None) -> dict[str, list[OpeningCost]]:
    """Return the opening costs of each SKU, the oldest first; a blank or zero one is none."""
    by_sku: dict[str, list[OpeningCost]] = defaultdict(list)
    for sku, unit_cost, as_of in rows(declared(OPENING_COLUMNS, opening), tuple(OPENING_COLUMNS)):
        if unit_cost:
            by_sku[sku].append(OpeningCost((as_of or "")[:10], unit_cost, midnight(as_of) if as_of else None))
    return {sku: sorted(costs, key=lambda cost: cost.day) for sku, costs in by_sku.items()}
