"""Words of marketplaces: one way to compare them, and every word that Shopify publishes in its place."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.marketplaces.amazon import unified_languages
from core.marketplaces.amazon import words as amazon
from core.marketplaces.ebay import words as ebay
from core.marketplaces.shopify import words as shopify
from core.marketplaces.shopify.order_lines import disposition
from core.marketplaces.walmart import words as walmart
from core.marketplaces.words.meanings import UNKNOWN
from core.marketplaces.words.wording import folded, says, tokens
from core.model import Event, StockEffect

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).parents[4] / "docs" / "connecting-marketplaces.md"
VOCABULARIES: tuple[ModuleType, ...] = (amazon, unified_languages, walmart, shopify, ebay)
PUBLISHED = """
ACH_BANK_FAILURE_DEBIT_FEE ACH_BANK_FAILURE_DEBIT_REVERSAL_FEE ADJUSTMENT ADS_PUBLISHER_CREDIT
ADS_PUBLISHER_CREDIT_REVERSAL ADVANCE ADVANCE_FUNDING AGENTIC_FEE_TAX_CREDIT AGENTIC_FEE_TAX_CREDIT_REVERSAL
AGENTIC_FEE_TAX_DEBIT AGENTIC_FEE_TAX_DEBIT_REVERSAL ANOMALY_CREDIT ANOMALY_CREDIT_REVERSAL ANOMALY_DEBIT
ANOMALY_DEBIT_REVERSAL APPLICATION_FEE_REFUND BALANCE_TRANSFER_INBOUND BALANCE_TRANSFER_OUTBOUND BILLING_DEBIT
BILLING_DEBIT_REVERSAL CHANNEL_CREDIT CHANNEL_CREDIT_REVERSAL CHANNEL_PROMOTION_CREDIT
CHANNEL_PROMOTION_CREDIT_REVERSAL CHANNEL_TRANSFER_CREDIT CHANNEL_TRANSFER_CREDIT_REVERSAL CHANNEL_TRANSFER_DEBIT
CHANNEL_TRANSFER_DEBIT_REVERSAL CHARGE CHARGE_ADJUSTMENT CHARGEBACK_FEE CHARGEBACK_FEE_REFUND CHARGEBACK_HOLD
CHARGEBACK_HOLD_RELEASE CHARGEBACK_PROTECTION_CREDIT CHARGEBACK_PROTECTION_CREDIT_REVERSAL CHARGEBACK_PROTECTION_DEBIT
CHARGEBACK_PROTECTION_DEBIT_REVERSAL COLLECTIONS_CREDIT COLLECTIONS_CREDIT_REVERSAL CREDIT CUSTOMS_DUTY
CUSTOMS_DUTY_ADJUSTMENT DEBIT DISPUTE_REVERSAL DISPUTE_WITHDRAWAL IMPORT_TAX IMPORT_TAX_ADJUSTMENT IMPORT_TAX_REFUND
LENDING_CAPITAL_REFUND LENDING_CAPITAL_REFUND_REVERSAL LENDING_CAPITAL_REMITTANCE LENDING_CAPITAL_REMITTANCE_REVERSAL
LENDING_CREDIT LENDING_CREDIT_REFUND LENDING_CREDIT_REFUND_REVERSAL LENDING_CREDIT_REMITTANCE
LENDING_CREDIT_REMITTANCE_REVERSAL LENDING_CREDIT_REVERSAL LENDING_DEBIT LENDING_DEBIT_REVERSAL MARKETPLACE_FEE_CREDIT
MARKETPLACE_FEE_CREDIT_REVERSAL MARKETS_PRO_CREDIT MERCHANT_GOODWILL_CREDIT MERCHANT_GOODWILL_CREDIT_REVERSAL
MERCHANT_TO_MERCHANT_CREDIT MERCHANT_TO_MERCHANT_CREDIT_REVERSAL MERCHANT_TO_MERCHANT_DEBIT
MERCHANT_TO_MERCHANT_DEBIT_REVERSAL PROMOTION_CREDIT PROMOTION_CREDIT_REVERSAL REFERRAL_FEE REFERRAL_FEE_TAX REFUND
REFUND_ADJUSTMENT REFUND_FAILURE RESERVED_FUNDS RESERVED_FUNDS_REVERSAL RESERVED_FUNDS_WITHDRAWAL RISK_REVERSAL
RISK_WITHDRAWAL SELLER_PROTECTION_CREDIT SELLER_PROTECTION_CREDIT_REVERSAL SHIPPING_LABEL SHIPPING_LABEL_ADJUSTMENT
SHIPPING_LABEL_ADJUSTMENT_BASE SHIPPING_LABEL_ADJUSTMENT_SURCHARGE SHIPPING_OTHER_CARRIER_CHARGE_ADJUSTMENT
SHIPPING_RETURN_TO_ORIGIN_ADJUSTMENT SHOP_CASH_BILLING_DEBIT SHOP_CASH_BILLING_DEBIT_REVERSAL
SHOP_CASH_CAMPAIGN_BILLING_CREDIT SHOP_CASH_CAMPAIGN_BILLING_CREDIT_REVERSAL SHOP_CASH_CAMPAIGN_BILLING_DEBIT
SHOP_CASH_CAMPAIGN_BILLING_DEBIT_REVERSAL SHOP_CASH_CREDIT SHOP_CASH_CREDIT_REVERSAL SHOP_CASH_REFUND_DEBIT
SHOP_CASH_REFUND_DEBIT_REVERSAL SHOPIFY_COLLECTIVE_CREDIT SHOPIFY_COLLECTIVE_CREDIT_REVERSAL SHOPIFY_COLLECTIVE_DEBIT
SHOPIFY_COLLECTIVE_DEBIT_REVERSAL SHOPIFY_SOURCE_CREDIT SHOPIFY_SOURCE_CREDIT_REVERSAL SHOPIFY_SOURCE_DEBIT
SHOPIFY_SOURCE_DEBIT_REVERSAL STRIPE_FEE TAX_ADJUSTMENT_CREDIT TAX_ADJUSTMENT_CREDIT_REVERSAL TAX_ADJUSTMENT_DEBIT
TAX_ADJUSTMENT_DEBIT_REVERSAL TRANSFER TRANSFER_CANCEL TRANSFER_FAILURE TRANSFER_REFUND VAT_REFUND_CREDIT
VAT_REFUND_CREDIT_REVERSAL
"""
"""ShopifyPaymentsTransactionType, Admin API 2026-04; with the tax on agents' fees of other versions, and CREDIT and
DEBIT, which the older API and the export write."""


def documented() -> dict[str, tuple[str, str]]:
    """Return event and column of each published type, as the table of the docs says."""
    found: dict[str, tuple[str, str]] = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0] in {event.value for event in Event}:
            for name, reversal in re.findall(r"\b([A-Z_]{4,})(\(_REVERSAL\))?", cells[2]):
                names = (name, f"{name}_REVERSAL") if reversal else (name,)
                assert not found.keys() & set(names)
                found |= dict.fromkeys(names, (cells[0], cells[1]))
    return found


@pytest.mark.parametrize(("word", "place"), documented().items())
def test_every_published_type_is_what_the_docs_say(word: str, place: tuple[str, str]) -> None:
    """In the API's spelling and in those of the export; what is asked is asked by intent, not for being forgotten."""
    for spelling in (word, word.lower(), word.replace("_", " ").title(), word.lower().replace("_", "-")):
        means = shopify.meaning(spelling)
        assert (means.event, shopify.column(means)) == place
    assert (means is UNKNOWN) == (place[0] == Event.OTHER)


def test_the_published_list_is_whole() -> None:
    """A type that is left out of the docs is left out of the test above."""
    assert set(PUBLISHED.split()) == documented().keys()


@pytest.mark.parametrize("word", ["RESERVED_FUNDS_FEE", "SHIPPING_SUBSCRIPTION", "TAX_HOLIDAY_DEBIT", "LUMEN_CREDIT"])
def test_a_type_that_nobody_declared_is_asked_whatever_it_begins_or_ends_with(word: str) -> None:
    """It keeps its amount in `other` and is listed."""
    assert UNKNOWN is shopify.meaning(word)


@pytest.mark.parametrize("word", ["SHOP_CASH_CREDIT", "SHOP_CASH_REFUND_DEBIT", "SHOP_CASH_CREDIT_REVERSAL"])
def test_a_part_of_the_money_moves_no_goods(word: str) -> None:
    """The order's own charge or refund is about the goods."""
    assert StockEffect.NONE is shopify.meaning(word).stock_effect


@pytest.mark.parametrize("module", VOCABULARIES, ids=lambda module: module.__name__)
def test_folding_merges_no_two_declared_words_of_different_meaning(module: ModuleType) -> None:
    """Of each table of each vocabulary, whatever it is called."""
    tables = [table for table in vars(module).values() if isinstance(table, dict) and table]
    tables = [table for table in tables if all(isinstance(word, str) for word in table)]
    for table in tables:
        meanings = defaultdict(set)
        for word, means in table.items():
            meanings[folded(word)].add(repr(means))
        assert not {word: found for word, found in meanings.items() if len(found) > 1}
    assert tables


@pytest.mark.parametrize(
    "spellings",
    [
        ("Shop_Cash-Credit", "SHOP CASH CREDIT", "shopCashCredit", "shop\u00a0cash\u2011credit", "shop cash  credit "),
        ("A-to-z Guarantee Refund", "AtoZ Guarantee refund", "a\u2010to\u2010z\tguarantee_refund"),
        ("FBA\u200bInboundTransportationFee", "FBA Inbound Transportation Fee"),
    ],
)
def test_spellings_of_a_word_are_one_word(spellings: tuple[str, ...]) -> None:
    """Blanks, hyphens of any kind, underscores, humps, invisible signs and case say nothing."""
    assert 1 == len({folded(spelling) for spelling in spellings})


def test_other_signs_make_other_words() -> None:
    """Nothing but what is named is left out."""
    assert 4 == len({folded(word) for word in ("A/B", "AB", "A:B", "A&B")})


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("RESERVED_FUNDS", ("reserved", "funds")),
        ("reservedFunds", ("reserved", "funds")),
        ("WFS LostInventory", ("wfs", "lost", "inventory")),
        ("FBAInboundTransportationFee", ("fba", "inbound", "transportation", "fee")),
        ("TCS-CGST", ("tcs", "cgst")),
        ("", ()),
    ],
)
def test_an_identifier_is_taken_apart(identifier: str, expected: tuple[str, ...]) -> None:
    """An underscore, a hump and a hyphen end a word."""
    assert expected == tokens(identifier)


@pytest.mark.parametrize("word", ["RESERVED_FUNDS", "Reserved funds", "reservedFunds", "funds-reserved"])
def test_a_word_inside_an_identifier_is_seen(word: str) -> None:
    """A pattern with word borders would miss the first and the third of them; a part of a word is none."""
    assert says(word, ["reserve", "reserved"])
    assert not says(word, ["reserve", "serve", "fund"])
    assert not says("LOAD_FEE", ["ad fee"])


@pytest.mark.long
@given(st.text(max_size=20))
def test_folding_is_done_at_once(text: str) -> None:
    """Folding what is folded changes nothing."""
    assert folded(text) == folded(folded(text))


@pytest.mark.parametrize(
    ("fee", "column", "event"),
    [
        ("PREMIUM_AD_FEES", "other_fee", Event.ADVERTISING),
        ("AD_FEE", "other_fee", Event.ADVERTISING),
        ("Promoted Listings - General fee", "other_fee", Event.ADVERTISING),
        ("FINAL_VALUE_FEE_FIXED_PER_ORDER", "referral_fee", Event.FEE),
        ("Final Value Fee - variable", "referral_fee", Event.FEE),
        ("LOAD_FEES", "other_fee", Event.FEE),
        ("Store subscription fee", "other_fee", Event.FEE),
    ],
)
def test_ebays_two_spellings_of_a_fee_are_one_fee(fee: str, column: str, event: Event) -> None:
    """Fee types of the API, descriptions and column names of the report."""
    assert (column, event) == (ebay.fee(fee).column, ebay.meaning("NON_SALE_CHARGE", fee).event)
    assert event is ebay.meaning("Other fee", fee).event


def test_a_restock_type_is_a_declared_word() -> None:
    """What is not declared says nothing about the goods."""
    assert disposition("NO_RESTOCK") is not None
    assert disposition("NO_RESTOCKING") is None
