"""Amazon settlement report, V1 flat file: archives from before November 2026.

An amount stands in one of nine columns, sometimes in two of a row. The quantity of an item has a row of its own,
without any amount; on all other rows, and on every refund, it is blank. Where rows repeat it, that of Principal counts.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from core.line_types import LineType
from core.marketplaces.amazon import words
from core.marketplaces.amazon.summary_rows import FIELDS, IDS, by_columns, read_by_rows
from core.marketplaces.amazon.units import (
    is_per_unit,
    is_sent_for_others,
    signed_units,
    units_of_fees,
)
from core.marketplaces.amazon.words import is_declared, meaning
from core.marketplaces.columns.column_lines import POSTED, FormatColumns
from core.marketplaces.columns.column_transactions import units_that_are_stated
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.file_tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.settlements.file_lines import FileLine
from core.marketplaces.settlements.transactions import GOODS, Units, counted_units
from core.marketplaces.words.meanings import (
    UNKNOWN,
    AmountMeaning,
    doubted,
    listed_type,
    may_be_price,
    typed_amount_parts,
    typed_item,
)
from core.marketplaces.words.wording import folded
from core.model import Event, Marketplace, QuantitySource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.figures import Figures
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import Header, Part, TypedPart
    from core.marketplaces.words.meanings import Meaning
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
_FEES_OF_ORDERS = {
    "shipment-fee-amount": ("shipment-fee-type", "Shipment-Fees"),
    "order-fee-amount": ("order-fee-type", "Order-Fees"),
    "misc-fee-amount": ("", "Misc-Fee"),
    "other-fee-amount": ("other-fee-reason-description", "Other-Fee"),
}
_PAYMENTS = {"direct-payment-amount": ("direct-payment-type", "Direct-Payment"), "other-amount": ("", "Other")}
"""Columns of an order or refund that say nothing of their own: a declared word does, everything else is asked."""
_REST = {"price-amount": "other", "item-related-fee-amount": "other_fee", "promotion-amount": "promotion"}
_WORDS = (
    *("shipment-fee-type", "order-fee-type", "item-related-fee-type", "other-fee-reason-description"),
    "direct-payment-type",
)
_TYPES_OF_ITEMS = ("price-type", "item-related-fee-type", "promotion-type")
_ITEM_EVENTS = frozenset({Event.SALE, Event.REFUND, Event.DISPUTE})
_WITH_COMPONENTS = _ITEM_EVENTS | {Event.LIQUIDATION, Event.TAX_ONLY, Event.OTHER}


def read(contents: Contents) -> Reading:
    """Read a V1 flat file; see `core.marketplaces.read`."""
    return read_by_rows(find_table(LAYOUT, contents), BY_ROWS.name, ("posted-date",), line_of, _units)


def line_of(row: Row, figures: Figures, header: Header) -> FileLine:
    """Return what one row says, read and classified."""
    cell = row.cells
    details = [cell[column].strip() for column in _WORDS if cell[column].strip()]
    quantity = figures.whole(row, "quantity-purchased")
    declared = is_declared(cell["transaction-type"], *details) and _are_declared(cell)
    first = meaning(cell["transaction-type"], *details)
    means = doubted(first, declared=declared, sku=cell["sku"], quantity=quantity)
    parts, own = _parts(row, figures, means, details)
    units = _row_units(cell, means, quantity, parts) if means is first else quantity
    principal = folded(cell["price-type"]) == "principal"
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
    return FileLine(
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
        carries_units=means.event in GOODS
        and (units is not None or principal or words.is_about_units(means.event, means.goods)),
        units=signed_units(means.event, units),
        repeated_units=_repeated(cell, means, quantity) if units is None else None,
        stated_units=signed_units(means.event, quantity) if _is_asked(cell, means, own) else None,
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
            effect = words.item_amount(amount_type, word) if word or of_item else AmountMeaning(_REST[name])
            parts.append((effect.column, amount))
            own += (
                typed_item(effect, amount, listed_type(amount_type, word)) if of_item and means is not UNKNOWN else ()
            )
    is_asked = of_item and means is not UNKNOWN
    fee = means.event in (Event.FEE, Event.ADVERTISING)
    for name, column in {**_FEE_COLUMNS, "other-amount": "other_fee" if fee else "other"}.items():
        amount = figures.amount(row, name)
        if amount is not None:
            effect, word = _of_order(row, name, column) if is_asked else (AmountMeaning(column), "")
            parts.append((effect.column, amount))
            own += typed_item(effect, amount, word)
    if means is UNKNOWN or not of_item:
        own += typed_amount_parts(parts, means, _word(row.cells, means, details))
    return tuple(parts), tuple(own)


def _word(cell: Mapping[str, str], means: Meaning, details: Sequence[str]) -> str:
    """Return the words of a row as they are listed; what the amounts of an item are about follows from a type alone."""
    kind = cell["transaction-type"].strip()
    if means is not UNKNOWN or folded(kind) in words.GENERAL:
        return listed_type(kind, " / ".join(details))
    of_type = meaning(kind) is UNKNOWN
    columns = [name for name in (*_WORDS, "price-type", "promotion-type") if not (of_type and name in _TYPES_OF_ITEMS)]
    return listed_type(kind, " / ".join(filter(None, (cell.get(name, "").strip() for name in columns))))


def _of_order(row: Row, name: str, column: str) -> tuple[AmountMeaning, str]:
    """Return where an amount of an order belongs that is none of an item, and its word as it is listed."""
    is_fee = name in _FEES_OF_ORDERS
    type_column, amount_type = _FEES_OF_ORDERS[name] if is_fee else _PAYMENTS[name]
    word = row.cells[type_column].strip() if type_column else ""
    effect = words.fee_of_order(column, word) if is_fee else AmountMeaning(column, LineType.UNCLASSIFIED)
    return effect, listed_type(amount_type, word)


def _row_units(cell: Mapping[str, str], means: Meaning, quantity: int | None, parts: Sequence[Part]) -> int | None:
    """Return the units that a row states by itself: of an item, the row without amount and word.

    Every other row of an item only repeats them: 2 units with their price and commission are 2, not 4. The row of a
    loss, or of a type that nobody has declared, states its own.
    """
    if means.event not in _WITH_COMPONENTS:
        return quantity
    if means is UNKNOWN:
        return None if any(cell.get(name, "").strip() for name in _TYPES_OF_ITEMS) else quantity
    has_words = any(cell.get(name, "").strip() for name in (*_TYPES_OF_ITEMS, *_WORDS))
    return None if has_words or any(amount for _, amount in parts) else quantity


def _repeated(cell: Mapping[str, str], means: Meaning, quantity: int | None) -> int | None:
    """Return the units that a row repeats and that count where no row states them by itself."""
    principal = folded(cell["price-type"]) == "principal"
    per_unit = is_per_unit(cell["item-related-fee-type"])
    return signed_units(means.event, quantity) if means.event in GOODS and (principal or per_unit) else None


def _are_declared(cell: Mapping[str, str]) -> bool:
    """Tell whether price and promotion of a row have declared words, if any."""
    pairs = ((amount_type, cell.get(name, "").strip()) for name, amount_type in _TYPED_COLUMNS.values())
    return all(words.is_amount_declared(*one) for one in pairs if one[1] and one[0] != "ItemFees")


def _is_asked(cell: Mapping[str, str], means: Meaning, own: Sequence[TypedPart]) -> bool:
    """Tell whether nobody has declared a row's type, or a word of it that may be a price of goods."""
    if means is UNKNOWN:
        return True
    if means.event not in (_ITEM_EVENTS | {Event.LIQUIDATION}):
        return False
    price = cell["price-type"].strip()
    return may_be_price(own) or (bool(price) and words.price(price) is None)


def _units(lines: Sequence[FileLine]) -> Units:
    """Return the units of a transaction: those of the rows that state them, else those that its prices repeat.

    They are unknown if a price shows some and no row says how many; a multi-channel order has none, and the units of
    its fees per unit, or unknown ones (`core.marketplaces.amazon.units.units_with_fees`).
    """
    stated = [line for line in lines if line.units is not None]
    if stated or lines[0].event not in GOODS:
        return counted_units(stated or lines)
    shown = [line for line in lines if line.carries_units]
    repeated = [line.repeated_units for line in shown or lines if line.repeated_units is not None]
    if shown:
        return Units(sum(repeated), QuantitySource.REPORTED) if repeated else Units(None, QuantitySource.UNKNOWN)
    if lines[0].event is not Event.SALE or not is_sent_for_others(lines):
        return Units(0, QuantitySource.REPORTED)
    return units_of_fees(lines)


BY_ROWS = Format(
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


DECLARATION = FormatColumns(
    words=(
        *("transaction-type", "shipment-fee-type", "order-fee-type", "item-related-fee-type"),
        *("other-fee-reason-description", "direct-payment-type", "price-type", "promotion-type", "quantity-purchased"),
    ),
    filled=("order-id", "sku"),
    amounts=tuple(column.name for column in LAYOUT.columns if column.kind is Kind.AMOUNT)[1:],  # but the total
    moments=("posted-date",),
    group=(*IDS, POSTED),
    fields=FIELDS,
    raw_type="transaction-type",
    verbatim=frozenset({"sku"}),
    by_state=True,
)

FORMAT = by_columns(BY_ROWS, DECLARATION, line_of, units_that_are_stated)
