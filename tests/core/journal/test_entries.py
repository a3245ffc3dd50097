"""The two entries of a settlement: they balance, tie to its total and to its COGS, and are cut at the month's end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, frame
from core.journal.accounts import Accounts
from core.journal.entry import Entry, EntryKey, EntryKind, EntryLine, UnbalancedEntryError, left_over
from core.journal.settlement_entry import settlement_entries
from core.line_types import LineType
from core.model import Event, Goods
from core.money import cents, total
from tests.core.journal.settlement_lines import AUGUST, COLUMNS, DATES, SEPTEMBER, amounts, cogs, line


def settlement(*rows: dict[str, object], currency: str = "USD") -> list[Entry]:
    table = frame(COLUMNS, rows)
    return settlement_entries(
        table, DATES, store="Amazon US", settlement_id="1", currency=currency, accounts=Accounts()
    )


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


def test_gift_cards_are_owed_and_neither_sale_nor_clearing() -> None:
    """What is sold is a credit to a liability, what is redeemed a debit; a reserve stays a reserve."""
    sold = line(Event.BALANCE, other="50.00", raw_description="Gift card sold")
    redeemed = line(Event.BALANCE, other="-13.71", raw_description="Gift card redeemed")
    kept, moved = (
        line(Event.BALANCE, other="-5.00", raw_description="Current Reserve Amount"),
        line(Event.BALANCE, other=1),
    )

    (entry,) = settlement(sold, redeemed, kept, moved)

    assert {
        LineType.RESERVE: "5.00",
        LineType.GIFT_CARDS: "-36.29",
        LineType.CLEARING_MOVES: "-1.00",
        LineType.CLEARING: "32.29",
    } == amounts(entry)
    assert "Gift Cards Outstanding" == entry.lines[1].account


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


@pytest.mark.parametrize(
    ("raw_type", "words", "line_type"),
    [
        ("other-transaction", "Current Reserve Amount", LineType.RESERVE),
        ("other-transaction", "Previous Reserve Amount Balance", LineType.RESERVE),
        ("Hold", None, LineType.RESERVE),
        ("reserve", None, LineType.RESERVE),
        ("Release reserve", "", LineType.RESERVE),
        ("other-transaction", "Successful charge", LineType.CLEARING_MOVES),
        ("other-transaction", "Transfer of funds unsuccessful: bad account", LineType.CLEARING_MOVES),
        ("other-transaction", "Payable to Amazon", LineType.CLEARING_MOVES),
        ("Debt", "Debt payment", LineType.CLEARING_MOVES),
        ("Charge", None, LineType.CLEARING_MOVES),
        ("Tax withholding", None, LineType.PREPAID_TAX),
        ("Threshold", "household adjustment", LineType.CLEARING_MOVES),
    ],
)
def test_every_balance_move_finds_its_account(raw_type: str, words: str | None, line_type: LineType) -> None:
    """Reserves and holds are the seller's asset, tax withheld is prepaid, all else goes where the bank settles.

    The marketplaces say it in the type (eBay, Shopify, Walmart) or in the description (Amazon).
    """
    (entry,) = settlement(line(Event.BALANCE, other="-12.00", raw_type=raw_type, raw_description=words))

    assert {line_type: "12.00", LineType.CLEARING: "-12.00"} == amounts(entry)


def test_a_balance_carried_forward_leaves_the_clearing_account_even() -> None:
    """A settlement that ends below zero is paid by the next one: over both, clearing holds what the bank got."""
    (first,) = settlement(line(Event.FEE, other="-39.99"))
    carried = line(Event.BALANCE, other="-39.99", raw_description="Payable to Amazon")
    (second,) = settlement(line(Event.SALE, principal="100.00"), carried)

    clearing = [one for entry in (first, second) for one in entry.lines if one.account == "Amazon US Clearing USD"]
    assert [Decimal("-39.99"), Decimal("39.99"), Decimal("60.01")] == [one.amount for one in clearing]
    assert Decimal("60.01") == total(one.amount for one in clearing)


def test_reimbursements_are_other_income_and_their_reversals_take_it_back() -> None:
    """On one line of their own."""
    (entry,) = settlement(line(Event.REIMBURSEMENT, other="25.00"), line(Event.REIMBURSEMENT_REVERSAL, other="-10.00"))

    assert amounts(entry)[LineType.REIMBURSEMENTS] == "-15.00"
    assert entry.lines[0].account == "Other Income:Reimbursements"


def test_an_entry_names_itself_in_its_memo() -> None:
    """Store, settlement, month, kind and revision: the same deed done again is the same entry."""
    (entry,) = settlement(line(Event.SALE, principal="10.00"))

    assert entry.memo == "Cogsheet Amazon US 1 2026-09 settlement r1"


def test_bank_transfers_are_no_part_of_the_entry() -> None:
    """The deposit is booked from the bank statement, against clearing."""
    (entry,) = settlement(line(Event.SALE, principal="10.00"), line(Event.PAYOUT, other="-10.00"))

    assert {LineType.SALES: "-10.00", LineType.CLEARING: "10.00"} == amounts(entry)


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


@pytest.mark.parametrize(
    ("event", "goods", "order", "kind"),
    [
        (Event.REIMBURSEMENT, Goods.RETURN_PAID, "1", LineType.RETURNS_PAID),
        (Event.REIMBURSEMENT, Goods.RETURN_PAID_UNCLEAR, None, LineType.RETURNS_PAID),
        (Event.REIMBURSEMENT, Goods.REPLACED, "1", LineType.REPLACEMENTS),
        (Event.REIMBURSEMENT_REVERSAL, Goods.FOUND, "1", LineType.RETURNS_PAID),
        (Event.REIMBURSEMENT_REVERSAL, Goods.FOUND, None, LineType.LOSSES),
        (Event.REIMBURSEMENT, Goods.LOST, "1", LineType.LOSSES),
        (Event.REIMBURSEMENT, None, "1", LineType.LOSSES),
        (Event.SALE, Goods.REPLACED, "1", LineType.COGS_SALES),
    ],
)
def test_what_was_paid_for_tells_the_kind_of_its_cost(
    event: Event, goods: Goods | None, order: str | None, kind: LineType
) -> None:
    """Lost returns and replacements apart from other losses, on the account of those; old rows stay losses."""
    (entry,) = cogs(line(event, cogs="5.00", goods=goods, order_id=order))
    lost = Accounts().of(LineType.LOSSES, store="Amazon US", currency="USD").name

    assert kind == entry.lines[0].type
    assert (lost if kind is not LineType.COGS_SALES else "Cost of Goods Sold") == entry.lines[0].account


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


@pytest.mark.parametrize(
    ("amounts", "rest"),
    [
        ([], {}),
        ([("USD", "5.00"), ("USD", "-5.00")], {}),
        ([("USD", "5.00"), ("CAD", "-5.00")], {"USD": Decimal(5), "CAD": Decimal(-5)}),
        ([("EUR", "0.000001"), ("USD", "1"), ("USD", "-1")], {"EUR": Decimal("0.000001")}),
        ([("USD", "0.1"), ("USD", "0.2"), ("USD", "-0.3")], {}),
    ],
)
def test_each_currency_balances_by_itself(amounts: list[tuple[str, str]], rest: dict[str, Decimal]) -> None:
    """What is left over is told exactly, and never added across currencies."""
    assert rest == left_over((currency, Decimal(amount)) for currency, amount in amounts)


LINES = st.builds(
    lambda event, posted, parts, cost: line(
        event, posted, cogs=str(cost), **dict(zip(AMOUNT_COLUMNS, parts, strict=True))
    ),
    st.sampled_from([event for event in Event if event is not Event.PAYOUT]),
    st.sampled_from([AUGUST, SEPTEMBER]),
    st.lists(st.decimals(-500, 500, places=6), min_size=10, max_size=10),
    st.decimals(-50, 50, places=6),
)
"""Some marketplaces have amounts of more than two places."""


@pytest.mark.long
@given(st.lists(LINES, min_size=1, max_size=8))
def test_the_entries_of_any_settlement_tie_to_its_total_and_its_cogs(rows: list[dict[str, object]]) -> None:
    """Whatever is in it: clearing is the sum of the nets, expense the COGS, both rounded once; each entry balances."""
    table = frame(COLUMNS, rows)
    clearing = [one.amount for entry in settlement(*rows) for one in entry.lines if one.type is LineType.CLEARING]
    expense = [
        one.amount
        for entry in cogs(*rows)
        for one in entry.lines
        if one.type in (LineType.COGS_SALES, LineType.COGS_REFUNDS, LineType.LOSSES)
    ]

    assert cents(total(table["net"])) == sum(clearing)
    assert all(Decimal(0) == total(one.amount for one in entry.lines) for entry in (*settlement(*rows), *cogs(*rows)))
    assert cents(total(table["cogs"])) == sum(expense)


PAIRS = (
    ("US 1", "2"),
    ("US", "1 2"),
    ("US “1", "2”"),
    ("US", "“1 2”"),
    ("X", "accrual USD"),
    ("X accrual", "USD"),
    ("X", "accrual"),
    ("X accrual", "accrual"),
    ("X", "accrual accrual"),
    ("X", "accrual reversal EUR"),
    ("X accrual", "reversal EUR"),
    ("X accrual reversal", "EUR"),
    ("Shop", "2026-08 settlement r1"),
    ("Shop 2026-08", "settlement r1"),
    (" US", "1"),
    ("US", " 1"),
    ("", "US 1"),
)


def test_names_that_differ_never_share_a_key() -> None:
    """However blanks, marks and the words of accruals lie in store and id."""
    keys = {str(EntryKey(store, settlement_id, "2026-08", EntryKind.COGS)) for store, settlement_id in PAIRS}

    assert len(PAIRS) == len(keys)


@given(st.lists(st.tuples(*[st.text(alphabet="a “”1", max_size=6)] * 2), unique=True, min_size=2, max_size=12))
def test_no_two_names_meet(pairs: list[tuple[str, str]]) -> None:
    """Of any names made of few letters, blanks and marks."""
    assert len(pairs) == len({str(EntryKey(*pair, "2026-08", EntryKind.COGS)) for pair in pairs})


@pytest.mark.parametrize(
    ("store", "settlement_id"),
    [("Amazon US", "23874397121"), ("eBay", "P-1"), ("Amazon US", "accrual"), ("My Shop", "accrual reversal USD")],
)
def test_keys_of_names_with_one_reading_stay_as_they_are(store: str, settlement_id: str) -> None:
    """What went out before is the same entry."""
    key = EntryKey(store, settlement_id, "2026-08", EntryKind.COGS, 2, " reversed")

    assert f"{store} {settlement_id} 2026-08 COGS r2 reversed" == str(key)
    assert key == EntryKey.parse(str(key), store=store, settlement_id=settlement_id)


@pytest.mark.parametrize(("store", "settlement_id"), [pair for pair in PAIRS if " " in pair[1]])
def test_keys_are_read_with_and_without_the_mark(store: str, settlement_id: str) -> None:
    """An old key keeps its text and its number, and what takes it back is named after it."""
    new = EntryKey(store, settlement_id, "2026-08", EntryKind.COGS)
    old = f"{store} {settlement_id} 2026-08 COGS r1"

    read = EntryKey.parse(old, store=store, settlement_id=settlement_id)

    assert new == EntryKey.parse(str(new), store=store, settlement_id=settlement_id)
    assert old == str(read)
    assert f"{old} reversed" == str(replace(read, suffix=" reversed"))


def test_no_line_of_nothing_is_ever_in_an_entry() -> None:
    """Of a settlement that comes to zero, of an account that nets, and of a line that somebody made by hand."""
    paid_back = settlement(line(Event.SALE, principal="10.00"), line(Event.FEE, other="-10.00"))
    netted = settlement(line(Event.SALE, principal="10.00", shipping="3.00"), line(Event.SALE, shipping="-3.00"))
    key = EntryKey("Amazon US", "1", "2026-09", EntryKind.SETTLEMENT)
    by_hand = Entry(key, date(2026, 9, 5), "USD", (EntryLine(LineType.CLEARING, "Clearing", Decimal("0.00")),))

    assert {LineType.SALES: "-10.00", LineType.OTHER_FEES: "10.00"} == amounts(*paid_back)
    assert {LineType.SALES: "-10.00", LineType.CLEARING: "10.00"} == amounts(*netted)
    assert () == by_hand.lines


def test_a_month_in_which_every_sum_is_zero_has_no_entry() -> None:
    """Whether nothing moved, everything was taken back, or only parts of a cent did."""
    august = line(Event.SALE, AUGUST, principal="5.00")
    nothing = line(Event.SALE)
    taken_back = (line(Event.SALE, principal="10.00"), line(Event.SALE, principal="-10.00"))
    parts_of_a_cent = (line(Event.FEE, other="-0.004"), line(Event.SALE, principal="0.004"))

    for september in ([nothing], taken_back, parts_of_a_cent):
        assert ["2026-08"] == [entry.key.month for entry in settlement(august, *september)]
        assert [] == settlement(*september)
