"""What money is about: the line types of the books, each declared once for the journal, the P&L and the sheets.

A marketplace's word is declared to be one of these (`core.marketplaces`), an entry lists its lines by them, an account
is chosen for them, and the profit and loss sums them up in its columns. A type that came later posts where its elder
one does (`follows`), so that books which chose an account for the elder type keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from core.model import Event


class LineType(StrEnum):
    """Kinds of journal lines, in the order in which an entry lists them."""

    SALES = "Sales"
    MARKETPLACE_DISCOUNTS = "Discounts paid by the marketplace"
    REFUNDS = "Refunds"
    REFUND_CHARGES = "Restocking and return charges"
    REFUNDED_SHIPPING = "Refunded shipping and gift wrap"
    RETURNED_PROMOTIONS = "Promotions of refunds"
    CHARGEBACKS = "Chargebacks"
    LIQUIDATIONS = "Liquidations"
    SHIPPING = "Shipping and gift wrap"
    GIFT_WRAP = "Gift wrap"
    PROMOTIONS = "Promotions"
    TIPS = "Tips"
    REFERRAL_FEES = "Referral fees"
    PAYMENT_PROCESSING = "Payment processing"
    FULFILMENT_FEES = "Fulfilment fees"
    STORAGE = "Storage"
    LONG_TERM_STORAGE = "Long-term storage"
    INBOUND = "Inbound transport and prep"
    REMOVAL = "Removal and disposal"
    RETURN_PROCESSING = "Return processing"
    POSTAGE = "Postage and labels"
    SUBSCRIPTION = "Subscription"
    COUPONS_AND_VINE = "Coupons and Vine"
    REGULATORY_FEES = "Regulatory and digital service fees"
    PENALTIES = "Penalties and dispute fees"
    OTHER_FEES = "Other fees"
    TAX_ON_FEES = "Tax on fees"
    ADVERTISING = "Advertising"
    REIMBURSEMENTS = "Reimbursements"
    ADJUSTMENTS = "Adjustments"
    UNCLASSIFIED = "Not classified yet"
    DONATIONS = "Donations"
    TAX_COLLECTED = "Tax collected"
    FACILITATOR_TAX = "Tax collected for the marketplace to pay"
    TAX_WITHHELD = "Tax withheld by the marketplace"
    LOW_VALUE_GOODS_TAX = "Low value goods tax"
    PREPAID_TAX = "Tax deducted at source (TCS, TDS)"
    DUTIES = "Duties collected"
    RESERVE = "Reserve"
    LOANS = "Loans"
    GIFT_CARDS = "Gift cards sold and redeemed"
    OTHER_STORES = "Transfers between stores"
    CLEARING_MOVES = "Charges, failed transfers and carried-forward balances"
    CLEARING = "Settlement total"
    ACCRUED = "Settled later"
    """What an accrual has where the settlement entry has the settlement's total."""
    DROP_SHIPPED = "Goods bought from a supplier's shop"
    COGS_SALES = "Cost of goods sold"
    INVENTORY_OUT = "Inventory sold"
    COGS_REFUNDS = "Cost of goods returned"
    INVENTORY_IN = "Inventory returned"
    LOSSES = "Damaged and lost goods"
    RETURNS_PAID = "Cost of lost returns"
    REPLACEMENTS = "Cost of free replacements"
    INVENTORY_LOST = "Inventory lost"


class TaxKind(StrEnum):
    """Whose the tax of a line is."""

    OWN = "own"
    """The seller collects it and pays it."""
    FACILITATOR = "facilitator"
    """The marketplace pays it."""
    IN_PRICE = "in price"
    """Withheld although the order shows no tax: it was part of the price."""


class PnlPart(StrEnum):
    """Columns of the profit and loss that money falls into, each signed from the seller's side."""

    SALES = "sales"
    REFUNDS = "refunds"
    FEES = "fees"
    ADVERTISING = "advertising"
    REIMBURSEMENTS = "reimbursements"
    OTHER_INCOME = "other_income"
    TAX = "tax"
    """Somebody else's money: no profit."""
    BALANCE = "balance"
    """The seller's own money moved about: no profit."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the books do with a line type."""

    meaning: str
    """In a bookkeeper's words, on sheet Accounts."""
    account: str = ""
    """Its usual account; empty where it follows another type. A colon stands before a sub-account, as in QuickBooks."""
    follows: LineType | None = None
    """Posts where this type does, unless an account is chosen for it."""
    by_item: bool = False
    """Whether its lines name an item, so that an item group can post to an account of its own."""
    part: PnlPart | None = None
    """Where it stands in the profit and loss; `None` for the sides of entries that are no line of a settlement."""


def _income(meaning: str, account: str) -> Declaration:
    return Declaration(meaning, account, by_item=True, part=PnlPart.SALES)


def _fee(meaning: str, account: str = "", follows: LineType | None = LineType.OTHER_FEES) -> Declaration:
    return Declaration(meaning, account, None if account else follows, by_item=True, part=PnlPart.FEES)


def _balance(meaning: str, account: str = "", follows: LineType | None = None) -> Declaration:
    return Declaration(meaning, account, follows, part=PnlPart.BALANCE)


def _cost(meaning: str, account: str = "") -> Declaration:
    return Declaration(meaning, account, None if account else LineType.LOSSES, by_item=True)


DECLARATIONS: dict[LineType, Declaration] = {
    LineType.SALES: _income("The price of what was sold, without tax.", "Marketplace Sales"),
    LineType.MARKETPLACE_DISCOUNTS: Declaration(
        "The part of the price that the marketplace paid: Shop Cash, Walmart funded savings.",
        follows=LineType.SALES,
        by_item=True,
        part=PnlPart.SALES,
    ),
    LineType.REFUNDS: Declaration(
        "The price of what was refunded.", "Marketplace Refunds", by_item=True, part=PnlPart.REFUNDS
    ),
    LineType.REFUND_CHARGES: Declaration(
        "Restocking fees kept and return shipping charged or given back with a refund.",
        follows=LineType.REFUNDS,
        by_item=True,
        part=PnlPart.REFUNDS,
    ),
    LineType.REFUNDED_SHIPPING: Declaration(
        "Shipping and gift wrap given back with a refund.",
        follows=LineType.SHIPPING,
        by_item=True,
        part=PnlPart.REFUNDS,
    ),
    LineType.RETURNED_PROMOTIONS: Declaration(
        "Discounts that come back to the seller with a refund.",
        follows=LineType.PROMOTIONS,
        by_item=True,
        part=PnlPart.REFUNDS,
    ),
    LineType.CHARGEBACKS: Declaration(
        "The price of what was lost in a chargeback, claim or dispute, and won back.",
        follows=LineType.REFUNDS,
        by_item=True,
        part=PnlPart.REFUNDS,
    ),
    LineType.LIQUIDATIONS: Declaration(
        "What liquidated goods brought, less what the liquidator kept.",
        follows=LineType.SALES,
        by_item=True,
        part=PnlPart.SALES,
    ),
    LineType.SHIPPING: _income("What buyers paid for shipping.", "Shipping Income"),
    LineType.GIFT_WRAP: Declaration(
        "What buyers paid for gift wrap.", follows=LineType.SHIPPING, by_item=True, part=PnlPart.SALES
    ),
    LineType.PROMOTIONS: _income("Discounts that the seller gave.", "Marketplace Discounts"),
    LineType.TIPS: Declaration("Tips that buyers gave.", "Other Income:Tips", part=PnlPart.OTHER_INCOME),
    LineType.REFERRAL_FEES: _fee("The marketplace's commission.", "Marketplace Referral Fees"),
    LineType.PAYMENT_PROCESSING: _fee("What taking the payment cost: card and processing fees."),
    LineType.FULFILMENT_FEES: _fee("Picking, packing and shipping by the marketplace.", "Marketplace Fulfilment Fees"),
    LineType.STORAGE: _fee("Storage in the marketplace's warehouses."),
    LineType.LONG_TERM_STORAGE: _fee("Surcharges for goods that lie long, too many or too few.", "", LineType.STORAGE),
    LineType.INBOUND: _fee("Transport into the marketplace's warehouses, placement, prep and labels."),
    LineType.REMOVAL: _fee("Removing or disposing of goods in the marketplace's warehouses."),
    LineType.RETURN_PROCESSING: _fee("Handling of returned goods."),
    LineType.POSTAGE: _fee("Postage and shipping labels bought through the marketplace."),
    LineType.SUBSCRIPTION: _fee("The marketplace's monthly fee and what is charged for its services."),
    LineType.COUPONS_AND_VINE: _fee("Fees of coupons, deals and review programs."),
    LineType.REGULATORY_FEES: _fee("Regulatory, environmental and digital service charges passed on."),
    LineType.PENALTIES: _fee("Charges for disputes, late shipments and the like."),
    LineType.OTHER_FEES: _fee("Every other fee.", "Marketplace Other Fees"),
    LineType.TAX_ON_FEES: _fee("Tax on the marketplace's own fees; recoverable where the seller is registered."),
    LineType.ADVERTISING: Declaration(
        "Sponsored products and the like.", "Marketplace Advertising", part=PnlPart.ADVERTISING
    ),
    LineType.REIMBURSEMENTS: Declaration(
        "Money for lost and damaged goods, and what was taken back of it.",
        "Other Income:Reimbursements",
        by_item=True,
        part=PnlPart.REIMBURSEMENTS,
    ),
    LineType.ADJUSTMENTS: Declaration(
        "Corrections that are nothing else.", "Other Income:Marketplace Adjustments", part=PnlPart.OTHER_INCOME
    ),
    LineType.UNCLASSIFIED: Declaration(
        "Words that nobody has classified yet: say what they are on sheet Transaction types before the entry goes out.",
        follows=LineType.ADJUSTMENTS,
        part=PnlPart.OTHER_INCOME,
    ),
    LineType.DONATIONS: Declaration(
        "Donations that the marketplace passes on.", "Charitable Contributions", part=PnlPart.OTHER_INCOME
    ),
    LineType.TAX_COLLECTED: Declaration(
        "Tax that buyers paid and the seller owes.", "Sales Tax Payable", part=PnlPart.TAX
    ),
    LineType.FACILITATOR_TAX: Declaration(
        "Tax that buyers paid and the marketplace pays itself; with the tax withheld it comes to zero.",
        follows=LineType.TAX_WITHHELD,
        part=PnlPart.TAX,
    ),
    LineType.TAX_WITHHELD: Declaration(
        "Tax that the marketplace keeps and pays itself; with the tax collected for it it comes to zero.",
        "Marketplace Facilitator Tax",
        part=PnlPart.TAX,
    ),
    LineType.LOW_VALUE_GOODS_TAX: Declaration(
        "GST on low value imports that the marketplace takes out of the price and pays itself.",
        follows=LineType.TAX_WITHHELD,
        part=PnlPart.TAX,
    ),
    LineType.PREPAID_TAX: Declaration(
        "TCS, TDS and tax withheld on the seller's account: it comes back with the seller's return.",
        "Prepaid Tax",
        part=PnlPart.TAX,
    ),
    LineType.DUTIES: Declaration("Duties collected from buyers and paid on.", "Duties Payable", part=PnlPart.TAX),
    LineType.RESERVE: _balance(
        "The seller's money that the marketplace holds back: an asset.", "{store} Reserves {currency}"
    ),
    LineType.LOANS: _balance(
        "Loans and advances: a liability. Repayments hold interest; split it off by the lender's statement.",
        "Loans Payable {store}",
    ),
    LineType.GIFT_CARDS: _balance(
        "Gift cards sold less those redeemed: owed to whoever holds one.", "Gift Cards Outstanding"
    ),
    LineType.OTHER_STORES: _balance(
        "Money moved to or from another store's account; over all stores it comes to zero.", "Due from Other Stores"
    ),
    LineType.CLEARING_MOVES: _balance(
        "Card charges, failed transfers, balances carried forward: where Settlement total posts.",
        follows=LineType.CLEARING,
    ),
    LineType.CLEARING: _balance(
        "What the settlement comes to; the bank's deposit empties it. Never the bank account itself.",
        "{store} Clearing {currency}",
    ),
    LineType.ACCRUED: Declaration(
        "What a month-end accrual expects; its reversal empties it.", "{store} Accrued Settlements {currency}"
    ),
    LineType.DROP_SHIPPED: Declaration(
        "What a supplier's shop is paid for goods that it ships for an order: their cost, instead of one from Finale.",
        "Cost of Goods Sold:Drop-shipped",
        part=PnlPart.FEES,
    ),
    LineType.COGS_SALES: _cost("Cost of what was sold.", "Cost of Goods Sold"),
    LineType.INVENTORY_OUT: _cost("Inventory that was sold.", "Inventory Asset"),
    LineType.COGS_REFUNDS: _cost("Cost of what came back into stock.", "Cost of Goods Sold"),
    LineType.INVENTORY_IN: _cost("Inventory that came back.", "Inventory Asset"),
    LineType.LOSSES: _cost("Cost of what was lost or damaged.", "Damaged and Lost Inventory"),
    LineType.RETURNS_PAID: _cost(
        "Cost of returned goods that left stock again, because the marketplace paid for them."
    ),
    LineType.REPLACEMENTS: _cost("Cost of what was sent to buyers for nothing, and paid for by the marketplace."),
    LineType.INVENTORY_LOST: _cost("Inventory that was lost or damaged.", "Inventory Asset"),
}
"""Sources of the accounts and of what each type is: docs/design/words.md."""

TYPES_BY_NAME = {str(one): one for one in LineType}
"""The type of a stored entry line, by its words; words of another program have none."""
LOSS_TYPES = (LineType.LOSSES, LineType.RETURNS_PAID, LineType.REPLACEMENTS)
"""Costs of goods that were lost, damaged or given away; one party posts them all."""
PER_STORE = (LineType.RESERVE, LineType.CLEARING, LineType.ACCRUED)
"""These hold a marketplace account's money, so that each store and currency has one of its own."""

BY_ITEM = frozenset(line_type for line_type, one in DECLARATIONS.items() if one.by_item)
"""Line types whose lines name an item, so that an item group can post to an account of its own."""

MEANINGS = {line_type: one.meaning for line_type, one in DECLARATIONS.items()}
"""What each line type is, in a bookkeeper's words."""

PNL_PARTS: dict[LineType, PnlPart] = {
    line_type: one.part for line_type, one in DECLARATIONS.items() if one.part is not None
}
"""Where the profit and loss shows each type of money that a settlement holds: the one table for journal and P&L."""


_BY_EVENT: dict[Event, LineType] = {
    Event.FEE: LineType.OTHER_FEES,
    Event.ADVERTISING: LineType.ADVERTISING,
    Event.REIMBURSEMENT: LineType.REIMBURSEMENTS,
    Event.REIMBURSEMENT_REVERSAL: LineType.REIMBURSEMENTS,
    Event.ADJUSTMENT: LineType.ADJUSTMENTS,
    Event.OTHER: LineType.UNCLASSIFIED,
    Event.TAX_ONLY: LineType.TAX_COLLECTED,
}
_PRICES: dict[Event, LineType] = {
    Event.REFUND: LineType.REFUNDS,
    Event.DISPUTE: LineType.CHARGEBACKS,
    Event.LIQUIDATION: LineType.LIQUIDATIONS,
}
_BY_COLUMN = {
    "shipping": LineType.SHIPPING,
    "giftwrap": LineType.GIFT_WRAP,
    "promotion": LineType.PROMOTIONS,
    "referral_fee": LineType.REFERRAL_FEES,
    "fulfilment_fee": LineType.FULFILMENT_FEES,
    "other_fee": LineType.OTHER_FEES,
    "other": LineType.ADJUSTMENTS,
}
_GIVEN_BACK = {
    "shipping": LineType.REFUNDED_SHIPPING,
    "giftwrap": LineType.REFUNDED_SHIPPING,
    "promotion": LineType.RETURNED_PROMOTIONS,
}


@lru_cache(maxsize=1024)
def usual_type(event: str, column: str, tax_kind: str | None = None) -> LineType:
    """Return what an amount column of an event is about, where no word says otherwise.

    Args:
        event: One of `core.model.Event`, but a payout, which is no part of an entry.
        column: One of `core.frame_columns.AMOUNT_COLUMNS`.
        tax_kind: Whose the line's tax is (`core.facilitator_tax`); `None` of lines that the first reader read: what it
            did not know stands among the adjustments, as its entries went out.
    """
    if event == Event.BALANCE:
        return LineType.CLEARING_MOVES
    if column in ("tax", "tax_withheld"):
        return _tax(event, column, tax_kind)
    if event == Event.OTHER and tax_kind is None:
        return LineType.ADJUSTMENTS
    if event in _BY_EVENT:
        return _BY_EVENT[Event(event)]
    if column == "principal":
        return _PRICES.get(Event(event), LineType.SALES)
    refunded = event in (Event.REFUND, Event.DISPUTE)
    return _GIVEN_BACK[column] if refunded and column in _GIVEN_BACK else _BY_COLUMN[column]


def _tax(event: str, column: str, tax_kind: str | None) -> LineType:
    if tax_kind == TaxKind.IN_PRICE and column == "tax_withheld":
        return _PRICES.get(Event(event), LineType.SALES)
    if column == "tax_withheld":
        return LineType.TAX_WITHHELD
    return LineType.FACILITATOR_TAX if tax_kind == TaxKind.FACILITATOR else LineType.TAX_COLLECTED
