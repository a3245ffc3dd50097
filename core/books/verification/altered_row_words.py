"""A row that another program altered, added or deleted, in a bookkeeper's words: what it says and what it said. Pure.

How such rows are seen is in `core.books.verification.altered_rows`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column

from core.books.database import seals, tables
from core.books.database.column_types import Moment, Money
from core.books.verification.tie_outs import TieOut
from core.errors import DatabaseError, briefly
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.books.database.seals import Key, Row

TABLES_IN_WORDS = {
    "company": "the company",
    "setting": "setting",
    "store": "store",
    "batch": "batch of Change history",
    "original_file": "kept file",
    "settlement": "the settlement",
    "ended_settlement": "what the settlement was before",
    "settlement_file": "file of the settlement",
    "ended_transaction": "line that was replaced or removed",
    "later_transaction": "line as its file is read now",
    "problem": "problem of its data",
    "observation": "what Finale said",
    "mapping": "SKU mapping",
    "left_stock": "goods that left stock",
    "override": "saved answer",
    "sync_run": "sync",
    "probe_cache": "what Finale offers",
    "exchange_rate": "exchange rate",
    "lock": "lock of its costs",
    "reopening": "reopening",
    "locked_line": "locked cost",
    "entry": "entry",
    "entry_line": "line of the entry",
    "outbox": "file for the accounting system",
    "outbox_entry": "entry of that file",
    "outbox_end": "when that file was written",
    "true_up": "cost true-up",
    "true_up_decision": "decision on a cost true-up",
    "taken_up": "true-up taken up again",
    "opening_cost": "opening cost",
    "pulled_document": "document of the marketplace",
    "goods_back": "returned goods",
    "reimbursement": "reimbursement",
    "order_units": "units of the order",
    "transaction": "line of the settlement",
}
"""What a row of each table is to a bookkeeper."""
REMEDY = "Restore the books from a copy made before that."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class AlteredRow:
    """One row that is not what Cogsheet stored."""

    table: str
    key: Key
    stored: Row | None
    """What it said; `None`: Cogsheet stored no such row."""
    now: Row | None
    """What it says; `None`: it is gone."""
    settlement: str = ""
    """Which settlement it belongs to, as `store/id`; empty where it belongs to none."""
    place: str = ""
    """Settlement, order and SKU, or what else names it."""
    unreadable: tuple[str, ...] = ()
    """Columns of a line that hold what Cogsheet never stores."""

    @property
    def where(self) -> str:
        """Which row of which table, for whoever puts it right."""
        names = seals.key_columns(TABLES[self.table])
        key = ", ".join(f"{name} {value}" for name, value in zip(names, self.key, strict=False))
        return f"table {self.table}, row with {key}"

    @property
    def tie_outs(self) -> list[TieOut]:
        """What verify says of it: one sentence per column that differs."""
        name = f"{self.place}: {TABLES_IN_WORDS[self.table]}" if self.place else TABLES_IN_WORDS[self.table]
        if self.unreadable:
            labels = [f"{one.replace('_', ' ')} “{(self.now or {}).get(one)}”" for one in self.unreadable]
            return [_said(name, f"{' and '.join(labels)} is nothing that Cogsheet stores ({self.where})")]
        if self.stored is None:
            return [_said(name, f"it was added by another program ({self.where})")]
        if self.now is None:
            return [_said(name, f"it was deleted by another program ({self.where}); it said {self._in_words}")]
        return [
            _said(f"{name}, {label}", f"the books have {now}, stored was {stored} ({self.where})")
            for column in seals.SEALED[self.table].c
            for label, now, stored in _differences(column, self.now, self.stored)
        ]

    @property
    def _in_words(self) -> str:
        columns = seals.SEALED[self.table].c
        changes = [f"{one.name.replace('_', ' ')} {_shown(one, self.stored or {})}" for one in columns]
        return ", ".join(words for one, words in zip(columns, changes, strict=True) if one.name in (self.stored or {}))


class AlteredRowsError(DatabaseError):
    """The books cannot be read because another program altered them."""

    def __init__(self, rows: Sequence[AlteredRow]) -> None:
        listed = "\n".join(tie.sentence for row in rows[:_MOST_LISTED] for tie in row.tie_outs)
        more = f"\nAnd {len(rows) - _MOST_LISTED} more." if len(rows) > _MOST_LISTED else ""
        super().__init__(
            f"The books cannot be read: another program altered them. Nothing was changed.\n{listed}{more}\n{REMEDY}"
        )


_MOST_LISTED = 20


TABLES = {**seals.SEALED, "transaction": tables.transaction}


def _said(name: str, words: str) -> TieOut:
    return TieOut(name, Decimal(1), Decimal(0), words)


def altered_tie_outs(rows: Sequence[AlteredRow]) -> list[TieOut]:
    """Return their number, with what to do, and what differs in each of them. Pure."""
    words = f"{len(rows)} of them, listed below. {REMEDY}" if rows else ""
    whole = TieOut("Rows that another program altered, added or deleted", Decimal(len(rows)), Decimal(0), words[:-1])
    return [whole, *(tie for row in rows for tie in row.tie_outs)]


def _differences(column: Column[Any], now: Row, stored: Row) -> Iterator[tuple[str, str, str]]:
    """Yield what differs in a column, what it is and what it was; of a text of several values those that differ."""
    label, one, other = column.name.replace("_", " "), now.get(column.name), stored.get(column.name)
    if one == other:
        return
    parts, others = _values(one), _values(other)
    if parts is None or others is None:
        yield label, _shown(column, now), _shown(column, stored)
        return
    for key in dict.fromkeys((*parts, *others)):
        if parts.get(key) != others.get(key):
            yield f"{label}{key.replace('_', ' ')}", _quoted(parts.get(key)), _quoted(others.get(key))


def _values(text: object) -> dict[str, object] | None:
    """Return the values of a text like `{"lock_date": null}`; `None` where it is another kind of text."""
    try:
        values = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return dict(_leaves("", values)) if isinstance(values, dict) else None


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield each single value with the way to it; a member of a list is called by its own key, else by its place."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves(f"{path}, {key}", one)
    elif isinstance(value, list) and value:
        for place, one in enumerate(value, 1):
            yield from _leaves(f"{path} {one.get('key', place) if isinstance(one, dict) else place}", one)
    else:
        yield path, value


def _shown(column: Column[Any], row: Row) -> str:
    value = row.get(column.name)
    return _quoted(None if value is None else _value(column, value))


def _quoted(value: object) -> str:
    return "nothing" if value is None else f"“{briefly(value)}”"


def _value(column: Column[Any], value: object) -> object:
    """Return a stored value as a person reads it; what another program put there may be of another kind."""
    if not isinstance(value, int):
        return value
    if isinstance(column.type, Money):
        return f"{Decimal(value).scaleb(-LINE_PLACES).normalize():f}"
    if isinstance(column.type, Boolean):
        return "yes" if value else "no"
    return f"{_EPOCH + timedelta(microseconds=value):%Y-%m-%d %H:%M}" if isinstance(column.type, Moment) else value
