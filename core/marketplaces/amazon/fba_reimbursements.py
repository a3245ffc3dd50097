"""Amazon's FBA Reimbursements report: why each reimbursement was paid, and how many units in money and in goods.

The settlement says only what was paid. What the report's columns mean, and how sure that is, stands in
docs/facts/settlement-formats.md; its reasons are words of `core.marketplaces.amazon.words.REASONS`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.frame_columns import RAW_LINE_COLUMNS, frame
from core.marketplaces.amazon.words import REASONS
from core.marketplaces.columns.undeclared_columns import notes_on_undeclared
from core.marketplaces.documents.reimbursements import ReportedReimbursement, reimbursements_frame
from core.marketplaces.errors import BadCellError
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.figures import Figures, day_first, read_in_its_notation
from core.marketplaces.reading.file_tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.words.wording import folded
from core.model import Marketplace, Problem, Reading, Severity

if TYPE_CHECKING:
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row, Table

LAYOUT = Layout(
    title="Amazon FBA Reimbursements report",
    columns=(
        Column("approval-date", Kind.MOMENT),
        Column("reimbursement-id"),
        Column("case-id", needed=False),
        Column("amazon-order-id"),
        Column("reason"),
        Column("sku"),
        Column("fnsku", needed=False),
        Column("asin", needed=False),
        Column("product-name", needed=False),
        Column("condition", needed=False),
        Column("currency-unit"),
        Column("amount-per-unit", Kind.AMOUNT, needed=False),
        Column("amount-total", Kind.AMOUNT),
        Column("quantity-reimbursed-cash", Kind.WHOLE),
        Column("quantity-reimbursed-inventory", Kind.WHOLE),
        Column("quantity-reimbursed-total", Kind.WHOLE, needed=False),
        Column("original-reimbursement-id"),
        Column("original-reimbursement-type", needed=False),
    ),
    delimiters=("\t", ",", ";"),
    quoted=True,
)
_AMOUNTS = ("amount-per-unit", "amount-total")


def read(contents: Contents) -> Reading:
    """Read a reimbursements report as a file without settlements; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    in_days = day_first(table)
    return read_in_its_notation(table, _AMOUNTS, lambda mark: _reading(table, Figures(table, mark, day_first=in_days)))


def _reading(table: Table, figures: Figures) -> Reading:
    rows = [_reimbursed(row, figures) for row in table.rows]
    return Reading(
        format=FORMAT.name,
        marketplace=Marketplace.AMAZON,
        settlements=(),
        make_raw_lines=partial(frame, RAW_LINE_COLUMNS),
        reimbursements=reimbursements_frame(rows),
        problems=(*_unknown_reasons(table), *_contradicting_units(table, figures), *notes_on_undeclared(figures)),
    )


def _reimbursed(row: Row, figures: Figures) -> ReportedReimbursement:
    number, reason = row.cells["reimbursement-id"].strip(), row.cells["reason"].strip()
    for column, text, wanted in (
        ("reimbursement-id", number, "the number of a reimbursement"),
        ("reason", reason, "why it was paid"),
    ):
        if not text:
            raise BadCellError(figures.table.place(row, column), "", wanted)
    agree = _units_agree(row, figures)
    return ReportedReimbursement(
        reimbursement_id=number,
        approved_at=figures.moment(row, "approval-date"),
        order_id=row.cells["amazon-order-id"].strip(),
        raw=reason,
        sku=row.cells["sku"],
        currency=figures.currency(row, "currency-unit"),
        amount=figures.amount(row, "amount-total"),
        units_cash=figures.whole(row, "quantity-reimbursed-cash") if agree else None,
        units_inventory=figures.whole(row, "quantity-reimbursed-inventory") if agree else None,
        original_id=row.cells["original-reimbursement-id"].strip(),
    )


def _units_agree(row: Row, figures: Figures) -> bool:
    """Tell whether the units in cash and in inventory are the total that the row states, signs apart.

    How a reversal is signed is not documented: units found again may stand as -1 in cash beside 1 in inventory.
    """
    cash, goods, total = (figures.whole(row, f"quantity-reimbursed-{what}") for what in ("cash", "inventory", "total"))
    if total is None or cash is None or goods is None or cash + goods == total:
        return True
    is_signed = min(cash, goods, total) < 0
    return is_signed and abs(total) in {abs(cash) + abs(goods), abs(cash), abs(goods)}


def _contradicting_units(table: Table, figures: Figures) -> list[Problem]:
    return [
        Problem(
            Severity.WARNING,
            "The units reimbursed in cash and in inventory are not the total that the row states: its units are not "
            "used. Ask Amazon which of them is right; where sheet Resolve lists its line, answer it there.",
            str(table.place(row, "quantity-reimbursed-total")),
        )
        for row in table.rows
        if not _units_agree(row, figures)
    ]


def _unknown_reasons(table: Table) -> list[Problem]:
    """Return a warning for each reason that nobody has declared: its rows are kept and decide nothing."""
    return [
        Problem(
            Severity.WARNING,
            f"'{word.strip()}' is not a reason for a reimbursement that Cogsheet knows; its rows are kept, and decide "
            "nothing about goods. Where that leaves a line unclear that is not exported, sheet Resolve asks about it.",
            str(place),
        )
        for word, place in table.distinct(("reason",)).items()
        if folded(word) not in REASONS
    ]


FORMAT = Format(
    name="amazon_fba_reimbursements",
    title=LAYOUT.title,
    marketplace=Marketplace.AMAZON,
    standing=Standing.RECORD,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Seller Central open Reports, Fulfillment, Reimbursements, and download it.",
)
"""Reimbursements with their reasons and units, as Amazon reports them apart from the money."""
