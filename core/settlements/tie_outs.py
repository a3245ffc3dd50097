"""Tie-outs: two figures that must be equal, from different ends of the books. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.journal.entry import Entry, EntryKind
from core.journal.line_types import LineType
from core.model import Event
from core.money import cents, total
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import pandas as pd

_COGS = (LineType.COGS_SALES, LineType.COGS_REFUNDS, LineType.LOSSES)


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
    name: str, lines: pd.DataFrame, *, deposit: Decimal | None, currency: str, entries: Sequence[Entry]
) -> list[TieOut]:
    """Return the tie-outs of one settlement: deposit, profit and loss, COGS and journal.

    Args:
        name: How the user calls it.
        lines: Its costed lines.
        deposit: The marketplace's own total; missing where its format has none.
        currency: Its currency: a profit and loss in it needs no rate.
        entries: Its two entries per month, as exported or as they would be.
    """
    own = lines[lines["event"] != Event.PAYOUT]
    net, cogs = total(own["net"]), total(own["cogs"])
    figures = totals(profit_and_loss(own, PnlQuestion(currency), zones={}))
    profit_and_rest = figures["profit"] + figures["cogs"] + figures["tax"] + figures["balance"]
    clearing = _sum(entries, EntryKind.SETTLEMENT, (LineType.CLEARING,))
    found = [
        TieOut(f"{name}: P&L and settlement", profit_and_rest, net),
        TieOut(f"{name}: P&L cost and COGS", figures["cogs"], cents(cogs)),
        TieOut(f"{name}: clearing account and settlement", clearing, net),
    ]
    if deposit is not None:
        found.insert(0, TieOut(f"{name}: lines and deposit", net, deposit))
    if any(entry.key.kind is EntryKind.COGS for entry in entries):
        found.append(TieOut(f"{name}: COGS entry and COGS", _sum(entries, EntryKind.COGS, _COGS), cents(cogs)))
    return found


def _sum(entries: Sequence[Entry], kind: EntryKind, types: Sequence[LineType]) -> Decimal:
    return total(
        line.amount for entry in entries if entry.key.kind is kind for line in entry.lines if line.type in types
    )
