"""Sheets of very many rows: those that nobody changes are compressed meanwhile, and nothing else is different."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.workbook_engine.builders import body, full_workbook, loaded
from workbook_engine import workbook
from workbook_engine.parts.grid import MOST_LOOSE
from workbook_engine.parts.packing import pack, pack_piece, unpack, unpack_piece
from workbook_engine.parts.row_store import RowStore

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from workbook_engine.parts.row import Cells

MANY = MOST_LOOSE + 1_000
TOP = 5
"""The first data row."""
ROWS = 90
"""So many are enough for a store of rows that is told to pack them."""


def _fill(book: xw.Book) -> list[list[object]]:
    """Give the table very many rows and return them."""
    table = book.sheets["Items"].tables["tblItems"]
    table.resize(table.range[0, 0].resize(1 + MANY, 4))
    rows: list[list[object]] = [[f"SKU-{number}", float(number), number / 4] for number in range(MANY)]
    book.sheets["Items"].range((TOP, 1), (TOP + MANY - 1, 3)).value = rows
    return rows


@pytest.mark.long
def test_many_rows_are_read_back_changed_and_saved_as_few_are(tmp_path: Path) -> None:
    """Cells changed, rows deleted and inserted among compressed ones are found so, here and by another reader."""
    path = full_workbook(tmp_path / "Book.xlsx")
    with workbook(path) as book:
        rows = _fill(book)
        sheet = book.sheets["Items"]
        table = sheet.tables["tblItems"]
        assert rows == sheet.range((TOP, 1), (TOP + MANY - 1, 3)).value
        sheet.range((TOP + 10_300, 2)).value = -1.0
        rows[10_300][1] = -1.0
        body(table)[9_000:9_400, :].delete(shift="up")
        del rows[9_000:9_400]
        body(table)[10_000:10_001, :].insert(shift="down")
        rows.insert(10_000, [None, None, None])
        book.save()
    with workbook(path) as book:
        assert rows == body(book.sheets["Items"].tables["tblItems"])[:, :3].value
    saved = loaded(path)["Items"].iter_rows(min_row=TOP, max_row=TOP + len(rows) - 1, max_col=3, values_only=True)
    assert rows == [list(row) for row in saved]


@pytest.mark.long
def test_a_sheet_of_many_rows_is_copied_and_saved_twice(tmp_path: Path) -> None:
    """What was written for one save is still there for the next, and a copy of the sheet has it too."""
    path = full_workbook(tmp_path / "Book.xlsx")
    with workbook(path) as book:
        rows = _fill(book)
        book.save()
        book.sheets["Items"].range((TOP, 2)).value = 7.0
        rows[0][1] = 7.0
        book.sheets["Items"].copy(name="Copy")
        book.save()
    with workbook(path) as book:
        found = [book.sheets[name].range((TOP, 1), (TOP + MANY - 1, 3)).value for name in ("Items", "Copy")]
    assert [rows, rows] == found


@pytest.mark.long
def test_many_rows_get_another_format(tmp_path: Path) -> None:
    """A column of compressed rows is formatted as any other."""
    path = full_workbook(tmp_path / "Book.xlsx")
    with workbook(path) as book:
        rows = _fill(book)
        cells = book.sheets["Items"].range((TOP, 2), (TOP + MANY - 1, 2))
        cells.number_format = "0.000"
        assert ("0.000", [row[1] for row in rows]) == (cells.number_format, cells.value)


numbers = st.integers(1, ROWS)
spans = st.tuples(numbers, numbers).map(sorted)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), numbers),
        st.tuples(st.just("look"), numbers),
        st.tuples(st.just("fill"), spans),
        st.tuples(st.just("alike"), spans),
        st.tuples(st.just("pack"), spans),
        st.tuples(st.just("loosen"), numbers),
    ),
    max_size=12,
)


def _do(store: RowStore, model: dict[int, Cells], what: str, which: int | list[int], mark: str) -> None:
    if isinstance(which, int):
        if what == "edit":
            store.edit(which).edit()[3] = mark
            model.setdefault(which, {})[3] = mark
        elif what == "loosen":
            store.loosen_from(which)
        return
    first, last = which
    if what == "fill":
        there = store.fill_free(first, last, {2: mark}, ())
        assert there == [number for number in sorted(model) if first <= number <= last]
        model |= {number: {2: mark} for number in range(first, last + 1) if number not in model}
    elif what == "pack":
        store.pack(first, last, {50})
    else:
        for begin, end in list(store.runs(first, last)):
            if store.get(begin) is not None:
                store.edit_alike(begin, end)[1] = mark
                for number in range(begin, end + 1):
                    model[number][1] = mark


@settings(max_examples=examples(60), deadline=None)
@given(steps)
def test_rows_are_the_same_however_they_are_kept(random_steps: list[tuple[str, int | list[int]]]) -> None:
    """A store of rows holds what a plain dict of rows does, after whatever was filled, changed and compressed."""
    store = RowStore()
    model: dict[int, Cells] = {}
    for place, (what, which) in enumerate(random_steps):
        _do(store, model, what, which, f"><v>{place}</v></c>")
        rows = {number: store.get(number) for number in range(1, ROWS + 1)}
        assert model == {number: row.cells() for number, row in rows.items() if row is not None}
        assert sorted(model) == list(store)


@given(st.lists(st.tuples(st.binary(max_size=2000), st.booleans()), max_size=6))
def test_pieces_packed_by_themselves_make_one_part(chunks: list[tuple[bytes, bool]]) -> None:
    """A part of which some pieces were compressed before unpacks to the same bytes, and has their checksum."""
    part = pack([pack_piece(data) if before else data for data, before in chunks])
    whole = b"".join(data for data, _ in chunks)
    assert (whole, len(whole), zlib.crc32(whole)) == (unpack(part), part.size, part.checksum)
    assert [data for data, _ in chunks] == [unpack_piece(pack_piece(data)) for data, _ in chunks]
