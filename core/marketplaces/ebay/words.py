"""eBay's words: what the types of its transaction report and of its Finances API mean (docs/design/words.md)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.line_types import LineType
from core.marketplaces.words.meanings import (
    UNKNOWN,
    WITHOUT_RETURN,
    AmountMeaning,
    Meaning,
    balance_of,
    doubted,
    fee_of,
    vocabulary,
)
from core.marketplaces.words.wording import folded, says, tokens
from core.model import Event, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


ADVERTISING = Meaning(Event.ADVERTISING)
CHARGE = fee_of(LineType.OTHER_FEES)
"""A fee that its description or fee type tells more about."""

REFUND = Meaning(Event.REFUND, Goods.REFUNDED)
"""A refund whose description or memo tells more about its goods."""
DISPUTE = Meaning(Event.DISPUTE, Goods.KEPT)
"""A dispute that the buyer won, and likewise."""

TYPES = vocabulary(
    {
        Meaning(Event.SALE, Goods.SOLD): "Order|SALE",
        REFUND: "Refund",
        DISPUTE: "Claim|Payment dispute|DISPUTE",
        CHARGE: "Other fee|NON_SALE_CHARGE",
        fee_of(LineType.POSTAGE): "Shipping label|Postage label|SHIPPING_LABEL",
        balance_of(LineType.RESERVE): "Hold|Reserve",
        balance_of(LineType.CLEARING_MOVES): "Charge|Transfer|PURCHASE",
        balance_of(LineType.LOANS): "LOAN_REPAYMENT|Loan repayment|Seller Capital",
        Meaning(Event.PAYOUT): "Payout|Secondary payout|WITHDRAWAL",
    }
)
"""Types of the report and of the API; credits and adjustments say nothing and are asked."""

REFUNDS = vocabulary(
    {
        REFUND: "Refund|Full refund|Return|Return refund|Item returned|Returned item|Buyer returned the item"
        "|Cancellation|Cancel|Order cancelled|Order canceled|Cancelled order|Canceled order|Buyer cancelled"
        "|Buyer canceled|",
        Meaning(Event.REFUND, Goods.KEPT): WITHOUT_RETURN,
    }
)
"""Descriptions of refunds (report) and their memos (API); one that is not here is asked."""

DISPUTES = vocabulary(
    {
        DISPUTE: "Claim|Payment dispute|Dispute|Chargeback|Not received|Item not received|Item not delivered"
        f"|Buyer did not receive the item|{WITHOUT_RETURN}|"
    }
)
"""Descriptions and memos of disputes whose goods did not come back; of any other it is asked whether they did."""

OF_GOODS = {REFUND: REFUNDS, DISPUTE: DISPUTES}
"""What is told by its description or memo to have done to goods."""

OF_ITEMS = (Event.SALE, Event.REFUND, Event.DISPUTE)
"""What is about items, so that its money has parts: prices, fees and the like."""
REST_OF_NET = "Net amount beyond its columns"
"""What sheet Transaction types calls the part of a sale's net amount that neither prices nor fees explain."""

HOLDS = frozenset(
    map(
        folded,
        ("Hold placed", "Hold released", "Funds on hold", "Funds released", "Reserve placed", "Reserve released"),
    )
)
"""Descriptions of holds, which repeat the order's item and units: the money is held back, and no goods move."""

FEE_TYPES = vocabulary(
    {
        ADVERTISING: "AD_FEE|PREMIUM_AD_FEES|EXPRESS_AD_FEE|Promoted Listings|Promoted Listings fee"
        "|Promoted Listings - General fee|Promoted Listings - Priority fee|Ad Fee|Ad Fee Standard|Ad Fee Advanced"
        "|Offsite Ads fee|Promoted Offsite fee|Advertising fee",
        fee_of(
            LineType.SUBSCRIPTION
        ): "STORE_SUBSCRIPTION_FEE|Store subscription fee|Store subscription|SUBSCRIPTION_FEE|Subscription fee",
        fee_of(LineType.OTHER_FEES): "INSERTION_FEE|Insertion fee|Listing upgrade fee|Subtitle fee|OTHER_FEES",
        fee_of(LineType.PENALTIES): "Dispute fee|PAYMENT_DISPUTE_FEE",
    }
)
"""Fee types of charges without a sale (API), and descriptions of them (report)."""

_ADVERTISING = (
    *("promoted listing", "promoted listings", "promoted offsite", "promoted stores", "promoted display"),
    *("ad fee", "ad fees", "offsite ads", "advertising"),
)
"""What a description or fee type of advertising says; the campaign or item stands around it."""
_REFERRAL = ("final value fee", "final value shipping fee")

FEES = vocabulary(
    {
        AmountMeaning("referral_fee"): "International fee|INTERNATIONAL_FEE",
        AmountMeaning("other_fee", LineType.REGULATORY_FEES): "Regulatory operating fee|REGULATORY_OPERATING_FEE",
        AmountMeaning("other_fee", LineType.PENALTIES): 'Very high "item not as described" fee'
        "|HIGH_ITEM_NOT_AS_DESCRIBED_FEE|Below standard performance fee|BELOW_STANDARD_FEE"
        "|BELOW_STANDARD_SHIPPING_FEE",
        AmountMeaning("other_fee", LineType.PAYMENT_PROCESSING): "Deposit processing fee|PAYMENT_PROCESSING_FEE",
        AmountMeaning("other", LineType.DONATIONS): "Charity donation|CHARITY_DONATION",
        AmountMeaning("other_fee"): "Other fees",
    }
)
"""Fees that stand on a sale or refund: columns of the report and fee types of the API."""


@lru_cache(maxsize=4096)
def meaning(kind: str, detail: str) -> Meaning:
    """Return what a row or transaction is, by its type and its description, memo or fee type; `UNKNOWN` where asked."""
    declared = TYPES.get(folded(kind), UNKNOWN)
    if declared in OF_GOODS:
        return OF_GOODS[declared].get(folded(detail), Meaning(declared.event, Goods.REFUND_UNCLEAR))
    if declared is not CHARGE or not detail:
        return declared
    fee_type = FEE_TYPES.get(folded(detail))
    return fee_type or (ADVERTISING if says(detail, _ADVERTISING) else declared)


def is_declared(kind: str, detail: str) -> bool:
    """Tell whether what stands behind a type is declared: a fee's description or fee type, or none at all.

    On an order it says nothing else, and on its refund or dispute what became of the goods (`OF_GOODS`). What stands
    behind a hold, a charge or a loan is declared nowhere: the type says what the money is, but not that the units a row
    names did not move.
    """
    declared = TYPES.get(folded(kind), UNKNOWN)
    if not detail.strip() or declared.event in (Event.SALE, Event.REFUND, Event.DISPUTE, Event.PAYOUT):
        return True
    if declared.line_type is LineType.RESERVE:
        return folded(detail) in HOLDS
    return declared is CHARGE and (folded(detail) in FEE_TYPES or says(detail, _ADVERTISING))


def tells_of_goods(kind: str) -> bool:
    """Tell whether what stands behind a type says what became of goods: behind a refund and a dispute it does."""
    return TYPES.get(folded(kind), UNKNOWN) in OF_GOODS


def meaning_in_api(kind: str, fee_type: str, memo: str, items: Sequence[str]) -> Meaning:
    """Return what a transaction of the API is: a charge by its fee type or memo, a refund or dispute by its memo.

    One that names items in words nobody knows is asked, like a row of the report that names an SKU.
    """
    means = meaning(kind, memo if tells_of_goods(kind) else fee_type or memo)
    declared = all(is_declared(kind, word) for word in (fee_type, memo))
    return doubted(means, declared=declared, sku="".join(items), quantity=len(items))


def is_of_title(text: str, titles: Iterable[str]) -> bool:
    """Tell whether the description of a refund or dispute only names its item.

    It is a title then, or some words of one that stand together. Such a text says nothing of what became of the goods.
    A declared word does, whatever the item is called, and one word of a title may be any word.

    Examples:
        >>> is_of_title("Blue mug, 0.3", ["Blue mug, 0.3 l"]), is_of_title("mug", ["Blue mug, 0.3 l"])
        (True, False)
    """
    if any(folded(text) in words for words in OF_GOODS.values()):
        return False
    own = tokens(text)
    return bool(own) and any(
        own == words or (len(own) > 1 and own in _runs(words, len(own))) for words in map(tokens, titles)
    )


def _runs(words: tuple[str, ...], length: int) -> set[tuple[str, ...]]:
    return {words[start : start + length] for start in range(len(words) - length + 1)}


@lru_cache(maxsize=1024)
def fee(word: str) -> AmountMeaning:
    """Return where a fee of a sale belongs; of line type `UNCLASSIFIED` where nobody has declared it."""
    if says(word, _REFERRAL):
        return AmountMeaning("referral_fee")
    return FEES.get(folded(word), AmountMeaning("other_fee", LineType.UNCLASSIFIED))
