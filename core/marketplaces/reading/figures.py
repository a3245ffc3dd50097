"""The numbers and dates of one table, read in the one notation that the whole file is written in.

Beside them: ids that a spreadsheet program rounded like numbers (`1.19111E+14`); their digits are lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.marketplaces.errors import AmbiguousDecimalMarkError, BadCellError
from core.marketplaces.reading.dates import decide_day_first, is_slash_date, parse_moment
from core.marketplaces.reading.file_tables import Kind, Table
from core.marketplaces.reading.numbers import first_ambiguous, parse_amount, parse_currency, parse_units, possible_marks
from core.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime
    from decimal import Decimal

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.file_tables import Row
    from core.model import Reading

_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d", re.IGNORECASE)


class Figures:
    """Reads cells of a table, each different text once."""

    def __init__(
        self, table: Table | ColumnTable, mark: str, *, day_first: bool = False, subtracted: Collection[str] = ()
    ) -> None:
        self.table = table
        self.mark = mark
        self.day_first = day_first
        self._subtracted = frozenset(subtracted)
        self._amounts: dict[str, Decimal] = {}
        self._moments: dict[str, datetime | None] = {"": None}
        self._counts: dict[str, int | None] = {"": None}
        self._currencies: dict[str, str] = {}

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of a table that is read row by row.

        Raises:
            TypeError: If it is read by columns.
        """
        if isinstance(self.table, Table):
            return self.table.rows
        raise TypeError(self.table)

    def with_subtracted(self, columns: Collection[str]) -> Figures:
        """Return the same with the sign of some columns turned: they are taken from the sum of their row."""
        return Figures(self.table, self.mark, day_first=self.day_first, subtracted=columns) if columns else self

    def amount(self, row: Row, column: str) -> Decimal | None:
        """Return an amount with the file's sign and currency; `None` for a blank cell or a column that is absent.

        The sign of a column that is taken from the row's sum is turned (`with_subtracted`).

        Raises:
            BadCellError: If it is no number.
        """
        text = row.cells.get(column, "")
        known = self._amounts.get(text)
        if known is None:
            if not text.strip():
                return None
            known = self._amounts[text] = parse_amount(text, self.mark, self.table.place(row, column))
        return -known if column in self._subtracted else known

    def needed_amount(self, row: Row, column: str) -> Decimal:
        """Return an amount that must be there, with the file's sign and currency.

        Raises:
            BadCellError: If it is blank or no number.
        """
        amount = self.amount(row, column)
        if amount is None:
            raise BadCellError(self.table.place(row, column), "", "an amount")
        return amount

    def whole(self, row: Row, column: str) -> int | None:
        """Return a count of units, `None` for a blank cell and 0 for a fraction, of which nobody knows what it is.

        Raises:
            BadCellError: If it is no number.
        """
        text = row.cells.get(column, "")
        if text not in self._counts:
            self._counts[text] = parse_units(text, self.table.place(row, column))
        return self._counts[text]

    def currency(self, row: Row, column: str) -> str:
        """Return a currency's code, empty for a blank cell.

        Raises:
            BadCellError: If it is no code of ISO 4217: a row that breaks off in it names another's currency.
        """
        text = row.cells.get(column, "")
        if text not in self._currencies:
            self._currencies[text] = parse_currency(text, self.table.place(row, column))
        return self._currencies[text]

    def moment(self, row: Row, column: str) -> datetime | None:
        """Return a moment in UTC, `None` for a blank cell.

        Raises:
            BadCellError: If it is no date.
        """
        text = row.cells.get(column, "")
        if text not in self._moments:
            self._moments[text] = parse_moment(text, self.table.place(row, column), day_first=self.day_first)
        return self._moments[text]


def read_in_its_notation(
    table: Table | ColumnTable, columns: Iterable[str], build: Callable[[str], Reading]
) -> Reading:
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
        readings = [reading for reading in readings if all(settlement.ties_out for settlement in reading.settlements)]
    if len(readings) != 1:
        text = first_ambiguous(seen)
        raise AmbiguousDecimalMarkError(seen[text], text)
    return readings[0]


def day_first(table: Table | ColumnTable) -> bool:
    """Tell whether the slash dates of a file are day/month, where it states no period: by a day above twelve.

    Raises:
        AmbiguousDatesError: If it has slash dates and each of them can be read both ways.
        BadCellError: If some can only be day/month and others only month/day.
    """
    seen = table.distinct(table.declared(Kind.MOMENT))
    return decide_day_first({text: place for text, place in seen.items() if is_slash_date(text)}, ())


def amount_or_none(row: Row, figures: Figures, name: str) -> Decimal | None:
    """Return a cell of an undeclared column as an amount; `None` where it is none."""
    try:
        return figures.amount(row, name)
    except BadCellError:
        return None


def is_damaged(text: str) -> bool:
    """Tell whether an id has the form that spreadsheet programs give to long numbers."""
    return _ROUNDED.fullmatch(text.strip()) is not None


def damaged_ids(table: Table, columns: Iterable[str]) -> list[Problem]:
    """Return a warning for each damaged id in columns that the books can do without."""
    return [
        Problem(
            Severity.WARNING,
            f"The id '{text}' was rounded by a spreadsheet program; its digits are lost. Nothing here depends on it, "
            "but download the file again to get it right.",
            str(place),
        )
        for text, place in table.distinct(columns).items()
        if is_damaged(text)
    ]
