"""Sheet Change history: every batch with who and when, and what each saved value was and became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.edited_rows import CellsRefusedError, cell_names, typed_words
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    import xlwings as xw

    from addin.sheets.tables.tables import Record, SheetTable

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
        Column("Undoes", "undoes", Kind.WHOLE, width=11, note="The batch that this one reversed."),
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
            note="yes: restore the values of this row when you press Restore values (or run command restore).",
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


def marked_values(book: xw.Book) -> list[tuple[int, str]]:
    """Return batch and line key of each value that is marked to be brought back.

    Raises:
        CellsRefusedError: If a cell of column Restore holds anything but yes, or two values of one line are marked.
    """
    table = tables.find(book, HISTORY_SPEC)
    marks = typed_words(table, HISTORY_SPEC, ["restore"])
    rows = tables.read(table, HISTORY_SPEC)
    places = [place for place, mark in enumerate(marks) if mark["restore"]]
    keys = {place: (to_text(rows[place]["key"]) or "").split(" ", 1) for place in places}
    values = {place: (int(key[0]), key[1]) for place, key in keys.items() if len(key) == len(("batch", "line"))}
    _refuse_two_of_a_line(table, rows, values)
    return list(values.values())


def _refuse_two_of_a_line(table: SheetTable, rows: Sequence[Record], values: Mapping[int, tuple[int, str]]) -> None:
    """Refuse marks that contradict each other: a line takes one of its earlier values back, and nobody said which."""
    by_line: dict[str, list[int]] = {}
    for place, (_, line) in values.items():
        by_line.setdefault(line, []).append(place)
    several = [places for places in by_line.values() if len(places) > 1]
    if several:
        cell, column = cell_names(table), HISTORY_SPEC.column("restore")
        raise CellsRefusedError([_contradiction(rows, places, cell, column) for places in several])


def _contradiction(
    rows: Sequence[Record], places: Sequence[int], cell: Callable[[Column, int], str], column: Column
) -> str:
    cells = " and ".join(cell(column, place) for place in places)
    order, sku = (to_text(rows[places[0]][name]) for name in ("order_id", "sku"))
    line = ", ".join(words for words in (order and f"order {order}", sku and f"SKU {sku}") if words) or "one line"
    return f"{cells} mark different batches of {line}: keep one of the marks"


def batches_shown(book: xw.Book) -> set[int]:
    """Return the numbers of the batches that the sheet shows."""
    rows = tables.read(tables.find(book, HISTORY_SPEC), HISTORY_SPEC)
    keys = ((to_text(row["key"]) or "").partition(" ")[0] for row in rows)
    return {int(number) for number in keys if number.isdecimal()}


def clear_marks(book: xw.Book) -> None:
    """Take the marks away."""
    table = tables.find(book, HISTORY_SPEC)
    tables.write_cells(table, HISTORY_SPEC.column("restore"), [None] * len(tables.read(table, HISTORY_SPEC)))


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
