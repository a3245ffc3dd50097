"""Sheet SKU mapping: which Finale product each SKU stands for, and the user's own word where Finale's is not right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, TableSpec, records_of
from core.books.costed_lines.line_totals import skus_of
from core.books.settings.sku_mapping import TypedMapping, sku_mapping

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record
    from core.books.books import Books

SKU_MAPPING_SPEC = TableSpec(
    sheet="SKU mapping",
    table="tblMapping",
    title="Which Finale product each SKU stands for; type your own where Finale's is missing or wrong, then sync",
    key=("sku",),
    columns=(
        Column("SKU", "sku", width=24),
        Column("Description", "description", width=34),
        Column("Finale product", "product", width=24, note="What Finale says; a kit's products are joined by +."),
        Column("Units per SKU", "units", width=14, note="Units of the product in one unit of the SKU; a six-pack: 6."),
        Column("Rule", "rule", width=28, note="How Finale's product was found."),
        Column(
            "Nearest products", "nearest", width=28, note="For an unknown SKU: similar products, as suggestions only."
        ),
        Column(
            "Your product",
            "own_product",
            width=24,
            editable=True,
            note="Overrides Finale's product. Clear the cell to use Finale's again. A kit: CUP + BOWL, "
            "with units 2 + 1. Sync afterwards.",
        ),
        Column(
            "Your units", "own_units", width=12, editable=True, note="Units of it in one unit of the SKU; empty: 1."
        ),
        Column("Used", "used", width=34, note="Which of the two is used for costing."),
        FILLED,
    ),
)


def fill_sku_mapping(book: xw.Book, books: Books, origins: pd.DataFrame) -> None:
    """Show every SKU of the books in place.

    Args:
        book: The workbook.
        books: Their state.
        origins: The newest answers of either origin (`core.books.settings.sku_mapping.origins`).
    """
    tables.update(book, SKU_MAPPING_SPEC, mapping_records(books, origins))


def mapping_records(books: Books, origins: pd.DataFrame) -> list[Record]:
    """Return one row per SKU, as `fill_sku_mapping` shows it. Pure."""
    rows = sku_mapping(skus_of(books), origins, books.observations)
    return with_filled(SKU_MAPPING_SPEC, records_of(rows, SKU_MAPPING_SPEC))


def edited_mappings(book: xw.Book, books: InBooks | None = None) -> list[TypedMapping]:
    """Return the rows whose product or units were typed, changed or emptied since the sheet was filled.

    Units are of the product beside them: a row says both together.
    """
    whole = None if books is None else replace(books, whole=True)
    return [
        TypedMapping(row["sku"], row["own_product"], row["own_units"], row["product"])
        for row in edited_rows(book, SKU_MAPPING_SPEC, books=whole)
        if row["sku"] or row["own_product"]
    ]
