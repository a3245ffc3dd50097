"""Sheet Changes: what the last sync changed in open settlements, old and new side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

CHANGES_SPEC = TableSpec(
    sheet="Changes",
    table="tblChanges",
    title="What the last sync changed in open settlements",
    key=("key",),
    columns=(
        Column("Store", "store", width=18),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Order ID", "order_id", width=22),
        Column("SKU", "sku", width=24),
        Column("Type", "event", width=14),
        Column("Unit cost was", "was", Kind.UNIT_COST, width=14),
        Column("Unit cost now", "now", Kind.UNIT_COST, width=14),
        Column("Source was", "was_source", width=22),
        Column("Source now", "now_source", width=22),
        Column("Difference", "difference", Kind.MONEY, width=14, note="Of the line's COGS; + is more expense."),
        Column("Cost note", "cost_note", width=44),
        Column("Key", "key", hidden=True),
    ),
)


def fill_cost_changes(book: xw.Book, changes: pd.DataFrame, summary: str = "") -> None:
    """Show these changes (`core.books.syncing.cost_changes`) in place of the last sync's, their sums above them."""
    tables.find(book, CHANGES_SPEC).sheet.range("A2").value = summary or "The last sync changed no settlement's COGS."
    tables.update(book, CHANGES_SPEC, changes)
