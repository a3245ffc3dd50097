"""Finale's stock history of a business: every movement with its cost, in the order in which it was entered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import TYPE_CHECKING

from sandbox.average_cost import AverageCost, Posting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from sandbox.business.business import Business
    from sandbox.business.records import (
        Build,
        Correction,
        CostChange,
        Order,
        Purchase,
        Refund,
        Shipment,
        StockChange,
    )

SALE = "Sale shipment"
PURCHASE = "Purchase shipment"
RETURN = "Return shipment"
BUILD = "Build"
STOCK_CHANGE = "Stock change or take"
COST_CHANGE = "Average cost change"

IN_STOCK = "In stock"
PACKED = "Packed"

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the stock history."""

    number: int
    at: datetime
    kind: str
    """Finale's transaction type."""
    update: str
    """Its update type, which tells packing from shipping."""
    description: str
    stock_type: str
    product_id: str
    posting: Posting
    order_id: str | None = None
    """Finale's order id; sale and return rows only."""
    shipment: str | None = None
    """Finale's shipment label."""

    @property
    def record_date(self) -> date:
        """The day of the movement."""
        return self.at.date()

    @property
    def ships(self) -> bool:
        """Whether goods of an order left (or, with units > 0, turned out not to have left)."""
        return self.update == f"{SALE} shipped"

    @property
    def moves_stock(self) -> bool:
        """Whether the row changes what is on hand; the row of shipping what had been packed does not."""
        return self.stock_type == IN_STOCK


def ledger_rows(business: Business) -> tuple[LedgerRow, ...]:
    """Post everything that moved stock, oldest first, and return the rows."""
    book = _Book(business)
    for _at, post in sorted(_movements(business, book), key=lambda movement: movement[0]):
        post()
    return tuple(book.rows)


def with_repaired_costs(rows: tuple[LedgerRow, ...]) -> tuple[LedgerRow, ...]:
    """Return the rows as if Finale had gone back: what left at 0 or blank costs the product's last average."""
    last = {row.product_id: row.posting.average for row in rows}

    def repaired(row: LedgerRow) -> LedgerRow:
        average = last[row.product_id]
        if not row.ships or row.posting.unit_cost or average is None:
            return row
        posting = replace(row.posting, unit_cost=average, value=row.posting.units * average)
        return replace(row, posting=posting)

    return tuple(repaired(row) for row in rows)


def landed_values(purchase: Purchase) -> list[Decimal]:
    """Return each purchase line's value: its price and its share of the freight, in whole cents that sum exactly."""
    subtotals = [line.units * line.unit_price for line in purchase.lines]
    values, freight_left, weight_left = [], purchase.freight, sum(subtotals, Decimal(0))
    for subtotal in subtotals:
        share = (
            (freight_left * subtotal / weight_left).quantize(CENT, rounding=ROUND_HALF_UP) if weight_left else CENT * 0
        )
        values.append(subtotal + share)
        freight_left -= share
        weight_left -= subtotal
    return values


def _movements(business: Business, book: _Book) -> Iterator[tuple[datetime, Callable[[], None]]]:
    for purchase in business.purchases:
        if purchase.received_at is not None:
            yield purchase.received_at, partial(book.receive, purchase, purchase.received_at)
    for build in business.builds:
        yield build.completed_at, partial(book.build, build)
    for shipment in business.shipments:
        order = business.order(shipment.order_id)
        if (shipment.in_inventory or shipment.packed_first) and order.inventory_id is not None:
            yield shipment.shipped_at, partial(book.ship, order, shipment)
    yield from _later_movements(business, book)


def _later_movements(business: Business, book: _Book) -> Iterator[tuple[datetime, Callable[[], None]]]:
    for correction in business.corrections:
        yield correction.at, partial(book.correct, correction)
    for refund in business.refunds:
        if refund.returned_at is not None:
            yield refund.returned_at, partial(book.take_back, refund, refund.returned_at)
    for change in business.stock_changes:
        yield change.at, partial(book.change_stock, change)
    for entry in business.cost_changes:
        yield entry.at, partial(book.change_cost, entry)


@dataclass(frozen=True, slots=True)
class _Document:
    """What a row of the stock history refers to."""

    at: datetime
    kind: str
    update: str
    description: str
    order_id: str | None = None
    shipment: str | None = None
    stock_type: str = IN_STOCK


class _Book:
    """The stock of every product while the rows are written."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.stock: defaultdict[str, AverageCost] = defaultdict(AverageCost)
        self.rows: list[LedgerRow] = []

    def receive(self, purchase: Purchase, at: datetime) -> None:
        document = _Document(at, PURCHASE, "received", f"{purchase.order_id}-1")
        for line, value in zip(purchase.lines, landed_values(purchase), strict=True):
            self._add(document, line.product_id, self.stock[line.product_id].receive(line.units, value))

    def build(self, build: Build) -> None:
        consumed = _Document(build.completed_at, BUILD, "consume completed", build.build_id)
        value = build.labour
        for part in self.business.product(build.product_id).parts:
            posting = self.stock[part.product_id].issue(part.units * build.units)
            value -= posting.value
            self._add(consumed, part.product_id, posting)
        produced = replace(consumed, update="produce completed")
        self._add(produced, build.product_id, self.stock[build.product_id].receive(build.units, value))

    def ship(self, order: Order, shipment: Shipment) -> None:
        shipped = _sale_document(order, shipment.number, shipment.shipped_at)
        for part in self.business.shipped_parts(shipment):
            posting = self.stock[part.product_id].issue(part.units)
            if shipment.packed_first:
                self._add(replace(shipped, update="packed"), part.product_id, posting)
            if shipment.in_inventory:
                taken_from = PACKED if shipment.packed_first else IN_STOCK
                self._add(replace(shipped, stock_type=taken_from), part.product_id, posting)

    def correct(self, correction: Correction) -> None:
        document = _sale_document(self.business.order(correction.order_id), correction.number, correction.at)
        product_id = correction.product_id
        shipped = next(row for row in self.rows if row.shipment == document.shipment and row.product_id == product_id)
        posting = self.stock[product_id].correct(correction.units, shipped.posting.unit_cost)
        self._add(document, product_id, posting)

    def take_back(self, refund: Refund, at: datetime) -> None:
        order = self.business.order(refund.order_id)
        document = _Document(at, RETURN, "received", f"R-{refund.adjustment_id}", order.inventory_id)
        for part in self.business.parts(order.lines[refund.line].sku):
            posting = self.stock[part.product_id].bring_in(part.units * refund.units)
            self._add(document, part.product_id, posting)

    def change_stock(self, change: StockChange) -> None:
        stock = self.stock[change.product_id]
        posting = stock.bring_in(change.units) if change.units > 0 else stock.issue(-change.units)
        self._add(_Document(change.at, STOCK_CHANGE, "completed", change.change_id), change.product_id, posting)

    def change_cost(self, entry: CostChange) -> None:
        posting = self.stock[entry.product_id].set_average(entry.average)
        self._add(_Document(entry.at, COST_CHANGE, "completed", entry.entry_id), entry.product_id, posting)

    def _add(self, document: _Document, product_id: str, posting: Posting) -> None:
        self.rows.append(
            LedgerRow(
                number=len(self.rows) + 1,
                at=document.at,
                kind=document.kind,
                update=f"{document.kind} {document.update}",
                description=document.description,
                stock_type=document.stock_type,
                product_id=product_id,
                posting=posting,
                order_id=document.order_id,
                shipment=document.shipment,
            )
        )


def _sale_document(order: Order, number: int, at: datetime) -> _Document:
    label = f"{order.inventory_id}-{number}"
    return _Document(at, SALE, "shipped", label, order.inventory_id, label)
