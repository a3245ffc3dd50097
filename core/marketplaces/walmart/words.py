"""Walmart's words: what its transaction types, descriptions and amount types mean, for every reader of Walmart.

A type alone says little: an adjustment may be a fee or a lost unit, a refund may leave the goods with the buyer. So a
row is told by its type *and* its description; sources and how sure they are stand in docs/design/words.md.
"""

from __future__ import annotations

import re
from functools import lru_cache

from core.line_types import LineType
from core.marketplaces.words.meanings import (
    UNKNOWN,
    WITHOUT_RETURN,
    AmountMeaning,
    Meaning,
    balance_of,
    fee_of,
    vocabulary,
)
from core.marketplaces.words.wording import folded
from core.model import Event, Goods

_REFUNDED = Meaning(Event.REFUND, Goods.REFUNDED)
_LOST = Meaning(Event.REIMBURSEMENT, Goods.LOST)

TYPES = vocabulary(
    {
        Meaning(Event.SALE, Goods.SOLD): "Sale",
        Meaning(Event.DISPUTE, Goods.KEPT): "Dispute Settlement",
        Meaning(Event.BALANCE, Goods.NONE, LineType.RESERVE): "Reserve|Release Reserve",
        Meaning(Event.ADVERTISING): "Campaigns",
    }
)
"""Types that say what a row is, together with a description that is none or one of `OF_TYPE`."""

OF_TYPE = {
    kind: frozenset(map(folded, ("", kind, *words.split("|"))))
    for kind, words in {
        folded("Sale"): "Purchase|Order|Sales Order",
        folded("Dispute Settlement"): "Dispute",
        folded("Reserve"): "Release Reserve|Reserve Release|Reserve withheld|Reserve released",
        folded("Release Reserve"): "Reserve|Reserve Release|Reserve released",
        folded("Campaigns"): "Campaign",
    }.items()
}
"""Descriptions that say the same as their type once more. What stands behind a campaign is its name, which is free."""

_RESERVED = tuple(map(folded, ("Funds withheld", "Reserve credited back", "Reserve credited")))
"""How descriptions of reserves begin; for which order or until when stands behind."""

GENERAL = frozenset(map(folded, ("Adjustment", "Adjustments", "Service Fee", "Other", "Others", "Fee", "WFS Fee", "")))
"""Types that leave it to the description what a row is; behind another type that nobody knows, no description does."""

REFUNDS = vocabulary(
    {
        _REFUNDED: "Refund|Return Refund|Return|Customer Return|",
        Meaning(Event.REFUND, Goods.KEPT): WITHOUT_RETURN,
        Meaning(Event.REFUND, Goods.REFUND_UNCLEAR): "Seller Initiated Returns|Seller Triggered Refund",
    }
)
"""Descriptions of refunds: whether the buyer sent the goods back."""

REASONS = vocabulary(
    {
        _REFUNDED: "DamagedItem|DefectiveItem|CustomerChangedMind|CustomerReceivedItemLate|ItemNotAsAdvertised"
        "|IncorrectItemReceived|Customer returned item|CustomerReturn|Buyer canceled|Missing Parts / Instructions"
        "|Quality -> Missing Parts / Instructions|Shipping & Delivery -> Damaged|",
        Meaning(Event.REFUND, Goods.KEPT): WITHOUT_RETURN,
    }
)
"""Reasons of refunds, which their descriptions leave open: why the buyer got the money, or that the goods stay with the
buyer. Reasons that are not here may mean that none came back (`Finance -> Goodwill`, `ItemNotReceivedByCustomer`)."""

_DESTROYED_WORDS = (
    "WFS Returned Item Disposal Fee|WFS Returned Items Disposal Fee|WFS Return Item Disposal Fee"
    "|WFS Returned Item Disposal|WFS Returned Item Disposal Charge|WFS Customer Return Disposal Fee"
    "|Returned Item Disposal Fee|Returned Item Disposal|Return Item Disposal Fee"
)
DESTROYED = frozenset(map(folded, _DESTROYED_WORDS.split("|")))
"""Fees that tell where the goods of the same order line went: a returned unit was destroyed."""
_COUNTED = re.compile(r"\s*(\d{1,6})\s*[x×]?\s+(?=\D)", re.IGNORECASE)

DESCRIPTIONS = vocabulary(
    {
        _LOST: "WFS LostInventory|WFS Lost Inventory|LostInventory|Lost in warehouse|WFS DamageInWarehouse"
        "|WFS Damage in warehouse|Damage in warehouse|WFS Damaged in warehouse",
        Meaning(Event.REIMBURSEMENT_REVERSAL, Goods.FOUND): "WFS FoundInventory|WFS Found Inventory|FoundInventory",
        fee_of(LineType.FULFILMENT_FEES): "WFS Fulfillment fee",
        fee_of(LineType.RETURN_PROCESSING): "WFS Return Processing Fee|WFS Return Shipping fee|Return Shipping fee",
        fee_of(LineType.REMOVAL): f"{_DESTROYED_WORDS}|WFS InventoryRemovalOrder|WFS RC_InventoryDisposalFee"
        "|WFS InventoryDisposalFee|WFS InventoryDisposalOrder",
        fee_of(LineType.STORAGE): "WFS StorageFee",
        fee_of(LineType.LONG_TERM_STORAGE): "WFS LongTermStorageFee|WFS Long Term Storage Fee",
        fee_of(LineType.INBOUND): "WFS InboundTransportationFee|WFS PrepServiceFee|WFS InventoryTransferFee"
        "|WMSC Logistics Services|Ocean freight",
        fee_of(LineType.POSTAGE): "Walmart Shipping Label Service Charge|Return Shipping|Return Shipping Label",
        fee_of(LineType.COUPONS_AND_VINE): "Review Accelerator",
        fee_of(LineType.SUBSCRIPTION): "Subscription|Subscription Fee",
        Meaning(Event.ADVERTISING): "Walmart Product Advertising|Walmart Sponsored Products|Sponsored Products"
        "|SEM Marketing",
        balance_of(LineType.LOANS): "Walmart Capital|Walmart Capital advance",
    }
)
"""Descriptions of adjustments, service fees and others (`GENERAL`)."""

PLAIN_MONEY = AmountMeaning("other")
"""An amount type that says nothing but that it is money."""

AMOUNTS = vocabulary(
    {
        AmountMeaning("principal"): "Product Price|Item Price",
        AmountMeaning("tax"): "Product Tax|Shipping Tax|Fee Tax",
        AmountMeaning("tax_withheld"): "Product Tax Withheld|Shipping Tax Withheld|Fee Tax Withheld",
        AmountMeaning("shipping"): "Shipping|Shipping Price",
        AmountMeaning("referral_fee"): "Commission on Product|Commission on Shipping",
        PLAIN_MONEY: "Fee/Reimbursement|WFS Fee/Reimbursement",
        AmountMeaning("promotion"): "Promotion",
        AmountMeaning("promotion", LineType.MARKETPLACE_DISCOUNTS): "Walmart Funded Savings"
        "|Total Walmart Funded Savings",
        AmountMeaning("other_fee", LineType.INBOUND): "Ocean freight",
    }
)
"""Amount types of sales and refunds; on other rows the type and description say what the money is."""


@lru_cache(maxsize=4096)
def meaning(kind: str, description: str, reason: str = "") -> Meaning:
    """Return what a row is; `UNKNOWN` where its type and description are not declared. Only refunds have reasons."""
    word = folded(kind)
    if word == "refund":
        return _refund(*(words.get(folded(told)) for words, told in ((REFUNDS, description), (REASONS, reason))))
    if word in TYPES:
        return TYPES[word] if _fits(word, folded(description)) else UNKNOWN
    return DESCRIPTIONS.get(folded(counted_word(description)[1]), UNKNOWN) if word in GENERAL else UNKNOWN


def _refund(described: Meaning | None, why: Meaning | None) -> Meaning:
    """Return what a refund is by its description and its reason, `None` where one is not declared."""
    unclear = Meaning(Event.REFUND, Goods.REFUND_UNCLEAR)
    told = [one or unclear for one in (described, why)]
    kept = [one for one in told if one.goods is Goods.KEPT]
    return kept[0] if kept else unclear if unclear in told else told[0]


def counted_word(description: str) -> tuple[int | None, str]:
    """Return the units that stand in front of a description, and the description without them.

    >>> counted_word("3 WFS Returned Item Disposal Fee"), counted_word("WFS Refund")
    ((3, 'WFS Returned Item Disposal Fee'), (None, 'WFS Refund'))
    """
    match = _COUNTED.match(description)
    return (int(match[1]), description[match.end() :]) if match else (None, description)


def _fits(kind: str, description: str) -> bool:
    """Tell whether a description says nothing else than its type: a campaign's name, but no lost goods, does not."""
    if description in OF_TYPE[kind] or _is_reserved(kind, description):
        return True
    told = DESCRIPTIONS.get(description)
    return TYPES[kind].event is Event.ADVERTISING and (told is None or told.event is Event.ADVERTISING)


def _is_reserved(kind: str, description: str) -> bool:
    """Tell whether a description of a reserve says what is done with it: its own words for it are no goods."""
    return kind in TYPES and TYPES[kind].line_type is LineType.RESERVE and description.startswith(_RESERVED)


def is_declared(kind: str, description: str) -> bool:
    """Tell whether a description is declared, for its type or for those that say nothing; none says nothing else.

    A word that is declared for refunds alone is a campaign's name behind `Campaigns`, like any other.
    """
    word = folded(counted_word(description)[1])
    of_type = word in OF_TYPE.get(folded(kind), frozenset()) or _is_reserved(folded(kind), word)
    return of_type or word in (REFUNDS if folded(kind) == "refund" else DESCRIPTIONS)


def is_amount_declared(amount_type: str) -> bool:
    """Tell whether an amount type is declared, or left out: beside a fee, another one may be about goods."""
    return not amount_type.strip() or amount_meaning(amount_type).line_type is not LineType.UNCLASSIFIED


def amount_meaning(amount_type: str) -> AmountMeaning:
    """Return where an amount of a sale or refund belongs; of line type `UNCLASSIFIED` where nobody has declared it."""
    return AMOUNTS.get(folded(amount_type), AmountMeaning("other", LineType.UNCLASSIFIED))
