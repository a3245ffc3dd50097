"""What Amazon books, item by item: the charges that belong together, for formats that have a place for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sandbox.business.records import SettlementPeriod
    from sandbox.settlement_files.amazon_charges import Charge

Posting = tuple["Charge", ...]
"""The charges of one item in one shipment or refund, its price first; or a single charge of another kind."""


def postings(booked: Iterable[Charge]) -> list[Posting]:
    """Return charges as they were booked, put together by item and sorted by time."""
    return sorted(_postings(booked), key=lambda posting: posting[0].posted_at)


def _postings(booked: Iterable[Charge]) -> Iterator[Posting]:
    item: list[Charge] = []
    for charge in booked:
        begins = charge.description == "Principal" and charge.amount_type == "ItemPrice"
        if item and (begins or not charge.item_code):
            yield tuple(item)
            item = []
        if charge.item_code:
            item.append(charge)
        else:
            yield (charge,)
    if item:
        yield tuple(item)


def within(period: SettlementPeriod, found: Sequence[Posting]) -> list[Posting]:
    """Return the postings of a settlement."""
    return [posting for posting in found if period.start <= posting[0].posted_at < period.end]
