"""Amazon's FBA Reimbursements report: how it is read, and which line of a settlement each of its rows is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame_columns import TRANSACTION_COLUMNS, frame
from core.marketplaces import errors, read_file
from core.marketplaces.amazon import fba_reimbursements
from core.marketplaces.documents.reimbursements import (
    ReportedReimbursement,
    match_with_lines,
    reimbursed_rows,
    reimbursements_frame,
    united_reimbursements,
)
from core.marketplaces.reading.contents import open_contents
from core.model import Event

COLUMNS = (
    "approval-date\treimbursement-id\tamazon-order-id\treason\tsku\tcurrency-unit\tamount-per-unit\tamount-total\t"
    "quantity-reimbursed-cash\tquantity-reimbursed-inventory\tquantity-reimbursed-total\toriginal-reimbursement-id"
)
FIRST = datetime(2026, 9, 10, 8, tzinfo=UTC)


def report(**cells: str) -> bytes:
    """Return a report of one row."""
    usual = {
        "approval-date": "2026-09-10T08:00:00+00:00",
        "reimbursement-id": "5001",
        "reason": "Lost_Warehouse",
        "sku": "MUG _1",
        "currency-unit": "USD",
        "amount-per-unit": "7.50",
        "amount-total": "15.00",
        "quantity-reimbursed-cash": "2",
        "quantity-reimbursed-inventory": "0",
        "quantity-reimbursed-total": "2",
    }
    row = usual | {name.replace("_", "-"): cell for name, cell in cells.items()}
    return f"{COLUMNS}\n{chr(9).join(row.get(name, '') for name in COLUMNS.split(chr(9)))}\n".encode()


def row(number: object = "5001", **fields: object) -> ReportedReimbursement:
    """Return a row of the report: 2 units of A lost, 15.00 USD."""
    usual: dict[str, object] = {
        "reimbursement_id": number,
        "approved_at": FIRST,
        "order_id": "",
        "raw": "Lost_Warehouse",
        "sku": "A",
        "currency": "USD",
        "amount": Decimal(15),
        "units_cash": 2,
        "units_inventory": 0,
    }
    return ReportedReimbursement(**(usual | fields))  # type: ignore[arg-type]


def line(key: object = "one", **fields: object) -> dict[str, object]:
    """Return the settlement's line of the same."""
    usual: dict[str, object] = {
        "key": key,
        "store": "Amazon",
        "settlement_id": "1",
        "event": Event.REIMBURSEMENT.value,
        "raw_type": "other-transaction",
        "raw_description": "WAREHOUSE_LOST",
        "sku": "A",
        "currency": "USD",
        "net": Decimal(15),
        "quantity": 2,
        "posted_at": FIRST,
    }
    return usual | fields


def pairs(lines: list[dict[str, object]], *rows: ReportedReimbursement) -> dict[str, str]:
    """Return the number of the reimbursement that each line was matched with."""
    return {
        key: found.reimbursement_id for key, found in match_with_lines(frame(TRANSACTION_COLUMNS, lines), rows).items()
    }


def read_reimbursements(content: bytes, name: str = "r.txt") -> list[ReportedReimbursement]:
    """Return what a reimbursements report says, row by row."""
    return list(reimbursed_rows(read_file(content, name).reimbursements))


def test_report_is_read_without_loss() -> None:
    """Its amounts stay exact and its SKUs verbatim, in tabs and in commas alike."""
    content = report(amazon_order_id="111-1", original_reimbursement_id="4999")
    (found,) = read_reimbursements(content, "r.txt")
    reading = read_file(content, "r.txt")

    assert row(sku="MUG _1", order_id="111-1", original_id="4999") == found
    assert ("amazon_fba_reimbursements", (), ()) == (reading.format, reading.settlements, reading.problems)
    assert [found] == read_reimbursements(content.replace(b"\t", b","))
    assert [found] == united_reimbursements([reading.reimbursements])


def test_numbers_with_a_comma() -> None:
    """A European download is told by its own numbers."""
    (found,) = read_reimbursements(report(amount_per_unit="7,50", amount_total="15,00"))

    assert Decimal(15) == found.amount


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"quantity_reimbursed_cash": "x"}, "line 2, column quantity-reimbursed-cash: 'x'"),
        ({"amount_total": "much"}, "line 2, column amount-total: 'much'"),
        ({"reason": " "}, "line 2, column reason: a blank cell"),
        ({"reimbursement_id": ""}, "line 2, column reimbursement-id: a blank cell"),
        ({"currency_unit": "dollars"}, "line 2, column currency-unit: 'dollars'"),
        ({"approval_date": "soon"}, "line 2, column approval-date: 'soon'"),
    ],
)
def test_cell_that_cannot_be_read(cells: dict[str, str], message: str) -> None:
    """The file is refused, and the cell is named."""
    with pytest.raises(errors.BadCellError, match=message):
        read_file(report(**cells), "r.txt")


def test_dates_whose_order_is_undecided() -> None:
    """03/12/2026 may be March or December: the report is asked for again."""
    with pytest.raises(errors.AmbiguousDatesError, match="column approval-date: '03/12/2026'"):
        read_file(report(approval_date="03/12/2026"), "r.txt")


def test_unknown_reason_and_units_that_do_not_add_up() -> None:
    """Both are said with their line; the row stays, with units that nobody uses."""
    content = report(reason="Return_Adjustment", quantity_reimbursed_total="3")
    reading = read_file(content, "r.txt")
    (found,) = united_reimbursements([reading.reimbursements])

    assert [
        ("'Return_Adjustment' is not a reason for a reimbursement that Cogsheet knows", "r.txt, line 2, column reason"),
        (
            "The units reimbursed in cash and in inventory are not the total that the row states",
            "r.txt, line 2, column quantity-reimbursed-total",
        ),
    ] == [(problem.message.split(";")[0].split(":")[0], problem.where) for problem in reading.problems]
    assert (None, None, None) == (found.meaning, found.units_cash, found.units_inventory)


def test_reports_whose_periods_overlap() -> None:
    """The same row in two reports is one reimbursement, the same row twice in one report is two."""
    may, june = reimbursements_frame([row(), row()]), reimbursements_frame([row(), row("2")])

    assert [row(), row(), row("2")] == united_reimbursements([may, june]) == united_reimbursements([may, june, may])


def test_a_reimbursement_is_known_by_its_number_whatever_became_of_its_date() -> None:
    """5001 without its time is the same 5001; another number is another one."""
    timed = FIRST + timedelta(hours=10)
    told, plain = (reimbursements_frame([row(approved_at=date)]) for date in (timed, FIRST))
    assert [row(approved_at=timed)] == united_reimbursements([told, plain]) == united_reimbursements([plain, told])
    assert 2 == len(united_reimbursements([told, reimbursements_frame([row("5002")])]))


@pytest.mark.parametrize(
    ("fields", "other"),
    [
        ({}, {}),
        ({}, {"quantity": 1, "net": Decimal(15)} | {"quantity": None}),
        ({"units_cash": 1, "units_inventory": 1}, {}),
        ({"units_cash": 1, "units_inventory": 1}, {"quantity": 1}),
        ({"order_id": "111-1"}, {}),
        ({}, {"order_id": "FBA15"}),
        ({}, {"sku": None, "quantity": None, "raw_description": "GENERAL_ADJUSTMENT"}),
        ({"raw": "Customer_Return"}, {"raw_description": "REVERSAL_REIMBURSEMENT"}),
        (
            {"raw": "LOST_WAREHOUSE"},
            {"raw_type": "FBA Inventory Reimbursement - Lost:Warehouse", "raw_description": ""},
        ),
        ({}, {"posted_at": FIRST + timedelta(days=31)}),
        (
            {"raw": "Reimbursement_Reversal", "amount": Decimal(-15), "units_cash": -2},
            {"raw_description": "COMPENSATED_CLAWBACK", "net": Decimal(-15), "quantity": -2}
            | {"event": Event.REIMBURSEMENT_REVERSAL.value},
        ),
        (
            {"raw": "Reimbursement_Reversal"},  # signed by its reason alone
            {"raw_description": "COMPENSATED_CLAWBACK", "net": Decimal(-15), "quantity": -2}
            | {"event": Event.REIMBURSEMENT_REVERSAL.value},
        ),
    ],
)
def test_row_that_fits_its_line(fields: dict[str, object], other: dict[str, object]) -> None:
    """It is the line's, whatever of the two says more."""
    assert {"one": "5001"} == pairs([line(**other)], row(**fields))


@pytest.mark.parametrize(
    ("fields", "other"),
    [
        ({"sku": "B"}, {}),
        ({"amount": Decimal("15.01")}, {}),
        ({"amount": Decimal(-15)}, {}),
        ({"amount": None}, {}),
        ({"currency": "CAD"}, {}),
        ({"units_cash": 3}, {}),
        ({"order_id": "111-1"}, {"order_id": "111-2"}),
        ({"raw": "Customer_Return"}, {}),
        ({}, {"raw_description": "MISSING_FROM_INBOUND"}),
        ({}, {"posted_at": FIRST + timedelta(days=32)}),
        ({}, {"event": Event.SALE.value, "raw_type": "Order", "raw_description": ""}),
    ],
)
def test_row_that_is_another_ones(fields: dict[str, object], other: dict[str, object]) -> None:
    """One figure that differs is enough: nothing is guessed."""
    assert {} == pairs([line(**other)], row(**fields))


def test_nearest_day_decides() -> None:
    """Two losses alike, a week apart, and their two rows."""
    later = FIRST + timedelta(days=7)
    lines = [line("late", posted_at=later), line("early")]

    assert {"early": "1", "late": "2"} == pairs(lines, row("2", approved_at=later), row("1", units_inventory=1))


def test_row_that_fits_several_lines_decides_nothing() -> None:
    """One row and two lines of its day: whose it is cannot be told; nor can two rows that differ."""
    lines = [line("a"), line("b")]

    assert {} == pairs(lines, row())
    assert {} == pairs(lines, row("1"), row("2", units_inventory=2))
    assert {} == pairs([line()], row("1"), row("2", units_inventory=2))
    assert {"a": "1", "b": "2"} == pairs(lines, row("1"), row("2"))


def test_row_of_the_lines_own_order_comes_first() -> None:
    """A row that names no order is left for the line that names none."""
    lines = [line("named", order_id="111-1"), line("bare")]

    assert {"named": "2", "bare": "1"} == pairs(lines, row("1"), row("2", order_id="111-1"))


def test_row_of_an_unknown_reason_keeps_another_from_deciding() -> None:
    """The line may be either row's."""
    assert {} == pairs([line(raw_description="GENERAL_ADJUSTMENT")], row("1"), row("2", raw="Some_Reason"))


ROWS = st.builds(
    row,
    st.sampled_from(["1", "2", "3"]),
    approved_at=st.sampled_from([FIRST, FIRST + timedelta(days=2)]),
    order_id=st.sampled_from(["", "111-1"]),
    raw=st.sampled_from(["Lost_Warehouse", "General_Adjustment", "Customer_Return", "New_Reason"]),
    units_inventory=st.sampled_from([0, 1]),
)
LINES = st.fixed_dictionaries(
    {
        "posted_at": st.sampled_from([FIRST, FIRST + timedelta(days=1)]),
        "order_id": st.sampled_from([None, "111-1"]),
        "sku": st.sampled_from(["A", None]),
        "raw_description": st.sampled_from(["WAREHOUSE_LOST", "GENERAL_ADJUSTMENT", "CS_ERROR_ITEMS"]),
    }
)


@given(rows=st.lists(ROWS, max_size=6), drawn=st.lists(LINES, max_size=5), data=st.data())
def test_no_order_of_rows_files_or_lines_changes_anything(
    rows: list[ReportedReimbursement], drawn: list[dict[str, object]], data: st.DataObject
) -> None:
    """Rows shuffled, cut into files that overlap, lines shuffled: the same pairs, each row at most once."""
    lines = [line(f"line {number}", **fields) for number, fields in enumerate(drawn)]
    first = pairs(lines, *rows)
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    files = [reimbursements_frame(part) for part in (shuffled[:cut], shuffled, shuffled[cut:])]

    assert first == pairs(data.draw(st.permutations(lines)), *united_reimbursements(files))
    assert len(first) <= len(rows)


@pytest.mark.parametrize(
    ("units", "is_used"),
    [(("2", "0", "2"), True), (("-1", "1", "1"), True), (("-1", "1", "0"), True), (("1", "1", "3"), False)],
    ids=["their total", "found again", "taken back", "another total"],
)
def test_units_that_are_not_their_total_are_not_used(units: tuple[str, str, str], *, is_used: bool) -> None:
    """How Amazon signs units that it takes back is not documented: signs alone are no contradiction."""
    names = ("quantity_reimbursed_cash", "quantity_reimbursed_inventory", "quantity_reimbursed_total")
    reading = fba_reimbursements.read(open_contents(report(**dict(zip(names, units, strict=True))), "report.txt"))
    (told,) = united_reimbursements([reading.reimbursements])

    assert (int(units[0]) if is_used else None) == told.units_cash
    assert is_used is not any("are not the total" in one.message for one in reading.problems)
