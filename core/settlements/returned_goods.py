"""What marketplaces reported of the goods of refunds, line by line: whichever came first, refund or report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.costing import RETURNED_COLUMNS
from core.marketplaces.returns import returned_by_line, united
from core.model import RETURN_COLUMNS, conform, frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from core.database.stores import Store


def returned_lines(transactions: pd.DataFrame, stored: pd.DataFrame, stores: Iterable[Store]) -> pd.DataFrame:
    """Return what is known of the goods of each refund (RETURNED_COLUMNS).

    A report covers all stores that a seller has at one marketplace, whichever of them it was imported for: an order id
    is the marketplace's own.

    Args:
        transactions: TRANSACTION_COLUMNS of the company.
        stored: `core.database.goods_back.STORED_COLUMNS`.
        stores: The company's.
    """
    if stored.empty:
        return frame(RETURNED_COLUMNS)
    names: dict[str, list[str]] = {}
    for store in stores:
        names.setdefault(store.marketplace, []).append(store.name)
    return frame(
        RETURNED_COLUMNS, [row for own in names.values() for row in _of_marketplace(transactions, stored, own)]
    )


def _of_marketplace(transactions: pd.DataFrame, stored: pd.DataFrame, stores: list[str]) -> list[dict[str, object]]:
    reports = stored[stored["store"].isin(stores)].groupby("sha256", sort=False)
    goods = united(conform(RETURN_COLUMNS, report) for _, report in reports)
    if not goods:
        return []
    lines = transactions[transactions["store"].isin(stores)]
    return [
        {
            "key": key,
            "disposition": found.disposition or "",
            "units_back": found.units_back,
            "units_unsellable": found.units_unsellable,
            "words": found.words,
        }
        for key, found in returned_by_line(lines, goods).items()
    ]
