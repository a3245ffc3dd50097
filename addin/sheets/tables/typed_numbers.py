"""The number in a cell that somebody typed: exact, or named as none. Pure.

`$4.50` and `1,234.50` say one number. What could mean two (`4,50`, `1,234`) is none: it is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

LARGEST = Decimal(10) ** 12
"""No amount of ours is larger: eighteen digits, six of them decimals, are what a column of amounts holds."""

_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+\.\d+|-?\d{1,3}(,\d{3}){2,}")


@dataclass(frozen=True, slots=True)
class NotANumber:
    """What a cell holds where a number was wanted."""

    text: str


def exact_number(value: object) -> Decimal | NotANumber:
    """Return the number that a filled cell holds, with all its digits.

    Args:
        value: A number, or a text that says one.

    Examples:
        >>> exact_number("$1,234.50"), exact_number("4,50")
        (Decimal('1234.50'), NotANumber(text='4,50'))
    """
    text = str(value).strip()  # the shortest text of a float is the number that was typed
    plain = re.sub(r"^(-?)\s*\$\s*", r"\1", text) if isinstance(value, str) else text
    try:
        number = Decimal(plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain)
    except InvalidOperation:
        return NotANumber(str(value))
    return number if number.is_finite() and abs(number) <= LARGEST and "_" not in plain else NotANumber(str(value))
