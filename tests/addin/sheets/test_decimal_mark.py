"""Numbers typed as text are read by the company's decimal mark, in every column that takes a number."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs import resolving
from addin.commands.desk_opening import on_file
from addin.sheets import exchange
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.reports.rates import RATES_SPEC
from addin.sheets.setup.setup import SETUP_SPEC, with_proposed_mark
from addin.sheets.tables import tables
from addin.sheets.tables.cells import CellRefusal, read_choice
from addin.sheets.tables.edited_rows import CellsRefusedError
from addin.sheets.tables.sheet_specs import Column, Kind
from addin.sheets.workbook import SPECS
from core.books.settings.policies import PolicyError
from core.settings import DecimalMark
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record

NUMBERS = [
    (spec.sheet, column)
    for spec in SPECS
    for column in spec.columns
    if column.editable and column.kind in (Kind.MONEY, Kind.UNIT_COST, Kind.RATE, Kind.WHOLE)
]


def test_the_columns_that_take_a_number_are_known() -> None:
    """A further one is in the tests below by itself."""
    assert {("Resolve", "Cost"), ("Opening costs", "Unit cost"), ("Exchange rates", "Rate")} <= {
        (sheet, column.header) for sheet, column in NUMBERS
    }


@pytest.mark.parametrize(("sheet", "column"), NUMBERS, ids=lambda one: one if isinstance(one, str) else one.header)
def test_every_column_of_numbers_reads_by_the_mark(sheet: str, column: Column) -> None:
    """`4,50` by a comma, and with thousands; by a point, or where nobody chose, it is refused with how to write it."""
    typed, amount = ("4,00", Decimal(4)) if column.kind is Kind.WHOLE else ("4,50", Decimal("4.50"))

    assert amount == read_choice(typed, column, DecimalMark.COMMA), sheet
    assert 1234 == read_choice("1.234,00", column, DecimalMark.COMMA)
    assert 1234 == read_choice("1,234.00", column, DecimalMark.POINT)
    for mark, text, example in (
        (None, typed, "write a "),
        (DecimalMark.POINT, typed, "write a "),
        (DecimalMark.COMMA, "4.00", "write a "),
    ):
        read = read_choice(text, column, mark)
        assert isinstance(read, CellRefusal)
        assert f"holds “{text}”, which is not a number: {example}" in str(read)
        assert "choose Decimal mark on sheet Setup" in str(read)


def write(book: Path, spec: TableSpec, place: int, **cells: object) -> None:
    with workbook(book) as opened:
        for field, text in cells.items():
            cell = tables.find(opened, spec).column_cells(field, place, 1)
            cell.number_format = "@"  # else it becomes a number, as in Excel
            cell.value = text
        opened.save()


def setting(book: Path, name: str, text: str) -> None:
    write(book, SETUP_SPEC, _place(book, name), value=text)


def _place(book: Path, name: str) -> int:
    with workbook(book) as opened:
        rows = tables.read(tables.find(opened, SETUP_SPEC), SETUP_SPEC)
    return next(number for number, row in enumerate(rows) if row["setting"] == name)


def shown(book: Path, spec: TableSpec, place: int, field: str) -> object:
    with workbook(book) as opened:
        return tables.read(tables.find(opened, spec), spec)[place][field]


@pytest.mark.long
def test_a_mark_typed_in_the_same_press_holds_for_every_sheet(new_books: Path) -> None:
    """Whoever is told of it chooses it and presses again; what was typed meanwhile is read by it, on Setup too."""
    write(new_books, OPENING_COSTS_SPEC, 0, sku="MUG", unit_cost="1.234,50")
    write(new_books, RATES_SPEC, 0, currency="EUR", day="2026-09-02", rate="1,0841")
    with pytest.raises(CellsRefusedError, match=r"“1\.234,50”, which is not a number.*if a comma .* it is 1234\.50"):
        on_file(new_books, resolving.resolve)

    setting(new_books, "Decimal mark", ",")
    setting(new_books, "Materiality limit", "4,50")
    on_file(new_books, resolving.resolve)

    assert "1234.5" == str(shown(new_books, OPENING_COSTS_SPEC, 0, "unit_cost"))
    assert "1.0841" == str(shown(new_books, RATES_SPEC, 0, "rate"))
    assert "4.5" == shown(new_books, SETUP_SPEC, _place(new_books, "Materiality limit"), "value")


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "limit"), [(12.345, "12.345"), (0.125, "0.125"), ("12.345", "12345"), ("4,5", "4.5")]
)
def test_an_amount_on_setup_is_read_as_on_any_sheet(new_books: Path, typed: float | str, limit: str) -> None:
    """By a comma the text 12.345 is twelve thousand; a number of the cell is what it is, whatever the mark."""
    setting(new_books, "Decimal mark", ",")
    on_file(new_books, resolving.resolve)
    place = _place(new_books, "Materiality limit")
    with workbook(new_books) as opened:
        cell = tables.find(opened, SETUP_SPEC).column_cells("value", place, 1)
        cell.number_format = "@" if isinstance(typed, str) else "General"
        cell.value = typed
        opened.save()
    on_file(new_books, resolving.resolve)

    assert limit == shown(new_books, SETUP_SPEC, place, "value")


@pytest.mark.long
@pytest.mark.parametrize(("mark", "typed"), [(",", "4.5"), (",", "0.125"), (".", "0,125"), (".", "4,5")])
def test_an_amount_of_the_other_mark_is_refused_on_setup(new_books: Path, mark: str, typed: str) -> None:
    """By the words with which every sheet refuses it; the text went on as it was, and a point was taken for one."""
    setting(new_books, "Decimal mark", mark)
    setting(new_books, "Materiality limit", typed)

    with pytest.raises(CellsRefusedError, match=rf"holds “{typed}”, which is not a number.*choose Decimal mark"):
        on_file(new_books, resolving.resolve)


@pytest.mark.few(1)
@pytest.mark.parametrize(("typed", "kept"), [("$1,234.50", "1234.5"), ("$4.50", "4.5"), ("1,234,567", "1234567")])
def test_a_text_that_says_one_number_is_kept_as_it(new_books: Path, typed: str, kept: str) -> None:
    """It was read, and refused where it was stored, on every sheet but Resolve."""
    write(new_books, OPENING_COSTS_SPEC, 0, sku="MUG", unit_cost=typed)
    on_file(new_books, resolving.resolve)

    assert kept == str(shown(new_books, OPENING_COSTS_SPEC, 0, "unit_cost"))


@pytest.mark.long
def test_what_is_no_mark_is_refused_where_it_is_typed(new_books: Path) -> None:
    """With the two that there are."""
    setting(new_books, "Decimal mark", "comma")

    with pytest.raises(PolicyError, match=r"It takes a point \(\.\) or a comma \(,\)\."):
        on_file(new_books, resolving.resolve)


@pytest.mark.few(1)
@pytest.mark.parametrize(("mark", "said"), [(",", "a comma: choose , to have texts such as 4,50"), (".", "a point:")])
def test_the_mark_of_excel_is_proposed_and_not_taken(new_books: Path, mark: str, said: str) -> None:
    """VBA says it at each press: it stands beside the empty setting, and texts are read by it once it is chosen."""
    with workbook(new_books) as opened:
        exchange.write_text(opened.sheets[exchange.SHEET], exchange.DECIMAL_MARK_CELL, mark)
        opened.save()
    on_file(new_books, resolving.resolve)
    place = _place(new_books, "Decimal mark")

    assert f"This Excel's is {said}" in str(shown(new_books, SETUP_SPEC, place, "meaning"))
    assert shown(new_books, SETUP_SPEC, place, "value") in (None, "")
    write(new_books, OPENING_COSTS_SPEC, 0, sku="MUG", unit_cost={",": "4,50", ".": "1,234"}[mark])
    with pytest.raises(CellsRefusedError, match="choose Decimal mark on sheet Setup"):
        on_file(new_books, resolving.resolve)
    setting(new_books, "Decimal mark", mark)
    on_file(new_books, resolving.resolve)
    assert "This Excel's" not in str(shown(new_books, SETUP_SPEC, place, "meaning"))


@pytest.mark.parametrize("said", [None, "", "\N{ARABIC DECIMAL SEPARATOR}", "0", "true"])
def test_another_mark_of_excel_is_none(said: object) -> None:
    """What is no mark of ours, or was never said, proposes nothing: the rows stay as they are."""
    rows: list[Record] = [{"setting": "Decimal mark", "value": "", "meaning": "Of numbers."}]

    assert rows == with_proposed_mark(rows, DecimalMark.of(str(said)))
