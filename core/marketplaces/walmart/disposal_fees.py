"""Walmart's fees for disposing of returned goods: the only rows which say that a returned unit was destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.documents.returns import ReportedReturn
from core.marketplaces.walmart.words import DESTROYED, counted_word
from core.marketplaces.words.wording import folded
from core.model import Disposition, Goods

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import FileLine


def destroyed(rows: Sequence[Row], lines: Sequence[FileLine]) -> Iterator[ReportedReturn]:
    """Yield the returned units of which a fee says that they were destroyed, one entry per fee.

    Walmart's rule for its own warehouses is to restock what can be sold and to dispose of the rest; the fee for that is
    the only row that says so (docs/design/words.md). Its refund may stand in an earlier statement, so every fee is
    kept with the order line that it names; how many units it is of is what it says, else those of one refund. One that
    is given back destroys nothing: it takes back what was said.
    """
    orders = [(_order_line(row), line) for row, line in zip(rows, lines, strict=True) if line.sku and line.order_id]
    refunds = [(name, line) for name, line in orders if line.goods is Goods.REFUNDED and line.carries_units]
    for row, fee in zip(rows, lines, strict=True):
        if not is_disposal(row):
            continue
        place = _order_line(row)
        order_id, sku = _goods_of(fee, [line for name, line in orders if _covers(place, name)], place)
        told = _taken_back(row, fee) if fee.amount > 0 else _told_by(row, fee, refunds, place, sku)
        if order_id:
            reference = f"{fee.settlement_id} {' '.join(place)}".strip()
            yield ReportedReturn(order_id, sku, *told, fee.posted_at, reference)


def _told_by(
    row: Row, fee: FileLine, refunds: list[tuple[tuple[str, str], FileLine]], place: tuple[str, str], sku: str
) -> tuple[int, Disposition | None, str]:
    """Return the units that a fee says were destroyed, and its words; their refund has no other fee."""
    refund = next((one for one in refunds if _covers(place, one[0]) and sku in ("", one[1].sku)), None)
    if refund is not None:
        refunds.remove(refund)
    units = _units_of_fee(row, fee, refund[1] if refund else None)
    return units, Disposition.UNSELLABLE, fee.raw_description.strip()


def _taken_back(row: Row, fee: FileLine) -> tuple[int, Disposition | None, str]:
    """Return that a fee was given back: whether its units were destroyed all the same, nobody says."""
    return -(_units_of_fee(row, fee, None) or 1), None, f"{fee.raw_description.strip()}, given back"


def _goods_of(fee: FileLine, named: Sequence[FileLine], place: tuple[str, str]) -> tuple[str, str]:
    """Return the order and SKU of a fee: its own, else those that the file's other rows of its order line name."""
    goods = {(line.order_id, line.sku) for line in named}
    if fee.sku or len(goods) != 1:
        return fee.order_id or place[0], fee.sku
    ((order_id, sku),) = goods
    return fee.order_id or order_id, sku


def _units_of_fee(row: Row, fee: FileLine, refund: FileLine | None) -> int:
    """Return how many units a fee says it is for, else those of its refund; 0 where that is in another statement."""
    stated = row.cells["Ship Qty"].strip().removeprefix("-").partition(".")[0]
    stated_count = int(stated) if stated.isdecimal() else None
    units = stated_count or counted_word(fee.raw_description)[0]
    if units:
        return units
    return abs(refund.units or 1) if refund is not None else 0


def is_disposal(row: Row) -> bool:
    """Tell whether a row is a fee which says that a returned unit was destroyed."""
    return folded(counted_word(row.cells["Transaction Description"])[1]) in DESTROYED


def _order_line(row: Row) -> tuple[str, str]:
    """Name the order line of a row: the purchase order's, which fees name too; else the customer's."""
    names = (("Purchase Order #", "Purchase Order line #"), ("Customer Order #", "Customer Order line #"))
    pairs = ((row.cells.get(order, "").strip(), row.cells.get(line, "").strip()) for order, line in names)
    return next((one for one in pairs if one[0]), ("", ""))


def _covers(fee: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether a fee may be of an order line: one that names none may be of any of its order."""
    return bool(fee[0]) and fee[0] == other[0] and fee[1] in ("", other[1])
