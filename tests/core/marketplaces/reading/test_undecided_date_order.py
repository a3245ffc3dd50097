"""Dates like 03/12/2025 where no settlement period tells which part is the month."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.marketplaces import errors, read_file
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

SOLD = [Sold("111-1", "A", 2, Decimal("10.00"), Decimal("-1.00")), Sold("111-2", "B", 1, Decimal(5), Decimal(-1))]
RETURNS = "return-date,order-id,sku,quantity,detailed-disposition\n{0},111-1,A,1,SELLABLE\n{1},111-2,B,1,DEFECTIVE\n"


def returns(first: str, second: str) -> list[str]:
    """Return the days of a returns report."""
    days = read_file(RETURNS.format(first, second).encode(), "r.csv").returns["returned_at"]
    return [f"{day:%Y-%m-%d}" for day in days]


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("03/12/2025", "13/12/2025", ["2025-12-03", "2025-12-13"]),
        ("03/12/2025", "03/13/2025", ["2025-03-12", "2025-03-13"]),
        ("03/03/2025", "04/04/2025", ["2025-03-03", "2025-04-04"]),
        ("3/12/25 10:00", "25/12/25", ["2025-12-03", "2025-12-25"]),
        ("2025-12-03", "03.12.2025", ["2025-12-03", "2025-12-03"]),
    ],
)
def test_returns_report_decides_from_all_its_rows(first: str, second: str, days: list[str]) -> None:
    """A day above twelve tells it for every row, whichever stands first."""
    assert days == returns(first, second)


@pytest.mark.parametrize(("first", "second"), [("03/12/2025", "04/12/2025"), ("03/12/2025", "2025-12-13")])
def test_returns_report_that_does_not_tell(first: str, second: str) -> None:
    """It is asked for again with dates written out."""
    with pytest.raises(
        errors.AmbiguousDatesError, match=r"r\.csv, line 2, column return-date: '03/12/2025' may be day/"
    ):
        returns(first, second)


def test_returns_report_with_both_orders() -> None:
    """One date can only be day/month, another only month/day: it is no one's report."""
    with pytest.raises(errors.BadCellError, match="line 3, column return-date: '12/13/2025' is not a date that fits"):
        returns("13/12/2025", "12/13/2025")


@pytest.mark.parametrize(
    ("form", "old", "told", "open_question"),
    [
        ("shopify_payments_csv", "2026-06-17 08:14:22 +0000", "06/17/2026 08:14", "06/07/2026 08:14"),
        ("ebay_transaction_report", '"Jun 17, 2026"', "17/06/2026", "06/07/2026"),
        ("amazon_unified_csv", '"Jun 17, 2026 8:14:22 AM UTC"', "17/06/2026", "06/07/2026"),
    ],
)
def test_views_saved_again_by_a_spreadsheet(form: str, old: str, told: str, open_question: str) -> None:
    """The same for every format that states no period: one order for all its date columns, or none."""
    text = WRITERS[form](SOLD).content().decode()

    (settlement,) = read_file(text.replace(old, told).encode()).settlements
    assert "2026-06-17" == f"{settlement.period_start:%Y-%m-%d}"
    with pytest.raises(errors.AmbiguousDatesError, match="nothing else in the file tells which"):
        read_file(text.replace(old, open_question).encode())
