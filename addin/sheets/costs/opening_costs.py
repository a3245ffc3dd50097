"""Sheet Opening costs: what goods cost that were shipped before Finale was in use, typed in by the bookkeeper."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.books.settings.opening_costs import TypedOpening
from core.frame_columns import records

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record

OPENING_COSTS_SPEC = TableSpec(
    sheet="Opening costs",
    table="tblOpening",
    title="Costs of goods shipped before Finale start: one row per SKU, applied the next time you press any button",
    key=("sku",),
    columns=(
        Column("SKU", "sku", width=28, editable=True),
        Column(
            "Unit cost",
            "unit_cost",
            Kind.UNIT_COST,
            width=14,
            editable=True,
            note="Per unit of the SKU, in home currency. Leave empty to remove.",
        ),
        Column("Currency", "currency", width=12, editable=True, note="Home currency; may be left empty."),
        Column(
            "As of",
            "as_of",
            width=14,
            editable=True,
            takes_dates=True,
            note="2026-08-31. Leave empty to apply from the start.",
        ),
        FILLED,
    ),
)


def fill_opening_costs(book: xw.Book, opening: pd.DataFrame | None, home_currency: str) -> None:
    """Show the opening costs in force (OPENING_COLUMNS)."""
    tables.update(book, OPENING_COSTS_SPEC, opening_records(opening, home_currency))


def opening_records(opening: pd.DataFrame | None, home_currency: str) -> list[Record]:
    """Return one row per SKU that has an opening cost. Pure."""
    rows = [] if opening is None else records(opening)
    shown = ({**row, "unit_cost": _plain(row["unit_cost"]), "currency": home_currency} for row in rows)
    return with_filled(OPENING_COSTS_SPEC, shown)


def _plain(cost: Decimal) -> Decimal:
    """Return a cost without zeros behind it, as a cell gives it back."""
    return Decimal(f"{cost.normalize():f}")


def edited_opening_costs(book: xw.Book, books: InBooks | None = None) -> list[TypedOpening]:
    """Return the rows that were edited or added since the sheet was filled."""
    names = ("sku", "unit_cost", "currency", "as_of")
    rows = edited_rows(book, OPENING_COSTS_SPEC, books=books)
    return [TypedOpening(**{name: row[name] for name in names}) for row in rows]
