"""Shopify's words in its API: what the types of its balance transactions mean.

The values of `ShopifyPaymentsTransactionType` are many and new ones come; what is not listed is told by its beginning
or end, and what even that does not tell flows into `other` and is listed (settlements.md §0.5).
"""

from __future__ import annotations

from core.marketplaces.shopify.payments_csv import Meaning
from core.model import Event, StockEffect

_NONE = StockEffect.NONE
_TYPES = {
    "CHARGE": Meaning(Event.SALE, StockEffect.OUT, "principal"),
    "REFUND": Meaning(Event.REFUND, StockEffect.UNKNOWN, "principal"),
    "REFUND_FAILURE": Meaning(Event.ADJUSTMENT, _NONE, "other"),
    "DISPUTE_WITHDRAWAL": Meaning(Event.DISPUTE, _NONE, "principal"),
    "DISPUTE_REVERSAL": Meaning(Event.DISPUTE, _NONE, "principal"),
    "CHARGEBACK_FEE": Meaning(Event.FEE, _NONE, "other_fee"),
    "CHARGEBACK_FEE_REFUND": Meaning(Event.FEE, _NONE, "other_fee"),
    "STRIPE_FEE": Meaning(Event.FEE, _NONE, "other_fee"),
    "TRANSFER": Meaning(Event.PAYOUT, _NONE, "other"),
    "CUSTOMS_DUTY": Meaning(Event.TAX_ONLY, _NONE, "tax_withheld"),
    "IMPORT_TAX": Meaning(Event.TAX_ONLY, _NONE, "tax_withheld"),
}
_BEGINNINGS = (
    ("TRANSFER_", Meaning(Event.PAYOUT, _NONE, "other")),
    ("RESERVED_FUNDS", Meaning(Event.BALANCE, _NONE, "other")),
    ("ADVANCE", Meaning(Event.BALANCE, _NONE, "other")),
    ("BALANCE_TRANSFER", Meaning(Event.BALANCE, _NONE, "other")),
    ("CHARGEBACK", Meaning(Event.DISPUTE, _NONE, "principal")),
    ("SHIPPING_", Meaning(Event.FEE, _NONE, "other_fee")),
    ("MARKETPLACE_FEE", Meaning(Event.FEE, _NONE, "other_fee")),
    ("PROMOTION_", Meaning(Event.ADJUSTMENT, _NONE, "other")),
    ("TAX_", Meaning(Event.TAX_ONLY, _NONE, "tax_withheld")),
)
_ENDINGS = (
    ("_ADJUSTMENT", Meaning(Event.ADJUSTMENT, _NONE, "other")),
    ("_CREDIT", Meaning(Event.ADJUSTMENT, _NONE, "other")),
    ("_DEBIT", Meaning(Event.ADJUSTMENT, _NONE, "other")),
    ("_FEE", Meaning(Event.FEE, _NONE, "other_fee")),
)
_ADJUSTMENTS = ("ADJUSTMENT", "CREDIT", "DEBIT")
UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN, "other")


def meaning(kind: str) -> Meaning:
    """Return what a balance transaction is; `UNKNOWN` where nothing tells."""
    word = kind.strip().upper()
    if word in _TYPES:
        return _TYPES[word]
    if word in _ADJUSTMENTS:
        return Meaning(Event.ADJUSTMENT, _NONE, "other")
    return next(
        (
            means
            for part, means, fits in (
                *((part, means, word.startswith(part)) for part, means in _BEGINNINGS),
                *((part, means, word.endswith(part)) for part, means in _ENDINGS),
            )
            if fits
        ),
        UNKNOWN,
    )
