"""Amazon settlement report, V1 flat file, by columns: the declaration of what `v1_flat` reads row by row."""

from __future__ import annotations

from core.marketplaces.amazon import v1_flat
from core.marketplaces.amazon.summary_columns import FIELDS, IDS, by_columns
from core.marketplaces.column_lines import POSTED, Declaration
from core.marketplaces.column_transactions import units_that_are_stated
from core.marketplaces.reading.tables import Kind

DECLARATION = Declaration(
    words=(
        *("transaction-type", "shipment-fee-type", "order-fee-type", "item-related-fee-type"),
        *("other-fee-reason-description", "direct-payment-type", "price-type", "promotion-type", "quantity-purchased"),
    ),
    filled=("order-id", "sku"),
    amounts=tuple(column.name for column in v1_flat.LAYOUT.columns if column.kind is Kind.AMOUNT)[1:],  # but the total
    moments=("posted-date",),
    group=(*IDS, POSTED),
    fields=FIELDS,
    raw_type="transaction-type",
    verbatim=frozenset({"sku"}),
    by_state=True,
)

FORMAT = by_columns(v1_flat.FORMAT, DECLARATION, v1_flat.line_of, units_that_are_stated)
