"""What Resolve lists: in which order, what a row is filled with, and why a row is not asked for any more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.books.costed_lines.line_costs import proposed_units
from core.costing.costs.prefilled_costs import UNITS
from core.model import Cause, Proposal

if TYPE_CHECKING:
    import pandas as pd


def by_stake(lines: pd.DataFrame, home_net: pd.Series) -> pd.DataFrame:
    """Return lines in the order in which they are worth an answer: the most money at stake first.

    Args:
        lines: TRANSACTION_COLUMNS.
        home_net: Their net in home currency; a line without a rate stands behind the others, in its own currency.
    """
    stakes = lines[["currency"]].assign(unknown=home_net.isna(), stake=-home_net.fillna(lines["net"]).abs())
    stakes["currency"] = stakes["currency"].where(stakes["unknown"], "")
    return lines.loc[stakes.sort_values(["unknown", "currency", "stake"], kind="stable").index]


def prefilled(lines: pd.DataFrame) -> pd.DataFrame:
    """Return missing lines with the cost and units that they are proposed, and with what is asked beside them.

    Args:
        lines: TRANSACTION_COLUMNS and COSTED_COLUMNS of lines without cost.

    Returns:
        The lines with `cost`, `units_back` and `status`: which units or goods are asked for, or for which line and how
        many units a cost was typed elsewhere.
    """
    asks_goods = lines["cause"].isin([*UNITS, Cause.GOODS_UNCLEAR])
    elsewhere = (lines["proposal"] == Proposal.TYPED_ELSEWHERE).fillna(value=False)
    return lines.assign(
        cost=lines["proposed_cost"],
        units_back=proposed_units(lines),
        status=lines["cost_note"].where(asks_goods | elsewhere),
    )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the books say of lines that are not listed now: those of settlements that nobody asked to list."""

    missing_lines: pd.DataFrame
    """The lines that lack their cost."""
    line_keys: frozenset[str]
    """Keys of every line in the books."""
    uncounted_keys: frozenset[str] = frozenset()
    """Keys of lines that lack their cost and are not counted: from before books start."""

    def status(self, key: object) -> str:
        """Say why a line with an entry that is not saved is not asked for any more."""
        if key not in self.line_keys:
            return "no longer in the books; your entry is not saved"
        if key in self.uncounted_keys:
            return "not counted any more, before books start; your entry is not saved"
        return "no longer missing; your entry is not saved"
