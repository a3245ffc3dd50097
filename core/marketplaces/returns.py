"""Goods that came back, as marketplaces report them apart from money (docs/design/costing.md, Refunds without units).

A refund says what was paid back, not whether goods came back. Amazon's customer returns report and Shopify's restock
type say it; where they are silent the policy on Setup decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.frame_columns import RETURN_COLUMNS, frame, records
from core.model import Disposition, Event, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """One return as it was reported."""

    order_id: str
    sku: str
    units: int
    disposition: Disposition | None
    """`None`: the marketplace's word is none that is declared, so it decides nothing and the refund is asked."""
    raw: str
    """The marketplace's own word for it."""
    returned_at: datetime | None = None
    reference: str = ""
    """The marketplace's own number of the returned unit, where it has one."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What was reported about the goods of one refund."""

    disposition: Disposition | None
    """`None`: the state of some of them is in no word that is known, so the refund is asked."""
    units_back: int
    """Units back in sellable stock."""
    units_unsellable: int = 0
    """Units that came back and are no stock any more."""
    words: str = ""
    """What the marketplace said, in its own words."""


def returns_frame(reported: Iterable[GoodsBack]) -> pd.DataFrame:
    """Return reported returns as `core.model.RETURN_COLUMNS`."""
    return frame(RETURN_COLUMNS, (asdict(one) | {"disposition": one.disposition or ""} for one in reported))


def united(reports: Iterable[pd.DataFrame]) -> list[GoodsBack]:
    """Return what several reports say together, when their periods overlap.

    The same row in two reports is one return; the same row twice in one report is two.

    Args:
        reports: `core.model.RETURN_COLUMNS`, one frame per report.
    """
    together: Counter[GoodsBack] = Counter()
    for report in reports:
        together |= Counter(map(_goods_back, records(report)))
    return list(together.elements())


def _goods_back(row: dict[str, Any]) -> GoodsBack:
    return GoodsBack(
        **{
            **row,
            "disposition": Disposition(row["disposition"]) if row["disposition"] else None,
            "reference": row["reference"] or "",
        },
    )


def returned_by_line(transactions: pd.DataFrame, reported: Iterable[GoodsBack]) -> dict[str, Returned]:
    """Match returns with refunds, by order and SKU.

    Returns of one order and SKU go to its refunds in order of posting, each refund taking as many as it refunds; one
    of unknown units takes what is left. A refund whose own words say that the buyer keeps the goods takes none, and one
    whose words leave it open takes what the others leave. A refund that no return is left for is not in the answer:
    nothing was reported about it.

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
    refunds = _refunds(transactions)
    answer: dict[str, Returned] = {}
    for key, order_id, sku, quantity in zip(
        refunds["key"], refunds["order_id"], refunds["sku"], refunds["quantity"], strict=True
    ):
        units = waiting.get((str(order_id), str(sku)), [])
        wanted = len(units) if pd.isna(quantity) else -int(quantity)
        taken, units[:wanted] = units[:wanted], []
        if taken:
            answer[str(key)] = _together(taken)
    return answer


_NOTHING_BACK = [Goods.KEPT.value, Goods.NONE.value, Goods.REFUND_UNDONE.value]


def _refunds(transactions: pd.DataFrame) -> pd.DataFrame:
    """Return the refunds that goods may have come back with, in the order in which they take returns."""
    may = (transactions["event"] == Event.REFUND.value) & ~transactions["goods"].isin(_NOTHING_BACK)
    open_words = transactions["goods"].eq(Goods.REFUND_UNCLEAR.value).fillna(value=False).astype(bool)
    refunds = transactions.assign(open_words=open_words)[may.fillna(value=False).astype(bool)]
    return refunds.sort_values(["open_words", "posted_at", "key"])


def _together(units: list[GoodsBack]) -> Returned:
    count = Counter(goods.disposition for goods in units)
    back = count[Disposition.RESTOCKED]
    said = ", ".join(f"{number} {word}" for word, number in Counter(goods.raw for goods in units).items())
    disposition = Disposition.RESTOCKED if back else units[0].disposition
    if None in count:
        disposition = None
    return Returned(disposition, back, count[Disposition.UNSELLABLE], said)
