"""Numbers in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 line`, `2 lines`, `1,204 lines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def amount(value: Decimal, currency: str) -> str:
    """Return an amount in a sentence: `USD 18,204.10`."""
    return f"{currency} {value:,.2f}"


def amounts(sums: Mapping[str, Decimal]) -> str:
    """Return sums of several currencies in a sentence, each by itself: `USD 18,204.10, and without a rate EUR 33.00`.

    Args:
        sums: By currency, home first, as `core.exchange_rates.sum_by_currency` gives them.
    """
    home, *others = (amount(value, currency) for currency, value in sums.items())
    return f"{home}, and without a rate {', '.join(others)}" if others else home
