"""Walmart reconciliation report, V1: one row per amount (settlements.md §2).

A settlement has no id of its own here: it is named after its period, `20260418-20260501`, which is the same in the file
and through the API. The order is Walmart's *Customer Order #*; a purchase order is the shipment of it by this seller.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.damaged_ids import damaged_ids, is_damaged
from core.marketplaces.errors import BadCellError, ConflictingSummaryError, DamagedIdError
from core.marketplaces.figures import Figures, read_in_its_notation
from core.marketplaces.formats import Format, Standing
from core.marketplaces.lines import Header, Line
from core.marketplaces.periods import header_of, period_name
from core.marketplaces.tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.tie_out import Findings, reading
from core.marketplaces.walmart.vocabulary import amount_column, meaning, unknown_word
from core.model import Event, Marketplace, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.contents import Contents
    from core.marketplaces.tables import Row, Table
    from core.model import Reading

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
        Column("Transaction Reason Description", needed=False),
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
    delimiters=(",", "\t"),
    quoted=True,
    remarks=("number of lines in file",),
)

_HOME = "USD"
_LINES_AROUND = 3
"""The header, the remark and the summary row: it is not established whether the declared number counts them."""


def read(contents: Contents) -> Reading:
    """Read a V1 reconciliation report; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table))


def _read(table: Table, mark: str) -> Reading:
    figures = Figures(table, mark)  # Walmart US writes month/day
    summaries = [row for row in table.rows if _is_summary(row)]
    rows = [row for row in table.rows if not _is_summary(row)]
    header = _header(summaries, figures)
    lines = tuple(_line(row, figures, header) for row in rows)
    found = header or replace(header_of(period_name(lines), lines, _HOME), derived_id=True)
    settled = tuple(line._replace(settlement_id=found.settlement_id) for line in lines)
    return reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.WALMART,
            file=table.file,
            headers=(found,),
            lines=settled,
            problems=(
                *_declared_lines(table, len(lines)),
                *damaged_ids(table, ("Purchase Order #", "Partner Item Id", "Partner GTIN")),
            ),
            problems_by_settlement={found.settlement_id: () if header else _no_summary(table)},
        )
    )


def _is_summary(row: Row) -> bool:
    return row.cells["Transaction Type"].strip().casefold() == "paymentsummary" or (
        not row.cells["Transaction Type"].strip() and bool(row.cells["Total Payable"].strip())
    )


def _header(summaries: Sequence[Row], figures: Figures) -> Header | None:
    if not summaries:
        return None
    first = summaries[0]
    start, end = figures.moment(first, "Period Start Date"), figures.moment(first, "Period End Date")
    if start is None or end is None:
        raise BadCellError(figures.table.place(first, "Period Start Date"), "", "the first and last day of the period")
    header = Header(
        settlement_id=f"{start:%Y%m%d}-{end:%Y%m%d}",
        marketplace="",
        currency=first.cells["Currency"].strip() or _HOME,
        period_start=start,
        period_end=end,
        total=figures.needed_amount(first, "Total Payable"),
    )
    for other in summaries[1:]:
        if other.content != first.content:
            place, second = (figures.table.place(row, "Total Payable") for row in (first, other))
            raise ConflictingSummaryError(place, second, header.settlement_id)
    return header


def _line(row: Row, figures: Figures, header: Header | None) -> Line:
    cell = row.cells
    order_id = cell["Customer Order #"].strip()
    if is_damaged(order_id):
        raise DamagedIdError(figures.table.place(row, "Customer Order #"), order_id)
    kind, description, amount_type = cell["Transaction Type"], cell["Transaction Description"], cell["Amount Type"]
    means = meaning(kind, description)
    of_item = means.event in (Event.SALE, Event.REFUND)
    posted = figures.moment(row, "Transaction Posted Timestamp")
    sku = cell["Partner Item Id"] if cell["Partner Item Id"].strip() else ""
    amount = figures.needed_amount(row, "Amount")
    quantity = figures.whole(row, "Ship Qty")
    lost_or_found = means.event in (Event.REIMBURSEMENT, Event.REIMBURSEMENT_REVERSAL)
    carries = lost_or_found or (of_item and amount_type.strip().casefold() == "product price")
    return Line(
        number=row.number,
        settlement_id="",
        group=(
            kind.strip(),
            order_id,
            cell.get("Customer Order line #", "").strip(),
            cell.get("Transaction Key", "").strip(),
            sku,
            posted.isoformat() if posted else "",
            "" if of_item else description.strip(),
        ),
        single=not of_item or not (order_id or sku),  # each adjustment is an event of its own
        content=row.content,
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=kind,
        raw_description="" if of_item else description,
        parts=((amount_column(means.event, amount_type), amount),),
        amount=amount,
        currency=cell["Currency"].strip() or (header.currency if header else _HOME),
        posted_at=posted,
        carries_units=carries,
        units=_signed(means.event, quantity) if carries else None,
        order_id=order_id,
        order_item_id=cell.get("Customer Order line #", "").strip(),
        shipment_id=cell.get("Purchase Order #", "").strip(),
        sku=sku,
        marketplace=Marketplace.WALMART.value,
        fulfilment=cell.get("Fulfillment Type", "").strip(),
        unknown_type=unknown_word(kind, description, amount_type),
    )


def _signed(event: Event, quantity: int | None) -> int | None:
    comes_back = event in (Event.REFUND, Event.REIMBURSEMENT_REVERSAL)
    return -abs(quantity) if quantity is not None and comes_back else quantity


def _declared_lines(table: Table, found: int) -> list[Problem]:
    """Return an error if the file says that it has more lines than it has: it must not be imported."""
    for remark in table.remarks:
        declared = re.search(r"\d+", remark.cells[0])
        if declared and not found <= int(declared[0]) <= found + _LINES_AROUND:
            message = (
                f"The file says that it has {declared[0]} lines and has {found}; it is not complete and is not "
                "imported. Download it again."
            )
            return [Problem(Severity.ERROR, message, f"{table.file}, line {remark.number}")]
    return []


def _no_summary(table: Table) -> tuple[Problem, ...]:
    message = "There is no PaymentSummary row, so nothing says what the lines must sum to. Download the file again."
    return (Problem(Severity.ERROR, message, table.file),)


FORMAT = Format(
    name="walmart_recon_v1",
    title=LAYOUT.title,
    marketplace=Marketplace.WALMART,
    standing=Standing.RECORD,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    follows_on=True,
)
