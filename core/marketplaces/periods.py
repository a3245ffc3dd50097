"""Settlements of formats that state no header: what their lines say about them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.marketplaces.lines import Header

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from core.marketplaces.lines import Line


def header_of(
    settlement_id: str,
    lines: Sequence[Line],
    currency: str,
    deposit_at: datetime | None = None,
    total: Decimal | None = None,
) -> Header:
    """Return a header whose period runs from the first to the last moment that the settlement's lines were posted."""
    posted = [line.posted_at for line in lines if line.posted_at]
    return Header(
        settlement_id=settlement_id,
        marketplace="",
        currency=currency,
        period_start=min(posted, default=None),
        period_end=max(posted, default=None),
        deposit_at=deposit_at,
        total=total,
    )


def by_settlement(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return the lines of each settlement; those that belong to none are left out."""
    settled: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.settlement_id:
            settled[line.settlement_id].append(line)
    return settled


def period_name(lines: Sequence[Line]) -> str:
    """Return the first and last day that lines were posted, one at least: the name of a settlement without id."""
    posted = sorted(line.posted_at for line in lines if line.posted_at)
    return f"{posted[0]:%Y%m%d}-{posted[-1]:%Y%m%d}"
