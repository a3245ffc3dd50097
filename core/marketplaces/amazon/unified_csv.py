"""Amazon unified (date range) transaction CSV: one row per item with all its amounts (settlements.md §1.4).

A view, not the book of record. Deferred rows belong to no settlement. `Transfer` rows are the payout to the bank.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from functools import partial
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from core.marketplaces.amazon import vocabulary
from core.marketplaces.amazon.unified_columns import COLUMNS, COMPONENTS
from core.marketplaces.amazon.unified_words import is_deferred, meaning
from core.marketplaces.amazon.units import returned
from core.marketplaces.damaged_ids import damaged_ids, is_damaged
from core.marketplaces.dates import Period, decide_day_first, is_slash_date
from core.marketplaces.errors import BadCellError, DamagedIdError, UnknownCurrencyError
from core.marketplaces.figures import Figures, read_in_its_notation
from core.marketplaces.formats import Extent, Format, Standing
from core.marketplaces.lines import Line
from core.marketplaces.periods import by_settlement, header_of
from core.marketplaces.places import Place
from core.marketplaces.tables import Layout, find_table, likeness
from core.marketplaces.tie_out import Findings, reading
from core.marketplaces.transactions import GOODS
from core.model import Event, Marketplace, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.amazon.vocabulary import Meaning
    from core.marketplaces.contents import Contents
    from core.marketplaces.lines import Part
    from core.marketplaces.tables import Row, Table
    from core.model import Reading

LAYOUT = Layout(
    title="Amazon unified transaction report (CSV)",
    columns=COLUMNS,
    delimiters=(",", ";", "\t"),
    quoted=True,
)

_CURRENCIES = "USD|CAD|MXN|BRL|GBP|EUR|SEK|PLN|TRY|AUD|JPY|INR|SGD|AED|SAR|EGP|ZAR"
_CURRENCY = re.compile(rf"\b(?:{_CURRENCIES})\b")
_BY_SITE = {
    "amazon.com": "USD",
    "amazon.ca": "CAD",
    "amazon.com.mx": "MXN",
    "amazon.co.uk": "GBP",
    "amazon.de": "EUR",
    "amazon.fr": "EUR",
    "amazon.it": "EUR",
    "amazon.es": "EUR",
    "amazon.com.au": "AUD",
    "amazon.in": "INR",
}


def read(contents: Contents) -> Reading:
    """Read a unified transaction CSV; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    components = _components(table)
    return read_in_its_notation(table, (*components, "total"), partial(_read, table, components))


def _components(table: Table) -> tuple[str, ...]:
    """Return the columns whose sum is the total: everything from product sales to total, whatever the country."""
    from_sales = dropwhile(lambda name: name != "product sales", table.own_names)
    return tuple(takewhile(lambda name: name != "total", from_sales))


def _read(table: Table, components: Sequence[str], mark: str) -> Reading:
    figures = Figures(table, mark, day_first=_day_first(table))
    currency = _currency(table)
    lines = tuple(_line(row, figures, components, currency) for row in table.rows)
    deferred = sum(not line.settlement_id for line in lines)
    problems = _broken_rows(table, lines, figures, components)
    settled = by_settlement(lines)
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.AMAZON,
            file=table.file,
            headers=tuple(header_of(settlement_id, own, currency) for settlement_id, own in settled.items()),
            lines=lines,
            problems=(*problems.pop("", ()), *_deferred(deferred, table), *damaged_ids(table, ("order id", "sku"))),
            problems_by_settlement=problems,
        )
    )


def _line(row: Row, figures: Figures, components: Sequence[str], currency: str) -> Line:
    cell = row.cells
    deferred = is_deferred(cell.get("transaction status", ""), cell.get("transaction release date", ""))
    means = meaning(cell["type"], cell.get("description", ""))
    released = None if deferred else figures.moment(row, "transaction release date")
    posted = released or figures.moment(row, "date/time")
    settlement_id = "" if deferred else _settlement_id(row, figures.table)
    of_item = means.event in (Event.SALE, Event.REFUND)
    description = "" if of_item else cell.get("description", "").strip()
    order_id, sku = cell["order id"].strip(), cell["sku"] if cell["sku"].strip() else ""
    quantity = figures.whole(row, "quantity")
    moment = posted.isoformat() if posted else ""
    return Line(
        number=row.number,
        settlement_id=settlement_id,
        group=(settlement_id, cell["type"].strip(), order_id, sku, moment, description),
        single=True,
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=cell["type"],
        raw_description=description,
        parts=_parts(row, figures, components, means.event),
        amount=figures.needed_amount(row, "total"),
        currency=currency,
        posted_at=posted,
        carries_units=_carries_units(means, quantity, sku),
        units=returned(means.event, quantity),
        order_id=order_id,
        sku=sku,
        marketplace=cell.get("marketplace", "").strip(),
        fulfilment=cell.get("fulfillment", "").strip(),
        unknown_type=cell["type"].strip() if means is vocabulary.UNKNOWN else "",
    )


def _parts(row: Row, figures: Figures, components: Sequence[str], event: Event) -> tuple[Part, ...]:
    """Return the components of a row; what they fail to sum to by (see `_broken_rows`) goes to `other`."""
    fee = event in (Event.FEE, Event.ADVERTISING)
    amounts = [(COMPONENTS.get(name, "other"), figures.amount(row, name)) for name in components]
    parts = [("other_fee" if fee and column == "other" else column, amount) for column, amount in amounts if amount]
    missing = figures.needed_amount(row, "total") - _sum(row, figures, components)
    return (*parts, ("other", missing)) if missing else tuple(parts)


def _carries_units(means: Meaning, quantity: int | None, sku: str) -> bool:
    if means.event not in GOODS:
        return False
    about_goods = means.event in (Event.SALE, Event.REFUND) or means in vocabulary.ABOUT_UNITS
    return quantity is not None or (about_goods and bool(sku))


def _broken_rows(
    table: Table, lines: Sequence[Line], figures: Figures, components: Sequence[str]
) -> dict[str, list[Problem]]:
    """Return an error for each row whose components do not sum to its total, by settlement."""
    problems: dict[str, list[Problem]] = defaultdict(list)
    for row, line in zip(table.rows, lines, strict=True):
        found = _sum(row, figures, components)
        if found != line.amount:
            message = f"The components of this row sum to {found}, its total is {line.amount}. Download the file again."
            problems[line.settlement_id].append(Problem(Severity.ERROR, message, str(table.place(row, "total"))))
    return problems


def _sum(row: Row, figures: Figures, components: Sequence[str]) -> Decimal:
    amounts = (figures.amount(row, name) for name in components)
    return sum((amount for amount in amounts if amount), Decimal(0))


def _deferred(count: int, table: Table) -> list[Problem]:
    if not count:
        return []
    rows = "1 row is deferred" if count == 1 else f"{count} rows are deferred"
    message = f"{rows}: in no paid settlement yet, and left out until Amazon releases the money."
    return [Problem(Severity.NOTE, message, table.file)]


def _settlement_id(row: Row, table: Table) -> str:
    found = row.cells["settlement id"].strip()
    place = table.place(row, "settlement id")
    if not found:
        raise BadCellError(place, found, "a settlement id")
    if is_damaged(found):
        raise DamagedIdError(place, found)
    return found


def _currency(table: Table) -> str:
    """Return the currency that the lines before the header name, else that of the site."""
    for line in table.preamble:
        named = _CURRENCY.search(line)
        if named:
            return named.group()
    sites = {row.cells.get("marketplace", "").strip().casefold() for row in table.rows}
    known = {_BY_SITE[site] for site in sites if site in _BY_SITE}
    if len(known) != 1:
        raise UnknownCurrencyError(Place(table.file, table.header_line))
    return known.pop()


def _day_first(table: Table) -> bool:
    seen = {text: place for text, place in table.distinct(("date/time",)).items() if is_slash_date(text)}
    released = table.distinct(("transaction release date",))
    seen |= {text: place for text, place in released.items() if is_slash_date(text)}
    return decide_day_first(seen, [Period("", "", frozenset(seen))])


FORMAT = Format(
    name="amazon_unified_csv",
    title=LAYOUT.title,
    marketplace=Marketplace.AMAZON,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    extent=Extent.OTHER_DAYS,
)
