"""eBay's words in its Finances API: transaction types and fee types (settlements.md §3)."""

from __future__ import annotations

from core.marketplaces.ebay.vocabulary import UNKNOWN, Meaning, fee_column, is_advertising
from core.marketplaces.wording import folded
from core.model import Event, StockEffect

__all__ = ["UNKNOWN", "fee_column", "meaning"]

_NONE = StockEffect.NONE
_WORDS = {
    "SALE": Meaning(Event.SALE, StockEffect.OUT),
    "REFUND": Meaning(Event.REFUND, StockEffect.UNKNOWN),
    "DISPUTE": Meaning(Event.DISPUTE, _NONE),
    "CREDIT": Meaning(Event.ADJUSTMENT, _NONE),
    "ADJUSTMENT": Meaning(Event.ADJUSTMENT, _NONE),
    "NON_SALE_CHARGE": Meaning(Event.FEE, _NONE),
    "SHIPPING_LABEL": Meaning(Event.FEE, _NONE),
    "TRANSFER": Meaning(Event.BALANCE, _NONE),
    "LOAN_REPAYMENT": Meaning(Event.BALANCE, _NONE),
    "PURCHASE": Meaning(Event.BALANCE, _NONE),
    "WITHDRAWAL": Meaning(Event.PAYOUT, _NONE),
}
_TYPES = {folded(word): means for word, means in _WORDS.items()}


def meaning(kind: str, fee_type: str) -> Meaning:
    """Return what a transaction is; `UNKNOWN` where its type is in no vocabulary."""
    found = _TYPES.get(folded(kind), UNKNOWN)
    return Meaning(Event.ADVERTISING, _NONE) if is_advertising(found, fee_type) else found
