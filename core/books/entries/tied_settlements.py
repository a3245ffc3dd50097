"""What the entries of a settlement post, beside what its lines come to: the rows of the table of ties. Pure.

An entry that went out counts as it went out, one to come as it would go out now (`core.reports.ties`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.books.entries.exporting import ExportOptions, make_entries
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.journal.cogs_entry import COST_TYPES
from core.journal.entry import COGS_KINDS, EntryKind, posted_amount
from core.line_types import LineType
from core.money import total
from core.reports.ties import PostedFigures, TiedSettlement, table_of_ties

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    import pandas as pd

    from core.books.books import Books

_TYPES = {EntryKind.SETTLEMENT: (LineType.CLEARING,), EntryKind.COGS: COST_TYPES}
"""The lines of each entry that are tied to a figure."""
_KINDS = {EntryKind.SETTLEMENT: (EntryKind.SETTLEMENT,), EntryKind.COGS: COGS_KINDS}


def ties_of(
    books: Books, journal: pd.DataFrame, settlements: Iterable[BookedSettlement], options: ExportOptions
) -> pd.DataFrame:
    """Return the table of ties (TIES_COLUMNS) of these settlements, one row each.

    Args:
        books: The books.
        journal: Every line of every entry (JOURNAL_COLUMNS).
        settlements: Which.
        options: How entries that are not out yet would be made.
    """
    tied = [_tied(books, journal, one, options) for one in settlements]
    return table_of_ties(tied, books.company.home_currency)


def _tied(books: Books, journal: pd.DataFrame, one: BookedSettlement, options: ExportOptions) -> TiedSettlement:
    """Return what is tied; the deposit of a settlement that books start splits is not that of its lines here."""
    lines = books.lines_of(one)
    counted = books.counted(lines)
    deposit = one.total if len(counted) == len(lines) else None
    posted = posted_figures(books, journal, one, options)
    return TiedSettlement(one.store, one.settlement_id, one.currency, deposit, counted, posted)


def posted_figures(
    books: Books, journal: pd.DataFrame, settlement: BookedSettlement, options: ExportOptions
) -> PostedFigures:
    """Return what the entries post: as they were exported, or as they would go out now."""
    clearing, of_settlement = _amount(books, journal, settlement, EntryKind.SETTLEMENT, options)
    cogs, of_cogs = _amount(books, journal, settlement, EntryKind.COGS, options)
    return PostedFigures(clearing, cogs, f"settlement {of_settlement}, COGS {of_cogs}")


def _amount(
    books: Books, journal: pd.DataFrame, settlement: BookedSettlement, kind: EntryKind, options: ExportOptions
) -> tuple[Decimal | None, str]:
    status = settlement.statuses[kind]
    if status is EntryStatus.EXPORTED:
        return _exported(journal, settlement, kind), "exported"
    if status is EntryStatus.POSTED_ELSEWHERE:
        return None, "posted elsewhere"
    if kind is EntryKind.COGS and not books.state(settlement).counts.is_complete:
        return None, "waits for costs"
    made = make_entries(books, settlement, kind, options)
    return posted_amount(made, _KINDS[kind], _TYPES[kind]), "not exported"


def _exported(journal: pd.DataFrame, settlement: BookedSettlement, kind: EntryKind) -> Decimal:
    """Return what the newest revision of an exported entry posted."""
    of_kind = journal[
        (journal["store"] == settlement.store)
        & (journal["settlement_id"] == settlement.settlement_id)
        & journal["kind"].isin([str(one) for one in _KINDS[kind]])
    ]
    newest = of_kind[of_kind["revision"] == of_kind["revision"].max()]
    return total(newest.loc[newest["memo"].isin([str(one) for one in _TYPES[kind]]), "amount"])
