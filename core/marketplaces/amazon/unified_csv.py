"""Amazon unified (date range) transaction CSV: one row per item with all its amounts.

A view, not the book of record. Deferred rows belong to no settlement. `Transfer` rows are the payout to the bank.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from core.line_types import LineType
from core.marketplaces.amazon import words
from core.marketplaces.amazon.unified_languages import COLUMNS, COMPONENTS, is_declared, is_deferred, meaning
from core.marketplaces.amazon.units import signed_units, units_of_fees
from core.marketplaces.columns.undeclared_columns import notes_on_undeclared, proved, undeclared_amounts
from core.marketplaces.errors import BadCellError, DamagedIdError, Place, UnknownCurrencyError
from core.marketplaces.formats import Extent, Format, Standing
from core.marketplaces.reading.figures import (
    Figures,
    amount_or_none,
    damaged_ids,
    day_first,
    is_damaged,
    read_in_its_notation,
)
from core.marketplaces.reading.file_tables import Layout, find_table, likeness
from core.marketplaces.settlements.file_lines import FileLine
from core.marketplaces.settlements.periods import by_settlement, header_of
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.settlements.transactions import GOODS, Units, counted_units, with_questions_on_repeats
from core.marketplaces.words.meanings import (
    AmountMeaning,
    doubted,
    listed_type,
    may_be_price,
    typed_amount_parts,
    typed_item,
)
from core.model import (
    GOODS_EFFECTS,
    Event,
    Goods,
    Marketplace,
    Problem,
    Severity,
    is_multi_channel,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row, Table
    from core.marketplaces.settlements.file_lines import Part, TypedPart
    from core.marketplaces.words.meanings import Meaning
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
    declared = [name for name in COMPONENTS if name in table.own_names]
    return read_in_its_notation(table, (*declared, "total"), partial(_read, table, declared, day_first(table)))


def _read(table: Table, declared: Sequence[str], slashes: bool, mark: str) -> Reading:  # noqa: FBT001 - by partial
    figures = Figures(table, mark, day_first=slashes)
    lacking = [figures.needed_amount(row, "total") - _sum(row, figures, declared) for row in table.rows]
    counted = proved(lacking, undeclared_amounts(figures))
    figures = figures.with_subtracted(counted.subtracted)
    components = (*declared, *counted.names)
    sites = {row.cells.get("marketplace", "") for row in table.rows}
    currency = currency_of(table, sites)
    lines = tuple(line_of(row, figures, components, currency) for row in table.rows)
    deferred = sum(not line.settlement_id for line in lines)
    problems = broken_rows(table, lines, figures, components)
    settled = by_settlement(lines)
    found = reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.AMAZON,
            file=table.file,
            headers=tuple(header_of(settlement_id, own, currency) for settlement_id, own in settled.items()),
            lines=lines,
            problems=(
                *problems.pop("", ()),
                *deferred_note(deferred, len(table.rows), table.file),
                *notes_on_undeclared(figures, counted),
                *damaged_ids(table, ("order id", "sku")),
            ),
            problems_by_settlement=problems,
            units=units_of_row,
        )
    )
    return reading_with_questions_on_repeats(found)


def reading_with_questions_on_repeats(reading: Reading) -> Reading:
    """Return a reading in which each multi-channel order counts its units once (`with_questions_on_repeats`)."""
    settlements = (
        replace(one, transactions=with_questions_on_repeats(one.transactions)) for one in reading.settlements
    )
    return replace(reading, settlements=tuple(settlements), unsettled=with_questions_on_repeats(reading.unsettled))


def line_of(row: Row, figures: Figures, components: Sequence[str], currency: str) -> FileLine:
    """Return what one row says, read and classified."""
    cell = row.cells
    deferred = is_deferred(cell.get("transaction status", ""), cell.get("transaction release date", ""))
    description, quantity = cell.get("description", ""), figures.whole(row, "quantity")
    declared = is_declared(cell["type"], description)
    means = doubted(meaning(cell["type"], description), declared=declared, sku=cell["sku"], quantity=quantity)
    released = None if deferred else figures.moment(row, "transaction release date")
    happened = figures.moment(row, "date/time")
    posted = released or happened
    settlement_id = "" if deferred else _settlement_id(row, figures.table)
    of_item = means.event in (Event.SALE, Event.REFUND)
    description = "" if of_item else description.strip()
    order_id, sku = cell["order id"].strip(), cell["sku"] if cell["sku"].strip() else ""
    moment = happened.isoformat() if happened else ""  # when it is released, only some reports say
    parts, own = _parts(row, figures, components, means)
    goods, carries = _goods_of(means, parts, own, quantity, names_sku=bool(sku))
    repeats = not carries and _is_sent_for_others(means, parts, cell.get("marketplace", ""))
    return FileLine(
        number=row.number,
        settlement_id=settlement_id,
        group=(settlement_id, cell["type"].strip(), order_id, sku, moment, description),
        single=True,
        content=row.content,
        event=means.event,
        stock_effect=GOODS_EFFECTS[goods],
        raw_type=cell["type"],
        raw_description=description,
        parts=parts,
        amount=figures.needed_amount(row, "total"),
        currency=currency,
        posted_at=posted,
        carries_units=carries or (repeats and quantity is None),
        units=signed_units(means.event, quantity),
        repeated_units=quantity if repeats else None,
        order_id=order_id,
        sku=sku,
        marketplace=cell.get("marketplace", "").strip(),
        fulfilment=cell.get("fulfillment", "").strip(),
        goods=goods,
        typed=own,
    )


def _parts(
    row: Row, figures: Figures, components: Sequence[str], means: Meaning
) -> tuple[tuple[Part, ...], tuple[TypedPart, ...]]:
    """Return the components of a row, and what some are about where their column does not tell it.

    What they fail to sum to the total by (see `broken_rows`) goes to `other`.
    """
    word = listed_type(row.cells["type"], "" if means.event in (Event.SALE, Event.REFUND) else _description(row))
    parts: list[Part] = []
    own: list[TypedPart] = []
    for name in components:
        amount = figures.amount(row, name)
        if amount:
            component = _component(name, means)
            parts.append((component.column, amount))
            own += typed_item(component, amount, name)
    missing = figures.needed_amount(row, "total") - _sum(row, figures, components)
    every = (*parts, ("other", missing)) if missing else tuple(parts)
    if means.event is Event.OTHER:
        return every, typed_amount_parts(every, means, word)
    return every, (
        *own,
        *typed_amount_parts([part for part in every if part[0] in ("other", "other_fee")], means, word),
    )


def _component(name: str, means: Meaning) -> AmountMeaning:
    """Return where an amount of a row belongs: by its column, unless the row's type says what its fees are.

    The records have a fee of its own type in one column, and what Amazon takes of liquidated goods with what they
    brought; so have the columns of this report, whichever holds it.
    """
    component = COMPONENTS.get(name, AmountMeaning("other", LineType.UNCLASSIFIED))
    if means.event is Event.LIQUIDATION and component.column == "referral_fee":
        return AmountMeaning("other_fee", LineType.LIQUIDATIONS)
    if means.event in (Event.FEE, Event.ADVERTISING) and component.column in _OF_THE_TYPE:
        return component._replace(column="other_fee")
    return component


_OF_THE_TYPE = frozenset({"other", "referral_fee", "fulfilment_fee"})


def _description(row: Row) -> str:
    return row.cells.get("description", "").strip()


def _goods_of(
    means: Meaning, parts: Sequence[Part], own: Sequence[TypedPart], quantity: int | None, *, names_sku: bool
) -> tuple[Goods, bool]:
    """Return what a row says of goods, and whether it says how many units they are, or should.

    Amazon repeats the quantity on every row of an order's item, whatever the row is about: 2 units for 80.00, then a
    fee of -2.00 and shipping of 5.00 with quantity 2 once more, are 2 units, not 6. Of an order or refund only a row
    with product sales states them, and one without any amount, which is a replacement. Beside an amount that nobody
    has declared they are asked.
    """
    if means.event not in GOODS:
        return means.goods, False
    if means.event not in (Event.SALE, Event.REFUND):
        return means.goods, quantity is not None or words.is_about_units(means.event, means.goods)
    if "principal" in dict(parts):
        return means.goods, True
    names_goods = quantity is not None or names_sku
    if not parts:
        return means.goods, names_goods
    return (Goods.UNCLEAR, True) if names_goods and may_be_price(own) else (means.goods, False)


def _is_sent_for_others(means: Meaning, parts: Sequence[Part], marketplace: str) -> bool:
    """Tell whether a row is what Amazon took per unit for sending an order that another store sold."""
    return means.event is Event.SALE and is_multi_channel(marketplace.strip()) and "fulfilment_fee" in dict(parts)


def units_of_row(lines: Sequence[FileLine]) -> Units:
    """Return the units of a row, of a multi-channel order those that stand beside its fee for sending them."""
    return counted_units(lines) if lines[0].repeated_units is None else units_of_fees(lines[:1])


def broken_rows(
    table: Table, lines: Sequence[FileLine], figures: Figures, components: Sequence[str]
) -> dict[str, list[Problem]]:
    """Return an error for each row whose components do not sum to its total, by settlement."""
    problems: dict[str, list[Problem]] = defaultdict(list)
    for row, line in zip(table.rows, lines, strict=True):
        total = _sum(row, figures, components)
        if total != line.amount:
            message = (
                f"The components of this row{_of_order(line)} sum to {total}, its total is {line.amount}. "
                f"{_likely_cause(row, figures, line.amount - total, components)}"
            )
            problems[line.settlement_id].append(Problem(Severity.ERROR, message, str(table.place(row, "total"))))
    return problems


def _of_order(line: FileLine) -> str:
    return f" (order {line.order_id}{f', SKU {line.sku}' if line.sku else ''})" if line.order_id else ""


def _likely_cause(row: Row, figures: Figures, lacking: Decimal, components: Sequence[str]) -> str:
    """Say what may explain what a row's components lack of its total, and what to do.

    A column that nobody declared may be in the total of some rows alone; then no later download says anything else.
    """
    others = [name for name in figures.table.undeclared() if name not in components]
    either = (lacking, -lacking)
    likely = [name for name in others if row.cells[name].strip() and amount_or_none(row, figures, name) in either]
    report = "import the settlement's own report (Flat File V2), which takes the place of this one"
    if not likely:
        return f"Download the file again; if it says the same, {report}."
    named = " or ".join(f'"{name}"' for name in likely)
    return (
        f"The difference of {lacking} is what column {named}, which is not known, holds in it: most likely it is money "
        f"in the total of some rows only. Downloading the file again will not change that; {report}."
    )


def _sum(row: Row, figures: Figures, components: Sequence[str]) -> Decimal:
    amounts = (figures.amount(row, name) for name in components)
    return sum((amount for amount in amounts if amount), Decimal(0))


def deferred_note(count: int, of: int, file: str) -> list[Problem]:
    """Return a note where some of a file's rows are in no paid settlement yet."""
    if not count:
        return []
    rows = f"{count} of {of} rows {'is' if count == 1 else 'are'} deferred"
    message = f"{rows}: in no paid settlement yet, and left out until Amazon releases the money."
    return [Problem(Severity.NOTE, message, file)]


def _settlement_id(row: Row, table: Table | ColumnTable) -> str:
    number = row.cells["settlement id"].strip()
    place = table.place(row, "settlement id")
    if not number:
        raise BadCellError(place, number, "a settlement id")
    if is_damaged(number):
        raise DamagedIdError(place, number)
    return number


def currency_of(table: Table | ColumnTable, sites: Iterable[str]) -> str:
    """Return the currency that the lines before the header name, else that of the sites of its rows.

    Raises:
        UnknownCurrencyError: If nothing names one.
    """
    for line in table.preamble:
        named = _CURRENCY.search(line)
        if named:
            return named.group()
    plain = {site.strip().casefold() for site in sites}
    known = {_BY_SITE[site] for site in plain if site in _BY_SITE}
    if len(known) != 1:
        raise UnknownCurrencyError(Place(table.file, table.header_line))
    return known.pop()


FORMAT = Format(
    name="amazon_unified_csv",
    title=LAYOUT.title,
    marketplace=Marketplace.AMAZON,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Seller Central open Payments, Reports Repository, and request a date range report of transactions.",
    extent=Extent.OTHER_DAYS,
)
