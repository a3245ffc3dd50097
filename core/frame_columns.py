"""The frames that the parts of Cogsheet hand to each other: their columns, with kinds, units and signs."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pandas.api.extensions import ExtensionArray

TEXT = pd.ArrowDtype(pa.string())
WHOLE = pd.ArrowDtype(pa.int64())
MOMENT = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
FLAG = pd.ArrowDtype(pa.bool_())
Columns = dict[str, pd.ArrowDtype]
AMOUNT_COLUMNS = (
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
)
"""The ten parts of a transaction's net, each signed from the seller's side."""
TRANSACTION_COLUMNS: Columns = {
    "key": TEXT,  # line key; missing until the store is known (core.marketplaces.settlements.line_keys)
    "group_key": TEXT,  # the format's group key as one text
    "ordinal": WHOLE,  # among equal group keys, in order of content
    "store": TEXT,
    "settlement_id": TEXT,
    "event": TEXT,
    "raw_type": TEXT,  # the marketplace's own word, verbatim
    "raw_description": TEXT,  # its detail (WAREHOUSE_LOST, Storage Fee); missing on order lines
    "order_id": TEXT,
    "order_item_id": TEXT,
    "shipment_id": TEXT,
    "adjustment_id": TEXT,
    "merchant_order_id": TEXT,  # the seller's own number of the order; on a multi-channel order the selling store's
    "sku": TEXT,  # verbatim
    "marketplace": TEXT,  # the site (Amazon.com.au, Non-Amazon US)
    "fulfilment": TEXT,
    "posted_at": MOMENT,
    "quantity": WHOLE,  # sale +, goods back -; missing = unknown
    "quantity_source": TEXT,
    "stock_effect": TEXT,
    "currency": TEXT,
    **dict.fromkeys(AMOUNT_COLUMNS, MONEY),
    "net": MONEY,  # sum of the ten = sum of its raw lines
    "lines": WHOLE,  # how many raw lines it groups
    "goods": TEXT,  # Goods; missing on rows that reader 1 stored, which costing then judges by their words
    "typed": TEXT,  # the amounts whose line type their column and event do not tell, see core.typed_amounts
    "tax_code": TEXT,  # of a sale: the rate of tax that the marketplace names, as it stands there (20%)
}
"""One row per transaction: a group of raw lines (docs/design/words.md)."""
RAW_LINE_COLUMNS: Columns = {
    "line_no": WHOLE,  # in the file, first line = 1
    "settlement_id": TEXT,
    "group_key": TEXT,
    "event": TEXT,
    "raw_type": TEXT,
    "raw_description": TEXT,
    "order_id": TEXT,
    "sku": TEXT,
    "amount": MONEY,
    "amount_column": TEXT,  # which of AMOUNT_COLUMNS it adds to
    "quantity": WHOLE,  # units that this very line counts; missing = none
    "posted_at": MOMENT,
}
"""One row per line of the file, for `inspect` and drill-down; never stored."""
RETURN_COLUMNS: Columns = {
    "order_id": TEXT,
    "sku": TEXT,  # verbatim
    "units": WHOLE,  # >= 0
    "disposition": TEXT,  # Disposition; empty: its word is none that is declared, so it decides nothing
    "raw": TEXT,  # the marketplace's own word for it
    "returned_at": MOMENT,
    "utc_offset": WHOLE,  # minutes by which the clock of that moment is ahead of UTC; missing: its row names no zone
    "reference": TEXT,  # the marketplace's own number of the returned unit, where it has one
}
"""Goods that came back, as a marketplace reports them apart from the money; one row per reported return."""
REIMBURSEMENT_COLUMNS: Columns = {
    "reimbursement_id": TEXT,  # several rows may share one
    "approved_at": MOMENT,
    "order_id": TEXT,  # the customer's order, where one is named
    "raw": TEXT,  # the marketplace's own word for the reason
    "sku": TEXT,  # verbatim
    "currency": TEXT,
    "amount": MONEY,  # of the row, - where money was taken back
    "units_cash": WHOLE,  # paid for in money; missing where the report does not say it
    "units_inventory": WHOLE,  # replaced from like stock; of a reimbursement taken back: back in stock
    "original_id": TEXT,  # of the reimbursement that is taken back
}
"""Reimbursements as a marketplace reports them apart from the money; one row per reported row."""
ORDER_UNITS_COLUMNS: Columns = {
    "order_id": TEXT,
    "item_id": TEXT,  # as `order_item_id` of the order's lines
    "sku": TEXT,  # verbatim; missing where the item has none
    "units": WHOLE,  # >= 0, that belong to the payments so far: those that left, and once it is paid those to leave
    "fulfilled": WHOLE,  # >= 0, that have left; missing where the document does not say
    "as_of": MOMENT,  # when the order was last changed, as far as the document says
    "first_paid_at": MOMENT,  # when the order's first money came, in whatever settlement
}
"""An order as one document tells it, one row per item; a later document may tell another story of the same order."""
OBSERVATION_COLUMNS: Columns = {
    "kind": TEXT,  # ObservationKind
    "order_id": TEXT,  # the order id of the marketplace; kind order only
    "product_id": TEXT,  # missing where the order itself was not found
    "unit_cost": MONEY,  # per unit of the product, home currency; missing = no cost, see cause
    "currency": TEXT,
    "units": WHOLE,  # units of the product on that order (> 0); kind order only
    "cause": TEXT,  # Cause, where unit_cost is missing
    "record_date": TEXT,  # ISO date of the movement; kinds order and average on date
    "fetched_at": MOMENT,
    "raw": TEXT,  # what the inventory system said, verbatim
    "source": TEXT,  # where it was read (stock history, product, report ...)
    "match_rule": TEXT,  # how the order was found (exact, prefix ...)
    "order_date": TEXT,  # ISO date on which the order was placed; kind order only
}
"""What the inventory system said, one row per fact; append-only in the database."""
LEFT_STOCK_COLUMNS: Columns = {
    "order_id": TEXT,  # the inventory system's own
    "names": TEXT,  # JSON: every id under which a marketplace may know it
    "product_id": TEXT,
    "record_date": TEXT,  # ISO date of the movement, as the inventory system states it; it names no time zone
    "units": WHOLE,  # that left on that day, net of corrections: below 0 where only a correction was entered
    "unit_cost": MONEY,  # home currency; missing = no cost, see cause
    "currency": TEXT,
    "cause": TEXT,
    "fetched_at": MOMENT,
}
"""What left stock on an order that a sync did not ask for: per order, product and day; append-only in the database."""
MAPPING_COLUMNS: Columns = {
    "sku": TEXT,
    "product_id": TEXT,  # missing: the inventory system was asked and does not know the SKU
    "units": WHOLE,  # units of the product in one unit of the SKU (six-pack: 6)
    "description": TEXT,
    "rule": TEXT,  # how it was found (product id, lookup, typed in)
    "fetched_at": MOMENT,
}
"""Which product, or which several of a kit, a SKU stands for."""
OVERRIDE_COLUMNS: Columns = {
    "key": TEXT,  # line key
    "version": WHOLE,  # 1, 2, ... per line; the highest holds
    "batch": WHOLE,
    "unit_cost": MONEY,  # missing: this override sets no cost
    "zero_confirmed": FLAG,
    "disposition": TEXT,
    "units_back": WHOLE,
    "sku": TEXT,  # typed for a line that names none itself
    "kind": TEXT,  # OverrideKind
    "note": TEXT,
    "saved_by": TEXT,
    "saved_at": MOMENT,
    "currency": TEXT,  # of the unit cost
    "shown_cost": MONEY,  # what was proposed when it was saved
    "shown_kind": TEXT,  # Proposal
    "asked_event": TEXT,  # the question that it answers, as the line asked it then; missing: not kept by old versions
    "asked_goods": TEXT,
    "asked_units": WHOLE,
    "asked_sku": TEXT,  # as the settlement named it
}
"""The bookkeeper's saved answers in force (or all of them, for History)."""
COSTED_COLUMNS: Columns = {
    "key": TEXT,
    "cost_status": TEXT,  # CostStatus
    "cause": TEXT,  # Cause, where missing
    "unit_cost": MONEY,  # per unit of the SKU, home currency
    "cost_currency": TEXT,
    "cost_quantity": WHOLE,  # signed units that the cost is taken for: COGS = cost_quantity x unit_cost
    "cogs": MONEY,  # + is expense; missing where the cost is missing, 0 where not applicable
    "cost_source": TEXT,  # CostSource
    "cost_as_of": MOMENT,
    "cost_note": TEXT,  # one sentence that explains the figure
    "original_key": TEXT,  # the line whose cost this one takes
    "proposed_cost": MONEY,
    "proposal": TEXT,  # Proposal
    "proposal_as_of": MOMENT,
    "finale_cost": MONEY,  # what the inventory system says now, also where an override wins
    "suspect": TEXT,  # why the cost looks wrong; missing = it does not
    "disposition": TEXT,
    "product_id": TEXT,
    "description": TEXT,
    "version": WHOLE,  # of the override in force; 0 = none
}
"""What costing answers, one row per transaction, in the order of the transactions given."""


def frame(columns: Columns, rows: Iterable[Mapping[str, object]] = ()) -> pd.DataFrame:
    """Build a frame with exactly the declared columns and types.

    Args:
        columns: One of the `..._COLUMNS` of this module.
        rows: Records; a column that a record lacks is missing in its row.

    Raises:
        KeyError: If a record has a column that is not declared.
    """
    records = list(rows)
    for name in set().union(*records) - set(columns):
        raise KeyError(name)
    if not records:
        return _blank(columns).copy(deep=False)
    arrays = {name: _array(dtype, (r.get(name) for r in records)) for name, dtype in columns.items()}
    return pd.DataFrame(arrays, copy=False)


_BLANKS: dict[tuple[tuple[str, ...], tuple[int, ...]], tuple[list[pd.ArrowDtype], pd.DataFrame]] = {}
"""Frames without rows, by names and types of their columns; types go by what they are in memory and are kept with it,
because pandas hashes one by writing it as text."""


def _blank(columns: Columns) -> pd.DataFrame:
    """Return a frame without rows, made once for all: most tables of most books are empty, and a shallow copy is free.

    Nobody changes it: of a shallow copy pandas copies what is written to.
    """
    name = tuple(columns), tuple(map(id, columns.values()))
    if name not in _BLANKS:
        arrays = {name: _missing(dtype, 0) for name, dtype in columns.items()}
        _BLANKS[name] = list(columns.values()), pd.DataFrame(arrays, copy=False)
    return _BLANKS[name][1]


def _missing(dtype: pd.ArrowDtype, length: int) -> ExtensionArray:
    return pd.arrays.ArrowExtensionArray(pa.nulls(length, dtype.pyarrow_dtype))


def _array(dtype: pd.ArrowDtype, values: Iterable[object]) -> ExtensionArray:
    """Return a column as an array: of series pandas would compare and copy the indexes, which takes thrice the time.

    Arrow alone takes a fifth of pandas' time, and of moments a thirtieth. What it does not know, such as a moment that
    is written as text, pandas converts or refuses.
    """
    plain = [None if value is pd.NA else value for value in values]
    if dtype != MOMENT or all(value is None or isinstance(value, datetime) for value in plain):
        with suppress(pa.ArrowException, OverflowError):
            return pd.arrays.ArrowExtensionArray(pa.array(plain, dtype.pyarrow_dtype, from_pandas=True))
    array: ExtensionArray = pd.Series(plain, dtype=dtype).array
    return array


def conform(columns: Columns, table: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with exactly the declared columns, in their order and types; absent ones are missing."""
    if table.columns.tolist() == list(columns) and list(table.dtypes) == list(columns.values()):
        return table.copy(deep=False)
    arrays = {
        name: table[name].array.astype(dtype) if name in table else _missing(dtype, len(table))
        for name, dtype in columns.items()
    }
    return pd.DataFrame(arrays, index=table.index, copy=False)


def rows_where(table: pd.DataFrame, choice: Iterable[bool]) -> pd.DataFrame:
    """Return the rows for which the choice says yes, with every column.

    Of a table without rows a plain list of answers is empty, and pandas takes it for a list of columns: none is left.
    Where the answer is the same for all rows none is moved: a mask takes 0.7 ms for the columns of costed lines.
    """
    chosen = pd.Series(list(choice), table.index, dtype=bool).to_numpy()
    if chosen.all():
        return table.copy(deep=False)
    return table[chosen] if chosen.any() else table.iloc[:0]


def values(column: pd.Series) -> list[Any]:
    """Return a column as plain values (`Decimal`, `datetime`, `int`, `str`); `None` is missing, and so is NaN."""
    listed: list[Any] = pa.array(column.array, from_pandas=True).to_pylist()
    return listed


def records(table: pd.DataFrame, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows as dictionaries of plain values (`values`).

    Args:
        table: Whose.
        names: Of these columns alone; to let pandas take three out first lasts ten times as long as to read them.
    """
    if not len(table):
        return []
    wanted = [str(name) for name in (table.columns if names is None else names)]
    lists = [values(table[name]) for name in wanted]
    return [dict(zip(wanted, row, strict=True)) for row in zip(*lists, strict=True)]


def is_one_of(column: pd.Series, *words: str) -> np.ndarray:
    """Tell which texts of a column are one of some words; a missing one is none.

    A comparison by pandas and what makes its missing answers a no are three steps and last five times as long.
    """
    found = pc.is_in(pa.array(column.array, pa.string()), value_set=pa.array(map(str, words), pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def has_text(column: pd.Series, part: str) -> np.ndarray:
    """Tell which texts of a column contain another; a missing one does not."""
    found = pc.match_substring(pa.array(column.array, pa.string()), part).fill_null(False)  # noqa: FBT003 - a value
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)
