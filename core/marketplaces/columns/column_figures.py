"""The amounts and moments of a file by columns: each different text is read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from core.marketplaces.errors import BadCellError, Place
from core.marketplaces.reading.columns import Coded, ColumnTable, narrow
from core.marketplaces.reading.dates import EARLIEST, LATEST, parse_moment
from core.marketplaces.reading.numbers import parse_amount
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_USUAL_MOMENT = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d( UTC|Z|\+00:00)?$"


@dataclass(frozen=True, eq=False)
class ColumnAmounts:
    """The amounts of rows, by columns."""

    mark: str
    """The decimal mark of the file."""
    names: tuple[str, ...]
    millionths: tuple[np.ndarray, ...]
    """By name; blank as 0."""
    places: tuple[np.ndarray, ...]
    """With how many decimals each is written."""
    filled: tuple[np.ndarray, ...]

    def only(self, rows: np.ndarray) -> ColumnAmounts:
        """Return the amounts of some rows."""
        picked = [tuple(one[rows] for one in several) for several in (self.millionths, self.places, self.filled)]
        return ColumnAmounts(self.mark, self.names, *picked)

    @property
    def most_places(self) -> np.ndarray:
        """Return the most decimals with which an amount of each row is written."""
        return np.asarray(np.maximum.reduce(self.places))

    def states(self) -> list[np.ndarray]:
        """Return of each amount whether it is blank, zero or more."""
        return [
            np.where(filled, np.where(amount == 0, 1, 2), 0)
            for amount, filled in zip(self.millionths, self.filled, strict=True)
        ]

    def missing(self, taken: frozenset[str] = frozenset()) -> np.ndarray:
        """Return what all amounts but the last lack of it, which is their total, some of them taken from it."""
        *parts, total = self.millionths
        rest = total.copy()
        for name, part in zip(self.names, parts, strict=False):
            rest += part if name in taken else -part
        return rest


def column_amounts(table: ColumnTable, names: Sequence[str], mark: str) -> ColumnAmounts:
    """Return the amounts of some columns.

    Raises:
        BadCellError: If one is no amount.
    """
    read = [amounts_of(table, name, mark) for name in names]
    amounts, places, filled = zip(*read, strict=True)
    return ColumnAmounts(mark, tuple(names), amounts, places, filled)


def amounts_of(table: ColumnTable, name: str, mark: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a column's amounts in millionths, how many decimals they are written with, and which cells are filled.

    Raises:
        BadCellError: If one is no amount.
    """
    place = Place(table.file, 0, name)
    texts, codes = table.texts(name), table.codes(name)
    read = [_amount(text, mark, place) for text in texts]
    bad = np.array([amount is None for amount in read], bool)
    if bad.any() and bad[codes].any():
        raise BadCellError(place, texts[int(codes[bad[codes]][0])], "an amount")
    values = np.array([0 if amount is None else int(amount.scaleb(LINE_PLACES)) for amount in read], np.int64)
    places = np.array([0 if amount is None else -int(amount.as_tuple().exponent) for amount in read], np.int8)
    filled = np.array([bool(text.strip()) for text in texts], bool)
    return values[codes], places[codes], filled[codes]


def _amount(text: str, mark: str, place: Place) -> Decimal | None:
    """Return an amount, 0 for a blank cell, `None` where it is none."""
    try:
        return parse_amount(text, mark, place) if text.strip() else Decimal(0)
    except BadCellError:
        return None


def moments_of(
    table: ColumnTable, names: Sequence[str], *, day_first: bool, without: Mapping[str, np.ndarray] | None = None
) -> Coded[datetime | None]:
    """Return when each row was posted: the first of some columns that is filled.

    Args:
        table: The rows.
        names: The columns; one that the file does not have is passed over.
        day_first: Whether its slash dates are day/month.
        without: By column: the rows in which it does not count.

    Raises:
        BadCellError: If a cell is no date.
    """
    code_of: dict[datetime | None, int] = {None: 0}
    codes = np.zeros(len(table), np.int64)
    for name in names:
        open_rows = codes == 0
        if without and name in without:
            open_rows &= ~without[name]
        if name in table.columns and open_rows.any():
            own = _moments(table, name, open_rows, day_first=day_first)
            numbers = np.array([code_of.setdefault(moment, len(code_of)) for moment in own], np.int64)
            codes = np.where(open_rows, numbers[table.codes(name)], codes)
    return Coded(narrow(codes, len(code_of)), list(code_of))


def _moments(table: ColumnTable, name: str, rows: np.ndarray, *, day_first: bool) -> list[datetime | None]:
    """Return the moments of a column's different texts; only those that stand in some rows must be dates."""
    texts = table.texts(name)
    usual = pc.match_substring_regex(table.columns[name][1], _USUAL_MOMENT).to_pylist()
    used = np.zeros(len(texts), bool)
    used[table.codes(name)[rows]] = True
    place = Place(table.file, 0, name)
    return [
        None
        if not needed
        else (_usual_moment(text) if plain else None) or parse_moment(text, place, day_first=day_first)
        for text, plain, needed in zip(texts, usual, used, strict=True)
    ]


def _usual_moment(text: str) -> datetime | None:
    """Return a moment in the form that most have, five times as fast as by patterns; `None` where it is no date."""
    try:
        moment = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if EARLIEST <= moment.year <= LATEST else None
