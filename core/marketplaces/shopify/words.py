"""Shopify's words: what the types of its balance transactions mean, for the export (CSV) and the API alike.

The values are those of `ShopifyPaymentsTransactionType`; the export writes them in lower case, some with blanks and
some with older names. Sources and how sure they are stand in docs/design/words.md. What is not here is asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.line_types import LineType
from core.marketplaces.settlements.file_lines import TypedPart
from core.marketplaces.words.meanings import (
    UNKNOWN,
    Meaning,
    balance_of,
    fee_of,
    own_column,
    typed_amount_parts,
    vocabulary,
)
from core.marketplaces.words.wording import folded
from core.model import Event, Goods

if TYPE_CHECKING:
    from decimal import Decimal


SALE = Meaning(Event.SALE, Goods.SOLD)
REFUND = Meaning(Event.REFUND, Goods.REFUNDED)
PART_OF_PRICE = Meaning(Event.SALE, Goods.NONE, LineType.MARKETPLACE_DISCOUNTS)
"""Shopify pays part of the price; the goods stand on the charge of the same order."""

_ONE_WAY = vocabulary(
    {
        SALE: "CHARGE|CHARGE_ADJUSTMENT|SHOPIFY_COLLECTIVE_CREDIT|SHOPIFY_SOURCE_CREDIT",
        REFUND: "REFUND|REFUND_ADJUSTMENT",
        Meaning(Event.REFUND, Goods.REFUND_UNDONE): "REFUND_FAILURE",
        Meaning(Event.DISPUTE, Goods.KEPT): "DISPUTE_WITHDRAWAL|CHARGEBACK_HOLD|dispute|chargeback",
        Meaning(Event.DISPUTE, Goods.NONE): "DISPUTE_REVERSAL|CHARGEBACK_HOLD_RELEASE|chargeback won",
        Meaning(Event.PAYOUT): "TRANSFER|TRANSFER_FAILURE|TRANSFER_CANCEL|TRANSFER_REFUND|payout|payout_failure"
        "|payout_cancellation",
        Meaning(Event.TAX_ONLY, Goods.NONE, LineType.DUTIES): "CUSTOMS_DUTY|CUSTOMS_DUTY_ADJUSTMENT|IMPORT_TAX"
        "|IMPORT_TAX_ADJUSTMENT|IMPORT_TAX_REFUND",
        Meaning(Event.TAX_ONLY, Goods.NONE, LineType.TAX_WITHHELD): "marketplace_tax|marketplace sales tax",
        fee_of(LineType.PENALTIES): "CHARGEBACK_FEE|CHARGEBACK_FEE_REFUND",
        fee_of(LineType.PAYMENT_PROCESSING): "STRIPE_FEE|APPLICATION_FEE_REFUND|ACH_BANK_FAILURE_DEBIT_FEE"
        "|ACH_BANK_FAILURE_DEBIT_REVERSAL_FEE",
        fee_of(LineType.REFERRAL_FEES): "REFERRAL_FEE",
        fee_of(LineType.TAX_ON_FEES): "REFERRAL_FEE_TAX",
        fee_of(LineType.POSTAGE): "SHIPPING_LABEL|SHIPPING_LABEL_ADJUSTMENT|SHIPPING_LABEL_ADJUSTMENT_BASE"
        "|SHIPPING_LABEL_ADJUSTMENT_SURCHARGE|SHIPPING_OTHER_CARRIER_CHARGE_ADJUSTMENT"
        "|SHIPPING_RETURN_TO_ORIGIN_ADJUSTMENT",
        balance_of(LineType.RESERVE): "RESERVED_FUNDS|RESERVED_FUNDS_WITHDRAWAL|RISK_WITHDRAWAL|reserve",
        balance_of(LineType.LOANS): "ADVANCE|ADVANCE_FUNDING",
        balance_of(LineType.OTHER_STORES): "BALANCE_TRANSFER_INBOUND|BALANCE_TRANSFER_OUTBOUND",
        Meaning(Event.SALE, Goods.UNCLEAR): "SHOPIFY_COLLECTIVE_CREDIT_REVERSAL|SHOPIFY_SOURCE_CREDIT_REVERSAL",
    }
)
_WITH_REVERSAL = vocabulary(
    {
        PART_OF_PRICE: "SHOP_CASH_CREDIT",
        Meaning(Event.REFUND, Goods.NONE): "SHOP_CASH_REFUND_DEBIT",
        Meaning(Event.ADVERTISING): "SHOP_CASH_BILLING_DEBIT|SHOP_CASH_CAMPAIGN_BILLING_DEBIT"
        "|SHOP_CASH_CAMPAIGN_BILLING_CREDIT",
        Meaning(Event.FEE, Goods.BOUGHT, LineType.DROP_SHIPPED): "SHOPIFY_COLLECTIVE_DEBIT|SHOPIFY_SOURCE_DEBIT",
        fee_of(LineType.SUBSCRIPTION): "BILLING_DEBIT",
        fee_of(LineType.PENALTIES): "CHARGEBACK_PROTECTION_DEBIT",
        Meaning(Event.DISPUTE, Goods.NONE): "SELLER_PROTECTION_CREDIT|CHARGEBACK_PROTECTION_CREDIT",
        fee_of(
            LineType.TAX_ON_FEES
        ): "TAX_ADJUSTMENT_CREDIT|TAX_ADJUSTMENT_DEBIT|VAT_REFUND_CREDIT|AGENTIC_FEE_TAX_CREDIT|AGENTIC_FEE_TAX_DEBIT",
        balance_of(LineType.RESERVE): "RESERVED_FUNDS|RISK",
        balance_of(LineType.LOANS): "LENDING_CREDIT|LENDING_DEBIT|LENDING_CAPITAL_REFUND|LENDING_CAPITAL_REMITTANCE"
        "|LENDING_CREDIT_REFUND|LENDING_CREDIT_REMITTANCE",
        balance_of(LineType.OTHER_STORES): "MERCHANT_TO_MERCHANT_CREDIT|MERCHANT_TO_MERCHANT_DEBIT",
    }
)
"""Types that Shopify takes back by the same word with `_REVERSAL` behind it: the negative, on the same account."""

TYPES = {
    **{f"{word}{folded('REVERSAL')}": means for word, means in _WITH_REVERSAL.items()},
    **_WITH_REVERSAL,
    **_ONE_WAY,
}


@lru_cache(maxsize=4096)
def meaning(kind: str) -> Meaning:
    """Return what a balance transaction is; `UNKNOWN` where its type is asked."""
    return TYPES.get(folded(kind), UNKNOWN)


def column(means: Meaning) -> str:
    """Return which amount column the amount of a movement adds to; its fee is apart."""
    return "tax_withheld" if means.event is Event.TAX_ONLY else own_column(means.event)


def movement_types(means: Meaning, amount: Decimal, fee: Decimal, kind: str) -> tuple[TypedPart, ...]:
    """Return what the money of a movement is about where its event and columns do not tell it.

    Args:
        means: What the movement is.
        amount: Its amount, without the fee.
        fee: What Shopify took for it, + is a cost: the processing of the payment.
        kind: Shopify's word, as it is listed.
    """
    own = typed_amount_parts(((column(means), amount),), means, kind, of_own=frozenset({column(means)}))
    for_what = {Event.DISPUTE: LineType.PENALTIES, Event.FEE: means.line_type}.get(means.event)
    charged = TypedPart("other_fee", -fee, for_what or LineType.PAYMENT_PROCESSING, f"{kind} / Fee")
    return (*own, charged) if fee else own
