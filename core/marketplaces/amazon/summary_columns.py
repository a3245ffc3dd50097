"""Flat files with summary rows (V1 and V2) by columns: their reader, which rows are lines, and their settlements."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.amazon.summary_rows import PERIOD, day_first, headers, is_summary
from core.marketplaces.amazon.units import with_fees_of_shipments
from core.marketplaces.column_figures import moments_of, money_of
from core.marketplaces.column_lines import ColumnLines, shapes_of
from core.marketplaces.column_reading import (
    ColumnFindings,
    by_columns_or_rows,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
)
from core.marketplaces.errors import BadCellError
from core.marketplaces.figures import Figures, read_in_its_notation
from core.marketplaces.places import Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.marketplaces.column_groups import Groups
    from core.marketplaces.column_lines import Declaration
    from core.marketplaces.formats import Format
    from core.marketplaces.lines import Header, Line
    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.tables import Row
    from core.model import Reading

    LineOf = Callable[[Row, Figures, Header], Line]
    """A format's reader of one row."""
    UnitsOf = Callable[[Groups], tuple[np.ndarray, np.ndarray]]
    """How a format tells the units of its transactions, and where they come from."""

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
"""By field of `Line`: the column of both files that it is the text of."""
IDS = (*("settlement-id", "transaction-type", "order-id", "adjustment-id", "shipment-id", "order-item-code"), "sku")
"""What the group key of both files begins with."""
_SUMMARY = ("transaction-type", "total-amount")


def by_columns(form: Format, declaration: Declaration, line_of: LineOf, units: UnitsOf) -> Format:
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
        damaged = notes_on_damaged(table, ("order-id", "order-item-code", "sku"))
        problems = (*notes_on_undeclared(table, mark), *damaged)
        found = reading_of(ColumnFindings(form=form, headers=header, lines=lines, problems=problems, units=units))
        return with_fees_of_shipments(found)

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
    declaration: Declaration,
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
    money = money_of(rows, [name for name in declaration.amounts if name in rows.columns], mark)
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


def _currencies(rows: ColumnTable, figures: Figures, found: dict[str, Header]) -> Coded[str]:
    told = rows.by(
        ("settlement-id", "currency"),
        lambda row: figures.currency(row, "currency") or found[row.cells["settlement-id"].strip()].currency,
    )
    different = list(dict.fromkeys(told.values))
    return Coded(told.spread(different.index, np.int64), different)
