"""Orders of several items: one row with the net amount, and one row per item without it.

A row of an item says of its payout what its order's row says; real ones leave currency, date and id of the payout blank
(docs/facts/settlement-formats.md, eBay). Where rows of items are missing, which the order's gross amount shows, the
order's row keeps what is left of its net amount, and of how many units of what that is, is asked: an order of 134.20
whose mug of 89.60 alone is in the file leaves 44.60 and unknown units.

A sale in another currency than the payout's has its price, postage, tax and fees in the buyer's currency, and only its
net amount in the payout's; `core.marketplaces.ebay.conversion` converts them.

This is where the rule stands. `core.marketplaces.ebay.order_columns` is a second engine for the usual orders of long
reports, which must come to the same (`tests/core/marketplaces/columns/test_columns_and_rows.py`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.ebay.conversion import converted, one_by_one
from core.marketplaces.ebay.report_columns import GROSS, NET_AMOUNT
from core.model import Problem, Severity
from core.money import cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.marketplaces.reading.file_tables import Table
    from core.marketplaces.settlements.file_lines import Part


_SLACK = Decimal("0.02")
"""How far eBay's own rates of one order may be apart."""
_ROUNDED = Decimal("0.00001")
"""How far a net amount may be from the rate that is written with five decimals."""
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class RowAmounts:
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
    """What its own columns say."""
    names: tuple[str, ...]
    """Those columns; what is added to the parts later has none."""
    comparable: bool
    """Whether gross amount, parts and net amount are about the same thing."""
    own_currency: str = ""
    """Of the parts and the gross amount; empty where it is that of the net amount."""
    rate: Decimal | None = None
    """What the file says a unit of one currency is in the other; in which direction it does not say."""
    remainder: Decimal = Decimal(0)
    """What the parts leave of the net amount, once it is among them."""
    lacks_items: bool = False
    """Whether it is the row of an order as a whole, and rows of its items are missing."""

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


class RolledUpOrder(NamedTuple):
    """An order whose net amount stands in a row of its own."""

    whole: int
    """The place of that row."""
    items: list[int]
    """The places of the rows of its items."""


def rows_with_net_amounts(rows: Sequence[RowAmounts], currency: str = "") -> list[RowAmounts]:
    """Return the rows with a net amount and parts that sum to it, all rows together to what the file's net amounts do.

    An item's row takes its own parts, the row of its order the rest of the net amount. An item whose order has no row
    of its own adds nothing: its net amount is not known.

    Args:
        rows: Of a report, or all of some of its orders.
        currency: Of rows that name none; if it is not given, the first that a row names.
    """
    orders = _orders(rows)
    currency = currency or next((row.currency for row in rows if row.currency), "")
    rows = _with_own_fees(rows, orders)
    own = _converted(rows, orders)
    found = {place: _alone(row, currency) for place, row in enumerate(own)}
    for order in orders:
        lacks = not _is_complete(rows[order.whole], [rows[place] for place in order.items])
        found |= _together(order, own, currency, lacks=lacks)
    return list(found.values())


def _with_own_fees(rows: Sequence[RowAmounts], orders: Sequence[RolledUpOrder]) -> list[RowAmounts]:
    """Return the rows, those of orders as a whole only with fees that are the order's own, such as a fixed one.

    Such a row may as well repeat what its items paid together: then the items' own columns explain its net amount.
    """
    found = list(rows)
    for order in orders:
        whole, items = rows[order.whole], [rows[place] for place in order.items]
        fees = [pair for pair in zip(whole.names, whole.parts, strict=True) if pair[1][0] not in GROSS]
        own = replace(whole, names=tuple(name for name, _ in fees), parts=tuple(part for _, part in fees))
        without = replace(whole, names=(), parts=())
        is_own = _explains(whole, (own, *items)) and not _explains(whole, (without, *items))
        found[order.whole] = own if fees and is_own else without
    return found


def _alone(row: RowAmounts, currency: str) -> RowAmounts:
    """Return a row that stands for itself: what its own parts leave of its net amount is among them."""
    own = () if row.is_part or row.rolls_up else row.parts
    net = row.net or Decimal(0)
    left = net - _sum(own)
    parts = (*own, (row.rest, left)) if left else own
    return replace(row, net=net, parts=parts, remainder=left, currency=row.currency or currency)


def _together(order: RolledUpOrder, rows: Sequence[RowAmounts], currency: str, *, lacks: bool) -> dict[int, RowAmounts]:
    """Return the rows of an order of several, by their places: its items their own parts, its own row the rest."""
    whole, items = rows[order.whole], {place: rows[place] for place in order.items}
    currency = whole.currency or currency
    own = (whole.net or Decimal(0)) - sum((_sum(item.parts) for item in items.values()), Decimal(0))
    left = own - _sum(whole.parts)
    parts = (*whole.parts, (whole.rest, left)) if left else whole.parts
    found = {order.whole: replace(whole, net=own, remainder=left, parts=parts, currency=currency, lacks_items=lacks)}
    for place, item in items.items():
        found[place] = replace(item, net=_sum(item.parts), currency=currency, payout_id=whole.payout_id)
    return found


def _orders(rows: Sequence[RowAmounts]) -> list[RolledUpOrder]:
    """Return the orders whose net amount stands in a row of its own, each with the rows of its items.

    Two such rows of one order and payout have the items together: the one of the larger gross amount has them.
    """
    wholes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row.rolls_up:
            wholes[row.order, row.date].append(place)
    items: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        whole = _whole_of(row, rows, wholes.get((row.order, row.date), [])) if row.is_part else None
        if whole is not None:
            items[whole].append(place)
    return [RolledUpOrder(place, items[place]) for of_one in wholes.values() for place in of_one]


def _whole_of(item: RowAmounts, rows: Sequence[RowAmounts], wholes: Sequence[int]) -> int | None:
    """Return which of the rows of an order tells the net amount of an item: one of its payout, else the only payout."""
    own = [place for place in wholes if rows[place].payout_id == item.payout_id]
    if not own and not item.payout_id and len({rows[place].payout_id for place in wholes}) == 1:
        own = list(wholes)
    return max(own, key=lambda place: (rows[place].gross or Decimal(0), rows[place].net or Decimal(0)), default=None)


def _is_complete(whole: RowAmounts, items: Sequence[RowAmounts]) -> bool:
    """Tell whether the rows of all items of an order are there, by what the file states of both, unconverted."""
    prices = _sum(part for item in items for part in item.parts if part[0] in GROSS)
    return bool(items) and (whole.gross == prices or _explains(whole, (whole, *items)))


def _explains(whole: RowAmounts, rows: Sequence[RowAmounts]) -> bool:
    """Tell whether the parts of rows make the net amount of their order; of a foreign one as far as rates are exact."""
    parts, net = [part for row in rows for part in row.parts], whole.net or Decimal(0)
    total = _sum(parts)
    if not whole.is_foreign:
        return total == net
    return whole.rate is not None and abs(total * _rate(whole, total) - net) <= _CENT * len(parts) + _ROUNDED * abs(net)


def _converted(rows: Sequence[RowAmounts], orders: Sequence[RolledUpOrder]) -> list[RowAmounts]:
    """Return the rows with the parts of foreign sales, refunds and disputes in the currency of their net amount."""
    found = list(rows)
    items = {order.whole: order.items for order in orders}
    for place, row in enumerate(rows):
        if row.is_foreign and row.net is not None:
            group = [place, *items.get(place, ())]
            parts = _in_currency(row, [rows[one] for one in group])
            for one, own in zip(group, parts, strict=True):
                found[one] = replace(rows[one], parts=own)
    return found


def _in_currency(row: RowAmounts, group: Sequence[RowAmounts]) -> list[tuple[Part, ...]]:
    """Convert the parts of a row, and of the items of an order after its own.

    Where items are missing, each part is converted by itself; without a rate none can be, and all of the net amount
    stays with the order's row.
    """
    parts = [one.parts for one in group]
    total = _sum(part for own in parts for part in own)
    if not row.rolls_up or _is_complete(row, group[1:]):
        return converted(row.net or Decimal(0), _rate(row, total), parts)
    if row.rate is None:
        return [() for _ in group]
    prices = _sum(part for own in parts for part in own if part[0] in GROSS)
    of_all = total * row.gross / prices if row.gross and prices else total  # as if all items paid fees like these
    return one_by_one(_rate(row, of_all), parts)


def _rate(row: RowAmounts, total: Decimal) -> Decimal:
    """Return the payout's currency for one unit of the buyer's: as the file says it, in the direction that fits.

    A refund has no prices of its own, only fees: the gross amount beside them stands for what the buyer got back.
    """
    fees = _fees(row)
    whole = total if total != fees else (row.gross or Decimal(0)) + fees
    net = row.net or Decimal(0)
    if row.rate is None or row.rate <= 0:
        return net / whole if whole else Decimal(0)
    return min((row.rate, 1 / row.rate), key=lambda rate: abs(whole * rate - net))


def doubtful_rows(table: Table, rows: Sequence[RowAmounts]) -> list[Problem]:
    """Return a warning for each row whose amounts do not fit together.

    eBay's net amount is what counts; that it is the gross amount less the fees is not established for every site, so a
    difference is a warning and no error.
    """
    doubtful = _orders(rows)
    rows = _with_own_fees(rows, doubtful)
    orders = {order.whole: [rows[place] for place in order.items] for order in doubtful}
    told = {id(item) for items in orders.values() for item in items}
    doubts = [
        _without_its_order(row) if row.is_part and id(row) not in told else _doubt(row, orders.get(place, []))
        for place, row in enumerate(rows)
    ]
    return [
        Problem(Severity.WARNING, message, str(table.place(row, NET_AMOUNT)))
        for row, message in zip(table.rows, doubts, strict=True)
        if message
    ]


def open_sums(
    rows: Sequence[RowAmounts], amounts: Mapping[str, Sequence[Decimal]]
) -> tuple[list[Decimal], dict[str, list[Decimal]]]:
    """Return what gross amount and fees lack of the net amount, and what other columns hold, where a row says both.

    The row of an order as a whole is compared together with the rows of its items.

    Args:
        rows: All rows of a report.
        amounts: Further columns, with one amount per row.
    """
    lacking: list[Decimal] = []
    by_name: dict[str, list[Decimal]] = {name: [] for name in amounts}
    orders = _orders(rows)
    rows = _with_own_fees(rows, orders)
    items = {order.whole: order.items for order in orders}
    for number, row in enumerate(rows):
        if row.net is None or row.gross is None or not row.comparable:
            continue
        together = [number, *items.get(number, ())]
        lacking.append(row.net - row.gross - sum((_fees(rows[n]) for n in together), Decimal(0)))
        for name, values in amounts.items():
            by_name[name].append(sum((values[n] for n in together), Decimal(0)))
    return lacking, by_name


def _without_its_order(row: RowAmounts) -> str:
    return (
        f"This item of order {row.order} has no net amount, and the order has no row with one. Download the report "
        "again for the whole payout."
    )


def _doubt(row: RowAmounts, items: Sequence[RowAmounts]) -> str:
    if row.rolls_up and not _is_complete(row, items):
        return _missing_items(row, items)
    if row.net is None or row.gross is None or not row.comparable:
        return ""
    if row.is_foreign:
        return _doubtful_rate(row, _sum(part for one in (row, *items) for part in one.parts))
    fees = _fees(row) + sum(map(_fees, items), Decimal(0))
    if row.gross + fees == row.net:
        return ""
    return (
        f"The gross amount {row.gross} and the fees {fees} do not make the net amount {row.net}, which is what counts."
    )


def _missing_items(row: RowAmounts, items: Sequence[RowAmounts]) -> str:
    of = "" if row.gross is None else f" of {row.gross} {row.own_currency or row.currency}"
    shown = _sum(part for item in items for part in item.parts if part[0] in GROSS)
    return (
        f"Items of order {row.order} are missing in this report: its rows are about {shown}{of}. The units of the "
        "others are asked on sheet Resolve, and what their money is on Transaction types; import the report of the "
        "whole payout as well, and neither is asked."
    )


def _doubtful_rate(row: RowAmounts, total: Decimal) -> str:
    net, at_rate = row.net or Decimal(0), total * _rate(row, total)
    whole_row = total and total != _fees(row)
    if not whole_row or abs(at_rate - net) <= _SLACK * abs(net) + 1:
        return ""
    return (
        f"At the exchange rate {row.rate} the row comes to {cents(at_rate)} {row.currency}, but its net amount, "
        f"which counts, is {net}."
    )


def _fees(row: RowAmounts) -> Decimal:
    """Return what a row's own columns take from its gross amount: fees, and a donation."""
    return _sum(part for part in row.parts if part[0] not in GROSS)


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((amount for _, amount in parts), Decimal(0))
