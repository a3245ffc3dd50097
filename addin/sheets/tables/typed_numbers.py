"""The number in a cell that somebody typed: exact, or named as none. Pure.

`$4.50` and `1,234.50` say one number. What could mean two (`4,50`, `1,234`) is none: it is refused, never guessed.
Where sheet Setup says what the decimal mark is, each says one: with a comma `4,50` is 4.50, and `1.234` is 1,234.
Thousands begin with no zero: `0,125` is none by a point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from core.settings import DecimalMark

LARGEST = Decimal(10) ** 12
"""No amount of ours is larger: eighteen digits, six of them decimals, are what a column of amounts holds."""

_GROUPED = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+\.\d+|-?[1-9]\d{0,2}(,\d{3}){2,}")
_WRITTEN = {
    mark: re.compile(rf"-?(\d+|[1-9]\d{{0,2}}(\{mark.of_thousands}\d{{3}})+)(\{mark}\d*)?|-?\{mark}\d+")
    for mark in DecimalMark
}
"""A number by its mark, with thousands set apart or not. `0,125` sets none apart: it is an eighth, by another mark."""


@dataclass(frozen=True, slots=True)
class NotANumber:
    """What a cell holds where a number was wanted."""

    text: str


def exact_number(value: object, mark: DecimalMark | None = None) -> Decimal | NotANumber:
    """Return the number that a filled cell holds, with all its digits.

    Args:
        value: A number, or a text that says one.
        mark: The decimal mark of texts; `None`: nobody said, so that only what cannot be two numbers is one.

    Examples:
        >>> exact_number("$1,234.50"), exact_number("4,50"), exact_number("4,50", DecimalMark.COMMA)
        (Decimal('1234.50'), NotANumber(text='4,50'), Decimal('4.50'))
    """
    plain = _plain(value, mark) if isinstance(value, str) else str(value)  # a float's shortest text is what was typed
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return NotANumber(str(value))
    return number if number.is_finite() and abs(number) <= LARGEST and "_" not in plain else NotANumber(str(value))


def _plain(typed: str, mark: DecimalMark | None) -> str:
    """Return a text as Python writes the number that it says; nothing where its marks say that it is none."""
    text = re.sub(r"^(-?)\s*\$\s*", r"\1", typed.strip())
    if mark is None:
        return text.replace(",", "") if _GROUPED.fullmatch(text) else text
    if _WRITTEN[mark].fullmatch(text):
        return text.replace(mark.of_thousands, "").replace(mark, ".")
    return text if "." not in text or mark is DecimalMark.POINT else ""


def by_another_mark(value: object, mark: DecimalMark | None) -> str:
    """Say which number a refused text is by a decimal mark that was not chosen; nothing where it is none by any.

    Examples:
        >>> by_another_mark("4,50", None)
        ' (if a comma is your decimal mark, it is 4.50: choose Decimal mark on sheet Setup)'
    """
    others = [one for one in DecimalMark if one is not mark] if isinstance(value, str) else []
    read = [(one, number) for one in others if isinstance(number := exact_number(value, one), Decimal)]
    words = " and ".join(f"if a {_NAMES[one]} is your decimal mark, it is {number:f}" for one, number in read)
    return f" ({words}: choose Decimal mark on sheet Setup)" if words else ""


_NAMES = {DecimalMark.POINT: "point", DecimalMark.COMMA: "comma"}
