"""Where a settlement stands: its blockers with their counts, or that it is ready. Pure (docs/design/books.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.books.settlements.booked_settlement import EntryStatus
from core.frame_columns import is_one_of, rows_where
from core.model import Cause, CostStatus, Event, units_of
from core.money import cents, total
from core.typed_amounts import asked_amounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

NOT_SYNCED = "Not synced"
READY = "Ready to export"
EXPORTED = "Exported"
POSTED_ELSEWHERE = "Posted elsewhere"
NOT_TYING = "Does not tie out"
READ_OTHERWISE = "Read otherwise since: reopen"
"""Its goods are described otherwise than when its settlement entry went out, beside which no COGS entry goes out."""
HISTORY = "History"
"""Ended before the books start: tied out, used for the costs of refunds, neither counted nor posted."""
_DONE = {EntryStatus.EXPORTED: EXPORTED, EntryStatus.POSTED_ELSEWHERE: POSTED_ELSEWHERE}


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Counts over the lines of one settlement that need a cost."""

    needed: int
    """Lines whose goods need a cost."""
    covered: int
    """Those of them that have one, a confirmed zero included."""
    missing: int
    """Those without cost: the lines that Resolve lists (`missing_lines`), whatever the cause."""
    not_synced: int
    """Those of the missing about which Finale has not been asked yet."""
    not_mapped: int
    """Those of the missing whose SKU Finale does not know."""
    suspect: int
    waiting: int = 0
    """Beside the missing: refunds that wait for the cost of a sale, which may stand in another settlement."""
    asked_amounts: int = 0
    """Amounts whose word nobody has classified: they keep back the settlement entry."""

    @property
    def is_complete(self) -> bool:
        """Whether no cost is missing, so that the COGS entry can be made, if only of nothing."""
        return self.covered == self.needed

    @property
    def coverage(self) -> Decimal:
        """Covered share of the lines that need a cost, from 0 to 1; 1 where none does."""
        return Decimal(self.covered) / self.needed if self.needed else Decimal(1)

    def __add__(self, other: LineCounts) -> LineCounts:
        """Return the counts of both together."""
        return LineCounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def __sub__(self, other: LineCounts) -> LineCounts:
        """Return the counts without those of some of the lines."""
        return LineCounts(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(self)))

    @property
    def without_cost(self) -> str:
        """Say how many lines lack a cost, as every sheet and message does: those on Resolve, apart those that wait.

        Examples:
            >>> LineCounts(5, covered=2, missing=2, not_synced=0, not_mapped=0, suspect=0, waiting=1).without_cost
            '2 lines without cost, 1 waits for its original'
        """
        return self.without_cost_at("")

    def without_cost_at(self, place: str) -> str:
        """Say the same of the lines on a sheet: `2 lines without cost on sheet Resolve, 1 waits for its original`."""
        waits = ", 1 waits for its original" if self.waiting == 1 else f", {self.waiting:,} wait for their original"
        missing = "1 line without cost" if self.missing == 1 else f"{self.missing:,} lines without cost"
        return f"{missing}{place}{waits if self.waiting else ''}"


NO_LINES = LineCounts(needed=0, covered=0, missing=0, not_synced=0, not_mapped=0, suspect=0)


class Stake(NamedTuple):
    """What lines without cost come to in one currency."""

    lines: int
    net: Decimal
    """What column Net of sheet Resolve has for them, without signs: a refund of 20.00 is as much at stake as a sale."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines of one settlement come to."""

    orders: int
    units: int
    """Units sold; returns are not taken off."""
    cogs: Decimal
    """Of all its lines, home currency, + is expense; those without cost have none."""
    left_out: Decimal
    """What of that is of lines before a books start that splits the settlement."""
    counts: LineCounts
    is_history: bool
    """Whether it lies before the books start."""
    at_stake: Mapping[str, Stake] = field(default_factory=dict)
    """What its lines without cost come to, by currency: those that Resolve lists."""


@dataclass(frozen=True, slots=True)
class SettlementNotes:
    """What sheets say of the lines of a settlement beside their totals."""

    remarks: tuple[str, ...]
    """In short, as they stand beside its status (`core.books.settlements.remarks`)."""
    skus: tuple[str, ...]
    """Those of its lines, each once."""
    sites: Mapping[str, int] = field(default_factory=dict)
    """How many of its lines are of each site, in lower case; of none where a line names none."""
    reserves: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    """What the marketplace keeps back for the next settlement, and gives back of the last one, as in the file."""


def settlement_totals(lines: pd.DataFrame, counted: pd.DataFrame | None = None, *, is_history: bool = False) -> Totals:
    """Sum up the lines of one settlement.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS.
        counted: Those of them that the books count; `None` means all.
        is_history: Whether the settlement lies before the books start.
    """
    sales, cogs = rows_where(lines, is_one_of(lines["event"], Event.SALE)), total(lines["cogs"])
    return Totals(
        orders=int(sales["order_id"].nunique()),
        units=int(units_of(sales).fillna(0).sum()),
        cogs=cogs,
        left_out=total([]) if counted is None or is_history else cogs - total(counted["cogs"]),
        counts=line_counts(lines if counted is None else counted),
        is_history=is_history,
        at_stake=stakes(missing_lines(lines if counted is None else counted)),
    )


def stakes(missing: pd.DataFrame) -> dict[str, Stake]:
    """Sum up lines without cost by their currency, exactly; no two currencies are ever added."""
    found = [(str(currency), rows) for currency, rows in missing.groupby("currency", sort=True)]
    return {currency: Stake(len(rows), total(rows["net"].abs())) for currency, rows in found}


def moved_stakes(stake: Mapping[str, Stake], by: Mapping[str, Stake], sign: int = 1) -> dict[str, Stake]:
    """Return what is at stake with more of it, or with the sign -1 with less; a currency without lines has none."""
    nothing, moved = Stake(0, Decimal(0)), dict(stake)
    for currency, more in by.items():
        there = moved.get(currency, nothing)
        moved[currency] = Stake(there.lines + sign * more.lines, there.net + sign * more.net)
    return {currency: moved[currency] for currency in sorted(moved) if moved[currency].lines}


def totals_after_changes(totals: Totals, was: Totals, now: Totals) -> Totals:
    """Return the totals of a settlement of which some lines have become others; its orders are those that it had.

    Args:
        totals: As they were.
        was: Those of the lines alone that have become others, as they were.
        now: Those of the same lines.
    """
    return replace(
        totals,
        units=totals.units - was.units + now.units,
        cogs=totals.cogs - was.cogs + now.cogs,
        left_out=totals.left_out - was.left_out + now.left_out,
        counts=totals.counts + now.counts - was.counts,
        at_stake=moved_stakes(moved_stakes(totals.at_stake, now.at_stake), was.at_stake, -1),
    )


@dataclass(frozen=True, slots=True)
class SettlementState:
    """One settlement as its row on sheet Settlements shows it."""

    orders: int
    units: int
    """Units sold; returns are not taken off."""
    cogs: Decimal
    """Home currency, + is expense, to the cent; neither lines without cost are in it nor, where books start splits the
    settlement, those before that day."""
    counts: LineCounts
    blockers: tuple[str, ...]
    status: str
    cogs_status: str

    @property
    def known_cogs(self) -> Decimal | None:
        """COGS as people see it, home currency, + is expense; `None` where no line that needs a cost has one."""
        return self.cogs if self.counts.covered or not self.counts.needed else None


def state_of(
    totals: Totals,
    *,
    ties_out: bool,
    settlement_entry: EntryStatus,
    cogs_entry: EntryStatus,
    read_otherwise: bool = False,
) -> SettlementState:
    """Say where a settlement stands.

    Args:
        totals: What its lines come to.
        ties_out: Whether its lines sum to the marketplace's own total.
        settlement_entry: Where its settlement entry stands.
        cogs_entry: Where its COGS entry stands; once it is out, the settlement's costs are locked.
        read_otherwise: Whether its COGS entry waits for its reopening (`Books.waits_for_reopening`).
    """
    blockers = (*((READ_OTHERWISE,) if read_otherwise else ()), *blockers_of(totals.counts, ties_out=ties_out))
    return SettlementState(
        orders=totals.orders,
        units=totals.units,
        cogs=cents(totals.cogs - totals.left_out),
        counts=totals.counts,
        blockers=blockers,
        status=_history(blockers) if totals.is_history else _status(blockers, settlement_entry, cogs_entry),
        cogs_status=READ_OTHERWISE
        if read_otherwise
        else _cogs_status(totals.counts, cogs_entry, is_history=totals.is_history),
    )


def _status(blockers: tuple[str, ...], settlement_entry: EntryStatus, cogs_entry: EntryStatus) -> str:
    """Say what is left to do; missing costs hold up only the COGS entry, so that the deposit can be booked today."""
    if settlement_entry is not EntryStatus.OPEN and cogs_entry is not EntryStatus.OPEN:
        return _DONE[cogs_entry]
    done = () if settlement_entry is EntryStatus.OPEN else ("Settlement exported",)
    return "; ".join((*done, *blockers)) or READY if blockers or not done else f"{done[0]}; COGS ready to export"


def missing_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines without cost, which are those that Resolve lists: the one place that says which these are.

    A refund that waits for its original is none of them: it is answered by answering that one.
    """
    return rows_where(lines, is_one_of(lines["cost_status"], CostStatus.MISSING))


def line_counts(lines: pd.DataFrame) -> LineCounts:
    """Count the lines that need a cost, and what stands in the way of theirs."""
    missing = missing_lines(lines[["cost_status", "cause"]])
    causes = missing["cause"]
    covered = lines["cost_status"].isin([CostStatus.COSTED, CostStatus.ZERO_CONFIRMED])
    waiting = lines["cost_status"] == CostStatus.WAITING
    return LineCounts(
        needed=int(covered.sum() + waiting.sum()) + len(missing),
        covered=int(covered.sum()),
        missing=len(missing),
        not_synced=int((causes == Cause.NOT_SYNCED).sum()),
        not_mapped=int((causes == Cause.SKU_NOT_MAPPED).sum()),
        suspect=int(lines["suspect"].notna().sum()),
        waiting=int(waiting.sum()),
        asked_amounts=asked_amounts(lines),
    )


def blockers_of(
    counts: LineCounts, *, ties_out: bool, settlement_entry: bool = True, cogs_entry: bool = True
) -> tuple[str, ...]:
    """Name what stands in the way; what is missing is only known once Finale has been asked.

    Args:
        counts: The settlement's.
        ties_out: Whether its lines sum to the marketplace's own total.
        settlement_entry: Whether what holds up its settlement entry is asked for: words that nobody has classified.
        cogs_entry: Whether what holds up its COGS entry is: costs.
    """
    synced = counts.not_synced == 0
    only_waiting = counts.waiting > 0 and not counts.missing
    other = counts.missing - counts.not_mapped
    named = (
        (NOT_SYNCED, cogs_entry and not synced),
        (f"Item missing cost ({other})", cogs_entry and synced and other > 0),
        (f"SKU not mapped ({counts.not_mapped})", cogs_entry and synced and counts.not_mapped > 0),
        (f"Waits for original ({counts.waiting})", cogs_entry and synced and only_waiting),
        (NOT_TYING, not ties_out),
        (f"Unknown types ({counts.asked_amounts})", settlement_entry and counts.asked_amounts > 0),
        (f"Suspect cost ({counts.suspect})", cogs_entry and counts.suspect > 0),
    )
    return tuple(name for name, holds in named if holds)


def remedies(counts: LineCounts, *, settlement_entry: bool = True, cogs_entry: bool = True) -> tuple[str, ...]:
    """Say where each blocker of `blockers_of` is answered that has a sheet: sentences, in its order."""
    synced = counts.not_synced == 0
    named = (
        ("Fetch the costs with Sync.", cogs_entry and not synced),
        ("Give the costs on sheet Resolve.", cogs_entry and synced and counts.missing > counts.not_mapped),
        (
            "Map the SKUs on sheet SKU mapping, or give the costs of their lines on sheet Resolve.",
            cogs_entry and synced and counts.not_mapped > 0,
        ),
        (
            "Give the cost of the original sale, or import its settlement.",
            cogs_entry and synced and counts.waiting > 0 and not counts.missing,
        ),
        ("Say on sheet Transaction types what the unknown types are.", settlement_entry and counts.asked_amounts > 0),
    )
    return tuple(sentence for sentence, holds in named if holds)


def _history(blockers: tuple[str, ...]) -> str:
    return "; ".join((HISTORY, *blockers))


def _cogs_status(counts: LineCounts, cogs_entry: EntryStatus, *, is_history: bool) -> str:
    if cogs_entry is not EntryStatus.OPEN:
        return _DONE[cogs_entry]
    if is_history:
        return HISTORY
    return counts.without_cost if counts.missing or counts.waiting else "Ready"
