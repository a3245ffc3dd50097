"""What a sync changed: each line whose cost is another, and what each settlement comes to since. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.frame_columns import TEXT, Columns, conform
from core.model import CostSource
from core.money import MONEY, SUM, cents, total

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    from core.books.books import Books

CHANGE_COLUMNS: Columns = {
    "store": TEXT,
    "settlement_id": TEXT,
    "order_id": TEXT,
    "sku": TEXT,
    "event": TEXT,
    "was": MONEY,  # unit cost before; missing = there was none
    "now": MONEY,
    "was_source": TEXT,
    "now_source": TEXT,
    "difference": SUM,  # of the line's COGS, home currency, + is more expense; a cost that was missing counts as 0
    "cost_note": TEXT,
    "key": TEXT,
}
"""One row per line whose cost changed."""
_COMPARED = ["unit_cost", "cogs", "cost_source"]


def cost_changes(before: pd.DataFrame, after: pd.DataFrame, vanished: Collection[str] = ()) -> pd.DataFrame:
    """Return the lines whose unit cost, COGS or source differ (CHANGE_COLUMNS), in the order of `after`.

    An entered cost that Finale contradicts anew is among them with difference 0: shown, never applied.

    Args:
        before: Costed lines as they were.
        after: The same books now; a line that is new is no change.
        vanished: Orders that are no longer in the inventory system: their lines are listed, though their cost is kept.
    """
    pairs = after.merge(before[["key", *_COMPARED, "finale_cost"]], on="key", suffixes=("", "_before"))
    differs = pd.Series(data=False, index=pairs.index)
    differs |= pairs["order_id"].isin(list(vanished)) & pairs["unit_cost"].notna()
    for column in _COMPARED:
        now, was = pairs[column], pairs[f"{column}_before"]
        differs |= (now.isna() != was.isna()) | (now != was).fillna(value=False).astype(bool)
    says, cost_before = pairs["finale_cost"], pairs["finale_cost_before"]
    news = (says.isna() != cost_before.isna()) | (says != cost_before).fillna(value=False).astype(bool)
    differs |= news & (pairs["cost_source"] == CostSource.ENTERED).fillna(value=False).astype(bool)
    changed = pairs[differs]
    return conform(
        CHANGE_COLUMNS,
        changed.assign(
            was=changed["unit_cost_before"],
            now=changed["unit_cost"],
            was_source=changed["cost_source_before"],
            now_source=changed["cost_source"],
            difference=changed["cogs"].fillna(0) - changed["cogs_before"].fillna(0),
        ).reset_index(drop=True),
    )


@dataclass(frozen=True, slots=True)
class SettlementChange:
    """What a sync changed in one open settlement, in home currency, to the cent."""

    store: str
    settlement_id: str
    was: Decimal
    now: Decimal

    @property
    def difference(self) -> Decimal:
        """By how much COGS changes, home currency: + is more expense."""
        return self.now - self.was

    def words(self, home: str) -> str:
        """Say it: `Amazon US/24: COGS 8.00 → 12.00 USD (+4.00)`."""
        figures = f"COGS {self.was:,.2f} → {self.now:,.2f} {home} ({self.difference:+,.2f})"
        return f"{self.store}/{self.settlement_id}: {figures}"


def changed_settlements(before: Books, after: Books) -> list[SettlementChange]:
    """Return the settlements whose COGS are others than before; of either books only some lines may be loaded. Pure."""
    sums = ((one, cents(before.cogs_of(one)), cents(after.cogs_of(one))) for one in after.settlements)
    return [SettlementChange(one.store, one.settlement_id, was, now) for one, was, now in sums if was != now]


def settlement_changes(before: pd.DataFrame, after: pd.DataFrame) -> list[SettlementChange]:
    """Return the settlements whose COGS are others than before, in the order of `after`. Pure.

    Args:
        before: Costed lines as they were.
        after: The same books now.
    """
    sums = [
        {place: cents(total(lines["cogs"])) for place, lines in table.groupby(["store", "settlement_id"], sort=False)}
        for table in (before, after)
    ]
    return [
        SettlementChange(str(store), str(number), sums[0].get((store, number), cents(total([]))), now)
        for (store, number), now in sums[1].items()
        if sums[0].get((store, number)) != now
    ]
