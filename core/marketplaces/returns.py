"""Goods that came back, as marketplaces report them apart from the money (design §4, §3).

A refund says what was paid back, not whether goods came back. Amazon's customer returns report and Shopify's restock
type say it; where they are silent the policy on Setup decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.model import Disposition, Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """One return as it was reported."""

    order_id: str
    sku: str
    units: int
    disposition: Disposition
    raw: str
    """The marketplace's own word for it."""
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """What was reported about the goods of one refund."""

    disposition: Disposition
    units_back: int
    """Units back in sellable stock."""


def returned_by_line(transactions: pd.DataFrame, reported: Iterable[GoodsBack]) -> dict[str, Returned]:
    """Match returns with refunds, by order and SKU.

    Returns of one order and SKU go to its refunds in order of posting, each refund taking as many as it refunds; one
    of unknown units takes what is left. A refund that no return is left for is not in the answer: nothing was
    reported about it.

    Args:
        transactions: `core.model.TRANSACTION_COLUMNS` with keys, of any settlements of one store.
        reported: All returns known of that store.

    Returns:
        By line key.
    """
    waiting: dict[tuple[str, str], list[GoodsBack]] = defaultdict(list)
    for goods in reported:
        waiting[goods.order_id, goods.sku].extend([goods] * goods.units)
    for units in waiting.values():
        units.sort(key=lambda goods: (goods.returned_at is None, goods.returned_at, goods.raw))
    refunds = transactions[transactions["event"] == Event.REFUND.value].sort_values(["posted_at", "key"])
    answer = {}
    for key, order_id, sku, quantity in zip(
        refunds["key"], refunds["order_id"], refunds["sku"], refunds["quantity"], strict=True
    ):
        units = waiting.get((str(order_id), str(sku)), [])
        wanted = len(units) if pd.isna(quantity) else -int(quantity)
        taken, units[:wanted] = units[:wanted], []
        if taken:
            answer[str(key)] = _together(taken)
    return answer


def _together(units: list[GoodsBack]) -> Returned:
    back = sum(goods.disposition is Disposition.RESTOCKED for goods in units)
    return Returned(Disposition.RESTOCKED if back else units[0].disposition, back)
