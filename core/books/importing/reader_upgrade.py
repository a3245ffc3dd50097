"""Old books get the new reading: kept originals are read again whenever the readers have learned something.

A settlement that has not gone out takes the lines that its files hold as they are read now, and saved answers go with
their lines. One that has gone out keeps its own rows, because its lock hashes them and its entries were made of them;
what its files say now is kept beside them, and the difference to what was posted is proposed (`true_ups`,
`reclassifying`). A file that can no longer be read changes nothing, and is named.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.frames import rows_of
from core.books.database.repeating import repeated
from core.books.documents import file_rows
from core.books.documents.order_units import ORDER_UNITS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.importing import current_transactions
from core.books.importing.importing import SettlementFigures
from core.books.importing.later_lines import keep_reading
from core.books.importing.readings import KeptFileError, KeptPart, kept_parts, united_reading
from core.books.overrides.moved_answers import ask_changed_questions, move_overrides
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, FileUse, SettlementKind, Source
from core.frame_columns import TRANSACTION_COLUMNS
from core.marketplaces.settlements.line_keys import READER_VERSION, with_line_keys
from core.model import Problem, Settlement, Severity
from core.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from core.books.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Rereading:
    """What became of one settlement when its files were read anew."""

    settlement: BookedSettlement
    before: SettlementFigures
    """What the books had, or have."""
    now: SettlementFigures | None
    """What its files say now; `None` where they cannot be read."""
    took_it: bool = False
    """Whether the books have the new reading; else the settlement has gone out, or cannot be read."""
    changed_lines: int = 0
    """How many lines of the new reading say something else than any line of before."""
    problems: tuple[Problem, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether a bookkeeper should know of it."""
        return bool(self.changed_lines or self.problems)


def due(booked: Collection[BookedSettlement]) -> list[BookedSettlement]:
    """Return the settlements whose files no reader of today has read. Pure."""
    return [one for one in booked if one.last_reader < READER_VERSION]


def _keyed(there: BookedSettlement, read: Settlement) -> Settlement:
    return replace(read, transactions=with_line_keys(there.store, read.transactions))


_ALL = tuple(name for name in TRANSACTION_COLUMNS if name not in ("key", "store", "ordinal", "group_key"))
_SAYS = tuple(name for name in _ALL if name not in ("goods", "tax_code"))
"""What a line says, as a bookkeeper would compare it: `goods` only repeats its type for the reader of today."""


def changed_lines(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Return how many lines of a new reading say something that no line of the old one says. Pure."""
    return (_contents(after, _SAYS) - _contents(before, _SAYS)).total()


def _contents(lines: pd.DataFrame, names: Sequence[str]) -> Counter[tuple[object, ...]]:
    return Counter(rows_of(lines, names))


def read_anew(
    database: Database,
    *,
    who: str,
    now: datetime,
    keep_copy: Callable[[], object] = lambda: None,
    progress: Progress = silent,
) -> list[Rereading]:
    """Read the files of all settlements anew that only older readers have read, as one batch.

    Args:
        database: The books.
        who: Who opened them.
        now: When.
        keep_copy: Keeps a copy of the books as they are, before anything is changed.
        progress: Told how far it is.

    Returns:
        What became of each; empty where nothing was due.
    """
    with database.reading() as connection:
        waiting = due(stored_settlements.booked_settlements(connection))
    if not waiting:
        return []
    keep_copy()
    return _read_all(database, who=who, now=now, progress=progress)


@repeated
def _read_all(database: Database, *, who: str, now: datetime, progress: Progress) -> list[Rereading]:
    with database.writing() as connection:
        note = f"reader {READER_VERSION}"
        batch = batches.new(connection, BatchKind.REREAD, who, now, note=note)
        readings = []
        waiting = due(stored_settlements.booked_settlements(connection))
        for number, one in enumerate(waiting, start=1):
            readings.append(_read_one(connection, one, batch, who=who, now=now))
            progress("Reading the kept files again", number, len(waiting))
        return readings


def _read_one(connection: Connection, there: BookedSettlement, batch: int, *, who: str, now: datetime) -> Rereading:
    stored = settlement_lines.stored_transactions(connection, [there])
    before = SettlementFigures(len(stored), there.sum, there.currency)
    try:
        parts = kept_parts(connection, there)
        later = [] if there.is_open else kept_parts(connection, there, FileUse.AFTER_EXPORT)
    except KeptFileError as error:
        stored_settlements.note_reader(connection, there, READER_VERSION)
        return Rereading(there, before, None, problems=(Problem(Severity.WARNING, str(error), there.name),))
    _keep_goods(connection, there, parts, batch)
    read = _keyed(there, united_reading(there, parts, later))
    figures = SettlementFigures(len(read.transactions), read.sum, read.currency)
    told = Rereading(there, before, figures, changed_lines=changed_lines(stored, read.transactions))
    if not there.is_open:
        keep_beside(connection, there, stored, read.transactions, batch, who=who, now=now)
        return told
    problems = _take(connection, there, read, batch, who=who, now=now)
    return replace(told, took_it=True, problems=tuple(problems))


def _take(
    connection: Connection, there: BookedSettlement, read: Settlement, batch: int, *, who: str, now: datetime
) -> list[Problem]:
    """Give a settlement its new lines; answers stay with lines that kept key and question, the others move."""
    before = stored_settlements.put_reading(connection, there, read, READER_VERSION, batch)
    gone = before[~before["key"].isin(list(read.transactions["key"]))]
    come = read.transactions[~read.transactions["key"].isin(list(before["key"]))]
    moved = move_overrides(connection, gone, come, batch, who=who, now=now)
    return [*moved.problems, *ask_changed_questions(connection, before, read.transactions, who=who, now=now)]


def keep_beside(
    connection: Connection,
    there: BookedSettlement,
    stored: pd.DataFrame,
    read: pd.DataFrame,
    batch: int,
    *,
    who: str,
    now: datetime,
) -> None:
    """Keep what the files of a settlement that has gone out say now beside its rows, unless they say the same.

    Args:
        connection: Of `Database.writing`.
        there: The settlement.
        stored: Its rows (TRANSACTION_COLUMNS).
        read: What its files say, with keys; lines that are still there keep the keys they went out with.
        batch: The number of the batch.
        who: Who opened the books.
        now: When.
    """
    if _contents(stored, _ALL) != _contents(read, _ALL):
        keep_reading(connection, there, stored, read, batch, who=who, now=now)
    stored_settlements.note_reader(connection, there, READER_VERSION)


def take_over(connection: Connection, there: BookedSettlement, batch: int, *, who: str, now: datetime) -> list[Problem]:
    """Give a settlement that was reopened what its files say now; a document that came after the export holds.

    Returns:
        What a person must look at: answers that found no line.
    """
    came = current_transactions.load(connection, there)
    current_transactions.end(connection, there, batch)
    try:
        parts = kept_parts(connection, there)
        later = kept_parts(connection, there, FileUse.AFTER_EXPORT)
    except KeptFileError as error:
        return [Problem(Severity.WARNING, str(error), there.name)]
    read = _keyed(there, united_reading(there, parts, later))
    if not later:
        return _take(connection, there, read, batch, who=who, now=now)
    newest = next((one for one in reversed(later) if one.is_record), later[-1])
    kind = SettlementKind.RECORD if newest.is_record else SettlementKind.VIEW
    unites = kind is SettlementKind.VIEW and {one.reading.format for one in parts} == {newest.reading.format}
    source = Source(there.store, newest.file, newest.reading.format, kind, READER_VERSION, unites)
    saved = stored_settlements.save(connection, read, source, batch, now)
    _keep_goods(connection, there, later, batch)
    if saved.former_lines is None:
        return []
    others = came[~came["key"].isin(list(saved.former_lines["key"]))]
    former = pd.concat([saved.former_lines, others], ignore_index=True)
    return list(move_overrides(connection, former, read.transactions, batch, who=who, now=now).problems)


def _keep_goods(connection: Connection, there: BookedSettlement, parts: Sequence[KeptPart], batch: int) -> None:
    """Keep what the files say of goods and of orders, where the books did not ask for it when they were imported."""
    for one in parts:
        for of, rows in ((RETURNED_GOODS, one.reading.returns), (ORDER_UNITS, one.reading.order_units)):
            if len(rows):
                file_rows.add_of_kept_file(connection, of, rows, store=there.store, sha256=one.sha256, batch=batch)
