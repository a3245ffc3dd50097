"""References in formulas follow moved, copied and renamed cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook_engine.addresses import MAX_COLUMN, MAX_ROW, Area, Move, area_name, moved_area, parse_area
from workbook_engine.formula_text import (
    copy_formula,
    from_file,
    move_formula,
    quote_sheet,
    rename_column,
    rename_sheet,
    rename_table,
    to_file,
)

DELETED = Move("data", Area(5, 1, 6, 3), -2)
INSERTED = Move("data", Area(5, 1, 6, 3), 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A4+A5+A6+A7", "A4+#REF!+#REF!+A5"),
        ("$A$7+A$8+$B9", "$A$5+A$6+$B7"),
        ("SUM(A1:A10)", "SUM(A1:A8)"),
        ("SUM(A5:A6)", "SUM(#REF!)"),
        ("SUM(A6:A9)", "SUM(A5:A7)"),
        ("SUM(A2:A5)", "SUM(A2:A4)"),
        ("SUM(A1:D10)", "SUM(A1:D10)"),
        ("D7+AA7", "D7+AA7"),
        ("SUM(B:B)+SUM(1:9)", "SUM(B:B)+SUM(1:9)"),
        ("Data!A7+Other!A7+'Data'!A7+DATA!A7", "Data!A5+Other!A7+'Data'!A5+DATA!A5"),
        ("[1]Data!A7+'[Book.xlsx]Data'!A7", "[1]Data!A7+'[Book.xlsx]Data'!A7"),
        ('"A7"&A7&"""A7"', '"A7"&A5&"""A7"'),
        ("tblX[A7]+tblX[[#This Row],[A7]]+A7", "tblX[A7]+tblX[[#This Row],[A7]]+A5"),
        ("LOG10(A7)+A7_name+name.A7+ABCD7+ZZZ7", "LOG10(A5)+A7_name+name.A7+ABCD7+ZZZ7"),
        ("{1,2;3,4}+1E7+7", "{1,2;3,4}+1E7+7"),
        ("A7:INDEX(A:A,9)", "A5:INDEX(A:A,9)"),
        ("Data!A7:C9", "Data!A5:C7"),
        ("B9:A7", "A5:B7"),
    ],
)
def test_deleted_cells(before: str, after: str) -> None:
    """A5:C6 of sheet Data goes; what lay below moves up, what lay there is #REF!."""
    assert after == move_formula(before, "data", DELETED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A4+A5+A6", "A4+A7+A8"),
        ("SUM(A4:A5)", "SUM(A4:A7)"),
        ("SUM(A1:A4)", "SUM(A1:A4)"),
        ("SUM(A5:A6)", "SUM(A7:A8)"),
        (f"A{MAX_ROW}", "#REF!"),
        ("SUM(A1:D9)", "SUM(A1:D9)"),
    ],
)
def test_inserted_cells(before: str, after: str) -> None:
    """A5:C6 of sheet Data is made room for; what lay there moves down."""
    assert after == move_formula(before, "data", INSERTED)


def test_formulas_of_other_sheets() -> None:
    """A reference without a sheet means the formula's own."""
    assert "A7+Data!A5" == move_formula("A7+Data!A7", "report", DELETED)


@pytest.mark.parametrize(
    ("before", "rows", "columns", "after"),
    [
        ("A1+$A1+A$1+$A$1", 2, 1, "B3+$A3+B$1+$A$1"),
        ("SUM(A1:B2,C:C,3:4)", 1, 1, "SUM(B2:C3,D:D,4:5)"),
        ("A1", -1, 0, "#REF!"),
        ("Data!A1*2", 3, 0, "Data!A4*2"),
        ("[1]Data!A1+'[1]My data'!$A1", 3, 1, "[1]Data!B4+'[1]My data'!$A4"),
        (f"A{MAX_ROW}", 1, 0, "#REF!"),
    ],
)
def test_copied_formulas(before: str, rows: int, columns: int, after: str) -> None:
    """Relative references move with the cell, those with `$` stay."""
    assert after == copy_formula(before, rows, columns)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Old!A1+'Old'!B1+Older!A1", "'It''s new'!A1+'It''s new'!B1+Older!A1"),
        ('"Old!A1"&OLD!A1', "\"Old!A1\"&'It''s new'!A1"),
        ("[1]Old!A1", "[1]Old!A1"),
        ("A1*2", "A1*2"),
    ],
)
def test_renamed_sheets(before: str, after: str) -> None:
    """Formulas name a renamed sheet by its new name, quoted where it must be."""
    assert after == rename_sheet(before, "Old", "It's new")


def test_deleted_sheets() -> None:
    """A reference to a deleted sheet breaks as Excel writes it."""
    assert "SUM(#REF!A1:B2)+A1" == rename_sheet("SUM(Old!A1:B2)+A1", "old", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(tblA[Cost])+ROWS(TBLA)", "SUM(tblB[Cost])+ROWS(tblB)"),
        ('"tblA"&tblA2[x]&mytblA[x]', '"tblA"&tblA2[x]&mytblA[x]'),
        ("tblX[tblA]", "tblX[tblA]"),
    ],
)
def test_renamed_tables(before: str, after: str) -> None:
    """Formulas name a renamed table by its new name."""
    assert after == rename_table(before, "tblA", "tblB")


def test_deleted_tables() -> None:
    """A reference to a table that is gone is #REF!."""
    assert "SUM(#REF!)+tblB[x]" == rename_table("SUM(tblA[[#This Row],[x]])+tblB[x]", "tblA", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(tblA[Cost])", "SUM(tblA[Unit '[USD'] cost])"),
        ("tblA[[#This Row],[Cost]]*2", "tblA[[#This Row],[Unit '[USD'] cost]]*2"),
        ("tblA[[Cost]:[Units]]", "tblA[[Unit '[USD'] cost]:[Units]]"),
        ('tblB[Cost]&"tblA[Cost]"&tblA[Costs]', 'tblB[Cost]&"tblA[Cost]"&tblA[Costs]'),
    ],
)
def test_renamed_columns(before: str, after: str) -> None:
    """Structured references follow a renamed header."""
    assert after == rename_column(before, "tblA", "Cost", "Unit [USD] cost")


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("[@Cost]*2", "tblA[[#This Row],[Cost]]*2", "[@Cost]*2"),
        ("[@[Unit cost]]", "tblA[[#This Row],[Unit cost]]", "[@[Unit cost]]"),
        ("tblB[@Cost]", "tblB[[#This Row],[Cost]]", "tblB[@Cost]"),
        ('"[@Cost]"', '"[@Cost]"', '"[@Cost]"'),
        ("IFS(A1,1)+mySORT(2)", "_xlfn.IFS(A1,1)+mySORT(2)", "IFS(A1,1)+mySORT(2)"),
        ("SORT(A1:A3)", "_xlfn._xlws.SORT(A1:A3)", "SORT(A1:A3)"),
        ("STDEV.S(A1:A2)", "_xlfn.STDEV.S(A1:A2)", "STDEV.S(A1:A2)"),
    ],
)
def test_formulas_in_the_file(typed: str, stored: str, shown: str) -> None:
    """The file spells out what is typed short."""
    assert (stored, shown) == (to_file(typed, "tblA"), from_file(stored, "tblA"))


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("Data", "Data"),
        ("P&L", "'P&L'"),
        ("COGS 1", "'COGS 1'"),
        ("2026", "'2026'"),
        ("A1", "'A1'"),
        ("R1C1", "'R1C1'"),
        ("RC", "'RC'"),
        ("It's", "'It''s'"),
        ("true", "'true'"),
        ("Über", "'Über'"),
    ],
)
def test_quoted_sheets(name: str, quoted: str) -> None:
    """A name that could be read as something else is quoted; quotes are never wrong."""
    assert quoted == quote_sheet(name)


rows = st.integers(1, 30)


@settings(deadline=None)
@given(rows, rows, rows, st.integers(1, 5), st.booleans())
def test_moved_areas_hold_the_same_cells(first: int, last: int, at: int, count: int, delete: bool) -> None:  # noqa: FBT001 - hypothesis
    """An area after a move is exactly the place of the cells it had and that are still there, and what came between."""
    top, bottom = min(first, last), max(first, last)
    move = Move("s", Area(at, 1, at + count - 1, 1), -count if delete else count)
    kept = [row for row in range(top, bottom + 1) if not (delete and at <= row < at + count)]
    places = [row + move.rows if row >= at else row for row in kept]
    moved = moved_area(Area(top, 1, bottom, 1), move)

    assert (None if not places else (min(places), max(places))) == (moved and (moved.top, moved.bottom))


@settings(deadline=None)
@given(rows, st.integers(1, 10), rows, st.integers(1, 5))
def test_deleting_what_was_inserted(top: int, height: int, at: int, count: int) -> None:
    """Inserting cells and deleting them again leaves every formula as it was."""
    formula = f"SUM(B{top}:C{top + height})*$B${top}"
    place = Area(at, 1, at + count - 1, 5)
    there = move_formula(formula, "s", Move("s", place, count))

    assert formula == move_formula(there, "s", Move("s", place, -count))


@settings(deadline=None)
@given(st.integers(1, MAX_ROW), st.integers(1, MAX_COLUMN), st.integers(1, MAX_ROW), st.integers(1, MAX_COLUMN))
def test_addresses_are_read_as_written(row: int, column: int, row2: int, column2: int) -> None:
    """An area and its address are the same thing."""
    area = Area(min(row, row2), min(column, column2), max(row, row2), max(column, column2))
    assert area == parse_area(area_name(area)) == parse_area(area_name(area, absolute=True))


@pytest.mark.parametrize("text", ["", "A", "A0", "AAAA1", "XFE1", "A1048577", "A1:B", "name", "A1,B2", "1", "A1:A"])
def test_what_is_no_address(text: str) -> None:
    """Names and half addresses are not taken for cells."""
    assert parse_area(text) is None
