"""What an entry's lines are about, and to which account each posts unless Setup says otherwise."""

from __future__ import annotations

from enum import StrEnum


class LineType(StrEnum):
    """Kinds of journal lines, in the order in which an entry lists them."""

    SALES = "Sales"
    REFUNDS = "Refunds"
    SHIPPING = "Shipping and gift wrap"
    PROMOTIONS = "Promotions"
    REFERRAL_FEES = "Referral fees"
    FULFILMENT_FEES = "Fulfilment fees"
    OTHER_FEES = "Other fees"
    ADVERTISING = "Advertising"
    REIMBURSEMENTS = "Reimbursements"
    ADJUSTMENTS = "Adjustments"
    TAX_COLLECTED = "Tax collected"
    TAX_WITHHELD = "Tax withheld by the marketplace"
    PREPAID_TAX = "Tax deducted at source (TCS, TDS)"
    RESERVE = "Reserve"
    CLEARING_MOVES = "Charges, failed transfers and carried-forward balances"
    CLEARING = "Settlement total"
    COGS_SALES = "Cost of goods sold"
    INVENTORY_OUT = "Inventory sold"
    COGS_REFUNDS = "Cost of goods returned"
    INVENTORY_IN = "Inventory returned"
    LOSSES = "Damaged and lost goods"
    INVENTORY_LOST = "Inventory lost"


DEFAULT_ACCOUNTS: dict[LineType, str] = {
    LineType.SALES: "Marketplace Sales",
    LineType.REFUNDS: "Marketplace Refunds",
    LineType.SHIPPING: "Shipping Income",
    LineType.PROMOTIONS: "Marketplace Discounts",
    LineType.REFERRAL_FEES: "Marketplace Referral Fees",
    LineType.FULFILMENT_FEES: "Marketplace Fulfilment Fees",
    LineType.OTHER_FEES: "Marketplace Other Fees",
    LineType.ADVERTISING: "Marketplace Advertising",
    LineType.REIMBURSEMENTS: "Other Income: Reimbursements",
    LineType.ADJUSTMENTS: "Other Income: Marketplace Adjustments",
    LineType.TAX_COLLECTED: "Sales Tax Payable",
    LineType.TAX_WITHHELD: "Sales Tax Payable",
    LineType.PREPAID_TAX: "Prepaid Tax",
    LineType.RESERVE: "Marketplace Reserves",
    LineType.CLEARING_MOVES: "{store} Clearing {currency}",
    LineType.CLEARING: "{store} Clearing {currency}",
    LineType.COGS_SALES: "Cost of Goods Sold",
    LineType.INVENTORY_OUT: "Inventory Asset",
    LineType.COGS_REFUNDS: "Cost of Goods Sold",
    LineType.INVENTORY_IN: "Inventory Asset",
    LineType.LOSSES: "Damaged and Lost Inventory",
    LineType.INVENTORY_LOST: "Inventory Asset",
}
"""A clearing account per store and currency; the bank's deposit empties it."""
