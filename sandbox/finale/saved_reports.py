"""Finale's reports: a saved URL that answers a table as CSV or JSON (docs/facts/finale-api.md, Reports)."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sandbox.finale.formatting import Money, Value, raw, shown, us_date
from sandbox.finale.report_urls import ReportColumn, read_columns

if TYPE_CHECKING:
    from sandbox.business.stock_ledger import LedgerRow
    from sandbox.finale.finale_books import Books, FinaleItem, FinaleOrder, FinaleProduct

Row = list[Value]
STREAM_PAGE = (
    "<!DOCTYPE html><html><head><title>Report</title></head><body><p>Your report is being prepared ...</p>"
    "<script>window.location = '/{account}/api/content/{number}/file/Report'</script></body></html>"
)


class BadReportError(ValueError):
    """The URL does not describe a report; Finale answers with an HTML page."""


@dataclass(frozen=True, slots=True)
class Report:
    """A table and the form in which it goes out."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class _Table:
    titles: list[str]
    rows: list[Row]


def report(books: Books, arguments: Mapping[str, str], today: date) -> Report:
    """Answer a report URL.

    Raises:
        BadReportError: If dataset, columns, filters or format cannot be read.
    """
    dataset = datasets(books).get(arguments.get("data", ""))
    writer = _WRITERS.get(arguments.get("format", ""))
    if dataset is None or writer is None:
        raise BadReportError
    try:
        asked = _columns(arguments)
        columns = [_found(dataset, one) for one in asked]
        tests = read_filters(arguments.get("filters", ""), dataset.filters, today)
    except (ValueError, KeyError, IndexError) as error:
        raise BadReportError from error
    rows: list[Row] = [
        [column.value(row) for column in columns] for row in dataset.rows() if all(test(row) for test in tests)
    ]
    if asked[0].groups and arguments.get("disableGrouping") != "true":
        rows = list(_grouped(rows))
    titles = [one.title or column.title for one, column in zip(asked, columns, strict=True)]
    return writer(_Table(titles, rows))


def _columns(arguments: Mapping[str, str]) -> list[ReportColumn]:
    asked = read_columns(arguments["rowDimensions"])
    return asked + (read_columns(arguments["metrics"]) if arguments.get("metrics") else [])


def _found(dataset: Dataset, asked: ReportColumn) -> Column:
    by_title = {column.title: column for column in dataset.columns.values()}
    return dataset.columns.get(asked.name) or by_title[str(asked.name)]


def _grouped(rows: Sequence[Row]) -> Iterator[Row]:
    """Put a heading over the rows of each group, leave the group's column blank in them, and sum up below."""
    ordered = sorted(rows, key=lambda row: str(row[0]))
    for heading, group in groupby(ordered, key=lambda row: row[0]):
        members = list(group)
        blank: Row = [None] * (len(members[0]) - 1)
        yield [heading, *blank]
        yield from ([None, *row[1:]] for row in members)
        yield ["TOTAL:", *_totals(members)]


def _totals(rows: Sequence[Row]) -> Row:
    columns = list(zip(*rows, strict=True))[1:]
    return [sum(column) if all(isinstance(value, int) for value in column) else None for column in columns]


def _csv(table: _Table) -> Report:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.titles)
    writer.writerows([_text(value) for value in row] for row in table.rows)
    return Report(out.getvalue(), "text/csv; charset=utf-8")


def _json(table: _Table) -> Report:
    data = [table.titles, *([_text(value) for value in row] for row in table.rows)]
    return Report(json.dumps([{"data": data}], ensure_ascii=False), "application/json")


def _json_object(table: _Table) -> Report:
    rows = [dict(zip(table.titles, (_plain(value) for value in row), strict=True)) for row in table.rows]
    return Report(json.dumps(rows, ensure_ascii=False), "application/json")


def _text(value: Value) -> str:
    """Return a cell as text: unit costs with all their decimals and thousands separators, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal) and not isinstance(value, Money):
        whole, decimals = (raw(value) or "").split(".")
        return f"{int(whole):,}.{decimals}" if int(whole) else f"{whole}.{decimals}"
    return shown(value) or ""


def _plain(value: Value) -> str | float | None:
    if isinstance(value, Decimal):
        return float(value)
    return us_date(value) if value is not None and not isinstance(value, (int, str)) else value


_WRITERS: dict[str, Callable[[_Table], Report]] = {"csv": _csv, "json": _json, "jsonObject": _json_object}


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


Test = Callable[[Any], bool]
_DAYS = {"day": 1, "week": 7}
_MONTHS_A_YEAR = 12


def read_filters(text: str, fields: Mapping[str, Callable[[Any], Any]], today: date) -> list[Test]:
    """Return what a row must pass. Fields that the dataset lacks and formulas are ignored.

    Args:
        text: The URL's `filters`, percent-decoded; empty is no filter.
        fields: How to get each field of a row.
        today: What periods like "last month" are counted from.

    Raises:
        ValueError: If it is no base64 JSON list.
    """
    if not text:
        return []
    try:
        wanted = json.loads(base64.b64decode(text, altchars=b"-_" if "-" in text or "_" in text else None))
    except binascii.Error as error:
        raise ValueError(text) from error
    return [
        _test(fields[name], value, today) for name, value, *_ in wanted if name in fields and value not in (None, [])
    ]


def _test(get: Callable[[Any], Any], value: Any, today: date) -> Test:  # noqa: ANN401  # any JSON value
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    if isinstance(value, dict):
        begin, end = _period(value, today)
        return lambda row: _within(get(row), begin, end)
    if _is_range(value):
        first, last = (_day(one) for one in value)
        return lambda row: _within(get(row), first, last)
    wanted = value if isinstance(value, list) else [value]
    return lambda row: get(row) in wanted


def _is_range(value: object) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:  # noqa: PLR2004  # from, to
        return False
    return any(value) and all(one is None or _looks_like_a_day(one) for one in value)


def _looks_like_a_day(value: object) -> bool:
    try:
        _day(value)
    except (ValueError, TypeError):
        return False
    return True


def _day(value: object) -> date | None:
    return None if value is None else datetime.fromisoformat(str(value)).date()


def _within(day: object, begin: date | None, end: date | None) -> bool:
    return isinstance(day, date) and (begin is None or day >= begin) and (end is None or day <= end)


def _period(value: Mapping[str, Any], today: date) -> tuple[date, date]:
    """Return the days of `{"duration": "month", "offset": -1, "length": 1}`: here the whole month before this one."""
    offset, length = int(value.get("offset", 0)), int(value.get("length", 1))
    if value["duration"] == "month":
        return _first_of_month(today, offset), _first_of_month(today, offset + length) - timedelta(days=1)
    days = _DAYS[value["duration"]]
    begin = today + timedelta(days=offset * days)
    return begin, begin + timedelta(days=length * days - 1)


def _first_of_month(today: date, offset: int) -> date:
    months = today.year * _MONTHS_A_YEAR + today.month - 1 + offset
    return date(months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1, 1)
