"""Numbers in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 line`, `2 lines`, `1,204 lines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def amount(value: Decimal, currency: str) -> str:
    """Return an amount in a sentence: `USD 18,204.10`."""
    return f"{currency} {value:,.2f}"
