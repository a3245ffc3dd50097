"""Amazon's open vocabulary: what its transaction types and amount descriptions mean (settlements.md §1.1).

Words are compared without case. A word that is not here becomes `Event.OTHER` or the amount column `other`, keeps its
amount and is listed; nothing is ever dropped for being unknown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from core.model import Event, StockEffect


class Meaning(NamedTuple):
    """What a transaction is and what it does to the stock."""

    event: Event
    stock_effect: StockEffect


SALE = Meaning(Event.SALE, StockEffect.OUT)
REFUND = Meaning(Event.REFUND, StockEffect.UNKNOWN)  # whether goods came back says the disposition
DISPUTE = Meaning(Event.DISPUTE, StockEffect.NONE)  # the buyer keeps the goods
LOSS = Meaning(Event.REIMBURSEMENT, StockEffect.OUT)
MONEY_ONLY = Meaning(Event.REIMBURSEMENT, StockEffect.NONE)
DISPUTED = Meaning(Event.REIMBURSEMENT, StockEffect.UNKNOWN)  # sources disagree (design §4)
FOUND_AGAIN = Meaning(Event.REIMBURSEMENT_REVERSAL, StockEffect.IN)
LIQUIDATION = Meaning(Event.LIQUIDATION, StockEffect.OUT)
TRIAL = Meaning(Event.ADJUSTMENT, StockEffect.NONE)  # the order payment that follows is the sale
TAX_ONLY = Meaning(Event.TAX_ONLY, StockEffect.NONE)
FEE = Meaning(Event.FEE, StockEffect.NONE)
ADVERTISING = Meaning(Event.ADVERTISING, StockEffect.NONE)
BALANCE = Meaning(Event.BALANCE, StockEffect.NONE)
ADJUSTMENT = Meaning(Event.ADJUSTMENT, StockEffect.UNKNOWN)
PAYOUT = Meaning(Event.PAYOUT, StockEffect.NONE)
UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN)

ABOUT_UNITS = (LOSS, FOUND_AGAIN)
"""What is about units of goods even where it does not say how many."""


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Return a word as it is compared: without case, outer blanks and doubled blanks."""
    return " ".join(word.casefold().split())


def _table(words: dict[Meaning, str]) -> dict[str, Meaning]:
    return {plain(word): meaning for meaning, line in words.items() for word in line.split("|")}


REIMBURSEMENTS = _table(
    {
        LOSS: "WAREHOUSE_LOST|WAREHOUSE_LOST_MANUAL|WAREHOUSE_DAMAGE|WAREHOUSE_DAMAGE_EXCEPTION|MISSING_FROM_INBOUND"
        "|FREE_REPLACEMENT_REFUND_ITEMS|CS_ERROR_ITEMS|REMOVAL_ORDER_LOST|RE_EVALUATION|MULTICHANNEL_ORDER_LOST"
        "|MCF Inventory Reimbursement",
        FOUND_AGAIN: "COMPENSATED_CLAWBACK|MISSING_FROM_INBOUND_CLAWBACK",
        MONEY_ONLY: "INCORRECT_FEES_ITEMS|INCORRECT_FEES_NON_ITEMIZED|SAFE-T Reimbursement|Goodwill",
        DISPUTED: "REVERSAL_REIMBURSEMENT",
    }
)
"""Why Amazon paid for goods or took the payment back: amount descriptions in V2, transaction types in V1."""

BALANCES = _table(
    {
        BALANCE: "Current Reserve Amount|Previous Reserve Amount Balance|Payable to Amazon|Successful charge|Transfers"
        "|Transfer|Micro Deposit|Debt Adjustment|Debt Payment|Transfer of funds unsuccessful|Unsuccessful transfer"
    }
)
"""Money moved between the seller, Amazon and the bank: no profit, but part of the total."""

ADVERTISEMENTS = _table(
    {ADVERTISING: "Cost of Advertising|TransactionTotalAmount|Refund for Advertiser|Sponsored Products Charge"}
)

FEES = _table(
    {
        FEE: "ServiceFee|Service Fee|FBAFees|FBA Fees|AmazonFees|Amazon Fees|CouponRedemptionFee|Coupon Redemption Fee"
        "|Promotion Fee|Vine Enrollment Fee|Vine Enrolment Fee|Commingling VAT|Seller Rewards|Storage Fee"
        "|FBA storage fee|FBA Inventory Storage Fee|StorageRenewalBilling|FBA Long-Term Storage Fee|RemovalComplete"
        "|DisposalComplete|FBA removal fee|FBA disposal fee|FBA Removal Order: Return Fee"
        "|FBA Removal Order: Disposal Fee|FBA Inbound Placement Service Fee|FBAInboundTransportationFee"
        "|FBA inbound convenience fee|Inbound Transportation Charge|Inbound Transportation Program Fee"
        "|FBAInboundTransportationProgramFee|AWD Storage Fee|AWD Processing Fee|AWD Transportation Fee|AWD fee"
        "|Subscription Fee|Subscription|Shipping label purchase|Shipping label purchase for return"
        "|Shipping services|Delivery Services|Postage Billing|ShippingServices|LowInventoryLevelFee"
        "|FBA Customer Returns Fee|FBA Customer Return Fee|FBACustomerReturnPerUnitFee|CustomerReturnHRRUnitFee"
        "|Lightning Deal Fee|Deal Fee|Deal Participation Fee|DealParticipationFee|DealPerformanceFee|Fee Adjustment"
        "|PaidServicesFee|Paid Services Fee|Easy Ship charges|MFNPostageFee|NonSubscription Fee Adjustment"
    }
)

TYPES = {
    **FEES,
    **ADVERTISEMENTS,
    **BALANCES,
    **REIMBURSEMENTS,
    **_table(
        {
            SALE: "Order|TBYB Order Payment",
            REFUND: "Refund",
            DISPUTE: "Chargeback Refund|A-to-z Guarantee Refund|A-to-z Guarantee Claim|A-to-z Guarantee Recovery",
            LIQUIDATION: "Liquidations|Liquidations Adjustments",
            TRIAL: "TBYB Trial Shipment",
            TAX_ONLY: "Order_Retrocharge|Refund_Retrocharge",
            ADJUSTMENT: "Adjustment",
        }
    ),
}
"""Transaction types, of all formats together; V1 has as types what V2 has as descriptions."""

_BEGINNINGS = (
    ("transfer of funds unsuccessful", BALANCE),
    ("shipping label purchase", FEE),
    ("debt adjustment", BALANCE),
)
_ITEM_TYPES = frozenset({"order", "refund", "chargeback refund", "a-to-z guarantee refund", "liquidations"})

_ITEM_PRICES = {
    plain(word): column
    for column, words in {
        "principal": "Principal",
        "tax": "Tax|ShippingTax|GiftWrapTax",
        "shipping": "Shipping",
        "giftwrap": "GiftWrap",
        "other": "Goodwill|RestockingFee|ReturnShipping|ExportCharge|Points|COD|CODTax",
    }.items()
    for word in words.split("|")
}
"""Descriptions under ItemPrice (V1: price-type) and the amount column each adds to."""

_ITEM_FEES = {
    plain(word): column
    for column, words in {
        "referral_fee": "Commission|RefundCommission",
        "fulfilment_fee": "FBAPerUnitFulfillmentFee|FBAPerOrderFulfillmentFee|FBAWeightBasedFee|FBATransportationFee"
        "|FBA transportation fee|FBADeliveryServicesFee|FBAPickAndPackFee",
        "other_fee": "ShippingChargeback|GiftwrapChargeback|ShippingHB|DigitalServicesFee|DigitalServicesFeeFBA"
        "|VariableClosingFee|FixedClosingFee|RemoteFulfillmentCredit|SalesTaxServiceFee|SalesTaxCollectionFee"
        "|TechnologyFee|LowValueGoodsFee|RegulatoryFee|GetPaidFasterFee|CODChargeback|LiquidationsBrokerageFee"
        "|HighVolumeListingFee|EasyShipCharges|MFNPostageFee|PointsFee",
    }.items()
    for word in words.split("|")
}
"""Descriptions under ItemFees (V1: item-related-fee-type) and the amount column each adds to."""


_WITHHELD = ("marketplacefacilitator", "lowvaluegoodstax", "tcs-", "tds")


@lru_cache(maxsize=4096)
def price_column(word: str) -> str:
    """Return the amount column that a price of an item adds to, empty for a word that is not known."""
    return "tax_withheld" if plain(word).startswith(_WITHHELD) else _ITEM_PRICES.get(plain(word), "")


@lru_cache(maxsize=4096)
def fee_column(word: str) -> str:
    """Return the amount column that a fee of an item adds to, empty for a word that is not known."""
    return "tax_withheld" if plain(word).startswith(_WITHHELD) else _ITEM_FEES.get(plain(word), "")


@lru_cache(maxsize=4096)
def meaning(transaction_type: str, *details: str) -> Meaning:
    """Return what a transaction is.

    Args:
        transaction_type: Amazon's word for it.
        details: Its amount description and the like, where it is no order or refund; a detail that says more than
            the type (a reserve, a loss in the warehouse, advertising) wins.

    Returns:
        `UNKNOWN` where neither is in the vocabulary.
    """
    kind = plain(transaction_type)
    if kind not in _ITEM_TYPES:
        for detail in map(plain, details):
            found = REIMBURSEMENTS.get(detail) or BALANCES.get(detail) or ADVERTISEMENTS.get(detail)
            if found:
                return found
    words = (kind, *(map(plain, details) if kind in GENERAL else ()))
    known = next((TYPES[word] for word in words if word in TYPES), None)
    return known or next((means for word in words for begin, means in _BEGINNINGS if word.startswith(begin)), UNKNOWN)


GENERAL = frozenset({"other-transaction", "other", "others", ""})
"""Transaction types that say nothing; the description is the type."""
