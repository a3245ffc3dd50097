"""eBay's words: what the types of its transaction report mean (settlements.md §3)."""

from __future__ import annotations

from typing import NamedTuple

from core.marketplaces.wording import folded, says
from core.model import Event, StockEffect


class Meaning(NamedTuple):
    """What a transaction is and what it does to the stock."""

    event: Event
    stock_effect: StockEffect


_WORDS = {
    "order": Meaning(Event.SALE, StockEffect.OUT),
    "refund": Meaning(Event.REFUND, StockEffect.UNKNOWN),
    "claim": Meaning(Event.DISPUTE, StockEffect.NONE),
    "payment dispute": Meaning(Event.DISPUTE, StockEffect.NONE),
    "other fee": Meaning(Event.FEE, StockEffect.NONE),
    "shipping label": Meaning(Event.FEE, StockEffect.NONE),
    "postage label": Meaning(Event.FEE, StockEffect.NONE),
    "adjustment": Meaning(Event.ADJUSTMENT, StockEffect.NONE),
    "credit": Meaning(Event.ADJUSTMENT, StockEffect.NONE),
    "hold": Meaning(Event.BALANCE, StockEffect.NONE),
    "reserve": Meaning(Event.BALANCE, StockEffect.NONE),
    "charge": Meaning(Event.BALANCE, StockEffect.NONE),
    "transfer": Meaning(Event.BALANCE, StockEffect.NONE),
    "payout": Meaning(Event.PAYOUT, StockEffect.NONE),
    "secondary payout": Meaning(Event.PAYOUT, StockEffect.NONE),
}
_TYPES = {folded(word): means for word, means in _WORDS.items()}
UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN)
_ADVERTISING = ("promoted listing", "promoted listings", "promoted", "ad fee", "ad fees", "offsite ads", "advertising")
_REFERRAL = ("final value fee", "final value shipping fee")


def meaning(kind: str, description: str) -> Meaning:
    """Return what a row is; `UNKNOWN` where its type is in no vocabulary."""
    found = _TYPES.get(folded(kind), UNKNOWN)
    return Meaning(Event.ADVERTISING, StockEffect.NONE) if is_advertising(found, description) else found


def is_advertising(means: Meaning, words: str) -> bool:
    """Tell whether a fee is for advertising, by its description or its fee type."""
    return means.event is Event.FEE and says(words, _ADVERTISING)


def fee_column(words: str) -> str:
    """Return which amount column a fee adds to, by its fee type or the name of its column."""
    return "referral_fee" if says(words, _REFERRAL) else "other_fee"
