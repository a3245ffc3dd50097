"""Amazon unified transaction CSV, by columns: the declaration of what `unified_csv` reads row by row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.amazon import unified_csv
from core.marketplaces.amazon.unified_languages import COMPONENTS
from core.marketplaces.columns.column_figures import column_amounts, moments_of
from core.marketplaces.columns.column_lines import HAPPENED, SETTLEMENT, WORDS, ColumnLines, FormatColumns, shapes_of
from core.marketplaces.columns.column_reading import (
    ColumnFindings,
    added_columns,
    by_columns_or_rows,
    day_first_of,
    headers_of_lines,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
    undeclared_amounts,
)
from core.marketplaces.columns.column_transactions import units_of_fees
from core.marketplaces.errors import BadCellError, Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.figures import Figures, is_damaged, read_in_its_notation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.model import Problem, Reading

DECLARATION = FormatColumns(
    words=("type", "description", "quantity", "marketplace", "transaction status"),
    filled=("transaction release date", "sku"),
    amounts=(*COMPONENTS, "total"),
    moments=("transaction release date", "date/time"),
    group=(SETTLEMENT, "type", "order id", "sku", HAPPENED, WORDS),
    fields={"order_id": "order id", "sku": "sku", "marketplace": "marketplace", "fulfilment": "fulfillment"},
    raw_type="type",
    verbatim=frozenset({"sku"}),
    total="total",
    by_state=True,
)


def read(contents: Contents) -> Reading:
    """Read a unified transaction CSV; see `core.marketplaces.read`."""
    return by_columns_or_rows(contents, unified_csv.FORMAT, _build)


def _build(table: ColumnTable) -> Reading:
    declared = [name for name in COMPONENTS if name in table.own_names]
    return read_in_its_notation(table, (*declared, "total"), partial(_read, table, declared, day_first_of(table)))


def _read(table: ColumnTable, declared: Sequence[str], slashes: bool, mark: str) -> Reading:  # noqa: FBT001 - by partial
    lacking = column_amounts(table, (*declared, "total"), mark).missing()
    counted = added_columns(table, lacking.tolist(), undeclared_amounts(table, mark)) if lacking.any() else ()
    components = (*declared, *counted)
    currency = unified_csv.currency_of(table, table.texts("marketplace"))
    figures = Figures(table, mark, day_first=slashes)
    lines = _lines(table, figures, components, currency)
    deferred = int(lines.settlements.spread(lambda settlement: not settlement, bool).sum())
    problems = _broken_rows(lines, figures, components, currency)
    found = reading_of(
        ColumnFindings(
            form=unified_csv.FORMAT,
            headers=headers_of_lines(lines, currency),
            lines=lines,
            problems=(
                *problems.pop("", ()),
                *unified_csv.deferred_note(deferred, len(table), table.file),
                *notes_on_undeclared(table, mark, counted),
                *notes_on_damaged(table, ("order id", "sku")),
            ),
            problems_by_settlement=problems,
            units=units_of_fees,
        )
    )
    return unified_csv.reading_with_questions_on_repeats(found)


def _lines(table: ColumnTable, figures: Figures, components: Sequence[str], currency: str) -> ColumnLines:
    money = column_amounts(table, (*components, "total"), figures.mark)
    if not money.filled[-1].all():
        raise BadCellError(Place(table.file, 0, "total"), "", "an amount")
    shapes = shapes_of(table, DECLARATION, money, lambda row: unified_csv.line_of(row, figures, components, currency))
    deferred = shapes.spread(lambda shape: not shape.line.settlement_id, bool)
    return ColumnLines(
        table=table,
        declaration=DECLARATION,
        shapes=shapes,
        amounts=money.millionths,
        places=money.places[-1],
        moments=moments_of(
            table,
            DECLARATION.moments,
            day_first=figures.day_first,
            without={"transaction release date": deferred},
        ),
        happened=moments_of(table, ("date/time",), day_first=figures.day_first),
        settlements=_settlements(table, deferred),
        currencies=Coded(np.zeros(len(table), np.int64), [currency]),
    )


def _settlements(table: ColumnTable, deferred: np.ndarray) -> Coded[str]:
    """Return the settlement of each row, blank for those that are deferred.

    Raises:
        BadCellError: If a row that is not deferred names none.
    """
    names = table.stripped("settlement id")
    named = names.spread(lambda name: bool(name) and not is_damaged(name), bool)
    if not (named | deferred).all():
        raise BadCellError(Place(table.file, 0, "settlement id"), "", "a settlement id")
    return Coded(np.where(deferred, len(names.values), names.codes), [*names.values, ""])


def _broken_rows(
    lines: ColumnLines, figures: Figures, components: Sequence[str], currency: str
) -> dict[str, list[Problem]]:
    """Return an error for each row whose components do not sum to its total, by settlement."""
    *parts, total = lines.amounts
    broken = np.flatnonzero(total != sum(parts, np.zeros(len(total), np.int64)))
    if not len(broken):
        return {}
    table = lines.table.table_of(broken)
    own = [unified_csv.line_of(row, figures, components, currency) for row in table.rows]
    return unified_csv.broken_rows(table, own, figures, components)


FORMAT = replace(unified_csv.FORMAT, read=read)
