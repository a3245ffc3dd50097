"""Amazon's words: what its transaction types, reasons and amount descriptions mean, for every reader of Amazon.

Amazon publishes no list of them. Each is declared here with what it does to goods and money; sources and how sure they
are stand in docs/design/words.md. What is not here is asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.line_types import LineType
from core.marketplaces.words.meanings import UNKNOWN, AmountMeaning, Meaning, balance_of, fee_of, vocabulary
from core.marketplaces.words.wording import folded
from core.model import ABOUT_UNITS, Event, Goods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _paid(goods: Goods) -> Meaning:
    return Meaning(Event.REIMBURSEMENT, goods)


PAYOUT = Meaning(Event.PAYOUT)
ADVERTISING = Meaning(Event.ADVERTISING)
REIMBURSED_UNCLEARLY = _paid(Goods.UNCLEAR)
"""A reimbursement for a reason that nobody has declared: the money is a reimbursement, the goods are asked."""

REASONS = vocabulary(
    {
        _paid(Goods.LOST): "WAREHOUSE_LOST|WAREHOUSE_LOST_MANUAL|WAREHOUSE_LOST_MANIFEST|WAREHOUSE_DAMAGE"
        "|WAREHOUSE_DAMAGE_EXCEPTION|Lost:Warehouse|Lost_Warehouse|Damaged:Warehouse|Damaged_Warehouse"
        "|Damaged:Warehouse Exception",
        _paid(Goods.LOST_INBOUND): "MISSING_FROM_INBOUND|INBOUND_CARRIER_DAMAGE|Inbound Carrier Damage|Lost:Inbound"
        "|Lost_Inbound|Damaged:Inbound|Damaged_Inbound|Damaged:Inbound Carrier",
        _paid(Goods.LOST_ON_REMOVAL): "REMOVAL_ORDER_LOST|REMOVAL_ORDER_DAMAGED|Lost:Removal"
        "|Lost_Removal|Damaged:Removal|Damaged_Removal",
        _paid(Goods.LOST_AFTER_SALE): "MULTICHANNEL_ORDER_LOST|MULTICHANNEL_ORDER_DAMAGED|MCF Inventory Reimbursement"
        "|Lost:Multichannel|Damaged:Multichannel",
        _paid(Goods.RETURN_PAID): "CS_ERROR_ITEMS|Customer Service Issue|Customer Return"
        "|RETURN_REIMBURSEMENT|CRETURN_WRONG_ITEM|REVERSAL_REIMBURSEMENT",
        _paid(Goods.RETURN_PAID_UNCLEAR): "CUSTOMER_DAMAGE",
        _paid(Goods.PAYMENT_LOST): "PAYMENT_RETRACTION_ITEMS|Payment Retraction",
        _paid(Goods.REPLACED): "FREE_REPLACEMENT_REFUND_ITEMS|Free Replacement Refund",
        _paid(Goods.PAID_AGAIN): "RE_EVALUATION",
        _paid(Goods.UNCLEAR): "GENERAL_ADJUSTMENT",
        _paid(Goods.NOT_ITEMIZED): "CS_ERROR_NON_ITEMIZED",
        _paid(Goods.NONE): "SAFE-T Reimbursement|Goodwill|MULTICHANNEL_ORDER_LATE",
        Meaning(Event.REIMBURSEMENT_REVERSAL, Goods.FOUND): "COMPENSATED_CLAWBACK|Reimbursement_Reversal",
        Meaning(Event.REIMBURSEMENT_REVERSAL, Goods.LOSS_REVERSED): "MISSING_FROM_INBOUND_CLAWBACK",
        Meaning(Event.FEE, Goods.NONE, LineType.OTHER_FEES): "INCORRECT_FEES_ITEMS|INCORRECT_FEES_NON_ITEMIZED"
        "|Fee Correction|FeeCorrection",
        Meaning(Event.FEE, Goods.NONE, LineType.INBOUND): "CLI_PLANNED_FEE_REIMBURSEMENT",
    }
)
"""Why Amazon paid or took a payment back: descriptions in V2, types in V1, parts of descriptions elsewhere."""

BALANCES = vocabulary(
    {
        balance_of(LineType.RESERVE): "Current Reserve Amount|Previous Reserve Amount Balance",
        balance_of(LineType.CLEARING_MOVES): "Payable to Amazon|Successful charge|Transfers|Transfer|Micro Deposit"
        "|Transfer of funds unsuccessful|Unsuccessful transfer|Failed Disbursement",
        balance_of(LineType.OTHER_STORES): "Debt Adjustment|Debt Payment",
        balance_of(LineType.LOANS): "Amazon Capital Services|Loan Advance|Loan Proceeds|Loan Repayment|Lending"
        "|Amazon Lending",
        balance_of(LineType.PREPAID_TAX): "Tax withholding|Backup withholding",
    }
)
"""Money moved between the seller, Amazon, lenders and the bank: no profit, but part of the total."""

ADVERTISEMENTS = vocabulary(
    {ADVERTISING: "Cost of Advertising|TransactionTotalAmount|Refund for Advertiser|Sponsored Products Charge"}
)

FEES = vocabulary(
    {
        fee_of(LineType.OTHER_FEES): "ServiceFee|FBAFees|AmazonFees|Promotion Fee|Seller Rewards|PaidServicesFee"
        "|Commingling VAT|TransportationFee|FBA Transaction Fees|Fee Adjustment",
        fee_of(LineType.STORAGE): "Storage Fee|FBA storage fee|FBA Inventory Storage Fee|FBA Monthly Storage Fee"
        "|AWD Storage Fee|FBA Inventory Fee",
        fee_of(LineType.LONG_TERM_STORAGE): "StorageRenewalBilling|FBA Long-Term Storage Fee|FBA Long-Term Storage"
        "|LowInventoryLevelFee|FBA Aged Inventory Surcharge|FBA Storage Utilization Surcharge|FBA Overage Fee"
        "|FBA Inventory Storage Overage Fee",
        fee_of(LineType.REMOVAL): "RemovalComplete|DisposalComplete|FBA removal fee|FBA disposal fee"
        "|FBA Removal Order: Return Fee|FBA Removal Order: Disposal Fee",
        fee_of(LineType.INBOUND): "FBA Inbound Placement Service Fee|FBAInboundTransportationFee"
        "|FBA inbound convenience fee|Inbound Transportation Charge|Inbound Transportation Fee"
        "|Inbound Transportation Program Fee|FBAInboundTransportationProgramFee|AWD Processing Fee"
        "|AWD Transportation Fee|AWD fee|Inbound Defect Fee|FBA Inbound Defect Fee|Manual Processing Fee"
        "|FBA Manual Processing Fee|Manual Processing Fee Reimbursement|Unplanned Service Fee|Prep Fee|Prep Fee Refund"
        "|FBA Prep Fee|FBA Prep Service Fee|FBA Label Fee|FBA International Freight Shipping Charge"
        "|FBA International Freight Duties and Taxes Charge|FBA Amazon-Partnered Carrier Shipment Fee",
        fee_of(LineType.RETURN_PROCESSING): "FBA Customer Returns Fee|FBA Customer Return Fee"
        "|FBACustomerReturnPerUnitFee|FBACustomerReturnPerOrderFee|FBACustomerReturnWeightBasedFee|CustomerReturnHRRUnitFee"
        "|High Return Rate Fee|Re-commerce Grading Charge|GradeAndResell|FBA Grade and Resell Charge"
        "|Returns Processing Fee",
        fee_of(LineType.SUBSCRIPTION): "Subscription Fee|Subscription",
        fee_of(LineType.COUPONS_AND_VINE): "CouponRedemptionFee|Vine Enrollment Fee|Vine Enrolment Fee"
        "|Lightning Deal Fee|LightningDealFee Special|Deal Fee|Deal Participation Fee|DealPerformanceFee"
        "|Early Reviewer Program fee|CouponParticipationFee|CouponPerformanceFee",
        fee_of(LineType.POSTAGE): "Shipping label purchase|Shipping label purchase for return|Shipping services"
        "|ShippingServicesRefund|Delivery Services|Postage Billing|Easy Ship charges|MFNPostageFee",
        fee_of(LineType.FULFILMENT_FEES): "Shipment|Shipment-Fees|ShipmentFees"
        "|Multi-Channel Fulfillment Brand-Neutral Box Fee",
        fee_of(LineType.REGULATORY_FEES): "EPR Pay on Behalf|Eco Contribution|DigitalServicesFee",
    }
)

TYPES = {
    **FEES,
    **ADVERTISEMENTS,
    **BALANCES,
    **REASONS,
    **vocabulary(
        {
            Meaning(Event.SALE, Goods.SOLD): "Order|TBYB Order Payment",
            Meaning(Event.REFUND, Goods.REFUNDED): "Refund",
            Meaning(Event.REFUND, Goods.REFUND_UNDONE): "BuyerRecharge|Refund Reimbursal",
            Meaning(Event.REFUND, Goods.NONE): "EBTRefundReimbursementOnly",
            Meaning(Event.DISPUTE, Goods.KEPT): "Chargeback Refund|A-to-z Guarantee Refund|A-to-z Guarantee Claim",
            Meaning(Event.DISPUTE, Goods.REFUND_UNDONE): "A-to-z Guarantee Recovery|ChargeBackRecovery"
            "|Chargeback Recovery",
            Meaning(Event.LIQUIDATION, Goods.LIQUIDATED): "Liquidations",
            Meaning(Event.LIQUIDATION, Goods.NOT_ITEMIZED): "Liquidations Adjustments",
            Meaning(Event.ADJUSTMENT, Goods.NONE): "TBYB Trial Shipment",  # the order payment that follows is the sale
            Meaning(Event.TAX_ONLY): "Order_Retrocharge|Refund_Retrocharge",
            REIMBURSED_UNCLEARLY: "FBA Inventory Reimbursement",
        }
    ),
}
"""Transaction types, of all formats together; V1 has as types what V2 has as descriptions."""

_REIMBURSEMENT = folded("FBA Inventory Reimbursement")
_BEGINNINGS = vocabulary(
    {
        balance_of(LineType.CLEARING_MOVES): "Transfer of funds unsuccessful",
        balance_of(LineType.OTHER_STORES): "Debt adjustment",
        fee_of(LineType.POSTAGE): "Shipping label purchase",
        fee_of(LineType.INBOUND): "Unplanned Service Fee",
        fee_of(LineType.REGULATORY_FEES): "EPR Pay on Behalf",
    }
)
"""Words that Amazon follows with something of the case: a bank's reason, a marketplace, a kind of prep."""

GENERAL = frozenset(map(folded, ("other-transaction", "other", "others", "Adjustment", "")))
"""Transaction types that say nothing; the description is the type."""

ITEM_TYPES = frozenset(map(folded, ("Order", "Refund", "Chargeback Refund", "A-to-z Guarantee Refund", "Liquidations")))
"""Types whose rows are amounts of items: no description of theirs says what the transaction is."""

PRICES = vocabulary(
    {
        AmountMeaning("principal"): "Principal",
        AmountMeaning("tax"): "Tax|ShippingTax|GiftWrapTax|CODTax",
        AmountMeaning("shipping"): "Shipping|COD",
        AmountMeaning("giftwrap"): "GiftWrap",
        AmountMeaning("other", LineType.REFUND_CHARGES): "Goodwill|RestockingFee|ReturnShipping",
        AmountMeaning("other", LineType.DUTIES): "ExportCharge",
        AmountMeaning("other", LineType.PROMOTIONS): "Points",
    }
)
"""Descriptions under ItemPrice (V1: price-type)."""

ITEM_FEES = vocabulary(
    {
        AmountMeaning("referral_fee"): "Commission|RefundCommission",
        AmountMeaning("fulfilment_fee"): "FBAPerUnitFulfillmentFee|FBAPerOrderFulfillmentFee|FBAWeightBasedFee"
        "|FBATransportationFee|FBADeliveryServicesFee|FBAPickAndPackFee",
        AmountMeaning("other_fee"): "ShippingChargeback|GiftwrapChargeback|ShippingHB|VariableClosingFee"
        "|FixedClosingFee|RemoteFulfillmentCredit|SalesTaxServiceFee|SalesTaxCollectionFee|TechnologyFee"
        "|LowValueGoodsFee|CODChargeback",
        AmountMeaning("other_fee", LineType.REGULATORY_FEES): "DigitalServicesFee|DigitalServicesFeeFBA|RegulatoryFee",
        AmountMeaning("other_fee", LineType.LIQUIDATIONS): "LiquidationsBrokerageFee|LiquidationsProcessingFee",
        AmountMeaning("other_fee", LineType.SUBSCRIPTION): "HighVolumeListingFee",
        AmountMeaning("other_fee", LineType.POSTAGE): "EasyShipCharges|MFNPostageFee",
        AmountMeaning("other_fee", LineType.PAYMENT_PROCESSING): "GetPaidFasterFee",
        AmountMeaning("other_fee", LineType.PROMOTIONS): "PointsFee",
        AmountMeaning("other", LineType.REFUND_CHARGES): "Goodwill|RestockingFee|ReturnShipping",
    }
)
"""Descriptions under ItemFees (V1: item-related-fee-type)."""

_WITHHELD = vocabulary(
    {
        AmountMeaning("tax_withheld"): "MarketplaceFacilitatorTax|MarketplaceFacilitatorVAT",
        AmountMeaning("tax_withheld", LineType.LOW_VALUE_GOODS_TAX): "LowValueGoodsTax",
        AmountMeaning("tax_withheld", LineType.PREPAID_TAX): "TCS-CGST|TCS-SGST|TCS-IGST|TCS-UTGST|TDS (Section 194-O)",
    }
)
"""Beginnings of descriptions of withheld tax: what follows is the part of the price that it is about."""
_OF_WHAT = frozenset(
    map(folded, ("", "Principal", "Shipping", "Giftwrap", "Other", "RestockingFee", "ReturnShipping", "Fee"))
)
"""The parts of a price that withheld tax may be about (docs/design/words.md); another ending is another word."""

PROMOTIONS = vocabulary(
    {
        AmountMeaning("promotion"): "Principal|Shipping|GiftWrap",
        AmountMeaning("tax"): "TaxDiscount|ShippingTaxDiscount",  # nets the tax that the same row of the order holds
    }
)

_SHIPMENT = AmountMeaning("fulfilment_fee")
AMOUNT_TYPES = {
    folded("FBAFees"): _SHIPMENT,
    folded("FBA Fees"): _SHIPMENT,
    folded("Shipment-Fees"): _SHIPMENT,
    folded("ShipmentFees"): _SHIPMENT,
    folded("Order-Fees"): AmountMeaning("other_fee"),
    folded("Points"): AmountMeaning("other", LineType.PROMOTIONS),
}
"""Amount types on rows of orders and refunds that say by themselves where their amounts belong."""
_FEES_OF_ORDERS = frozenset(AMOUNT_TYPES) - {folded("Points")}


_NOT_DECLARED = {
    "itemprice": "other",
    "itemfees": "other_fee",
    "itemwithheldtax": "tax_withheld",
    "promotion": "promotion",
}
ITEM_AMOUNT_TYPES = frozenset({*_NOT_DECLARED, "points"})
"""Amount types whose rows are the components of an item, as folded words."""


def item_amount(amount_type: str, description: str) -> AmountMeaning:
    """Return where an amount of an order, refund or the like belongs.

    A word that nobody has declared is of line type `UNCLASSIFIED`: it is asked, and stays in the column of its kind.
    """
    kind = folded(amount_type)
    if kind in AMOUNT_TYPES:
        by_word = AMOUNT_TYPES[kind]
        return fee_of_order(by_word.column, description) if kind in _FEES_OF_ORDERS and folded(description) else by_word
    declared = _BY_AMOUNT_TYPE[kind](description) if kind in _BY_AMOUNT_TYPE else None
    return declared or AmountMeaning(_NOT_DECLARED.get(kind, "other"), LineType.UNCLASSIFIED)


def is_amount_declared(amount_type: str, description: str) -> bool:
    """Tell whether somebody has declared the word of an item's amount: behind a type of money, what moved no goods."""
    return item_amount(amount_type, description).line_type is not LineType.UNCLASSIFIED


def fee_of_order(column: str, word: str) -> AmountMeaning:
    """Return where a fee of an order or a shipment belongs, which stands in a column of its own.

    A word that is no declared fee is asked, and stays in that column: a loan among the fees of a shipment is none.
    """
    declared = item_fee(word)
    fee = FEES.get(folded(word))
    if declared is None and fee is not None:
        return AmountMeaning(column, fee.line_type)
    return declared or AmountMeaning(column, LineType.UNCLASSIFIED)


def promotion(word: str) -> AmountMeaning | None:
    """Return where a promotion belongs; `None` for a word that nobody has declared."""
    return PROMOTIONS.get(folded(word))


def price(word: str) -> AmountMeaning | None:
    """Return where a price of an item belongs; `None` for a word that nobody has declared."""
    return PRICES.get(folded(word)) or withheld(word)


def item_fee(word: str) -> AmountMeaning | None:
    """Return where a fee of an item belongs; `None` for a word that nobody has declared."""
    return ITEM_FEES.get(folded(word)) or withheld(word)


@lru_cache(maxsize=4096)
def withheld(word: str) -> AmountMeaning | None:
    """Return where withheld tax belongs; `None` for a word that nobody has declared."""
    plain = folded(word)
    candidates = ((means, plain.removeprefix(begin)) for begin, means in _WITHHELD.items() if plain.startswith(begin))
    return next((means for means, of in candidates if of in _OF_WHAT), None)


_BY_AMOUNT_TYPE: dict[str, Callable[[str], AmountMeaning | None]] = {
    "itemprice": price,
    "itemfees": item_fee,
    "itemwithheldtax": withheld,
    "promotion": promotion,
}


@lru_cache(maxsize=4096)
def meaning(transaction_type: str, *details: str) -> Meaning:
    """Return what a transaction is.

    Args:
        transaction_type: Amazon's word for it.
        details: Its amount description and the like, where it is no order or refund; a detail that says more than
            the type (a reserve, a loss in the warehouse, advertising, storage) wins.

    Returns:
        `UNKNOWN` where the type is not declared, or says nothing and no detail is. Behind a type that nobody knows a
        declared detail decides nothing: `Warehouse Loss / Storage Fee` is no storage.
    """
    kind, words = folded(transaction_type), tuple(map(folded, details))
    if kind in ITEM_TYPES:
        return TYPES[kind]
    by_detail = next((declared for word in words if (declared := _declared(word)) is not None), None)
    own = TYPES.get(kind)
    known = own or _declared(kind)
    if (kind in GENERAL or own in _TOLD_BY_REASON) and any(word.startswith(_REIMBURSEMENT) for word in (kind, *words)):
        return _reimbursement((*words, kind)) if kind in GENERAL or known else REIMBURSED_UNCLEARLY
    if kind in GENERAL:
        return by_detail or UNKNOWN
    return by_detail if by_detail is not None and known in _TOLD_BY_DETAIL else known or UNKNOWN


def is_about_units(event: str | None, goods: Goods) -> bool:
    """Tell whether a row is about units of goods, or may be: its units are unknown, not none, where it is silent."""
    return goods in ABOUT_UNITS or (event == Event.REIMBURSEMENT and goods is Goods.UNCLEAR)


@lru_cache(maxsize=4096)
def is_declared(transaction_type: str, *details: str) -> bool:
    """Tell whether a row's own words are all declared to the end, as words for money that moves no goods.

    One that is declared says nothing of the others: `ServiceFee / FBAFees / LOST_BY_COURIER` is a fee, but not that no
    goods were lost. The beginning of a word is no declared word, and that of an item's fee alone names no transaction.
    """
    kind, words = folded(transaction_type), [word for word in map(folded, details) if word and word not in GENERAL]
    if kind in ITEM_TYPES:
        return True
    own_says_it = kind in GENERAL or _is_of_money(kind)
    told = [word for word in words if _is_of_money(word)]
    return own_says_it and bool(told or not words) and all(word in told or word in ITEM_FEES for word in words)


def _is_of_money(word: str) -> bool:
    """Tell whether a word is declared as one for money alone: `FBA Inventory Reimbursement` itself names no reason."""
    if word == _REIMBURSEMENT:
        return True
    known = TYPES.get(word, REASONS.get(word.removeprefix(_REIMBURSEMENT)))
    return known is not None and known.goods is Goods.NONE


def _reimbursement(words: Iterable[str]) -> Meaning:
    """Return what a row is that calls itself a reimbursement: its reason is one of `REASONS`, or unclear.

    `Storage Fee` beside it is no fee and `Current Reserve Amount` no reserve: goods may have been lost all the same.
    """
    reasons = (word.removeprefix(_REIMBURSEMENT) for word in words)  # in a word of its own or behind the type
    return next((REASONS[reason] for reason in reasons if reason in REASONS), REIMBURSED_UNCLEARLY)


_TOLD_BY_DETAIL = frozenset({*FEES.values(), *BALANCES.values(), *ADVERTISEMENTS.values()})
"""Meanings of types that a declared description may tell more exactly: a service fee for storage."""
_TOLD_BY_REASON = _TOLD_BY_DETAIL | {None, REIMBURSED_UNCLEARLY}
"""Meanings of types that are a reimbursement where a row says so beside them; only a reason tells which."""


def _declared(word: str) -> Meaning | None:
    if word in GENERAL:
        return None
    known = TYPES.get(word)
    if known is not None and word not in ITEM_TYPES:
        return known
    if word.startswith(_REIMBURSEMENT):  # `FBA Inventory Reimbursement - Lost:Warehouse`
        return REASONS.get(word.removeprefix(_REIMBURSEMENT), REIMBURSED_UNCLEARLY)
    return next((means for begin, means in _BEGINNINGS.items() if word.startswith(begin)), None)
