"""The two entries of a settlement: they balance, tie to its total and to its COGS, and are cut at the month's end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.books.verification.tie_outs import tax_tie_outs
from core.facilitator_tax import decided_elsewhere, open_tax, with_tax_kinds
from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.journal.accounts import AccountRow, Accounts
from core.journal.cogs_entry import cogs_entries
from core.journal.entry import Entry, EntryKey, EntryKind, EntryLine, UnbalancedEntryError, left_over
from core.journal.settlement_entry import settlement_entries
from core.line_types import LineType
from core.model import CostStatus, Event, Goods
from core.money import cents, total
from core.reports.pnl_parts import parts
from core.time import SettlementDates
from core.typed_amounts import TypedAmount, to_text

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


def of_order(event: Event, order: str, **values: Any) -> dict[str, object]:
    return line(event, order_id=order, goods=Goods.NONE, key=f"{order} {event}", **values)


def taxes(*rows: dict[str, object]) -> dict[LineType, str]:
    """Return the lines of tax, sales and refunds of the entry of a settlement, - is a credit."""
    (entry,) = settlement_entries(
        with_tax_kinds(frame(COLUMNS, rows)),
        DATES,
        store="Amazon US",
        settlement_id="1",
        currency="USD",
        accounts=Accounts(),
    )
    return {one.type: str(one.amount) for one in entry.lines if one.type is not LineType.CLEARING}


def test_the_marketplaces_tax_nets_to_zero_on_an_account_of_its_own() -> None:
    """What the facilitator collects and withholds stands on two lines of one account, which is not the seller's own."""
    sale = of_order(Event.SALE, "A", principal="10.00", tax="0.80", tax_withheld="-0.80")
    found = taxes(sale)

    assert {LineType.SALES: "-10.00", LineType.FACILITATOR_TAX: "-0.80", LineType.TAX_WITHHELD: "0.80"} == found
    assert {"Marketplace Facilitator Tax"} == {
        Accounts().of(one, store="Amazon US", currency="USD").name
        for one in (LineType.FACILITATOR_TAX, LineType.TAX_WITHHELD, LineType.LOW_VALUE_GOODS_TAX)
    }
    assert [] == open_tax(with_tax_kinds(frame(COLUMNS, [sale])))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((), "Sales Tax Payable"),
        ((AccountRow(line_type=LineType.TAX_WITHHELD, name="Facilitated"),), "Facilitated"),
        ((AccountRow(line_type=LineType.TAX_COLLECTED, number="2200"),), "Sales Tax Payable 2200"),
    ],
)
def test_what_the_first_reader_stored_has_its_tax_withheld_beside_its_tax_collected(
    chosen: tuple[AccountRow, ...], expected: str
) -> None:
    """That reader does not say whose the tax is, so it nets where its version posted it, or where somebody chose."""
    sale = of_order(Event.SALE, "A", principal="10.00", tax="0.80", tax_withheld="-0.80") | {"goods": None}
    (entry,) = settlement_entries(
        with_tax_kinds(frame(COLUMNS, [sale])),
        DATES,
        store="Amazon US",
        settlement_id="1",
        currency="USD",
        accounts=Accounts(chosen),
    )
    (withheld,) = (one for one in entry.lines if one.type is LineType.TAX_WITHHELD)
    assert expected == f"{withheld.account} {withheld.number}".strip()


def test_tax_that_nobody_withholds_is_the_sellers_own() -> None:
    """Another order's withheld tax says nothing about it."""
    found = taxes(
        of_order(Event.SALE, "A", principal="10.00", tax="0.80"),
        of_order(Event.SALE, "B", principal="20.00", tax="1.60", tax_withheld="-1.60"),
    )

    assert ("-0.80", "-1.60") == (found[LineType.TAX_COLLECTED], found[LineType.FACILITATOR_TAX])


def test_tax_withheld_of_an_order_without_any_tax_was_part_of_its_price() -> None:
    """A low value import of 19.67 with 1.79 withheld is a sale of 17.88, in the entry and in the profit and loss."""
    typed = to_text([TypedAmount("LowValueGoodsTax", "tax_withheld", LineType.LOW_VALUE_GOODS_TAX, Decimal("-1.79"))])
    sale = of_order(Event.SALE, "A", principal="19.67", tax_withheld="-1.79", typed=typed)
    lines = with_tax_kinds(frame(COLUMNS, [sale]))

    assert {LineType.SALES: "-17.88"} == taxes(sale)
    assert (Decimal("17.88"), Decimal(0)) == (total(parts(lines)["sales"]), total(parts(lines)["tax"]))
    assert [] == open_tax(lines)


def test_a_refund_whose_tax_the_marketplace_does_not_give_back_is_named() -> None:
    """The sale nets; the refund's 1.60 stays open, by store and order."""
    lines = with_tax_kinds(
        frame(
            COLUMNS,
            [
                of_order(Event.SALE, "A", principal="20.00", tax="1.60", tax_withheld="-1.60"),
                of_order(Event.REFUND, "A", principal="-20.00", tax="-1.60"),
                of_order(Event.SALE, "B", principal="20.00", tax="1.60", tax_withheld="-1.60"),
            ],
        )
    )

    assert [("Amazon US", "A", "USD", Decimal("-1.60"))] == [tuple(one) for one in open_tax(lines)]
    assert [Decimal(1), Decimal("-1.60")] == [one.left for one in tax_tie_outs(lines)]
    assert "Facilitator tax: orders that do not come to zero: 1." == tax_tie_outs(lines)[0].sentence


@pytest.mark.parametrize("rests", [("2.00", "-2.00"), ("0.01", "-0.01"), ("1.60", "0.40", "-2.00")])
def test_rests_of_lines_without_an_order_do_not_hide_each_other(rests: tuple[str, ...]) -> None:
    """Each is named by its words: together they come to zero, and none of them does."""
    rows = [
        line(Event.ADJUSTMENT, key=f"k{place}", tax="5.00", tax_withheld=str(Decimal(rest) - 5), goods=Goods.NONE)
        | {"raw_type": "Tax", "raw_description": f"word {place}"}
        for place, rest in enumerate(rests)
    ]
    lines = with_tax_kinds(frame(COLUMNS, rows))

    assert [Decimal(rest) for rest in rests] == [one.rest for one in open_tax(lines)]
    assert [
        f"Amazon US: facilitator tax of a line without order (Tax / word {place}) in USD"
        for place, _ in enumerate(rests)
    ] == [one.name for one in tax_tie_outs(lines)[1:]]


def test_what_is_out_keeps_whose_tax_it_was() -> None:
    """Tax of a settlement that is out stays the seller's own, though a later one withholds it; what was kept holds."""
    sale = of_order(Event.SALE, "A", principal="30.00", tax="2.40") | {"store": "US", "settlement_id": "1"}
    late = of_order(Event.SALE, "A", tax_withheld="-2.40") | {"store": "US", "settlement_id": "2", "key": "late"}
    lines = frame(COLUMNS, [sale, late])
    today = with_tax_kinds(lines)
    out = with_tax_kinds(lines, {("US", "1"): {}})

    assert ["facilitator", "facilitator"] == today["tax_kind"].tolist()
    assert ["own", "facilitator"] == out["tax_kind"].tolist()
    assert {"late": "facilitator"} == decided_elsewhere(today.iloc[1:])
    kept = {("US", "1"): {}, ("US", "2"): {"late": "facilitator"}}
    assert ["own", "facilitator"] == with_tax_kinds(lines, kept)["tax_kind"].tolist()
    assert ["own", "in price"] == with_tax_kinds(lines, {**kept, ("US", "2"): {}})["tax_kind"].tolist()


def test_prepaid_tax_meets_no_tax_of_the_buyer() -> None:
    """TCS and TDS are deducted from an Indian seller who pays the buyer's tax himself."""
    typed = to_text([TypedAmount("TDS", "tax_withheld", LineType.PREPAID_TAX, Decimal("-1.00"))])
    found = taxes(of_order(Event.SALE, "A", principal="100.00", tax="18.00", tax_withheld="-1.00", typed=typed))

    assert ("-18.00", "1.00") == (found[LineType.TAX_COLLECTED], found[LineType.PREPAID_TAX])
    assert LineType.TAX_WITHHELD not in found


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
    clearing = [e.lines[-1].amount for e in settlement(*rows)]
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


def taxed(*rows: dict[str, object], accounts: Accounts | None = None) -> list[tuple[LineType, str, str]]:
    """Return type, amount and tax code of each line but the clearing line's."""
    table = frame(COLUMNS, rows)
    (entry,) = settlement_entries(
        table, DATES, store="eBay UK", settlement_id="1", currency="GBP", accounts=accounts or Accounts()
    )
    return [(one.type, f"{one.amount:.2f}", one.tax_code) for one in entry.lines if one.type is not LineType.CLEARING]


def test_the_sellers_own_rate_is_the_tax_code_of_the_prices_alone() -> None:
    """23.00 with 20% in it hold 3.83 of VAT for whoever is registered; the fee has a tax of its own."""
    found = taxed(line(Event.SALE, principal="20.00", shipping="3.00", referral_fee="-3.25", tax_code="20%"))

    assert [
        (LineType.SALES, "-20.00", "20% (VAT on Income)"),
        (LineType.SHIPPING, "-3.00", "20% (VAT on Income)"),
        (LineType.REFERRAL_FEES, "3.25", "Tax Exempt (0%)"),
    ] == found


@pytest.mark.parametrize(
    ("chosen", "codes"),
    [
        ("", ["Tax Exempt (0%)", "20% (VAT on Income)", "5% (VAT on Income)"]),
        ("{rate} OSS", ["Tax Exempt (0%)", "20% OSS", "5% OSS"]),
        ("GST on Income", ["GST on Income"] * 3),
    ],
)
def test_prices_of_several_rates_stand_apart_and_keep_the_sum(chosen: str, codes: list[str]) -> None:
    """One line per rate; a code on sheet Accounts holds, with the rate where it asks for it."""
    rows = (
        line(Event.SALE, principal="20.00", tax_code="20%"),
        line(Event.SALE, principal="10.00", tax_code="5%"),
        line(Event.SALE, principal="7.00"),
    )
    found = taxed(*rows, accounts=Accounts((AccountRow(line_type=LineType.SALES, tax_code=chosen),)))

    assert ["-7.00", "-20.00", "-10.00"] == [amount for _, amount, _ in found]
    assert codes == [code for _, _, code in found]


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
