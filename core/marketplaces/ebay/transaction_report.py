"""eBay transaction report (CSV): `--` is nothing, a payout is the settlement (settlements.md §3).

An order of several items has one row with its net amount and none of its items, and one row per item without. The
amounts of each item are taken from its own row; the order's row keeps what is left of its net amount, so that the rows
together are exactly the net amount. Rows without *Payout ID* are not paid yet and belong to no settlement.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from core.marketplaces.damaged_ids import damaged_ids, is_damaged
from core.marketplaces.ebay.roll_ups import Amounts, doubtful_rows, shared_out
from core.marketplaces.ebay.vocabulary import UNKNOWN, meaning
from core.marketplaces.errors import DamagedIdError
from core.marketplaces.figures import Figures, read_in_its_notation
from core.marketplaces.formats import Extent, Format, Standing
from core.marketplaces.lines import Line
from core.marketplaces.payouts import headers_of_payouts, pending_note, without_lone_payouts
from core.marketplaces.tables import Column, Kind, Layout, Row, find_table, likeness
from core.marketplaces.tie_out import Findings, reading
from core.marketplaces.transactions import Units, counted_units
from core.model import Event, Marketplace, QuantitySource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.contents import Contents
    from core.marketplaces.tables import Table
    from core.model import Reading

LAYOUT = Layout(
    title="eBay transaction report (CSV)",
    columns=(
        Column("Transaction creation date", Kind.MOMENT),
        Column("Type"),
        Column("Order number"),
        Column("Legacy order ID", needed=False),
        Column("Buyer username", Kind.PERSONAL, needed=False),
        Column("Buyer name", Kind.PERSONAL, needed=False),
        Column("Ship to city", Kind.PERSONAL, needed=False),
        Column("Ship to province/region/state", Kind.PERSONAL, needed=False),
        Column("Ship to zip", Kind.PERSONAL, needed=False, aliases=("Ship to postcode",)),
        Column("Ship to country", Kind.PERSONAL, needed=False),
        Column("Net amount", Kind.AMOUNT),
        Column("Payout currency"),
        Column("Payout date", Kind.MOMENT, needed=False),
        Column("Payout ID"),
        Column("Payout method", needed=False),
        Column("Payout status", needed=False),
        Column("Reason for hold", needed=False),
        Column("Item ID"),
        Column("Transaction ID"),
        Column("Item title", needed=False),
        Column("Custom label"),
        Column("Quantity", Kind.WHOLE),
        Column("Item subtotal", Kind.AMOUNT),
        Column("Shipping and handling", Kind.AMOUNT, aliases=("Postage and packaging",)),
        Column("Seller collected tax", Kind.AMOUNT, needed=False),
        Column("eBay collected tax", Kind.AMOUNT, needed=False),
        Column("Gross transaction amount", Kind.AMOUNT),
        Column("Transaction currency", needed=False),
        Column("Exchange rate", needed=False),
        Column("Reference ID", needed=False),
        Column("Description", needed=False),
    ),
    delimiters=(",", ";", "\t"),
    quoted=True,
    nothing="--",
)

_REFERRAL = "final value fee"
_WITH_PARTS = (Event.SALE, Event.REFUND, Event.DISPUTE)
_REST = {Event.REFUND: "principal", Event.DISPUTE: "principal", Event.FEE: "other_fee"}
"""Which amount column takes what a row's own columns leave of its net amount: a refund's row has no columns of its own
for what the buyer got back."""


def read(contents: Contents) -> Reading:
    """Read an eBay transaction report; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    fees = _fee_columns(table)
    return read_in_its_notation(table, (*table.declared(Kind.AMOUNT), *fees), partial(_read, table, fees))


def _fee_columns(table: Table) -> tuple[str, ...]:
    """Return the columns between the taxes and the gross amount: fees, whatever the site calls them."""
    after_taxes = dropwhile(lambda name: name != "Shipping and handling", table.own_names)
    before_gross = takewhile(lambda name: name != "Gross transaction amount", after_taxes)
    return tuple(name for name in before_gross if name not in {column.name for column in LAYOUT.columns})


def _read(table: Table, fees: Sequence[str], mark: str) -> Reading:
    figures = Figures(table, mark)
    stated = [_amounts(row, figures, fees) for row in table.rows]
    rows = zip(table.rows, shared_out(stated), strict=True)
    lines = without_lone_payouts([_line(row, figures, amounts) for row, amounts in rows])
    dates = {row.cells["Payout ID"].strip(): figures.moment(row, "Payout date") for row in table.rows}
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.EBAY,
            file=table.file,
            headers=headers_of_payouts(lines, dates),
            lines=lines,
            problems=(
                *doubtful_rows(table, stated),
                *pending_note(lines, table.file),
                *damaged_ids(table, ("Order number", "Item ID", "Transaction ID", "Custom label")),
            ),
            units=_units,
        )
    )


def _amounts(row: Row, figures: Figures, fees: Sequence[str]) -> Amounts:
    """Return what a row says about money, signed from the seller's side as eBay writes it."""
    named = (
        ("principal", "Item subtotal"),
        ("shipping", "Shipping and handling"),
        ("tax", "Seller collected tax"),
        *(("referral_fee" if name.casefold().startswith(_REFERRAL) else "other_fee", name) for name in fees),
    )
    amounts = ((column, figures.amount(row, name)) for column, name in named)
    parts = tuple((column, amount) for column, amount in amounts if amount)
    currency, own = row.cells["Payout currency"].strip(), row.cells.get("Transaction currency", "").strip()
    foreign = bool(currency and own and currency != own)  # the parts are in the buyer's currency, the net is not
    event = meaning(row.cells["Type"], "").event
    return Amounts(
        order=row.cells["Order number"].strip(),
        date=row.cells["Transaction creation date"].strip(),
        payout_id=row.cells["Payout ID"].strip(),
        has_item=bool(row.cells["Item ID"].strip()),
        is_order=event is Event.SALE,
        rest=_REST.get(event, "other"),
        net=figures.amount(row, "Net amount"),
        gross=figures.amount(row, "Gross transaction amount"),
        currency=currency,
        parts=parts if event in _WITH_PARTS and not foreign else (),
        comparable=event in _WITH_PARTS and not foreign,
    )


def _line(row: Row, figures: Figures, amounts: Amounts) -> Line:
    cell = row.cells
    description = cell.get("Description", "").strip()
    means = meaning(cell["Type"], description)
    posted = figures.moment(row, "Transaction creation date")
    order_id, item, sku = cell["Order number"].strip(), cell["Item ID"].strip(), cell["Custom label"]
    of_item = means.event in (Event.SALE, Event.REFUND)
    quantity = figures.whole(row, "Quantity")
    return Line(
        number=row.number,
        settlement_id=_payout_id(row, figures.table),
        group=(
            cell["Type"].strip(),
            order_id,
            cell["Transaction ID"].strip(),
            item,
            sku.strip(),
            posted.isoformat() if posted else "",
            cell.get("Reference ID", "").strip(),
            "" if of_item else description,
        ),
        single=True,
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=cell["Type"],
        raw_description="" if of_item else description,
        parts=amounts.parts,
        amount=amounts.net or Decimal(0),
        currency=amounts.currency,
        posted_at=posted,
        carries_units=of_item and (bool(item) or means.event is Event.REFUND),
        units=quantity if means.event is Event.SALE else None,  # a refund does not say how many units came back
        order_id=order_id,
        order_item_id=cell["Transaction ID"].strip() or item,
        sku=sku if sku.strip() else "",
        marketplace=Marketplace.EBAY.value,
        unknown_type=cell["Type"].strip() if means is UNKNOWN else "",
    )


def _units(lines: Sequence[Line]) -> Units:
    """Return the units of a row; what a dispute or an unknown type is about is not said."""
    if lines[0].event in (Event.DISPUTE, Event.OTHER):
        return Units(None, QuantitySource.UNKNOWN)
    return counted_units(lines)


def _payout_id(row: Row, table: Table) -> str:
    found = row.cells["Payout ID"].strip()
    if is_damaged(found):
        raise DamagedIdError(table.place(row, "Payout ID"), found)
    return found


FORMAT = Format(
    name="ebay_transaction_report",
    title=LAYOUT.title,
    marketplace=Marketplace.EBAY,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    extent=Extent.DAYS,
)
