"""Accepted averages whose real cost has arrived: replaced in bulk, as a batch that can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from core.database import batches, locks, overrides
from core.database.batches import BatchKind
from core.model import OVERRIDE_COLUMNS, CostSource, CostStatus, frame, records
from core.settlements.books import costed_lines, costing_policies

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from core.database import Database
    from core.settlements.books import Books
    from core.time import SettlementName

NOTE = "replaced by Finale's order cost"


def replaceable(books: Books) -> pd.DataFrame:
    """Return the lines of open settlements that use an accepted average though Finale knows their order's cost. Pure.

    Costs that were entered are nobody's estimate and never among them. Nor are accepted proposals that answer more than
    the cost: a refund of unknown units whose proposal (the original's cost, or money only) was accepted would lack its
    cost again without it.
    """
    estimate = books.lines["cost_source"] == CostSource.ACCEPTED_AVERAGE
    arrived = books.lines["finale_cost"].notna() & books.lines["order_id"].notna()
    found = books.lines[(estimate & arrived).fillna(value=False).astype(bool)]
    return found if found.empty else found[found["key"].isin(_costed_without(books, list(found["key"])))]


def _costed_without(books: Books, keys: Collection[str]) -> list[str]:
    """Return which of the lines have a cost when their accepted one is taken away."""
    saved = [row | {"unit_cost": None, "kind": None} if row["key"] in keys else row for row in records(books.overrides)]
    known = replace(books.known, overrides=frame(OVERRIDE_COLUMNS, saved))
    lines = costed_lines(known, costing_policies(books.policies, books.company))
    costed = lines["key"].isin(keys) & (lines["cost_status"] == CostStatus.COSTED)
    return list(lines["key"][costed.fillna(value=False).astype(bool)])


def replace_averages(
    database: Database, books: Books, *, settlement_ids: Collection[SettlementName] | None, who: str, now: datetime
) -> list[str]:
    """Let Finale's order costs take the place of accepted averages; what was saved beside them stays.

    Args:
        database: The books.
        books: Their state, just loaded.
        settlement_ids: Only of these settlements, each by store and id; `None` means all.
        who: Who accepts Finale's costs.
        now: When.

    Returns:
        The keys of the lines that take Finale's cost now; one that somebody saved or exported meanwhile is left alone.
    """
    found = replaceable(books)
    if settlement_ids is not None:
        names = zip(found["store"], found["settlement_id"], strict=True)
        found = found[pd.Series([name in settlement_ids for name in names], found.index, dtype=bool)]
    saved = {row["key"]: row for row in records(books.overrides)}
    rows = [_taken_back(saved[key]) for key in found["key"]]
    if not rows:
        return []
    with database.writing() as connection:
        locked = locks.locked_keys(connection)
        free = [row for row in rows if row["key"] not in locked]
        if not free:
            return []
        batch = batches.new(connection, BatchKind.SAVE, who, now, note=f"accepted averages {NOTE}")
        answers = frame(overrides.ANSWER_COLUMNS, free)
        refused = {one.key for one in overrides.save(connection, answers, batch, who=who, now=now)}
    return [str(row["key"]) for row in free if row["key"] not in refused]


def _taken_back(saved: dict[str, object]) -> dict[str, object]:
    """Return the line's next version: no cost of its own, disposition, units and SKU as they were."""
    kept = {name: saved[name] for name in ("key", "disposition", "units_back", "sku")}
    shown = {"shown_version": saved["version"], "shown_cost": saved["unit_cost"], "shown_currency": saved["currency"]}
    return {**kept, **shown, "note": NOTE}
