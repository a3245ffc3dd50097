"""Book of record and view, and settlements that are missing between others."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.marketplaces import FORMATS, read_file
from core.marketplaces.formats import Standing, standing
from core.marketplaces.settlements.continuity import Span, missing_settlements, reserves
from tests.core.marketplaces.amazon_files import bare_line, flat_file, summary


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("amazon_v2_flat", Standing.RECORD),
        ("amazon_v1_flat", Standing.RECORD),
        ("amazon_xml", Standing.RECORD),
        ("amazon_unified_csv", Standing.VIEW),
        ("walmart_recon_v1", Standing.RECORD),
        ("from an API", Standing.RECORD),
    ],
)
def test_standing_of_formats(name: str, expected: Standing) -> None:
    """Only the unified CSV is a view."""
    assert expected == standing(name, FORMATS)


def fortnight(number: int, *, current: str = "0", previous: str = "0", currency: str = "USD") -> Span:
    """Return the span of one of the fortnights that begin on 1 June 2026."""
    days = [
        datetime(2026, 6, 1, 7, tzinfo=UTC),
        datetime(2026, 6, 15, 7, tzinfo=UTC),
        datetime(2026, 6, 29, 7, tzinfo=UTC),
    ]
    days.append(datetime(2026, 7, 13, 7, tzinfo=UTC))
    return Span(
        str(number), "Amazon.com", currency, days[number], days[number + 1], Decimal(current), Decimal(previous)
    )


def test_settlements_that_follow_each_other() -> None:
    """Nothing is missing where periods touch and the reserve is taken up."""
    assert () == missing_settlements(
        [fortnight(1, previous="42.67", current="-5"), fortnight(0, current="-42.67"), fortnight(2, previous="5")]
    )


def test_gap_between_periods() -> None:
    """A fortnight without a settlement is named with its days."""
    (problem,) = missing_settlements([fortnight(0), fortnight(2)])

    assert "Nothing covers 2026-06-15 to 2026-06-29 in Amazon.com (USD)" in problem.message
    assert "between 0 and 2 is missing" in problem.message


def test_reserve_that_does_not_carry_over() -> None:
    """A previous reserve unlike the last current reserve shows that something lies between."""
    (problem,) = missing_settlements([fortnight(0, current="-42.67"), fortnight(1, previous="40.00")])

    assert "begins with a reserve of 40.00 USD, but 0, the last one before it, left 42.67" in problem.message


def test_currencies_have_sequences_of_their_own() -> None:
    """A Canadian settlement does not fill a gap between American ones."""
    spans = [fortnight(0), fortnight(1, currency="CAD"), fortnight(2)]

    assert 1 == len(missing_settlements(spans))


def test_reserves_of_a_settlement_that_was_read() -> None:
    """Reserves are found by their descriptions."""
    rows = [
        bare_line("150.00", transaction_type="other-transaction", amount_description="Previous Reserve Amount Balance"),
        bare_line("-42.67", transaction_type="other-transaction", amount_description="Current Reserve Amount"),
    ]
    (settlement,) = read_file(flat_file([summary("107.33"), *rows])).settlements

    assert (Decimal("-42.67"), Decimal(150)) == reserves(settlement.transactions)
