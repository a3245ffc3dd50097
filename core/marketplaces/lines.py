"""What every format is turned into before it is grouped: the lines of a file and the headers of its settlements."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Event, StockEffect

Part = tuple[str, Decimal]
"""One of `core.model.AMOUNT_COLUMNS` and what a line adds to it, signed from the seller's side."""


class Line(NamedTuple):
    """One line of a settlement file, read and classified; a tuple, since a year of files has a million of them."""

    number: int
    """In the file, first line = 1."""
    settlement_id: str
    """Empty: the line belongs to no settlement yet (deferred, pending)."""
    group: tuple[str, ...]
    """The format's group key: lines that agree in it are one transaction."""
    single: bool
    """Whether it is a transaction of its own all the same."""
    content: tuple[str, ...]
    """The row as it stands in the file, without personal data; it orders what has equal keys."""
    event: Event
    stock_effect: StockEffect
    raw_type: str
    raw_description: str
    parts: tuple[Part, ...]
    amount: Decimal
    """Σ parts: what the line adds to the settlement's sum."""
    currency: str
    posted_at: datetime | None
    carries_units: bool = False
    """Whether this very line says how many units the transaction has; component lines repeat them and do not."""
    units: int | None = None
    """Sale +, goods back -; `None` on a line that carries units: unknown."""
    repeated_units: int | None = None
    """What a component line repeats; it counts only where a transaction has no line that carries units."""
    order_id: str = ""
    order_item_id: str = ""
    shipment_id: str = ""
    adjustment_id: str = ""
    merchant_order_id: str = ""
    """The seller's own number of the order, where the file says it."""
    sku: str = ""
    marketplace: str = ""
    fulfilment: str = ""
    unknown_type: str = ""
    """The marketplace's word that no vocabulary knows, in the form that is listed; empty where all are known."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about one settlement as a whole."""

    settlement_id: str
    marketplace: str
    """The site; empty: told by the lines."""
    currency: str
    """Empty: told by the lines."""
    period_start: datetime | None = None
    period_end: datetime | None = None
    deposit_at: datetime | None = None
    total: Decimal | None = None
    """`None` where the format states none."""
    derived_id: bool = False
    """Whether the id is made of dates, because the file states none."""


def is_multi_channel(line: Line) -> bool:
    """Tell whether Amazon shipped an order that was sold elsewhere (`Non-Amazon US`)."""
    return line.marketplace.casefold().startswith("non-amazon")
