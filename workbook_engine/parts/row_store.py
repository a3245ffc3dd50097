"""The rows of a sheet by number, kept in as little memory as there can be while nobody changes them.

A table that gets 200,000 rows at once has rows that are alike until they are written; then they are compressed as they
will be saved. A row that is to be changed is taken out of either.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook_engine.parts.packing import PackedPiece, pack_piece, unpack_piece
from workbook_engine.parts.row import Cells, Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

PACKED = 256
"""So many rows are compressed together."""
_FEWEST = 16


@dataclass(slots=True, eq=False)
class _Alike:
    """Rows that all have the same cells."""

    first: int
    last: int
    row: Row

    def part(self, first: int, last: int) -> _Alike:
        """Return some of them, to be changed by themselves."""
        return _Alike(first, last, Row.of(self.row.cells()))


@dataclass(slots=True, eq=False)
class _Packed:
    """Rows that follow each other, each with cells, compressed as they will be saved."""

    first: int
    last: int
    piece: PackedPiece
    bounds: tuple[int, int]
    formulas: bool

    def rows(self) -> dict[int, Row]:
        """Return its rows."""
        return {number: row for number, row, _ in read_rows(unpack_piece(self.piece).decode())}


_Stretch = _Alike | _Packed


def _first(stretch: _Stretch) -> int:
    return stretch.first


class RowStore:
    """All rows of a sheet, by number."""

    def __init__(self) -> None:
        self.loose: dict[int, Row] = {}
        """Those that are kept one by one."""
        self._stretches: list[_Stretch] = []
        """All others, in their order; none of them has attributes beside its number."""
        self._looked_at: tuple[_Packed, dict[int, Row]] | None = None

    def __bool__(self) -> bool:
        return bool(self.loose or self._stretches)

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers of all rows, in their order."""
        for first, last in list(self.stretches_with(())):
            yield from range(first, last + 1)

    def __setitem__(self, number: int, row: Row) -> None:
        self.loose[number] = row

    def get(self, number: int) -> Row | None:
        """Return a row to look at."""
        row = self.loose.get(number)
        if row is not None or not self._stretches:
            return row
        stretch = self._at(number)
        if stretch is None:
            return None
        return stretch.row if isinstance(stretch, _Alike) else self._rows_of(stretch)[number]

    def edit(self, number: int) -> Row:
        """Return a row to change; where there was none, a new one."""
        row = self.loose.get(number)
        if row is None:
            stretch = self._at(number) if self._stretches else None
            if stretch is not None:
                self._loosen(stretch, number)
            row = self.loose.setdefault(number, Row())
        return row

    def edit_alike(self, first: int, last: int) -> Cells:
        """Return the cells of rows that `runs` told to be alike, to change all of them at once."""
        if first == last:
            return self.edit(first).edit()
        stretch = self._at(first)
        if not isinstance(stretch, _Alike):
            raise KeyError(first)
        own = stretch.part(first, last)
        self._cut_out(stretch, first, last)
        insort(self._stretches, own, key=_first)
        return own.row.edit()

    def runs(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield the rows from one to another by first and last, those that are alike together; missing ones too."""
        while first <= last:
            stretch = self._at(first) if self._stretches else None
            end = min(stretch.last, last) if isinstance(stretch, _Alike) else first
            yield first, end
            first = end + 1

    def stretches_with(self, others: Collection[int]) -> Iterator[tuple[int, int]]:
        """Yield first and last of all that is here, and of some other numbers, in their order."""
        single = ((number, number) for number in self.loose.keys() | set(others))
        yield from sorted([*single, *((stretch.first, stretch.last) for stretch in self._stretches)])

    def packed(self, first: int) -> PackedPiece | None:
        """Return the compressed rows that begin with one, if they are."""
        stretch = self._at(first)
        return stretch.piece if isinstance(stretch, _Packed) else None

    def may_have_formulas(self, first: int) -> bool:
        """Tell whether one of the rows that begin here may hold a formula."""
        stretch = self._at(first)
        if isinstance(stretch, _Packed):
            return stretch.formulas
        row = self.get(first)
        return row is not None and row.formulas

    def bounds(self, first: int) -> tuple[int, int]:
        """Return first and last column of the cells of the rows that begin here; (0, 0) where there are none."""
        stretch = self._at(first)
        if stretch is None:
            return self.loose[first].bounds()
        return stretch.bounds if isinstance(stretch, _Packed) else stretch.row.bounds()

    def last(self) -> int:
        """Return the number of the last row, 0 where there is none."""
        return max(max(self.loose, default=0), self._stretches[-1].last if self._stretches else 0)

    # what is kept together

    def fill_free(self, first: int, last: int, cells: Cells, others: Collection[int]) -> list[int]:
        """Give rows that are not here the same cells; return the numbers of those that are, or are among others."""
        there = {number for number in (*self.loose, *others) if first <= number <= last}
        for stretch in self._stretches:
            there.update(range(max(first, stretch.first), min(last, stretch.last) + 1))
        taken = sorted(there)
        for before, after in zip([first - 1, *taken], [*taken, last + 1], strict=True):
            if cells and after - before > 1:
                insort(self._stretches, _Alike(before + 1, after - 1, Row.of(cells)), key=_first)
        return taken

    def pack(self, first: int, last: int, others: Collection[int]) -> None:
        """Compress rows; those among others have attributes, and stay, as rows without cells do."""
        run: list[int] = []
        for number in range(first, last + 1):
            row = self.loose.get(number)
            fits = row is not None and number not in others and row.bounds()[0]
            if fits:
                run.append(number)
            if run and (not fits or len(run) == PACKED or number == last):
                self._pack(run)
                run = []

    def _pack(self, run: list[int]) -> None:
        if len(run) < _FEWEST:
            return
        rows = [self.loose.pop(number) for number in run]
        text = "".join([row.to_text(number, "") for number, row in zip(run, rows, strict=True)])
        lefts, rights = zip(*(row.bounds() for row in rows), strict=True)
        formulas = any(row.formulas for row in rows)
        packed = _Packed(run[0], run[-1], pack_piece(text.encode()), (min(lefts), max(rights)), formulas)
        insort(self._stretches, packed, key=_first)

    def loosen_from(self, number: int) -> None:
        """Keep the rows from one on one by one, for they move."""
        for stretch in self._stretches[self._place(number) :] if self._stretches else []:
            if stretch.last >= number:
                self._loosen_all(stretch)

    def _loosen(self, stretch: _Stretch, number: int) -> None:
        if isinstance(stretch, _Packed):
            self._loosen_all(stretch)
        else:
            self._cut_out(stretch, number, number)
            self.loose[number] = stretch.part(number, number).row

    def _loosen_all(self, stretch: _Stretch) -> None:
        self._stretches.remove(stretch)
        if isinstance(stretch, _Packed):
            self.loose |= self._rows_of(stretch)
            self._looked_at = None
        else:
            self.loose |= {each: Row.of(stretch.row.cells()) for each in range(stretch.first, stretch.last + 1)}

    def _cut_out(self, stretch: _Alike, first: int, last: int) -> None:
        """Take rows out of those that are alike; what is left before and after stays alike."""
        place = self._place(first)
        left = [(stretch.first, first - 1), (last + 1, stretch.last)]
        self._stretches[place : place + 1] = [_Alike(begin, end, stretch.row) for begin, end in left if begin <= end]

    def _rows_of(self, stretch: _Packed) -> dict[int, Row]:
        if self._looked_at is None or self._looked_at[0] is not stretch:
            self._looked_at = (stretch, stretch.rows())
        return self._looked_at[1]

    def _place(self, number: int) -> int:
        """Return the place of the last stretch that begins at a row or before it; of none, 0."""
        return max(0, bisect_right(self._stretches, number, key=_first) - 1)

    def _at(self, number: int) -> _Stretch | None:
        stretch = self._stretches[self._place(number)] if self._stretches else None
        return stretch if stretch is not None and stretch.first <= number <= stretch.last else None
