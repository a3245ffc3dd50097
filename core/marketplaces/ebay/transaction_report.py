"""eBay transaction report (CSV): `--` is nothing, a payout is the settlement.

An order of several items has one row with its net amount and none of its items, and one row per item without. The
amounts of each item are taken from its own row; the order's row keeps what is left of its net amount, so that the rows
together are exactly the net amount. Where rows of items are missing, that is something, and its units are asked. Rows
without *Payout ID* are not paid yet and belong to no settlement, but an item's row belongs where its order's row does.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.columns.undeclared_columns import notes_on_undeclared, proved, undeclared_amounts
from core.marketplaces.ebay.report_columns import (
    COLUMNS,
    COMPONENTS,
    GROSS,
    GROSS_AMOUNT,
    IDS,
    ITEM,
    NET_AMOUNT,
    ORDER,
    ORDERED,
    PAYOUT,
    TITLE,
    VAT_RATE,
    in_english,
    vat_rate,
)
from core.marketplaces.ebay.roll_ups import RowAmounts, doubtful_rows, open_sums, rows_with_net_amounts
from core.marketplaces.ebay.words import OF_ITEMS, REST_OF_NET, fee, is_declared, is_of_title, meaning, tells_of_goods
from core.marketplaces.errors import BadCellError, DamagedIdError
from core.marketplaces.formats import Extent, Format, Standing
from core.marketplaces.reading.figures import Figures, damaged_ids, day_first, is_damaged, read_in_its_notation
from core.marketplaces.reading.file_tables import Kind, Layout, Row, find_table, likeness
from core.marketplaces.settlements.file_lines import FileLine, TypedPart
from core.marketplaces.settlements.payouts import headers_of_payouts, pending_note
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.settlements.transactions import Units, counted_units
from core.marketplaces.words.meanings import UNKNOWN, doubted, listed_type, typed_amount_parts, typed_item
from core.model import Event, Marketplace, Problem, QuantitySource, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Table
    from core.marketplaces.words.meanings import Meaning
    from core.model import Reading

LAYOUT = Layout(
    title="eBay transaction report (CSV)",
    columns=COLUMNS,
    delimiters=(",", ";", "\t"),
    quoted=True,
    nothing="--",
)

_RATE = re.compile(r"\d{1,9}(?:\.\d{1,12})?")
_NOBODYS = "other"
_REST = {Event.REFUND: "principal", Event.DISPUTE: "principal", Event.FEE: "other_fee"}
"""Which amount column takes what a row's own columns leave of its net amount: a refund's row has no columns of its own
for what the buyer got back."""


def read(contents: Contents) -> Reading:
    """Read an eBay transaction report; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first(table)))


def _read(table: Table, slashes: bool, mark: str) -> Reading:  # noqa: FBT001 - by partial
    figures = Figures(table, mark, day_first=slashes)
    stated = [amounts_in(row, figures, COMPONENTS) for row in table.rows]
    counted = proved(*open_sums(stated, undeclared_amounts(figures)))
    figures = figures.with_subtracted(counted.subtracted)
    components = COMPONENTS | dict.fromkeys(counted.names, "other")
    if counted.names:
        stated = [amounts_in(row, figures, components) for row in table.rows]
    rows = zip(table.rows, rows_with_net_amounts(stated), strict=True)
    lines = tuple(line_of(row, figures, amounts) for row, amounts in rows)
    dates = [(row.cells[PAYOUT].strip(), figures.moment(row, "Payout date")) for row in table.rows]
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
                *notes_on_undeclared(figures, counted),
                *odd_rates(table, lines),
                *damaged_ids(table, IDS),
            ),
            units=_units,
        )
    )


def amounts_in(row: Row, figures: Figures, components: Mapping[str, str]) -> RowAmounts:
    """Return what a row says about money, signed from the seller's side as eBay writes it."""
    amounts = ((name, column, figures.amount(row, name)) for name, column in components.items())
    named = [(name, (column, amount)) for name, column, amount in amounts if amount]
    currency, own = (figures.currency(row, name) for name in ("Payout currency", "Transaction currency"))
    event = meaning(in_english(row.cells["Type"]), "").event
    net = figures.amount(row, NET_AMOUNT)
    if net is not None and not currency:
        raise BadCellError(figures.table.place(row, "Payout currency"), "", "a currency (a code of ISO 4217, like USD)")
    return RowAmounts(
        order=row.cells[ORDER].strip(),
        date=row.cells[ORDERED].strip(),
        payout_id=row.cells[PAYOUT].strip(),
        has_item=bool(row.cells[ITEM].strip()),
        is_order=event is Event.SALE,
        rest=_REST.get(event, _NOBODYS),
        net=net,
        gross=figures.amount(row, GROSS_AMOUNT),
        currency=currency,
        parts=tuple(part for _, part in named) if event in OF_ITEMS else (),
        names=tuple(name for name, _ in named) if event in OF_ITEMS else (),
        comparable=event in OF_ITEMS,
        own_currency=own,
        rate=_rate(row.cells.get("Exchange rate", "")),
    )


def _rate(text: str) -> Decimal | None:
    """Return a rate of exchange; nothing where the cell holds no plain number: then the row's own sums tell it."""
    plain = text.strip().replace(",", ".")
    return Decimal(plain) if _RATE.fullmatch(plain) else None


def line_of(row: Row, figures: Figures, amounts: RowAmounts) -> FileLine:
    """Return what one row says, read and classified."""
    cell = row.cells
    description = described(row)
    quantity = figures.whole(row, "Quantity")
    means = doubted(
        meaning(in_english(cell["Type"]), description),
        declared=is_declared(in_english(cell["Type"]), description),
        sku=cell["Custom label"],
        quantity=quantity,
    )
    posted = figures.moment(row, ORDERED)
    order_id, item, sku = cell[ORDER].strip(), cell[ITEM].strip(), cell["Custom label"]
    of_item = means.event in (Event.SALE, Event.REFUND)
    return FileLine(
        number=row.number,
        settlement_id=_payout_id(row, figures.table) or amounts.payout_id,
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
        raw_description="" if means.event is Event.SALE else description,
        parts=amounts.parts,
        amount=amounts.net or Decimal(0),
        currency=amounts.currency,
        posted_at=posted,
        carries_units=_carries_units(means, item, quantity) or amounts.lacks_items,
        units=None if means.event is Event.REFUND else quantity,  # it does not say how many units came back
        order_id=order_id,
        order_item_id=cell["Transaction ID"].strip() or item,
        sku=sku if sku.strip() else "",
        marketplace=Marketplace.EBAY.value,
        goods=means.goods,
        typed=_typed(row, amounts, means),
        tax_rate=vat_rate(cell.get(VAT_RATE, ""), figures.mark),
    )


def is_described(row: Row) -> bool:
    """Tell whether the description of a row says what became of its goods, by its type: of a refund or dispute."""
    return tells_of_goods(in_english(row.cells["Type"]))


def described(row: Row) -> str:
    """Return what the description of a row says; nothing where it is of goods and repeats the title of the item."""
    description = row.cells.get("Description", "").strip()
    return "" if is_described(row) and is_of_title(description, [row.cells.get(TITLE, "")]) else description


def _carries_units(means: Meaning, item: str, quantity: int | None) -> bool:
    """Tell whether a row says how many units it is about, or should; an unknown type does where it states them."""
    if means is UNKNOWN:
        return quantity is not None
    return means.event is Event.REFUND or (means.event is Event.SALE and bool(item))


def _typed(row: Row, amounts: RowAmounts, means: Meaning) -> tuple[TypedPart, ...]:
    """Return what of a row's money is about something else than its event and columns say, in the payout's currency."""
    if means.event not in OF_ITEMS:
        return typed_amount_parts(
            amounts.parts, means, listed_type(row.cells["Type"], row.cells.get("Description", ""))
        )
    named = zip(amounts.names, amounts.parts, strict=False)  # what is left of the net amount has no column
    own = (
        typed_item(fee(name)._replace(column=column), amount, name)
        for name, (column, amount) in named
        if column not in GROSS and amount
    )
    return (*(part for parts in own for part in parts), *_undeclared_rest(amounts))


def _undeclared_rest(amounts: RowAmounts) -> tuple[TypedPart, ...]:
    """Return what a sale's own columns leave of its net amount: no column says what it is, so it is asked.

    An order of 100.00 with fees of 10.00 and a net amount of 70.00 has 20.00 less than its columns explain. What a
    refund's columns leave is what the buyer got back, and a charge's is the charge.
    """
    if not amounts.remainder or amounts.rest != _NOBODYS:
        return ()
    return (TypedPart(_NOBODYS, amounts.remainder, None, REST_OF_NET),)


def odd_rates(table: Table, lines: Sequence[FileLine]) -> list[Problem]:
    """Return a warning for each different VAT rate that cannot be read."""
    unread = {
        row.cells[VAT_RATE].strip(): table.place(row, VAT_RATE)
        for row, line in zip(table.rows, lines, strict=True)
        if line.tax_rate is None and row.cells.get(VAT_RATE, "").strip()
    }
    return [
        Problem(Severity.WARNING, f"'{text}' is not a VAT rate in percent (20 or 20%); the row has none.", str(place))
        for text, place in unread.items()
    ]


def _units(lines: Sequence[FileLine]) -> Units:
    """Return the units of a row; what a dispute is about is not said, nor an unknown type unless it states units."""
    if lines[0].event is Event.DISPUTE or (lines[0].event is Event.OTHER and not lines[0].carries_units):
        return Units(None, QuantitySource.UNKNOWN)
    return counted_units(lines)


def _payout_id(row: Row, table: Table | ColumnTable) -> str:
    number = row.cells[PAYOUT].strip()
    if is_damaged(number):
        raise DamagedIdError(table.place(row, PAYOUT), number)
    return number


FORMAT = Format(
    name="ebay_transaction_report",
    title=LAYOUT.title,
    marketplace=Marketplace.EBAY,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Seller Hub open Payments, Reports, and download a transaction report.",
    dates_only=True,
    deposit_is_date=True,
    extent=Extent.DAYS,
)
