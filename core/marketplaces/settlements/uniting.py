"""Several files of one payout made one: what overlapping exports say together. Pure.

Exports of views are ranges of days, and a payout pays for days of two of them. The rows that it holds are the union of
what its files hold of it, as a multiset: a row that stands once in each of two overlapping files is one row, one that
stands twice in one file is two. Rows are compared by what they say of the settlement (`as_compared`: what it was, of
which order and item, when, how many, each amount), not by how they are written: a payout status that changed, another
notation of amounts, another spelling or language of a word and personal data that was left out make no other row. A row
keeps the words, and with them the line key, of the first file that brought it.

`Bestellung 11-11111-11111 19,75` of the German report and `Order 11-11111-11111 19.75` of the English one are one row.
Rows that differ in words alone, none declared to mean the other, are asked (`in_other_words`), and so are those of one
moment, event and order of which each file has another (`differing_rows`).

June's export holds the charges of 29 and 30 June, July's that of 1 July, and all three are in the payout of 1 July: it
has 3 charges, whichever of the two files is read first.

A row goes only where a file proves that it is no longer so: it states the payout's total and its own rows reach it. A
file that covers the row's whole day (`Extent`) only says that it may have gone: the row is left out of the union, and
an import that would lose it is a conflict (`rows_lost`), for the file may have been filtered.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from core.frame_columns import TRANSACTION_COLUMNS, frame, records, rows_where
from core.marketplaces.compared_rows import (
    CONTENT,
    DETAIL,
    GROUP,
    POSTED,
    TYPE,
    Content,
    as_compared,
    compared_type,
    may_be_one,
)
from core.marketplaces.ebay import orders_of_reports
from core.marketplaces.formats import Extent
from core.marketplaces.settlements.tie_out import total_problem
from core.marketplaces.settlements.transactions import with_questions_on_repeats
from core.marketplaces.words.meanings import listed_type
from core.model import Event, Problem, Severity, net_of
from core.money import cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    import pandas as pd

    from core.model import Reading, Settlement

_NET, _EVENT, _ORDER, _ITEM = (CONTENT.index(name) for name in ("net", "event", "order_id", "order_item_id"))
_PLACE = ("order_id", "order_item_id", "shipment_id", "adjustment_id", "sku", "posted_at", "currency", "net")
"""What tells a row apart whatever its words are."""


class FileDays(NamedTuple):
    """The first and the last day on which a row of a file was posted, UTC."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SettlementPart:
    """What one file says of a settlement, and how far the file reaches."""

    settlement: Settlement
    file: str
    """Its name, for messages."""
    extent: Extent
    days: FileDays | None
    """Of all rows of the file, those of other settlements and of none included; `None` where none has a day."""
    types: frozenset[str]
    """The types of all rows of the file, as they are compared: one that lacks a type may have been filtered by it."""

    @property
    def is_whole(self) -> bool:
        """Whether it holds all there is of the settlement: it states the total, and its own rows reach it."""
        if self.extent is Extent.WHOLE:
            return True
        return self.settlement.total is not None and self.settlement.ties_out and not _only_payouts(self.settlement)

    def covers(self, row: Content) -> bool:
        """Tell whether the file would hold a row (as it is compared) if it were still so.

        The file's first and last day may be cut in the middle: only the days between are whole.
        """
        if self.extent is not Extent.DAYS or self.days is None or row[POSTED] is None:
            return False
        return self.days.first < row[POSTED].date() < self.days.last and row[TYPE] in self.types


def parts_of(reading: Reading, file: str, extent: Extent) -> dict[str, SettlementPart]:
    """Return what a file says of each of its settlements, by settlement id."""
    frames = [reading.unsettled, *(one.transactions for one in reading.settlements)]
    posted = [moments for one in frames if len(moments := one["posted_at"].dropna())]
    days = FileDays(min(p.min() for p in posted).date(), max(p.max() for p in posted).date()) if posted else None
    types = frozenset(compared_type(word) for one in frames for word in one["raw_type"].dropna().unique())
    return {one.settlement_id: SettlementPart(one, file, extent, days, types) for one in reading.settlements}


def agreeing_parts(parts: Sequence[SettlementPart]) -> list[SettlementPart]:
    """Return the parts, what they say of one order of several items the same in all (`orders_of_reports`)."""
    settlements = orders_of_reports.agreeing_settlements([part.settlement for part in parts])
    return [replace(part, settlement=one) for part, one in zip(parts, settlements, strict=True)]


def united_settlement(parts: Sequence[SettlementPart]) -> Settlement:
    """Return the settlement that several files make together.

    Args:
        parts: What each file says of it, in the order in which they came.

    Returns:
        The settlement. Its rows have new ordinals among equal group keys, in order of content; its total is what the
        payout's own rows say, and what is wrong with it is told anew.
    """
    rows, used = _rows(agreeing_parts(parts))
    newest = used[-1].settlement
    lines = with_questions_on_repeats(frame(TRANSACTION_COLUMNS, _numbered(rows, newest.settlement_id)))
    whole = replace(
        newest,
        period_start=min((day for part in used if (day := part.settlement.period_start)), default=None),
        period_end=max((day for part in used if (day := part.settlement.period_end)), default=None),
        deposit_at=next((day for part in reversed(used) if (day := part.settlement.deposit_at)), None),
        total=_total(used, lines, newest.currency),
        sum=net_of(lines, newest.currency),
        lines=sum(lines["lines"]),
        transactions=lines,
    )
    return _judged(whole, used)


def rows_beyond(part: SettlementPart, whole: Settlement) -> bool:
    """Tell whether a file says more of a settlement than what it is part of: the total of another proves that false."""
    return bool(_contents(part.settlement) - _contents(whole))


def in_other_words(part: SettlementPart, before: Sequence[SettlementPart], whole: Settlement) -> list[tuple[str, str]]:
    """Return what a file calls rows that differ from rows of the files before in nothing but their words.

    Two rows of one day, order and amount of which each file has another are most likely one, in two languages or after
    the marketplace has given it another name; where the payout's total proves that there are two, nothing is asked.

    Args:
        part: What the file says.
        before: What the files before it say.
        whole: What all of them say together.

    Returns:
        Pairs of words: of the files before, and of the file.
    """
    if whole.total is not None and whole.ties_out:
        return []
    known: Counter[Content] = Counter()
    for one in before:
        known |= _contents(one.settlement)
    own = _contents(part.settlement)
    gone, come = _by_place(whole, known - own), _by_place(part.settlement, own - known)
    both = ((gone[place], others) for place, others in come.items() if place in gone)
    return sorted({(old, new) for (was, old), (now, new) in both if was != now})


def _by_place(settlement: Settlement, some: Counter[Content]) -> dict[Content, tuple[Content, str]]:
    """Return the words of some rows, as compared and as spelled, by all that tells a row apart but its words."""
    rows = ((as_compared(row), listed_type(row[TYPE] or "", row[DETAIL] or "")) for row in _rows_of(settlement))
    return {_place(row): ((row[TYPE], row[DETAIL]), words) for row, words in rows if row in some}


def _place(row: Content) -> Content:
    return tuple(row[CONTENT.index(name)] for name in _PLACE)


def differing_rows(
    part: SettlementPart, before: Settlement, whole: Settlement
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the rows of which a file has others than the files before: what these say, and what the file says.

    An order of 31 August with a fee of 5.00 in August's export and of 5.50 in the next is most likely one sale. Rows of
    which one file has more and none otherwise differ in nothing, and where the total proves both, nothing is asked.

    Args:
        part: What the file says.
        before: What the files before say together.
        whole: The same with it.
    """
    if whole.total is not None and whole.ties_out:
        return None
    known, own = _contents(before), _contents(part.settlement)
    gone, come = known - own, own - known
    items: dict[Content, set[str | None]] = defaultdict(set)
    for row in gone:
        for name in _names(row):
            items[name].add(row[_ITEM])
    both = {name for row in come for name in _names(row) if _is_one_item(items.get(name), row[_ITEM])}
    pairs = may_be_one(come, gone)
    if not both and not pairs:
        return None
    return _called(before, both, {old for _, old in pairs}), _called(part.settlement, both, {new for new, _ in pairs})


def _names(row: Content) -> list[Content]:
    """Return what a row (as it is compared) is known by though it was corrected; a sale is one whatever its words."""
    words = (row[TYPE], row[DETAIL])
    of_order = (row[POSTED], row[_EVENT], row[_ORDER], *(() if row[_EVENT] == Event.SALE else words))
    return [(*_place(row), *words), *([of_order] if row[_ORDER] else [])]


def _is_one_item(known: set[str | None] | None, item: str | None) -> bool:
    return known is not None and (item is None or item in known or None in known)


def _called(settlement: Settlement, names: set[Content], rows: set[Content]) -> pd.DataFrame:
    """Return the rows of a settlement that are known by one of these names, or are (as they are compared) of these."""
    compared = map(as_compared, _rows_of(settlement))
    return rows_where(settlement.transactions, (row in rows or not names.isdisjoint(_names(row)) for row in compared))


def rows_lost(part: SettlementPart, before: Settlement, whole: Settlement) -> bool:
    """Tell whether rows of a settlement would go because a file lacks them, which does not prove that it is whole.

    An export that was filtered, say by one order, reaches over days like a full one and lacks their other rows. Only
    the payout's own total proves that a file holds all of them. Arguments: see `differing_rows`.
    """
    return not part.is_whole and bool(_contents(before) - _contents(whole))


def as_it_is_known(part: SettlementPart) -> Settlement:
    """Return what a single file says of a settlement, with why rows of it may be missing."""
    return replace(part.settlement, incomplete=missing_rows([part], part.settlement))


def missing_rows(parts: Sequence[SettlementPart], settlement: Settlement) -> str:
    """Say why rows of what some files say together are missing or may be missing; empty where nothing says so."""
    if _only_payouts(settlement):
        return "only the payout itself is in the files, none of the rows that it paid for. Import the export with them."
    if settlement.total is not None:
        if settlement.total == settlement.sum:
            return ""
        return (
            f"its rows sum to {cents(settlement.sum)} of {cents(settlement.total)} {settlement.currency}: rows are "
            f"missing, or are not as they were. Import the export of the days before or after as well; if you have "
            f"imported all of them, download them again."
        )
    posted = [row.date() for row in settlement.transactions["posted_at"].dropna()]
    spans = [part.days for part in parts if part.days is not None]
    if not posted or not spans or any(part.extent is Extent.WHOLE for part in parts):
        return ""
    before = [] if any(days.first < min(posted) for days in spans) else [f"before {min(posted)}"]
    after = [] if any(days.last > max(posted) for days in spans) else [f"after {max(posted)}"]
    if not before and not after:
        return ""
    return f"no export that was imported shows the days {' or '.join(before + after)}, on which rows of it may lie."


def _only_payouts(settlement: Settlement) -> bool:
    """Tell whether a payout's own rows came alone: of a payout of 0.00, or one that failed, they prove nothing."""
    return len(settlement.transactions) > 0 and all(one == Event.PAYOUT for one in settlement.transactions["event"])


def _rows(parts: Sequence[SettlementPart]) -> tuple[list[Content], list[SettlementPart]]:
    """Return the rows, and the parts that say so."""
    last_whole = next((i for i in reversed(range(len(parts))) if parts[i].is_whole), None)
    if last_whole is not None and parts[last_whole].extent is not Extent.WHOLE:
        return list(_rows_of(parts[last_whole].settlement)), [parts[last_whole]]  # proved by its total, whatever came
    used = list(parts[last_whole or 0 :])
    rows: Counter[Content] = Counter()
    for part in used:
        own = _contents(part.settlement)
        rows = Counter({row: own[row] if part.covers(row) else max(rows[row], own[row]) for row in rows | own})
    return _spelled(+rows, used), used


def _spelled(held: Counter[Content], parts: Sequence[SettlementPart]) -> list[Content]:
    """Return rows in the words of the first part that has them: their keys stay when another one spells them anew."""
    known: dict[Content, list[Content]] = defaultdict(list)
    for part in parts:
        own: dict[Content, list[Content]] = defaultdict(list)
        for row in _rows_of(part.settlement):
            own[as_compared(row)].append(row)
        for compared, rows in own.items():
            there = known[compared]
            known[compared] = [*map(_released, there, rows), *there[len(rows) :], *rows[len(there) :]]
    return [row for compared, count in held.items() for row in known[compared][:count]]


def _released(row: Content, same: Content) -> Content:
    """Return a row with its release date, which only one of two reports may know: the later of what they say."""
    posted = max((one[POSTED] for one in (row, same) if one[POSTED]), default=None)
    return (*row[:POSTED], posted, *row[POSTED + 1 :])


def _contents(settlement: Settlement) -> Counter[Content]:
    """Return how often each row is there, as it is compared."""
    return Counter(map(as_compared, _rows_of(settlement)))


def _rows_of(settlement: Settlement) -> Iterator[Content]:
    return (tuple(row[name] for name in CONTENT) for row in records(settlement.transactions))


def _numbered(held: Iterable[Content], settlement_id: str) -> list[dict[str, Any]]:
    """Return the rows with their ordinals, in order of posting."""
    groups: dict[str, list[Content]] = defaultdict(list)
    for row in held:
        groups[row[GROUP]].append(row)
    rows = [
        {**dict(zip(CONTENT, row, strict=True)), "ordinal": ordinal, "settlement_id": settlement_id}
        for group in groups.values()
        for ordinal, row in enumerate(sorted(group, key=lambda row: (row[_NET], repr(row))))
    ]
    return sorted(rows, key=_order)


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["posted_at"] is None, row["posted_at"], row["group_key"], row["ordinal"]


def _total(parts: Sequence[SettlementPart], lines: pd.DataFrame, currency: str) -> Decimal | None:
    """Return what the bank received, where a file has the payout's own row."""
    stated = [part.settlement.total for part in parts if part.settlement.total is not None]
    if not stated:
        return None
    has_payout = any(event == Event.PAYOUT for event in lines["event"])
    return -net_of(lines, currency, paid_out=True) if has_payout else stated[-1]


def _judged(whole: Settlement, parts: Sequence[SettlementPart]) -> Settlement:
    """Return the settlement with what is wrong with it: with its files, and with them together."""
    of_the_files = dict.fromkeys(problem for part in parts for problem in _own_problems(part))
    problems = (
        *of_the_files,
        *_other_currency(whole, parts),
        *total_problem(whole.settlement_id, whole.total, whole.sum, whole.currency, parts[-1].file),
    )
    ties_out = all(problem.severity is not Severity.ERROR for problem in problems)
    judged = replace(whole, problems=problems, ties_out=ties_out)
    return replace(judged, incomplete=missing_rows(parts, judged))


def _own_problems(part: SettlementPart) -> list[Problem]:
    """Return what is wrong with a file's rows; that they alone do not reach the total says nothing of the union."""
    of = part.settlement
    alone = {one.message for one in total_problem(of.settlement_id, of.total, of.sum, of.currency, part.file)}
    return [problem for problem in of.problems if problem.message not in alone]


def _other_currency(whole: Settlement, parts: Iterable[SettlementPart]) -> list[Problem]:
    other = next((part for part in parts if part.settlement.currency != whole.currency), None)
    if other is None:
        return []
    message = (
        f"Settlement {whole.settlement_id} is in {whole.currency} in one file and in {other.settlement.currency} in "
        f"another; amounts in different currencies cannot be added up. Its lines in {other.settlement.currency} are in "
        "none of its sums."
    )
    return [Problem(Severity.ERROR, message, other.file)]
