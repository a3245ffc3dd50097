"""The two entries of a settlement: they balance, tie to its total and to its COGS, and are cut at the month's end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.journal.accounts import Accounts
from core.journal.cogs_entry import cogs_entries
from core.journal.entry import Entry, EntryKey, EntryKind, EntryLine, UnbalancedEntryError
from core.journal.line_types import LineType
from core.journal.months import SettlementDates
from core.journal.settlement_entry import settlement_entries
from core.model import AMOUNT_COLUMNS, COSTED_COLUMNS, TRANSACTION_COLUMNS, CostStatus, Event, frame
from core.money import cents, total

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
DATES = SettlementDates(date(2026, 9, 5))
AUGUST, SEPTEMBER = datetime(2026, 8, 28, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC)


def line(event: Event, posted: datetime = SEPTEMBER, cogs: str = "0", **values: object) -> dict[str, object]:
    amounts = {name: Decimal(str(values.pop(name, 0))) for name in AMOUNT_COLUMNS}
    return {
        "store": "Amazon US",
        "settlement_id": "1",
        "event": event,
        "posted_at": posted,
        "currency": "USD",
        "net": sum(amounts.values()),
        "cost_status": CostStatus.COSTED,
        "cogs": Decimal(cogs),
        **amounts,
        **values,
    }


def settlement(*rows: dict[str, object], currency: str = "USD") -> list[Entry]:
    table = frame(COLUMNS, rows)
    return settlement_entries(
        table, DATES, store="Amazon US", settlement_id="1", currency=currency, accounts=Accounts()
    )


def cogs(*rows: dict[str, object]) -> list[Entry]:
    table = frame(COLUMNS, rows)
    return cogs_entries(table, DATES, store="Amazon US", settlement_id="1", currency="USD", accounts=Accounts())


def amounts(entry: Entry) -> dict[LineType, str]:
    return {line.type: str(line.amount) for line in entry.lines}


def test_each_kind_of_money_posts_to_its_own_line() -> None:
    """Sales are credits, fees debits, and the clearing account takes the settlement's total as a debit."""
    sale = line(Event.SALE, principal="100.00", shipping="5.00", promotion="-2.00", referral_fee="-15.00")
    refund = line(Event.REFUND, principal="-20.00", referral_fee="3.00")
    ads, storage = line(Event.ADVERTISING, other="-7.00"), line(Event.FEE, other="-4.00")

    (entry,) = settlement(sale, refund, ads, storage)

    assert {
        LineType.SALES: "-100.00",
        LineType.REFUNDS: "20.00",
        LineType.SHIPPING: "-5.00",
        LineType.PROMOTIONS: "2.00",
        LineType.REFERRAL_FEES: "12.00",
        LineType.OTHER_FEES: "4.00",
        LineType.ADVERTISING: "7.00",
        LineType.CLEARING: "60.00",
    } == amounts(entry)
    assert "Amazon US Clearing USD" == entry.lines[-1].account


def test_the_marketplaces_tax_nets_to_zero_on_the_liability() -> None:
    """What the facilitator collects and withholds stands on two lines of one account."""
    (entry,) = settlement(line(Event.SALE, principal="10.00", tax="0.80", tax_withheld="-0.80"))

    tax = [one for one in entry.lines if one.account == "Sales Tax Payable"]
    assert [LineType.TAX_COLLECTED, LineType.TAX_WITHHELD] == [one.type for one in tax]
    assert Decimal(0) == total(one.amount for one in tax)


def test_tax_deducted_at_source_is_prepaid_tax() -> None:
    """India's TCS and TDS come back with the seller's own return."""
    (entry,) = settlement(line(Event.SALE, principal="100.00", tax_withheld="-1.00"), currency="INR")

    assert amounts(entry)[LineType.PREPAID_TAX] == "1.00"


def test_reserves_are_an_asset_and_charges_go_to_clearing() -> None:
    """A reserve is our own money; a card charge belongs to the account that the bank settles."""
    reserve = line(Event.BALANCE, other="-50.00", raw_description="Current Reserve Amount")
    charge = line(Event.BALANCE, other="12.00", raw_description="Successful charge")

    (entry,) = settlement(line(Event.SALE, principal="100.00"), reserve, charge)

    assert ("50.00", "-12.00") == (amounts(entry)[LineType.RESERVE], amounts(entry)[LineType.CLEARING_MOVES])


def test_a_negative_settlement_is_a_credit_on_clearing() -> None:
    """The seller owes the marketplace."""
    (entry,) = settlement(line(Event.FEE, other="-39.99"))

    assert entry.lines[-1].credit == Decimal("39.99")


def test_a_settlement_over_the_months_end_makes_an_entry_per_month() -> None:
    """The earlier one is dated with the month's last day; their clearing lines sum to the total."""
    august, september = settlement(
        line(Event.SALE, AUGUST, principal="10.00"), line(Event.SALE, SEPTEMBER, principal="5.00")
    )

    assert [date(2026, 8, 31), date(2026, 9, 5)] == [august.day, september.day]
    assert ["2026-08", "2026-09"] == [august.key.month, september.key.month]
    assert Decimal("15.00") == august.lines[-1].amount + september.lines[-1].amount


def test_goods_sold_returned_and_lost_stand_on_lines_of_their_own() -> None:
    """Each against inventory."""
    (entry,) = cogs(
        line(Event.SALE, cogs="9.004"), line(Event.REFUND, cogs="-3.00"), line(Event.REIMBURSEMENT, cogs="2.00")
    )

    assert {
        LineType.COGS_SALES: "9.00",
        LineType.INVENTORY_OUT: "-9.00",
        LineType.COGS_REFUNDS: "-3.00",
        LineType.INVENTORY_IN: "3.00",
        LineType.LOSSES: "2.00",
        LineType.INVENTORY_LOST: "-2.00",
    } == amounts(entry)


def test_the_last_month_takes_what_rounding_leaves() -> None:
    """Half a cent in each month: the settlement posts one cent in all."""
    entries = cogs(line(Event.SALE, AUGUST, cogs="0.005"), line(Event.SALE, SEPTEMBER, cogs="0.005"))

    assert ["2026-08"] == [entry.key.month for entry in entries]
    assert Decimal("0.01") == total(one.amount for entry in entries for one in entry.lines if one.amount > 0)


def test_an_unbalanced_entry_cannot_be_made() -> None:
    """It is a fault of the program, and stops before anything is written."""
    key = EntryKey("Amazon US", "1", "2026-09", EntryKind.COGS)

    with pytest.raises(UnbalancedEntryError, match="Amazon US 1 2026-09 COGS r1"):
        Entry(key, date(2026, 9, 5), "USD", (EntryLine(LineType.SALES, "Sales", Decimal(1)),))


LINES = st.builds(
    lambda event, posted, parts, cost: line(
        event, posted, cogs=str(cost), **dict(zip(AMOUNT_COLUMNS, parts, strict=True))
    ),
    st.sampled_from([event for event in Event if event is not Event.PAYOUT]),
    st.sampled_from([AUGUST, SEPTEMBER]),
    st.lists(st.decimals(-500, 500, places=2), min_size=10, max_size=10),
    st.decimals(-50, 50, places=6),
)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_the_entries_of_any_settlement_tie_to_its_total_and_its_cogs(rows: list[dict[str, object]]) -> None:
    """Whatever is in it: clearing is the sum of the nets, expense the COGS rounded once."""
    table = frame(COLUMNS, rows)
    clearing = [e.lines[-1].amount for e in settlement(*rows)]
    expense = [
        one.amount
        for entry in cogs(*rows)
        for one in entry.lines
        if one.type in (LineType.COGS_SALES, LineType.COGS_REFUNDS, LineType.LOSSES)
    ]

    assert total(table["net"]) == sum(clearing)
    assert cents(total(table["cogs"])) == sum(expense)
