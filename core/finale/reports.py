"""Saved reports: their addresses, their tables in any of Finale's forms, and their columns by name."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from core.finale.errors import ReportError
from core.finale.parse import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

COSTS = "cost"
AVERAGES = "average cost"
"""What the two reports are called."""
Row = dict[str, Any]
COST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "product": ("product id", "product", "item id", "sku"),
    "units": ("units", "quantity", "qty", "units shipped", "units out"),
    "cost": ("transaction cost per unit", "cost per unit", "unit cost", "cogs per unit", "shipped cost per unit"),
    "average": ("average cost per unit", "avg cost per unit", "average cost", "avg cost"),
    "date": ("record date", "ship date", "transaction date", "date"),
    "order": ("order id", "order", "order number", "sales order id", "shipment order id"),
    "shipment": ("shipment id", "shipment", "shipment number"),
    "description": ("transaction description", "description of transaction"),
    "type": ("transaction type",),
    "balance": ("quantity balance", "units balance", "quantity on hand after"),
    "stage": ("transaction update type", "update type"),
}
"""What the cost report may hold, and the titles it is known by; titles are compared without case and punctuation."""
AVERAGE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "product": ("product id", "product", "item id", "sku"),
    "units": ("units qoh", "qoh", "quantity on hand", "units on hand", "on hand", "units in stock"),
    "average": ("avg cost", "average cost", "product average cost", "average cost per unit", "avg cost per unit"),
    "total": ("total avg cost", "total average cost", "inventory valuation", "valuation", "total cost"),
    "description": ("description", "product description", "product name"),
}
"""What the report of averages may hold; where it has no average, it is the valuation divided by the units on hand."""
_TOTAL = re.compile(r"(grand )?totals?:?", re.IGNORECASE)


def read_table(which: str, content: bytes) -> list[Row]:
    """Read a report in CSV, TSV, JSON or JSON objects; keys are the normalised titles, all values as they stand.

    Raises:
        ReportError: If it is a web page, empty, or no table. Nothing is ever taken for an empty result.
    """
    text = content.decode("utf-8-sig", errors="replace").strip()
    if not text:
        raise ReportError(which, "came back empty")
    if text.startswith("<"):
        raise ReportError(which, "answered with a web page instead of data; its address may have expired")
    rows = _from_json(which, text) if text.startswith(("[", "{")) else _from_csv(text)
    if not rows:
        raise ReportError(which, "has no columns")
    return rows


def normalised(title: str) -> str:
    """Return a column's title without case, line breaks and punctuation."""
    return " ".join(re.sub(r"[\W_]+", " ", title.casefold()).split())


def _from_json(which: str, text: str) -> list[Row]:
    try:
        table = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise ReportError(which, "breaks off or is not JSON") from error
    if isinstance(table, dict):
        raise ReportError(which, f"answered with a message instead of data: {table.get('errorMessage') or text[:200]}")
    if len(table) == 1 and isinstance(table[0], dict) and isinstance(table[0].get("data"), list):
        return _with_titles(table[0]["data"])
    return [{normalised(title): value for title, value in row.items()} for row in table if isinstance(row, dict)]


def _from_csv(text: str) -> list[Row]:
    first = text.splitlines()[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    return _with_titles(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


def _with_titles(table: Sequence[Sequence[Any]]) -> list[Row]:
    if not table:
        return []
    titles = [normalised(str(title)) for title in table[0]]
    rows: list[Row] = [dict(zip(titles, row, strict=False)) for row in table[1:]]
    return rows or [dict.fromkeys(titles)]


def find_columns(
    which: str,
    rows: Iterable[Row],
    known: Mapping[str, tuple[str, ...]],
    needed: Sequence[tuple[str, ...]],
    chosen: Mapping[str, str],
) -> dict[str, str]:
    """Return the title of each role that the report has.

    Args:
        which: Name of the report in messages.
        rows: The report.
        known: Titles by role.
        needed: One of each of these groups of roles must be there.
        chosen: The user's own titles by role; they come first.

    Raises:
        ReportError: If a needed column is missing.
    """
    titles = dict.fromkeys(title for row in rows for title in row)
    columns: dict[str, str] = {}
    for role, usual in known.items():
        wanted = (normalised(chosen[role]), *usual) if role in chosen else usual
        title = next((title for title in wanted if title in titles), None)
        if title is not None:
            columns[role] = title
    for group in needed:
        if not any(role in columns for role in group):
            names = " or ".join(f"'{known[role][0]}'" for role in group)
            there = ", ".join(titles)
            raise ReportError(which, f"lacks the column {names} (it has: {there})")
    return columns


def in_roles(rows: Iterable[Row], columns: Mapping[str, str]) -> Iterator[Row]:
    """Yield the detail rows by role."""
    for row in ungrouped(list(rows)):
        yield {role: row.get(title) for role, title in columns.items()}


def ungrouped(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the detail rows: totals are left out, what stands in the heading of a group is filled down.

    A report is grouped where rows have nothing in its first column; a heading is a row with nothing but one cell.
    """
    first = next(iter(rows[0]), "")
    grouped = any(text_of(row.get(first)) is None for row in rows)
    heading: Row = {}
    for row in rows:
        filled = {title: value for title, value in row.items() if text_of(value) is not None}
        if any(_TOTAL.fullmatch(str(value).strip()) for value in filled.values()):
            continue
        if grouped and len(filled) == 1:
            heading = _under(heading, filled, list(row))
        elif filled:
            yield {title: filled.get(title, heading.get(title, value)) for title, value in row.items()}


def _under(heading: Row, new: Row, titles: Sequence[str]) -> Row:
    """Return the headings in force below a new one: those of columns to its right are over."""
    place = titles.index(next(iter(new)))
    return {title: value for title, value in heading.items() if titles.index(title) < place} | new


_READABLE = {"csv", "tsv", "json", "jsonObject"}
_DATE_FIELDS = {
    "stockHistory": "stockHistoryRecordDate",
    "shipmentItem": "shipmentShipDate",
    "orderItem": "orderOrderDate",
    "order": "orderOrderDate",
}
_DATE_FIELD = re.compile(r"(RecordDate|ShipDate|OrderDate|TransactionDate)$")


def report_address(which: str, pasted: str, account: str, days: tuple[date, date] | None = None) -> str:
    """Return path and query of a report that answers data, without the host: the key goes to Finale alone.

    Args:
        which: Name of the report in messages.
        pasted: As copied from the browser; the `Stream` address answers a page and is replaced
            (docs/facts/finale-api.md, Reports).
        account: The account it must belong to.
        days: The first and last day wanted; replaces the report's own date filter, or is added.

    Raises:
        ReportError: If it is no address of a report of this account.
    """
    address = urlsplit(pasted.strip())
    parts = address.path.strip("/").split("/")
    if len(parts) < 4 or parts[1:3] != ["doc", "report"]:  # noqa: PLR2004 - account, doc, report and what follows
        raise ReportError(which, "has no address that Finale would give to a report")
    if parts[0].lower() != account:
        raise ReportError(which, f"belongs to the account '{parts[0]}', not to '{account}'")
    path = address.path.strip("/").replace("/pivotTableStream/", "/pivotTable/")
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    if query.get("format") not in _READABLE:
        query["format"] = "jsonObject"
    query["disableGrouping"] = "true"
    if days is not None:
        query["filters"] = _with_days(which, query.get("filters", ""), query.get("data", ""), days)
    return f"{path}?{urlencode(query, quote_via=quote)}"


def _with_days(which: str, encoded: str, dataset: str, days: tuple[date, date]) -> str:
    filters = _decoded(which, encoded)
    wanted = _DATE_FIELDS.get(dataset)
    dated = [each for each in filters if each[0] == wanted] or [each for each in filters if _DATE_FIELD.search(each[0])]
    if dated:
        dated[0][1] = _in_the_form_of(dated[0][1], days)
    elif wanted:
        filters.append([wanted, _in_the_form_of(None, days), None])
    return base64.b64encode(json.dumps(filters).encode()).decode()


def _decoded(which: str, encoded: str) -> list[list[Any]]:
    if not encoded:
        return []
    standard = encoded.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        filters = json.loads(base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except (binascii.Error, ValueError) as error:
        raise ReportError(which, "has filters that cannot be read") from error
    return [list(each) for each in filters if isinstance(each, list) and len(each) > 1]


def _in_the_form_of(before: object, days: tuple[date, date]) -> object:
    """Return the days in the form the report had them; its relative ones ("last month") become the usual text."""
    begin, end = (day.isoformat() for day in days)
    if isinstance(before, list) and any("T" in str(each) for each in before):
        return [f"{begin}T00:00:00Z", f"{end}T23:59:59Z"]
    if isinstance(before, list):
        return [begin, end]
    return json.dumps([begin, end])
