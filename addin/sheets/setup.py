"""Sheet Setup: what this workbook belongs to, the policies, and how to begin. Never a secret."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from addin.sheets import tables
from addin.sheets.cells import to_text
from addin.sheets.columns import Column, TableSpec
from core.settings import Policies

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.tables import Record
    from core.settlements.books import Books

SPEC = TableSpec(
    sheet="Setup",
    table="tblSetup",
    title="Cogsheet: the true cost on every settlement line",
    key=("setting",),
    header_row=11,
    columns=(
        Column("Setting", "setting", width=26),
        Column("Value", "value", width=44, editable=True),
        Column("What it means", "meaning", width=80),
        Column("Filled", "filled", hidden=True, note="What the value was filled with, to tell an edit from it."),
    ),
)


def fill(book: xw.Book, books: Books) -> None:
    """Show what the workbook belongs to and the policies in force."""
    tables.update(book, SPEC, _records(books))


def edited_policies(book: xw.Book) -> dict[str, str]:
    """Return the policies whose value was changed on the sheet since it was filled: name and new text."""
    names = {field.title or name: name for name, field in Policies.model_fields.items()}
    rows = tables.read(tables.find(book, SPEC), SPEC)
    changed = [row for row in rows if _plain(row["value"]) != (to_text(row["filled"]) or "")]
    return {names[str(row["setting"])]: _plain(row["value"]) for row in changed if row["setting"] in names}


def _records(books: Books) -> list[Record]:
    facts = [
        ("Company", books.company.name, "Whose books this workbook shows. Copies of it show the same books."),
        ("Home currency", books.company.home_currency, "The currency of Finale's costs, of COGS and of inventory."),
        (
            "Stores",
            ", ".join(sorted({s.store for s in books.settlements})),
            "The marketplace accounts imported so far.",
        ),
        ("Last sync", _moment(books), "When costs were last fetched from Finale Inventory, in UTC."),
    ]
    policies = [
        (field.title or name, _text(getattr(books.policies, name)), field.description or "")
        for name, field in Policies.model_fields.items()
    ]
    return [
        {"setting": setting, "value": value, "meaning": meaning, "filled": value}
        for setting, value, meaning in [*facts, *policies]
    ]


def _plain(value: object) -> str:
    """Return what stands in a cell as text; Excel makes a date of what looks like one."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return (to_text(value) or "").strip()


def _moment(books: Books) -> str:
    return f"{books.last_sync:%Y-%m-%d %H:%M}" if books.last_sync else "not yet"


def _text(value: object) -> str:
    return "" if value is None else str(value)
