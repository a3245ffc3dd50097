"""What the bookkeeper typed into a list of settings (Setup, Accounts, SKU mapping ...), told from what was filled.

Each such list ends with a hidden column that keeps what its editable cells were filled with, so an edit is seen without
asking the database, and a cell that nobody touched never overwrites what somebody else has changed since.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from addin.sheets import tables
from addin.sheets.cells import to_text
from addin.sheets.columns import Column, TableSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import xlwings as xw

    from addin.sheets.tables import Record

FILLED = Column("Filled", "filled", hidden=True, note="What the row was filled with, to tell an edit from it.")
"""The last column of every list that can be edited."""

_BETWEEN = " | "


def with_filled(spec: TableSpec, records: Iterable[Record]) -> list[Record]:
    """Return the records with what their editable cells will show, for the hidden column."""
    return [{**record, FILLED.field: _editable_texts(spec, record)} for record in records]


def edited_rows(book: xw.Book, spec: TableSpec) -> list[dict[str, str]]:
    """Return the rows that were edited or added since the sheet was filled: every field as plain text.

    A row whose editable cells were emptied comes back with empty texts: its setting is to be taken away.

    Raises:
        WorkbookError: If the table or one of its columns is not there.
    """
    rows = tables.read(tables.find(book, spec), spec)
    filled = [to_text(row[FILLED.field]) or "" for row in rows]
    now = [_editable_texts(spec, row) for row in rows]
    return [
        {field: plain_text(value) for field, value in row.items() if field != FILLED.field}
        for row, before, after in zip(rows, filled, now, strict=True)
        if after != (before or _editable_texts(spec, {}))
    ]


def plain_text(value: object) -> str:
    """Return what stands in a cell as text; Excel makes a date of what looks like one."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return (to_text(value) or "").strip()


def _editable_texts(spec: TableSpec, record: Mapping[str, object]) -> str:
    return _BETWEEN.join(plain_text(record.get(column.field)) for column in spec.columns if column.editable)
