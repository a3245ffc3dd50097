"""What every format is turned into before it is grouped: the lines of a file and the headers of its settlements."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.errors import Place, TooMuchMoneyError
from core.marketplaces.reading.numbers import LARGEST
from core.model import Goods
from core.typed_amounts import word_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.line_types import LineType
    from core.model import Event, StockEffect

Part = tuple[str, Decimal]
"""One of `core.frame_columns.AMOUNT_COLUMNS` and what a line adds to it, signed from the seller's side."""


class TypedPart(NamedTuple):
    """An amount within a line's parts that is about something else than its column and event tell."""

    column: str
    """The part that holds it."""
    amount: Decimal
    line_type: LineType | None
    """What it is declared to be; `None`: nobody has declared its word, and the bookkeeper is asked."""
    word: str
    """The marketplace's word for it, as sheet Transaction types lists it."""


class FileLine(NamedTuple):
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
    stated_units: int | None = None
    """What a row of an order states beside an amount whose word nobody has declared: whether goods stand behind it is
    asked where nothing else of the settlement says how many units of the order's SKU moved."""
    order_id: str = ""
    order_item_id: str = ""
    shipment_id: str = ""
    adjustment_id: str = ""
    merchant_order_id: str = ""
    """The seller's own number of the order, where the file says it."""
    sku: str = ""
    marketplace: str = ""
    fulfilment: str = ""
    goods: Goods = Goods.NONE
    """What the line's words say of goods; `stock_effect` follows from it."""
    typed: tuple[TypedPart, ...] = ()
    """Amounts within `parts` whose line type their column and event do not tell."""
    tax_rate: Decimal | None = None
    """VAT in per cent of the price, where the file says it: 20 for 20 %."""

    @property
    def unknown_types(self) -> tuple[str, ...]:
        """The words that no vocabulary knows, in the form that is listed; none where all are known."""
        return tuple(word_name(part.word) for part in self.typed if part.line_type is None)


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


def refuse_too_much(lines: Iterable[FileLine], file: str) -> None:
    """Refuse a file some of whose amounts may sum to more than `core.money.MONEY` holds.

    Each amount alone is small enough (`numbers.parse_amount`); what is checked is the sum of them all without their
    signs, since no transaction, entry or report can be further from zero than that: two rows of 999,999,999,999.00
    fit a cell each and no sum.

    Raises:
        TooMuchMoneyError: Naming the line on which it becomes too much.
    """
    size = Decimal(0)
    for line in lines:
        size += max(abs(line.amount), sum((abs(amount) for _, amount in line.parts), Decimal(0)))
        if size >= LARGEST:
            raise TooMuchMoneyError(Place(file, line.number))
