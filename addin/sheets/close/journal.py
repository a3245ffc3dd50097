"""Sheet Journal: the entries that were exported, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.frame_columns import records

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

    from addin.sheets.tables.tables import Record

JOURNAL_SPEC = TableSpec(
    sheet="Journal",
    table="tblJournal",
    title="Entries as they were exported: debits and credits of every entry are equal",
    key=("entry", "position"),
    columns=(
        Column("Entry", "entry", width=56, note="Its key, also in the memo that the accounting system keeps."),
        Column("Line", "position", width=6),
        Column("Kind", "kind", width=24, note="Entries posted by Finale are shown for reference and never exported."),
        Column("Store", "store", width=18),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Date", "entry_date", width=12),
        Column("Account", "account", width=36),
        Column("Debit", "debit", Kind.MONEY),
        Column("Credit", "credit", Kind.MONEY),
        Column("Currency", "currency", width=10),
        Column("What", "memo", width=34),
    ),
)


def fill_journal(book: xw.Book, journal: pd.DataFrame) -> None:
    """Show the journal (`core.books.entries.stored_entries.journal`), in place."""
    tables.update(book, JOURNAL_SPEC, [_record(row) for row in records(journal)])


def _record(row: Record) -> Record:
    amount = row["amount"]
    debit = amount if amount > 0 else None  # type: ignore[operator]  # money of JOURNAL_COLUMNS
    credit = -amount if debit is None else None  # type: ignore[operator]  # the same
    return {**row, "position": str(row["position"]), "debit": debit, "credit": credit}
