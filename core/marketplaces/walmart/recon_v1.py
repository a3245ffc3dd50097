"""Walmart reconciliation report, V1: one row per amount.

A settlement has no id of its own here: it is named after its period, `20260418-20260501`, which is the same in the file
and through the API. Sellers outside of Walmart's own fulfilment get reports whose period is blank; those are named by
the first and last day of their lines. *Amount* is the only money: commission rates and *Original Commission* tell how
one of the amounts came about.

The order is Walmart's *Customer Order #*; a purchase order is the shipment of it by this seller.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.columns.undeclared_columns import notes_on_undeclared
from core.marketplaces.documents.returns import returns_frame
from core.marketplaces.errors import BadCellError, ConflictingSummaryError, DamagedIdError, Place
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.figures import Figures, damaged_ids, is_damaged, read_in_its_notation
from core.marketplaces.reading.file_tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.settlements.file_lines import FileLine, Header
from core.marketplaces.settlements.periods import header_of, period_name
from core.marketplaces.settlements.tie_out import Findings, NoTotalProblem, reading
from core.marketplaces.walmart.disposal_fees import destroyed
from core.marketplaces.walmart.words import (
    PLAIN_MONEY,
    amount_meaning,
    is_amount_declared,
    is_declared,
    meaning,
)
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
from core.model import Event, Marketplace, Problem, Severity
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row, Table
    from core.marketplaces.settlements.file_lines import TypedPart
    from core.marketplaces.words.meanings import Meaning
    from core.model import Reading

REASON = "Transaction Reason Description"
"""Why a refund was given; blank on all other rows."""
LAYOUT = Layout(
    title="Walmart reconciliation report (V1)",
    columns=(
        Column("Period Start Date", Kind.MOMENT),
        Column("Period End Date", Kind.MOMENT),
        Column("Total Payable", Kind.AMOUNT),
        Column("Currency"),
        Column("Transaction Key", needed=False),
        Column("Transaction Posted Timestamp", Kind.MOMENT),
        Column("Transaction Type"),
        Column("Transaction Description"),
        Column("Customer Order #"),
        Column("Customer Order line #", needed=False),
        Column("Purchase Order #", needed=False),
        Column("Purchase Order line #", needed=False),
        Column("Amount", Kind.AMOUNT),
        Column("Amount Type"),
        Column("Ship Qty", Kind.WHOLE),
        Column("Commission Rate", needed=False),
        Column("Base Commission Rate", needed=False),
        Column(REASON, needed=False),
        Column("Partner Item Id"),
        Column("Partner GTIN", needed=False),
        Column("Partner Item Name", needed=False),
        Column("Product Tax Code", needed=False),
        Column("Ship to State", Kind.PERSONAL, needed=False),
        Column("Ship to City", Kind.PERSONAL, needed=False),
        Column("Ship to Zipcode", Kind.PERSONAL, needed=False, aliases=("Ship to Zip code",)),
        Column("Contract Category", needed=False),
        Column("Product Type", needed=False),
        Column("Commission Rule", needed=False),
        Column("Shipping Method", needed=False),
        Column("Fulfillment Type", needed=False),
        Column("Fulfillment Details", needed=False),
        Column("Original Commission", needed=False),
    ),
    delimiters=(",", ";", "\t"),
    quoted=True,
    remarks=("number of lines in file",),
    total="Total Payable",
)

HOME = "USD"
_PRICES = frozenset(map(folded, ("Product Price", "Item Price")))
"""Amount types whose rows carry the units; all others of an order line repeat them."""
_START, _END = "Period Start Date", "Period End Date"
_LINES_AROUND = 3
"""The header, the remark and the summary row: it is not established whether the declared number counts them."""


def read(contents: Contents) -> Reading:
    """Read a V1 reconciliation report; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table))


def _read(table: Table, mark: str) -> Reading:
    figures = Figures(table, mark)  # Walmart US writes month/day
    summaries = [row for row in table.rows if is_summary(row)]
    rows = [row for row in table.rows if not is_summary(row)]
    summary = summary_of(summaries, figures)
    currency = figures.currency(summary, "Currency") if summary else ""
    lines = _apart_by_reason(rows, [line_of(row, figures, currency or HOME) for row in rows])
    summary_header = header(summary, figures, lines, currency or HOME)
    settled = tuple(line._replace(settlement_id=summary_header.settlement_id) for line in lines)
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.WALMART,
            file=table.file,
            headers=(summary_header,),
            lines=settled,
            problems=(
                *declared_lines(table, len(lines)),
                *notes_on_undeclared(figures),
                *damaged_ids(table, ("Purchase Order #", "Partner Item Id", "Partner GTIN")),
            ),
            problems_by_settlement={summary_header.settlement_id: () if summary else no_summary(table)},
            returns=returns_frame(destroyed(rows, settled)),
        )
    )


def _apart_by_reason(rows: Sequence[Row], lines: Sequence[FileLine]) -> tuple[FileLine, ...]:
    """Keep refunds of one order line and moment apart of which the reasons differ: each says what became of its goods.

    `DefectiveItem` and `Returnless refund`, one unit each: one unit came back and the other did not. Rows of other
    amounts, of which it is not known whether they repeat the reason, are with the one that comes first by its letters.
    """
    reasons: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row, line in zip(rows, lines, strict=True):
        if says_refunded_units(row):
            reasons[line.group].add(row.cells.get(REASON, "").strip())
    return tuple(
        _with_own_reason(line, row.cells.get(REASON, "").strip(), reasons[line.group])
        if len(reasons.get(line.group, ())) > 1
        else line
        for row, line in zip(rows, lines, strict=True)
    )


def _with_own_reason(line: FileLine, reason: str, reasons: Collection[str]) -> FileLine:
    own = own_reason(reason, reasons)
    return line._replace(group=(*line.group[:-1], " / ".join(filter(None, (line.group[-1], own)))))


def own_reason(reason: str, reasons: Collection[str]) -> str:
    """Return with which of the reasons of a refund's prices a row is: its own, else the first by its letters."""
    return reason if reason in reasons else min(reasons)


def says_refunded_units(row: Row) -> bool:
    """Tell whether a row says how many units were refunded, so that its reason is about goods."""
    means = meaning(row.cells["Transaction Type"], row.cells["Transaction Description"])
    return means.event is Event.REFUND and folded(row.cells["Amount Type"]) in _PRICES


def is_summary(row: Row) -> bool:
    """Tell whether a row is about the settlement as a whole."""
    return row.cells["Transaction Type"].strip().casefold() == "paymentsummary" or (
        not row.cells["Transaction Type"].strip() and bool(row.cells["Total Payable"].strip())
    )


def summary_of(summaries: Sequence[Row], figures: Figures) -> Row | None:
    """Return the summary row, nothing where the file has none.

    Raises:
        ConflictingSummaryError: If two of them differ.
    """
    for other in summaries[1:]:
        if other.content != summaries[0].content:
            place, second = (figures.table.place(row, "Total Payable") for row in (summaries[0], other))
            start, end = (figures.moment(summaries[0], name) for name in (_START, _END))
            name = f"{start:%Y%m%d}-{end:%Y%m%d}" if start and end else "without period"
            raise ConflictingSummaryError(place, second, name)
    return summaries[0] if summaries else None


def header(summary: Row | None, figures: Figures, lines: Sequence[FileLine], currency: str) -> Header:
    """Return the settlement by its stated period, or by its lines where none is stated."""
    if summary is None:
        _refuse_undated(lines, figures.table)
        return replace(header_of(period_name(lines), lines, currency), derived_id=True)
    total = figures.needed_amount(summary, "Total Payable")
    start, end = (figures.moment(summary, name) for name in (_START, _END))
    if start is None and end is None:
        _refuse_undated(lines, figures.table)
        return replace(header_of(period_name(lines), lines, currency, total=total), derived_id=True)
    if start is None or end is None:
        column = _START if start is None else _END
        raise BadCellError(figures.table.place(summary, column), "", "the first and last day of the period")
    return Header(
        settlement_id=f"{start:%Y%m%d}-{end:%Y%m%d}",
        marketplace="",
        currency=currency,
        period_start=start,
        period_end=end,
        total=total,
    )


def _refuse_undated(lines: Sequence[FileLine], table: Table | ColumnTable) -> None:
    """Refuse a file that names no day at all: every such settlement would have the same name."""
    if not any(line.posted_at for line in lines):
        place = Place(table.file, table.header_line, _START)
        raise BadCellError(place, "", "the period, and no line has a date either")


def line_of(row: Row, figures: Figures, currency: str) -> FileLine:
    """Return what one row says, read and classified."""
    cell = row.cells
    order_id = cell["Customer Order #"].strip()
    if is_damaged(order_id):
        raise DamagedIdError(figures.table.place(row, "Customer Order #"), order_id)
    kind, description, amount_type = cell["Transaction Type"], cell["Transaction Description"], cell["Amount Type"]
    sku = cell["Partner Item Id"] if cell["Partner Item Id"].strip() else ""
    quantity = figures.whole(row, "Ship Qty")
    reason = cell.get(REASON, "").strip()
    declared = is_declared(kind, description) and is_amount_declared(amount_type)
    means = doubted(meaning(kind, description, reason), declared=declared, sku=sku, quantity=quantity)
    of_item = means.event in (Event.SALE, Event.REFUND)
    posted = figures.moment(row, "Transaction Posted Timestamp")
    net = figures.needed_amount(row, "Amount")
    column, own = _own_money(means, row, net)
    lost_or_found = means.event in (Event.REIMBURSEMENT, Event.REIMBURSEMENT_REVERSAL)
    about_units = lost_or_found or (means is UNKNOWN and quantity is not None)
    carries = about_units or (of_item and folded(amount_type) in _PRICES)
    return FileLine(
        number=row.number,
        settlement_id="",
        group=(
            kind.strip(),
            order_id,
            cell.get("Customer Order line #", "").strip(),
            cell.get("Transaction Key", "").strip(),
            sku,
            posted.isoformat() if posted else "",
            "" if means.event is Event.SALE else description.strip(),  # different refunds of one moment stay apart
        ),
        single=not of_item or not (order_id or sku),  # each adjustment is an event of its own
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=kind,
        raw_description="" if means.event is Event.SALE else _with_reason(means, description, reason),
        parts=((column, net),),
        amount=net,
        currency=figures.currency(row, "Currency") or currency,
        posted_at=posted,
        carries_units=carries,
        units=_signed(means.event, quantity) if carries else None,
        stated_units=_signed(means.event, quantity) if of_item and may_be_price(own) else None,
        order_id=order_id,
        order_item_id=cell.get("Customer Order line #", "").strip(),
        shipment_id=cell.get("Purchase Order #", "").strip(),
        sku=sku,
        marketplace=Marketplace.WALMART.value,
        fulfilment=cell.get("Fulfillment Type", "").strip(),
        goods=means.goods,
        typed=own,
    )


def _with_reason(means: Meaning, description: str, reason: str) -> str:
    return " / ".join(filter(None, (description, reason))) if means.event is Event.REFUND else description


def _own_money(means: Meaning, row: Row, net: Decimal) -> tuple[str, tuple[TypedPart, ...]]:
    """Return the amount column of a row, and what its amount is about where that does not tell it."""
    kind, amount_type = row.cells["Transaction Type"].strip(), row.cells["Amount Type"].strip()
    if means.event in (Event.SALE, Event.REFUND, Event.DISPUTE):
        effect = amount_meaning(amount_type)
        if means.event is Event.DISPUTE and effect == PLAIN_MONEY:  # its own money, not a correction of a sale
            return own_column(means.event), ()
        return effect.column, typed_item(effect, net, listed_type(kind, amount_type))
    column = own_column(means.event)
    return column, typed_amount_parts(((column, net),), means, listed_type(kind, row.cells["Transaction Description"]))


def _signed(event: Event, quantity: int | None) -> int | None:
    comes_back = event in (Event.REFUND, Event.REIMBURSEMENT_REVERSAL)
    return -abs(quantity) if quantity is not None and comes_back else quantity


def declared_lines(table: Table | ColumnTable, line_count: int) -> list[Problem]:
    """Return an error if the file says that it has more lines than it has: it must not be imported."""
    for remark in table.remarks:
        declared = re.search(r"\d+", remark.cells[0])
        if declared and not line_count <= int(declared[0]) <= line_count + _LINES_AROUND:
            message = (
                f"The file says that it has {counted(int(declared[0]), 'line')} and has {line_count}; it is not "
                "complete and is not imported. Download it again."
            )
            return [Problem(Severity.ERROR, message, f"{table.file}, line {remark.number}")]
    return []


def no_summary(table: Table | ColumnTable) -> tuple[Problem, ...]:
    """Return the error about a file that states no total."""
    message = "There is no PaymentSummary row, so nothing says what the lines must sum to. Download the file again."
    return (NoTotalProblem(Severity.ERROR, message, table.file),)


FORMAT = Format(
    name="walmart_recon_v1",
    title=LAYOUT.title,
    marketplace=Marketplace.WALMART,
    standing=Standing.RECORD,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Seller Center open Payments and download the report in its new version (V1).",
    follows_on=True,
    dates_only=True,
)
