"""A formula whose cells changed has no stored value any more: a wrong number is worse than none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from tests.workbook_engine.builders import body, loaded
from workbook_engine import store_values, workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw

FORMULAS = {
    "A1": "=Data!B2*2",
    "A2": "=SUM(Data!B2:B4)",
    "A3": "=SUM(tblX[cost])",
    "A4": "=A3+1",
    "A5": "=Data!A2",
    "A6": "=costs*2",
    "A7": '=INDIRECT("Data!B2")',
    "A8": "=1+1",
    "A9": "=SUM(tblX[[sku]:[cost]])",
    "A10": '="Data!B2"',
    "A11": "=ROWS(tblX)",
    "A12": "=SUM(Data!$B:$B)",
    "A13": "=SUM(Data!D:E)",
    "A14": "=A15+A8",
    "A15": "=A14+Data!E9",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a workbook in which every formula has the stored value 7."""
    path = tmp_path / "stale.xlsx"
    book = xlsxwriter.Workbook(path)
    data, report = book.add_worksheet("Data"), book.add_worksheet("Report")
    columns = [{"header": "sku"}, {"header": "cost"}, {"header": "twice"}]
    data.add_table("A1:C4", {"name": "tblX", "columns": columns, "data": [["x", 1], ["y", 2], ["z", 3]]})
    for row in (1, 2, 3):
        data.write_formula(row, 2, "=tblX[[#This Row],[cost]]*2", None, 7)
    book.define_name("costs", "=Data!$B$2:$B$3")
    for cell, formula in FORMULAS.items():
        report.write_formula(cell, formula, None, 7)
    report.write_array_formula("C1:C3", "{=Data!B2:B4*2}", None, 7)
    report.write("C2", 7)
    report.write("C3", 7)
    book.close()
    return path


@pytest.fixture
def book(path: Path) -> Iterator[xw.Book]:
    """Return it opened."""
    with workbook(path) as opened:
        yield opened


def kept(book: xw.Book) -> set[str]:
    """Return the formulas of the report that still have their value."""
    report = book.sheets["Report"]
    return {cell for cell in FORMULAS if report[cell].value == 7}


def test_what_depends_on_a_cell(book: xw.Book) -> None:
    """Directly, through a range, a table, a name or another formula; what cannot be told counts, too."""
    book.sheets["Data"]["B2"].value = 5
    assert {"A5", "A8", "A10", "A13", "A14", "A15"} == kept(book) - {"A11"}
    assert [None, None, None] == book.sheets["Report"]["C1:C3"].value
    assert [None, 7, 7] == book.sheets["Data"]["C2:C4"].value


def test_what_does_not_depend(book: xw.Book) -> None:
    """A cell nobody uses changes nothing but what is uncertain."""
    book.sheets["Data"]["H20"].value = 5
    assert set(FORMULAS) - {"A7"} == kept(book)
    assert [7, 7, 7] == book.sheets["Report"]["C1:C3"].value


def test_circles_end(book: xw.Book) -> None:
    """Formulas that depend on each other are dropped together."""
    book.sheets["Data"]["E9"].value = 5
    assert not {"A14", "A15", "A13"} & kept(book)


def test_rows_that_go(book: xw.Book) -> None:
    """Deleting a row changes what sums over it, and not what only moved."""
    body(book.sheets["Data"].tables["tblX"])[1:2, :].delete(shift="up")
    left = kept(book)
    assert not {"A2", "A3", "A4", "A12"} & left
    assert {"A5", "A8", "A10"} <= left


def test_rows_that_come(book: xw.Book) -> None:
    """A table that grows changes what sums over it."""
    sheet = book.sheets["Data"]
    sheet.tables["tblX"].resize(sheet["A1:C5"])
    left = kept(book)
    assert not {"A3", "A4", "A11"} & left
    assert {"A1", "A2", "A5", "A8"} <= left


def test_broken_references_have_no_value(book: xw.Book) -> None:
    """A formula whose cell was deleted does not show what the cell held."""
    body(book.sheets["Data"].tables["tblX"])[0:1, :].delete(shift="up")
    assert ("=Data!#REF!*2", None) == (book.sheets["Report"]["A1"].formula, book.sheets["Report"]["A1"].value)


def test_saved_without_value(path: Path) -> None:
    """The file holds the formula alone, so that every program calculates it."""
    with workbook(path) as book:
        book.sheets["Data"]["B2"].value = 5
        book.save()
    values, formulas = loaded(path, data_only=True)["Report"], loaded(path)["Report"]
    assert [None, None, 7] == [values[cell].value for cell in ("A1", "A4", "A8")]
    assert "=A3+1" == formulas["A4"].value


def test_values_stored_afterwards_stay(path: Path) -> None:
    """Values put beside formulas after the change are kept by the save."""
    with workbook(path) as book:
        book.sheets["Data"]["B2:B4"].value = [[5], [6], [7]]
        store_values(book.sheets["Report"]["A1:A4"], [[10], [18], [18], [19]])
        book.save()
    assert [10, 18, 18, 19] == [loaded(path, data_only=True)["Report"].cell(row, 1).value for row in range(1, 5)]


def test_changes_before_a_new_name(book: xw.Book) -> None:
    """A change counts although its sheet or table was given another name before anybody looked."""
    data = book.sheets["Data"]
    data["B2"].value = 5
    data.name = "Numbers"
    data.tables["tblX"].name = "tblY"
    assert not {"A1", "A2", "A3", "A4"} & kept(book)


def test_the_same_values_again_change_nothing(book: xw.Book) -> None:
    """Writing what stands there already is no change."""
    cells = book.sheets["Data"]["B2:B4"]
    cells.value = [[1], [2], [3]]
    assert set(FORMULAS) == kept(book)
    cells.value = [[1], [2], [4]]
    assert not {"A2", "A3"} & kept(book)
    assert {"A1", "A6"} <= kept(book)


def test_formats_change_no_value(book: xw.Book) -> None:
    """Colours and widths leave stored values alone."""
    book.sheets["Data"]["B2:B4"].color = "#ff0000"
    book.sheets["Data"]["B2:B4"].number_format = "0.0"
    assert set(FORMULAS) == kept(book)
