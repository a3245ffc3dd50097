"""From frames to records of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.frame_columns import records

if TYPE_CHECKING:
    import pandas as pd

    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record


def records_of(table: pd.DataFrame, spec: TableSpec) -> list[Record]:
    """Return one record per row with the fields of the declaration; a field without column is empty."""
    fields = [column.field for column in spec.columns]
    return records(table.reindex(columns=fields))
