"""Odd values typed into every column that people type into: taken as what they say, or refused by their cell."""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.end_to_end.demo_book import table
from tests.reliability.desk import made_desk, words_of
from tests.reliability.rows import Place, Row

if TYPE_CHECKING:
    from random import Random

    from openpyxl import Workbook

    from tests.end_to_end.demo_book import SheetTable

Kept = tuple[object, str]
"""A value, and the number format of its cell."""
NUMBERS = (0, -1, 1, 0.1, 1e-12, 1e15, 1e308, -1e308, 900_000_000_000, 999_999_999.99, 1_000_000_000, 46143, 0.125)
MOMENTS = (date(2026, 5, 1), datetime(2026, 8, 31, 14, 30), time(5, 30), timedelta(hours=30), date(1900, 3, 1))  # noqa: DTZ001 - cells know no zones
TEXTS = (
    *(
        "four",
        " ",
        "  4 ",
        "$4.50",
        "4,50",
        "1,234.50",
        "1.234,50",
        "1 234",
        "(4)",
        "4-",
        "4/5",
        "50%",
        "1e5",
        "-",
        "٤",
    ),
    *(
        "=1/0",
        "=A1",
        "'4",
        "+4",
        "@x",
        "-x",
        "#N/A",
        "TRUE",
        "yes",
        "NaN",
        "inf",
        "None",
        "\n",
        "a\nb",
        "\t",
        '"',
        "\\",
    ),
    *("x" * 256, "x" * 32_767, "9" * 400, "😀", "\u202eabc", "\ufeff", "é" * 50, "2026-13-01", "0000-00-00", "../../x"),
    *("9999-12-31", "5/1", "'; DROP TABLE entry; --", "<b>", "{}", "%s", "_x0000_", "Amazon", "A", "D", "USD", "usd"),
)
ERRORS = ("#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!")
FORMATS = ("General", "0%", "@", "yyyy-mm-dd", "hh:mm", "0.00E+00", "# ?/?", '"€"#,##0.00', "[Red]0", ";;;")
COLUMNS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Setup", "Value"): ("resolve",),
    ("Resolve", "SKU"): ("save",),
    ("Resolve", "Cost"): ("save",),
    ("Resolve", "Zero OK"): ("save",),
    ("Resolve", "Units back"): ("save",),
    ("Resolve", "Disposition"): ("save",),
    ("Resolve", "Note"): ("save",),
    ("SKU mapping", "Your product"): ("resolve",),
    ("SKU mapping", "Your units"): ("resolve",),
    ("Opening costs", "SKU"): ("resolve",),
    ("Opening costs", "Unit cost"): ("resolve",),
    ("Opening costs", "Currency"): ("resolve",),
    ("Opening costs", "As of"): ("resolve",),
    ("Cost true-ups", "Decision"): ("trueups",),
    ("Cost true-ups", "Reason"): ("trueups",),
    ("Change history", "Restore"): ("restore",),
    ("Accounts", "Account"): ("resolve",),
    ("Accounts", "Number"): ("resolve",),
    ("Accounts", "Tax rate"): ("resolve",),
    ("Accounts", "Bank account"): ("resolve",),
    ("Transaction types", "Line type"): ("resolve",),
    ("Stores", "Time zone"): ("resolve",),
    ("Exchange rates", "Currency"): ("resolve",),
    ("Exchange rates", "Date"): ("resolve",),
    ("Exchange rates", "Rate"): ("resolve",),
}
"""Every column that a person types into (docs/architecture.md), and the button that takes it."""
BESIDE: dict[str, dict[str, object]] = {
    "Opening costs": {"SKU": "D", "Unit cost": 4},
    "Exchange rates": {"Currency": "CAD", "Date": "2026-09-02", "Rate": 0.7},
    "Resolve": {"Cost": 4},
    "Cost true-ups": {"Decision": "dismiss", "Reason": "immaterial"},
}
"""What else a row needs."""


def an_odd_value(dice: Random) -> Kept:
    """Return a value as a cell may hold it."""
    kind = dice.choice((NUMBERS, MOMENTS, TEXTS, TEXTS, TEXTS, (True, False), ERRORS))
    value = dice.choice(kind)
    return value, dice.choice(FORMATS) if dice.random() < 0.3 else ""


AMOUNTS = {
    ("Resolve", "Cost"): "override",
    ("Resolve", "Units back"): "override",
    ("SKU mapping", "Your units"): "mapping",
    ("Opening costs", "Unit cost"): "opening_cost",
    ("Exchange rates", "Rate"): "exchange_rate",
}
"""Columns of amounts, and the table that stores them: no date, no truth and no error is one."""


def is_no_amount(value: object) -> bool:
    """Tell whether a value can be no amount, whatever the notation."""
    return isinstance(value, bool | date | time | timedelta) or value in ERRORS


def typed_into(book: Workbook, sheet: str, column: str, kept: Kept, dice: Random) -> str:
    """Type it into a row of the sheet; return the cell."""
    rows = table(book, sheet)
    places = range(max(1, len(rows.rows)))
    place = blank_row(rows) if sheet in ("Opening costs", "Exchange rates") else dice.choice(places)
    for header, value in BESIDE.get(sheet, {}).items():
        rows.cell(place, header).value = value
    cell = rows.cell(place, column)
    cell.value, form = kept
    if form:
        cell.number_format = form
    return f"{sheet}!{cell.coordinate}"


def blank_row(rows: SheetTable) -> int:
    """Return the row of a table in which nothing is typed yet."""
    return next((n for n, row in enumerate(rows.rows) if not any(row.values())), 0)


def type_odd(sheet: str, column: str, dice: Random, place: Place) -> None:
    """Type it, press the button, and see that the books are whole and say what they said."""
    desk = made_desk(place.made).copied(place.folder / "desk")
    book = desk.story.book.open()
    kept = an_odd_value(dice)
    cell = typed_into(book, sheet, column, kept, dice)
    book.save(desk.book)
    before = desk.rows()
    ran = desk.run(*COLUMNS[sheet, column])
    said = f"{cell} {kept[0]!r:.60} {kept[1]}: {ran.status} {words_of(ran)}"
    if (table_of := AMOUNTS.get((sheet, column))) and is_no_amount(kept[0]):
        assert desk.rows()[table_of] == before[table_of], f"taken for an amount: {said}"
    assert ran.status != 2 or desk.rows() == before, f"refused, and something was stored: {said}"
    checked = desk.run("verify")
    is_named = any(f"{sheet}{sign}" in checked.said for sign in "!:,")  # the cell, or the sheet with its SKU
    refused_again = checked.status == ran.status == 2 and is_named
    assert checked.status == 0 or refused_again, f"{said} / {words_of(checked)}"


ROWS = tuple(
    Row("Odd cells", f"sheet {sheet}, column {column}", partial(type_odd, sheet, column), 100, 1)
    for sheet, column in COLUMNS
    if os.name == "posix"
)
