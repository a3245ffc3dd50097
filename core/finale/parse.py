"""Finale's values are texts made for display, or raw numbers: both are read here, exactly or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.model import Cause
from core.money import at_line_places

_BLANKS = {"", "-", "--", "null", "n/a"}
_PLAIN = re.compile(r"\d+(\.\d*)?|\.\d+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ ,].*)?")
_LARGEST = 10**9
_MOST_UNITS = 10**6
_SHIPMENT = re.compile(r"^(.+)-\d{1,3}$")
_CURRENCY_SIGNS = "$€£¥₹ \u00a0\u202f"


def text_of(value: object) -> str | None:
    """Return a value as trimmed text; `None` if it is one of Finale's blanks (`--`, null, empty)."""
    if value is None:
        return None
    text = str(value).strip()
    return None if text.lower() in _BLANKS else text


def order_of_label(label: str) -> str | None:
    """Return the order that a shipment's number names: `SO-100-1` is the first of order `SO-100`; else `None`."""
    match = _SHIPMENT.match(label)
    return match[1] if match else None


def raw_text(value: object) -> str | None:
    """Return a value as Finale wrote it, blanks included; `None` only for null."""
    return None if value is None else str(value)


def number_of(value: object) -> Decimal | None:
    """Return a number, from a raw value or a text for display (`1,234.56`, `$6.00`, `(2)`).

    What could mean two numbers (`6,50`, `1.234,56`) or none is `None`: refused, never guessed. So is one of more than
    a thousand million: no unit costs that, nor are so many in stock.
    """
    text = text_of(value)
    if text is None:
        return None
    negative = text.startswith(("-", "(", "\u2212"))
    digits = text.strip(f"-+()\u2212{_CURRENCY_SIGNS}")
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    number = _scientific(text) if not _PLAIN.fullmatch(digits) else -Decimal(digits) if negative else Decimal(digits)
    return number if number is not None and abs(number) <= _LARGEST else None


def _scientific(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?[eE][+-]?\d{1,2}", text) else None


def date_of(value: object) -> date | None:
    """Return a date, written as `M/D/YYYY` or `YYYY-MM-DD` with or without a time; `None` if it is none."""
    text = text_of(value) or ""
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _AMERICAN.fullmatch(text):
        month, day, year = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Cost:
    """A unit cost as Finale gave it."""

    value: Decimal | None
    """At six places, home currency; `None` where Finale has none, zero included: a missing cost is never 0."""
    raw: str | None
    cause: Cause | None
    """Why there is none."""


def cost_of(value: object) -> Cost:
    """Read a unit cost; zero, blank and unreadable ones are no costs, each with its cause."""
    number = number_of(value)
    if number is None:
        return Cost(None, raw_text(value), Cause.COST_BLANK)
    if at_line_places(number) == 0:
        return Cost(None, raw_text(value), Cause.COST_ZERO)
    return Cost(at_line_places(number), raw_text(value), None)


def pack_units(value: object) -> int | None:
    """Return how many units a packing stands for: `6` or `6/1` is 6, `2/6/1` is 12; blank is 1, unreadable `None`.

    More than a million are unreadable too.
    """
    text = text_of(value)
    if text is None:
        return 1
    if not re.fullmatch(r"\d{1,7}(\s*/\s*\d{1,7}){,9}", text):
        return None
    units = 1
    for part in text.split("/"):
        units *= int(part)
    return units if 0 < units <= _MOST_UNITS else None
