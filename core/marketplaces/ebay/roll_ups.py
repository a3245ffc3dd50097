"""Orders of several items: one row with the net amount and one row per item without it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.ebay.report_columns import GROSS
from core.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.marketplaces.lines import Part
    from core.marketplaces.tables import Table


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
    """Whether gross amount, parts and net amount are in one currency."""

    @property
    def rolls_up(self) -> bool:
        """Tell whether it is the row of an order as a whole, whose items have rows of their own."""
        return self.is_order and not self.has_item and self.net is not None

    @property
    def is_part(self) -> bool:
        """Tell whether it is an item of an order whose net amount stands in another row."""
        return self.is_order and self.has_item and self.net is None

    @property
    def key(self) -> tuple[str, ...]:
        """Return what an order's row and the rows of its items agree in."""
        return (self.order, self.date, self.payout_id)


def shared_out(rows: Sequence[Amounts]) -> list[Amounts]:
    """Return the rows with a net amount and parts that sum to it, all rows together to what the file's net amounts do.

    An item's row takes its own parts, the row of its order the rest of the net amount. An item whose order has no row
    of its own adds nothing: its net amount is not known.
    """
    wholes = {row.key: row for row in rows if row.rolls_up}
    items = _items(rows)
    currency = next((row.currency for row in rows if row.currency), "")
    return [_shared(row, wholes, items.get(row.key, []), currency) for row in rows]


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
    fees = _fees(row) + (sum(map(_fees, items), Decimal(0)) if row.rolls_up else Decimal(0))
    if row.gross + fees == row.net:
        return ""
    return (
        f"The gross amount {row.gross} and the fees {fees} do not make the net amount {row.net}, which is what counts. "
        "Items of the order may be missing in this report."
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
    return replace(row, net=net, parts=(*own, (row.rest, left)) if left else own, currency=row.currency or currency)


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
