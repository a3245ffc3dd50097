"""Numbers in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.counted import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

__all__ = ["amount", "amounts", "balance", "counted"]


def amount(value: Decimal, currency: str) -> str:
    """Return an amount in a sentence: `USD 18,204.10`."""
    return f"{currency} {value:,.2f}"


def balance(account: str, value: Decimal, currency: str) -> str:
    """Return an account and what it holds; the currency stands once, also where the account's name has it.

    Examples: `Amazon US Clearing USD 12.00`, `Amazon US Reserves USD 230.66` of account *Amazon US Reserves USD*.
    """
    has_it = account.endswith(f" {currency}")
    return f"{account} {value:,.2f}" if has_it else f"{account} {amount(value, currency)}"


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Return sums of several currencies in a sentence, each by itself: `USD 18,204.10, and without a rate EUR 33.00`.

    Args:
        sums: By currency, home first, as `core.exchange_rates.sum_by_currency` gives them.
    """
    home, *others = (amount(value, currency) for currency, value in sums.items())
    return f"{home}, and without a rate {', '.join(others)}" if others else home
