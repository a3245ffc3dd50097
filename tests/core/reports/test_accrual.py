"""The month-end accrual: which lines it takes, and that its entries balance and take themselves back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame
from core.journal.accounts import Accounts
from core.journal.accrual_entry import AccrualDays, accrual_entries
from core.journal.entry import Entry, EntryKind
from core.line_types import LineType
from core.model import CostStatus, Event, ObservationKind
from core.money import cents, total
from core.reports.accrual import ship_days, shipped_not_settled
from core.time import Month, MonthUnreadableError
from tests.examples import examples

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
AUGUST = Month(2026, 8)
DAYS = AccrualDays(AUGUST.last_day, AUGUST.day_after)
AFTER = datetime(2026, 9, 4, 12, tzinfo=UTC)


def sale(order: str = "1", product: str | None = "MUG", **values: object) -> dict[str, object]:
    amounts = {name: Decimal(str(values.pop(name, 0))) for name in AMOUNT_COLUMNS}
    usual: dict[str, object] = {
        "key": f"{order} {product}",
        "store": "Amazon US",
        "settlement_id": "1",
        "event": Event.SALE,
        "order_id": order,
        "product_id": product,
        "posted_at": AFTER,
        "currency": "USD",
        "cost_status": CostStatus.COSTED,
        "cogs": Decimal("4.00"),
        "net": sum(amounts.values()),
    }
    return usual | amounts | values


def lines(*rows: dict[str, object]) -> pd.DataFrame:
    return frame(COLUMNS, rows)


def left(*movements: tuple[str, str, str | None]) -> pd.DataFrame:
    """Return what Finale says: order, product, and the day it left stock."""
    rows = [
        {"kind": ObservationKind.ORDER, "order_id": order, "product_id": product, "record_date": day}
        for order, product, day in movements
    ]
    average = {"kind": ObservationKind.AVERAGE_ON_DATE, "product_id": "MUG", "record_date": "2026-01-01"}
    return frame(OBSERVATION_COLUMNS, [*rows, average])


def days(product: str | None, *movements: tuple[str, str, str | None]) -> str | None:
    found = ship_days(lines(sale(product=product)), left(*movements))
    return None if found.isna().all() else str(found.iloc[0])


def test_the_lines_own_product_says_when_it_was_shipped() -> None:
    """Another product of the order may have left on another day; a kit has left with its last part."""
    moved = (("1", "MUG", "2026-08-30"), ("1", "CUP", "2026-09-02"))

    assert days("MUG", *moved) == "2026-08-30"
    assert days("MUG + CUP", *moved) == "2026-09-02"


def test_a_ship_day_is_never_guessed() -> None:
    """What has not left has no day, nor has an unknown product on an order that left on several days."""
    assert days("MUG", ("1", "MUG", None)) is None
    assert days("MUG + CUP", ("1", "MUG", "2026-08-30"), ("1", "CUP", None)) is None
    assert days("MUG", ("2", "MUG", "2026-08-30")) is None
    assert days(None, ("1", "MUG", "2026-08-30"), ("1", "CUP", "2026-09-02")) is None


def test_an_order_that_left_on_one_day_dates_all_its_lines() -> None:
    """A SKU that is not mapped yet left with the rest of its order."""
    assert days(None, ("1", "MUG", "2026-08-30"), ("1", "CUP", "2026-08-30")) == "2026-08-30"


def taken(row: dict[str, object], day: str | None = "2026-08-30", **zones: str) -> bool:
    named = {"Amazon US": ZoneInfo(zones["zone"])} if zones else {}
    found = shipped_not_settled(lines(row), left(("1", "MUG", day)), AUGUST, zones=named)
    return len(found) == 1


def test_only_what_left_by_the_months_end_and_is_posted_later_is_accrued() -> None:
    """July's late ones are in it too; what is posted in the month, or shipped after it, is not."""
    assert taken(sale())
    assert taken(sale(), day="2026-07-12")
    assert taken(sale(), day="2026-08-31")
    assert not taken(sale(), day="2026-09-01")
    assert not taken(sale(), day=None)
    assert not taken(sale(posted_at=datetime(2026, 8, 31, 23, tzinfo=UTC)))
    assert not taken(sale(event=Event.REFUND)), "a refund of September is September's"


def test_the_stores_time_zone_says_when_the_month_ends() -> None:
    """Two in the morning UTC on the first is still August in Los Angeles."""
    night = sale(posted_at=datetime(2026, 9, 1, 2, tzinfo=UTC))

    assert taken(night)
    assert not taken(night, zone="America/Los_Angeles")


@pytest.mark.parametrize("text", ["2026-13", "August", "2026", "2026-8", "0000-01", "2026-08-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    """The message says how to write one."""
    with pytest.raises(MonthUnreadableError, match="2026-08"):
        Month.parse(text)


def test_a_month_knows_its_days() -> None:
    """February of a leap year has its 29th; the day after December is in the next year."""
    assert date(2028, 2, 29) == Month.parse("2028-02").last_day
    assert date(2027, 1, 1) == Month.parse("2026-12").day_after
    assert "2026-08" == str(AUGUST)


def entries(*rows: dict[str, object]) -> list[tuple[Entry, Entry]]:
    return accrual_entries(lines(*rows), DAYS, home_currency="USD", accounts=Accounts())


def test_an_accrual_books_what_the_settlement_will_against_an_account_of_its_own() -> None:
    """Sales are credits, fees debits; COGS has its own entry; both are taken back on the next day."""
    (money, money_back), (cogs, cogs_back) = entries(sale(principal="20.00", referral_fee="-3.00"))

    assert {
        "Marketplace Sales": Decimal("-20.00"),
        "Marketplace Referral Fees": Decimal("3.00"),
        "Amazon US Accrued Settlements USD": Decimal("17.00"),
    } == {line.account: line.amount for line in money.lines}
    assert {"Cost of Goods Sold": Decimal("4.00"), "Inventory Asset": Decimal("-4.00")} == {
        line.account: line.amount for line in cogs.lines
    }
    assert [date(2026, 8, 31)] * 2 == [money.day, cogs.day]
    assert [date(2026, 9, 1)] * 2 == [money_back.day, cogs_back.day]
    assert [str(money.key), str(cogs.key)] == [money_back.reverses, cogs_back.reverses]


def test_a_line_without_cost_is_accrued_without_cogs() -> None:
    """A missing cost is never a zero that is booked."""
    (only,) = entries(sale(principal="20.00", cogs=None, cost_status=CostStatus.MISSING))

    assert EntryKind.SETTLEMENT is only[0].key.kind


def test_nothing_is_booked_where_nothing_moved() -> None:
    """A $0 replacement without cost makes no entry of zeros."""
    assert [] == entries(sale(cogs=None, cost_status=CostStatus.MISSING))


amounts = st.decimals(-500, 500, places=2)
random_sales = st.lists(
    st.builds(
        lambda order, store, currency, principal, fee, tax, cogs: sale(
            str(order), store=store, currency=currency, principal=principal, other_fee=fee, tax=tax, cogs=cogs
        ),
        st.integers(1, 9),
        st.sampled_from(["US", "DE"]),
        st.sampled_from(["USD", "EUR"]),
        amounts,
        amounts,
        amounts,
        st.none() | st.decimals(0, 99, places=6),
    ),
    max_size=6,
)


@settings(max_examples=examples(25))
@given(random_sales)
def test_accruals_balance_and_take_themselves_back(rows: list[dict[str, object]]) -> None:
    """Debits equal credits in each entry, the reversal undoes it exactly, and together they are the lines' money."""
    made = entries(*rows)
    table = lines(*rows)

    for accrual, reversal in made:
        assert Decimal(0) == sum(line.amount for line in accrual.lines)
        assert [(one.account, -one.amount) for one in accrual.lines] == [
            (one.account, one.amount) for one in reversal.lines
        ]
    accrued = [line for accrual, _ in made for line in accrual.lines if line.account.find("Accrued") > 0]
    cogs = [line for accrual, _ in made for line in accrual.lines if line.type is LineType.COGS_SALES]
    by_store = [cents(total(group["cogs"])) for _, group in table.groupby("store")]
    assert total(table["net"]) == total(line.amount for line in accrued)
    assert total(by_store) == total(line.amount for line in cogs)
    keys = [str(entry.key) for pair in made for entry in pair]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("left_on", "released", "accrued"),
    [
        ("2026-08-28", "2026-09-06", {"2026-08"}),
        ("2026-08-31", "2026-09-01", {"2026-08"}),
        ("2026-08-20", "2026-10-02", {"2026-08", "2026-09"}),
        ("2026-09-01", "2026-09-12", set()),
        ("2026-08-20", "2026-08-29", set()),
        (None, "2026-09-06", set()),
    ],
)
def test_a_deferred_order_is_accrued_in_the_month_it_left_until_its_release(
    left_on: str | None, released: str, accrued: set[str]
) -> None:
    """V2 posts it when its money is released; without a day of shipping no month is guessed."""
    deferred = lines(sale(posted_at=datetime.fromisoformat(f"{released}T12:00:00+00:00")))
    months = (Month(2026, 7), AUGUST, Month(2026, 9), Month(2026, 10))

    found = {
        str(month)
        for month in months
        if not shipped_not_settled(deferred, left(("1", "MUG", left_on)), month, zones={}).empty
    }

    assert accrued == found
