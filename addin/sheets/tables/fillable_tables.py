"""Whether tables of the workbook could be filled, asked before the books are changed: afterwards it is too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.native_cells import refuse_protected
from addin.sheets.tables.tables import find, keys_of, read, refuse_duplicates

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.tables.sheet_specs import TableSpec


def refuse_unfillable(book: xw.Book, spec: TableSpec) -> None:
    """Stop where `tables.update` would refuse a table.

    Raises:
        WorkbookError: If its sheet is protected, or two of its rows claim to be the same line.
    """
    refuse_protected(find(book, spec).sheet)
    refuse_copied_rows(book, spec)


def refuse_copied_rows(book: xw.Book, spec: TableSpec) -> None:
    """Stop where two rows of a table claim to be the same line.

    Raises:
        DuplicateKeyError: If they do.
    """
    table = find(book, spec)
    refuse_duplicates(table, keys_of(read(table, spec), spec))
