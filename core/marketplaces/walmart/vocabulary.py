"""Walmart's words: transaction types, descriptions and amount types (settlements.md §2)."""

from __future__ import annotations

from typing import NamedTuple

from core.model import Event, StockEffect


class Meaning(NamedTuple):
    """What a transaction is and what it does to the stock."""

    event: Event
    stock_effect: StockEffect


_TYPES = {
    "sale": Meaning(Event.SALE, StockEffect.OUT),
    "refund": Meaning(Event.REFUND, StockEffect.UNKNOWN),
    "adjustment": Meaning(Event.ADJUSTMENT, StockEffect.NONE),
    "dispute settlement": Meaning(Event.DISPUTE, StockEffect.NONE),
    "reserve": Meaning(Event.BALANCE, StockEffect.NONE),
    "release reserve": Meaning(Event.BALANCE, StockEffect.NONE),
}
_UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN)
_FEE = Meaning(Event.FEE, StockEffect.NONE)
_ADVERTISING = Meaning(Event.ADVERTISING, StockEffect.NONE)
_LOSS = Meaning(Event.REIMBURSEMENT, StockEffect.OUT)
_FOUND = Meaning(Event.REIMBURSEMENT_REVERSAL, StockEffect.IN)
_DESCRIPTIONS = (
    ("lost", _LOSS),
    ("damaged", _LOSS),
    ("found", _FOUND),
    ("advertis", _ADVERTISING),
    ("sponsored", _ADVERTISING),
    ("label", _FEE),
    ("fee", _FEE),
    ("charge", _FEE),
    ("subscription", _FEE),
)
"""What the description of an adjustment holds, and what it then is; the first that is found counts."""

_AMOUNTS = {
    "product price": "principal",
    "product tax": "tax",
    "product tax withheld": "tax_withheld",
    "shipping": "shipping",
    "shipping price": "shipping",
    "shipping tax": "tax",
    "shipping tax withheld": "tax_withheld",
    "fee tax": "tax",
    "fee tax withheld": "tax_withheld",
    "commission on product": "referral_fee",
    "commission on shipping": "referral_fee",
    "fee/reimbursement": "other",
    "promotion": "promotion",
    "walmart funded savings": "promotion",
}


def meaning(kind: str, description: str) -> Meaning:
    """Return what a row is; `Event.OTHER` where its type is in no vocabulary."""
    found = _TYPES.get(_plain(kind), _UNKNOWN)
    if found.event is not Event.ADJUSTMENT:
        return found
    words = _plain(description)
    return next((means for word, means in _DESCRIPTIONS if word in words), found)


def amount_column(event: Event, amount_type: str) -> str:
    """Return which of the amount columns an amount type adds to."""
    if event in (Event.FEE, Event.ADVERTISING):
        return "other_fee"
    return _AMOUNTS.get(_plain(amount_type), "other")


def unknown_word(kind: str, description: str, amount_type: str) -> str:
    """Return what of a row's words is in no vocabulary, as it is listed; empty where all are known."""
    if meaning(kind, description) is _UNKNOWN:
        return kind.strip()
    known = _plain(amount_type) in _AMOUNTS or not amount_type.strip()
    return "" if known else f"{kind.strip()} / {amount_type.strip()}"


def _plain(word: str) -> str:
    return " ".join(word.casefold().split())
