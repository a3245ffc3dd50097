"""The hidden column of a list of settings: what the editable cells of its rows were filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.cells import plain_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from addin.sheets.tables.tables import Record

FILLED = Column("Filled", "filled", hidden=True, note="What the row was filled with, to tell an edit from it.")
"""The last column of every list that can be edited."""

_BETWEEN = " | "
_BAR, _MARKED_BAR = "|", "\\|"
"""A bar within a cell is marked, so that it parts no cells."""


def with_filled(spec: TableSpec, records: Iterable[Record]) -> list[Record]:
    """Return the records with what their editable cells will show, for the hidden column."""
    return [{**record, FILLED.field: filled_text(spec, record)} for record in records]


def filled_text(spec: TableSpec, record: Mapping[str, object]) -> str:
    """Return the editable cells of a row as one text."""
    texts = (cell_text(record, column) for column in spec.columns if column.editable)
    return _BETWEEN.join(text.replace(_BAR, _MARKED_BAR) for text in texts)


def is_as_filled(spec: TableSpec, record: Mapping[str, object], filled: str) -> bool:
    """Tell whether the editable cells of a row say what it was filled with; earlier versions marked no bars."""
    text = filled_text(spec, record)
    return filled in (text, text.replace(_MARKED_BAR, _BAR))


def filled_cells(spec: TableSpec, filled: str) -> dict[str, str] | None:
    """Return what each editable cell was filled with, by field; nothing where an earlier version's text parts wrongly.

    Examples: `40 | USD` of two columns.
    """
    texts = [text.replace(_MARKED_BAR, _BAR) for text in filled.split(_BETWEEN)]
    fields = [column.field for column in spec.columns if column.editable]
    return dict(zip(fields, texts, strict=True)) if len(texts) == len(fields) else None


def cell_text(record: Mapping[str, object], column: Column) -> str:
    """Return what stands in a cell as text; FALSE is nothing only where yes or no is asked."""
    value = record.get(column.field)
    return "FALSE" if value is False and column.kind is not Kind.FLAG else plain_text(value)
