"""To which account each kind of line posts: the defaults, and what the bookkeeper chose on sheet Accounts. Pure.

A choice is for a line type, and if wanted for one store, one currency or one item group only; the narrowest that fits
holds. An item group is the beginnings of its SKUs, as the bookkeeper types them: `MUG-, CUP-`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import BaseModel, ConfigDict

from core.line_types import BY_ITEM, DECLARATIONS, LineType
from core.money import total

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

USUAL_TAX_CODE = "Tax Exempt (0%)"
"""Xero's tax rate, by its full name, of lines for which none was chosen."""
RATE_TAX_CODE = "{rate} (VAT on Income)"
"""The same of prices that hold a tax of the seller's own at a rate, as Xero calls it in the United Kingdom."""


class Chart(StrEnum):
    """Which accounts are the usual ones."""

    FIRST = ""
    """Those of books that were made before there was a choice: a line type that came later follows its elder's."""
    CONTROLLER = "controller"
    """Those of books made since, as controllers call them (docs/design/journal.md): most types have one of their own"""


_CONTROLLER: dict[LineType, str] = {
    LineType.REFUND_CHARGES: "Marketplace Refunds",
    LineType.REFUNDED_SHIPPING: "Marketplace Refunds",
    LineType.CHARGEBACKS: "Chargebacks",
    LineType.LIQUIDATIONS: "Liquidation Proceeds",
    LineType.TIPS: "Tips",
    LineType.PAYMENT_PROCESSING: "Merchant Account Fees",
    LineType.STORAGE: "Storage Fees",
    LineType.LONG_TERM_STORAGE: "Storage Surcharges",
    LineType.INBOUND: "Inbound and Prep",
    LineType.REMOVAL: "Removal and Disposal Fees",
    LineType.RETURN_PROCESSING: "Return Processing Fees",
    LineType.POSTAGE: "Postage and Delivery",
    LineType.SUBSCRIPTION: "Marketplace Subscription Fees",
    LineType.COUPONS_AND_VINE: "Coupon and Vine Fees",
    LineType.REGULATORY_FEES: "Regulatory and Digital Taxes",
    LineType.PENALTIES: "Marketplace Penalties",
    LineType.REIMBURSEMENTS: "Inventory Reimbursements",
    LineType.PREPAID_TAX: "Prepaid Income Tax",
}
"""Where this chart differs from the first one. Reimbursements stand beside Damaged and Lost Inventory, not under other
income: for goods lost before an order Amazon pays what they cost, so that they are a recovery of cost."""


class AccountRow(BaseModel):
    """One row of sheet Accounts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    line_type: LineType
    store: str = ""
    """Empty: every store."""
    currency: str = ""
    """Empty: every currency."""
    item_group: str = ""
    """The beginnings of its SKUs, separated by commas; empty: every item."""
    name: str = ""
    """Empty: the usual one. `{store}` and `{currency}` stand for the line's own."""
    number: str = ""
    """Its number or code in the accounting system."""
    tax_code: str = ""
    """Empty: the usual one. `{rate}` stands for the line's own rate, if it has one."""
    is_bank: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the row."""
        return str(self.line_type), self.store, self.currency, self.item_group

    @property
    def chooses(self) -> bool:
        """Whether it says anything."""
        return bool(self.name or self.number or self.tax_code or self.is_bank)


class AccountRows(BaseModel):
    """What was chosen, as the database keeps it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rows: tuple[AccountRow, ...] = ()
    chart: Chart = Chart.FIRST
    """Which accounts hold where nothing was chosen; it is that of the day on which the books were made, for ever."""


ACCOUNTS_NAME = "accounts"
"""Under which name the database keeps them."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a line posts."""

    name: str
    number: str = ""
    tax_code: str = USUAL_TAX_CODE
    is_bank: bool = False
    """Xero takes no bank account in a manual journal."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where every line posts."""

    rows: tuple[AccountRow, ...] = ()
    usual_tax_code: str = USUAL_TAX_CODE
    chart: Chart = Chart.FIRST

    def of(self, line_type: LineType, *, store: str, currency: str, group: str = "", rate: str = "") -> Account:
        """Return the account of a line.

        Args:
            line_type: What the line is about.
            store: Whose it is.
            currency: Its currency.
            group: Its item group, as `group_of` names it.
            rate: The rate of the seller's own tax that is in the amount, as `20%`; empty: none is stated.
        """
        fitting = self._fitting(line_type, store, currency, group)
        posting = [row for row in fitting if row.name or row.number or row.is_bank]
        elder = self._elder(line_type)
        if not posting and elder is not None:
            return self.of(elder, store=store, currency=currency, group=group, rate=rate)
        name = next((row.name for row in posting if row.name), self._usual(line_type))
        return Account(
            name.replace("{store}", store).replace("{currency}", currency),
            posting[0].number if posting else "",
            self._tax_code(fitting, rate),
            is_bank=bool(posting) and posting[0].is_bank,
        )

    def is_chosen(self, line_type: LineType, *, store: str, currency: str, group: str = "") -> bool:
        """Tell whether somebody chose where such a line posts; a type that it follows counts for nothing here."""
        fitting = self._fitting(line_type, store, currency, group)
        return any(row.name or row.number or row.is_bank for row in fitting)

    def _usual(self, line_type: LineType) -> str:
        """Return where a type posts unless something was chosen: its own account, or that of the type it follows."""
        elder = self._elder(line_type)
        if elder is not None:
            return self._usual(elder)
        own = DECLARATIONS[line_type].account
        return _CONTROLLER.get(line_type, own) if self.chart is Chart.CONTROLLER else own

    def _elder(self, line_type: LineType) -> LineType | None:
        """Return the type that a type follows; one that has an account of its own in this chart follows none."""
        has_own = self.chart is Chart.CONTROLLER and line_type in _CONTROLLER
        return None if has_own else DECLARATIONS[line_type].follows

    def _elders(self, line_type: LineType) -> list[LineType]:
        """Return a line type and those that it follows, the type itself first."""
        elder = self._elder(line_type)
        return [line_type, *(self._elders(elder) if elder is not None else [])]

    def _tax_code(self, fitting: Sequence[AccountRow], rate: str) -> str:
        usual = RATE_TAX_CODE if rate else self.usual_tax_code
        code = next((row.tax_code for row in fitting if row.tax_code), usual)
        return code.replace("{rate}", rate) if rate or "{rate}" not in code else self.usual_tax_code

    def named(self, line_type: LineType, name: str, *, store: str, currency: str) -> Account | None:
        """Return the account of that name to which lines of a type post, whatever their item group; none: no such."""
        every = self.every(line_type, store=store, currency=currency)
        return next((account for account in every if account.name == name), None)

    def every(self, line_type: LineType, *, store: str, currency: str, rate: str = "") -> list[Account]:
        """Return all accounts to which lines of a type post: that of each item group, and that of items in none.

        Args:
            line_type: What the lines are about.
            store: Whose they are.
            currency: Their currency.
            rate: As in `of`.
        """
        elders = self._elders(line_type)
        groups = dict.fromkeys(["", *(row.item_group for row in self.rows if row.line_type in elders)])
        return [self.of(line_type, store=store, currency=currency, group=group, rate=rate) for group in groups]

    def without(self, key: tuple[str, str, str, str]) -> Accounts:
        """Return the accounts as they are without one row."""
        return replace(self, rows=tuple(row for row in self.rows if row.key != key))

    def has_groups(self, line_type: LineType) -> bool:
        """Tell whether any item group posts this line type, or the one that it follows, to an account of its own."""
        return any(row.line_type in self._elders(line_type) and row.item_group for row in self.rows)

    def group_of(self, line_type: LineType, sku: object) -> str:
        """Return the item group of a SKU: the one with the longest beginning that fits; empty for none."""
        if not isinstance(sku, str):
            return ""
        fitting = [
            (len(beginning), row.item_group)
            for row in self.rows
            if row.line_type in self._elders(line_type)
            for beginning in beginnings(row.item_group)
            if sku.startswith(beginning)
        ]
        return max(fitting, default=(0, ""))[1]

    def _fitting(self, line_type: LineType, store: str, currency: str, group: str) -> Sequence[AccountRow]:
        """Return the rows that speak of such a line, the narrowest first."""
        fitting = [
            row
            for row in self.rows
            if row.line_type is line_type
            and row.store in ("", store)
            and row.currency in ("", currency)
            and row.item_group in ("", group)
        ]
        return sorted(
            fitting, key=lambda row: (bool(row.item_group), bool(row.store), bool(row.currency)), reverse=True
        )


def beginnings(item_group: str) -> list[str]:
    """Return the beginnings of SKUs that an item group names."""
    return [part.strip() for part in item_group.split(",") if part.strip()]


def takes_groups(line_type: LineType) -> bool:
    """Tell whether lines of a type belong to items, so that an item group can have an account of its own."""
    return line_type in BY_ITEM


def amounts_by_group(lines: pd.DataFrame, column: str, line_type: LineType, accounts: Accounts) -> dict[str, Decimal]:
    """Return the exact sum of a column per item group that posts this line type to an account of its own.

    Args:
        lines: Transactions.
        column: A money column of theirs.
        line_type: What the column's amounts are.
        accounts: Which groups there are.

    Returns:
        Item group -> sum, with the column's currency and sign; what belongs to no group stands under the empty text.
    """
    if not accounts.has_groups(line_type):
        return {"": total(lines[column])}
    groups = {sku: accounts.group_of(line_type, sku) for sku in lines["sku"].dropna().unique()}
    # Not `map`: where no line names a SKU, it makes numbers of the missing ones.
    named = pd.Series([groups.get(sku, "") for sku in lines["sku"]], lines.index, dtype=object)
    return {str(group): total(rows[column]) for group, rows in lines.groupby(named, sort=True)}
