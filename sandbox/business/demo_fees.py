"""Charges of the demo business that have no goods: subscription, storage, advertising, reserves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.business.records import Fee, FeeKind, SettlementPeriod

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.business.dice import Dice

_RESERVES = (Decimal("812.44"), Decimal("1043.10"), Decimal("957.26"), Decimal("1120.05"))
"""Held back at the end of the settlement before the first, and of each of the three."""


def fees(dice: Dice, periods: Sequence[SettlementPeriod]) -> tuple[Fee, ...]:
    """Return the charges of each settlement; what one holds in reserve the next gives back."""
    return tuple(fee for number, period in enumerate(periods) for fee in _of_period(dice, number, period))


def _of_period(dice: Dice, number: int, period: SettlementPeriod) -> Iterator[Fee]:
    start, end = period.start + timedelta(minutes=3), period.end - timedelta(minutes=5)
    yield Fee(FeeKind.OTHER, "Previous Reserve Amount Balance", _RESERVES[number], start)
    for day in (4, 8, 12):
        spent = Decimal(dice.between(1900, 9899)) / 100
        yield Fee(FeeKind.ADVERTISING, "TransactionTotalAmount", -spent, start + timedelta(days=day))
    if number != 1:  # once a month
        yield Fee(FeeKind.OTHER, "Subscription Fee", Decimal("-39.99"), start + timedelta(days=2))
        storage = Decimal(dice.between(4200, 6099)) / 100
        yield Fee(FeeKind.OTHER, "Storage Fee", -storage, start + timedelta(days=5))
    else:
        yield Fee(FeeKind.OTHER, "FBAInboundTransportationFee", Decimal("-87.31"), start + timedelta(days=6))
        yield Fee(FeeKind.UNSEEN, "Quarterly credit", Decimal("12.34"), start + timedelta(days=9))
    yield Fee(FeeKind.OTHER, "Current Reserve Amount", -_RESERVES[number + 1], end)
