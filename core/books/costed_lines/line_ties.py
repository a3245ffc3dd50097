"""What is kept beside a costed line so that others find it: by what it may be tied, what documents told of it. Pure.

Lines that may be tied are costed together (`core.costing.lines_to_recost`). To find them without reading all the
books, each kept line says by which orders and by which SKU it may be tied; both are wider than the ties themselves,
since which of them holds depends on the other lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from core.costing import ASKED_UNITS_COLUMNS, REIMBURSED_COLUMNS, RETURNED_COLUMNS, with_report
from core.frame_columns import FLAG, TEXT, WHOLE, Columns, frame, records
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandas as pd

    from core.costing import CostingInput

TIE_COLUMNS: Columns = {
    "cost_sku": TEXT,  # by which its cost is looked for: the line's own SKU, a typed one, or that of a report
    "moment": WHOLE,  # when it was posted, in millionths of a second; 0 where nobody knows
    "order_name": TEXT,  # its order, as any marketplace would write it
    "merchant_name": TEXT,  # the selling store's number of it, where that is another
    "tie_sku": TEXT,  # missing where it is tied by its order alone
    "tie_odd": FLAG,  # whether it makes lines of its SKU be tied
    "told": TEXT,  # JSON, see `DocumentRows`
}
"""Beside each costed line."""
TIED_BY_SKU = frozenset(
    {Event.REIMBURSEMENT, Event.REIMBURSEMENT_REVERSAL, Event.LIQUIDATION, Event.ADJUSTMENT, Event.OTHER}
)
"""Events whose lines may be tied to others by their SKU alone."""


def plain_orders(orders: pd.Series) -> pd.Series:
    """Return order ids as `core.costing.units.sold_goods.plain_order` writes them; an empty one is none."""
    plain = orders.str.strip().str.lstrip("#").str.lower()
    return plain.where(orders != "")


def may_be_tied_by_sku(transactions: pd.DataFrame) -> pd.Series:
    """Tell of which lines the SKU may tie them to others: of none that is a sale with a price."""
    is_sale = (transactions["event"] == Event.SALE) & (transactions["principal"] != 0)
    return ~is_sale.fillna(value=False).astype(bool) & transactions["sku"].notna()


def tie_columns(books: CostingInput, together: Collection[str]) -> pd.DataFrame:
    """Return what is kept beside each line to find it by (`key` and TIE_COLUMNS).

    Args:
        books: What the lines were costed of.
        together: Keys of the lines whose answers move the units of others.
    """
    lines = with_report(books)
    by_sku = may_be_tied_by_sku(lines)
    order, merchant = plain_orders(lines["order_id"]), plain_orders(lines["merchant_order_id"])
    told = _told_by_key(books, together)
    return lines[["key"]].assign(
        cost_sku=lines["sku"],
        moment=lines["posted_at"].astype("int64[pyarrow]").fillna(0),
        order_name=order,
        merchant_name=merchant.where((merchant != order).fillna(value=True)),
        tie_sku=lines["sku"].where(by_sku),
        tie_odd=(by_sku & lines["event"].isin(list(TIED_BY_SKU))).astype(FLAG),
        told=lines["key"].map(told).astype(TEXT),
    )


class DocumentRows(NamedTuple):
    """What documents told of lines, as it was kept beside them."""

    returned: pd.DataFrame
    """RETURNED_COLUMNS."""
    reimbursed: pd.DataFrame
    """REIMBURSED_COLUMNS."""
    asked_units: pd.DataFrame
    """ASKED_UNITS_COLUMNS."""
    together: frozenset[str]
    """Keys of the lines whose answers move the units of others."""


_TABLES: dict[str, Columns] = {
    "returned": RETURNED_COLUMNS,
    "reimbursed": REIMBURSED_COLUMNS,
    "asked_units": ASKED_UNITS_COLUMNS,
}
_TOGETHER = "together"


def _told_by_key(books: CostingInput, together: Collection[str]) -> dict[str, str]:
    found: dict[str, dict[str, Any]] = {}
    for name in _TABLES:
        rows = getattr(books, name)
        for row in records(rows) if rows is not None else ():
            found.setdefault(row["key"], {}).setdefault(name, []).append(row)
    for key in together:
        found.setdefault(key, {})[_TOGETHER] = True
    return {key: json.dumps(told, ensure_ascii=False, sort_keys=True) for key, told in found.items()}


def read_document_rows(texts: Iterable[tuple[str, str | None]]) -> DocumentRows:
    """Return what documents told of lines.

    Args:
        texts: The key of each line and its `told`.
    """
    read = {key: json.loads(text) for key, text in texts if text is not None}
    tables = {
        name: frame(columns, [row for told in read.values() for row in told.get(name, ())])
        for name, columns in _TABLES.items()
    }
    return DocumentRows(**tables, together=frozenset(key for key, told in read.items() if told.get(_TOGETHER)))
