"""Which product, or which products of a kit, a SKU stands for. Append-only; the latest answer per SKU holds.

The rows of one answer belong together. What a person has typed in is never replaced by what a sync finds; to go back,
an answer without product is typed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import bindparam, func, select, tuple_, update

from core.database import frames
from core.database.observations import Added
from core.database.tables import mapping as table
from core.model import FLAG, MAPPING_COLUMNS, MOMENT, WHOLE, conform

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from core.model import Columns

TYPED_IN = "typed in"
"""The rule of a mapping that a person has entered."""

HISTORY_COLUMNS: Columns = {**MAPPING_COLUMNS, "typed_in": FLAG, "answer": WHOLE, "seen_at": MOMENT, "batch": WHOLE}
"""Every mapping ever stored; the rows of one SKU with the same `answer` belong together."""

_SAYS = ("product_id", "units", "description", "rule")


def add(connection: Connection, answers: pd.DataFrame, batch: int, now: datetime) -> Added:
    """Store what was found; counts are of SKUs.

    Args:
        connection: Of `Database.writing`.
        answers: MAPPING_COLUMNS; all rows of a SKU are one answer.
        batch: The number of the batch it belongs to.
        now: Stands in where a row does not say when it was fetched.
    """
    rows = conform(MAPPING_COLUMNS, answers).dropna(subset=["sku"]).reset_index(drop=True)
    rows["fetched_at"] = rows["fetched_at"].fillna(pd.Timestamp(now))
    rows["seen_at"] = rows["fetched_at"]
    rows["typed_in"] = rows["rule"].eq(TYPED_IN).fillna(value=False)
    known = _newest_of(connection, rows["sku"])
    before, told = _answers(known), _answers(rows)
    unchanged = {key for key, answer in told.items() if before.get(key) == answer}
    again = pd.Series([key in unchanged for key in _keys(rows)], dtype=bool)
    _move_seen_at(connection, known, rows[again])
    _insert(connection, known, rows[~again], batch)
    return Added(len(told) - len(unchanged), len(unchanged))


def latest(connection: Connection) -> pd.DataFrame:
    """Return the answer that holds for every SKU (MAPPING_COLUMNS); `fetched_at` is when it was last confirmed."""
    newest = origins(connection)
    typed = newest["typed_in"]
    says_product = set(newest.loc[typed & newest["product_id"].notna(), "sku"])
    fetched = set(newest.loc[~typed, "sku"])
    by_typed = newest["sku"].isin(says_product) | ~newest["sku"].isin(fetched)
    newest["fetched_at"] = newest["seen_at"]
    return conform(MAPPING_COLUMNS, newest[typed == by_typed].reset_index(drop=True))


def origins(connection: Connection) -> pd.DataFrame:
    """Return the newest answer of either origin for every SKU (HISTORY_COLUMNS): what was fetched, what was typed."""
    return frames.load(connection, _newest().order_by(table.c.sku, table.c.id), HISTORY_COLUMNS)


def history(connection: Connection, sku: str | None = None) -> pd.DataFrame:
    """Return every answer ever stored (HISTORY_COLUMNS), the oldest first."""
    query = select(table).order_by(table.c.id)
    return frames.load(connection, query if sku is None else query.where(table.c.sku == sku), HISTORY_COLUMNS)


def _newest(only: ColumnElement[bool] | None = None) -> Select[Any]:
    """Select the newest answer of either origin for every SKU."""
    origin = (table.c.sku, table.c.typed_in)
    newest = select(*origin, func.max(table.c.answer)).group_by(*origin)
    if only is not None:
        newest = newest.where(only)
    return select(table).where(tuple_(*origin, table.c.answer).in_(newest))


def _newest_of(connection: Connection, skus: pd.Series) -> pd.DataFrame:
    columns = {"id": WHOLE, **HISTORY_COLUMNS}
    parts = (frames.load(connection, _newest(some), columns) for some in frames.among(table.c.sku, skus))
    return frames.concat(parts, columns)


def _keys(rows: pd.DataFrame) -> list[tuple[str, bool]]:
    """Return SKU and whether a person typed it in, for every row."""
    return list(zip(rows["sku"], rows["typed_in"], strict=True))


def _answers(rows: pd.DataFrame) -> dict[tuple[str, bool], set[tuple[Any, ...]]]:
    """Return what is said about every SKU; the order of a kit's products says nothing."""
    answers: dict[tuple[str, bool], set[tuple[Any, ...]]] = {}
    for key, says in zip(_keys(rows), frames.rows_of(rows, _SAYS), strict=True):
        answers.setdefault(key, set()).add(says)
    return answers


def _move_seen_at(connection: Connection, known: pd.DataFrame, again: pd.DataFrame) -> None:
    seen = dict(zip(_keys(again), frames.rows_of(again, ("seen_at",)), strict=True))
    frames.update_rows(
        connection,
        update(table).where(table.c.id == bindparam("row")).values(seen_at=bindparam("moment")),
        [
            {"row": row_id, "moment": seen[key][0]}
            for row_id, key in zip(known["id"].tolist(), _keys(known), strict=True)
            if key in seen
        ],
    )


def _insert(connection: Connection, known: pd.DataFrame, new: pd.DataFrame, batch: int) -> None:
    """Give the answers the next number of their SKU and store them."""
    numbers = dict(zip(known["sku"], known["answer"], strict=True))
    for sku, answer in zip(known["sku"], known["answer"], strict=True):
        numbers[sku] = max(numbers[sku], answer)
    numbered = new.assign(answer=pd.Series([numbers.get(sku, 0) + 1 for sku in new["sku"]], new.index, dtype=WHOLE))
    frames.store(connection, table, conform(HISTORY_COLUMNS, numbered), HISTORY_COLUMNS, batch=batch)
