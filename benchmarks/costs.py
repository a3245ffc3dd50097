"""What an inventory system would have said of the orders of some lines: each has a cost, and all left that was sold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from core.frame_columns import MAPPING_COLUMNS, MOMENT, OBSERVATION_COLUMNS, TEXT, WHOLE, conform
from core.model import Goods, ObservationKind
from core.money import LINE_PLACES, MONEY

if TYPE_CHECKING:
    from collections.abc import Collection

FETCHED = pd.Timestamp("2026-09-01", tz="UTC")
_FIRST_COST = 1_000_001
"""In millionths; each order's is a millionth higher than the one before."""


def costs_of(lines: pd.DataFrame, without: Collection[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was said of every order of some lines: OBSERVATION_COLUMNS and MAPPING_COLUMNS.

    Args:
        lines: TRANSACTION_COLUMNS.
        without: Orders of which nothing was said.
    """
    named = lines.loc[~lines["order_id"].isin(list(without)), ["order_id", "sku", "goods", "quantity"]]
    named = named.dropna(subset=["order_id", "sku"])
    asked = named[["order_id", "sku"]].drop_duplicates().reset_index(drop=True)
    asked["units"] = _shipped(named, asked)
    return conform(OBSERVATION_COLUMNS, _said(asked)), conform(MAPPING_COLUMNS, _mapped(asked))


def _shipped(lines: pd.DataFrame, asked: pd.DataFrame) -> pd.Series:
    """Return the units that left on each order: those that were sold; one where no line sells any."""
    sold = lines[lines["goods"] == str(Goods.SOLD)].groupby(["order_id", "sku"])["quantity"].sum()
    units = sold.reindex(pd.MultiIndex.from_frame(asked[["order_id", "sku"]])).fillna(1)
    return units.astype(WHOLE).reset_index(drop=True)


def _said(asked: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": _same(str(ObservationKind.ORDER), asked, TEXT),
            "order_id": asked["order_id"],
            "product_id": asked["sku"],
            "unit_cost": _costs(len(asked)),
            "currency": _same("USD", asked, TEXT),
            "units": asked["units"],
            "record_date": _same("2026-08-04", asked, TEXT),
            "fetched_at": _same(FETCHED, asked, MOMENT),
        }
    )


def _mapped(asked: pd.DataFrame) -> pd.DataFrame:
    skus = asked[["sku"]].drop_duplicates().reset_index(drop=True)
    return pd.DataFrame(
        {
            "sku": skus["sku"],
            "product_id": skus["sku"],
            "units": _same(1, skus, WHOLE),
            "rule": _same("product id", skus, TEXT),
            "fetched_at": _same(FETCHED, skus, MOMENT),
        }
    )


def _same(value: object, beside: pd.DataFrame, dtype: pd.ArrowDtype) -> pd.Series:
    return pd.Series([value] * len(beside), index=beside.index, dtype=dtype)


def _costs(count: int) -> pd.Series:
    return pd.Series(
        [Decimal(number).scaleb(-LINE_PLACES) for number in range(_FIRST_COST, _FIRST_COST + count)], dtype=MONEY
    )
