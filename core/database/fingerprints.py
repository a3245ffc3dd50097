"""The hash of a costed line, and of all lines of a settlement: equal as long as nothing in them has changed. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

HASHED_COLUMNS = (
    "key",
    "store",
    "settlement_id",
    "event",
    "raw_type",
    "raw_description",
    "order_id",
    "order_item_id",
    "shipment_id",
    "adjustment_id",
    "sku",
    "marketplace",
    "fulfilment",
    "posted_at",
    "quantity",
    "quantity_source",
    "stock_effect",
    "currency",
    "principal",
    "shipping",
    "giftwrap",
    "tax",
    "tax_withheld",
    "promotion",
    "referral_fee",
    "fulfilment_fee",
    "other_fee",
    "other",
    "net",
    "cost_status",
    "cause",
    "unit_cost",
    "cost_currency",
    "cost_quantity",
    "cogs",
    "cost_source",
    "cost_as_of",
    "cost_note",
    "original_key",
    "suspect",
    "disposition",
    "product_id",
    "version",
)
"""In this order for ever: another order or another column would break every hash that is stored."""


def line_hashes(lines: pd.DataFrame) -> list[str]:
    """Return the hash of each line, amounts with all six places.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
    """
    texts = [_texts(lines[name]) for name in HASHED_COLUMNS]
    rows = zip(*texts, strict=True)
    return [_sha256(json.dumps(row, ensure_ascii=False, separators=(",", ":"))) for row in rows]


def total_hash(hashes: Iterable[str]) -> str:
    """Return the hash of a set of lines, whatever their order."""
    return _sha256("\n".join(sorted(hashes)))


def _texts(series: pd.Series) -> list[str | None]:
    array = pa.array(series)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    texts: list[str | None] = array.cast(pa.string()).to_pylist()
    return texts


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
