"""Sheet Exchange rates: the rates that the lines in other currencies need, and those that were typed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import edited_rows
from addin.sheets.tables.filled_rows import FILLED, with_filled
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.books.settings.rates import TypedRate, listed_rates

if TYPE_CHECKING:
    from decimal import Decimal

    import xlwings as xw

    from addin.sheets.tables.filled_rows import InBooks
    from addin.sheets.tables.tables import Record
    from core.books.books import Books

RATES_SPEC = TableSpec(
    sheet="Exchange rates",
    table="tblRates",
    title="Exchange rates: what one unit of a currency is worth at home; type over any, or add rows below",
    key=("currency", "day"),
    columns=(
        Column("Currency", "currency", width=12, editable=True, note="Three letters, such as EUR."),
        Column("Home", "home", width=10, note="The company's home currency."),
        Column(
            "Date",
            "day",
            width=13,
            editable=True,
            takes_dates=True,
            note="Holds on this day and up to seven days after it.",
        ),
        Column("Rate", "rate", Kind.RATE, width=16, editable=True, note="1 unit of the currency = this much at home."),
        Column(
            "Source",
            "source",
            width=26,
            note="ECB, or typed in: a typed rate takes precedence over the ECB's for that day. "
            "Without a rate, lines are left out.",
        ),
        FILLED,
    ),
)
_DIGITS = 10


def fill_rates(book: xw.Book, books: Books) -> None:
    """Show the rate of every day that lines need, those that were typed in, and the days without any; in place."""
    tables.update(book, RATES_SPEC, filled_rates(books))


def filled_rates(books: Books) -> list[Record]:
    """Return the rows of the sheet, with what they are filled with. Pure."""
    return with_filled(RATES_SPEC, rate_records(books))


def are_rates_shown(book: xw.Book) -> bool:
    """Tell whether lines of the books need any rate, or one was typed in."""
    return any(row["currency"] for row in tables.read(tables.find(book, RATES_SPEC), RATES_SPEC))


def rate_records(books: Books) -> list[dict[str, Any]]:
    """Return one row per currency and day. Pure."""
    home = books.company.home_currency
    return [
        {"currency": one.currency, "home": home, "day": one.day, "rate": _cell(one.rate), "source": one.source}
        for one in listed_rates(books)
    ]


def _cell(rate: Decimal | None) -> float | None:
    """Return a rate as its cell holds it, so that what is read back is what was filled in."""
    return None if rate is None else float(f"{rate:.{_DIGITS}g}")


def edited_rates(book: xw.Book, books: InBooks | None = None) -> list[TypedRate]:
    """Return the rates that were typed in or over on the sheet since it was filled."""
    return [
        TypedRate(row["currency"], row["day"], row["rate"])
        for row in edited_rows(book, RATES_SPEC, books=books)
        if row["currency"] or row["day"] or row["rate"]
    ]
