"""Random edits of a table against a plain Python model, and what an independent reader finds afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.workbook_engine.builders import body, full_workbook, loaded, parts
from tests.workbook_engine.package_check import check_package
from workbook_engine import open_workbook

if TYPE_CHECKING:
    import pytest
    import xlwings as xw

TOP = 5
"""The first data row."""

texts = st.one_of(
    st.sampled_from(["00123", "1/2/2026", "=x", "TRUE", "'q", " a ", "<&>"]), st.text("ab1-/", min_size=1)
)
numbers = st.one_of(st.integers(-1000, 1000).map(float), st.floats(-1e9, 1e9))
records = st.tuples(texts, numbers, numbers)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(records, min_size=1, max_size=4)),
        st.tuples(st.just("delete"), st.tuples(st.integers(0, 9), st.integers(1, 3))),
        st.tuples(st.just("insert"), st.tuples(st.integers(0, 9), st.integers(1, 3))),
        st.tuples(st.just("write"), st.tuples(st.integers(0, 9), records)),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=8,
)
Row = tuple[Any, Any, Any]


class Sheet:
    """The table and what refers to it, beside a list of rows that must stay the same."""

    def __init__(self, book: xw.Book, rows: list[Row], watched: int | None) -> None:
        self.rows = rows
        self.watched = watched
        self.open(book)

    def open(self, book: xw.Book) -> None:
        """Go on with a book."""
        self.book = book
        self.sheet = book.sheets["Items"]
        self.table = self.sheet.tables["tblItems"]

    def append(self, records: list[Row]) -> None:
        """Add records at the end, after making room for them."""
        first = TOP + len(self.rows)
        blank = not self.rows
        new = len(records) - blank
        if new:
            self.sheet.range((first + blank, 1), (first + len(records) - 1, 4)).insert(shift="down")
        self.rows += records
        self.table.resize(self.table.range[0, 0].resize(1 + len(self.rows), 4))
        self.sheet.range((first, 1), (first + len(records) - 1, 3)).value = [list(record) for record in records]

    def delete(self, step: tuple[int, int]) -> None:
        """Delete some rows."""
        first, count = step[0], min(step[1], len(self.rows) - step[0])
        if count > 0:
            body(self.table)[first : first + count, :].delete(shift="up")
            del self.rows[first : first + count]
            if not self.rows and self.watched == 0:
                return  # the last row of a table is only emptied
            if self.watched is not None and self.watched >= first:
                self.watched = None if self.watched < first + count else self.watched - count

    def insert(self, step: tuple[int, int]) -> None:
        """Insert blank rows."""
        first, count = step
        if first < len(self.rows):
            body(self.table)[first : first + 1, :].resize(count, 4).insert(shift="down")
            self.rows[first:first] = [(None, None, None)] * count
            if self.watched is not None and self.watched >= first:
                self.watched += count

    def write(self, step: tuple[int, Row]) -> None:
        """Write one record."""
        row, record = step
        if row < len(self.rows):
            body(self.table)[row, :3].value = list(record)
            self.rows[row] = record

    def check(self) -> None:
        """Compare table and list."""
        if not self.rows:
            assert self.table.data_body_range is None
            return
        assert [list(row) for row in self.rows] == body(self.table)[:, :3].options(ndim=2).value


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_any_edits(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]) -> None:
    """After any edits the table holds the model's rows, a watched cell is still pointed at, and the rest is in step."""
    path = full_workbook(tmp_path_factory.mktemp("model") / "Model.xlsm")
    untouched = {
        name: data for name, data in parts(path).items() if name.startswith(("xl/vba", "docProps", "xl/theme"))
    }
    model = Sheet(open_workbook(path), [("001", 1.5, 2.0), ("1/2/2026", 2.25, 3.0), ("X-3", 4.0, 5.0)], watched=2)
    for name, step in [*steps, ("reopen", None)]:
        if name == "reopen":
            model.book.save()
            model.open(open_workbook(path))
        else:
            getattr(model, name)(step)
        model.check()
    check_package(path)
    _check_references(loaded(path), model)
    assert untouched == {name: data for name, data in parts(path).items() if name in untouched}


def _check_references(found: Any, model: Sheet) -> None:
    items, report = found["Items"], found["Report"]
    last = TOP + max(len(model.rows), 1) - 1
    assert f"A4:D{last}" == items.tables["tblItems"].ref
    watched = "#REF!" if model.watched is None else f"B{TOP + model.watched}"
    assert f"=Items!{watched}*2" == report["A1"].value
    for number, row in enumerate(model.rows, TOP):
        assert row == tuple(cell.value for cell in items[number][:3])
        assert "=tblItems[[#This Row],[Cost]]*tblItems[[#This Row],[Units]]" == items.cell(number, 4).value
        assert ("@", "#,##0.00") == (items.cell(number, 1).number_format, items.cell(number, 2).number_format)
    below = [row for row in range(TOP, 60) if items.cell(row, 1).value == "below"]
    assert [last + 5] == [row for row in below if items.cell(row, 2).data_type == "f"]
    areas = {str(rule.sqref) for rule in items.data_validations.dataValidation}
    assert {f"B{TOP}:B{last}" if last > TOP else f"B{TOP}", "G1:G3"} == areas
