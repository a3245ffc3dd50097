"""The months of the profit and loss against those of the journal, class by class: they are one figure. Pure.

What a whole settlement comes to is the same whichever month each line counts in, so that sums by settlement cannot see
a line in a wrong month. Here every entry of a settlement counts on the day that it has, reversals and corrections too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.entries.booking_months import booking_day
from core.books.settlements.booked_settlement import EntryStatus
from core.books.verification.tie_outs import HALF_A_CENT, TieOut, count_of
from core.frame_columns import records
from core.journal.cogs_entry import COST_TYPES
from core.journal.entry import ZERO, EntryKind
from core.line_types import PNL_PARTS, TYPES_BY_NAME, LineType
from core.money import cents
from core.reports.pnl_parts import PARTS, parts
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from core.books.books import Books
    from core.books.entries.stored_entries import EntryRow
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.journal.entry import Entry

_COGS = "cogs"
Place = tuple[str, str]
"""Month, and class of the profit and loss."""
Booked = tuple["date", str, Decimal]
"""Day, line type, and amount of a line of an entry, debit + and credit −."""


def month_tie_outs(
    books: Books,
    settlement: BookedSettlement,
    rows: Sequence[EntryRow],
    made: Mapping[EntryKind, Sequence[Entry]],
    corrections: pd.DataFrame,
) -> list[TieOut]:
    """Hold the profit and loss of a settlement against the journal, by month and class: their number, and what differs.

    Args:
        books: The books.
        settlement: Which; one that does not tie out has no entries.
        rows: Every entry of it that was stored, those that were taken back and their reversals too.
        made: Its entries as they would go out; those count that are not out yet, on the day that they would have.
        corrections: What `core.books.true_ups.corrections` says of all settlements.
    """
    status = settlement.statuses
    to_come = [entry for kind in made if status[kind] is EntryStatus.OPEN for entry in made[kind]]
    kinds = {kind for kind in made if status[kind] is not EntryStatus.POSTED_ELSEWHERE}
    kinds |= {kind for kind in status if status[kind] is EntryStatus.EXPORTED}
    lines = books.counted(books.lines_of(settlement))
    if not settlement.ties_out or lines.empty or not kinds:
        return []
    lines = lines[lines["currency"] == settlement.currency]
    own = corrections["store"].eq(settlement.store) & corrections["settlement_id"].eq(settlement.settlement_id)
    question = PnlQuestion(settlement.currency, by_month=True, by_item=False)
    shown = profit_and_loss(lines, question, zones=books.zones, corrections=corrections[own], booked=books.booked_days)
    booked, counts = _sums([*_stored(rows), *_to_come(to_come, books.policies.lock_date)], kinds)
    allowed = {place: _allowed(place, count, lines) for place, count in counts.items()}
    return _differing(settlement.name, _figures(shown, kinds), booked, allowed)


def _stored(entries: Iterable[EntryRow]) -> Iterator[Booked]:
    return ((one.entry_date, line.memo, line.amount) for one in entries for line in one.lines)


def _to_come(entries: Iterable[Entry], lock_date: date | None) -> Iterator[Booked]:
    for one in entries:
        day = booking_day(one.day, lock_date)
        yield from ((day, str(line.type), line.amount) for line in one.lines)


def _sums(journal: Iterable[Booked], kinds: Collection[EntryKind]) -> tuple[dict[Place, Decimal], Counter[Place]]:
    """Sum the journal up as a profit and loss signs it, and count its lines."""
    sums: dict[Place, Decimal] = defaultdict(Decimal)
    counts: Counter[Place] = Counter()
    for day, words, amount in journal:
        name = _class_of(TYPES_BY_NAME.get(words), kinds)
        if name is not None:
            sums[f"{day:%Y-%m}", name] += amount if name == _COGS else -amount
            counts[f"{day:%Y-%m}", name] += 1
    return sums, counts


def _class_of(line_type: LineType | None, kinds: Collection[EntryKind]) -> str | None:
    """Return the class of a profit and loss that a line is in; `None` where it is in none that is compared."""
    if line_type in COST_TYPES:
        return _COGS if EntryKind.COGS in kinds else None
    if line_type is None or line_type is LineType.CLEARING or line_type not in PNL_PARTS:
        return None
    return PNL_PARTS[line_type].value if EntryKind.SETTLEMENT in kinds else None


def _figures(shown: pd.DataFrame, kinds: Collection[EntryKind]) -> dict[Place, Decimal]:
    names = [*(PARTS if EntryKind.SETTLEMENT in kinds else ()), *([_COGS] if EntryKind.COGS in kinds else [])]
    rows = records(shown[shown["month"].notna()])
    return {(row["month"], name): row[name] for row in rows for name in names}


def _allowed(place: Place, count: int, lines: pd.DataFrame) -> Decimal:
    """Return what rounding may put between the two: nothing where every amount of the class is of whole cents.

    An entry rounds each of its lines, and the last month takes what is left; a profit and loss rounds each month.
    """
    exact = lines[_COGS].dropna() if place[1] == _COGS else parts(lines)[place[1]]
    is_of_cents = all(amount == cents(amount) for amount in exact)
    return ZERO if is_of_cents else HALF_A_CENT * (count + 2)


def _differing(
    name: str, shown: Mapping[Place, Decimal], booked: Mapping[Place, Decimal], allowed: Mapping[Place, Decimal]
) -> list[TieOut]:
    ties = []
    for month, of in sorted({*shown, *booked}):
        figure, amount = shown.get((month, of), ZERO), booked.get((month, of), ZERO)
        if abs(figure - amount) > allowed.get((month, of), ZERO):
            ties.append(TieOut(f"{name}: {of.replace('_', ' ')} of {month}, P&L and journal", figure, amount))
    return [count_of(f"{name}: months in which P&L and journal differ", ties), *ties]
