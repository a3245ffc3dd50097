"""Amazon settlement report, V2 flat file, by columns: the declaration of what `v2_flat` reads row by row."""

from __future__ import annotations

from core.marketplaces.amazon import v2_flat
from core.marketplaces.amazon.summary_columns import FIELDS, IDS, by_columns
from core.marketplaces.column_lines import POSTED, WORDS, Declaration
from core.marketplaces.column_transactions import units_with_fees

DECLARATION = Declaration(
    words=("transaction-type", "amount-type", "amount-description", "quantity-purchased"),
    filled=("order-id", "sku"),
    amounts=("amount",),
    moments=("posted-date-time", "posted-date"),
    group=(*IDS, POSTED, WORDS),
    fields=FIELDS,
    raw_type="transaction-type",
    verbatim=frozenset({"sku"}),
)

FORMAT = by_columns(v2_flat.FORMAT, DECLARATION, v2_flat.line_of, units_with_fees)
