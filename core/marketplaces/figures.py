"""The numbers and dates of one table, read in the one notation that the whole file is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.dates import parse_moment
from core.marketplaces.errors import AmbiguousDecimalMarkError, BadCellError
from core.marketplaces.numerals import first_ambiguous, parse_amount, parse_whole, possible_marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from decimal import Decimal

    from core.marketplaces.tables import Row, Table
    from core.model import Reading


class Figures:
    """Reads cells of a table, each different text once."""

    def __init__(self, table: Table, mark: str, *, day_first: bool = False) -> None:
        self.table = table
        self.mark = mark
        self.day_first = day_first
        self._amounts: dict[str, Decimal] = {}
        self._moments: dict[str, datetime | None] = {"": None}
        self._counts: dict[str, int | None] = {"": None}

    def amount(self, row: Row, column: str) -> Decimal | None:
        """Return an amount, `None` for a blank cell or a column that the file does not have.

        Raises:
            BadCellError: If it is no number.
        """
        text = row.cells.get(column, "")
        known = self._amounts.get(text)
        if known is None:
            if not text.strip():
                return None
            known = self._amounts[text] = parse_amount(text, self.mark, self.table.place(row, column))
        return known

    def needed_amount(self, row: Row, column: str) -> Decimal:
        """Return an amount that must be there.

        Raises:
            BadCellError: If it is blank or no number.
        """
        found = self.amount(row, column)
        if found is None:
            raise BadCellError(self.table.place(row, column), "", "an amount")
        return found

    def whole(self, row: Row, column: str) -> int | None:
        """Return a count, `None` for a blank cell.

        Raises:
            BadCellError: If it is no whole number.
        """
        text = row.cells.get(column, "")
        if text not in self._counts:
            self._counts[text] = parse_whole(text, self.table.place(row, column))
        return self._counts[text]

    def moment(self, row: Row, column: str) -> datetime | None:
        """Return a moment in UTC, `None` for a blank cell.

        Raises:
            BadCellError: If it is no date.
        """
        text = row.cells.get(column, "")
        if text not in self._moments:
            self._moments[text] = parse_moment(text, self.table.place(row, column), day_first=self.day_first)
        return self._moments[text]


def read_in_its_notation(table: Table, columns: Iterable[str], build: Callable[[str], Reading]) -> Reading:
    """Read a table with the decimal mark that its numbers, or else its totals, tell.

    Args:
        table: The table.
        columns: Those that hold amounts.
        build: Reads the whole table with a decimal mark.

    Raises:
        MixedDecimalMarksError: If numbers of both notations are in it.
        AmbiguousDecimalMarkError: If it can be read both ways and neither totals nor the rows' own sums decide.
    """
    seen = table.distinct(columns)
    readings = [build(mark) for mark in possible_marks(seen)]
    if len(readings) > 1:
        readings = [found for found in readings if all(settlement.ties_out for settlement in found.settlements)]
    if len(readings) != 1:
        text = first_ambiguous(seen)
        raise AmbiguousDecimalMarkError(seen[text], text)
    return readings[0]
