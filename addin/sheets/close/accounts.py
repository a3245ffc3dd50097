"""Sheet Accounts: to which account each kind of line posts. Edited here, kept in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, TableSpec
from core.journal.accounts import AccountRow, takes_groups
from core.line_types import MEANINGS, PER_STORE, LineType

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record
    from core.books.books import Books

ACCOUNTS_SPEC = TableSpec(
    sheet="Accounts",
    table="tblAccounts",
    title="Accounts that entries post to: type over what differs in your books; changes apply from the "
    "next button you press",
    key=("line_type", "store", "currency", "item_group"),
    columns=(
        Column(
            "Line type", "line_type", width=46, note="For a row of your own, type one of these words below the list."
        ),
        Column("Store", "store", width=18, note="Empty: every store that has no row of its own."),
        Column("Currency", "currency", width=10, note="Empty: every currency."),
        Column(
            "Item group",
            "item_group",
            width=20,
            note="The beginnings of its SKUs, separated by commas: MUG-, CUP-. Add a row below the list for each.",
        ),
        Column(
            "Account",
            "name",
            width=40,
            editable=True,
            note="Its name. A sub-account: Parent:Sub. Leave empty for the default account.",
        ),
        Column("Number", "number", width=12, editable=True, note="Xero's account code. QuickBooks goes by the name."),
        Column("Tax rate", "tax_code", width=20, editable=True, note="Xero's tax rate by its full name."),
        Column(
            "Bank account",
            "bank",
            width=14,
            editable=True,
            choices=("yes", "no"),
            note="yes: it is a bank account in the accounting system. Xero accepts none in a manual journal.",
        ),
        Column("What it is", "meaning", width=84),
        FILLED,
    ),
)


def fill_accounts(book: xw.Book, books: Books) -> None:
    """Show every kind of line with its account, and the rows that the bookkeeper added."""
    tables.update(book, ACCOUNTS_SPEC, account_records(books))


def account_records(books: Books) -> list[Record]:
    """Return one row per kind of line, and those that the bookkeeper added. Pure."""
    shown = {row.key: row for row in (*_listed(books), *books.accounts.rows)}
    return with_filled(ACCOUNTS_SPEC, (_record(books, row) for row in shown.values()))


def edited_accounts(book: xw.Book, books: InBooks | None = None) -> list[dict[str, str]]:
    """Return the rows that were edited or added on the sheet, as texts."""
    return edited_rows(book, ACCOUNTS_SPEC, books=books)


def _listed(books: Books) -> Iterator[AccountRow]:
    """Yield the rows that are always there: each line type, and for some each store and currency."""
    pairs = sorted({(one.store, one.currency) for one in books.settlements})
    for line_type in LineType:
        yield AccountRow(line_type=line_type)
        if line_type in PER_STORE:
            for store, currency in pairs:
                yield AccountRow(line_type=line_type, store=store, currency=currency)


def _record(books: Books, row: AccountRow) -> Record:
    account = books.accounts.of(
        row.line_type, store=row.store or "{store}", currency=row.currency or "{currency}", group=row.item_group
    )
    return {
        "line_type": str(row.line_type),
        "store": row.store,
        "currency": row.currency,
        "item_group": row.item_group,
        "name": account.name,
        "number": account.number,
        "tax_code": account.tax_code,
        "bank": "yes" if account.is_bank else "",
        "meaning": _meaning(row),
    }


def _meaning(row: AccountRow) -> str:
    if row.item_group and takes_groups(row.line_type):
        return f"The same, of items whose SKU begins with {row.item_group}."
    if row.line_type in PER_STORE and not row.store:
        return "The same, for stores without a row of their own; {store} and {currency} stand for theirs."
    return MEANINGS[row.line_type]
