"""Cells as other programs write them, damaged ones, and any value at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.workbook_engine.builders import full_workbook, loaded, moment
from tests.workbook_engine.value_sheets import with_rows
from workbook_engine import open_workbook, workbook
from workbook_engine.cell_values import escape_text, number_text, unescape_text
from workbook_engine.errors import NotAWorkbookError, SheetProtectedError, UnsupportedError

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw


def test_clear_contents_keeps_formats(book: xw.Book) -> None:
    """Cleared cells are empty and look as before; whole columns may be cleared."""
    items = book.sheets["Items"]
    items["B5:B7"].clear_contents()
    assert ([None] * 3, "#,##0.00") == (items["B5:B7"].value, items["B5:B7"].number_format)
    items["F:F"].clear_contents()
    assert [None, None] == items["F6:F7"].value


def test_whole_columns_are_not_read(book: xw.Book) -> None:
    """A million cells over COM would hang Excel, so here it fails at once."""
    with pytest.raises(UnsupportedError, match="used range"):
        book.sheets["Items"]["A:B"].value  # noqa: B018 - reading is the test
    with pytest.raises(UnsupportedError):
        book.sheets["Items"]["A:A"].value = 1


def test_ranges_of_no_cells(sheet: xw.Sheet) -> None:
    """A slice without cells reads as None and takes no value, as on Windows."""
    nothing = sheet["A1:B2"][0:0, :]
    nothing.value = "lost"
    assert (None, 0, False) == (nothing.value, len(nothing), bool(nothing.api))


def test_protected_sheets(tmp_path: Path) -> None:
    """Locked cells of a protected sheet are refused; unlocked ones are not."""
    path = tmp_path / "protected.xlsx"
    made = xlsxwriter.Workbook(path)
    page = made.add_worksheet("Safe")
    page.protect()
    page.write("A1", "locked")
    page.write("B1", "free", made.add_format({"locked": False}))
    made.close()
    with workbook(path) as book:
        book.sheets["Safe"]["B1"].value = "new"
        with pytest.raises(SheetProtectedError, match="Sheet Safe is protected and A1:B1"):
            book.sheets["Safe"]["A1:B1"].value = "x"
        with pytest.raises(SheetProtectedError):
            book.sheets["Safe"]["B1"].delete(shift="up")


def test_damaged_values_are_named(tmp_path: Path) -> None:
    """A number that is none is reported with its place."""
    path = with_rows(tmp_path, '<row r="3"><c r="A3"><v>12a</v></c></row>')
    with pytest.raises(NotAWorkbookError, match="row 3 of sheet Sheet1"):
        open_workbook(path).sheets[0]["A1:A9"].value  # noqa: B018 - reading is the test


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "rich text "),
        ('<c r="A1" t="s"><v>1</v></c>', " 漢字"),
        ('<c r="A1" t="s"><v>9</v></c>', None),
        ('<c r="A1" t="s"><v></v></c>', None),
        (
            '<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve"> b</t></r></is></c>',
            "a b",
        ),
        ('<c r="A1" t="str"><f>A2</f><v>x_x000D_&amp;</v></c>', "x\r&"),
        ('<c r="A1" t="str"><f>A2</f><v></v></c>', None),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="e"><v>#REF!</v></c>', None),
        ('<c r="A1" t="d"><v>2026-01-02T03:00:00</v></c>', moment(2026, 1, 2, 3)),
        ('<c r="A1"><f>A2</f></c>', None),
        ('<c r="A1"/>', None),
        ("<c r='A1' t='n' ><v>1.5</v></c >", 1.5),
        ('<c t="n" r="A1"><v>1.5</v></c>', 1.5),
        ("<c><v>1.5</v></c>", 1.5),
        ('<c r="A1"><!-- 2 --><v>1<![CDATA[.5]]></v></c>', 1.5),
        ('<c r="A1" s="0"><v>1E-3</v><extLst><ext uri="x"/></extLst></c>', 0.001),
    ],
)
def test_cells_as_other_programs_write_them(tmp_path: Path, cell: str, value: object) -> None:
    """Cells are read however they are written, and survive a write beside them."""
    path = with_rows(tmp_path, f'<row r="1">{cell}<c r="C1"><v>3</v></c></row>')
    with workbook(path) as book:
        page = book.sheets[0]
        assert value == page["A1"].value
        page["B1"].value = 2
        book.save()
    with workbook(path) as book:
        assert [value, 2.0, 3.0] == book.sheets[0]["A1:C1"].value


def test_rows_without_numbers(tmp_path: Path) -> None:
    """Rows and cells without an address follow the ones before them."""
    path = with_rows(
        tmp_path, '<row><c><v>1</v></c></row><row r="4"><c r="C4"/><c><v>2</v></c></row><row><c><v>3</v></c></row>'
    )
    with workbook(path) as book:
        page = book.sheets[0]
        assert [1.0, 2.0, 3.0] == [page[a].value for a in ("A1", "D4", "A5")]
        page["A9"].value = 1
        book.save()
    found = loaded(path).active
    assert [1, 2, 3, 1] == [found[a].value for a in ("A1", "D4", "A5", "A9")]  # type: ignore[index] # there is a sheet


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_survives_the_file(text: str) -> None:
    """Whatever characters a text has, it comes back."""
    assert text == unescape_text(escape_text(text))


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_survives_the_file(number: float) -> None:
    """No digit of a number is lost."""
    assert number == float(number_text(number))


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(allow_nan=False, allow_infinity=False),
                st.booleans(),
                st.none(),
                st.text(st.characters(categories=("L", "N", "P", "Z", "S")), max_size=9),
            ),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_block_in_text_and_number_cells(tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]) -> None:
    """A block written over three columns, the first of text, reads back cell by cell."""
    path = full_workbook(tmp_path_factory.mktemp("blocks") / "b.xlsx")
    texts = [[None if row[0] is None else str(row[0])] for row in rows]
    numbers = [row[1:] for row in rows]
    plain = [[None if isinstance(value, str) else value for value in row] for row in numbers]
    with workbook(path) as book:
        page = book.sheets["Report"]
        page["K1"].resize(len(rows), 1).number_format = "@"
        page["K1"].resize(len(rows), 1).value = texts
        page["L1"].resize(len(rows), 2).value = plain
        book.save()
    with workbook(path) as book:
        page = book.sheets["Report"]
        assert [[value or None for value in row] for row in texts] == page["K1"].resize(len(rows), 1).options(
            ndim=2
        ).value
        assert plain == page["L1"].resize(len(rows), 2).options(ndim=2).value
