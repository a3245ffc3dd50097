"""Where lines post: the usual accounts, and what was chosen for a store, a currency or an item group."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.journal.accounts import USUAL_TAX_CODE, Account, AccountRow, Accounts, Chart
from core.journal.cogs_entry import COST_TYPES, cogs_entries
from core.journal.entry import EntryKind
from core.journal.settlement_entry import settlement_entries
from core.line_types import BY_ITEM, MEANINGS, LineType
from core.model import CostStatus, Event
from core.money import cents, total
from core.time import SettlementDates

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from core.journal.entry import Entry

US = {"store": "Amazon US", "currency": "USD"}
CA = {"store": "Amazon CA", "currency": "CAD"}
DATES = SettlementDates(date(2026, 9, 5))
AUGUST, SEPTEMBER = datetime(2026, 8, 28, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC)


def test_each_store_and_currency_has_clearing_reserve_and_accrual_accounts_of_its_own() -> None:
    """Nothing of two marketplace accounts is mixed, without anybody having chosen anything."""
    for line_type in (LineType.CLEARING, LineType.RESERVE, LineType.ACCRUED):
        names = {
            Accounts().of(line_type, store=store, currency=currency).name
            for store in ("Amazon US", "Walmart")
            for currency in ("USD", "CAD")
        }
        assert 4 == len(names)


def test_the_narrowest_choice_holds() -> None:
    """A choice for the store goes before one for all; another store keeps the usual account."""
    accounts = Accounts(
        (
            AccountRow(line_type=LineType.CLEARING, name="Money on its way", number="610"),
            AccountRow(line_type=LineType.CLEARING, store="Amazon US", currency="USD", name="US money", number="611"),
        )
    )

    assert Account("US money", "611") == accounts.of(LineType.CLEARING, **US)
    assert Account("Money on its way", "610") == accounts.of(LineType.CLEARING, **CA)


def test_a_name_never_takes_the_number_of_another_account() -> None:
    """A row with a name and no number has none; a row with a number alone keeps the name."""
    general = AccountRow(line_type=LineType.SALES, name="Income", number="200", tax_code="GST on Income")
    named = AccountRow(line_type=LineType.SALES, store="Amazon CA", name="Canadian sales")
    numbered = AccountRow(line_type=LineType.SALES, store="Amazon US", number="201")
    accounts = Accounts((general, named, numbered))

    assert Account("Canadian sales", "", "GST on Income") == accounts.of(LineType.SALES, **CA)
    assert Account("Income", "201", "GST on Income") == accounts.of(LineType.SALES, **US)


def test_charges_post_where_the_settlement_does() -> None:
    """A card charge or a failed transfer goes to the clearing account that was chosen, unless it has its own."""
    clearing = AccountRow(line_type=LineType.CLEARING, name="US money", number="611", is_bank=True)
    own = AccountRow(line_type=LineType.CLEARING_MOVES, name="Charges")

    assert Account("US money", "611", is_bank=True) == Accounts((clearing,)).of(LineType.CLEARING_MOVES, **US)
    assert Account("Charges") == Accounts((clearing, own)).of(LineType.CLEARING_MOVES, **US)


def test_lines_without_a_tax_rate_have_the_usual_one() -> None:
    """Xero wants one on every line."""
    assert USUAL_TAX_CODE == Accounts().of(LineType.SALES, **US).tax_code
    assert Accounts((), "BAS Excluded").of(LineType.SALES, **US).tax_code == "BAS Excluded"


@pytest.mark.parametrize(
    ("sku", "group"),
    [("MUG-1", "MUG-, CUP-"), ("CUP-9", "MUG-, CUP-"), ("MUG-XL-1", "MUG-XL"), ("mug-1", ""), (None, "")],
)
def test_a_sku_belongs_to_the_group_with_the_longest_beginning(sku: str | None, group: str) -> None:
    """Beginnings are told by case; what no group names belongs to none."""
    rows = [AccountRow(line_type=LineType.SALES, item_group=name, name=name) for name in ("MUG-, CUP-", "MUG-XL")]

    assert group == Accounts(tuple(rows)).group_of(LineType.SALES, sku)


def test_every_line_type_says_what_it_is() -> None:
    """Sheet Accounts explains each of them."""
    assert set(LineType) == set(MEANINGS)


ASKED_BY_CONTROLLERS = {
    "sales": (LineType.SALES, "Marketplace Sales"),
    "shipping": (LineType.SHIPPING, "Shipping Income"),
    "gift wrap": (LineType.GIFT_WRAP, "Shipping Income"),
    "promotions": (LineType.PROMOTIONS, "Marketplace Discounts"),
    "refunds": (LineType.REFUNDS, "Marketplace Refunds"),
    "chargebacks": (LineType.CHARGEBACKS, "Chargebacks"),
    "referral": (LineType.REFERRAL_FEES, "Marketplace Referral Fees"),
    "fulfilment": (LineType.FULFILMENT_FEES, "Marketplace Fulfilment Fees"),
    "storage": (LineType.STORAGE, "Storage Fees"),
    "long-term storage": (LineType.LONG_TERM_STORAGE, "Storage Surcharges"),
    "inbound": (LineType.INBOUND, "Inbound and Prep"),
    "removal and disposal": (LineType.REMOVAL, "Removal and Disposal Fees"),
    "return processing": (LineType.RETURN_PROCESSING, "Return Processing Fees"),
    "subscription": (LineType.SUBSCRIPTION, "Marketplace Subscription Fees"),
    "coupon and Vine": (LineType.COUPONS_AND_VINE, "Coupon and Vine Fees"),
    "advertising": (LineType.ADVERTISING, "Marketplace Advertising"),
    "other fees": (LineType.OTHER_FEES, "Marketplace Other Fees"),
    "reimbursements": (LineType.REIMBURSEMENTS, "Inventory Reimbursements"),
    "liquidations": (LineType.LIQUIDATIONS, "Liquidation Proceeds"),
    "tax collected": (LineType.TAX_COLLECTED, "Sales Tax Payable"),
    "tax withheld": (LineType.TAX_WITHHELD, "Marketplace Facilitator Tax"),
    "low value goods tax": (LineType.LOW_VALUE_GOODS_TAX, "Marketplace Facilitator Tax"),
    "TCS and TDS": (LineType.PREPAID_TAX, "Prepaid Income Tax"),
    "reserves": (LineType.RESERVE, "Amazon US Reserves USD"),
    "loans": (LineType.LOANS, "Loans Payable Amazon US"),
    "transfers": (LineType.OTHER_STORES, "Due from Other Stores"),
    "other": (LineType.ADJUSTMENTS, "Other Income:Marketplace Adjustments"),
}
"""What a controller asks for, each as a line type of its own."""


def test_every_kind_of_money_that_a_controller_asks_for_has_a_line_type() -> None:
    """27 kinds, no two of which are one line type; each posts to its usual account."""
    types = [line_type for line_type, _ in ASKED_BY_CONTROLLERS.values()]

    assert 27 == len(set(types))
    assert {kind: name for kind, (_, name) in ASKED_BY_CONTROLLERS.items()} == {
        kind: Accounts(chart=Chart.CONTROLLER).of(line_type, **US).name
        for kind, (line_type, _) in ASKED_BY_CONTROLLERS.items()
    }


@pytest.mark.parametrize(
    ("line_type", "elder"),
    [
        (LineType.GIFT_WRAP, LineType.SHIPPING),
        (LineType.LONG_TERM_STORAGE, LineType.STORAGE),
        (LineType.LOW_VALUE_GOODS_TAX, LineType.TAX_WITHHELD),
        (LineType.MARKETPLACE_DISCOUNTS, LineType.SALES),
    ],
)
def test_a_new_type_posts_where_the_type_did_that_it_came_out_of(line_type: LineType, elder: LineType) -> None:
    """An account that was chosen for the elder type holds for it, until it has one of its own."""
    chosen = AccountRow(line_type=elder, name="Ours")
    own = AccountRow(line_type=line_type, name="Its own")

    assert "Ours" == Accounts((chosen,)).of(line_type, **US).name
    assert "Its own" == Accounts((chosen, own)).of(line_type, **US).name


def line(sku: str, event: Event, posted: datetime, cogs: Decimal, amounts: list[Decimal]) -> dict[str, object]:
    return {
        "store": "Amazon US",
        "settlement_id": "1",
        "event": event,
        "sku": sku,
        "posted_at": posted,
        "currency": "USD",
        "net": sum(amounts, Decimal(0)),
        "cost_status": CostStatus.COSTED,
        "cogs": cogs,
        **dict(zip(AMOUNT_COLUMNS, amounts, strict=True)),
    }


LINES = st.lists(
    st.builds(
        line,
        st.sampled_from(["MUG-1", "CUP-1", "PAN-1"]),
        st.sampled_from([event for event in Event if event is not Event.PAYOUT]),
        st.sampled_from([AUGUST, SEPTEMBER]),
        st.decimals(-50, 50, places=6),
        st.lists(st.decimals(-500, 500, places=6), min_size=10, max_size=10),
    ),
    min_size=1,
    max_size=6,
)
GROUPS = st.lists(
    st.builds(
        lambda line_type, group: AccountRow(line_type=line_type, item_group=group, name=f"{line_type} of {group}"),
        st.sampled_from(sorted(BY_ITEM)),
        st.sampled_from(["MUG-", "CUP-, PAN-", "MUG-1"]),
    ),
    max_size=8,
).map(tuple)


def settled(table: pd.DataFrame, accounts: Accounts) -> list[Entry]:
    return settlement_entries(table, DATES, store="Amazon US", settlement_id="1", currency="USD", accounts=accounts)


def costed(table: pd.DataFrame, accounts: Accounts, finale: Collection[LineType] = ()) -> list[Entry]:
    return cogs_entries(
        table, DATES, store="Amazon US", settlement_id="1", currency="USD", accounts=accounts, finale_posts=finale
    )


def by_type(entries: list[Entry]) -> dict[tuple[str, LineType], Decimal]:
    """Sum the entries up by month and line type; sums of nothing are left out."""
    sums: dict[tuple[str, LineType], Decimal] = defaultdict(Decimal)
    for entry in entries:
        for one in entry.lines:
            sums[entry.key.month, one.type] += one.amount
    return {key: amount for key, amount in sums.items() if amount}


@pytest.mark.long
@given(LINES, GROUPS, st.sets(st.sampled_from(COST_TYPES)))
def test_item_groups_and_finale_share_an_entry_out_and_leave_nothing(
    rows: list[dict[str, object]], groups: tuple[AccountRow, ...], finale: set[LineType]
) -> None:
    """Every entry balances, the months sum to the whole to the cent, and COGS by type is what it is without groups."""
    table = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows)

    money, cost = settled(table, Accounts(groups)), costed(table, Accounts(groups), finale)

    assert all(Decimal(0) == total(one.amount for one in entry.lines) for entry in (*money, *cost))
    clearing = [one.amount for entry in money for one in entry.lines if one.type is LineType.CLEARING]
    expense = [one.amount for entry in cost for one in entry.lines if one.type in COST_TYPES]
    assert cents(total(table["net"])) == total(clearing)
    assert cents(total(table["cogs"])) == total(expense)
    assert by_type(costed(table, Accounts())) == by_type(cost)
    for entry in cost:
        types = {one.type for one in entry.lines} & set(COST_TYPES)
        assert types <= (finale if entry.key.kind is EntryKind.FINALE else set(COST_TYPES) - finale)


def test_a_group_posts_to_its_own_account_and_the_rest_to_the_usual_one() -> None:
    """Sales, cost and inventory, each by its own rows."""
    accounts = Accounts(
        (
            AccountRow(line_type=LineType.SALES, item_group="MUG-", name="Sales:Mugs"),
            AccountRow(line_type=LineType.COGS_SALES, item_group="MUG-", name="COGS:Mugs"),
        )
    )
    zero = [Decimal(0)] * 9
    rows = [
        line("MUG-1", Event.SALE, SEPTEMBER, Decimal("4.00"), [Decimal("10.00"), *zero]),
        line("PAN-1", Event.SALE, SEPTEMBER, Decimal("2.50"), [Decimal("7.00"), *zero]),
    ]
    table = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows)

    (money,), (cost,) = settled(table, accounts), costed(table, accounts)

    assert {
        "Marketplace Sales": Decimal("-7.00"),
        "Sales:Mugs": Decimal("-10.00"),
        "Amazon US Clearing USD": Decimal("17.00"),
    } == {one.account: one.amount for one in money.lines}
    assert {
        "Cost of Goods Sold": Decimal("2.50"),
        "COGS:Mugs": Decimal("4.00"),
        "Inventory Asset": Decimal("-6.50"),
    } == {one.account: one.amount for one in cost.lines}
