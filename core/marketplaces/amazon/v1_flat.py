"""Amazon settlement report, V1 flat file: archives from before November 2026.

An amount stands in one of nine columns, sometimes in two of a row. The quantity of an item has a row of its own,
without any amount; on all other rows, and on every refund, it is blank.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.amazon import words
from core.marketplaces.amazon.summary_rows import day_first, headers, is_summary
from core.marketplaces.amazon.units import returned
from core.marketplaces.amazon.words import is_declared, meaning
from core.marketplaces.damaged_ids import damaged_ids
from core.marketplaces.figures import Figures, notes_on_undeclared, read_in_its_notation
from core.marketplaces.formats import Format, Standing
from core.marketplaces.lines import Line
from core.marketplaces.reading.tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.tie_out import Findings, reading
from core.marketplaces.transactions import GOODS, Units, counted_units
from core.marketplaces.wording import folded
from core.marketplaces.words import UNKNOWN, AmountMeaning, doubted, listed, typed, typed_item
from core.model import Event, Marketplace, QuantitySource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.lines import Header, Part, TypedPart
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.tables import Row, Table
    from core.marketplaces.words import Meaning
    from core.model import Reading

LAYOUT = Layout(
    title="Amazon settlement report (V1 flat file)",
    columns=(
        Column("settlement-id"),
        Column("settlement-start-date", Kind.MOMENT),
        Column("settlement-end-date", Kind.MOMENT),
        Column("deposit-date", Kind.MOMENT),
        Column("total-amount", Kind.AMOUNT),
        Column("currency"),
        Column("transaction-type"),
        Column("order-id"),
        Column("merchant-order-id", needed=False),
        Column("adjustment-id", needed=False),
        Column("shipment-id", needed=False),
        Column("marketplace-name", needed=False),
        Column("shipment-fee-type"),
        Column("shipment-fee-amount", Kind.AMOUNT),
        Column("order-fee-type"),
        Column("order-fee-amount", Kind.AMOUNT),
        Column("fulfillment-id", needed=False),
        Column("posted-date", Kind.MOMENT),
        Column("order-item-code"),
        Column("merchant-order-item-id", needed=False),
        Column("merchant-adjustment-item-id", needed=False),
        Column("sku"),
        Column("quantity-purchased", Kind.WHOLE),
        Column("price-type"),
        Column("price-amount", Kind.AMOUNT),
        Column("item-related-fee-type"),
        Column("item-related-fee-amount", Kind.AMOUNT),
        Column("misc-fee-amount", Kind.AMOUNT),
        Column("other-fee-amount", Kind.AMOUNT),
        Column("other-fee-reason-description"),
        Column("promotion-id", needed=False),
        Column("promotion-type", needed=False),
        Column("promotion-amount", Kind.AMOUNT, needed=False),  # absent from files of 33 columns
        Column("direct-payment-type"),
        Column("direct-payment-amount", Kind.AMOUNT),
        Column("other-amount", Kind.AMOUNT),
    ),
    delimiters=("\t", ",", ";"),  # with commas: saved again by a spreadsheet program
    quoted=True,
    total="total-amount",
)

_FEE_COLUMNS = {
    "shipment-fee-amount": "fulfilment_fee",
    "order-fee-amount": "other_fee",
    "misc-fee-amount": "other_fee",
    "other-fee-amount": "other_fee",
    "direct-payment-amount": "other",
}
_TYPED_COLUMNS = {
    "price-amount": ("price-type", "ItemPrice"),
    "item-related-fee-amount": ("item-related-fee-type", "ItemFees"),
    "promotion-amount": ("promotion-type", "Promotion"),
}
"""Amount columns whose amounts are told by a type beside them, and V2's amount type for the same."""
_REST = {"price-amount": "other", "item-related-fee-amount": "other_fee", "promotion-amount": "promotion"}
_WORDS = ("shipment-fee-type", "order-fee-type", "item-related-fee-type", "other-fee-reason-description")
_ITEM_EVENTS = frozenset({Event.SALE, Event.REFUND, Event.DISPUTE})
_WITH_COMPONENTS = _ITEM_EVENTS | {Event.LIQUIDATION, Event.TAX_ONLY, Event.OTHER}


def read(contents: Contents) -> Reading:
    """Read a V1 flat file; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    slashes = day_first(table, ("posted-date",))
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first=slashes))


def _read(table: Table, mark: str, *, day_first: bool) -> Reading:
    figures = Figures(table, mark, day_first=day_first)
    found = headers(table, figures)
    lines = (
        line_of(row, figures, found[row.cells["settlement-id"].strip()]) for row in table.rows if not is_summary(row)
    )
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.AMAZON,
            file=table.file,
            headers=tuple(found.values()),
            lines=tuple(lines),
            problems=(*notes_on_undeclared(figures), *damaged_ids(table, ("order-id", "order-item-code", "sku"))),
            units=_units,
        )
    )


def line_of(row: Row, figures: Figures, header: Header) -> Line:
    """Return what one row says, read and classified."""
    cell = row.cells
    details = [cell[column].strip() for column in _WORDS if cell[column].strip()]
    quantity = figures.whole(row, "quantity-purchased")
    declared = is_declared(cell["transaction-type"], *details)
    means = doubted(meaning(cell["transaction-type"], *details), declared=declared, sku=cell["sku"], quantity=quantity)
    parts, own = _parts(row, figures, means, details)
    posted = figures.moment(row, "posted-date")
    sku = cell["sku"] if cell["sku"].strip() else ""
    group = (
        header.settlement_id,
        cell["transaction-type"].strip(),
        cell["order-id"].strip(),
        cell.get("adjustment-id", "").strip(),
        cell.get("shipment-id", "").strip(),
        cell["order-item-code"].strip(),
        sku,
        posted.isoformat() if posted else "",
    )
    return Line(
        number=row.number,
        settlement_id=header.settlement_id,
        group=group,
        single=means.event not in _WITH_COMPONENTS or not (cell["order-id"].strip() or sku),
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=cell["transaction-type"],
        raw_description="" if means.event in _ITEM_EVENTS else " / ".join(details),
        parts=parts,
        amount=sum((amount for _, amount in parts), Decimal(0)),
        currency=figures.currency(row, "currency") or header.currency,
        posted_at=posted,
        carries_units=_carries_units(means, quantity, cell["price-type"]),
        units=returned(means.event, quantity),
        order_id=cell["order-id"].strip(),
        order_item_id=cell["order-item-code"].strip(),
        shipment_id=cell.get("shipment-id", "").strip(),
        adjustment_id=cell.get("adjustment-id", "").strip(),
        merchant_order_id=cell.get("merchant-order-id", "").strip(),
        sku=sku,
        marketplace=cell.get("marketplace-name", "").strip(),
        fulfilment=cell.get("fulfillment-id", "").strip(),
        goods=means.goods,
        typed=own,
    )


def _parts(
    row: Row, figures: Figures, means: Meaning, details: Sequence[str]
) -> tuple[tuple[Part, ...], tuple[TypedPart, ...]]:
    """Return a row's amounts by column, and what some are about where their column does not tell it.

    Most of V1's nine amount columns say themselves what they hold; a price, a fee of an item and a promotion say it by
    their type.
    """
    of_item = means.event in _WITH_COMPONENTS
    parts: list[Part] = []
    own: list[TypedPart] = []
    for name, (type_column, amount_type) in _TYPED_COLUMNS.items():
        amount = figures.amount(row, name)
        if amount is not None:
            word = row.cells.get(type_column, "").strip()
            found = words.item_amount(amount_type, word) if word or of_item else AmountMeaning(_REST[name])
            parts.append((found.column, amount))
            own += typed_item(found, amount, listed(amount_type, word)) if of_item and means is not UNKNOWN else ()
    fee = means.event in (Event.FEE, Event.ADVERTISING)
    columns = {**_FEE_COLUMNS, "other-amount": "other_fee" if fee else "other"}
    rest = [(column, amount) for name, column in columns.items() if (amount := figures.amount(row, name)) is not None]
    parts += rest
    kind = row.cells["transaction-type"].strip()
    if means is UNKNOWN:
        own += typed(parts, means, kind)
    elif not of_item:
        own += typed(parts, means, listed(kind, " / ".join(details)))
    return tuple(parts), tuple(own)


def _carries_units(means: Meaning, quantity: int | None, price_type: str) -> bool:
    """Tell whether a row says how many units there are, or shows by its price that there are some."""
    if means.event not in GOODS:
        return False
    return quantity is not None or folded(price_type) == "principal" or words.is_about_units(means.event, means.goods)


def _units(lines: Sequence[Line]) -> Units:
    """Return the units of a transaction: those of the rows that state them, unknown if only a price shows some."""
    stated = [line for line in lines if line.units is not None]
    if stated or lines[0].event not in GOODS:
        return counted_units(stated or lines)
    shown = any(line.carries_units for line in lines)
    return Units(None, QuantitySource.UNKNOWN) if shown else Units(0, QuantitySource.REPORTED)


FORMAT = Format(
    name="amazon_v1_flat",
    title=LAYOUT.title,
    marketplace=Marketplace.AMAZON,
    standing=Standing.RECORD,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="Amazon ended it: in Seller Central open Payments, Reports Repository, and download Flat File V2.",
    follows_on=True,
)
