"""Flat files with summary rows (V1 and V2) by columns: which rows are lines, and what the settlements of a file are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.amazon.summary_rows import PERIOD, day_first, headers, is_summary
from core.marketplaces.column_figures import moments_of, money_of
from core.marketplaces.column_lines import ColumnLines, shapes_of
from core.marketplaces.errors import BadCellError
from core.marketplaces.figures import Figures
from core.marketplaces.places import Place
from core.marketplaces.reading.columns import Coded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.marketplaces.column_lines import Declaration
    from core.marketplaces.lines import Header, Line
    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.tables import Row

_SUMMARY = ("transaction-type", "total-amount")


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
    line_of: Callable[[Row, Figures, Header], Line],
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
    found = headers(sample, Figures(sample, mark, day_first=day_first))
    rows = table.only(np.flatnonzero(~summaries))
    figures = Figures(rows, mark, day_first=day_first)
    money = money_of(rows, [name for name in declaration.amounts if name in rows.columns], mark)
    if not declaration.by_state and not all(filled.all() for filled in money.filled):
        raise BadCellError(Place(table.file), "", "an amount")
    lines = ColumnLines(
        table=rows,
        declaration=declaration,
        shapes=shapes_of(
            rows, declaration, money, lambda row: line_of(row, figures, found[row.cells["settlement-id"].strip()])
        ),
        amounts=money.millionths,
        places=money.most_places,
        posted=moments_of(rows, declaration.posted, day_first=day_first),
        settlements=rows.stripped("settlement-id"),
        currencies=_currencies(rows, figures, found),
    )
    return lines, tuple(found.values())


def _currencies(rows: ColumnTable, figures: Figures, found: dict[str, Header]) -> Coded[str]:
    told = rows.by(
        ("settlement-id", "currency"),
        lambda row: figures.currency(row, "currency") or found[row.cells["settlement-id"].strip()].currency,
    )
    different = list(dict.fromkeys(told.values))
    return Coded(told.spread(different.index, np.int64), different)
