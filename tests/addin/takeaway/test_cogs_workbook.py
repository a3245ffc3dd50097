"""Download COGS Excel: the written file against the books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from addin.sheets.tables.cells import to_cell
from addin.sheets.tables.sheet_specs import Kind
from addin.takeaway.cogs_lines import COLUMNS
from addin.takeaway.cogs_workbook import cogs_workbook, sheet_name
from core.journal.entry import EntryKind
from core.money import cents, total
from tests.addin.takeaway.books_to_report import (
    AUGUST,
    FORMULA,
    LATE,
    NOW,
    NUMBER,
    SEPTEMBER,
    labelled,
    opened,
    rows_below,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

    from tests.addin.takeaway.books_to_report import Reported

BOTH = (EntryKind.SETTLEMENT, EntryKind.COGS)


def written(reported: Reported, settlement_id: str = AUGUST, *, values_only: bool = False) -> bytes:
    view = reported.view
    (settlement,) = view.books.named([settlement_id])
    return cogs_workbook(view, settlement, values_only=values_only, now=NOW)


def lines(book: Workbook, settlement_id: str = AUGUST) -> list[dict[str, Any]]:
    return rows_below(book[sheet_name(settlement_id)], "tblCOGS")


@pytest.mark.long
def test_every_line_that_moves_goods_is_there_with_its_cost(reported: Reported) -> None:
    """One row per line, exact; the refund takes its original's cost; reserves are no goods."""
    found = lines(opened(written(reported)))

    assert [
        ("sale", "111-1", 2, 3.333333, 6.666666, None),
        ("sale", "111-2", 2, 4.1, 8.2, None),
        ("sale", "111-3", 2, None, None, "●"),
        ("refund", "111-2", -1, 4.1, -4.1, None),
    ] == [(row["Type"], row["Order ID"], row["Units"], row["Unit cost"], row["COGS"], row["!"]) for row in found]
    assert ["2026-08-04", "2026-08-05", "2026-08-06", "2026-08-05"] == [f"{row['Shipped']:%Y-%m-%d}" for row in found]
    assert [FORMULA, NUMBER, LATE, NUMBER] == [row["SKU"] for row in found]


@pytest.mark.long
def test_texts_stay_texts(reported: Reported) -> None:
    """A SKU that looks like a formula or a number is neither, in the formulas' eyes too."""
    book = opened(written(reported), values=False)
    sheet = book[sheet_name(AUGUST)]
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value) in (FORMULA, NUMBER, AUGUST)]

    assert {FORMULA, NUMBER, AUGUST} == {cell.value for cell in cells}
    assert {"s"} == {cell.data_type for cell in cells}


@pytest.mark.long
def test_the_figures_are_those_of_the_books(reported: Reported) -> None:
    """Sums by type, their total and the settlement's facts."""
    sheet = opened(written(reported))[sheet_name(AUGUST)]
    view = reported.view
    (settlement,) = view.books.named([AUGUST])
    books_lines = view.books.lines_of(settlement)

    for name in ("sale", "refund"):
        cogs = total(books_lines.loc[books_lines["event"] == name, "cogs"])
        first = next(c for row in sheet.iter_rows(max_row=14) for c in row if c.value == name)
        assert float(cogs) == sheet.cell(first.row, first.column + 2).value
    assert (5, float(cents(total(books_lines["cogs"])))) == (labelled(sheet, "Total"), labelled(sheet, "Total", 2))
    assert ("Amazon US", 84.2, "Item missing cost (1)") == (
        sheet["B5"].value,
        labelled(sheet, "Total USD"),
        labelled(sheet, "Status"),
    )


@pytest.mark.long
def test_a_payout_that_states_no_total_shows_the_sum_of_its_lines(reported: Reported) -> None:
    """As sheet Settlements and the COGS tab do; a stated total stands, whatever the lines sum to."""
    (settlement,) = reported.view.books.named([AUGUST])
    silent, other = replace(settlement, total=None), replace(settlement, total=settlement.sum + 1)
    shown = [opened(cogs_workbook(reported.view, one, values_only=True, now=NOW)) for one in (silent, other)]
    sheets = [book[sheet_name(AUGUST)] for book in shown]

    assert [settlement.sum, settlement.sum + 1] == [silent.deposit, other.deposit]
    assert [to_cell(one.deposit, Kind.MONEY) for one in (silent, other)] == [
        labelled(sheet, f"Total {settlement.currency}") for sheet in sheets
    ]


@pytest.mark.long
def test_the_ties_travel_with_the_file(reported: Reported) -> None:
    """One row, one figure per report; the COGS entry has none while a cost is missing."""
    (row,) = rows_below(opened(written(reported))["Ties"], "tblTies")

    assert [84.2] * 4 == [row[name] for name in ("Deposit", "Lines", "P&L", "Clearing")]
    assert [10.77] * 2 == [row[name] for name in ("COGS tab", "P&L cost")]
    assert row["COGS entry"] is None
    assert row["Entries"] == "settlement not exported, COGS waits for costs"


@pytest.mark.long
def test_every_tie_out_of_an_exported_settlement_is_ok(reported: Reported) -> None:
    """Against the entries as they were stored; none is left waiting."""
    reported.answer("111-3", "5.00")
    reported.export(AUGUST, *BOTH)
    sheet = opened(written(reported))[sheet_name(AUGUST)]

    checks = {sheet.cell(row, 8).value: sheet.cell(row, 16).value for row in range(4, 11)}

    assert {"ok"} == set(checks.values())
    assert len(checks) == 7


@pytest.mark.long
def test_a_tie_out_that_differs_says_so(reported: Reported) -> None:
    """An export's stored entry that is not the sheet's figure any more is seen, not hidden."""
    reported.answer("111-3", "5.00")
    reported.export(AUGUST, *BOTH)
    view = reported.view
    amounts = view.journal["amount"].where(view.journal["memo"] != "Cost of goods sold", Decimal(99))
    (settlement,) = view.books.named([AUGUST])
    tampered = replace(view, journal=view.journal.assign(amount=amounts))

    sheet = opened(cogs_workbook(tampered, settlement, values_only=False, now=NOW))[sheet_name(AUGUST)]

    assert labelled(sheet, "COGS here = COGS entry", 8) == "differs"
    assert labelled(sheet, "COGS here = P&L cost", 8) == "ok"


@pytest.mark.long
def test_the_file_refers_only_to_itself(reported: Reported) -> None:
    """No link, no code, and every sheet that a formula names is in it."""
    book = opened(written(reported), values=False)
    formulas = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    assert len(formulas) > 20
    assert not any("[" in formula and "]!" in formula for formula in formulas), "no other workbook"
    assert [sheet_name(AUGUST), "Ties"] == book.sheetnames
    assert b"externalLink" not in written(reported)


@pytest.mark.long
def test_the_accountants_copy_holds_no_formula(reported: Reported) -> None:
    """The same figures, as values."""
    live, values = opened(written(reported)), opened(written(reported, values_only=True), values=False)

    assert [] == [
        cell.coordinate for sheet in values for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    for name in live.sheetnames:
        assert [[cell or None for cell in row] for row in live[name].iter_rows(values_only=True)] == [
            [cell or None for cell in row] for row in values[name].iter_rows(values_only=True)
        ]


@pytest.mark.long
def test_the_audit_log_tells_every_saved_value(reported: Reported) -> None:
    """What was saved first stays in it; what it was before, who and when, and the note."""
    reported.answer("111-3", "5.00", proposed="5.00")
    reported.answer("111-3", "6.25", version=1, note="bill 4711")
    reported.export(AUGUST, *BOTH)

    log = rows_below(opened(written(reported, values_only=True))["Audit log"], "tblAuditLog")

    assert ["import", "save", "save", "export"] == [row["What"] for row in log]
    fields = ("SKU", "Was", "Proposed cost", "Saved cost", "How", "Who", "Note")
    assert [
        (LATE, None, 5, 5, "accepted average", "M. Lee", None),
        (LATE, 5, None, 6.25, "entered", "M. Lee", "bill 4711"),
    ] == [tuple(row[name] for name in fields) for row in log[1:3]]
    assert {NOW.replace(tzinfo=None)} == {row["When"] for row in log}


@pytest.mark.long
def test_another_settlements_values_are_not_in_it(reported: Reported) -> None:
    """The accountant of one settlement sees nothing of the others."""
    reported.answer("222-1", "9.99")

    book = opened(written(reported, values_only=True))

    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not cells & {SEPTEMBER, "222-1", 9.99}
    assert ["import"] == [row["What"] for row in rows_below(book["Audit log"], "tblAuditLog")]


@pytest.mark.long
def test_the_same_books_and_moment_make_the_same_bytes(reported: Reported) -> None:
    """So that a copy can be compared with the one that was sent."""
    assert written(reported) == written(reported)


@pytest.mark.long
def test_it_prints_on_landscape_pages_as_wide_as_the_paper(reported: Reported) -> None:
    """The header is repeated on every page; what is for the screen stays off the paper."""
    book = opened(written(reported, values_only=True))

    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (1, 0) == (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight)
        assert sheet.print_title_rows
    cogs = book[sheet_name(AUGUST)]
    assert cogs.print_title_rows == "$16:$16"
    assert "$P$" in str(cogs.print_area)


def test_each_column_is_shown_as_its_kind() -> None:
    """A money column never holds words: what fills it is turned into a number or an empty cell."""
    assert [0.1, None] == [to_cell(value, COLUMNS[11].kind) for value in (Decimal("0.10"), None)]
