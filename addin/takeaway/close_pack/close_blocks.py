"""The blocks of which the pack's sheets are made: a heading, and a table or the word that there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import Kind
from addin.takeaway.close_pack.close_columns import ENTRY
from addin.takeaway.look import ACCENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.tables.sheet_specs import Column
    from addin.takeaway.page import Page, Row, TableArea
    from core.journal.entry import Entry


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a table's column, for a formula on another sheet."""

    place: TableArea
    field: str
    value: Decimal
    currency: str = ""
    """Only rows of this currency, where the table has several: two currencies are never added."""

    @property
    def formula(self) -> str:
        """The formula that takes it; it ends in `)`."""
        if self.currency:
            return f'=SUMIFS({self.place.cells(self.field)},{self.place.cells("currency")},"{self.currency}")'
        return f"=SUM({self.place.cells(self.field)})"


Sides = dict[str, dict[str, Sum]]
"""Currency -> the sums of `debit` and `credit`."""


def sides(place: TableArea, rows: Sequence[Row]) -> Sides:
    """Return the sums of debits and credits of a table of entry lines, each currency by itself."""
    by_account: Sides = {}
    for currency in sorted({str(row["currency"]) for row in rows}):
        own = [row for row in rows if row["currency"] == currency]
        by_account[currency] = {name: Sum(place, name, _total(own, name), currency) for name in ("debit", "credit")}
    return by_account


def block(
    page: Page,
    row: int,
    heading: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    name: str,
    *,
    sums: Sequence[str] = (),
) -> tuple[int, TableArea | None]:
    """Write a heading and its table, or that there is nothing.

    Returns:
        The row where the next block may begin, and the table.
    """
    page.sheet.set_row(row, 22)
    page.text(row, 0, heading, page.look.format(bold=True, font_size=12, font_color=ACCENT))
    if not rows:
        page.text(row + 1, 0, "None.", page.look.quiet())
        return row + 3, None
    place = page.table(row + 1, columns, rows, name, sums=sums)
    return place.last + (4 if sums else 3), place


def entries_block(page: Page, row: int, heading: str, entries: Sequence[Entry], name: str) -> tuple[int, Sides]:
    """Write entries line by line, with the sums of debits and credits per currency checked live."""
    rows = [_entry_row(entry, number) for entry in entries for number in range(len(entry.lines))]
    rows = [line for line in rows if line["debit"] or line["credit"]]
    after, place = block(page, row, heading, ENTRY, rows, name)
    if place is None:
        return after, {}
    row = place.last + 1
    for currency in sorted({line["currency"] for line in rows}):
        _balance_check(page, row, place, rows, currency)
        row += 1
    return row + 2, sides(place, rows)


def _entry_row(entry: Entry, number: int) -> Row:
    line = entry.lines[number]
    return {
        "entry": str(entry.key),
        "day": entry.day,
        "account": line.account,
        "number": line.number or None,
        "what": str(line.type),
        "debit": line.debit,
        "credit": line.credit,
        "currency": entry.currency,
    }


def _balance_check(page: Page, row: int, place: TableArea, rows: Sequence[Row], currency: str) -> None:
    """Write debits and credits of a currency, and whether they are equal."""
    own = [line for line in rows if line["currency"] == currency]
    form = page.look.total(Kind.MONEY)
    for column in range(len(ENTRY)):
        page.text(row, column, "", page.look.total(Kind.TEXT))
    page.text(row, 2, "Debits and credits", page.look.total(Kind.TEXT))
    page.text(row, place.columns["currency"], currency, page.look.total(Kind.TEXT))
    sides = []
    for field in ("debit", "credit"):
        formula = f'=SUMIFS({place.cells(field)},{place.cells("currency")},"{currency}")'
        cell = page.live(row, place.columns[field], formula, _total(own, field), Kind.MONEY, form)
        sides.append((cell, _total(own, field)))
    page.check(row, place.columns["currency"] + 1, sides[0], sides[1])


def _total(rows: Sequence[Row], field: str) -> Decimal:
    return sum((row[field] for row in rows if row[field] is not None), Decimal(0))
