"""Amazon settlement report, V2 flat file: tab-separated, one row per amount."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.amazon import words
from core.marketplaces.amazon.summary_rows import FIELDS, IDS, by_columns, read_by_rows
from core.marketplaces.amazon.units import is_per_unit, signed_units, units_with_fees
from core.marketplaces.amazon.words import is_declared, meaning
from core.marketplaces.columns.column_lines import POSTED, WORDS, FormatColumns
from core.marketplaces.columns.column_transactions import units_with_fees_by_columns
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.file_tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.settlements.file_lines import FileLine
from core.marketplaces.settlements.transactions import GOODS
from core.marketplaces.words.meanings import (
    UNKNOWN,
    doubted,
    listed_type,
    may_be_price,
    own_column,
    typed_amount_parts,
    typed_item,
)
from core.marketplaces.words.wording import folded
from core.model import Event, Marketplace

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.figures import Figures
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import Header, TypedPart
    from core.marketplaces.words.meanings import Meaning
    from core.model import Reading

LAYOUT = Layout(
    title="Amazon settlement report (V2 flat file)",
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
        Column("amount-type"),
        Column("amount-description"),
        Column("amount", Kind.AMOUNT),
        Column("fulfillment-id", needed=False),
        Column("posted-date", Kind.MOMENT, needed=False),
        Column("posted-date-time", Kind.MOMENT),
        Column("order-item-code"),
        Column("merchant-order-item-id", needed=False),
        Column("merchant-adjustment-item-id", needed=False),
        Column("sku"),
        Column("quantity-purchased", Kind.WHOLE),
        Column("promotion-id", needed=False),
    ),
    delimiters=("\t", ",", ";"),  # with commas: saved again by a spreadsheet program
    quoted=True,
    total="total-amount",
)

_ITEM_EVENTS = frozenset({Event.SALE, Event.REFUND, Event.DISPUTE, Event.LIQUIDATION})


def read(contents: Contents) -> Reading:
    """Read a V2 flat file; see `core.marketplaces.read`."""
    return read_by_rows(
        find_table(LAYOUT, contents), BY_ROWS.name, ("posted-date-time", "posted-date"), line_of, units_with_fees
    )


def line_of(row: Row, figures: Figures, header: Header) -> FileLine:
    """Return what one row says, read and classified."""
    cell = row.cells
    amount_type, description = folded(cell["amount-type"]), folded(cell["amount-description"])
    of_item = amount_type in words.ITEM_AMOUNT_TYPES
    details = () if of_item else (cell["amount-description"], cell["amount-type"])
    quantity = figures.whole(row, "quantity-purchased")
    declared = is_declared(cell["transaction-type"], *details)
    declared &= not of_item or words.is_amount_declared(amount_type, description)
    means = doubted(meaning(cell["transaction-type"], *details), declared=declared, sku=cell["sku"], quantity=quantity)
    amount = figures.needed_amount(row, "amount")
    carries = _carries_units(means, amount_type, description, quantity)
    posted = _posted_at(row, figures)
    group = _group(row, posted, "" if of_item else cell["amount-description"])
    column, own = _amount(means, row, amount)
    return FileLine(
        number=row.number,
        settlement_id=header.settlement_id,
        group=group,
        single=not of_item or not (group[_ORDER] or group[_SKU]),  # each loss or fee is an event of its own
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=cell["transaction-type"],
        raw_description="" if of_item else cell["amount-description"],
        parts=((column, amount),),
        amount=amount,
        currency=figures.currency(row, "currency") or header.currency,
        posted_at=posted,
        carries_units=carries,
        units=signed_units(means.event, quantity) if carries else None,
        repeated_units=quantity if is_per_unit(description) else None,
        stated_units=signed_units(means.event, quantity) if _is_asked(means, own) else None,
        order_id=group[_ORDER],
        order_item_id=cell["order-item-code"].strip(),
        shipment_id=cell.get("shipment-id", "").strip(),
        adjustment_id=cell.get("adjustment-id", "").strip(),
        merchant_order_id=cell.get("merchant-order-id", "").strip(),
        sku=group[_SKU],
        marketplace=cell.get("marketplace-name", "").strip(),
        fulfilment=cell.get("fulfillment-id", "").strip(),
        goods=means.goods,
        typed=own,
    )


_ORDER, _SKU = 2, 6


def _group(row: Row, posted: datetime | None, detail: str) -> tuple[str, ...]:
    """Return the group key (docs/facts/settlement-formats.md); the detail tells apart rows that are no component."""
    cell = row.cells
    sku = cell["sku"]
    return (
        cell["settlement-id"].strip(),
        cell["transaction-type"].strip(),
        cell["order-id"].strip(),
        cell.get("adjustment-id", "").strip(),
        cell.get("shipment-id", "").strip(),
        cell["order-item-code"].strip(),
        sku if sku.strip() else "",  # verbatim, inner and outer blanks too
        posted.isoformat() if posted else "",
        detail.strip(),
    )


def _posted_at(row: Row, figures: Figures) -> datetime | None:
    return figures.moment(row, "posted-date-time") or figures.moment(row, "posted-date")


def _carries_units(means: Meaning, amount_type: str, description: str, quantity: int | None) -> bool:
    """Tell whether a row says how many units there are: Principal rows of items, and losses, which have one row each.

    Amazon repeats the quantity on every component row of an item, whatever the row is about; adding those up would
    count units several times. An order of 3 with a price, a commission and a tax nobody knows has 3 units, not 9.
    """
    if means.event not in GOODS:
        return False
    if amount_type in words.ITEM_AMOUNT_TYPES or means.event in _ITEM_EVENTS:
        return amount_type == "itemprice" and description == "principal"
    return quantity is not None or words.is_about_units(means.event, means.goods)


def _is_asked(means: Meaning, own: tuple[TypedPart, ...]) -> bool:
    """Tell whether nobody has declared a row's type, or a word of it that may be a price of goods.

    Behind a type that nobody knows a fee says as little of goods as a price: a `Reshipment` may pay fees only.
    """
    return means is UNKNOWN or (means.event in _ITEM_EVENTS and may_be_price(own))


def _amount(means: Meaning, row: Row, amount: Decimal) -> tuple[str, tuple[TypedPart, ...]]:
    """Return the amount column of a row, and what its amount is about where that does not tell it."""
    kind, amount_type = row.cells["transaction-type"].strip(), row.cells["amount-type"].strip()
    description = row.cells["amount-description"].strip()
    of_item = folded(amount_type) in words.ITEM_AMOUNT_TYPES
    if of_item or (means.event in _ITEM_EVENTS and folded(kind) not in words.GENERAL):
        effect = words.item_amount(amount_type, description)
        says_itself = of_item or folded(amount_type) in words.AMOUNT_TYPES
        if means is UNKNOWN:  # what its rows are about follows from the one answer about its type
            word = kind if meaning(kind) is UNKNOWN else listed_type(kind, description)
            return effect.column, typed_amount_parts(((effect.column, amount),), means, word)
        return effect.column, typed_item(
            effect, amount, listed_type(amount_type, description) if says_itself else listed_type(kind, amount_type)
        )
    column = own_column(means.event)
    return column, typed_amount_parts(((column, amount),), means, listed_type(kind, description))


BY_ROWS = Format(
    name="amazon_v2_flat",
    title=LAYOUT.title,
    marketplace=Marketplace.AMAZON,
    standing=Standing.RECORD,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Seller Central open Payments, Reports Repository, and download the settlement as Flat File V2.",
    follows_on=True,
)


DECLARATION = FormatColumns(
    words=("transaction-type", "amount-type", "amount-description", "quantity-purchased"),
    filled=("order-id", "sku"),
    amounts=("amount",),
    moments=("posted-date-time", "posted-date"),
    group=(*IDS, POSTED, WORDS),
    fields=FIELDS,
    raw_type="transaction-type",
    verbatim=frozenset({"sku"}),
)

FORMAT = by_columns(BY_ROWS, DECLARATION, line_of, units_with_fees_by_columns)
