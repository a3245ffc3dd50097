"""The entries that went out to the accounting system. Append-only; the same deed, done again, is the same entry."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, insert, select

from core.database import frames, settings
from core.database.tables import entry as table
from core.database.tables import entry_line, settlement
from core.errors import DatabaseError
from core.journal.entry import EntryKind
from core.model import TEXT, WHOLE
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

    from core.model import Columns

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


class UnbalancedEntryError(DatabaseError):
    """Debits and credits must be equal in every currency."""

    def __init__(self, key: str, currency: str, difference: Decimal) -> None:
        super().__init__(f"Entry {key} does not balance: {difference} {currency} are left over. Nothing was stored.")


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


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line of an entry."""

    account: str
    amount: Decimal
    """Debit +, credit -."""
    currency: str
    memo: str = ""
    number: str | None = field(default=None, compare=False)
    """The account's number or code then, its tax rate, and whether it was a bank account: they name no other deed, and
    are missing in entries of older versions."""
    tax_code: str | None = field(default=None, compare=False)
    is_bank: bool | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole entry; its lines balance in every currency."""

    key: str
    """Says which deed this is (store, settlement, kind, revision); also what the accounting system recognises it by."""
    kind: EntryKind
    entry_date: date
    lines: tuple[EntryLine, ...]
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


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry in the books, with what names it beside its key."""

    entry: Entry
    store: str
    settlement_id: str
    """Of an accrual: what stands in its key in its place."""
    batch: int


@dataclass(frozen=True, slots=True)
class Reclassified:
    """What somebody decided when a reclassification was accepted; the profit and loss shows it."""

    settlement: int
    """Its number in this database."""
    day: date
    currency: str
    lines: tuple[tuple[str, str, Decimal], ...]
    """Line type, account, debit + and credit −."""


_RECLASSIFIED = "accepted reclassifications"


def remember_reclassified(connection: Connection, decided: Mapping[str, Reclassified], who: str, now: datetime) -> None:
    """Keep what was decided beside the entries of it, by their keys."""
    before = settings.get(connection, _RECLASSIFIED, dict[str, Reclassified], {})
    settings.put(connection, _RECLASSIFIED, before | dict(decided), who=who, now=now)


def reclassified(connection: Connection) -> dict[str, Reclassified]:
    """Return what was decided of reclassifications that nothing has reversed, by the key of their entry.

    Of those that older versions accepted, which kept no decision, what their entry says.
    """
    decided = settings.get(connection, _RECLASSIFIED, dict[str, Reclassified], {})
    kind = table.c.kind == str(EntryKind.RECLASSIFICATION)
    posted_ones = [_entry(connection, row) for row in connection.execute(select(table).where(kind))]
    said = {one.key: _said(one) for one in posted_ones if one.lines}
    reversing = select(table.c.reverses).where(table.c.reverses.is_not(None))
    gone = set(connection.scalars(select(table.c.key).where(table.c.id.in_(reversing))))
    return {key: one for key, one in (said | decided).items() if key not in gone}


def _said(entry: Entry) -> Reclassified:
    lines = tuple((line.memo, line.account, line.amount) for line in entry.lines)
    return Reclassified(entry.settlement or 0, entry.entry_date, entry.lines[0].currency, lines)


def post(connection: Connection, entry: Entry, batch: int) -> bool:
    """Store an entry, once.

    Returns:
        Whether it is new; `False`: exactly this entry was there already.

    Raises:
        UnbalancedEntryError: If it does not balance.
        EntryDiffersError: If another entry is there under its key.
        EntryUnknownError: If the entry that it reverses is not there.
    """
    _check_balance(entry)
    there = find(connection, entry.key)
    if there is not None:
        if there != entry:
            raise EntryDiffersError(entry.key)
        return False
    new = insert(table).values(_values(connection, entry, batch)).returning(table.c.id)
    entry_id = connection.execute(new).scalar_one()
    lines = [
        {"position": place, **{name: getattr(one, name) for name in _OF_A_LINE}}
        for place, one in enumerate(entry.lines, 1)
    ]
    connection.execute(insert(entry_line).values(entry=entry_id), lines)
    return True


_OF_A_LINE = ("account", "amount", "currency", "memo", "number", "tax_code", "is_bank")


def find(connection: Connection, key: str) -> Entry | None:
    """Return the entry of a key."""
    row = connection.execute(select(table).where(table.c.key == key)).one_or_none()
    return None if row is None else _entry(connection, row)


def number(connection: Connection, key: str) -> int:
    """Return the number of an entry in this database.

    Raises:
        EntryUnknownError: If it is not there.
    """
    found: int | None = connection.scalar(select(table.c.id).where(table.c.key == key))
    if found is None:
        raise EntryUnknownError(key)
    return found


def of_settlement(connection: Connection, settlement_number: int) -> list[Entry]:
    """Return the entries of a settlement, in the order they were stored."""
    rows = connection.execute(select(table).where(table.c.settlement == settlement_number).order_by(table.c.id)).all()
    return [_entry(connection, row) for row in rows]


def first_standing(connection: Connection) -> dict[int, str]:
    """Return the oldest entry of each settlement's export that nothing has reversed, by the settlement's number."""
    kinds = [str(kind) for kind in (EntryKind.SETTLEMENT, EntryKind.COGS, EntryKind.FINALE)]
    reversed_ones = select(table.c.reverses).where(table.c.reverses.is_not(None))
    standing = table.c.kind.in_(kinds) & table.c.id.not_in(reversed_ones) & table.c.settlement.is_not(None)
    rows = connection.execute(select(table.c.settlement, table.c.key).where(standing).order_by(table.c.id.desc()))
    return {row.settlement: row.key for row in rows}


def settlement_batches(connection: Connection) -> dict[int, int]:
    """Return the batch in which the standing settlement entry of each settlement went out, by its number."""
    reversed_ones = select(table.c.reverses).where(table.c.reverses.is_not(None))
    standing = (table.c.kind == str(EntryKind.SETTLEMENT)) & table.c.id.not_in(reversed_ones)
    rows = connection.execute(select(table.c.settlement, table.c.batch).where(standing).order_by(table.c.id))
    return {row.settlement: row.batch for row in rows}


def posted(connection: Connection) -> list[Posted]:
    """Return every entry, in the order they were stored."""
    lines: dict[int, list[EntryLine]] = defaultdict(list)
    for row in connection.execute(select(entry_line).order_by(entry_line.c.entry, entry_line.c.position)):
        lines[row.entry].append(_line(row))
    keys = {row.id: row.key for row in connection.execute(select(table.c.id, table.c.key))}
    query = (
        select(table, settlement.c.store.label("of_store"), settlement.c.settlement_id)
        .outerjoin(settlement, settlement.c.id == table.c.settlement)
        .order_by(table.c.id)
    )
    return [
        Posted(
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
            table.c.key.label("entry"),
            table.c.kind,
            func.coalesce(settlement.c.store, table.c.store).label("store"),
            func.coalesce(settlement.c.settlement_id, table.c.name).label("settlement_id"),
            table.c.revision,
            table.c.entry_date,
            entry_line.c.position,
            entry_line.c.account,
            entry_line.c.amount,
            entry_line.c.currency,
            entry_line.c.memo,
            table.c.batch,
        )
        .join(entry_line, entry_line.c.entry == table.c.id)
        .outerjoin(settlement, settlement.c.id == table.c.settlement)
        .order_by(table.c.id, entry_line.c.position)
    )
    found = frames.load(connection, query, JOURNAL_COLUMNS)
    return found[found["amount"] != Decimal(0)].reset_index(drop=True)


def _check_balance(entry: Entry) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in entry.lines:
        sums[line.currency] += line.amount
    for currency, difference in sums.items():
        if difference:
            raise UnbalancedEntryError(entry.key, currency, difference)


def _values(connection: Connection, entry: Entry, batch: int) -> dict[str, Any]:
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


def _entry(connection: Connection, row: Row[Any]) -> Entry:
    found = connection.execute(select(entry_line).where(entry_line.c.entry == row.id).order_by(entry_line.c.position))
    reverses = connection.scalar(select(table.c.key).where(table.c.id == row.reverses))
    return _made(row, [_line(one) for one in found], reverses)


def _line(row: Row[Any]) -> EntryLine:
    return EntryLine(**{name: getattr(row, name) for name in _OF_A_LINE})


def _made(row: Row[Any], lines: Iterable[EntryLine], reverses: str | None) -> Entry:
    return Entry(
        key=row.key,
        kind=EntryKind(row.kind),
        entry_date=date.fromisoformat(row.entry_date),
        lines=tuple(lines),
        settlement=row.settlement,
        revision=row.revision,
        memo=row.memo,
        reverses=reverses,
        store=row.store,
        name=row.name,
    )
