"""Take over the opening costs that the bookkeeper typed on sheet Opening costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, closing_tables, frames
from core.books.database.repeating import repeated
from core.books.settings.home_currency import refuse_other_currency
from core.errors import CogsheetError, briefly
from core.frame_columns import TEXT, Columns, conform, frame, records
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence


class OpeningCostError(CogsheetError):
    """A row of sheet Opening costs cannot be taken."""

    def __init__(self, sku: str, reason: str) -> None:
        super().__init__(f"Sheet Opening costs, SKU {briefly(sku)}: {reason} Nothing was changed; correct the row.")


@dataclass(frozen=True, slots=True)
class TypedOpening:
    """An edited row of sheet Opening costs, as plain text; without unit cost it is taken back."""

    sku: str
    unit_cost: str
    currency: str
    as_of: str


_NAMED = 5


def _is_known(row: dict[str, object], known: Sequence[dict[str, object]]) -> bool:
    return any(one["sku"] == row["sku"] for one in known)


def _row(opening: TypedOpening, home: str) -> dict[str, object]:
    if opening.currency and opening.currency != home:
        reason = f"the cost is in {briefly(opening.currency)}, and the books are kept in {home}."
        raise OpeningCostError(opening.sku, reason)
    return {
        "sku": opening.sku,
        "unit_cost": _cost(opening),
        "currency": home,
        "as_of": _day(opening),
    }


def _cost(opening: TypedOpening) -> Decimal | None:
    if not opening.unit_cost:
        return None
    try:
        cost = Decimal(opening.unit_cost)
    except InvalidOperation as error:
        raise OpeningCostError(opening.sku, f"“{briefly(opening.unit_cost)}” is not a number.") from error
    if not cost.is_finite() or cost <= 0:
        raise OpeningCostError(
            opening.sku, f"a unit cost is above 0, not {briefly(opening.unit_cost)}; leave it empty to remove it."
        )
    return cost


def _day(opening: TypedOpening) -> str | None:
    if not opening.as_of:
        return None
    try:
        return date.fromisoformat(opening.as_of).isoformat()
    except ValueError as error:
        raise OpeningCostError(
            opening.sku, f"“{briefly(opening.as_of)}” is not a date; dates are written 2026-08-31."
        ) from error


OPENING_COST_COLUMNS: Columns = {
    "sku": TEXT,
    "unit_cost": MONEY,  # per unit of the SKU; missing: taken back
    "currency": TEXT,
    "as_of": TEXT,  # ISO date
}
"""What a SKU cost before."""


@repeated
def change_opening_costs(database: Database, openings: Sequence[TypedOpening], *, who: str, now: datetime) -> int:
    """Store edited opening costs as one batch, all of them or none, and return how many are new or changed.

    Raises:
        OpeningCostError: If a cost is no number above 0, a date none, or a currency not the company's.
    """
    rows = [_row(one, database.company.home_currency) for one in openings if one.sku]
    if not rows:
        return 0
    with database.writing() as connection:
        known = records(latest(connection))
        for row in rows:
            if row["unit_cost"] is None and not _is_known(row, known):
                raise OpeningCostError(str(row["sku"]), "a row needs a unit cost.")
        rows = [row for row in rows if row not in known]
        if not rows:
            return 0
        note = f"Opening costs: {', '.join(str(row['sku']) for row in rows[:_NAMED])}"
        batch = batches.new(connection, BatchKind.SETUP, who, now, note=note + (" ..." if len(rows) > _NAMED else ""))
        return add(connection, frame(OPENING_COST_COLUMNS, rows), batch)


def add(connection: Connection, costs: pd.DataFrame, batch: int) -> int:
    """Store the costs that are new or changed, and return how many those are.

    Args:
        connection: Of `Database.writing`.
        costs: OPENING_COST_COLUMNS, one row per SKU.
        batch: The number of their batch.

    Raises:
        HomeCurrencyChangedError: If one is in another currency than the books are.
    """
    rows = conform(OPENING_COST_COLUMNS, costs).dropna(subset=["sku"])
    refuse_other_currency(connection, rows)
    names = tuple(OPENING_COST_COLUMNS)
    known = set(frames.rows_of(_newest(connection), names))
    new = rows[pd.Series([says not in known for says in frames.rows_of(rows, names)], rows.index, dtype=bool)]
    frames.store(connection, closing_tables.opening_cost, new, OPENING_COST_COLUMNS, batch=batch)
    return len(new)


def latest(connection: Connection) -> pd.DataFrame:
    """Return the opening cost of every SKU that has one (OPENING_COST_COLUMNS)."""
    newest = _newest(connection)
    return newest if newest.empty else newest[newest["unit_cost"].notna()].reset_index(drop=True)


def _newest(connection: Connection) -> pd.DataFrame:
    return frames.load(connection, _newest_rows(), OPENING_COST_COLUMNS)


@cache
def _newest_rows() -> Select[Any]:
    newest = select(func.max(closing_tables.opening_cost.c.id)).group_by(closing_tables.opening_cost.c.sku)
    rows = select(closing_tables.opening_cost).where(closing_tables.opening_cost.c.id.in_(newest))
    return rows.order_by(closing_tables.opening_cost.c.sku)
