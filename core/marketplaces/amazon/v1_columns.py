"""Amazon settlement report, V1 flat file, by columns: the declaration of what `v1_flat` reads row by row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.amazon import v1_flat
from core.marketplaces.amazon.summary_columns import day_first_of, lines_and_headers
from core.marketplaces.column_lines import POSTED, Declaration
from core.marketplaces.column_reading import (
    ColumnFindings,
    by_columns_or_rows,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
)
from core.marketplaces.column_transactions import units_that_are_stated
from core.marketplaces.figures import read_in_its_notation
from core.marketplaces.reading.tables import Kind

if TYPE_CHECKING:
    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.model import Reading

DECLARATION = Declaration(
    words=(
        *("transaction-type", "shipment-fee-type", "order-fee-type", "item-related-fee-type"),
        *("other-fee-reason-description", "price-type", "promotion-type", "quantity-purchased"),
    ),
    filled=("order-id", "sku"),
    amounts=tuple(column.name for column in v1_flat.LAYOUT.columns if column.kind is Kind.AMOUNT)[1:],  # but the total
    posted=("posted-date",),
    group=(
        *("settlement-id", "transaction-type", "order-id", "adjustment-id", "shipment-id", "order-item-code", "sku"),
        POSTED,
    ),
    fields={
        "order_id": "order-id",
        "order_item_id": "order-item-code",
        "shipment_id": "shipment-id",
        "adjustment_id": "adjustment-id",
        "merchant_order_id": "merchant-order-id",
        "sku": "sku",
        "marketplace": "marketplace-name",
        "fulfilment": "fulfillment-id",
    },
    raw_type="transaction-type",
    verbatim=frozenset({"sku"}),
    by_state=True,
)


def read(contents: Contents) -> Reading:
    """Read a V1 flat file; see `core.marketplaces.read`."""
    return by_columns_or_rows(contents, v1_flat.FORMAT, _build)


def _build(table: ColumnTable) -> Reading:
    slashes = day_first_of(table, DECLARATION.posted)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first=slashes))


def _read(table: ColumnTable, mark: str, *, day_first: bool) -> Reading:
    lines, headers = lines_and_headers(table, DECLARATION, v1_flat.line_of, mark, day_first=day_first)
    return reading_of(
        ColumnFindings(
            form=v1_flat.FORMAT,
            headers=headers,
            lines=lines,
            problems=(
                *notes_on_undeclared(table, mark),
                *notes_on_damaged(table, ("order-id", "order-item-code", "sku")),
            ),
            units=units_that_are_stated,
        )
    )


FORMAT = replace(v1_flat.FORMAT, read=read)
