"""The fields of Finale's GraphQL types, one table per type; cost names as inferred (docs/facts/finale-api.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.finale.formatting import Money, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.business.stock_ledger import LedgerRow
    from sandbox.finale.finale_books import Books, FinaleItem, FinaleOrder, FinaleProduct, FinaleShipment


@dataclass(frozen=True, slots=True)
class Field:
    """A value that is shown or given raw."""

    name: str
    value: Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Link:
    """Another object, a plain list of them, or a connection to them."""

    name: str
    to: str
    get: Callable[[Any], Any]
    many: str = ""
    """Empty, `list` or `connection`."""


def type_fields(books: Books) -> dict[str, list[Field | Link]]:
    """Return the fields of every type; the links look up their targets in the books."""
    return {
        "stockHistory": _stock_history(books),
        "product": _product(books),
        "order": _order(),
        "orderItem": _order_item(),
        "shipment": _shipment(books),
        "productLookup": [
            Field("productLookupId", lambda lookup: lookup.sku),
            Field("packing", lambda lookup: lookup.packing),
            Field("lotId", lambda _lookup: ""),
            Field("status", lambda _lookup: "Active"),
            Link("product", "product", lambda lookup: books.product(lookup.product_id)),
        ],
        "shipmentProduct": [Field("productId", lambda product_id: product_id)],
        "party": [Field("name", lambda name: name)],
        "location": [Field("name", lambda name: name)],
        "address": [Field("stateRegion", lambda region: region)],
    }


def _stock_history(books: Books) -> list[Field | Link]:
    def shipment(row: LedgerRow) -> FinaleShipment | None:
        return books.shipments_by_label.get(row.shipment or "")

    return [
        Field("transactionType", lambda row: row.kind),
        Field("transactionUpdateType", lambda row: row.update),
        Field("transactionDescription", lambda row: row.description),
        Field("stockType", lambda row: row.stock_type),
        Field("recordDate", lambda row: row.record_date),
        Field("quantity", lambda row: row.posting.units),
        Field("unitsIn", lambda row: row.posting.units if row.posting.units > 0 else None),
        Field("unitsOut", lambda row: -row.posting.units if row.posting.units < 0 else None),
        Field("quantityBalance", lambda row: row.posting.on_hand),
        Field("transactionCostPerUnit", lambda row: row.posting.unit_cost),
        Field("averageCostPerUnit", lambda row: row.posting.average),
        Field("valuationBalance", lambda row: Money(row.posting.valuation)),
        Link("product", "product", lambda row: books.product(row.product_id)),
        Link("shipment", "shipment", shipment),
    ]


def _product(books: Books) -> list[Field | Link]:
    def bill_of_materials(product: FinaleProduct) -> str:
        parts = [{"productId": part.product.product_id, "quantity": units} for part, units in product.parts]
        return json.dumps(parts, ensure_ascii=False) if parts else ""

    return [
        Field("productId", lambda p: p.product.product_id),
        Field("productUrl", lambda p: p.url),
        Field("status", lambda p: "Active" if p.product.active else "Inactive"),
        Field("description", lambda p: p.product.description),
        Field("category", lambda p: p.product.category),
        Field("unitOfMeasure", lambda _p: "each"),
        Field("universalProductCode", lambda _p: ""),
        Field("stdPacking", lambda _p: ""),
        Field("itemCost", lambda p: Money(p.product.item_cost)),
        Field("itemPrice", lambda p: Money(p.product.price)),
        Field("averageCost", lambda p: p.average),
        Field("lastPurchaseLandedCostPerUnit", lambda p: p.last_landed_cost),
        Field("productBomList", bill_of_materials),
        Field("stockOnHand", lambda _p: None),  # "--" for many products, as in the real one
        Field("stockQuantityOnHandUnits", lambda p: p.on_hand),
        Field("unitsInStock", lambda p: p.on_hand),
        Field("recordLastUpdated", lambda p: books.last_moved.get(p.product.product_id)),
    ]


def _order() -> list[Field | Link]:
    def partner_of(kind: str) -> Callable[[FinaleOrder], str | None]:
        return lambda order: order.partner if order.kind == kind else None

    return [
        Field("orderId", lambda o: o.order_id),
        Field("orderUrl", lambda o: o.url),
        Field("type", lambda o: o.kind),
        Field("status", lambda o: o.status),
        Field("statusExtended", lambda o: o.status),
        Field("orderDate", lambda o: o.ordered_at.date()),
        Field("shipDate", lambda _o: None),  # mostly empty in the real one; the shipments have it
        Field("receiveDate", lambda o: o.day if o.kind == "Purchase" else None),
        Field("saleSource", lambda o: o.source),
        Field("fulfillment", lambda o: "FBA" if "FBA" in o.source else ""),
        Field("customerPo", lambda o: o.customer_po),
        Field("shipmentsStatusSummary", lambda o: ", ".join(shipment.status for shipment in o.shipments)),
        Field("numberItems", lambda o: len(o.items)),
        Field("totalUnits", lambda o: o.units),
        Field("subtotal", lambda o: o.subtotal),
        Field("total", lambda o: o.subtotal),
        Field("privateNotes", lambda o: o.notes),
        Field("publicNotes", lambda _o: ""),
        Link("origin", "location", lambda o: "Main warehouse" if o.kind == "Sale" else None),
        Link("destination", "location", lambda o: "Main warehouse" if o.kind == "Purchase" else None),
        Link("customer", "party", partner_of("Sale")),
        Link("supplier", "party", partner_of("Purchase")),
        Link("itemList", "orderItem", lambda o: o.items, "connection"),
        Link("shipmentList", "shipment", lambda o: o.shipments, "list"),
    ]


def _order_item() -> list[Field | Link]:
    def subtotal(item: FinaleItem) -> Money:
        return Money(item.units * item.unit_price)

    return [
        Field("itemIndex", lambda item: item.index),
        Link("product", "product", lambda item: item.product),
        Field("quantity", lambda item: item.units),
        Field("unitPrice", lambda item: item.unit_price),
        Field("subtotal", subtotal),
        Field("productUnitsOrdered", lambda item: item.units),
        Field("productUnitsPacked", lambda item: item.packed),
        Field("productUnitsShipped", lambda item: item.shipped),
        Field("productUnitsReceived", lambda item: item.received),
    ]


def _shipment(books: Books) -> list[Field | Link]:
    def goods(shipment: FinaleShipment) -> str | None:
        names = [product.product.product_id for product, _units in shipment.items]
        return names[0] if len(names) == 1 else "Multiple products" if names else None

    return [
        Field("shipmentId", lambda s: s.label),
        Field("shipmentUrl", lambda s: s.url),
        Field("title", lambda s: f"{s.kind} {s.label}"),
        Field("type", lambda s: s.kind),
        Field("status", lambda s: s.status),
        Field("shipDate", lambda s: s.day if s.kind == "Sale" else None),
        Field("receiveDate", lambda s: s.day if s.kind == "Purchase" else None),
        Field("receiveDateActual", lambda s: s.day if s.kind == "Purchase" else None),
        Field("totalUnits", lambda s: sum(units for _product, units in s.items)),
        Link("product", "shipmentProduct", goods),
        Link("order", "order", lambda s: books.orders_by_id.get(s.order_id)),
        Link("shipTo", "address", lambda _s: None),
    ]
