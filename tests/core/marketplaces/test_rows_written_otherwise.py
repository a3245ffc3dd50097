"""Rows of two files that may be one though they are written otherwise: as they are compared, without books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.frame_columns import records
from core.marketplaces import read_file
from core.marketplaces.compared_rows import CONTENT, Content, as_compared, may_be_one
from core.marketplaces.formats import Extent
from core.marketplaces.settlements.uniting import parts_of, united_settlement
from tests.core.books.exports_of_payouts import released_export

if TYPE_CHECKING:
    from core.marketplaces.settlements.uniting import SettlementPart

HEAD = "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Checkout,Currency\n"


def charge(
    moment: str, order: str = "#1", amount: str = "50.00", *, kind: str = "charge", checkout: str = "c"
) -> Content:
    text = f"{HEAD}{moment},{kind},{order},paid,2026-07-01,900001,{amount},0.00,{amount},{checkout},USD\n"
    (settlement,) = read_file(text.encode(), "a.csv").settlements
    (row,) = records(settlement.transactions)
    return as_compared(tuple(row[name] for name in CONTENT))


MORNING = charge("2026-06-29 10:15:07 -0400")


@pytest.mark.parametrize(
    "other",
    [
        charge("2026-06-29 10:15:07"),  # its zone is gone
        charge("2026-06-29 10:15 -0400"),  # its seconds
        charge("2026-06-29"),  # its time
        charge("2026-06-29 10:15:08 -0400"),
        charge("2026-06-30 03:00:00 +0000"),  # another hour of the day
        charge("2026-06-29 10:15:07 -0400", "1"),  # a sign of its number
        charge("2026-06-29 10:15:07 -0400", ""),  # its number
        charge("2026-06-29 10:15:07 -0400", checkout=""),
        charge("2026-06-29 14:15:07", "", checkout=""),
    ],
)
def test_a_cell_that_lost_something_may_be_the_same(other: Content) -> None:
    """A zone, a time, a sign or a whole number that one file lacks does not make two rows."""
    assert {(MORNING, other)} == may_be_one([MORNING], [other])
    assert {(other, MORNING)} == may_be_one([other], [MORNING])


@pytest.mark.parametrize(
    "other",
    [
        charge("2026-06-29 10:15:07", "#2"),
        charge("2026-06-29 10:15:07", amount="50.01"),
        charge("2026-06-29 10:15:07", kind="refund"),
        charge("2026-06-29 10:15:07", checkout="d"),
        charge("2026-07-01 10:15:07"),
    ],
)
def test_another_order_amount_type_number_or_day_is_another_row(other: Content) -> None:
    """Nothing is asked of rows that say something else."""
    assert set() == may_be_one([MORNING], [other])


@pytest.mark.parametrize(
    ("moment", "asked"),
    [
        ("2026-06-29 14:15:00 +0000", True),  # four hours: a zone
        ("2026-06-29 10:15:41 +0000", True),  # within the minute
        ("2026-06-29 11:20:00 +0000", False),  # a second label of that day
        ("2026-06-30 10:15:00 +0000", False),  # the next day's
    ],
)
def test_a_charge_without_an_order_may_be_the_same_only_at_the_same_moment(moment: str, *, asked: bool) -> None:
    """Postage of 5.00 is paid many times a day: only a notation of the same moment is asked."""
    label = charge("2026-06-29 10:15:00 +0000", "", "-5.00", kind="shipping_label")
    other = charge(moment, "", "-5.00", kind="shipping_label")
    assert asked == bool(may_be_one([label], [other]))


def released(*moments: str, order: str = "#1") -> SettlementPart:
    file = released_export("a.csv", *moments, order=order)
    return parts_of(read_file(file.content, file.name), file.name, Extent.OTHER_DAYS)["900001"]


LATE = "Jun 17, 2026 10:00:00 AM PDT"


@pytest.mark.parametrize(
    "other", [("",), ("Jun 17, 2026 9:00:00 AM PDT",), ("Jun 17, 2026",), ("Jun 10, 2026 3:00:00 AM PDT",)]
)
def test_a_row_is_known_by_its_own_date_and_not_by_its_release(other: tuple[str, ...]) -> None:
    """Whichever report comes first, an order that both hold is one order, released at the later of what they say."""
    first, second = released(LATE), released(*other)
    found = [records(united_settlement(parts).transactions) for parts in ([first, second], [second, first])]

    assert [1, 1] == [len(rows) for rows in found]
    assert found[0] == found[1]
    assert "2026-06-17 17:00:00+00:00" == str(found[0][0]["posted_at"])


def test_two_rows_of_one_file_that_are_released_apart_are_two() -> None:
    """Two parcels of one moment that are released on two days stay two, also beside a report without releases."""
    both, neither = released(LATE, "Jun 19, 2026 10:00:00 AM PDT"), released("", "")
    for parts in ([both, neither], [neither, both]):
        days = [row["posted_at"].day for row in records(united_settlement(parts).transactions)]
        assert [17, 19] == days
