"""What every report says of one costed line: its margin, and the mark beside its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.model import TEXT, CostStatus

if TYPE_CHECKING:
    from collections.abc import Hashable

MISSING_MARK = "●"
WAITING_MARK = "○"
SUSPECT_MARK = "?"


def margin(lines: pd.DataFrame) -> pd.Series:
    """Return net − COGS per line; missing where the cost is, or where net is in another currency (design §3)."""
    same_currency = (lines["currency"] == lines["cost_currency"]) | (lines["cost_status"] == CostStatus.NOT_APPLICABLE)
    return (lines["net"] - lines["cogs"]).where(same_currency.fillna(value=False).astype(bool))


def indicator(lines: pd.DataFrame) -> pd.Series:
    """Return the mark that stands beside each cost: missing, waiting for the original's, or suspect."""
    marks: dict[Hashable, str] = {CostStatus.MISSING: MISSING_MARK, CostStatus.WAITING: WAITING_MARK}
    by_status = lines["cost_status"].astype(object).map(marks)
    suspect = lines["suspect"].notna() & by_status.isna()
    return pd.Series(by_status.where(~suspect, SUSPECT_MARK), dtype=TEXT)


def has_or_needs_cost(lines: pd.DataFrame) -> pd.Series:
    """Tell which lines move goods: those belong on the COGS tab."""
    return lines["cost_status"] != CostStatus.NOT_APPLICABLE
