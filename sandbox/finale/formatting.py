"""How Finale shows a value: as its screens do, or raw where `formatter: "none"` asks for that.

See docs/facts/finale-api.md, In general.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

NOTHING = "--"
FORMATTERS = ("none", "html", "abbreviated", "blank-zero")

_COST_SHOWN = 4
_MONEY_SHOWN = 2


class Money(Decimal):
    """An amount that is shown with two decimals; a plain `Decimal` is a unit cost and shown with four."""


Value = str | int | Decimal | date | None


def shown(value: Value, formatter: str | None = None) -> str | None:
    """Return a value as GraphQL answers it: always text, or null for a raw value that is not there.

    Args:
        value: What is stored.
        formatter: One of `FORMATTERS`; `None` is what the screens show.

    Examples:
        >>> shown(Decimal("1074.181429")), shown(Decimal("1074.181429"), "none")
        ('1,074.1814', '1074.181429')
        >>> shown(None), shown(None, "none"), shown(date(2026, 9, 3))
        ('--', None, '9/3/2026')
    """
    if formatter == "none":
        return raw(value)
    if value is None or value == "":
        return NOTHING
    if formatter == "blank-zero" and value == 0:
        return ""
    return _displayed(value)


def raw(value: Value) -> str | None:
    """Return the stored value: unit costs with four to six decimals, dates as ISO."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Money):
        return f"{value:.2f}"
    if isinstance(value, Decimal):
        return _at_least_four_decimals(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _displayed(value: str | int | Decimal | date) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return f"{us_date(value)} {value:%H:%M}"
    if isinstance(value, date):
        return us_date(value)
    if isinstance(value, int):
        return f"{value:,}"
    places = _MONEY_SHOWN if isinstance(value, Money) else _COST_SHOWN
    return f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"


def us_date(day: date) -> str:
    """Return `9/3/2026`."""
    return f"{day.month}/{day.day}/{day.year}"


def _at_least_four_decimals(value: Decimal) -> str:
    text = f"{value:.6f}"
    return text[:-2] if text.endswith("00") else text.removesuffix("0")
