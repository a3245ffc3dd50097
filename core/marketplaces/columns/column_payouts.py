"""Settlements that are payouts, from lines by columns; the same as `settlements.payouts` from single lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.columns.column_figures import moments_of
from core.marketplaces.columns.column_reading import exact, header_of_rows, settlements_in_order
from core.marketplaces.settlements.payouts import nameless, not_paid
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from core.marketplaces.columns.column_lines import ColumnLines
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import FileLine, Header
    from core.model import Problem


def headers_of_payouts(lines: ColumnLines, date_column: str, *, day_first: bool) -> tuple[Header, ...]:
    """Return one header per payout; see `core.marketplaces.settlements.payouts.headers_of_payouts`.

    Args:
        lines: Of the whole file.
        date_column: Where the day of a row's payout stands.
        day_first: Whether slash dates are day/month.

    Raises:
        BadCellError: If a cell of that column is no date.
    """
    dates = moments_of(lines.table, (date_column,), day_first=day_first)
    payouts = _payouts(lines)
    return tuple(
        replace(
            header_of_rows(payout_id, lines, rows, lines.currencies.values[lines.currencies.codes[rows[0]]]),
            deposit_at=next((day for row in rows[::-1] if (day := dates.values[dates.codes[row]]) is not None), None),
            total=_paid(lines, _in_currency(lines, rows[payouts[rows]], rows[0])),
        )
        for payout_id, rows in settlements_in_order(lines)
    )


def _payouts(lines: ColumnLines) -> np.ndarray:
    return lines.values_of(lambda line: line.event is Event.PAYOUT, bool)


def _in_currency(lines: ColumnLines, rows: np.ndarray, of: int) -> np.ndarray:
    """Return the rows in the currency of one: another's is an error of the settlement, and in no sum of it."""
    return np.asarray(rows[lines.currencies.codes[rows] == lines.currencies.codes[of]])


def _paid(lines: ColumnLines, rows: np.ndarray) -> Decimal | None:
    if not len(rows):
        return None
    return -exact(int(lines.amount[rows].sum()), int(lines.places[rows].max()))


def pending_note(lines: ColumnLines, line_of: Callable[[Row], FileLine]) -> list[Problem]:
    """Return a note about lines that no payout has paid yet; see `payouts.pending_note`."""
    payouts, unsettled = _payouts(lines), lines.settlements.spread(lambda name: not name, bool)
    file = lines.table.file
    rows = lines.table.table_of(np.flatnonzero(payouts & unsettled)).rows
    pending = int((unsettled & ~payouts).sum())
    return [*not_paid(pending, int((~payouts).sum()), file), *(nameless(line_of(row), file) for row in rows)]
