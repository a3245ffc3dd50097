"""Shopify's words: what each type of movement on a Shopify Payments balance is, whoever writes it.

The API calls them `ShopifyPaymentsTransactionType`; the downloaded export writes some of them otherwise, and has words
of its own. All stand in one table and are compared without case, blanks, hyphens and underscores
(`core.marketplaces.wording`). No word is told by its beginning or end: what is not listed keeps its amount in `other`
and is asked on sheet Transaction types. So is what Shopify itself gives no meaning (adjustments, credits, debits), and
what no account of the books can take by itself (a Collective debit is the cost of goods, and not a fee). What each
word means, and from whom that is known, stands in docs/connecting-marketplaces.md.
"""

from __future__ import annotations

from typing import NamedTuple

from core.marketplaces.wording import folded
from core.model import Event, StockEffect

__all__ = ["ASKED", "TYPES", "UNKNOWN", "Meaning", "meaning"]


class Meaning(NamedTuple):
    """What a movement is, what it does to the stock, and which amount column its amount adds to."""

    event: Event
    stock_effect: StockEffect
    column: str


_NONE = StockEffect.NONE
_FEE = Meaning(Event.FEE, _NONE, "other_fee")
_TYPES = {
    Meaning(Event.SALE, StockEffect.OUT, "principal"): (
        "CHARGE CHARGE_ADJUSTMENT SHOPIFY_COLLECTIVE_CREDIT SHOPIFY_SOURCE_CREDIT"
    ),
    # A part of the price that others pay; the goods are counted with the order.
    Meaning(Event.SALE, _NONE, "principal"): "SHOP_CASH_CREDIT SHOP_CASH_CREDIT_REVERSAL",
    Meaning(Event.SALE, StockEffect.UNKNOWN, "principal"): (
        "SHOPIFY_COLLECTIVE_CREDIT_REVERSAL SHOPIFY_SOURCE_CREDIT_REVERSAL"
    ),
    Meaning(Event.REFUND, StockEffect.UNKNOWN, "principal"): "REFUND REFUND_ADJUSTMENT",
    # Money alone: the refund of the order says what became of the goods. One that bounced is the refund's negative.
    Meaning(Event.REFUND, _NONE, "principal"): (
        "SHOP_CASH_REFUND_DEBIT SHOP_CASH_REFUND_DEBIT_REVERSAL REFUND_FAILURE"
    ),
    Meaning(Event.DISPUTE, _NONE, "principal"): (
        "DISPUTE_WITHDRAWAL DISPUTE_REVERSAL CHARGEBACK_HOLD CHARGEBACK_HOLD_RELEASE DISPUTE CHARGEBACK CHARGEBACK_WON "
        "CHARGEBACK_PROTECTION_CREDIT CHARGEBACK_PROTECTION_CREDIT_REVERSAL SELLER_PROTECTION_CREDIT "
        "SELLER_PROTECTION_CREDIT_REVERSAL"
    ),
    Meaning(Event.FEE, _NONE, "referral_fee"): "REFERRAL_FEE",
    _FEE: (
        "CHARGEBACK_FEE CHARGEBACK_FEE_REFUND CHARGEBACK_PROTECTION_DEBIT CHARGEBACK_PROTECTION_DEBIT_REVERSAL "
        "STRIPE_FEE APPLICATION_FEE_REFUND ACH_BANK_FAILURE_DEBIT_FEE ACH_BANK_FAILURE_DEBIT_REVERSAL_FEE "
        "MARKETPLACE_FEE_CREDIT MARKETPLACE_FEE_CREDIT_REVERSAL BILLING_DEBIT BILLING_DEBIT_REVERSAL "
        "SHIPPING_LABEL SHIPPING_LABEL_ADJUSTMENT SHIPPING_LABEL_ADJUSTMENT_BASE SHIPPING_LABEL_ADJUSTMENT_SURCHARGE "
        "SHIPPING_OTHER_CARRIER_CHARGE_ADJUSTMENT SHIPPING_RETURN_TO_ORIGIN_ADJUSTMENT "
        # tax on what Shopify charges, and its return
        "REFERRAL_FEE_TAX TAX_ADJUSTMENT_CREDIT TAX_ADJUSTMENT_CREDIT_REVERSAL TAX_ADJUSTMENT_DEBIT "
        "TAX_ADJUSTMENT_DEBIT_REVERSAL VAT_REFUND_CREDIT VAT_REFUND_CREDIT_REVERSAL AGENTIC_FEE_TAX_CREDIT "
        "AGENTIC_FEE_TAX_CREDIT_REVERSAL AGENTIC_FEE_TAX_DEBIT AGENTIC_FEE_TAX_DEBIT_REVERSAL"
    ),
    Meaning(Event.ADVERTISING, _NONE, "other_fee"): (
        "SHOP_CASH_BILLING_DEBIT SHOP_CASH_BILLING_DEBIT_REVERSAL SHOP_CASH_CAMPAIGN_BILLING_CREDIT "
        "SHOP_CASH_CAMPAIGN_BILLING_CREDIT_REVERSAL SHOP_CASH_CAMPAIGN_BILLING_DEBIT "
        "SHOP_CASH_CAMPAIGN_BILLING_DEBIT_REVERSAL"
    ),
    Meaning(Event.TAX_ONLY, _NONE, "tax_withheld"): (
        "CUSTOMS_DUTY CUSTOMS_DUTY_ADJUSTMENT IMPORT_TAX IMPORT_TAX_ADJUSTMENT IMPORT_TAX_REFUND MARKETPLACE_TAX "
        "MARKETPLACE_SALES_TAX"
    ),
    # Held back and given back; loans and what pays them off; between shops of one owner.
    Meaning(Event.BALANCE, _NONE, "other"): (
        "RESERVED_FUNDS RESERVED_FUNDS_REVERSAL RESERVED_FUNDS_WITHDRAWAL RISK_REVERSAL RISK_WITHDRAWAL RESERVE "
        "ADVANCE ADVANCE_FUNDING LENDING_CAPITAL_REFUND LENDING_CAPITAL_REFUND_REVERSAL LENDING_CAPITAL_REMITTANCE "
        "LENDING_CAPITAL_REMITTANCE_REVERSAL LENDING_CREDIT LENDING_CREDIT_REFUND LENDING_CREDIT_REFUND_REVERSAL "
        "LENDING_CREDIT_REMITTANCE LENDING_CREDIT_REMITTANCE_REVERSAL LENDING_CREDIT_REVERSAL LENDING_DEBIT "
        "LENDING_DEBIT_REVERSAL MERCHANT_TO_MERCHANT_CREDIT MERCHANT_TO_MERCHANT_CREDIT_REVERSAL "
        "MERCHANT_TO_MERCHANT_DEBIT MERCHANT_TO_MERCHANT_DEBIT_REVERSAL BALANCE_TRANSFER_INBOUND "
        "BALANCE_TRANSFER_OUTBOUND"
    ),
    Meaning(Event.PAYOUT, _NONE, "other"): (
        "TRANSFER TRANSFER_CANCEL TRANSFER_FAILURE TRANSFER_REFUND PAYOUT PAYOUT_FAILURE PAYOUT_CANCELLATION"
    ),
}
_ASKED = (
    "ADJUSTMENT CREDIT DEBIT ANOMALY_CREDIT ANOMALY_CREDIT_REVERSAL ANOMALY_DEBIT ANOMALY_DEBIT_REVERSAL "
    "COLLECTIONS_CREDIT COLLECTIONS_CREDIT_REVERSAL ADS_PUBLISHER_CREDIT ADS_PUBLISHER_CREDIT_REVERSAL CHANNEL_CREDIT "
    "CHANNEL_CREDIT_REVERSAL CHANNEL_PROMOTION_CREDIT CHANNEL_PROMOTION_CREDIT_REVERSAL CHANNEL_TRANSFER_CREDIT "
    "CHANNEL_TRANSFER_CREDIT_REVERSAL CHANNEL_TRANSFER_DEBIT CHANNEL_TRANSFER_DEBIT_REVERSAL MARKETS_PRO_CREDIT "
    "PROMOTION_CREDIT PROMOTION_CREDIT_REVERSAL MERCHANT_GOODWILL_CREDIT MERCHANT_GOODWILL_CREDIT_REVERSAL "
    "SHOPIFY_COLLECTIVE_DEBIT SHOPIFY_COLLECTIVE_DEBIT_REVERSAL SHOPIFY_SOURCE_DEBIT SHOPIFY_SOURCE_DEBIT_REVERSAL"
)
ASKED = tuple(_ASKED.split())
"""Words that Shopify publishes and that are asked all the same: they have no meaning of their own."""
TYPES = {folded(word): means for means, words in _TYPES.items() for word in words.split()}
"""Meanings by folded word."""
UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN, "other")


def meaning(kind: str) -> Meaning:
    """Return what a movement is; `UNKNOWN` where its word is not declared, or is one that is asked."""
    return TYPES.get(folded(kind), UNKNOWN)
