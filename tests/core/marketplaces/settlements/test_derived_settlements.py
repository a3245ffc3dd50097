"""Settlements whose file gives them no name: Shopify without payout ids, Walmart without a period."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import TRANSACTION_COLUMNS, records
from core.marketplaces import errors, read_file

if TYPE_CHECKING:
    from pathlib import Path

    from core.model import Reading

HEADER = "Transaction Date,Type,Order,Payout Status,Payout Date,Amount,Fee,Net,Checkout,Currency\n"


def shopify(*rows: str, header: str = HEADER) -> Reading:
    """Read an export of these rows."""
    return read_file((header + "".join(f"{row}\n" for row in rows)).encode(), "f")


def sums(reading: Reading) -> dict[str, Decimal]:
    """Return the sum of each settlement by its name."""
    return {found.settlement_id: found.sum for found in reading.settlements}


def test_one_payout_per_date_and_currency() -> None:
    """Two currencies of one day are two payouts, in whatever order their rows stand."""
    reading = shopify(
        "2025-06-10 12:00:00 -0400,charge,#1,paid,2025-06-12,60.00,2.00,58.00,#c1,USD",
        "2025-06-10 12:00:00 -0400,charge,#2,paid,2025-06-12,50.00,2.00,48.00,#c2,CAD",
        "2025-06-11 12:00:00 -0400,charge,#3,paid,2025-06-13,10.00,1.00,9.00,#c3,USD",
        "2025-06-11 12:00:00 -0400,refund,#1,paid,2025-06-12,-5.00,0.00,-5.00,#c4,USD",
    )

    assert {"2025-06-12 USD": Decimal(53), "2025-06-12 CAD": Decimal(48), "2025-06-13 USD": Decimal(9)} == sums(reading)
    assert {"2025-06-12"} == {
        f"{found.deposit_at:%Y-%m-%d}" for found in reading.settlements if "06-12" in found.settlement_id
    }


@pytest.mark.parametrize(
    ("status", "date", "paid"),
    [
        ("paid", "2025-06-12", True),
        ("in_transit", "2025-06-12", True),
        ("scheduled", "2025-06-12", True),
        ("pending", "2025-06-12", False),
        ("Pending", "2025-06-12", False),
        ("pending", "", False),
        ("paid", "", False),
        ("", "2025-06-12", True),
    ],
)
def test_what_is_not_paid_yet_is_left_out(status: str, date: str, *, paid: bool) -> None:
    """A pending row and one without a date are in no payout, and a note says so."""
    reading = shopify(f"2025-06-10 12:00:00 -0400,charge,#1,{status},{date},60.00,2.00,58.00,#c1,USD")

    assert paid is bool(reading.settlements)
    assert (not paid) is ("in no payout yet" in " ".join(problem.message for problem in reading.problems))


@pytest.mark.parametrize(
    "date", ["2025-06-12", "2025-06-12 00:00:00 +0200", "2025-06-12 23:00:00 -0500", "Jun 12, 2025"]
)
def test_the_day_is_the_one_that_stands_there(date: str) -> None:
    """A time or zone behind the day makes no other payout of it."""
    assert {"2025-06-12 USD"} == set(
        sums(shopify(f'2025-06-10 12:00:00 -0400,charge,#1,paid,"{date}",60.00,2.00,58.00,#c1,USD'))
    )


def test_payout_row_gives_the_total() -> None:
    """The payout's own row ties the day, as it does a payout with an id."""
    charge = "2025-06-10 12:00:00 -0400,charge,#1,paid,2025-06-12,60.00,2.00,58.00,#c1,USD"
    (tied,) = shopify(charge, "2025-06-12,payout,,paid,2025-06-12,-58.00,0,-58.00,,USD").settlements
    (short,) = shopify(charge, "2025-06-12,payout,,paid,2025-06-12,-60.00,0,-60.00,,USD").settlements

    assert (Decimal(58), True) == (tied.total, tied.ties_out)
    assert not short.ties_out


def test_ids_where_only_some_rows_have_them() -> None:
    """No payout is made up beside real ones; a row that is paid and in none of them is named."""
    header = HEADER.replace("Payout Date", "Payout Date,Payout ID")
    reading = shopify(
        "2025-06-10 12:00:00 -0400,charge,#1,paid,2025-06-12,77,60.00,2.00,58.00,#c1,USD",
        "2025-06-10 13:00:00 -0400,charge,#2,paid,2025-06-12,,60.00,2.00,58.00,#c2,USD",
        "2025-06-10 13:00:00 -0400,charge,#3,pending,,,60.00,2.00,58.00,#c3,USD",
        header=header,
    )

    assert {"77": Decimal(58)} == sums(reading)
    (warning,) = [problem for problem in reading.problems if problem.severity == "warning"]
    assert ("f, line 3, column Payout ID", True) == (warning.where, "This row is paid, but" in warning.message)
    blank = shopify("2025-06-10 12:00:00 -0400,charge,#1,paid,2025-06-12,,60.00,2.00,58.00,#c1,USD", header=header)
    assert {"2025-06-12 USD": Decimal(58)} == sums(blank)


def test_neither_id_nor_date() -> None:
    """Without both nothing tells the payouts apart."""
    with pytest.raises(
        errors.MissingColumnError, match=r"line 1: the header of this Shopify .* lacks the column Payout ID"
    ):
        shopify("2025-06-10,charge,#1,paid,x,60,2,58,#c1,USD", header=HEADER.replace("Payout Date", "x"))


WALMART = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Posted Timestamp,Transaction Type,"
    "Transaction Description,Customer Order #,Amount,Amount Type,Ship Qty,Partner Item Id\n"
    "{start},{end},{total},USD,,PaymentSummary,,,,,,\n"
    ",,,,{first},Sale,Purchase,1,20.00,Product Price,2,W-1\n"
    ",,,,{last},Sale,Purchase,2,-3.00,Commission on Product,2,W-1\n"
)
DATED = {"start": "", "end": "", "total": "17.00", "first": "04/25/2026", "last": "04/20/2026"}


@pytest.mark.parametrize(
    ("cells", "name", "ties"),
    [
        ({}, "20260420-20260425", True),
        ({"first": "04/20/2026"}, "20260420-20260420", True),
        ({"first": ""}, "20260420-20260420", True),
        ({"total": "18.00"}, "20260420-20260425", False),
        ({"start": "04/18/2026", "end": "05/01/2026"}, "20260418-20260501", True),
    ],
)
def test_walmart_settlement_is_named_by_its_lines(cells: dict[str, str], name: str, *, ties: bool) -> None:
    """By the first and last day that lines were posted, where the summary row has no period; its total still counts."""
    (settlement,) = read_file(WALMART.format(**DATED | cells).encode()).settlements

    assert (name, ties) == (settlement.settlement_id, settlement.ties_out)
    assert settlement.total is not None


@pytest.mark.parametrize("cells", [{"start": "04/18/2026"}, {"end": "05/01/2026"}, {"first": "", "last": ""}])
def test_walmart_period_that_cannot_be_told(cells: dict[str, str]) -> None:
    """Half a period is damage, and lines without any date name nothing."""
    with pytest.raises(errors.BadCellError, match=r"column Period (Start|End) Date: a blank cell is not the"):
        read_file(WALMART.format(**DATED | cells).encode(), "f")


def test_cases(shared_cases: Path) -> None:
    """The real files that were refused."""
    name = "shopify_2025_without_payout_id.csv"
    assert {"2025-10-07 USD": Decimal("37.96"), "2025-10-08 USD": Decimal("9.41")} == sums(
        read_file((shared_cases / name).read_bytes(), name)
    )
    blank, stated = (
        read_file((shared_cases / f"walmart_{period}_period.csv").read_bytes()).settlements[0]
        for period in ("blank", "with")
    )
    assert "20260425-20260425" == blank.settlement_id
    kept = [column for column in TRANSACTION_COLUMNS if column != "settlement_id"]
    assert records(blank.transactions[kept]) == records(stated.transactions[kept])
    assert (blank.total, blank.ties_out) == (stated.total, stated.ties_out)
