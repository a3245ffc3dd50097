"""Shopify Payments transactions export, by columns: the declaration of what `payments_csv` reads row by row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.columns.column_figures import column_amounts, moments_of
from core.marketplaces.columns.column_lines import POSTED, ColumnLines, FormatColumns, shapes_of
from core.marketplaces.columns.column_payouts import headers_of_payouts, pending_note
from core.marketplaces.columns.column_reading import (
    ColumnFindings,
    added_columns,
    by_columns_or_rows,
    day_first_of,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
    undeclared_amounts,
)
from core.marketplaces.columns.column_transactions import units_of_orders
from core.marketplaces.errors import BadCellError, MissingColumnError, Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.figures import Figures, read_in_its_notation
from core.marketplaces.reading.file_tables import Kind
from core.marketplaces.shopify import payments_csv
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import FileLine
    from core.model import Problem, Reading

DECLARATION = FormatColumns(
    words=("Type",),
    filled=(),
    amounts=("Amount", "Fee", "Net"),
    moments=("Transaction Date",),
    group=("Type", "Order", "Checkout", POSTED),
    fields={"order_id": "Order"},
    raw_type="Type",
    total="Net",
    subtracted_columns=frozenset({"Fee"}),
    by_state=True,
)


def read(contents: Contents) -> Reading:
    """Read a Shopify Payments transactions export; see `core.marketplaces.read`."""
    return by_columns_or_rows(contents, payments_csv.FORMAT, _build)


def _build(table: ColumnTable) -> Reading:
    if not {"Payout ID", "Payout Date"} & set(table.own_names):
        raise MissingColumnError(Place(table.file, table.header_line), table.layout.title, ["Payout ID"])
    slashes = day_first_of(table)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first=slashes))


def _read(table: ColumnTable, mark: str, *, day_first: bool) -> Reading:
    figures = Figures(table, mark, day_first=day_first)
    named = any(table.stripped("Payout ID").values)
    payout_id = payments_csv.payout_id_of if named else payments_csv.payout_day_of
    counted = _counted(table, mark)
    line_of = partial(payments_csv.line_of, figures=figures, payout_id=payout_id, counted=counted)
    lines = _lines(table, figures, line_of, payout_id, counted)
    broken = _broken_rows(lines, figures, line_of, counted)
    headers = headers_of_payouts(lines, "Payout Date", day_first=day_first)
    return reading_of(
        ColumnFindings(
            form=payments_csv.FORMAT,
            headers=tuple(replace(one, derived_id=not named) for one in headers),
            lines=lines,
            problems=(
                *broken.pop("", ()),
                *pending_note(lines, line_of),
                *_paid_in_no_payout(lines, line_of),
                *notes_on_undeclared(table, mark, counted),
                *notes_on_damaged(table, ("Order",)),
            ),
            problems_by_settlement=broken,
            units=units_of_orders,
        )
    )


def _counted(table: ColumnTable, mark: str) -> tuple[str, ...]:
    """Return the undeclared columns that the rows' own sums prove to be money; see `added_columns`."""
    lacking = column_amounts(table, DECLARATION.amounts, mark).missing(DECLARATION.subtracted_columns)
    return added_columns(table, lacking.tolist(), undeclared_amounts(table, mark)) if lacking.any() else ()


def _lines(
    table: ColumnTable,
    figures: Figures,
    line_of: Callable[[Row], FileLine],
    payout_id: Callable[[Row, Figures], str],
    counted: Sequence[str],
) -> ColumnLines:
    *own, net = DECLARATION.amounts
    money = column_amounts(table, (*own, *counted, net), figures.mark)
    if not (money.filled[0] & money.filled[-1]).all() or not table.filled("Currency").all():
        raise BadCellError(Place(table.file), "", "filled, and it must be")
    names = [name for name in ("Payout ID", "Payout Date", "Payout Status", "Currency") if name in table.columns]
    currencies = table.by(("Currency",), lambda row: figures.currency(row, "Currency"))
    return ColumnLines(
        table=table,
        declaration=DECLARATION,
        shapes=shapes_of(table, DECLARATION, money, line_of),
        amounts=money.millionths,
        places=money.places[-1],
        moments=moments_of(table, DECLARATION.moments, day_first=figures.day_first),
        settlements=_once(table.by(names, lambda row: payout_id(row, figures))),
        currencies=_once(currencies),
    )


def _once(coded: Coded[str]) -> Coded[str]:
    """Return codes for different texts, where several codes had the same."""
    different = list(dict.fromkeys(coded.values))
    return Coded(coded.spread(different.index, np.int64), different)


def _broken_rows(
    lines: ColumnLines, figures: Figures, line_of: Callable[[Row], FileLine], counted: Sequence[str]
) -> dict[str, list[Problem]]:
    """Return an error for each row whose net is not its amount less its fee and what else is proved, by payout."""
    amount, fee, *more, net = lines.amounts
    broken = np.flatnonzero(sum(more, amount - fee) != net)
    table = lines.table.table_of(broken)
    return payments_csv.broken_rows(table, [line_of(row) for row in table.rows], figures, counted)


def _paid_in_no_payout(lines: ColumnLines, line_of: Callable[[Row], FileLine]) -> list[Problem]:
    """Return a warning for each row that is paid and names no payout."""
    unsettled = lines.settlements.spread(lambda name: not name, bool)
    paid = lines.table.stripped("Payout Status").spread(lambda text: text.casefold() == "paid", bool)
    own = lines.values_of(lambda line: line.event is not Event.PAYOUT, bool)
    table = lines.table.table_of(np.flatnonzero(unsettled & paid & own))
    return payments_csv.paid_in_no_payout(table, [line_of(row) for row in table.rows])


FORMAT = replace(payments_csv.FORMAT, read=read)
