"""Tie-outs: two figures that must be equal, from different ends of the books. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.journal.cogs_entry import COST_TYPES
from core.journal.entry import ZERO, Entry, EntryKind
from core.line_types import LineType
from core.model import Event
from core.money import cents, total
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from core.database.entries import Entry as StoredEntry

_COGS_KINDS = (EntryKind.COGS, EntryKind.FINALE)
"""What Finale posts of a settlement's COGS stands in an entry of its own."""


@dataclass(frozen=True, slots=True)
class TieOut:
    """Two figures and whether they are equal to the cent."""

    name: str
    left: Decimal
    right: Decimal

    @property
    def ok(self) -> bool:
        """Whether they tie out."""
        return cents(self.left) == cents(self.right)


def settlement_tie_outs(
    name: str,
    lines: pd.DataFrame,
    *,
    deposit: Decimal | None,
    currency: str,
    entries: Sequence[Entry],
    costs_known: bool,
    posted: pd.DataFrame | None = None,
) -> list[TieOut]:
    """Return the tie-outs of one settlement: deposit, profit and loss, COGS and journal.

    Args:
        name: How the user calls it.
        lines: Its costed lines.
        deposit: The marketplace's own total; missing where its format has none.
        currency: Its currency: a profit and loss in it needs no rate.
        entries: Its two entries per month, as exported or as they would be.
        costs_known: Whether no cost is missing, so that there is a COGS entry, if only of nothing.
        posted: The lines that its entries are about, where books start lies within it; `None` means all.
    """
    own = lines[lines["event"] != Event.PAYOUT]
    net, cogs = total(own["net"]), total(own["cogs"])
    figures = totals(profit_and_loss(own, PnlQuestion(currency), zones={}))
    profit_and_rest = figures["profit"] + figures["cogs"] + figures["tax"] + figures["balance"]
    clearing = _sum(entries, (EntryKind.SETTLEMENT,), (LineType.CLEARING,))
    found = [
        TieOut(f"{name}: P&L and settlement", profit_and_rest, net),
        TieOut(f"{name}: P&L cost and COGS", figures["cogs"], cents(cogs)),
    ]
    if deposit is not None:
        found.insert(0, TieOut(f"{name}: lines and deposit", net, deposit))
    held = own if posted is None else posted[posted["event"] != Event.PAYOUT]
    if posted is None or len(posted) or lines.empty:
        found.append(TieOut(f"{name}: clearing account and settlement", clearing, total(held["net"])))
    if costs_known:
        expected = cents(total(held["cogs"]))
        found.append(TieOut(f"{name}: COGS entry and COGS", _sum(entries, _COGS_KINDS, COST_TYPES), expected))
    return found


def stored_tie_outs(name: str, stored: Sequence[StoredEntry], entries: Sequence[Entry]) -> list[TieOut]:
    """Return the tie-outs of what went out against what the books say: whole, and every line type that differs.

    Args:
        name: How the user calls the settlement.
        stored: Its entries as they were stored at export, those that were reversed since left out.
        entries: The same entries, made anew of the locked lines.
    """
    wanted = _by_kind_and_type((str(e.key.kind), str(line.type), line.amount) for e in entries for line in e.lines)
    found = _by_kind_and_type((str(e.kind), line.memo, line.amount) for e in stored for line in e.lines)
    differing = [
        TieOut(
            f"{name}: Journal, {kind}, line “{words}”", found.get((kind, words), ZERO), wanted.get((kind, words), ZERO)
        )
        for kind, words in sorted({*found, *wanted})
    ]
    unbalanced = [
        TieOut(f"{name}: Journal, {one.key}", total(line.amount for line in one.lines), ZERO) for one in stored
    ]
    wrong = [one for one in (*differing, *unbalanced) if not one.ok]
    return [TieOut(f"{name}: journal lines that differ from the entries", Decimal(len(wrong)), ZERO), *wrong]


def _by_kind_and_type(lines: Iterable[tuple[str, str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    """Sum lines up; what Finale posts counts as COGS, for that may have been chosen otherwise since."""
    sums: dict[tuple[str, str], Decimal] = {}
    for kind, words, amount in lines:
        key = (str(EntryKind.COGS) if kind in _COGS_KINDS else kind, words)
        sums[key] = sums.get(key, ZERO) + amount
    return sums


def _sum(entries: Sequence[Entry], kinds: Sequence[EntryKind], types: Sequence[LineType]) -> Decimal:
    return total(
        line.amount for entry in entries if entry.key.kind in kinds for line in entry.lines if line.type in types
    )
