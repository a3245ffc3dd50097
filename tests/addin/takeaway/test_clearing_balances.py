"""What clearing and reserve accounts should hold at a month's end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.books.entries.stored_entries import JOURNAL_COLUMNS
from core.frame_columns import frame
from core.journal.clearing import Deposit, ExpectedBalance, expected_balances, outstanding
from core.line_types import LineType

FIRST, LAST = date(2026, 8, 1), date(2026, 8, 31)
ACCOUNT = "US Clearing USD"


def booked(settlement: str, day: str, amount: str, kind: LineType = LineType.CLEARING) -> dict[str, object]:
    account = "Reserves" if kind is LineType.RESERVE else ACCOUNT if kind is LineType.CLEARING else "Sales"
    return {
        "store": "US",
        "settlement_id": settlement,
        "entry_date": day,
        "account": account,
        "amount": Decimal(amount),
        "currency": "USD",
        "memo": str(kind),
    }


def paid(settlement: str, day: date | None, amount: str) -> Deposit:
    return Deposit("US", settlement, ACCOUNT, "USD", day, Decimal(amount))


JOURNAL = frame(
    JOURNAL_COLUMNS,
    [
        booked("1", "2026-07-31", "30.00"),
        booked("1", "2026-08-05", "70.00"),
        booked("2", "2026-08-31", "40.00"),
        booked("2", "2026-09-06", "60.00"),
        booked("2", "2026-08-31", "-8.00", LineType.RESERVE),
        booked("2", "2026-08-31", "-500.00", LineType.SALES),
    ],
)
DEPOSITS = (
    paid("1", date(2026, 8, 7), "100.00"),
    paid("2", date(2026, 9, 8), "100.00"),
    paid("3", date(2026, 8, 21), "25.00"),
    paid("4", None, "11.00"),
)


def test_the_deposit_takes_off_what_the_entries_put_on() -> None:
    """Opening, the month's entries and deposits; sales and what comes later are none of it; reserves stand apart."""
    clearing, reserve = expected_balances(JOURNAL, DEPOSITS, FIRST, LAST)

    assert (
        ExpectedBalance(
            ACCOUNT, "USD", is_reserve=False, opening=Decimal(30), entries=Decimal(110), deposits=Decimal(125)
        )
        == clearing
    )
    assert Decimal(15) == clearing.closing
    assert ("Reserves", Decimal(-8)) == (reserve.account, reserve.closing)


def test_the_balance_is_made_of_the_settlements_that_leave_something() -> None:
    """One on its way, one deposited without an entry; the settled one is not listed, and together they are it."""
    found = outstanding(JOURNAL, DEPOSITS, LAST)

    assert [("2", Decimal(40)), ("3", Decimal(-25))] == [(one.settlement_id, one.amount) for one in found]
    assert sum(one.amount for one in found) == expected_balances(JOURNAL, DEPOSITS, FIRST, LAST)[0].closing


def test_the_next_month_opens_with_what_the_last_one_left() -> None:
    """Nothing is lost between two packs."""
    august = expected_balances(JOURNAL, DEPOSITS, FIRST, LAST)
    september = expected_balances(JOURNAL, DEPOSITS, date(2026, 9, 1), date(2026, 9, 30))

    assert [one.closing for one in august] == [one.opening for one in september]
    assert Decimal(-25) == september[0].closing


def test_the_opening_balance_of_a_split_settlement_is_expected_on_its_account() -> None:
    """40.00 of a deposit of 140.00 came before books start: until the deposit 140.00 is there, afterwards nothing."""
    split = Deposit("US", "9", ACCOUNT, "USD", date(2026, 8, 20), Decimal(140), Decimal(40), date(2026, 8, 9))
    journal = frame(JOURNAL_COLUMNS, [booked("9", "2026-08-17", "100.00")])

    (before,) = expected_balances(journal, [split], FIRST, date(2026, 8, 18))
    (after,) = expected_balances(journal, [split], FIRST, LAST)
    (open_one,) = outstanding(journal, [split], date(2026, 8, 18))

    assert (Decimal(40), Decimal(140)) == (before.opening, before.closing)
    assert Decimal(0) == after.closing
    assert (Decimal(140), []) == (open_one.amount, outstanding(journal, [split], LAST))
    assert [] == expected_balances(journal.iloc[:0], [split], date(2026, 7, 1), date(2026, 7, 31)), "not yet"
