"""The records of Finale's REST resources, field by field; none holds a cost of goods sold.

See docs/facts/finale-api.md, Records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from sandbox.finale.books import Books, FinaleItem, FinaleOrder, FinaleProduct, FinaleShipment

Record = dict[str, Any]

LISTED_WITHOUT = {"order": ("orderItemList",)}
"""Fields that only the single record has."""

FACILITY = "100001"
_ORDER_TYPES = {"Sale": "SALES_ORDER", "Purchase": "PURCHASE_ORDER"}
_ORDER_STATES = {"Completed": "ORDER_COMPLETED", "Committed": "ORDER_LOCKED", "Cancelled": "ORDER_CANCELLED"}
_SHIPMENT_TYPES = {"Sale": "SALES_SHIPMENT", "Purchase": "PURCHASE_SHIPMENT"}
_SHIPMENT_STATES = {
    "Shipped": "SHIPMENT_SHIPPED",
    "Received": "SHIPMENT_DELIVERED",
    "Editable": "SHIPMENT_INPUT",
    "Packed": "SHIPMENT_PACKED",
    "Cancelled": "SHIPMENT_CANCELLED",
}


def records(books: Books) -> dict[str, list[Record]]:
    """Return every record by resource."""
    return {
        "product": [_product(books, product) for product in books.products],
        "order": [_order(books, order) for order in books.orders],
        "shipment": [_shipment(books, shipment) for shipment in books.shipments],
        "facility": [{"facilityId": FACILITY, "facilityUrl": books.path("facility", FACILITY), "facilityName": "Main"}],
        "scanlookup": [_lookup(books, number) for number in range(len(books.business.lookups))],
        "inventoryitem": [_stock(books, product) for product in books.products],
    }


def _product(books: Books, product: FinaleProduct) -> Record:
    goods = product.product
    parts = [
        {"productId": part.product.product_id, "productUrl": part.url, "quantity": units}
        for part, units in product.parts
    ]
    return {
        "productId": goods.product_id,
        "productUrl": product.url,
        "internalName": goods.description,
        "statusId": "PRODUCT_ACTIVE" if goods.active else "PRODUCT_INACTIVE",
        "userCategory": goods.category,
        "cost": _number(goods.item_cost),
        "priceList": [{"productPriceTypeId": "LIST_PRICE", "price": _number(goods.price)}],
        "universalProductCode": None,
        "productAssocList": [{"productAssocTypeId": "MANUF_COMPONENT", "productAssocItemList": parts}] if parts else [],
        "lastUpdatedDate": _moment(books.last_moved.get(goods.product_id)),
    }


def _order(books: Books, order: FinaleOrder) -> Record:
    last = max((shipment.at for shipment in order.shipments if shipment.at), default=order.ordered_at)
    return {
        "orderId": order.order_id,
        "orderUrl": order.url,
        "orderTypeId": _ORDER_TYPES[order.kind],
        "statusId": _ORDER_STATES[order.status],
        "orderDate": _day(order.ordered_at.date()),
        "saleSourceId": order.source or None,
        "referenceNumber": order.customer_po or None,
        "orderItemList": [_item(order, item) for item in order.items],
        "shipmentUrlList": [shipment.url for shipment in order.shipments],
        "invoiceUrlList": [],
        "originFacilityUrl": books.path("facility", FACILITY),
        "lastUpdatedDate": _moment(last),
    }


def _item(order: FinaleOrder, item: FinaleItem) -> Record:
    return {
        "orderItemUrl": f"{order.url}/orderitem/{item.index}",
        "productId": item.product.product.product_id,
        "productUrl": item.product.url,
        "unitPrice": _number(item.unit_price),
        "quantity": item.units,
    }


def _shipment(books: Books, shipment: FinaleShipment) -> Record:
    sale = shipment.kind == "Sale"
    state = _SHIPMENT_STATES[shipment.status]
    stamp = [{"statusId": state, "txStamp": int(shipment.at.timestamp())}] if shipment.at else []
    return {
        "shipmentId": shipment.url.rsplit("/", maxsplit=1)[-1],
        "shipmentUrl": shipment.url,
        "shipmentIdUser": shipment.label,
        "shipmentTypeId": _SHIPMENT_TYPES[shipment.kind],
        "statusId": state,
        "primaryOrderUrl": shipment.order_url,
        "shipDate": _day(shipment.day) if sale else None,
        "receiveDate": None if sale else _day(shipment.day),
        "shipmentItemList": [
            {
                "productId": product.product.product_id,
                "productUrl": product.url,
                "quantity": units,
                "facilityUrl": books.path("facility", FACILITY),
            }
            for product, units in shipment.items
        ],
        "statusIdHistoryList": stamp,
        "lastUpdatedDate": _moment(shipment.at),
    }


def _lookup(books: Books, number: int) -> Record:
    lookup = books.business.lookups[number]
    return {
        "scanKey": lookup.sku,
        "productUrl": books.product(lookup.product_id).url,
        "lotId": None,
        "scanTypeId": "UNSPECIFIED_TEXT",
        "normalizedPackingString": lookup.packing or None,
    }


def _stock(books: Books, product: FinaleProduct) -> Record:
    return {
        "productId": product.product.product_id,
        "productUrl": product.url,
        "facilityUrl": books.path("facility", FACILITY),
        "lotId": None,
        "normalizedPackingString": None,
        "quantityOnHand": product.on_hand,
        "quantityOnOrder": None,
        "quantityReserved": None,
    }


def _number(value: Decimal) -> float:
    return float(value)


def _day(day: date | None) -> str | None:
    """Return a business date as Finale stamps it: always at the same hour."""
    return f"{day.isoformat()}T19:00:00" if day else None


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None
