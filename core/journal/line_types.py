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
    GIFT_CARDS = "Gift cards sold and redeemed"
    CLEARING_MOVES = "Charges, failed transfers and carried-forward balances"
    CLEARING = "Settlement total"
    ACCRUED = "Settled later"
    """What an accrual has where the settlement entry has the settlement's total."""
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
    LineType.REIMBURSEMENTS: "Other Income:Reimbursements",
    LineType.ADJUSTMENTS: "Other Income:Marketplace Adjustments",
    LineType.TAX_COLLECTED: "Sales Tax Payable",
    LineType.TAX_WITHHELD: "Sales Tax Payable",
    LineType.PREPAID_TAX: "Prepaid Tax",
    LineType.RESERVE: "{store} Reserves {currency}",
    LineType.GIFT_CARDS: "Gift Cards Outstanding",
    LineType.CLEARING_MOVES: "{store} Clearing {currency}",
    LineType.CLEARING: "{store} Clearing {currency}",
    LineType.ACCRUED: "{store} Accrued Settlements {currency}",
    LineType.COGS_SALES: "Cost of Goods Sold",
    LineType.INVENTORY_OUT: "Inventory Asset",
    LineType.COGS_REFUNDS: "Cost of Goods Sold",
    LineType.INVENTORY_IN: "Inventory Asset",
    LineType.LOSSES: "Damaged and Lost Inventory",
    LineType.INVENTORY_LOST: "Inventory Asset",
}
"""A clearing account per store and currency, which the bank's deposit empties, and likewise for reserves and accruals.

A colon stands between an account and its sub-account, without blanks, as QuickBooks has it.
"""

PER_STORE = (LineType.RESERVE, LineType.CLEARING, LineType.ACCRUED)
"""These hold a marketplace account's money, so that each store and currency has one of its own."""

FOLLOWS = {LineType.CLEARING_MOVES: LineType.CLEARING}
"""Line types that post where another one does, unless an account is chosen for them."""

BY_ITEM = frozenset(
    {
        LineType.SALES,
        LineType.REFUNDS,
        LineType.SHIPPING,
        LineType.PROMOTIONS,
        LineType.REFERRAL_FEES,
        LineType.FULFILMENT_FEES,
        LineType.OTHER_FEES,
        LineType.REIMBURSEMENTS,
        LineType.COGS_SALES,
        LineType.INVENTORY_OUT,
        LineType.COGS_REFUNDS,
        LineType.INVENTORY_IN,
        LineType.LOSSES,
        LineType.INVENTORY_LOST,
    }
)
"""Line types whose lines name an item, so that an item group can post to an account of its own."""

MEANINGS: dict[LineType, str] = {
    LineType.SALES: "The price of what was sold, without tax.",
    LineType.REFUNDS: "The price of what was refunded or lost in a dispute.",
    LineType.SHIPPING: "What buyers paid for shipping and gift wrap.",
    LineType.PROMOTIONS: "Discounts that the seller gave.",
    LineType.REFERRAL_FEES: "The marketplace's commission.",
    LineType.FULFILMENT_FEES: "Picking, packing and shipping by the marketplace.",
    LineType.OTHER_FEES: "Storage, subscription and every other fee.",
    LineType.ADVERTISING: "Sponsored products and the like.",
    LineType.REIMBURSEMENTS: "Money for lost and damaged goods: other income.",
    LineType.ADJUSTMENTS: "Corrections, and types that nobody has classified yet.",
    LineType.TAX_COLLECTED: "Tax that buyers paid.",
    LineType.TAX_WITHHELD: "Tax that the marketplace keeps and pays itself; with the tax collected it comes to zero.",
    LineType.PREPAID_TAX: "TCS, TDS and tax withheld on the seller's account: it comes back with the seller's return.",
    LineType.RESERVE: "The seller's money that the marketplace holds back: an asset.",
    LineType.GIFT_CARDS: "Gift cards sold less those redeemed: owed to whoever holds one.",
    LineType.CLEARING_MOVES: "Card charges, failed transfers, balances carried forward: where Settlement total posts.",
    LineType.CLEARING: "What the settlement comes to; the bank's deposit empties it. Never the bank account itself.",
    LineType.ACCRUED: "What a month-end accrual expects; its reversal empties it.",
    LineType.COGS_SALES: "Cost of what was sold.",
    LineType.INVENTORY_OUT: "Inventory that was sold.",
    LineType.COGS_REFUNDS: "Cost of what came back into stock.",
    LineType.INVENTORY_IN: "Inventory that came back.",
    LineType.LOSSES: "Cost of what was lost or damaged.",
    LineType.INVENTORY_LOST: "Inventory that was lost or damaged.",
}
"""What each line type is, in a bookkeeper's words."""
