"""Sheet Transactions: the lines of the chosen settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.model import Event
from core.reports.costed_lines import LINE_MARKS, with_locked_sources, with_margins, with_marks, with_units, words_of

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

    from core.books.books import Books
    from core.books.costed_lines.stored_lines import OpenedSettlements

TRANSACTIONS_SPEC = TableSpec(
    sheet="Transactions",
    table="tblTransactions",
    title="Transactions of the chosen settlement",
    key=("key",),
    printed_to="cogs",
    columns=(
        Column("Store", "store", width=18),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Posted", "posted_at", Kind.MOMENT, width=16, note="In UTC."),
        Column("Type", "event", width=16),
        Column("Marketplace's word", "words", width=40, note="Its type, and what it says of the line beside it."),
        Column("Order ID", "order_id", width=22),
        Column("SKU", "sku", width=24),
        Column("Description", "description", width=30),
        Column("Units", "units", Kind.WHOLE, width=8, note="Sold +, back −; blank is unknown."),
        Column("Principal", "principal", Kind.MONEY),
        Column("Shipping", "shipping", Kind.MONEY),
        Column("Gift wrap", "giftwrap", Kind.MONEY),
        Column("Tax", "tax", Kind.MONEY),
        Column("Tax withheld", "tax_withheld", Kind.MONEY, width=13),
        Column("Promotion", "promotion", Kind.MONEY),
        Column("Referral fee", "referral_fee", Kind.MONEY),
        Column("Fulfilment fee", "fulfilment_fee", Kind.MONEY, width=14),
        Column("Other fee", "other_fee", Kind.MONEY),
        Column("Other", "other", Kind.MONEY),
        Column("Net", "net", Kind.MONEY, note="Sum of the ten amounts before it."),
        Column("Currency", "currency", width=10),
        Column("Unit cost", "unit_cost", Kind.UNIT_COST),
        Column(
            "!",
            "indicator",
            width=4,
            note=LINE_MARKS,
        ),
        Column("COGS", "cogs", Kind.MONEY, note="Expense is +; in home currency."),
        Column("Cost source", "cost_source", width=22),
        Column("Cost note", "cost_note", width=44, note="Where the cost comes from, or why it is missing."),
        Column("Disposition", "disposition", width=14, note="Of a refund: what happened to its goods."),
        Column(
            "Margin",
            "margin",
            Kind.MONEY,
            note="Net − COGS in home currency; blank without a cost or a rate, and for balances such as reserves.",
        ),
        Column("Rate", "rate", width=34, note="The rate of exchange that the margin used, and of which day it is."),
        Column("Go to", "link", Kind.LINK, width=9, note="Resolve, what was saved of the line, or its COGS tab."),
        Column("Key", "key", hidden=True),
    ),
)


def fill_transactions(book: xw.Book, lines: pd.DataFrame, books: Books | OpenedSettlements | None = None) -> None:
    """Show these costed lines, in place; the payout that takes their sum away is none of them.

    Args:
        book: The workbook.
        lines: Which.
        books: Where rates of exchange and time zones are taken from; without them only home currency has a margin.
    """
    lines = lines[lines["event"] != Event.PAYOUT]  # beside what it pays for, every column would add up to nothing
    if books is None:
        shown = with_margins(lines)
    else:
        locked = with_locked_sources(lines, books.locked_lines)
        shown = with_margins(locked, books.rates, books.company.home_currency, books.zones)
    shown = with_marks(with_units(shown)).assign(words=words_of(lines))
    tables.update(book, TRANSACTIONS_SPEC, shown)


def settlements_shown(book: xw.Book) -> set[tuple[str, str]]:
    """Return store and settlement id of the lines on the sheet."""
    rows = tables.read(tables.find(book, TRANSACTIONS_SPEC), TRANSACTIONS_SPEC)
    return {(to_text(row["store"]) or "", to_text(row["settlement_id"]) or "") for row in rows if row["key"]}
