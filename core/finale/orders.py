"""Finale's orders as values, and what their statuses mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.finale.graphql_client import nodes_of
from core.finale.parse import date_of, number_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

_SHIPPED = {"shipped", "delivered", "received"}
_NEVER_LEFT = {"cancelled", "canceled", "draft", "created"}
_ON_THE_WAY = {"input", "packed", "unpacked", "editable", "draft", "created"}


@dataclass(frozen=True, slots=True)
class Shipment:
    """One shipment of an order."""

    shipment_id: str | None
    """The label people see: `<order>-<n>`."""
    status: str
    """In lower case, without Finale's prefix."""
    ship_date: date | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order and how many units of it were ordered."""

    product_id: str
    units: Decimal | None


@dataclass(frozen=True, slots=True)
class FinaleOrder:
    """A sales order in Finale."""

    order_id: str
    status: str
    """In lower case, without Finale's prefix."""
    order_date: date | None = None
    ship_date: date | None = None
    customer_po: str | None = None
    lines: tuple[OrderLine, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    tells_shipments: bool = True
    """Whether the account shows an order's shipments at all."""

    @property
    def cancelled(self) -> bool:
        """Whether it was called off."""
        return self.status.startswith("cancel")

    @property
    def is_shipped(self) -> bool:
        """Whether anything of it has left, or may have."""
        if self.shipments:
            return any(shipment.status in _SHIPPED for shipment in self.shipments)
        return self.status == "completed" or not (self.tells_shipments or self.status in _NEVER_LEFT)

    @property
    def wholly_shipped(self) -> bool:
        """Whether none of it is still to leave."""
        waiting = any(shipment.status in _ON_THE_WAY for shipment in self.shipments)
        return self.is_shipped and not waiting and self.status == "completed"

    @property
    def ship_dates(self) -> tuple[date, ...]:
        """The days on which parts of it left, as far as Finale says so."""
        dates = [shipment.ship_date for shipment in self.shipments if shipment.status in _SHIPPED]
        known = [day for day in dates if day] or [day for day in (self.ship_date,) if day]
        return tuple(sorted(known))


def read_order(node: Mapping[str, Any]) -> FinaleOrder:
    """Read one order as GraphQL gives it."""
    return FinaleOrder(
        order_id=str(node.get("orderId") or ""),
        status=status_of(node.get("status")),
        order_date=date_of(node.get("orderDate")),
        ship_date=date_of(node.get("shipDate")),
        customer_po=text_of(node.get("customerPo")),
        lines=tuple(_lines(nodes_of(node.get("itemList")))),
        shipments=tuple(_shipment(each) for each in node.get("shipmentList") or () if each),
        tells_shipments="shipmentList" in node,
    )


def status_of(value: object) -> str:
    """Return a status in lower case and without prefix: `SHIPMENT_SHIPPED` and `Shipped` are the same."""
    return (text_of(value) or "").lower().removeprefix("order_").removeprefix("shipment_")


def ordered_units(orders: Iterable[FinaleOrder]) -> dict[str, Decimal | None]:
    """Return the units ordered of each product over all given orders; `None` where Finale does not say."""
    units: dict[str, Decimal | None] = {}
    for line in (line for order in orders for line in order.lines):
        before = units.get(line.product_id)
        known = None if line.units is None else line.units + (before or 0)
        units[line.product_id] = before if known is None else known
    return units


def _lines(nodes: Iterable[Mapping[str, Any]]) -> Iterable[OrderLine]:
    for node in nodes:
        product_id = text_of((node.get("product") or {}).get("productId"))
        if product_id is not None:
            yield OrderLine(product_id, number_of(node.get("quantity")))


def _shipment(node: Mapping[str, Any]) -> Shipment:
    return Shipment(text_of(node.get("shipmentId")), status_of(node.get("status")), date_of(node.get("shipDate")))
