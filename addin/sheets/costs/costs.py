"""Sheet Costs: per SKU what the inventory system says now; what FINALE_COST falls back on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.reports.sku_costs import SEVERAL, sku_costs

if TYPE_CHECKING:
    import xlwings as xw

    from core.books.books import Books

COSTS_SPEC = TableSpec(
    sheet="Costs",
    table="tblCosts",
    title="Costs per SKU, as Finale Inventory gave them at the last sync",
    key=("sku",),
    columns=(
        Column("SKU", "sku", width=24),
        Column("Finale product", "product_id", width=24),
        Column("Description", "description", width=34),
        Column("Current average", "average", Kind.UNIT_COST, width=16),
        Column("as of", "average_as_of", Kind.MOMENT, width=16),
        Column("Last order cost", "last_order_cost", Kind.UNIT_COST, width=16),
        Column("Last order", "last_order_id", width=22),
        Column("Currency", "currency", width=10),
        Column("Status", "status", width=22),
    ),
)


def fill_costs(book: xw.Book, books: Books) -> None:
    """Show every SKU that the books know, in place."""
    tables.update(book, COSTS_SPEC, sku_costs(books.mappings, books.observations))


def last_orders(book: xw.Book) -> dict[str, str | None]:
    """Return the last order of each product on the sheet that a SKU stands for alone."""
    rows = tables.read(tables.find(book, COSTS_SPEC), COSTS_SPEC)
    told = ((to_text(row["product_id"]), to_text(row["last_order_id"])) for row in rows)
    return {product: order for product, order in told if product and SEVERAL not in product}
