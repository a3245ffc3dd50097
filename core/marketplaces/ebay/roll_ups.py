"""Orders of several items: one row with the net amount and one row per item without it.

A sale in another currency than the payout's has its price, postage, tax and fees in the buyer's currency, and only its
net amount in the payout's. They are converted by the row's exchange rate: each fee to the cent, and what the net amount
leaves of it is shared out over price, postage and tax. 100.00 and 20.00 of postage, less 12.00, for 97.20 at 0.9 are
90.00, 18.00 and -10.80; the pulled payout, whose fees eBay has converted itself, says the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.ebay.report_columns import GROSS
from core.model import Problem, Severity
from core.money import cents, share_cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.marketplaces.lines import Part
    from core.marketplaces.reading.tables import Table


_SLACK = Decimal("0.02")
"""How far eBay's own rates of one order may be apart."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a row says about money, signed from the seller's side."""

    order: str
    date: str
    payout_id: str
    has_item: bool
    is_order: bool
    rest: str
    """The amount column that takes what the parts leave of the net amount."""
    net: Decimal | None
    gross: Decimal | None
    currency: str
    """Of the net amount."""
    parts: tuple[Part, ...]
    comparable: bool
    """Whether gross amount, parts and net amount are about the same thing."""
    own_currency: str = ""
    """Of the parts and the gross amount; empty where it is that of the net amount."""
    rate: Decimal | None = None
    """What the file says a unit of one currency is in the other; in which direction it does not say."""
    left: Decimal = Decimal(0)
    """What the parts leave of the net amount, once it is among them."""

    @property
    def rolls_up(self) -> bool:
        """Tell whether it is the row of an order as a whole, whose items have rows of their own."""
        return self.is_order and not self.has_item and self.net is not None

    @property
    def is_part(self) -> bool:
        """Tell whether it is an item of an order whose net amount stands in another row."""
        return self.is_order and self.has_item and self.net is None

    @property
    def is_foreign(self) -> bool:
        """Tell whether its parts are in another currency than its net amount."""
        return self.comparable and self.is_foreign_by_name

    @property
    def is_foreign_by_name(self) -> bool:
        """Tell whether it names two currencies that differ."""
        return bool(self.own_currency and self.currency) and self.own_currency != self.currency

    @property
    def key(self) -> tuple[str, ...]:
        """Return what an order's row and the rows of its items agree in."""
        return (self.order, self.date, self.payout_id)


def shared_out(rows: Sequence[Amounts], currency: str = "") -> list[Amounts]:
    """Return the rows with a net amount and parts that sum to it, all rows together to what the file's net amounts do.

    An item's row takes its own parts, the row of its order the rest of the net amount. An item whose order has no row
    of its own adds nothing: its net amount is not known.

    Args:
        rows: Of a report, or all of some of its orders.
        currency: Of rows that name none; if it is not given, the first that a row names.
    """
    rows = _converted(rows)
    wholes = {row.key: row for row in rows if row.rolls_up}
    items = _items(rows)
    currency = currency or next((row.currency for row in rows if row.currency), "")
    return [_shared(row, wholes, items.get(row.key, []), currency) for row in rows]


def _converted(rows: Sequence[Amounts]) -> list[Amounts]:
    """Return the rows with the parts of foreign sales, refunds and disputes in the currency of their net amount."""
    items = _items(rows)
    changed: dict[int, Amounts] = {}
    for row in rows:
        if row.is_foreign and row.net is not None:
            group = [row, *(items.get(row.key, ()) if row.rolls_up else ())]
            parts = _in_currency(row, [one.parts for one in group])
            changed |= {id(one): replace(one, parts=mine) for one, mine in zip(group, parts, strict=True)}
    return [changed.get(id(row), row) for row in rows]


def _in_currency(row: Amounts, parts: Sequence[Sequence[Part]]) -> list[tuple[Part, ...]]:
    """Convert the parts of a row and its items: fees by the rate, prices to what the net amount leaves of it."""
    rate = _rate(row, _sum(part for own in parts for part in own))
    fees = [[cents(amount * rate) if column not in GROSS else None for column, amount in own] for own in parts]
    prices = [abs(amount) for own in parts for column, amount in own if column in GROSS]
    charged = sum((fee for own in fees for fee in own if fee is not None), Decimal(0))
    shared = iter(share_cents((row.net or Decimal(0)) - charged, prices) if sum(prices) else ())
    return [
        tuple(
            (column, fee if fee is not None else next(shared, Decimal(0)))
            for (column, _), fee in zip(own, converted, strict=True)
        )
        for own, converted in zip(parts, fees, strict=True)
    ]


def _rate(row: Amounts, total: Decimal) -> Decimal:
    """Return the payout's currency for one unit of the buyer's: as the file says it, in the direction that fits.

    A refund has no prices of its own, only fees: the gross amount beside them stands for what the buyer got back.
    """
    fees = _fees(row)
    whole = total if total != fees else (row.gross or Decimal(0)) + fees
    net = row.net or Decimal(0)
    if row.rate is None or row.rate <= 0:
        return net / whole if whole else Decimal(0)
    return min((row.rate, 1 / row.rate), key=lambda rate: abs(whole * rate - net))


def doubtful_rows(table: Table, rows: Sequence[Amounts]) -> list[Problem]:
    """Return a warning for each row whose amounts do not fit together.

    eBay's net amount is what counts; that it is the gross amount less the fees is not established for every site, so a
    difference is a warning and no error.
    """
    wholes = {row.key for row in rows if row.rolls_up}
    items = _items(rows)
    found = (
        (row, _doubt(amounts, wholes, items.get(amounts.key, [])))
        for row, amounts in zip(table.rows, rows, strict=True)
    )
    return [
        Problem(Severity.WARNING, message, str(table.place(row, "Net amount"))) for row, message in found if message
    ]


def open_sums(
    rows: Sequence[Amounts], amounts: Mapping[str, Sequence[Decimal]]
) -> tuple[list[Decimal], dict[str, list[Decimal]]]:
    """Return what gross amount and fees lack of the net amount, and what other columns hold, where a row says both.

    The row of an order as a whole is compared together with the rows of its items.

    Args:
        rows: All rows of a report.
        amounts: Further columns, with one amount per row.
    """
    lacking: list[Decimal] = []
    held: dict[str, list[Decimal]] = {name: [] for name in amounts}
    items = defaultdict(list)
    for number, row in enumerate(rows):
        if row.is_part:
            items[row.key].append(number)
    for number, row in enumerate(rows):
        if row.net is None or row.gross is None or not row.comparable:
            continue
        together = [number, *(items[row.key] if row.rolls_up else [])]
        lacking.append(row.net - row.gross - sum((_fees(rows[n]) for n in together), Decimal(0)))
        for name, values in amounts.items():
            held[name].append(sum((values[n] for n in together), Decimal(0)))
    return lacking, held


def _doubt(row: Amounts, wholes: set[tuple[str, ...]], items: Sequence[Amounts]) -> str:
    if row.is_part and row.key not in wholes:
        return (
            f"This item of order {row.order} has no net amount, and the order has no row with one. Download the report "
            "again for the whole payout."
        )
    if row.net is None or row.gross is None or not row.comparable:
        return ""
    if row.is_foreign:
        return _doubtful_rate(row, _sum(part for one in (row, *items) for part in one.parts))
    fees = _fees(row) + (sum(map(_fees, items), Decimal(0)) if row.rolls_up else Decimal(0))
    if row.gross + fees == row.net:
        return ""
    return (
        f"The gross amount {row.gross} and the fees {fees} do not make the net amount {row.net}, which is what counts. "
        "Items of the order may be missing in this report."
    )


def _doubtful_rate(row: Amounts, total: Decimal) -> str:
    net, converted = row.net or Decimal(0), total * _rate(row, total)
    whole_row = total and total != _fees(row)
    if not whole_row or abs(converted - net) <= _SLACK * abs(net) + 1:
        return ""
    return (
        f"At the exchange rate {row.rate} the row comes to {cents(converted)} {row.currency}, but its net amount, "
        f"which counts, is {net}. Items of the order may be missing in this report."
    )


def _shared(
    row: Amounts, wholes: Mapping[tuple[str, ...], Amounts], items: Sequence[Amounts], currency: str
) -> Amounts:
    if row.is_part:
        whole = wholes.get(row.key)
        parts = row.parts if whole else ()
        return replace(row, net=_sum(parts), parts=parts, currency=whole.currency if whole else currency)
    net = row.net or Decimal(0)
    if row.rolls_up:
        net -= sum((_sum(item.parts) for item in items), Decimal(0))
    left = net - (Decimal(0) if row.rolls_up else _sum(row.parts))
    own = () if row.rolls_up else row.parts
    parts = (*own, (row.rest, left)) if left else own
    return replace(row, net=net, parts=parts, left=left, currency=row.currency or currency)


def _items(rows: Iterable[Amounts]) -> dict[tuple[str, ...], list[Amounts]]:
    items: dict[tuple[str, ...], list[Amounts]] = defaultdict(list)
    for row in rows:
        if row.is_part:
            items[row.key].append(row)
    return items


def _fees(row: Amounts) -> Decimal:
    """Return what a row's own columns take from its gross amount: fees, and a donation."""
    return _sum(part for part in row.parts if part[0] not in GROSS)


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((amount for _, amount in parts), Decimal(0))
