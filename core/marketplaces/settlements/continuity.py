"""Whether a settlement is missing between others: periods that leave a gap, reserves that do not carry over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from core.marketplaces.words.wording import folded
from core.model import Problem, Severity
from core.money import cents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd


LONGEST_STEP = timedelta(days=1)
"""Amazon's follow each other to the second; Walmart's say their first and last day, without a time."""

_CURRENT, _PREVIOUS = folded("Current Reserve Amount"), folded("Previous Reserve Amount Balance")


@dataclass(frozen=True, slots=True)
class Span:
    """What a settlement says about those before and after it."""

    settlement_id: str
    marketplace: str
    currency: str
    period_start: datetime | None
    period_end: datetime | None
    current_reserve: Decimal
    """What Amazon keeps back for the next settlement, signed as in the file (-)."""
    previous_reserve: Decimal
    """What Amazon kept back from the last one and pays now (+)."""


def reserves(transactions: pd.DataFrame) -> tuple[Decimal, Decimal]:
    """Return what Amazon keeps back (−) and what it gives back of the last settlement (+), in its currency."""
    return _reserve(transactions, _CURRENT), _reserve(transactions, _PREVIOUS)


def missing_settlements(spans: Iterable[Span]) -> tuple[Problem, ...]:
    """Return a warning wherever a settlement seems to be missing.

    Args:
        spans: Settlements of one store, in any order. Each marketplace and currency has a sequence of its own.
    """
    sequences: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        if span.period_start is not None and span.period_end is not None:
            sequences[span.marketplace.casefold(), span.currency].append(span)
    return tuple(
        problem
        for sequence in sequences.values()
        for before, after in pairwise(sorted(sequence, key=_in_time))
        for problem in (_gap(before, after) or _reserve_difference(before, after))
    )


def _gap(before: Span, after: Span) -> list[Problem]:
    if (
        before.period_end is None
        or after.period_start is None
        or after.period_start - before.period_end <= LONGEST_STEP
    ):
        return []
    message = (
        f"Nothing covers {before.period_end:%Y-%m-%d} to {after.period_start:%Y-%m-%d} in {after.marketplace} "
        f"({after.currency}): a settlement between {before.settlement_id} and {after.settlement_id} is missing. "
        "Import it, or pull settlements."
    )
    return [Problem(Severity.WARNING, message, after.settlement_id)]


def _reserve_difference(before: Span, after: Span) -> list[Problem]:
    if after.previous_reserve == -before.current_reserve:
        return []
    message = (
        f"Settlement {after.settlement_id} begins with a reserve of {cents(after.previous_reserve)} {after.currency}, "
        f"but {before.settlement_id}, the last one before it, left {cents(-before.current_reserve)}: a settlement "
        "between them is missing. Import it, or pull settlements."
    )
    return [Problem(Severity.WARNING, message, after.settlement_id)]


def _in_time(span: Span) -> tuple[datetime | None, datetime | None, str]:
    return span.period_start, span.period_end, span.settlement_id


def _reserve(transactions: pd.DataFrame, word: str) -> Decimal:
    rows = zip(transactions["raw_type"], transactions["raw_description"], transactions["net"], strict=True)
    return sum((net for *words, net in rows if word in (folded(str(one)) for one in words)), Decimal(0))
