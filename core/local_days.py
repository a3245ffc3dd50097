"""On which day of its store's own calendar a line was posted: one time zone per store cuts days and months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.model import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo


def local_days(lines: pd.DataFrame, zones: Mapping[str, ZoneInfo]) -> pd.Series:
    """Return the day on which each line was posted in its store's own time zone, as ISO text.

    Args:
        lines: With columns `store` and `posted_at`; a line without moment has no day.
        zones: The time zone of each store; UTC where none is given.
    """
    days = pd.Series(pd.NA, index=lines.index, dtype=TEXT)
    for store, rows in lines.groupby("store", sort=False):
        zone = zones.get(str(store))
        moments = rows["posted_at"].dt.tz_convert(str(zone)) if zone else rows["posted_at"]
        days.loc[rows.index] = moments.dt.strftime("%Y-%m-%d").astype(TEXT)
    return days
