"""The entries that were exported. Append-only; the same action, done again, is the same entry."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, insert, select, union_all

from core.books.database import closing_tables, frames, tables
from core.books.database.column_types import known_word
from core.books.settings import stored_settings
from core.errors import DatabaseError
from core.frame_columns import TEXT, WHOLE, Columns
from core.journal.entry import SETTLEMENT_KINDS, EntryKind, refuse_unbalanced
from core.money import FIRST_TOO_LARGE, MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

JOURNAL_COLUMNS: Columns = {
    "entry": TEXT,  # its key
    "kind": TEXT,  # EntryKind
    "store": TEXT,
    "settlement_id": TEXT,
    "revision": WHOLE,
    "entry_date": TEXT,  # ISO date
    "position": WHOLE,
    "account": TEXT,
    "amount": MONEY,  # debit +, credit -
    "currency": TEXT,
    "memo": TEXT,  # of the line
    "batch": WHOLE,
}
"""One row per line of every entry."""


class EntryDiffersError(DatabaseError):
    """An entry that has gone out is never changed."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Entry {key} has been exported before with other figures. Nothing was changed. Reopen the settlement, "
            "which reverses the old entry, and export again."
        )


class EntryUnknownError(DatabaseError):
    """Something refers to an entry that was never stored."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Entry {key} is not in the books. Nothing was stored.")


class EntryTooLargeError(DatabaseError):
    """What an entry posts to an account is more than the books hold."""

    def __init__(self, key: str, account: str, currency: str, amount: Decimal) -> None:
        super().__init__(
            f"Entry {key} would post {currency} {abs(amount):,} to {account}, and an entry of the books posts less "
            f"than {FIRST_TOO_LARGE:,} to an account. Nothing was changed. Look for costs, units or rates with a "
            "digit too many and correct them where they are from, or remove the settlement."
        )


@dataclass(frozen=True, slots=True)
class EntryLineRow:
    """One line of an entry, as its row in the books is."""

    account: str
    amount: Decimal
    """Debit +, credit -."""
    currency: str
    memo: str = ""
    number: str | None = field(default=None, compare=False)
    """The account's number or code then, its tax rate, and whether it was a bank account: they name no action, and
    are missing in entries of older versions."""
    tax_code: str | None = field(default=None, compare=False)
    is_bank: bool | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as its row in the books is: also one whose key or balance Verify has to name as wrong.

    What is posted and written to files is a `core.journal.entry.Entry`; this is what is stored of it. Both are held to
    one check of their balance, `refuse_unbalanced`.
    """

    key: str
    """Says which action this is (store, settlement, kind, revision); the accounting system recognises it by that."""
    kind: EntryKind
    entry_date: date
    lines: tuple[EntryLineRow, ...]
    settlement: int | None = None
    """The settlement's number in this database, where it belongs to one."""
    revision: int = 1
    memo: str = ""
    reverses: str | None = None
    """The key of the entry that it takes back."""
    store: str | None = None
    """Of an entry that belongs to no settlement (an accrual); others have their settlement's."""
    name: str | None = None
    """What stands in its key where others have their settlement's id."""

    @property
    def amounts(self) -> list[tuple[str, Decimal]]:
        """Currency and amount (debit +, credit −) of each line."""
        return [(line.currency, line.amount) for line in self.lines]


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry in the books, with what names it beside its key."""

    entry: EntryRow
    store: str
    settlement_id: str
    """Of an accrual: what stands in its key in its place."""
    batch: int


@dataclass(frozen=True, slots=True)
class AcceptedReclassification:
    """What somebody decided when a reclassification was accepted; the profit and loss shows it."""

    settlement: int
    """Its number in this database."""
    day: date
    currency: str
    lines: tuple[tuple[str, str, Decimal], ...]
    """Line type, account, debit + and credit −."""


_RECLASSIFIED = "accepted reclassifications"


def _said(entry: EntryRow) -> AcceptedReclassification:
    lines = tuple((line.memo, line.account, line.amount) for line in entry.lines)
    return AcceptedReclassification(entry.settlement or 0, entry.entry_date, entry.lines[0].currency, lines)


_OF_A_LINE = ("account", "amount", "currency", "memo", "number", "tax_code", "is_bank")


def _line(row: Row[Any]) -> EntryLineRow:
    return EntryLineRow(**{name: getattr(row, name) for name in _OF_A_LINE})


def _made(row: Row[Any], lines: Iterable[EntryLineRow], reverses: str | None) -> EntryRow:
    return EntryRow(
        key=row.key,
        kind=known_word(EntryKind, row.kind, "a kind of entry"),
        entry_date=date.fromisoformat(row.entry_date),
        lines=tuple(lines),
        settlement=row.settlement,
        revision=row.revision,
        memo=row.memo,
        reverses=reverses,
        store=row.store,
        name=row.name,
    )


def _refuse_too_large(entry: EntryRow) -> None:
    for line in entry.lines:
        if abs(line.amount) >= FIRST_TOO_LARGE:
            raise EntryTooLargeError(entry.key, line.account, line.currency, line.amount)


def remember_reclassified(
    connection: Connection, decided: Mapping[str, AcceptedReclassification], who: str, now: datetime
) -> None:
    """Keep what was decided beside the entries of it, by their keys."""
    before = stored_settings.get(connection, _RECLASSIFIED, dict[str, AcceptedReclassification], {})
    stored_settings.put(connection, _RECLASSIFIED, before | dict(decided), who=who, now=now)


def reclassified(connection: Connection) -> dict[str, AcceptedReclassification]:
    """Return what was decided of reclassifications that nothing has reversed, by the key of their entry.

    Of those that older versions accepted, which kept no decision, what their entry says.
    """
    decided = stored_settings.get(connection, _RECLASSIFIED, dict[str, AcceptedReclassification], {})
    posted_ones = [_entry(connection, row) for row in connection.execute(_reclassifications())]
    known = {one.key: _said(one) for one in posted_ones if one.lines} | decided
    gone = set(connection.scalars(_reversed_keys())) if known else set()
    return {key: one for key, one in known.items() if key not in gone}


@cache
def _reclassifications() -> Select[Any]:
    return select(closing_tables.entry).where(closing_tables.entry.c.kind == str(EntryKind.RECLASSIFICATION))


@cache
def _reversed_keys() -> Select[Any]:
    entry = closing_tables.entry.c
    return select(entry.key).where(entry.id.in_(select(entry.reverses).where(entry.reverses.is_not(None))))


def post(connection: Connection, entry: EntryRow, batch: int) -> bool:
    """Store an entry, once.

    Returns:
        Whether it is new; `False`: exactly this entry was there already.

    Raises:
        UnbalancedEntryError: If it does not balance.
        EntryTooLargeError: If it posts more than the books hold.
        EntryDiffersError: If another entry is there under its key.
        EntryUnknownError: If the entry that it reverses is not there.
    """
    refuse_unbalanced(entry.key, entry.amounts)
    _refuse_too_large(entry)
    there = find(connection, entry.key)
    if there is not None:
        if there != entry:
            raise EntryDiffersError(entry.key)
        return False
    new = insert(closing_tables.entry).values(_values(connection, entry, batch)).returning(closing_tables.entry.c.id)
    entry_id = connection.execute(new).scalar_one()
    lines = [
        {"position": place, **{name: getattr(one, name) for name in _OF_A_LINE}}
        for place, one in enumerate(entry.lines, 1)
    ]
    connection.execute(insert(closing_tables.entry_line).values(entry=entry_id), lines)
    return True


def find(connection: Connection, key: str) -> EntryRow | None:
    """Return the entry of a key."""
    row = connection.execute(select(closing_tables.entry).where(closing_tables.entry.c.key == key)).one_or_none()
    return None if row is None else _entry(connection, row)


def number(connection: Connection, key: str) -> int:
    """Return the number of an entry in this database.

    Raises:
        EntryUnknownError: If it is not there.
    """
    row_id: int | None = connection.scalar(select(closing_tables.entry.c.id).where(closing_tables.entry.c.key == key))
    if row_id is None:
        raise EntryUnknownError(key)
    return row_id


def of_settlement(connection: Connection, settlement_number: int) -> list[EntryRow]:
    """Return the entries of a settlement, in the order they were stored."""
    rows = connection.execute(
        select(closing_tables.entry)
        .where(closing_tables.entry.c.settlement == settlement_number)
        .order_by(closing_tables.entry.c.id)
    ).all()
    return [_entry(connection, row) for row in rows]


def first_standing(connection: Connection) -> dict[int, str]:
    """Return the oldest entry of each settlement's export that nothing has reversed, by the settlement's number."""
    kinds = [str(kind) for kind in SETTLEMENT_KINDS]
    reversed_ones = select(closing_tables.entry.c.reverses).where(closing_tables.entry.c.reverses.is_not(None))
    standing = (
        closing_tables.entry.c.kind.in_(kinds)
        & closing_tables.entry.c.id.not_in(reversed_ones)
        & closing_tables.entry.c.settlement.is_not(None)
    )
    rows = connection.execute(
        select(closing_tables.entry.c.settlement, closing_tables.entry.c.key)
        .where(standing)
        .order_by(closing_tables.entry.c.id.desc())
    )
    return {row.settlement: row.key for row in rows}


def settlement_batches(connection: Connection) -> dict[int, int]:
    """Return the batch in which the standing settlement entry of each settlement went out, by its number."""
    reversed_ones = select(closing_tables.entry.c.reverses).where(closing_tables.entry.c.reverses.is_not(None))
    standing = (closing_tables.entry.c.kind == str(EntryKind.SETTLEMENT)) & closing_tables.entry.c.id.not_in(
        reversed_ones
    )
    rows = connection.execute(
        select(closing_tables.entry.c.settlement, closing_tables.entry.c.batch)
        .where(standing)
        .order_by(closing_tables.entry.c.id)
    )
    return {row.settlement: row.batch for row in rows}


def posted_entries(connection: Connection) -> list[PostedEntry]:
    """Return every entry, in the order they were stored."""
    lines: dict[int, list[EntryLineRow]] = defaultdict(list)
    for row in connection.execute(
        select(closing_tables.entry_line).order_by(
            closing_tables.entry_line.c.entry, closing_tables.entry_line.c.position
        )
    ):
        lines[row.entry].append(_line(row))
    keys = {
        row.id: row.key for row in connection.execute(select(closing_tables.entry.c.id, closing_tables.entry.c.key))
    }
    query = (
        select(closing_tables.entry, tables.settlement.c.store.label("of_store"), tables.settlement.c.settlement_id)
        .outerjoin(tables.settlement, tables.settlement.c.id == closing_tables.entry.c.settlement)
        .order_by(closing_tables.entry.c.id)
    )
    return [
        PostedEntry(
            _made(row, lines[row.id], keys.get(row.reverses)),
            row.of_store or row.store or "",
            row.settlement_id or row.name or "",
            row.batch,
        )
        for row in connection.execute(query)
    ]


def journal(connection: Connection) -> pd.DataFrame:
    """Return every line of every entry (JOURNAL_COLUMNS), in the order they were stored.

    Lines of 0.00, which older versions stored, are left out.
    """
    query = (
        select(
            closing_tables.entry.c.key.label("entry"),
            closing_tables.entry.c.kind,
            func.coalesce(tables.settlement.c.store, closing_tables.entry.c.store).label("store"),
            func.coalesce(tables.settlement.c.settlement_id, closing_tables.entry.c.name).label("settlement_id"),
            closing_tables.entry.c.revision,
            closing_tables.entry.c.entry_date,
            closing_tables.entry_line.c.position,
            closing_tables.entry_line.c.account,
            closing_tables.entry_line.c.amount,
            closing_tables.entry_line.c.currency,
            closing_tables.entry_line.c.memo,
            closing_tables.entry.c.batch,
        )
        .join(closing_tables.entry_line, closing_tables.entry_line.c.entry == closing_tables.entry.c.id)
        .outerjoin(tables.settlement, tables.settlement.c.id == closing_tables.entry.c.settlement)
        .order_by(closing_tables.entry.c.id, closing_tables.entry_line.c.position)
    )
    lines = frames.load(connection, query, JOURNAL_COLUMNS)
    return lines[lines["amount"] != Decimal(0)].reset_index(drop=True)


def _values(connection: Connection, entry: EntryRow, batch: int) -> dict[str, Any]:
    return {
        "key": entry.key,
        "kind": str(entry.kind),
        "settlement": entry.settlement,
        "revision": entry.revision,
        "entry_date": entry.entry_date.isoformat(),
        "memo": entry.memo,
        "reverses": None if entry.reverses is None else number(connection, entry.reverses),
        "batch": batch,
        "store": entry.store,
        "name": entry.name,
    }


def _entry(connection: Connection, row: Row[Any]) -> EntryRow:
    rows = connection.execute(
        select(closing_tables.entry_line)
        .where(closing_tables.entry_line.c.entry == row.id)
        .order_by(closing_tables.entry_line.c.position)
    )
    reverses = connection.scalar(select(closing_tables.entry.c.key).where(closing_tables.entry.c.id == row.reverses))
    return _made(row, [_line(one) for one in rows], reverses)


def first_batches(connection: Connection) -> dict[int, int]:
    """Return the batch in which each settlement first went out, by its number; what was reopened counts no more."""
    undone = select(closing_tables.entry.c.reverses).where(closing_tables.entry.c.reverses.is_not(None))
    posted = select(closing_tables.entry.c.settlement, closing_tables.entry.c.batch).where(
        closing_tables.entry.c.settlement.is_not(None),
        closing_tables.entry.c.reverses.is_(None),
        closing_tables.entry.c.id.not_in(undone),
    )
    locked = select(closing_tables.lock.c.settlement, closing_tables.lock.c.batch).where(
        closing_tables.lock.c.id.not_in(select(closing_tables.reopening.c.lock))
    )
    both = union_all(posted, locked).subquery()
    query = select(both.c.settlement, func.min(both.c.batch)).group_by(both.c.settlement)
    return {int(settlement): int(batch) for settlement, batch in connection.execute(query)}
