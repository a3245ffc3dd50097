"""What the lines of each settlement come to, kept beside its costed lines: a change of some lines moves it on.

So the row of a settlement on sheet Settlements, and how much of it has a cost, are known without its lines.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from core.books.database import costing_tables
from core.books.status import LineCounts, Totals, moved_on, settlement_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from core.books.database import Connection


def as_text(totals: Totals) -> str:
    """Return totals as they are kept."""
    return json.dumps(asdict(totals), default=str, sort_keys=True)


def _read(text: str) -> Totals:
    told = json.loads(text)
    money = {name: Decimal(told[name]) for name in ("cogs", "left_out")}
    return Totals(**{**told, **money, "counts": LineCounts(**told["counts"])})


def moved_totals(
    totals: Mapping[int, Totals],
    was: pd.DataFrame,
    now: pd.DataFrame,
    counted: Callable[[pd.DataFrame], pd.DataFrame],
) -> dict[int, Totals]:
    """Return the totals of the settlements of which some lines have become others. Pure.

    Args:
        totals: Of each settlement, as they were.
        was: The lines that have become others, as they were, with the number of their `settlement`.
        now: The same lines in the same order.
        counted: Returns those of some lines that the books count.
    """
    places = now["settlement"].reset_index(drop=True).groupby(now["settlement"].to_numpy()).indices
    found = {}
    for number, at in ((int(str(name)), at) for name, at in places.items()):
        if number in totals:
            old = totals[number]
            sums = (
                settlement_totals(rows, counted(rows), is_history=old.is_history)
                for rows in (was.iloc[at], now.iloc[at])
            )
            found[number] = moved_on(old, *sums)
    return found


def kept_totals(connection: Connection) -> dict[int, Totals]:
    """Return what the lines of each settlement come to, by its number, as far as it is kept."""
    kept = costing_tables.costed_settlement.c
    query = select(kept.settlement, kept.totals).where(kept.totals.is_not(None))
    return {row.settlement: _read(row.totals) for row in connection.execute(query)}


def put_totals(connection: Connection, totals: Mapping[int, Totals]) -> None:
    """Keep what the lines of settlements come to, of which lines are kept."""
    kept = costing_tables.costed_settlement
    for number, one in totals.items():
        connection.execute(update(kept).where(kept.c.settlement == number).values(totals=as_text(one)))
