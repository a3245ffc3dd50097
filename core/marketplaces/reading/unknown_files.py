"""What to say about a file that no format recognises: what it is, what is missing in it, what to download instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from core.marketplaces.errors import LocalisedHeaderError, OtherReportError, Place, UnknownFormatError
from core.marketplaces.reading.file_tables import (
    Column,
    Layout,
    beginning,
    columns_named,
    find_header,
    header_line,
    likeness,
)
from core.marketplaces.words.wording import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.errors import UnreadableFileError
    from core.marketplaces.formats import Format
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import RawRow

_WAYS = (("\t", False), (",", True), (";", True))
_SETTLEMENT_ID = re.compile(r"\d{9,}")
_EBAY_ORDER = re.compile(r"\d\d-\d{5}-\d{5}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_EBAYS_NOTHING = "--"
_NAMED_COLUMNS = 5
_LIKE_AT_ALL = 2
"""So many needed columns under the format's own names make it worth naming as the nearest, ..."""
_LIKE_ENOUGH = 0.3
"""... or this share of them in whatever language: what a type and an order are called is called so by everybody."""


@dataclass(frozen=True, slots=True)
class _Report:
    """Another report of a marketplace, which is often taken for the settlement file."""

    title: str
    columns: tuple[str, ...]
    """Those by which it is told; all of them are in its header."""
    format: str
    """Which format holds what is looked for in it."""


_OTHERS = (
    _Report(
        "Shopify's export of orders",
        ("Name", "Financial Status", "Fulfillment Status", "Lineitem name"),
        "shopify_payments_csv",
    ),
    _Report(
        "Shopify's list of payouts",
        ("Payout Date", "Status", "Charges", "Refunds", "Adjustments", "Total"),
        "shopify_payments_csv",
    ),
    _Report("Amazon's report of orders", ("amazon-order-id", "purchase-date", "order-status"), "amazon_v2_flat"),
    _Report(
        "eBay's report of orders",
        ("Sales Record Number", "Order Number", "Buyer Username", "Item Number"),
        "ebay_transaction_report",
    ),
)


def explain(contents: Contents, formats: Sequence[Format]) -> UnreadableFileError:
    """Return the error that fits: another report, a settlement in a language nobody declared, or neither."""
    first = next((number for number, line in enumerate(contents.lines, start=1) if line.strip()), 1)
    line = contents.lines[first - 1].strip()
    if line.casefold().startswith(("<!doctype html", "<html")):
        return OtherReportError(Place(contents.name, first), "a web page", "Sign in there and download the file again.")
    return (
        _other_report(contents, formats)
        or _in_another_language(contents)
        or UnknownFormatError(Place(contents.name, first), line, _advice(contents, formats))
    )


def _other_report(contents: Contents, formats: Sequence[Format]) -> UnreadableFileError | None:
    for report in _OTHERS:
        layout = Layout(report.title, tuple(map(Column, report.columns)), ("\t", ",", ";"), quoted=True)
        if likeness(layout, contents) == 1:
            wanted = next(form for form in formats if form.name == report.format)
            place = Place(contents.name, header_line(layout, contents))
            return OtherReportError(place, report.title, f"What is needed is the {wanted.title}. {wanted.download}")
    return None


def _in_another_language(contents: Contents) -> UnreadableFileError | None:
    """Return an error about a row of words over a row that only one marketplace's settlements have."""
    for delimiter, quoted in _WAYS:
        rows = [row for row in beginning(contents, delimiter, quoted=quoted) if any(map(str.strip, row.cells))]
        for above, below in pairwise(rows):
            kind = _kind_of(above, below) if len(above.cells) == len(below.cells) else None
            if kind:
                return LocalisedHeaderError(Place(contents.name, above.number), above.cells[0].strip(' "'), *kind)
    return None


def _kind_of(above: RawRow, below: RawRow) -> tuple[str, str] | None:
    """Return whose settlement two rows are, header and first line, and where its language is set."""
    words = not any(character.isdigit() for cell in above.cells[:2] for character in cell)
    cells = [cell.strip(' "') for cell in below.cells]
    if not words:
        return None
    if len(cells) >= _AMAZONS_NARROWEST and any(map(_SETTLEMENT_ID.fullmatch, cells[:2])):
        return "a settlement report", "Seller Central"
    if len(cells) >= _EBAYS_NARROWEST and _EBAYS_NOTHING in cells and _is_ebays(cells):
        return "an eBay transaction report", "eBay"
    return None


def _is_ebays(cells: Sequence[str]) -> bool:
    """Tell eBay's first row by its order number; a payout or a charge, with which reports begin, by what it leaves out.

    Such a row has a currency, and nothing about a buyer, an item or a fee: `--` in most of its columns.
    """
    orders = any(map(_EBAY_ORDER.fullmatch, cells[:_EBAYS_FIRST]))
    return orders or (cells.count(_EBAYS_NOTHING) * 2 > len(cells) and any(map(_CURRENCY.fullmatch, cells)))


_AMAZONS_NARROWEST = 20  # its narrowest report has 24 columns
_EBAYS_NARROWEST = 30  # its narrowest has 36
_EBAYS_FIRST = 5
"""Columns among which eBay's order number stands, the third."""


def _advice(contents: Contents, formats: Sequence[Format]) -> str:
    """Return which format is the nearest, what it lacks and where it is downloaded, or which ones there are."""
    tables = [(form, form.layout) for form in formats if form.layout is not None]
    form, layout = max(tables, key=lambda pair: likeness(pair[1], contents))
    needed = [column.name for column in layout.columns if column.needed]
    named = columns_named(layout, contents)
    cells = {folded(cell) for cell in find_header(layout, contents).cells}
    own = sum(folded(name) in cells for name in needed)
    if own < _LIKE_AT_ALL and len(named & set(needed)) < max(_LIKE_AT_ALL, _LIKE_ENOUGH * len(needed)):
        known = ", ".join(form.title for form in formats if form.download)
        return (
            f"Known files are: {known}. Download one of these from the marketplace; if its column names are in another "
            f"language, set the language there to English first."
        )
    missing = [name for name in needed if name not in named]
    more = f" and {len(missing) - _NAMED_COLUMNS} more" if len(missing) > _NAMED_COLUMNS else ""
    lacks = f"lacks the columns {', '.join(missing[:_NAMED_COLUMNS])}{more}"
    return f"It is closest to the {form.title}, but {lacks}. {form.download}"
