"""eBay's words in its Finances API: transaction types and fee types (settlements.md §3)."""

from __future__ import annotations

from core.marketplaces.ebay.vocabulary import UNKNOWN, Meaning
from core.model import Event, StockEffect

__all__ = ["UNKNOWN", "fee_column", "meaning"]

_NONE = StockEffect.NONE
_TYPES = {
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
_ADVERTISING = ("AD_FEE", "PROMOTED", "ADVERTIS")
_REFERRAL = "FINAL_VALUE_FEE"


def meaning(kind: str, fee_type: str) -> Meaning:
    """Return what a transaction is; `UNKNOWN` where its type is in no vocabulary."""
    found = _TYPES.get(kind, UNKNOWN)
    if found.event is Event.FEE and any(word in fee_type.upper() for word in _ADVERTISING):
        return Meaning(Event.ADVERTISING, _NONE)
    return found


def fee_column(fee_type: str) -> str:
    """Return which amount column a fee adds to."""
    return "referral_fee" if fee_type.startswith(_REFERRAL) else "other_fee"
