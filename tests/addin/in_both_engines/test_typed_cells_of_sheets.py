"""What is typed into the sheets of settings: a real date where one is wanted, and what Excel made of something else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from addin.sheets.close import true_ups
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.close.true_ups import TRUE_UPS_SPEC
from addin.sheets.costs import history, opening_costs, resolve
from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports import pnl, rates
from addin.sheets.reports.pnl import ASK_ROW, PNL_SPEC
from addin.sheets.reports.rates import RATES_SPEC
from addin.sheets.setup import setup
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.cells import typed_values
from addin.sheets.tables.edited_rows import CellsRefusedError, edited_rows
from core.books.overrides.resolve_list import Elsewhere
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.settings import Policies

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from addin.sheets.tables.sheet_specs import TableSpec
    from tests.addin.in_both_engines.office import Office

DAY = datetime(2026, 8, 31)  # noqa: DTZ001 - cells know no zones


def put(book: xw.Book, spec: TableSpec, field: str, row: int, value: object, number_format: str = "General") -> str:
    """Put a value into a cell whose format was given to it before; return the cell's address."""
    found = tables.find(book, spec)
    cell = found.column_cells(field, row, 1)
    cell.number_format = number_format
    cell.value = value
    return f"{found.sheet.name}!{cell.get_address(row_absolute=False, column_absolute=False)}"


def row_of(book: xw.Book, setting: str) -> int:
    return [row["setting"] for row in tables.read(tables.find(book, SETUP_SPEC), SETUP_SPEC)].index(setting)


def test_a_real_date_is_taken_wherever_one_is_wanted(office: Office, business: Path) -> None:
    """On Setup, Exchange rates, Opening costs and above the P&L; each as it would be written."""
    with office.opened(business) as book:
        put(book, SETUP_SPEC, "value", row_of(book, "Lock date"), DAY, "yyyy-mm-dd")
        for field, value in (("currency", "EUR"), ("day", DAY), ("rate", 1.0841)):
            put(book, RATES_SPEC, field, 0, value, "d-mmm-yy" if field == "day" else "General")
        for field, value in (("sku", "MUG"), ("unit_cost", 4.17), ("as_of", DAY)):
            put(book, OPENING_COSTS_SPEC, field, 0, value, "d/m/yyyy" if field == "as_of" else "General")
        sheet = tables.find(book, PNL_SPEC).sheet
        sheet.range((ASK_ROW + 1, 2)).number_format = "yyyy-mm-dd"
        sheet.range((ASK_ROW + 1, 2)).value = DAY

        policies, typed, opening = (
            setup.edited_policies(book),
            rates.edited_rates(book),
            opening_costs.edited_opening_costs(book),
        )
        options = pnl.read_options(book)

    assert {"lock_date": "2026-08-31"} == policies
    assert [("EUR", "2026-08-31", "1.0841")] == [(one.currency, one.day, one.rate) for one in typed]
    assert [("MUG", "4.17", "2026-08-31")] == [(one.sku, one.unit_cost, one.as_of) for one in opening]
    assert DAY.date() == options.first_day


def test_a_date_that_excel_made_of_what_was_filled_is_no_edit(office: Office, business: Path) -> None:
    """A bookkeeper who only retypes the day that stands there changes nothing."""
    with office.opened(business) as book:
        row = row_of(book, "Lock date")
        found = tables.find(book, SETUP_SPEC)
        found.column_cells("filled", row, 1).value = "2026-08-31"
        put(book, SETUP_SPEC, "value", row, DAY, "yyyy-mm-dd")

        assert {} == setup.edited_policies(book)


@pytest.mark.parametrize(
    ("spec", "field", "value", "number_format", "words"),
    [
        (
            OPENING_COSTS_SPEC,
            "unit_cost",
            DAY,
            "yyyy-mm-dd",
            "holds a date, 2026-08-31: give the cell the number format General, then write a plain number",
        ),
        (
            OPENING_COSTS_SPEC,
            "unit_cost",
            0.45,
            "0%",
            "holds a percentage, 45 %: give the cell the number format General, then write a plain number",
        ),
        (OPENING_COSTS_SPEC, "unit_cost", "=1/0", "General", "holds the error #DIV/0!"),
        (OPENING_COSTS_SPEC, "sku", DAY, "d-mmm", "holds a date, 2026-08-31: type it as text"),
        (OPENING_COSTS_SPEC, "sku", True, "General", "holds TRUE"),
        (RATES_SPEC, "rate", 1.08, "0.00%", "holds a percentage, 108 %"),
        (RATES_SPEC, "day", "#N/A", "General", "holds the error #N/A"),
        (RATES_SPEC, "rate", True, "General", "holds TRUE"),
        (SETUP_SPEC, "value", "#VALUE!", "General", "holds the error #VALUE!"),
        (ACCOUNTS_SPEC, "number", DAY, "yyyy-mm-dd", "holds a date, 2026-08-31"),
        (ACCOUNTS_SPEC, "name", "#NAME?", "General", "holds the error #NAME?"),
    ],
)
def test_what_a_setting_does_not_want_is_refused_by_its_cell(
    office: Office, business: Path, spec: TableSpec, field: str, value: object, number_format: str, words: str
) -> None:
    """The message names sheet, cell and column, what the cell holds and how to write it; never a number of Excel's."""
    with office.opened(business) as book:
        row = row_of(book, Policies.model_fields["materiality"].title or "") if spec is SETUP_SPEC else 0
        for other in ("sku", "currency"):
            if field != other and any(column.field == other for column in spec.columns) and spec is not ACCOUNTS_SPEC:
                put(book, spec, other, row, "EUR")
        if value == "=1/0":
            value = "#DIV/0!"  # neither engine calculates; Excel types the error in as well
        address = put(book, spec, field, row, value, number_format)

        with pytest.raises(CellsRefusedError) as refused:
            edited_rows(book, spec)

    assert f"Cell {address} ({spec.column(field).header}) {words}" in str(refused.value)
    assert "21468" not in str(refused.value)


def test_a_mark_or_decision_that_is_none_is_refused(office: Office, business: Path) -> None:
    """`no` in Restore restored the row, and `acept` was passed over without a word."""
    with office.opened(business) as book:
        restore = put(book, HISTORY_SPEC, "restore", 0, "no", "@")
        decision = put(book, TRUE_UPS_SPEC, "decision", 0, "acept", "@")

        with pytest.raises(CellsRefusedError, match="write yes, or leave it empty") as mark:
            history.marked_values(book)
        with pytest.raises(CellsRefusedError, match="write accept, dismiss or take up, or leave it empty") as word:
            true_ups.read_decisions(book)

    assert restore in str(mark.value)
    assert decision in str(word.value)


def test_resolve_names_each_cell_that_cannot_be_taken(office: Office, business: Path) -> None:
    """A date, a percentage, an error, TRUE and a word; two in one row are both named, and what stands there stays."""
    typed: list[tuple[int, str, object, str, str]] = [
        (0, "cost", DAY, "d-mmm", "holds a date, 2026-08-31"),
        (1, "cost", 0.45, "0.0%", "holds a percentage, 45 %"),
        (2, "cost", "#VALUE!", "General", "holds the error #VALUE!"),
        (3, "units_back", True, "General", "holds TRUE"),
        (3, "disposition", "lost at sea", "@", "holds “lost at sea”: write Restocked, Not returned"),
    ]
    with office.opened(business) as book:
        cells = [put(book, RESOLVE_SPEC, field, row, value, code) for row, field, value, code, _ in typed]
        answers = resolve.read_answers(book).answers
        nothing = Elsewhere(frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}), frozenset())
        kept = resolve.keep_typing([], tables.read(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC), nothing)

    for cell, (row, field, _, _, words) in zip(cells, typed, strict=True):
        assert f"{cell} ({RESOLVE_SPEC.column(field).header}) {words}" in str(answers[row].unreadable)
    assert 4 == len(kept)


def test_formats_that_differ_are_told_apart_in_one_column(office: Office, business: Path) -> None:
    """Excel says no format for cells that differ: each half is asked then."""
    formats = ("0.00", "0.00", "0%", "0.00", 'yyyy"%"', "0.00")
    with office.opened(business) as book:
        for row, code in enumerate(formats):
            put(book, RESOLVE_SPEC, "cost", row, 2.5, code)
        found = tables.find(book, RESOLVE_SPEC)
        values = typed_values(found.column_cells("cost", 0, len(formats)))

    assert ["2.5", "2.5", "250 %", "2.5", "1900-01-01 12:00:00", "2.5"] == [str(value) for value in values]
