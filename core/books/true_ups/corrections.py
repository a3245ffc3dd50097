"""What was corrected after its export, as lines of a profit and loss: costs, money, entries taken back. Pure.

The profit and loss counts a correction where the journal does, in the month of its entry, and leaves the month that it
corrects as it was posted.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from core.books.true_ups.cost_comparison import every_line, in_places
from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, TEXT, TRANSACTION_COLUMNS, frame, records
from core.journal.cogs_entry import COST_TYPES
from core.line_types import PNL_PARTS, LineType, PnlPart
from core.model import PROPOSAL_TAKEN, UNITS_TYPED, CostStatus, Event, Goods
from core.money import MONEY, total
from core.reports.basis import Basis
from core.typed_amounts import TypedAmount, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.books.books import Books
    from core.books.entries.booking_months import ReversedEntry
    from core.books.entries.stored_entries import AcceptedReclassification
    from core.books.settlements.booked_settlement import BookedSettlement

_RECLASSIFIED = "Reclassification"
_TAKEN_BACK = "Entry taken back"
_NOON = time(12)


def reclassified_money(books: Books) -> pd.DataFrame:
    """Return what accepted reclassifications move in the profit and loss, for reports that count it. Pure.

    The settlement's own month keeps what was posted then; the month of the entry has what it moves. −3.00 of storage
    went out as an adjustment: that month's other income gets 3.00 back, and its fees get −3.00.

    Returns:
        The columns of `books.lines`, one row per reclassification without goods or cost, and `day`, that of its entry.
    """
    by_number = {one.id: one for one in books.settlements}
    rows = [_as_line(books, by_number[one.settlement], one) for one in _of_books(books)]
    return _lines(books, rows, [one.day for one in _of_books(books)])


def _lines(books: Books, rows: Sequence[dict[str, object]], days: Sequence[date]) -> pd.DataFrame:
    """Return rows with the columns of `books.lines`, and the day on which each counts."""
    if not rows:  # most books have none, and every refresh asks
        return books.lines.iloc[:0].assign(day=pd.Series(dtype=TEXT))
    lines = frame({**TRANSACTION_COLUMNS, **COSTED_COLUMNS}, rows).reindex(columns=list(books.lines.columns))
    counted = pd.Series([day.isoformat() for day in days], lines.index, dtype=TEXT)
    return lines.astype(books.lines.dtypes.to_dict()).assign(day=counted)


def entries_taken_back(books: Books) -> pd.DataFrame:
    """Return what entries book in one month and their reversals in another, for reports by booked month. Pure.

    A settlement of August is reopened when August is closed: its entries stay in August, and September has them with
    the other sign, beside the entries that go out anew. So the profit and loss of August stays as it was posted.

    Returns:
        The columns of `books.lines`, two rows for each such entry, and `day`, on which each of them counts.
    """
    by_number = {one.id: one for one in books.settlements}
    rows: list[dict[str, object]] = []
    days: list[date] = []
    for one in (one for one in books.postings.taken_back if one.settlement in by_number):
        for sign, day in ((1, one.day), (-1, one.reversed_on)):
            rows.append(_entry_as_line(books, by_number[one.settlement], one, sign))
            days.append(day)
    return _lines(books, rows, days)


def _entry_as_line(books: Books, of: BookedSettlement, one: ReversedEntry, sign: int) -> dict[str, object]:
    """Return an entry, or with the sign −1 its reversal, as a line of its settlement, at the rate of its day."""
    lines = [(LineType(kind), amount) for kind, amount in one.lines]
    is_cost = any(kind in COST_TYPES for kind, _ in lines)
    told = [
        TypedAmount(_TAKEN_BACK, "other", kind, -sign * amount)
        for kind, amount in lines
        if kind in PNL_PARTS and kind is not LineType.CLEARING
    ]
    line = _bare_line(books, of, one.day, _TAKEN_BACK, one.currency, [] if is_cost else told)
    if not is_cost:
        return line
    cogs = total(sign * amount for kind, amount in lines if kind in COST_TYPES)
    costed = {"cost_status": str(CostStatus.COSTED), "cost_quantity": 0, "cogs": cogs}
    return line | costed | {"currency": of.currency, "cost_currency": one.currency}


def _of_books(books: Books) -> list[AcceptedReclassification]:
    """Return those that move something in the P&L: from Storage to Subscription, both fees, nothing does."""
    known = {one.id for one in books.settlements}
    return [one for one in books.reclassifications.values() if one.settlement in known and _moves_a_part(one)]


def _moves_a_part(one: AcceptedReclassification) -> bool:
    sums: dict[PnlPart, Decimal] = defaultdict(Decimal)
    for kind, _, amount in one.lines:
        if kind != LineType.CLEARING:
            sums[PNL_PARTS[LineType(kind)]] += amount
    return any(sums.values())


def _as_line(books: Books, of: BookedSettlement, one: AcceptedReclassification) -> dict[str, object]:
    """Return a reclassification as a line of its settlement; + is money to the seller."""
    told = [TypedAmount(_RECLASSIFIED, "other", LineType(kind), -amount) for kind, _, amount in one.lines]
    moved = [amount for amount in told if amount.line_type is not LineType.CLEARING]
    return _bare_line(books, of, one.day, _RECLASSIFIED, one.currency, moved)


def _bare_line(
    books: Books, of: BookedSettlement, day: date, words: str, currency: str, told: Sequence[TypedAmount]
) -> dict[str, object]:
    """Return a line without goods, of amounts whose line types are known."""
    zone = books.zones.zone(of.store, of.settlement_id) or UTC
    net = total(amount.amount for amount in told)
    amounts = {name: Decimal(0) for name in AMOUNT_COLUMNS} | {"other": net, "net": net}
    return {
        "store": of.store,
        "settlement_id": of.settlement_id,
        "event": str(Event.ADJUSTMENT),
        "raw_type": words,
        "posted_at": datetime.combine(day, _NOON, zone).astimezone(UTC),
        "quantity": 0,
        "currency": currency,
        "goods": str(Goods.NONE),
        "typed": to_text(told) if told else None,
        "cost_status": str(CostStatus.NOT_APPLICABLE),
        **amounts,
    }


def posted_corrections(books: Books) -> pd.DataFrame:
    """Return what accepted true-ups correct, for reports that count it where the journal has it. Pure.

    A sale of August was exported at 10.00 and cost 12.00 by an invoice of October: August keeps its 10.00, and October,
    in which the true-up was accepted, has 2.00 more of COGS without any unit or money.

    Returns:
        TRANSACTION_COLUMNS and COSTED_COLUMNS of the corrected lines, whose COGS is the difference (home currency, + is
        more expense), and `day`, on which the correction counts: that of its entry.
    """
    lines = every_line(books).drop(columns="cogs").drop_duplicates("key")
    true_ups = books.posted_true_ups
    days = [
        row["entry_date"] or books.zones.day(row["decided_at"], row["store"], row["settlement_id"]).isoformat()
        for row in records(true_ups[["entry_date", "decided_at", "store", "settlement_id"]])
    ]
    posted = true_ups[["id", *_POSTED]].assign(day=pd.Series(days, true_ups.index, dtype=TEXT))
    rows = posted.merge(lines, on="key")
    events = [books.posted_as.get(number) or was for number, was in zip(rows["id"], rows["event"], strict=True)]
    rows = in_places(rows.assign(event=pd.Series(events, rows.index, dtype=TEXT)))
    rows = rows.assign(cogs=rows["difference"]).drop(columns=["id", *(set(_POSTED) - {"key", "cogs"})])
    amounts = {name: pd.Series(Decimal(0), rows.index, dtype=MONEY) for name in (*AMOUNT_COLUMNS, "net")}
    none = {"quantity": 0, "cost_quantity": 0, "cost_status": str(CostStatus.COSTED)}
    bare = {name: pd.Series(value, rows.index, dtype=lines[name].dtype) for name, value in none.items()}
    empty = {
        name: pd.Series(None, rows.index, dtype=lines[name].dtype) for name in ("typed", UNITS_TYPED, PROPOSAL_TAKEN)
    }
    return rows.assign(**amounts, **bare, **empty)


_POSTED = ("key", "cogs", "difference", "event_was", "sku_was", "event_now", "sku_now")


def corrections(books: Books, basis: Basis = Basis.POSTED) -> pd.DataFrame:
    """Return everything that was corrected after its export, on the day of its entry. Pure.

    Args:
        books: The books.
        basis: The date by which the lines count. Entries that were taken back concern only a report by booked month.

    Returns:
        The columns of `books.lines`, and `day`.
    """
    names = [*books.lines.columns, "day"]
    parts = [posted_corrections(books), reclassified_money(books)]
    parts += [entries_taken_back(books)] if basis is Basis.POSTED else []
    return pd.concat([one[names] for one in parts], ignore_index=True)


def rated_lines(books: Books) -> pd.DataFrame:
    """Return the lines of the books whose currency and day need a rate, corrections in money among them. Pure."""
    parts = [
        one[list(books.lines.columns)] for one in (reclassified_money(books), entries_taken_back(books)) if len(one)
    ]
    return pd.concat([books.lines, *parts], ignore_index=True) if parts else books.lines.reset_index(drop=True)
