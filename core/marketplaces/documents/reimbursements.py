"""Reimbursements as Amazon reports them apart from the money, and which line of a settlement each of them is.

A settlement says what was paid. Amazon's FBA Reimbursements report says why, for how many units in money and how many
in goods, and which reimbursement is taken back. No number ties the two: a row is matched to the line of the same SKU,
order, amount, units and kind of reason whose day is nearest (docs/design/costing.md, "Amazon's Reimbursements report").
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from core.frame_columns import REIMBURSEMENT_COLUMNS, frame, records
from core.marketplaces.amazon.words import REASONS, meaning
from core.marketplaces.documents.overlapping_reports import Dated, with_another_report
from core.marketplaces.words.meanings import UNKNOWN
from core.marketplaces.words.wording import folded
from core.model import Event, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import pandas as pd

    from core.marketplaces.words.meanings import Meaning


@dataclass(frozen=True, slots=True)
class ReportedReimbursement:
    """One row of the report; amounts in its own currency, units as the report signs them."""

    reimbursement_id: str
    approved_at: datetime | None
    order_id: str
    raw: str
    """Amazon's own word for the reason."""
    sku: str
    currency: str
    amount: Decimal | None
    units_cash: int | None
    units_inventory: int | None
    original_id: str = ""
    """The reimbursement that is taken back."""

    @property
    def meaning(self) -> Meaning | None:
        """What the reason is; `None` where nobody has declared it."""
        return REASONS.get(folded(self.raw))

    @property
    def is_taken_back(self) -> bool:
        """Whether a reimbursement is taken back."""
        reason = self.meaning
        says_so = reason is not None and reason.event is Event.REIMBURSEMENT_REVERSAL
        return says_so or (self.amount is not None and self.amount < 0)


def reimbursements_frame(reported: Iterable[ReportedReimbursement]) -> pd.DataFrame:
    """Return reported reimbursements as `core.model.REIMBURSEMENT_COLUMNS`."""
    return frame(REIMBURSEMENT_COLUMNS, (asdict(one) for one in reported))


def reimbursed_rows(report: pd.DataFrame) -> list[ReportedReimbursement]:
    """Return the rows of `core.model.REIMBURSEMENT_COLUMNS` as records."""
    return [
        ReportedReimbursement(**{name: _given(name, value) for name, value in row.items()}) for row in records(report)
    ]


def _given(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    return "" if value is None and name in {"order_id", "sku", "currency", "original_id"} else value


def united_reimbursements(reports: Iterable[pd.DataFrame]) -> list[ReportedReimbursement]:
    """Return what several reports say together, when their periods overlap.

    The same row in two reports is one, the same row twice in one report is two. It is known by Amazon's own number and
    its contents, whatever became of the date.

    Args:
        reports: `core.model.REIMBURSEMENT_COLUMNS`, one frame per report.
    """
    together: dict[ReportedReimbursement, list[ReportedReimbursement]] = defaultdict(list)
    for report in reports:
        own: dict[ReportedReimbursement, list[ReportedReimbursement]] = defaultdict(list)
        for row in reimbursed_rows(report):
            own[replace(row, approved_at=None)].append(row)
        for one, rows in own.items():
            together[one] = with_another_report(together[one], rows, _dated, numbered=True)
    return [row for rows in together.values() for row in rows]


def _dated(row: ReportedReimbursement) -> Dated:
    return Dated(row.approved_at)


class Counts(NamedTuple):
    """What a report holds, in figures; what is paid and what is taken back apart, so that neither hides the other."""

    rows: int
    units_cash: int
    """Units paid for in money."""
    units_inventory: int
    """Units replaced from like stock."""
    taken_back: int
    """Rows of reimbursements that are taken back."""
    units_back: int
    """Units that such a row reports back in stock."""
    unclear: int = 0
    """Such rows of units below 0 in inventory, which do not say what came back."""


def counts(report: pd.DataFrame) -> Counts:
    """Count the rows and units of `core.model.REIMBURSEMENT_COLUMNS`."""
    rows = reimbursed_rows(report)
    paid, back = ([row for row in rows if row.is_taken_back is whether] for whether in (False, True))
    return Counts(
        len(rows),
        sum(row.units_cash or 0 for row in paid),
        sum(row.units_inventory or 0 for row in paid),
        len(back),
        sum(max(row.units_inventory or 0, 0) for row in back),
        sum((row.units_inventory or 0) < 0 for row in back),
    )


class _Line(NamedTuple):
    """A line of a settlement, as far as a row of the report is compared with it."""

    key: str
    goods: Goods
    is_open: bool
    """Whether its own word leaves the reason open, so that a row of any reason may be its."""
    order_id: str
    sku: str
    currency: str
    net: Decimal
    units: int
    """Without sign; 0 = not said."""
    day: date | None


_OPEN = frozenset({Goods.UNCLEAR, Goods.NOT_ITEMIZED, Goods.RETURN_PAID_UNCLEAR, Goods.PAID_AGAIN})
_OPEN_WORDS = frozenset(map(folded, ("REVERSAL_REIMBURSEMENT", "CS_ERROR_NON_ITEMIZED")))
"""Words that are declared, but about which sources disagree or which are tied to no item (docs/design/words.md)."""
_DAYS = 31
"""A row and its line lie no further apart: the money of a reimbursement is posted with the next settlement."""


def match_with_lines(
    transactions: pd.DataFrame, reported: Iterable[ReportedReimbursement]
) -> dict[str, ReportedReimbursement]:
    """Match rows of the report with lines of settlements, each with at most one.

    The best fitting pairs come first: of the same order before those of which one names none, of the same kind of
    reason before those whose word leaves it open, then by days apart. A row that fits several lines equally well, or
    a line that several rows fit, is decided only where the rows say the same; else neither takes part. The order of
    rows, files and lines changes nothing.

    Args:
        transactions: `core.model.TRANSACTION_COLUMNS` with keys, of all stores of one seller.
        reported: All rows known of that seller.

    Returns:
        By line key.
    """
    by_amount: dict[tuple[Decimal, str], list[_Line]] = defaultdict(list)
    for line in _lines(transactions):
        by_amount[abs(line.net), line.currency].append(line)
    rows = sorted(reported, key=repr)
    by_rank: dict[_Rank, list[tuple[str, int]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for line in by_amount.get((abs(row.amount), row.currency), ()) if row.amount else ():
            rank = _rank(line, row)
            if rank is not None:
                by_rank[rank].append((line.key, number))
    return _chosen(by_rank, rows)


def may_be_reported(transactions: pd.DataFrame) -> bool:
    """Tell whether any line of some settlements may be a row of a report.

    Args:
        transactions: `core.model.TRANSACTION_COLUMNS`.
    """
    return next(_lines(transactions), None) is not None


def _lines(transactions: pd.DataFrame) -> Iterator[_Line]:
    names = ("key", "event", "raw_type", "raw_description", "order_id", "sku", "currency", "net", "quantity")
    may_be = transactions["event"].isin(_MAY_BE)
    for one in records(transactions.loc[may_be, [*names, "posted_at"]]):
        declared = meaning(one["raw_type"] or "", one["raw_description"] or "")
        is_paid = one["event"] in {Event.REIMBURSEMENT, Event.REIMBURSEMENT_REVERSAL}
        if one["net"] and (is_paid or declared in _REASONS):
            word = {folded(one["raw_type"] or ""), folded(one["raw_description"] or "")}
            yield _Line(
                one["key"],
                declared.goods,
                declared is UNKNOWN or declared.goods in _OPEN or not _OPEN_WORDS.isdisjoint(word),
                one["order_id"] or "",
                one["sku"] or "",
                one["currency"] or "",
                one["net"],
                abs(one["quantity"] or 0),
                one["posted_at"].date() if one["posted_at"] is not None else None,
            )


_MAY_BE = [Event.REIMBURSEMENT, Event.REIMBURSEMENT_REVERSAL, Event.FEE, Event.ADJUSTMENT, Event.OTHER]
_REASONS = frozenset(REASONS.values())


class _Rank(NamedTuple):
    """How well a row fits a line; less is better."""

    order: int
    sku: int
    reason: int
    days: int


def _rank(line: _Line, row: ReportedReimbursement) -> _Rank | None:
    """Return how well a row fits a line of its amount and currency; `None` where it does not."""
    order, sku = _agree(line.order_id, row.order_id), _agree(line.sku, row.sku)
    reason = _reasons_agree(line, row)
    if order is None or sku is None or reason is None or not _units_agree(line, row):
        return None
    if (line.net < 0) != row.is_taken_back or row.approved_at is None or line.day is None:
        return None
    days = abs((row.approved_at.date() - line.day).days)
    return _Rank(order, sku, reason, days) if days <= _DAYS else None


def _agree(one: str, other: str) -> int | None:
    """Return 0 where both name the same or nothing, 1 where only one names something, `None` where they differ."""
    if one == other:
        return 0
    return None if one and other else 1


def _reasons_agree(line: _Line, row: ReportedReimbursement) -> int | None:
    reason = row.meaning
    taken_back = reason is not None and reason.event is Event.REIMBURSEMENT_REVERSAL and line.net < 0
    if taken_back or (reason is not None and reason.goods is line.goods):
        return 0
    return 1 if line.is_open or reason is None or reason.goods in _OPEN else None


def _units_agree(line: _Line, row: ReportedReimbursement) -> bool:
    """Tell whether a line is about the units of a row: those in cash or all; a line that says none is about any."""
    cash, goods = abs(row.units_cash or 0), abs(row.units_inventory or 0)
    return not line.units or not (cash or goods) or line.units in {cash, goods, cash + goods}


def _chosen(
    by_rank: Mapping[_Rank, Sequence[tuple[str, int]]], rows: Sequence[ReportedReimbursement]
) -> dict[str, ReportedReimbursement]:
    """Choose among the pairs, the best first; what is decided or undecidable takes no further part."""
    by_line: dict[str, ReportedReimbursement] = {}
    done: set[str | int] = set()
    for rank in sorted(by_rank):
        free = [(key, number) for key, number in by_rank[rank] if key not in done and number not in done]
        for keys, numbers in _components(free):
            done |= keys | numbers
            candidates = [rows[number] for number in sorted(numbers)]
            same = len({_told(row) for row in candidates}) == 1
            if same and len(candidates) >= len(keys):
                by_line |= dict(zip(sorted(keys), candidates, strict=False))
    return by_line


def _told(row: ReportedReimbursement) -> tuple[object, ...]:
    """Return what a row says of goods: two rows that say the same may stand for one another."""
    return row.meaning, row.sku, row.order_id, row.units_cash, row.units_inventory, row.original_id


def _components(pairs: Iterable[tuple[str, int]]) -> Iterator[tuple[set[str], set[int]]]:
    """Split pairs into lines and rows that hang together."""
    rows_of: dict[str, set[int]] = defaultdict(set)
    lines_of: dict[int, set[str]] = defaultdict(set)
    for key, number in pairs:
        rows_of[key].add(number)
        lines_of[number].add(key)
    left = set(rows_of)
    for start in sorted(rows_of):
        keys: set[str] = set()
        wave = {start} & left
        while wave:
            keys |= wave
            wave = {key for line in wave for number in rows_of[line] for key in lines_of[number]} - keys
        if keys:
            left -= keys
            yield keys, {number for key in keys for number in rows_of[key]}
