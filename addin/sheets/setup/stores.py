"""Sheet Stores: the marketplace accounts of the company, and the time zone that cuts the months of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record
    from core.books.books import Books

STORES_SPEC = TableSpec(
    sheet="Stores",
    table="tblStores",
    title="Stores: the time zone of each store determines its days and months",
    key=("store",),
    columns=(
        Column("Store", "store", width=30),
        Column("Marketplace", "marketplace", width=18),
        Column(
            "Time zone",
            "time_zone",
            width=30,
            editable=True,
            note="Region and city, such as America/Los_Angeles; empty is UTC. Entries that went out stay as they are.",
        ),
        Column("Last import", "last_import", Kind.MOMENT, width=18, note="In UTC."),
        FILLED,
    ),
)


def fill_stores(book: xw.Book, books: Books) -> None:
    """Show every store, in place."""
    tables.update(book, STORES_SPEC, store_records(books))


def store_records(books: Books) -> list[Record]:
    """Return one row per store. Pure."""
    newest = {one.store: one.imported_at for one in sorted(books.settlements, key=lambda one: one.imported_at)}
    rows: list[Record] = [
        {
            "store": store.name,
            "marketplace": str(store.marketplace),
            "time_zone": str(books.zones.get(store.name, "")),
            "last_import": newest.get(store.name),
        }
        for store in books.stores
    ]
    return with_filled(STORES_SPEC, rows)


def edited_time_zones(book: xw.Book, books: InBooks | None = None) -> dict[str, str]:
    """Return the time zones that were changed on the sheet since it was filled, by store."""
    rows = edited_rows(book, STORES_SPEC, books=books)
    return {row["store"]: row["time_zone"] for row in rows if row["store"]}
