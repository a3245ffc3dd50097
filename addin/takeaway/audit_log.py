"""The audit log of one settlement: every value that anybody saved for it, and when it came and went. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.sheets.tables.sheet_specs import Column, Kind
from core.frame_columns import records

if TYPE_CHECKING:
    from addin.sheets.desk import View
    from addin.takeaway.page import Row
    from core.books.settlements.booked_settlement import BookedSettlement

SHEET = "Audit log"
COLUMNS = (
    Column("Batch", "batch", Kind.WHOLE, width=9),
    Column("What", "kind", width=11),
    Column("When", "at", Kind.MOMENT, width=16, note="In UTC."),
    Column("Who", "who", width=16),
    Column("Order ID", "order_id", width=21),
    Column("SKU", "sku", width=20, note="Of the line, or as typed on Resolve where it names none."),
    Column("Was", "was", Kind.UNIT_COST, width=11, note="The unit cost saved before; empty: none was."),
    Column("Proposed cost", "shown_cost", Kind.UNIT_COST, width=16, note="What Resolve proposed when it was saved."),
    Column("Proposal", "shown_kind", width=21),
    Column("Saved cost", "unit_cost", Kind.UNIT_COST, width=12, note="Empty: taken back, or no cost was set."),
    Column("Currency", "currency", width=11),
    Column("How", "value_kind", width=18),
    Column("Zero OK", "zero", width=10),
    Column("Units back", "units_back", Kind.WHOLE, width=13),
    Column("Disposition", "disposition", width=14),
    Column("Note", "note", width=34),
    Column("Key", "key", hidden=True),
)


def audit_rows(view: View, settlement: BookedSettlement) -> list[Row]:
    """Return every saved value of a settlement and the batches that imported, exported or reopened it, oldest first."""
    lines = view.books.lines_of(settlement)[["key", "order_id", "sku"]]
    batches = {row["number"]: row for row in records(view.batches)}
    by_batch: dict[int, list[Row]] = {}
    before: dict[str, Any] = {}
    saved = view.saved_values.rename(columns={"sku": "typed_sku"}).merge(lines, on="key")
    for row in records(saved):
        by_batch.setdefault(row["batch"], []).append(_saved(row, before.get(row["key"])))
        before[row["key"]] = row["unit_cost"]
    numbers = sorted({settlement.batch, *by_batch, *_posting_batches(view, settlement)} & set(batches))
    return [_of_batch(batches[number]) | value for number in numbers for value in by_batch.get(number, [{}])]


def _posting_batches(view: View, settlement: BookedSettlement) -> set[int]:
    journal = view.journal
    own = (journal["store"] == settlement.store) & (journal["settlement_id"] == settlement.settlement_id)
    return {int(number) for number in journal.loc[own.fillna(value=False).astype(bool), "batch"]}


def _of_batch(batch: Row) -> Row:
    return {
        "batch": batch["number"],
        "kind": batch["kind"],
        "at": batch["at"],
        "who": batch["who"],
        "note": batch["note"] or None,
    }


def _saved(row: Row, was: object) -> Row:
    fields = (
        "order_id",
        "shown_cost",
        "shown_kind",
        "unit_cost",
        "currency",
        "units_back",
        "disposition",
        "key",
    )
    note = {"note": row["note"]} if row["note"] else {}
    return {
        **{name: row[name] for name in fields},
        **note,
        "sku": row["sku"] or row["typed_sku"],
        "at": row["saved_at"],
        "who": row["saved_by"],
        "was": was,
        "value_kind": row["kind"],
        "zero": "yes" if row["zero_confirmed"] else None,
    }
