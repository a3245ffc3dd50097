"""Walmart reconciliation report, V1, by columns: the declaration of what `recon_v1` reads row by row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.columns.column_figures import column_amounts, moments_of
from core.marketplaces.columns.column_lines import POSTED, WORDS, ColumnLines, FormatColumns, same_groups, shapes_of
from core.marketplaces.columns.column_reading import (
    ColumnFindings,
    by_columns_or_rows,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
)
from core.marketplaces.documents.returns import returns_frame
from core.marketplaces.errors import BadCellError, DamagedIdError, Place
from core.marketplaces.reading.columns import Coded, first_rows, joint
from core.marketplaces.reading.figures import Figures, is_damaged, read_in_its_notation
from core.marketplaces.reading.file_tables import Kind
from core.marketplaces.walmart import recon_v1
from core.marketplaces.walmart.disposal_fees import destroyed, is_disposal
from core.model import Goods

if TYPE_CHECKING:
    import pandas as pd

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.settlements.file_lines import FileLine
    from core.model import Reading

DECLARATION = FormatColumns(
    words=("Transaction Type", "Transaction Description", "Amount Type", "Ship Qty", recon_v1.REASON),
    filled=("Customer Order #", "Partner Item Id"),
    amounts=("Amount",),
    moments=("Transaction Posted Timestamp",),
    group=(
        *("Transaction Type", "Customer Order #", "Customer Order line #", "Transaction Key", "Partner Item Id"),
        *(POSTED, WORDS),
    ),
    fields={
        "order_id": "Customer Order #",
        "order_item_id": "Customer Order line #",
        "shipment_id": "Purchase Order #",
        "sku": "Partner Item Id",
        "fulfilment": "Fulfillment Type",
    },
    raw_type="Transaction Type",
    verbatim=frozenset({"Partner Item Id"}),
)

_OF_REFUNDS = ("Transaction Type", "Transaction Description", "Amount Type")


def read(contents: Contents) -> Reading:
    """Read a V1 reconciliation report; see `core.marketplaces.read`."""
    return by_columns_or_rows(contents, recon_v1.FORMAT, by_columns)


def by_columns(table: ColumnTable) -> Reading:
    """Read the report's table by columns.

    Raises:
        UnreadableFileError: If something is unusual or wrong with it; `read` goes row by row then.
    """
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table))


def _read(table: ColumnTable, mark: str) -> Reading:
    is_summary = table.by(("Transaction Type", "Total Payable"), recon_v1.is_summary).spread(bool, bool)
    summaries = table.table_of(np.flatnonzero(is_summary))
    figures = Figures(summaries, mark)
    summary = recon_v1.summary_of(summaries.rows, figures)
    currency = (figures.currency(summary, "Currency") if summary else "") or recon_v1.HOME
    lines = _apart_by_reason(_lines(table.only(np.flatnonzero(~is_summary)), mark, currency))
    header = recon_v1.header(summary, figures, _first_and_last(lines), currency)
    lines = replace(lines, settlements=Coded(np.zeros(len(lines), np.int64), [header.settlement_id]))
    return reading_of(
        ColumnFindings(
            form=recon_v1.FORMAT,
            headers=(header,),
            lines=lines,
            problems=(
                *recon_v1.declared_lines(table, len(lines)),
                *notes_on_undeclared(table, mark),
                *notes_on_damaged(table, ("Purchase Order #", "Partner Item Id", "Partner GTIN")),
            ),
            problems_by_settlement={header.settlement_id: () if summary else recon_v1.no_summary(table)},
            returns=_returns(lines, mark, currency),
        )
    )


def _lines(rows: ColumnTable, mark: str, currency: str) -> ColumnLines:
    figures = Figures(rows, mark)
    money = column_amounts(rows, DECLARATION.amounts, mark)
    if not money.filled[0].all():
        raise BadCellError(Place(rows.file, 0, "Amount"), "", "an amount")
    if len(rows.first_with("Customer Order #", "+", is_damaged)):
        raise DamagedIdError(Place(rows.file, 0, "Customer Order #"), "")
    currencies = rows.by(("Currency",), lambda row: figures.currency(row, "Currency") or currency)
    different = list(dict.fromkeys(currencies.values))
    return ColumnLines(
        table=rows,
        declaration=DECLARATION,
        shapes=shapes_of(rows, DECLARATION, money, lambda row: recon_v1.line_of(row, figures, currency)),
        amounts=money.millionths,
        places=money.most_places,
        moments=moments_of(rows, DECLARATION.moments, day_first=False),
        settlements=Coded(np.zeros(len(rows), np.int64), [""]),
        currencies=Coded(currencies.spread(different.index, np.int64), different),
    )


def _apart_by_reason(lines: ColumnLines) -> ColumnLines:
    """Keep refunds of one order line and moment apart of which the reasons differ; see `recon_v1`."""
    table = lines.table
    if recon_v1.REASON not in table.columns:
        return lines
    reason = table.stripped(recon_v1.REASON)
    group = same_groups(lines, lines.group())
    refunds = np.flatnonzero(table.by(_OF_REFUNDS, recon_v1.says_refunded_units).spread(bool, bool))
    reasons: dict[int, set[str]] = defaultdict(set)
    for row in refunds[first_rows(joint([group[refunds], reason.codes[refunds]]))].tolist():
        reasons[int(group[row])].add(reason.values[reason.codes[row]])
    several = [code for code, names in reasons.items() if len(names) > 1]
    rows = np.flatnonzero(np.isin(group, several)).tolist()
    names = {row: recon_v1.own_reason(reason.values[reason.codes[row]], reasons[int(group[row])]) for row in rows}
    different = ["", *sorted(set(names.values()) - {""})]
    codes = np.zeros(len(lines), np.int64)
    codes[rows] = [different.index(names[row]) for row in rows]
    return replace(lines, apart=Coded(codes, different))


def _first_and_last(lines: ColumnLines) -> list[FileLine]:
    """Return two lines that were posted when the first and the last one were; none where no line says when."""
    moments = [moment for moment in lines.moments.values if moment is not None]
    if not moments:
        return []
    line = lines.shapes.values[0].line
    return [line._replace(posted_at=moment) for moment in (min(moments), max(moments))]


def _returns(lines: ColumnLines, mark: str, currency: str) -> pd.DataFrame:
    """Return the units that a fee says were destroyed; rows of other orders than these fees' are not looked at."""
    table = lines.table
    charged = table.by(("Transaction Description",), is_disposal).spread(bool, bool)
    if not charged.any():
        return returns_frame(())
    goods = lines.values_of(lambda line: line.goods is not Goods.NONE, bool)
    orders = [table.stripped(name).codes for name in ("Purchase Order #", "Customer Order #")]
    of_orders = np.logical_or.reduce([np.isin(codes, codes[charged]) for codes in orders])
    rows = table.table_of(np.flatnonzero(charged | (goods & of_orders))).rows
    (settlement_id,) = lines.settlements.values
    figures = Figures(table, mark)
    own = [recon_v1.line_of(row, figures, currency)._replace(settlement_id=settlement_id) for row in rows]
    return returns_frame(destroyed(rows, own))


FORMAT = replace(recon_v1.FORMAT, read=read)
