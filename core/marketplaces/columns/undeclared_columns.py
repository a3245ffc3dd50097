"""Which columns that nobody declared are money: those that every row's own sum proves.

A column that nobody declared is no money by its place between others: eBay's UK report has a VAT *rate* between taxes
and fees. It counts only where every row's own sum proves it (`proved`); otherwise it is named and not used.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, compress, product
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from core.marketplaces.errors import BadCellError, Place
from core.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.figures import Figures
    from core.marketplaces.reading.file_tables import Table

_MOST_PROVED = 8
"""So many undeclared columns are tried together; more of them prove nothing."""


Number = TypeVar("Number", Decimal, int)


def undeclared_amounts(figures: Figures) -> dict[str, list[Decimal]]:
    """Return the undeclared columns that hold amounts and nothing else, not all zero: one amount per row, blank = 0."""
    columns = {name: _amounts(figures, name) for name in figures.table.undeclared()}
    return {name: amounts for name, amounts in columns.items() if amounts and any(amounts)}


class ProvedColumns(NamedTuple):
    """The undeclared columns that the rows' own sums show to be money."""

    added: tuple[str, ...] = ()
    subtracted: tuple[str, ...] = ()
    """Those that are taken from the sum: a tax that is stated as a cost."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.added, *self.subtracted)


NOTHING_PROVED = ProvedColumns()


def proved(missing: Sequence[Number], amounts: Mapping[str, Sequence[Number]]) -> ProvedColumns:
    """Return the undeclared columns that the rows' own sums show to be money.

    Each row's declared amounts plus these columns are its total, in every row, and without them they are not. Only
    where no columns do this, some of them may be taken from it: 20.00 less *Tax deducted* of 3.25 are 16.75. Where
    several choices of equally many columns explain the rows, there is no proof.

    Args:
        missing: What each row's declared amounts lack of its total.
        amounts: `undeclared_amounts`, with the same rows.
    """
    if not any(missing) or len(amounts) > _MOST_PROVED:
        return NOTHING_PROVED
    for signs in ((1,), (1, -1)):
        explaining = _explaining(missing, amounts, signs)
        if explaining:
            return explaining[0] if len(explaining) == 1 else NOTHING_PROVED
    return NOTHING_PROVED


def _explaining(
    missing: Sequence[Number], amounts: Mapping[str, Sequence[Number]], signs: Sequence[int]
) -> list[ProvedColumns]:
    """Return the choices of columns, as few as possible, each with one of some signs, that explain every row."""
    for count in range(1, len(amounts) + 1):
        explaining = [
            ProvedColumns(*(tuple(compress(names, [one == sign for one in own])) for sign in (1, -1)))
            for names in combinations(amounts, count)
            for own in product(signs, repeat=count)
            if _explains([amounts[name] for name in names], own, missing)
        ]
        if explaining:
            return explaining
    return []


def _explains(columns: Sequence[Sequence[Number]], signs: Sequence[int], missing: Sequence[Number]) -> bool:
    return all(
        sum(sign * part for sign, part in zip(signs, parts, strict=True)) == lacking
        for lacking, *parts in zip(missing, *columns, strict=True)
    )


def notes_on_undeclared(figures: Figures, counted: ProvedColumns = NOTHING_PROVED) -> list[Problem]:
    """Return a note for each undeclared column of numbers: that it is not used, or why it is.

    Args:
        figures: Of the table.
        counted: What `proved` returned.
    """
    notes = []
    for name in figures.table.undeclared():
        amounts = _amounts(figures, name)
        if amounts is None and are_rates({row.cells[name] for row in figures.rows}):
            notes.append(note_on_undeclared(figures.table, name, None, counted))
        if amounts and any(amounts):
            notes.append(note_on_undeclared(figures.table, name, sum(amounts, Decimal(0)), counted))
    return notes


def note_on_undeclared(table: Table | ColumnTable, name: str, total: Decimal | None, counted: ProvedColumns) -> Problem:
    """Return the note about an undeclared column of numbers.

    Args:
        table: Its table.
        name: The column's.
        total: What its numbers sum to; `None` for a column of percentages.
        counted: What the rows' own sums prove to be money.
    """
    what = f'Column "{name}" is not known and was not used{"" if total is None else f"; its numbers sum to {total}"}.'
    if name in counted.names:
        taken = " that is taken from it" if name in counted.subtracted else ""
        told = f"every row's own sum shows that it is money{taken}"
        what = f'Column "{name}" is not known, but {told}: it counts as Other.'
    return Problem(Severity.NOTE, what, str(Place(table.file, table.header_line, name)))


def _amounts(figures: Figures, name: str) -> list[Decimal] | None:
    """Return a column's amounts, blank as 0; `None` where a cell is no amount."""
    try:
        return [figures.amount(row, name) or Decimal(0) for row in figures.rows]
    except BadCellError:
        return None


def are_rates(cells: Iterable[str]) -> bool:
    """Tell whether every filled cell of a column is a percentage (`20%`)."""
    texts = {text for cell in cells if (text := cell.strip())}
    return bool(texts) and all(text.endswith("%") and text[0].isdigit() for text in texts)
