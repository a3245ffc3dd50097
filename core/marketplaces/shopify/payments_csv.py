"""Shopify Payments transactions export (CSV): one row per charge, refund or other movement (settlements.md §4).

A payout is the settlement and its *Payout ID* the settlement id; rows without one are pending and belong to none. The
file knows neither SKU nor units. `Net` is what counts; an amount and fee that do not give it are reported as they are.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.damaged_ids import damaged_ids, is_damaged
from core.marketplaces.errors import BadCellError, DamagedIdError
from core.marketplaces.figures import Figures, read_in_its_notation
from core.marketplaces.formats import Extent, Format, Standing
from core.marketplaces.lines import Line
from core.marketplaces.payouts import headers_of_payouts, pending_note, without_lone_payouts
from core.marketplaces.tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.tie_out import Findings, reading
from core.marketplaces.transactions import Units
from core.model import Event, Marketplace, Problem, QuantitySource, Severity, StockEffect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.contents import Contents
    from core.marketplaces.tables import Row, Table
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
        Column("Payout ID"),
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


class Meaning(NamedTuple):
    """What a movement is, what it does to the stock, and which amount column its amount adds to."""

    event: Event
    stock_effect: StockEffect
    column: str


_NO_GOODS = StockEffect.NONE
_TYPES = {
    "charge": Meaning(Event.SALE, StockEffect.OUT, "principal"),
    "refund": Meaning(Event.REFUND, StockEffect.UNKNOWN, "principal"),
    "refund_failure": Meaning(Event.ADJUSTMENT, _NO_GOODS, "other"),
    "dispute": Meaning(Event.DISPUTE, _NO_GOODS, "principal"),
    "chargeback": Meaning(Event.DISPUTE, _NO_GOODS, "principal"),
    "chargeback won": Meaning(Event.DISPUTE, _NO_GOODS, "principal"),
    "adjustment": Meaning(Event.ADJUSTMENT, _NO_GOODS, "other"),
    "credit": Meaning(Event.ADJUSTMENT, _NO_GOODS, "other"),
    "debit": Meaning(Event.ADJUSTMENT, _NO_GOODS, "other"),
    "reserve": Meaning(Event.BALANCE, _NO_GOODS, "other"),
    "transfer": Meaning(Event.BALANCE, _NO_GOODS, "other"),
    "payout": Meaning(Event.PAYOUT, _NO_GOODS, "other"),
    "payout_failure": Meaning(Event.PAYOUT, _NO_GOODS, "other"),
    "payout_cancellation": Meaning(Event.PAYOUT, _NO_GOODS, "other"),
    "shipping_label": Meaning(Event.FEE, _NO_GOODS, "other_fee"),
    "marketplace_tax": Meaning(Event.TAX_ONLY, _NO_GOODS, "tax_withheld"),
}
_UNKNOWN = Meaning(Event.OTHER, StockEffect.UNKNOWN, "other")


def read(contents: Contents) -> Reading:
    """Read a Shopify Payments transactions export; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table))


def _read(table: Table, mark: str) -> Reading:
    figures = Figures(table, mark)
    lines = without_lone_payouts([_line(row, figures) for row in table.rows])
    dates = {row.cells["Payout ID"].strip(): figures.moment(row, "Payout Date") for row in table.rows}
    broken = _broken_rows(table, lines, figures)
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.SHOPIFY,
            file=table.file,
            headers=headers_of_payouts(lines, dates),
            lines=lines,
            problems=(*broken.pop("", ()), *pending_note(lines, table.file), *damaged_ids(table, ("Order",))),
            problems_by_settlement=broken,
            units=_units,
        )
    )


def _line(row: Row, figures: Figures) -> Line:
    cell = row.cells
    kind = cell["Type"].strip()
    means = _TYPES.get(kind.casefold(), _UNKNOWN)
    posted = figures.moment(row, "Transaction Date")
    amount, fee = figures.needed_amount(row, "Amount"), figures.amount(row, "Fee") or Decimal(0)
    net = figures.needed_amount(row, "Net")
    parts = ((means.column, amount), ("other_fee", -fee), ("other", net - amount + fee))
    order_id = cell["Order"].strip()
    moment = posted.isoformat() if posted else ""
    return Line(
        number=row.number,
        settlement_id=_payout_id(row, figures.table),
        group=(kind, order_id, cell.get("Checkout", "").strip(), moment),
        single=True,
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=cell["Type"],
        raw_description="",
        parts=tuple((column, part) for column, part in parts if part),
        amount=net,
        currency=_currency(row, figures.table),
        posted_at=posted,
        order_id=order_id,
        marketplace=Marketplace.SHOPIFY.value,
        unknown_type=kind if means is _UNKNOWN else "",
    )


def _payout_id(row: Row, table: Table) -> str:
    found = row.cells["Payout ID"].strip()
    if is_damaged(found):
        raise DamagedIdError(table.place(row, "Payout ID"), found)
    return found


def _currency(row: Row, table: Table) -> str:
    found = row.cells["Currency"].strip()
    if not found:
        raise BadCellError(table.place(row, "Currency"), "", "a currency")
    return found


def _broken_rows(table: Table, lines: Sequence[Line], figures: Figures) -> dict[str, list[Problem]]:
    """Return an error for each row whose net is not its amount less its fee, by payout."""
    problems: dict[str, list[Problem]] = defaultdict(list)
    for row, line in zip(table.rows, lines, strict=True):
        expected = figures.needed_amount(row, "Amount") - (figures.amount(row, "Fee") or Decimal(0))
        if expected != line.amount:
            message = f"Amount less fee is {expected}, but the row says net {line.amount}. Ask Shopify which is right."
            problems[line.settlement_id].append(Problem(Severity.ERROR, message, str(table.place(row, "Net"))))
    return problems


def _units(lines: Sequence[Line]) -> Units:
    """Return that the units are unknown, for what may be about goods: they are on the order, not in this file."""
    about_goods = lines[0].event in (Event.SALE, Event.REFUND, Event.DISPUTE)
    return Units(None, QuantitySource.UNKNOWN if about_goods else None)


FORMAT = Format(
    name="shopify_payments_csv",
    title=LAYOUT.title,
    marketplace=Marketplace.SHOPIFY,
    standing=Standing.VIEW,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    extent=Extent.DAYS,
)
