"""What the profit and loss leaves out of its figures: lines in currencies without a rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.model import CostStatus
from core.money import cents, total

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines of one currency that are in no figure, because no rate is known."""

    currency: str
    lines: int
    net_sales: Decimal
    """In that currency."""
    profit: Decimal
    """In that currency, before any cost."""
    cogs: Decimal
    """In home currency, so that the two cannot be netted; lines without a cost are not in it."""
    without_cost: int
    """How many of the lines lack a cost, as sheet Resolve counts them."""
    waiting: int = 0
    """How many refunds wait for their original's cost."""

    def words(self, home: str) -> str:
        """Say what is left out: `EUR 90.00 net sales, EUR 80.00 before cost, COGS USD 10.00 (2 lines)`."""
        cogs = (
            f"COGS {home} {self.cogs:,.2f}"
            if self.cogs or not (self.without_cost or self.waiting)
            else "COGS not known"
        )
        lines = f"{self.lines:,} {'line' if self.lines == 1 else 'lines'}"
        lacking = f", {self.without_cost:,} without a cost" if self.without_cost else ""
        lacking += f", {self.waiting:,} waiting for the original's" if self.waiting else ""
        return (
            f"{self.currency} {self.net_sales:,.2f} net sales, {self.currency} {self.profit:,.2f} before cost, "
            f"{cogs} ({lines}{lacking})"
        )


def left_out(priced: pd.DataFrame) -> list[LeftOut]:
    """Return what is in no figure of lines that `priced_lines` gave, by currency."""
    found = priced[priced["without_rate"]]
    names = found["currency"].fillna("no currency")
    return [
        LeftOut(
            currency=str(currency),
            lines=int((~rows["is_correction"]).sum()),
            net_sales=cents(total(rows["left_out_net_sales"])),
            profit=cents(total(rows["left_out_profit"])),
            cogs=cents(total(rows["left_out_cogs"])),
            without_cost=int((rows["cost_status"] == CostStatus.MISSING).sum()),
            waiting=int((rows["cost_status"] == CostStatus.WAITING).sum()),
        )
        for currency, rows in found.groupby(names, sort=True)
    ]
