"""Sheet Change history: every batch with who and when, and what each saved value was and became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.sheets import tables
from addin.sheets.cells import to_text
from addin.sheets.columns import Column, Kind, TableSpec
from addin.sheets.edited_rows import typed_words
from core.frame_columns import records

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

    from addin.sheets.tables import Record

HISTORY_SPEC = TableSpec(
    sheet="Change history",  # Excel keeps the name History to itself
    table="tblHistory",
    title="Everything that changed the books, in the order of its batches; nothing is ever erased",
    key=("key",),
    columns=(
        Column("Batch", "batch", Kind.WHOLE, width=8),
        Column("What", "kind", width=10),
        Column("When", "at", Kind.MOMENT, width=16, note="In UTC."),
        Column("Who", "who", width=16),
        Column("Note", "batch_note", width=34),
        Column("Undoes", "undoes", Kind.WHOLE, width=11, note="The batch that this one took back."),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Order ID", "order_id", width=22),
        Column("SKU", "sku", width=24),
        Column(
            "Proposed cost", "shown_cost", Kind.UNIT_COST, width=14, note="What Resolve proposed when it was saved."
        ),
        Column("Proposal", "shown_kind", width=20),
        Column("Saved cost", "unit_cost", Kind.UNIT_COST, width=12, note="Empty: taken back, or no cost was set."),
        Column("Zero OK", "zero", width=9),
        Column("Units back", "units_back", Kind.WHOLE, width=11),
        Column("Disposition", "disposition", width=15),
        Column("SKU typed", "typed_sku", width=18, note="For a line that names none itself."),
        Column("Reason", "reason", width=28),
        Column(
            "Restore",
            "restore",
            width=10,
            editable=True,
            choices=("yes",),
            note="yes: bring back what this row saved, with command restore or button Restore values.",
        ),
        Column("Go to", "link", Kind.LINK, width=9, note="The line on its COGS tab, or on sheet Transactions."),
        Column("Line", "line", hidden=True),
        Column("Key", "key", hidden=True),
    ),
)


def fill_change_history(book: xw.Book, batches: pd.DataFrame, versions: pd.DataFrame, lines: pd.DataFrame) -> None:
    """Show the history, in place.

    Args:
        book: The workbook.
        batches: BATCH_COLUMNS, the newest first.
        versions: HISTORY_COLUMNS of the overrides.
        lines: The books' lines, for settlement, order and SKU.
    """
    marks = {row["key"]: row["restore"] for row in tables.read(tables.find(book, HISTORY_SPEC), HISTORY_SPEC)}
    # In the order in which it happened: what is new is appended, as in every list that stays in place.
    rows = sorted(history_records(batches, versions, lines), key=lambda row: str(row["batch"]).zfill(9))
    tables.update(book, HISTORY_SPEC, [{**row, "restore": marks.get(row["key"])} for row in rows])


def marked(book: xw.Book) -> list[tuple[int, str]]:
    """Return batch and line key of each value that is marked to be brought back.

    Raises:
        CellsRefusedError: If a cell of column Restore holds anything but yes.
    """
    found = tables.find(book, HISTORY_SPEC)
    marks = typed_words(found, HISTORY_SPEC, ["restore"])
    rows = zip(tables.read(found, HISTORY_SPEC), marks, strict=True)
    keys = [(to_text(row["key"]) or "").split(" ", 1) for row, mark in rows if mark["restore"]]
    return [(int(key[0]), key[1]) for key in keys if len(key) == len(("batch", "line"))]


def clear_marks(book: xw.Book) -> None:
    """Take the marks away."""
    found = tables.find(book, HISTORY_SPEC)
    tables.write_cells(found, HISTORY_SPEC.column("restore"), [None] * len(tables.read(found, HISTORY_SPEC)))


def history_records(batches: pd.DataFrame, versions: pd.DataFrame, lines: pd.DataFrame) -> list[Record]:
    """Return one row per saved value, and one per batch that saved none. Pure."""
    typed = versions.rename(columns={"sku": "typed_sku"})
    named = typed.merge(lines[["key", "settlement_id", "order_id", "sku"]], on="key", how="left")
    by_batch: dict[int, list[dict[str, Any]]] = {}
    for row in records(named):
        by_batch.setdefault(row["batch"], []).append(row)
    return [_record(batch, value) for batch in records(batches) for value in by_batch.get(batch["number"], [{}])]


def _record(batch: dict[str, Any], value: dict[str, Any]) -> Record:
    of_value = (
        "settlement_id",
        "order_id",
        "sku",
        "shown_cost",
        "shown_kind",
        "unit_cost",
        "units_back",
        "disposition",
        "typed_sku",
    )
    return {
        "batch": batch["number"],
        "kind": batch["kind"],
        "at": batch["at"],
        "who": batch["who"],
        "batch_note": batch["note"] or None,
        "undoes": batch["undoes"],
        **{name: value.get(name) for name in of_value},
        "zero": "yes" if value.get("zero_confirmed") else None,
        "reason": value.get("note"),
        "restore": None,
        "link": None,
        "line": value.get("key"),
        "key": f"{batch['number']} {value.get('key', '')}".strip(),
    }
