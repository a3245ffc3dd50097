"""The rows of a settlement's COGS workbook: what the books know of each line, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import Column, Kind
from addin.takeaway.look import BAD, BAD_TINT
from addin.takeaway.page import MARKS
from core.books.entries.accruals import shipments_of
from core.frame_columns import records
from core.model import CostStatus
from core.reports.accrual import ship_days
from core.reports.costed_lines import LINE_MARKS, has_or_needs_cost, with_locked_sources, with_marks, with_units

if TYPE_CHECKING:
    import pandas as pd

    from addin.takeaway.page import Row
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement


COLUMNS = (
    Column("Posted", "posted_at", Kind.MOMENT, width=16, note="In UTC."),
    Column("Shipped", "ship_day", Kind.DATE, width=11, note="The day on which the order left stock in Finale."),
    Column("Type", "event", width=15),
    Column("Order ID", "order_id", width=21),
    Column("SKU", "sku", width=20),
    Column("Finale product", "product_id", width=20),
    Column("Pack ×", "pack", Kind.WHOLE, width=9, note="Units of the product in one unit of the SKU; empty for kits."),
    Column("Units", "units", Kind.WHOLE, width=9, note="Sold +, back −; blank is unknown."),
    Column("Cost units", "cost_quantity", Kind.WHOLE, width=9, note="What the cost is taken for: × unit cost = COGS."),
    Column("Unit cost", "unit_cost", Kind.UNIT_COST, width=12),
    Column("!", "indicator", width=4, note=LINE_MARKS),
    Column("COGS", "cogs", Kind.MONEY, width=12, note="Expense is +; in home currency."),
    Column("Currency", "cost_currency", width=11, note="Of unit cost and COGS."),
    Column("Cost source", "cost_source", width=20),
    Column("Cost as of", "cost_as_of", Kind.MOMENT, width=16, note="In UTC."),
    Column("Disposition", "disposition", width=14),
    Column("Marker", "marker", width=16, note="What kind of cost it is: missing, estimate, entered, zero confirmed."),
    Column("Cost note", "cost_note", width=44),
    Column("Saved by", "saved_by", width=14),
    Column("Saved at", "saved_at", Kind.MOMENT, width=16, note="In UTC."),
    Column("Reason", "note", width=28),
    Column("Order line ID", "order_item_id", width=18),
    Column("Settlement ID", "settlement_id", width=17),
    Column("Store", "store", width=18),
    Column("Marketplace", "marketplace", width=18),
    Column("Key", "key", hidden=True),
)
LAST_PRINTED = next(place for place, column in enumerate(COLUMNS) if column.field == "disposition")
"""What stands to the right of it is for the screen: on paper it would make the figures too small to read."""

_MARKERS = {
    CostStatus.MISSING: "missing",
    CostStatus.WAITING: "waits for original",
    CostStatus.ZERO_CONFIRMED: "zero confirmed",
}
_NO_COST: dict[str, object] = {"bg_color": BAD_TINT}


def cogs_rows(books: Books, settlement: BookedSettlement) -> list[Row]:
    """Return one record per line that has or needs a cost, in the order of the books."""
    lines = books.posted_part(settlement)
    shown = with_locked_sources(lines[has_or_needs_cost(lines)], books.costing_input.locked_lines)
    shown = with_marks(with_units(shown)).assign(
        ship_day=ship_days(shown, books.observations, shipments_of(books, lines))
    )
    packs = _packs(books.mappings)
    kinds = {row["key"]: row["kind"] for row in records(books.overrides, ["key", "kind"])}
    return [
        {
            **row,
            **books.saved(row["key"]),
            "pack": packs.get((row["sku"], row["product_id"])),
            "marker": _marker(row, kinds.get(row["key"])),
            MARKS: _marks(row),
        }
        for row in records(shown)
    ]


def _packs(mappings: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return how many units of its product a SKU stands for; a kit of several products has no such number.

    A locked line that was costed by another product than today's mapping names has none either.
    """
    rows = records(mappings.drop_duplicates("sku", keep=False)[["sku", "product_id", "units"]])
    return {(row["sku"], row["product_id"]): row["units"] for row in rows if row["units"] is not None}


def _marker(row: Row, override_kind: str | None) -> str | None:
    """Say in words what kind of cost a line has; an ordinary one of Finale's needs none."""
    if row["cost_status"] in _MARKERS:
        return _MARKERS[row["cost_status"]]
    return "suspect" if row["suspect"] else override_kind


def _marks(row: Row) -> dict[str, dict[str, object]]:
    sign: dict[str, dict[str, object]] = {"indicator": {"font_color": BAD}}
    return sign | ({"unit_cost": _NO_COST, "cogs": _NO_COST} if row["cogs"] is None else {})
