"""Shopify Payments transactions export (CSV): one row per charge, refund or other movement.

A payout is the settlement and its *Payout ID* the settlement id; rows without one are pending and belong to none.
Exports of 2025 have no such column: Shopify pays out once a day and currency, so the payout is then named by its date
and currency (`2025-06-12 USD`). The file knows neither SKU nor units. `Net` is what counts; an amount and fee that do
not give it are reported as they are, unless columns that nobody declared explain every row's net. *VAT* is a part of
the fee, and *Presentment Amount* is in the buyer's currency: neither adds to anything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.columns.undeclared_columns import notes_on_undeclared, proved, undeclared_amounts
from core.marketplaces.errors import BadCellError, DamagedIdError, MissingColumnError, Place
from core.marketplaces.formats import Extent, Format, Standing
from core.marketplaces.reading.figures import Figures, damaged_ids, day_first, is_damaged, read_in_its_notation
from core.marketplaces.reading.file_tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.settlements.file_lines import FileLine, TypedPart
from core.marketplaces.settlements.payouts import headers_of_payouts, pending_note
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.settlements.transactions import Units
from core.marketplaces.shopify.words import column, meaning, movement_types
from core.model import Event, Marketplace, Problem, QuantitySource, Severity, StockEffect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row, Table
    from core.model import Reading

LAYOUT = Layout(
    title="Shopify Payments transactions export (CSV)",
    columns=(
        Column("Transaction Date", Kind.MOMENT),
        Column("Type"),
        Column("Order"),
        Column("Card Brand", needed=False),
        Column("Card Source", needed=False),
        Column("Payout Status", needed=False),
        Column("Payout Date", Kind.MOMENT, needed=False),
        Column("Payout ID", needed=False),
        Column("Available On", needed=False),
        Column("Amount", Kind.AMOUNT),
        Column("Fee", Kind.AMOUNT),
        Column("Net", Kind.AMOUNT),
        Column("Checkout", needed=False),
        Column("Payment Method Name", needed=False),
        Column("Presentment Amount", needed=False),
        Column("Presentment Currency", needed=False),
        Column("Currency"),
        Column("VAT", needed=False),
    ),
    delimiters=(",", ";", "\t"),
    quoted=True,
)


_PAID, _PENDING = "paid", "pending"
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read(contents: Contents) -> Reading:
    """Read a Shopify Payments transactions export; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    if not {"Payout ID", "Payout Date"} & set(table.own_names):
        raise MissingColumnError(Place(table.file, table.header_line), LAYOUT.title, ["Payout ID"])
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first(table)))


def _read(table: Table, slashes: bool, mark: str) -> Reading:  # noqa: FBT001 - by partial
    figures = Figures(table, mark, day_first=slashes)
    named = any(row.cells.get("Payout ID", "").strip() for row in table.rows)
    payout_id = payout_id_of if named else payout_day_of
    found = proved([_lacking(row, figures) for row in table.rows], undeclared_amounts(figures))
    figures, counted = figures.with_subtracted(found.subtracted), found.names
    lines = tuple(line_of(row, figures, payout_id, counted) for row in table.rows)
    dates = [(payout_id(row, figures), figures.moment(row, "Payout Date")) for row in table.rows]
    broken = broken_rows(table, lines, figures, counted)
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.SHOPIFY,
            file=table.file,
            headers=tuple(replace(one, derived_id=not named) for one in headers_of_payouts(lines, dates)),
            lines=lines,
            problems=(
                *broken.pop("", ()),
                *pending_note(lines, table.file),
                *paid_in_no_payout(table, lines),
                *notes_on_undeclared(figures, found),
                *damaged_ids(table, ("Order",)),
            ),
            problems_by_settlement=broken,
            units=_units,
        )
    )


def line_of(
    row: Row, figures: Figures, payout_id: Callable[[Row, Figures], str], counted: Sequence[str] = ()
) -> FileLine:
    """Return what one row says, read and classified.

    Args:
        row: The row.
        figures: Of its table.
        payout_id: Names its payout.
        counted: Undeclared columns that are proved to be money; what they are about is asked by their names.
    """
    cell = row.cells
    kind = cell["Type"].strip()
    means = meaning(kind)
    posted = figures.moment(row, "Transaction Date")
    amount, fee = figures.needed_amount(row, "Amount"), figures.amount(row, "Fee") or Decimal(0)
    net = figures.needed_amount(row, "Net")
    named = [(name, figures.amount(row, name) or Decimal(0)) for name in counted]
    rest = net - amount + fee - sum((part for _, part in named), Decimal(0))
    parts = ((column(means), amount), ("other_fee", -fee), *(("other", part) for _, part in named), ("other", rest))
    order_id = cell["Order"].strip()
    moment = posted.isoformat() if posted else ""
    return FileLine(
        number=row.number,
        settlement_id=payout_id(row, figures),
        group=(kind, order_id, cell.get("Checkout", "").strip(), moment),
        single=True,
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=cell["Type"],
        raw_description="",
        parts=tuple((column, part) for column, part in parts if part),
        amount=net,
        currency=_currency(row, figures),
        posted_at=posted,
        order_id=order_id,
        marketplace=Marketplace.SHOPIFY.value,
        goods=means.goods,
        typed=(
            *movement_types(means, amount, fee, kind),
            *(TypedPart("other", part, None, name) for name, part in named if part),
        ),
    )


def _lacking(row: Row, figures: Figures) -> Decimal:
    """Return what the net of a row has besides its amount less its fee."""
    taken = figures.amount(row, "Fee") or Decimal(0)
    return figures.needed_amount(row, "Net") - figures.needed_amount(row, "Amount") + taken


def payout_id_of(row: Row, figures: Figures) -> str:
    """Return the id of a row's payout; empty while it is not paid.

    Raises:
        DamagedIdError: If a spreadsheet program rounded it.
    """
    number = row.cells["Payout ID"].strip()
    if is_damaged(number):
        raise DamagedIdError(figures.table.place(row, "Payout ID"), number)
    return number


def payout_day_of(row: Row, figures: Figures) -> str:
    """Return the name of the payout of a row where the file has no ids; empty while it is not paid."""
    moment = figures.moment(row, "Payout Date")
    if moment is None or row.cells.get("Payout Status", "").strip().casefold() == _PENDING:
        return ""
    text = row.cells["Payout Date"].strip()
    day = text[:10] if _ISO_DAY.match(text) else f"{moment:%Y-%m-%d}"  # a zone behind it does not move the day
    return f"{day} {_currency(row, figures)}"


def paid_in_no_payout(table: Table, lines: Sequence[FileLine]) -> list[Problem]:
    """Return a warning for each row that is paid and names no payout, in a file that names the others."""
    return [
        Problem(
            Severity.WARNING,
            "This row is paid, but the file does not say in which payout, so it is left out. Export the payout's "
            "transactions from the payout itself.",
            str(table.place(row, "Payout ID")),
        )
        for row, line in zip(table.rows, lines, strict=True)
        if row.cells.get("Payout Status", "").strip().casefold() == _PAID
        and not line.settlement_id
        and line.event is not Event.PAYOUT
    ]


def _currency(row: Row, figures: Figures) -> str:
    currency = figures.currency(row, "Currency")
    if not currency:
        raise BadCellError(figures.table.place(row, "Currency"), "", "a currency")
    return currency


def broken_rows(
    table: Table, lines: Sequence[FileLine], figures: Figures, counted: Sequence[str]
) -> dict[str, list[Problem]]:
    """Return an error for each row whose net is not its amount less its fee and what else is proved, by payout."""
    problems: dict[str, list[Problem]] = defaultdict(list)
    for row, line in zip(table.rows, lines, strict=True):
        proved_too = sum((figures.amount(row, name) or Decimal(0) for name in counted), Decimal(0))
        expected = line.amount - _lacking(row, figures) + proved_too
        if expected != line.amount:
            of = f" of order {line.order_id}" if line.order_id else ""
            message = (
                f"Amount less fee is {expected}, but the row{of} says net {line.amount}. Export the transactions "
                f"again; if they say the same, ask Shopify which is right."
            )
            problems[line.settlement_id].append(Problem(Severity.ERROR, message, str(table.place(row, "Net"))))
    return problems


def _units(lines: Sequence[FileLine]) -> Units:
    """Return that the units are unknown, for what may be about goods: they are on the order, not in this file."""
    event, effect = lines[0].event, lines[0].stock_effect
    if event in (Event.SALE, Event.REFUND) and effect is StockEffect.NONE:
        return Units(0, QuantitySource.FROM_ORDER)  # money alone: the order's own charge or refund is about the goods
    about_goods = event in (Event.SALE, Event.REFUND, Event.DISPUTE)
    return Units(None, QuantitySource.UNKNOWN if about_goods else None)


FORMAT = Format(
    name="shopify_payments_csv",
    title=LAYOUT.title,
    marketplace=Marketplace.SHOPIFY,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Shopify open Finances, Payouts, then Transactions, and export them.",
    deposit_is_date=True,
    extent=Extent.DAYS,
)
