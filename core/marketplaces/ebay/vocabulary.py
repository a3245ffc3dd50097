"""eBay's words: what the types of its transaction report mean (settlements.md §3)."""

from __future__ import annotations

from typing import NamedTuple

from core.model import Event, StockEffect


class Meaning(NamedTuple):
    """What a transaction is and what it does to the stock."""

    event: Event
    stock_effect: StockEffect


_TYPES = {
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
UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN)
_ADVERTISING = ("promoted listing", "ad fee", "offsite ads", "advertising")


def meaning(kind: str, description: str) -> Meaning:
    """Return what a row is; `UNKNOWN` where its type is in no vocabulary."""
    found = _TYPES.get(" ".join(kind.casefold().split()), UNKNOWN)
    if found.event is Event.FEE and any(word in description.casefold() for word in _ADVERTISING):
        return Meaning(Event.ADVERTISING, StockEffect.NONE)
    return found
