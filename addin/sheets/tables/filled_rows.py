"""The rows of a list of settings as they were filled, and what somebody else saved since: cell by cell.

A hidden column keeps what the editable cells of a row were filled with, to tell an edit from it. A cell that nobody
touched says what the books hold now, whatever it was filled with. One that was typed over something that the books do
not hold any more is refused, with both values: whoever typed it has not seen the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.sheets.tables.cells import plain_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.errors import WorkbookError, briefly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from addin.sheets.tables.tables import Record
    from core.settings import DecimalMark

FILLED = Column("Filled", "filled", hidden=True, note="What the row was filled with, to tell an edit from it.")
"""The last column of every list that can be edited."""

_BETWEEN = " | "
_BAR, _MARKED_BAR = "|", "\\|"
"""A bar within a cell is marked, so that it parts no cells."""
_LONGEST_KEPT = 1_000
"""Characters of a cell that are kept as they are: of a longer text its beginning, and a mark made of all of it, so that
what several cells were filled with stands in one."""


def with_filled(spec: TableSpec, records: Iterable[Record]) -> list[Record]:
    """Return the records with what their editable cells will show, for the hidden column."""
    return [{**record, FILLED.field: filled_text(spec, record)} for record in records]


def filled_text(spec: TableSpec, record: Mapping[str, object]) -> str:
    """Return the editable cells of a row as one text."""
    texts = (_kept_text(record, column) for column in spec.columns if column.editable)
    return _BETWEEN.join(text.replace(_BAR, _MARKED_BAR) for text in texts)


def is_as_filled(spec: TableSpec, record: Mapping[str, object], filled: str) -> bool:
    """Tell whether the editable cells of a row say what it was filled with.

    Earlier versions marked no bars, and kept long texts as they were.
    """
    text = filled_text(spec, record)
    is_same = filled in (text, text.replace(_MARKED_BAR, _BAR))
    return is_same or (len(filled) > _LONGEST_KEPT and filled_cells(spec, filled) == filled_cells(spec, text))


def filled_cells(spec: TableSpec, filled: str) -> dict[str, str] | None:
    """Return what each editable cell was filled with, by field; nothing where an earlier version's text parts wrongly.

    Examples: `40 | USD` of two columns.
    """
    texts = [_kept(text.replace(_MARKED_BAR, _BAR)) for text in filled.split(_BETWEEN)]
    fields = [column.field for column in spec.columns if column.editable]
    return dict(zip(fields, texts, strict=True)) if len(texts) == len(fields) else None


def cell_text(record: Mapping[str, object], column: Column) -> str:
    """Return what stands in a cell as text; FALSE is nothing only where yes or no is asked."""
    value = record.get(column.field)
    return "FALSE" if value is False and column.kind is not Kind.FLAG else plain_text(value)


def _kept_text(record: Mapping[str, object], column: Column) -> str:
    """Return what is kept of a cell's text."""
    return _kept(cell_text(record, column))


def _kept(text: str) -> str:
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return text if len(text) <= _LONGEST_KEPT else f"{briefly(text)} {mark}"


_MOST_CELLS_NAMED = 5


class SavedMeanwhileError(WorkbookError):
    """Cells were typed over what the books do not hold any more."""

    def __init__(self, cells: Sequence[str]) -> None:
        more = len(cells) - _MOST_CELLS_NAMED
        named = [*cells[:_MOST_CELLS_NAMED], *([f"and {more:,} more cells"] if more > 0 else [])]
        super().__init__(f"{'. '.join(named)}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class InBooks:
    """What the books hold of a list of settings."""

    rows: Callable[[], Iterable[Record]]
    """Its rows as a filling would write them now; asked for only where one was edited."""
    proposal: str = ""
    """Ends what is only proposed in a cell: nobody has saved that."""
    whole: bool = False
    """Whether the cells of a row say one thing together: none is taken beside another that is not as it was filled."""
    decimal_mark: Callable[[], DecimalMark | None] = lambda: None
    """The company's, of numbers typed as text; asked for only where a row was edited."""


def cell_by_cell(
    spec: TableSpec,
    edited: Mapping[int, Record],
    filled: Sequence[str],
    books: InBooks,
    name_of: Callable[[Column, int], str],
) -> dict[int, Record]:
    """Return edited rows with what the books hold now in the cells that nobody touched. Pure.

    Args:
        spec: The list.
        edited: The rows as they were read, by data row.
        filled: What every row was filled with.
        books: What the books hold.
        name_of: Names a cell to its user.

    Raises:
        SavedMeanwhileError: If a cell was typed over something that the books do not hold any more.
    """
    now = {_key(spec, row): row for row in books.rows()} if edited else {}
    taken, refused = {}, []
    for index, row in edited.items():
        was, theirs = _was(spec, row, filled[index]), now.get(_key(spec, row))
        if was is None or (theirs is None and not _is_gone(spec, was)):
            taken[index] = row
        elif theirs is None:
            refused += _gone(spec, index, row, name_of)
        else:
            refused += [
                _said(name_of(one, index), row, was, theirs, one) for one in _lost(spec, row, was, theirs, books)
            ]
            untouched = [one for one in _values(spec) if _kept_text(row, one) == was[one.field]]
            taken[index] = {**row, **{one.field: cell_text(theirs, one) for one in untouched}}
    if refused:
        raise SavedMeanwhileError(refused)
    return taken


def _key(spec: TableSpec, row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(plain_text(row[field]) for field in spec.key)


def _values(spec: TableSpec) -> list[Column]:
    """Return the columns that can be edited and do not name the row."""
    return [column for column in spec.columns if column.editable and column.field not in spec.key]


def _was(spec: TableSpec, row: Record, filled: str) -> dict[str, str] | None:
    """Return what the cells of a row were filled with; of one that was made another's by its name: nothing."""
    cells = filled_cells(spec, filled)
    if cells is None:
        return None
    same = all(cells[column.field] == _kept_text(row, column) for column in _names(spec))
    return cells if same else dict.fromkeys(cells, "")


def _names(spec: TableSpec) -> list[Column]:
    return [column for column in spec.columns if column.editable and column.field in spec.key]


def _lost(spec: TableSpec, row: Record, was: Mapping[str, str], theirs: Record, books: InBooks) -> list[Column]:
    """Return the columns in which the books hold something that taking the row would overwrite unseen.

    None where they hold all that was typed, with what was left blank filled in: a press that was stopped before the
    workbook was saved has taken it.
    """
    if all(
        cell_text(theirs, one) == cell_text(row, one) or cell_text(row, one) == was[one.field] == ""
        for one in _values(spec)
    ):
        return []
    return [
        column
        for column in _values(spec)
        if _saved(_kept_text(theirs, column), books) not in (_saved(was[column.field], books), _kept_text(row, column))
        and (books.whole or _kept_text(row, column) != was[column.field])
    ]


def _saved(text: str, books: InBooks) -> str:
    return "" if books.proposal and text.endswith(books.proposal) else text


def _said(cell: str, row: Record, was: Mapping[str, str], theirs: Record, column: Column) -> str:
    typed, old, new = (
        briefly(text or "nothing") for text in (cell_text(row, column), was[column.field], cell_text(theirs, column))
    )
    way = f"write {new} there" if cell_text(theirs, column) else "empty it"
    return (
        f"Cell {cell} holds {typed} and was filled with {old}, but the books hold {new} since: {way} and try again, "
        f"then type what is to replace it"
    )


def _is_gone(spec: TableSpec, was: Mapping[str, str]) -> bool:
    """Tell whether a row that is not in the books was there when it was filled: where its name was filled with it."""
    return bool(_names(spec)) and any(was[column.field] for column in _values(spec))


def _gone(spec: TableSpec, index: int, row: Record, name_of: Callable[[Column, int], str]) -> list[str]:
    """Say of a row that somebody else took away that it is; of one that was emptied as well there is nothing to say."""
    if not any(cell_text(row, column) for column in _values(spec)):
        return []
    name, *_ = _names(spec)
    said = (
        "the books have this row no more since it was filled: delete it and try again, then add it if it is to be there"
    )
    return [f"Cell {name_of(name, index)} holds {briefly(cell_text(row, name))}, but {said}"]
