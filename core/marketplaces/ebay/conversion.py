"""Amounts of an order in another currency than its payout's, in the payout's: one rule for the report and the API.

eBay takes its fees in the order's currency and converts what they leave (docs/facts/settlement-formats.md, eBay): a
price of 128.25 GBP less fees of 21.78, at 1.31869, is a net amount of 140.40 USD. So each fee is converted to the cent,
and what the net amount leaves of it is shared out over price, postage and tax: the fees are -28.72, the price 169.12,
together exactly the 140.40.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.ebay.report_columns import GROSS
from core.marketplaces.errors import BadCellError
from core.money import cents, share_cents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.pulling.bundles import Node
    from core.marketplaces.settlements.file_lines import Part

_ZERO = Decimal(0)


def converted(net: Decimal, rate: Decimal, groups: Sequence[Sequence[Part]]) -> list[tuple[Part, ...]]:
    """Return the parts of the items of one order in the payout's currency; together they are the net amount.

    Args:
        net: Of the order, in the payout's currency, + is money for the seller.
        rate: The payout's currency for one unit of the order's.
        groups: The parts of each item, in the order's currency: prices, postage and taxes, then fees.
    """
    fees = [[(column, cents(amount * rate)) for column, amount in own if column not in GROSS] for own in groups]
    charged = sum((amount for own in fees for _, amount in own), _ZERO)
    prices = shared_prices(net - charged, [[part for part in own if part[0] in GROSS] for own in groups])
    return [(*own, *taken) for own, taken in zip(prices, fees, strict=True)]


def one_by_one(rate: Decimal, groups: Sequence[Sequence[Part]]) -> list[tuple[Part, ...]]:
    """Return the parts of some items of an order, each converted by itself: the net amount is of more than these."""
    return [tuple((column, cents(amount * rate)) for column, amount in own) for own in groups]


def shared_prices(amount: Decimal, prices: Sequence[Sequence[Part]]) -> list[tuple[Part, ...]]:
    """Share an amount in the payout's currency out over prices, postage and taxes in the order's, item by item.

    Nothing is shared out where all of these are zero.
    """
    weights = [abs(price) for own in prices for _, price in own]
    if not sum(weights):
        return [tuple((column, _ZERO) for column, _ in own) for own in prices]
    shares = share_cents(amount, weights)
    shares[0] += amount - sum(shares, _ZERO)
    amounts = iter(shares)
    return [tuple((column, next(amounts)) for column, _ in own) for own in prices]


def rate_of(amount: Node) -> Decimal:
    """Return the payout's currency for one unit of the order's, as eBay tells it beside the transaction's amount.

    Raises:
        BadCellError: If it tells neither a rate nor what the amount was converted from.
    """
    if not amount.text("exchangeRate") and amount.text("convertedFromValue"):
        before = abs(amount.amount("convertedFromValue"))
        return abs(amount.amount("value")) / before if before else _ZERO
    rate = amount.amount("exchangeRate")
    if rate <= 0:
        raise BadCellError(amount.place("exchangeRate"), str(rate), "a rate above zero")
    return rate
