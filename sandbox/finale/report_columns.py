"""The datasets of the reporting API and their columns, by Finale's number or name (docs/facts/finale-api.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.finale.formatting import Money, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.business.ledger import LedgerRow
    from sandbox.finale.books import Books, FinaleItem, FinaleOrder, FinaleProduct


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a report can have."""

    title: str
    value: Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a report is about: its rows, its columns, and what it can be filtered by."""

    rows: Callable[[], Sequence[Any]]
    columns: Mapping[int | str, Column]
    filters: Mapping[str, Callable[[Any], Value]]


def datasets(books: Books) -> dict[str, Dataset]:
    """Return every dataset by its name."""
    return {
        "stockHistory": _stock_history(books),
        "product": _product(books),
        "stock": _stock(books),
        "orderItem": _order_item(books),
    }


def _stock_history(books: Books) -> Dataset:
    def order(row: LedgerRow) -> FinaleOrder | None:
        return books.orders_by_id.get(row.order_id or "")

    def source(row: LedgerRow) -> Value:
        found = order(row)
        return found.source if found else None

    return Dataset(
        lambda: books.ledger,
        {
            "stockHistoryRecordDate": Column("Record date", lambda row: row.record_date),
            "stockHistoryTransactionType": Column("Transaction type", lambda row: row.kind),
            "stockHistoryTransactionUpdateType": Column("Transaction update type", lambda row: row.update),
            "stockHistoryTransactionDescription": Column("Transaction description", lambda row: row.description),
            "stockHistoryStockType": Column("Stock type", lambda row: row.stock_type),
            "stockHistoryShipmentOrderOrderId": Column("Order ID", lambda row: row.order_id),
            "stockHistoryShipmentShipmentId": Column("Shipment ID", lambda row: row.shipment),
            "stockHistoryShipmentOrderSaleSource": Column("Source", source),
            510: Column("Product ID", lambda row: row.product_id),
            468: Column("Description", lambda row: books.product(row.product_id).product.description),
            "stockHistoryUnits": Column("Units", lambda row: row.posting.units),
            "stockHistoryTransactionCostPerUnit": Column(
                "Transaction cost per unit", lambda row: row.posting.unit_cost
            ),
            "stockHistoryAverageCostPerUnit": Column("Average cost per unit", lambda row: row.posting.average),
        },
        {
            "stockHistoryRecordDate": lambda row: row.record_date,
            "stockHistoryTransactionType": lambda row: row.kind,
            "productProductUrl": lambda row: books.product(row.product_id).url,
        },
    )


def _product(books: Books) -> Dataset:
    return Dataset(
        lambda: books.products,
        {
            510: Column("Product ID", lambda p: p.product.product_id),
            468: Column("Description", lambda p: p.product.description),
            461: Column("Category", lambda p: p.product.category),
            373: Column("Avg cost", lambda p: p.average),
            1208: Column("Units\nQoH", lambda p: p.on_hand),
        },
        {
            "productProductUrl": lambda p: p.url,
            "productStatus": lambda p: "PRODUCT_ACTIVE" if p.product.active else "PRODUCT_INACTIVE",
        },
    )


def _stock(books: Books) -> Dataset:
    """Return the inventory valuation; a product without an average is worth 0 there (docs/facts/finale-api.md)."""

    def total(product: FinaleProduct) -> Money:
        return Money(product.on_hand * (product.average or 0))

    product = _product(books)
    added: dict[int | str, Column] = {
        837: Column("Location", lambda _p: "Main"),
        1253: Column("Total\nAvg cost", total),
    }
    return Dataset(lambda: books.products, dict(product.columns) | added, product.filters)


def _order_item(books: Books) -> Dataset:
    def pairs() -> list[tuple[FinaleOrder, FinaleItem]]:
        return [(order, item) for order in books.orders for item in order.items]

    return Dataset(
        pairs,
        {
            "orderOrderId": Column("Order ID", lambda pair: pair[0].order_id),
            "orderOrderDate": Column("Order date", lambda pair: pair[0].ordered_at.date()),
            "orderStatus": Column("Status", lambda pair: pair[0].status),
            "orderSaleSource": Column("Source", lambda pair: pair[0].source),
            510: Column("Product ID", lambda pair: pair[1].product.product.product_id),
            "productUnitsTotal": Column("Units", lambda pair: pair[1].units),
            1445: Column("Subtotal", lambda pair: Money(pair[1].units * pair[1].unit_price)),
        },
        {
            "orderOrderDate": lambda pair: pair[0].ordered_at.date(),
            "orderType": lambda pair: {"Sale": "SALES_ORDER", "Purchase": "PURCHASE_ORDER"}[pair[0].kind],
            "orderStatus": lambda pair: pair[0].status,
            "productProductUrl": lambda pair: pair[1].product.url,
        },
    )
