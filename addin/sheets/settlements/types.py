"""Sheet Transaction types: words of marketplaces that Cogsheet does not know, and what the bookkeeper says they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.books.settings.type_choices import PROPOSED
from core.books.settings.unknown_types import ListedType, listed_types
from core.marketplaces.words.classification import CHOICES

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record
    from core.books.books import Books

TYPES_SPEC = TableSpec(
    sheet="Transaction types",
    table="tblTypes",
    title="Unknown transaction types: classify each once for all open settlements",
    key=("marketplace", "word"),
    columns=(
        Column("Marketplace", "marketplace", width=16),
        Column("Type", "word", width=44, note="The marketplace's own words."),
        Column("Lines", "lines", Kind.WHOLE, width=9),
        Column("Amount", "amount", width=22, note="What these lines come to."),
        Column("Settlements", "settlements", width=44, note="Where they are."),
        Column(
            "Line type",
            "event",
            width=40,
            editable=True,
            choices=tuple(CHOICES),
            note="What it is. A question mark means a suggestion: remove it to accept, or choose another type. "
            "Amounts never change; of exported settlements the difference is proposed as a true-up.",
        ),
        FILLED,
    ),
)


def fill_types(book: xw.Book, books: Books) -> None:
    """Show every type that is unknown, or was until somebody said what it is."""
    tables.update(book, TYPES_SPEC, type_records(books))


def type_records(books: Books) -> list[Record]:
    """Return one row per type that is unknown, or was. Pure."""
    return with_filled(TYPES_SPEC, (_record(one) for one in listed_types(books)))


def edited_types(book: xw.Book, books: InBooks | None = None) -> dict[tuple[str, str], str]:
    """Return what was said of types since the sheet was filled, by marketplace and word."""
    said = None if books is None else replace(books, proposal=PROPOSED)
    rows = edited_rows(book, TYPES_SPEC, books=said)
    return {(row["marketplace"], row["word"]): row["event"] for row in rows if row["word"]}


def _record(one: ListedType) -> Record:
    return {
        "marketplace": one.marketplace,
        "word": one.word,
        "lines": one.lines,
        "amount": ", ".join(f"{currency} {amount:,.2f}" for currency, amount in one.amount.items()),
        "settlements": ", ".join(one.settlements),
        "event": one.choice or (f"{one.proposal}{PROPOSED}" if one.proposal else None),
    }
