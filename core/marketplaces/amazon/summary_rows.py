"""Flat files with summary rows (V1 and V2): the row of each settlement with period and total, and their reader."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.amazon.units import with_fees_of_shipments
from core.marketplaces.columns import undeclared_columns
from core.marketplaces.columns.column_figures import column_amounts, moments_of
from core.marketplaces.columns.column_lines import ColumnLines, shapes_of
from core.marketplaces.columns.column_reading import (
    ColumnFindings,
    by_columns_or_rows,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
)
from core.marketplaces.errors import BadCellError, ConflictingSummaryError, DamagedIdError, MissingSummaryError, Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.dates import Period, decide_day_first, is_slash_date
from core.marketplaces.reading.figures import Figures, damaged_ids, is_damaged, read_in_its_notation
from core.marketplaces.reading.file_tables import Kind
from core.marketplaces.settlements.file_lines import Header
from core.marketplaces.settlements.tie_out import Findings, reading
from core.model import Marketplace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.marketplaces.columns.column_groups import Groups
    from core.marketplaces.columns.column_lines import FormatColumns
    from core.marketplaces.formats import Format
    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row, Table
    from core.marketplaces.settlements.file_lines import FileLine
    from core.marketplaces.settlements.transactions import Units
    from core.model import Reading

    LineOf = Callable[[Row, Figures, Header], FileLine]
    """A format's reader of one row."""
    UnitsOf = Callable[[Groups], tuple[np.ndarray, np.ndarray]]
    """How a format tells the units of its transactions, and where they come from."""

_MAY_BE_DAMAGED = ("order-id", "order-item-code", "sku")
"""Ids that a spreadsheet program may have rounded."""
PERIOD = _START, _END, _DEPOSIT = "settlement-start-date", "settlement-end-date", "deposit-date"


def is_summary(row: Row) -> bool:
    """Tell whether a row is about a settlement as a whole: it has a total and no transaction."""
    return not row.cells["transaction-type"].strip() and bool(row.cells["total-amount"].strip())


def headers(table: Table, figures: Figures) -> dict[str, Header]:
    """Return the settlements of a file by id, in the order of their summary rows.

    Raises:
        BadCellError: If an id, currency, total or date is blank or no such thing.
        DamagedIdError: If a settlement id was rounded by a spreadsheet program.
        MissingSummaryError: If a settlement has lines and no summary row.
        ConflictingSummaryError: If it has two that differ.
    """
    rows: dict[str, Row] = {}
    for row in filter(is_summary, table.rows):
        first = rows.setdefault(_settlement_id(row, table), row)
        if first.content != row.content:
            column = "settlement-id"
            raise ConflictingSummaryError(table.place(first, column), table.place(row, column), _text(row, column))
    _check_all_have_one(table, rows)
    return {settlement_id: _header(row, figures) for settlement_id, row in rows.items()}


def day_first(table: Table, posted_columns: Sequence[str]) -> bool:
    """Decide from the whole file, against the settlement periods, whether its slash dates are day/month.

    Args:
        table: The file.
        posted_columns: Where a line's date stands; the first that is filled counts.

    Raises:
        AmbiguousDatesError: If both readings are possible.
    """
    every = table.distinct((_START, _END, _DEPOSIT, *posted_columns))
    if not any(map(is_slash_date, every)):
        return False
    posted: dict[str, set[str]] = defaultdict(set)
    for row in table.rows:
        text = next((_text(row, column) for column in posted_columns if _text(row, column)), "")
        if text:
            posted[_text(row, "settlement-id")].add(text)
    summaries = [row for row in table.rows if is_summary(row)]
    used = {text.strip() for texts in posted.values() for text in texts}
    used |= {_text(row, column) for row in summaries for column in (_START, _END, _DEPOSIT)}
    return decide_day_first(
        {text: place for text, place in every.items() if text.strip() in used and is_slash_date(text)},
        [
            Period(_text(row, _START), _text(row, _END), frozenset(posted[_text(row, "settlement-id")]))
            for row in summaries
        ],
    )


def _header(row: Row, figures: Figures) -> Header:
    currency = figures.currency(row, "currency")
    if not currency:
        raise BadCellError(figures.table.place(row, "currency"), "", "a currency")
    return Header(
        settlement_id=_text(row, "settlement-id"),
        marketplace="",
        currency=currency,
        period_start=figures.moment(row, _START),
        period_end=figures.moment(row, _END),
        deposit_at=figures.moment(row, _DEPOSIT),
        total=figures.needed_amount(row, "total-amount"),
    )


def _settlement_id(row: Row, table: Table) -> str:
    number = _text(row, "settlement-id")
    if not number:
        raise BadCellError(table.place(row, "settlement-id"), "", "a settlement id")
    if is_damaged(number):
        raise DamagedIdError(table.place(row, "settlement-id"), number)
    return number


def _check_all_have_one(table: Table, rows: dict[str, Row]) -> None:
    for row in table.rows:
        if _text(row, "settlement-id") not in rows:
            place = table.place(row, "settlement-id")
            raise MissingSummaryError(place, _settlement_id(row, table), "total-amount, currency")


def _text(row: Row, column: str) -> str:
    return row.cells.get(column, "").strip()


def read_by_rows(
    table: Table, format_name: str, posted: Sequence[str], line_of: LineOf, units: Callable[[Sequence[FileLine]], Units]
) -> Reading:
    """Read a file row by row.

    Args:
        table: The file.
        format_name: Which of the two formats it is.
        posted: Where a line's date stands; the first that is filled counts.
        line_of: The format's reader of one row.
        units: How it tells the units of a transaction.

    Raises:
        UnreadableFileError: If a cell is not what its column holds, or a settlement has no summary row of its own.
    """
    slashes = day_first(table, posted)

    def read_table(mark: str) -> Reading:
        figures = Figures(table, mark, day_first=slashes)
        header = headers(table, figures)
        rows = (row for row in table.rows if not is_summary(row))
        lines = (line_of(row, figures, header[row.cells["settlement-id"].strip()]) for row in rows)
        findings = Findings(
            format=format_name,
            marketplace=Marketplace.AMAZON,
            file=table.file,
            headers=tuple(header.values()),
            lines=tuple(lines),
            problems=(*undeclared_columns.notes_on_undeclared(figures), *damaged_ids(table, _MAY_BE_DAMAGED)),
            units=units,
        )
        return with_fees_of_shipments(reading(findings))

    return read_in_its_notation(table, table.declared(Kind.AMOUNT), read_table)


FIELDS = {
    "order_id": "order-id",
    "order_item_id": "order-item-code",
    "shipment_id": "shipment-id",
    "adjustment_id": "adjustment-id",
    "merchant_order_id": "merchant-order-id",
    "sku": "sku",
    "marketplace": "marketplace-name",
    "fulfilment": "fulfillment-id",
}
"""By field of `FileLine`: the column of both files that it is the text of."""
IDS = (*("settlement-id", "transaction-type", "order-id", "adjustment-id", "shipment-id", "order-item-code"), "sku")
"""What the group key of both files begins with."""
_SUMMARY = ("transaction-type", "total-amount")


def by_columns(form: Format, declaration: FormatColumns, line_of: LineOf, units: UnitsOf) -> Format:
    """Return a format that is read by columns.

    Args:
        form: As it is read row by row.
        declaration: Which of its columns say what.
        line_of: Its reader of one row.
        units: How it tells the units of a transaction.
    """

    def read(contents: Contents) -> Reading:
        return by_columns_or_rows(contents, form, build)

    def build(table: ColumnTable) -> Reading:
        slashes = day_first_of(table, declaration.moments)
        return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(read_table, table, slashes))

    def read_table(table: ColumnTable, slashes: bool, mark: str) -> Reading:  # noqa: FBT001 - by partial
        lines, header = lines_and_headers(table, declaration, line_of, mark, day_first=slashes)
        damaged = notes_on_damaged(table, _MAY_BE_DAMAGED)
        problems = (*notes_on_undeclared(table, mark), *damaged)
        result = reading_of(ColumnFindings(form=form, headers=header, lines=lines, problems=problems, units=units))
        return with_fees_of_shipments(result)

    return replace(form, read=read)


def day_first_of(table: ColumnTable, posted: Sequence[str]) -> bool:
    """Decide from the whole file whether its slash dates are day/month; see `summary_rows.day_first`."""
    names = [name for name in (*PERIOD, *posted) if name in table.columns]
    if not any("/" in text for name in names for text in table.texts(name)):
        return False
    return day_first(table.sample(["settlement-id", *names], also=np.flatnonzero(_summaries(table))), posted)


def _summaries(table: ColumnTable) -> np.ndarray:
    """Tell which rows are about a settlement as a whole."""
    return table.by(_SUMMARY, is_summary).spread(bool, bool)


def lines_and_headers(
    table: ColumnTable,
    declaration: FormatColumns,
    line_of: LineOf,
    mark: str,
    *,
    day_first: bool,
) -> tuple[ColumnLines, tuple[Header, ...]]:
    """Return the lines of a file, and its settlements in the order of their summary rows.

    Args:
        table: The file.
        declaration: Of its format.
        line_of: The format's reader of one row.
        mark: The decimal mark of its numbers.
        day_first: Whether its slash dates are day/month.

    Raises:
        UnreadableFileError: If a cell is not what its column holds, or a settlement has no summary row of its own.
    """
    summaries = _summaries(table)
    sample = table.sample(["settlement-id"], also=np.flatnonzero(summaries))
    header = headers(sample, Figures(sample, mark, day_first=day_first))
    rows = table.only(np.flatnonzero(~summaries))
    figures = Figures(rows, mark, day_first=day_first)
    money = column_amounts(rows, [name for name in declaration.amounts if name in rows.columns], mark)
    if not declaration.by_state and not all(filled.all() for filled in money.filled):
        raise BadCellError(Place(table.file), "", "an amount")
    lines = ColumnLines(
        table=rows,
        declaration=declaration,
        shapes=shapes_of(
            rows, declaration, money, lambda row: line_of(row, figures, header[row.cells["settlement-id"].strip()])
        ),
        amounts=money.millionths,
        places=money.most_places,
        moments=moments_of(rows, declaration.moments, day_first=day_first),
        settlements=rows.stripped("settlement-id"),
        currencies=_currencies(rows, figures, header),
    )
    return lines, tuple(header.values())


def _currencies(rows: ColumnTable, figures: Figures, header: dict[str, Header]) -> Coded[str]:
    currencies = rows.by(
        ("settlement-id", "currency"),
        lambda row: figures.currency(row, "currency") or header[row.cells["settlement-id"].strip()].currency,
    )
    different = list(dict.fromkeys(currencies.values))
    return Coded(currencies.spread(different.index, np.int64), different)
