"""Amazon settlement report, XML, by columns: each amount of an item or an order is the row of a table.

The amounts of orders and refunds, nearly all of a file, become the columns of the flat file (`summary_rows`), whose
words are asked of the reader of one amount (`xml_report.line_of`). Other transactions, and orders in which an element
stands where it is not expected, are read element by element and become rows of the same table.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from core.errors import UnreadableFileError
from core.marketplaces.amazon import xml_report
from core.marketplaces.amazon.summary_rows import FIELDS, IDS
from core.marketplaces.amazon.units import with_fees_of_shipments
from core.marketplaces.amazon.xml_amounts import StatedAmount
from core.marketplaces.amazon.xml_elements import REPORT, SUMMARY, amounts_of_orders, reports_of
from core.marketplaces.amazon.xml_report import (
    Transaction,
    beside_units,
    header_of,
    line_of,
    lines_of,
    repeating,
    with_units,
)
from core.marketplaces.columns.column_figures import column_amounts, moments_of
from core.marketplaces.columns.column_lines import (
    POSTED,
    ColumnLines,
    FormatColumns,
    Shape,
    TypedShare,
    shapes_of,
    words_of,
)
from core.marketplaces.columns.column_reading import ColumnFindings, reading_of
from core.marketplaces.columns.column_transactions import units_with_fees_by_columns
from core.marketplaces.errors import Place
from core.marketplaces.reading import file_tables
from core.marketplaces.reading.columns import Coded, ColumnTable, Texts
from core.marketplaces.reading.contents import Contents
from core.marketplaces.reading.dates import parse_moment
from core.marketplaces.reading.numbers import parse_amount, parse_units
from core.marketplaces.reading.xml import parse
from core.marketplaces.reading.xml_columns import elements_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.amazon.xml_elements import Amounts
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.reading.xml import Element
    from core.marketplaces.reading.xml_columns import Elements
    from core.marketplaces.settlements.file_lines import FileLine, Header
    from core.model import Reading

_WORDS = ("transaction-type", "list", "word", "quantity")
_CONTENT = ("list", "word", "stated", "content")
"""What orders equal keys, as `FileLine.content` has it."""
DECLARATION = FormatColumns(
    words=_WORDS,
    filled=("order-id", "sku"),
    amounts=("amount",),
    moments=(),
    group=(*IDS, POSTED),
    fields=FIELDS,
    raw_type="transaction-type",
    verbatim=frozenset({"sku"}),
)
_COLUMNS = {
    "order-id": "AmazonOrderID",
    "merchant-order-id": "MerchantOrderID",
    "shipment-id": "ShipmentID",
    "adjustment-id": "AdjustmentID",
    "marketplace-name": "MarketplaceName",
    "fulfillment-id": "MerchantFulfillmentID",
    "order-item-code": "AmazonOrderItemCode",
    "word": "word",
    "transaction-type": "kind",
    "list": "list",
    "content": "content",
    "sku": "SKU",
    "posted": "PostedDate",
}
"""By column of the table: the text that it holds, without the blanks at its ends."""


def read(contents: Contents) -> Reading:
    """Read an XML settlement report; see `core.marketplaces.read`."""
    try:
        found = _read(contents)
    except UnreadableFileError:  # told below, with the place of the first element that has it
        found = None
    return xml_report.read(contents) if found is None else found


def _read(contents: Contents) -> Reading | None:
    """Return what a file holds; `None` where it must be read element by element."""
    elements = elements_of(contents)
    headers = None if elements is None else _headers(elements)
    if elements is None or headers is None:
        return None
    lines = _lines(elements, headers)
    own = [headers[name].currency for name in lines.settlements.values]
    if any(lines.currencies.values[code] != own[of] for code, of in _pairs(lines.currencies, lines.settlements)):
        return None  # an error at its line
    told = tuple(headers.values())
    found = reading_of(
        ColumnFindings(form=xml_report.FORMAT, headers=told, lines=lines, units=units_with_fees_by_columns)
    )
    return replace(with_fees_of_shipments(found), make_raw_lines=cache(lambda: xml_report.read(contents).raw_lines))


def _pairs(one: Coded[str], other: Coded[str]) -> set[tuple[int, int]]:
    both = np.unique(one.codes.astype(np.int64) * len(other.values) + other.codes)
    return {divmod(pair, len(other.values)) for pair in both.tolist()}


def _headers(elements: Elements) -> dict[str, Header] | None:
    """Return the settlements of a file by their ids; `None` where it is not what it should be.

    Raises:
        UnreadableFileError: If a report does not state its settlement.
    """
    reports = reports_of(elements)
    summaries = elements.of_kind(lambda path: path[-1].rstrip("*") == SUMMARY)
    odd = elements.of_kind(_is_no_report)
    if len(odd) or not np.array_equal(elements.parent[summaries], reports) or len(set(elements.level[reports])) != 1:
        return None
    level = int(elements.level[reports[0]]) + 1
    found: dict[str, Header] = {}
    for content in elements.bytes_of(summaries, level):
        header = header_of(_parsed([content], elements.contents.name), elements.contents.name)
        found[header.settlement_id] = header
    return found if len(found) == len(reports) else None


def _is_no_report(path: tuple[str, ...]) -> bool:
    """Tell whether an element is called a report and is in another one, or empty."""
    return path[-1].rstrip("*") == REPORT and (REPORT in path[:-1] or path[-1] != REPORT)


def _parsed(contents: Sequence[bytes], name: str) -> Element:
    """Return a report that holds some elements of a file."""
    tag = REPORT.encode()
    return parse(Contents(name, b"".join([b"<", tag, b">", *contents, b"</", tag, b">"])))


def _lines(elements: Elements, headers: dict[str, Header]) -> ColumnLines:
    """Return the lines of a file.

    Raises:
        UnreadableFileError: If an amount, a quantity or a date is none.
    """
    amounts = amounts_of_orders(elements)
    others = _other_lines(elements, amounts.others, list(headers.values()))
    columns = _columns(amounts, others, list(headers))
    table = _table(elements.contents, columns)
    orders = replace(table.only(np.arange(len(amounts.report))), names=tuple(columns))
    money = column_amounts(table, ("amount",), _POINT)
    header = next(iter(headers.values()))
    usual = shapes_of(orders, DECLARATION, money.only(np.arange(len(orders))), partial(_line, header, table.file))
    numbers: dict[Shape, int] = {}
    told = [numbers.setdefault(_shape_of(line), len(numbers)) for line in others]
    codes = np.concatenate([usual.codes, np.array(told, np.int64) + len(usual.values)])
    return ColumnLines(
        table=table,
        declaration=DECLARATION,
        shapes=Coded(codes, [*usual.values, *numbers]),
        amounts=money.millionths,
        places=money.most_places,
        moments=moments_of(table, ("posted",), day_first=False),
        settlements=table.stripped("settlement-id"),
        currencies=_currencies(elements, amounts, others, list(headers.values())),
    )


def _line(header: Header, file: str, row: Row) -> FileLine:
    """Return what the words of a row say."""
    cell = row.cells
    transaction = Transaction(file, header, cell["transaction-type"], order_id=cell["order-id"])
    line = line_of(transaction, StatedAmount(cell["list"], cell["word"], Decimal(cell["amount"]), "", sku=cell["sku"]))
    if not cell["quantity"]:
        return line
    begin, _, stated = cell["quantity"].rpartition(":")
    return _TOLD[begin](line, parse_units(stated, Place(file)))


def _other_lines(elements: Elements, others: np.ndarray, headers: Sequence[Header]) -> list[FileLine]:
    """Return the lines of transactions that are read element by element."""
    reports, name = reports_of(elements), elements.contents.name
    lines: list[FileLine] = []
    for report, header in zip(reports.tolist(), headers, strict=True):
        own = others[elements.parent[others] == report]
        if len(own):
            parsed = _parsed(elements.bytes_of(own, int(elements.level[own[0]])), name)
            lines += (line for element in parsed.children for line in lines_of(element, header, name))
    return lines


def _columns(
    amounts: Amounts, others: Sequence[FileLine], settlements: Sequence[str]
) -> dict[str, tuple[np.ndarray, pa.StringArray]]:
    """Return the columns of a table of all lines: those of orders, then the others."""
    for text in amounts.quantities:
        parse_units(text, Place(""))
    for text in amounts.moments:
        parse_moment(text, Place(""))
    read = ["0", *(str(parse_amount(text, _POINT, Place(""))) for text in amounts.texts["amount"].values[1:])]
    told = {
        "settlement-id": Coded(amounts.report, settlements),
        "amount": Coded(amounts.texts["amount"].codes, read),
        "stated": Coded(amounts.texts["amount"].codes, read),
        "quantity": _quantities(amounts),
        **{name: amounts.texts[source] for name, source in _COLUMNS.items()},
    }
    own = {name: [_cell(line, name) for line in others] for name in told}
    return {name: _column(coded, own[name], verbatim=name in DECLARATION.verbatim) for name, coded in told.items()}


def _quantities(amounts: Amounts) -> Coded[str]:
    """Return the units of an item on the rows that count or repeat them, and where they may be meant."""
    units = amounts.texts["Quantity"]
    own = units.codes.astype(np.int64) + 1
    codes = np.zeros(len(own), np.int64)
    for at, rows in enumerate((amounts.is_asked, amounts.repeats, amounts.is_first)):
        codes = np.where(rows, own + at * len(units.values), codes)
    return Coded(codes, ["", *(f"{begin}:{text}" for begin in _TOLD for text in units.values)])


_FIELD_OF = {
    **{column: name for name, column in FIELDS.items()},
    "settlement-id": "settlement_id",
    "transaction-type": "raw_type",
    "amount": "amount",
}
_TOLD = {"beside": beside_units, "repeated": repeating, "units": with_units}
"""By what stands before the units of an item on its row: what they are to it."""
_POINT = "."


def _cell(line: FileLine, column: str) -> str:
    """Return what a line that was read by itself has in a column."""
    if column in _CONTENT:
        return line.content[_CONTENT.index(column)]
    if column == "posted":
        return line.posted_at.isoformat() if line.posted_at else ""
    return str(getattr(line, _FIELD_OF[column])) if column in _FIELD_OF else ""


def _column(usual: Coded[str], others: Sequence[str], *, verbatim: bool) -> tuple[np.ndarray, pa.StringArray]:
    """Return the texts of a column without the blanks at their ends; of verbatim ones only what is blank is changed."""
    plain = [text if verbatim and text.strip() else text.strip() for text in usual.values]
    codes, different = pd.factorize(np.array([*plain, *others], object))
    rows = np.concatenate([usual.codes, np.arange(len(others)) + len(plain)])
    return codes[rows].astype(np.int32), pa.array(list(different), pa.string())


def _table(contents: Contents, columns: dict[str, tuple[np.ndarray, pa.StringArray]]) -> ColumnTable:
    header = file_tables.HeaderRow(0, list(columns), "\t", quoted=False)
    count = len(next(iter(columns.values()))[0])
    return ColumnTable(
        contents,
        file_tables.Layout(xml_report.TITLE, ()),
        header,
        _CONTENT,
        {},
        columns,
        lines=np.arange(count),
        regular=True,
    )


def _currencies(
    elements: Elements, amounts: Amounts, others: Sequence[FileLine], headers: Sequence[Header]
) -> Coded[str]:
    """Return the currency of each line: its amount's own, else that of its settlement."""
    named = [attributes.get("currency", "") for _, attributes in elements.tags.values]
    plain = [header.currency for header in headers]
    is_named = np.array([bool(name) for name in named], bool)[amounts.tag]
    codes = np.where(is_named, amounts.tag, amounts.report + len(named))
    column = _column(Coded(codes, [*named, *plain]), [line.currency for line in others], verbatim=True)
    return Coded(column[0], Texts(column[1]))


def _shape_of(line: FileLine) -> Shape:
    """Return the shape of a line that was read by itself: its one amount is all that its parts are."""
    return Shape(
        line=words_of(line, ()),
        parts=tuple((column, (1,)) for column, _ in line.parts),
        amount=(1,),
        typed=tuple(TypedShare(one.word, one.column, one.line_type, (1,)) for one in line.typed),
    )


FORMAT = replace(xml_report.FORMAT, read=read)
