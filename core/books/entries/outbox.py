"""The outbox: files of entries on their way to the accounting system.

A file is stored with its entries, in the transaction that decides them, and written afterwards. Whatever happens in
between (a full disk, a folder that may not be written, the end of the program), the next command finds it here and
writes it (docs/design/journal.md, The files).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, insert, select

from core.books.database import closing_tables
from core.books.database.repeating import repeated
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from core.books.database import Database


@dataclass(frozen=True, slots=True)
class FileOfEntries:
    """A file as the accounting system takes it, and the keys of the entries that it holds."""

    name: str
    content: bytes
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file in the outbox."""

    id: int
    machine: str
    """On which computer its folder is (`core.company_databases.MachineFolder.id`)."""
    folder: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class UnwrittenFile:
    """A file that is still in the outbox, and why."""

    file: OutgoingFile
    why: str


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that holds entries that are meant, and others."""

    place: str
    """Where it is, or is to be written."""
    meant: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of files of the outbox."""

    paths: tuple[str, ...] = ()
    """Where they were written."""
    left: tuple[UnwrittenFile, ...] = ()
    """What could not be written, and stays in the outbox."""

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to write."""
        return not self.paths and not self.left


class EntriesWaitTogetherError(CogsheetError):
    """Entries wait in one file with others that are not meant: apart, one of them would be imported twice, or never."""

    def __init__(self, shared: Sequence[SharedFile]) -> None:
        files = "; ".join(f"{one.place} holds {', '.join((*one.meant, *one.others))}" for one in shared)
        others = ", ".join(dict.fromkeys(key for one in shared for key in one.others))
        super().__init__(
            f"Entries wait to be written in one file with others: {files}. Nothing was done. Make room for the file "
            f"or free its folder: the next button writes it there. Or write {others} elsewhere together with the rest."
        )


def keep_files(connection: Connection, files: Sequence[FileOfEntries], folder: str, machine: str) -> list[int]:
    """Put files into the outbox, beside the entries that they hold, and return their numbers.

    Args:
        connection: Of the `Database.writing` that stores the entries.
        files: What is to be written.
        folder: Where.
        machine: On which computer.
    """
    return [_keep(connection, file, folder, machine) for file in files]


def _keep(connection: Connection, file: FileOfEntries, folder: str, machine: str) -> int:
    values = {"machine": machine, "folder": folder, "name": file.name, "content": zlib.compress(file.content)}
    new = insert(closing_tables.outbox).values(values).returning(closing_tables.outbox.c.id)
    number = int(connection.execute(new).scalar_one())
    entry = closing_tables.entry.c
    numbers = connection.scalars(select(entry.id).where(entry.key.in_(file.entries)).order_by(entry.id))
    held = [{"outbox": number, "entry": one} for one in numbers]
    connection.execute(insert(closing_tables.outbox_entry), held)
    return number


def unwritten(connection: Connection) -> list[OutgoingFile]:
    """Return the files that nobody has written yet, in the order in which they were decided."""
    query = _unwritten().order_by(closing_tables.outbox.c.id)
    return [
        OutgoingFile(row.id, row.machine, row.folder, row.name, zlib.decompress(row.content))
        for row in connection.execute(query)
    ]


def _unwritten() -> Select[Any]:
    ended = select(closing_tables.outbox_end.c.outbox)
    return select(closing_tables.outbox).where(closing_tables.outbox.c.id.not_in(ended))


@repeated
def note_written(database: Database, number: int, path: str, now: datetime) -> None:
    """Remember that a file was written; the books are in the same state as before."""
    with database.keeping() as connection:
        connection.execute(insert(closing_tables.outbox_end).values(outbox=number, path=path, at=now))


@dataclass(frozen=True, slots=True)
class WrittenAgain:
    """What became of files that were written anew, until one could not be."""

    written: Sequence[FileOfEntries]
    path: str
    """Of the first of them."""
    left: Sequence[FileOfEntries]
    folder: str
    """Where those that are left were to be written, and on which computer that is."""
    machine: str


@repeated
def note_written_again(database: Database, again: WrittenAgain, now: datetime) -> None:
    """Remember that entries were written elsewhere: an unwritten file is done once all of its entries were.

    Where those of one waiting file went into several of which some could not be written, it is done too, and these wait
    in its place: it would hold once more what was written, and may be imported by now. Example: two settlements wait in
    one file; of the two that are written anew for Xero the second meets a full disk.
    """
    with database.keeping() as connection:
        waiting = never_written(connection, [key for file in (*again.written, *again.left) for key in file.entries])
        parts = [file for file in again.left if waiting.issuperset(file.entries)]
        keys = [key for file in (*again.written, *parts) for key in file.entries]
        ended = [{"outbox": one, "path": again.path, "at": now} for one in _touched_by(connection, keys, again.written)]
        if ended:
            connection.execute(insert(closing_tables.outbox_end), ended)
        still = never_written(connection, keys)
        keep_files(connection, [one for one in parts if still.isdisjoint(one.entries)], again.folder, again.machine)


def _touched_by(connection: Connection, keys: Collection[str], written: Sequence[FileOfEntries]) -> list[int]:
    """Return the unwritten files of none but some entries of which one at least was written."""
    held, entry = closing_tables.outbox_entry.c, closing_tables.entry.c
    ours = {key for file in written for key in file.entries}
    query = select(held.outbox, entry.key).join(closing_tables.outbox_entry, held.entry == entry.id)
    rows = connection.execute(query.where(held.outbox.in_(_unwritten_of(keys))))
    return sorted({row.outbox for row in rows if row.key in ours})


def withdraw(connection: Connection, keys: Collection[str], now: datetime) -> None:
    """Take the unwritten files of entries that are no more out of the outbox.

    Args:
        connection: Of the `Database.writing` that takes the entries back.
        keys: Of the entries; a file that holds another one too stays.
        now: When.
    """
    rows = [{"outbox": one, "path": None, "at": now} for one in connection.scalars(_unwritten_of(keys)).all()]
    if rows:
        connection.execute(insert(closing_tables.outbox_end), rows)


def never_written(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return those of some entries whose file was decided and never written, so that nobody can have imported it.

    An entry of an older version has no file here: nobody knows. A file that holds other entries too will be written.
    """
    held, entry = closing_tables.outbox_entry.c, closing_tables.entry.c
    query = select(entry.key).join(closing_tables.outbox_entry, held.entry == entry.id)
    return set(connection.scalars(query.where(held.outbox.in_(_unwritten_of(keys)))))


def _unwritten_of(keys: Collection[str]) -> Select[tuple[int]]:
    """Ask for the numbers of unwritten files that hold none but some entries."""
    held = closing_tables.outbox_entry.c
    keyed = select(closing_tables.entry.c.id).where(closing_tables.entry.c.key.in_(keys))
    lacking = select(held.outbox).where(held.entry.not_in(keyed))
    number = closing_tables.outbox.c.id
    return _unwritten().with_only_columns(number).where(number.not_in(lacking))


def waiting_with_others(connection: Connection, keys: Collection[str]) -> list[SharedFile]:
    """Return the unwritten files that hold some entries beside others that stand."""
    files = {one.id: str(PurePath(one.folder) / one.name) for one in unwritten(connection)}
    return _shared(connection, files, keys)


def written_with_others(connection: Connection, keys: Collection[str]) -> list[SharedFile]:
    """Return the files that were written and hold some entries beside others that stand."""
    end = closing_tables.outbox_end.c
    written = select(end.outbox, end.path).where(end.path.is_not(None)).order_by(end.id)
    return _shared(connection, {row.outbox: row.path for row in connection.execute(written)}, keys)


def _shared(connection: Connection, files: Mapping[int, str], keys: Collection[str]) -> list[SharedFile]:
    held, entry, taken_back = closing_tables.outbox_entry.c, closing_tables.entry.c, closing_tables.entry.alias().c
    stands = entry.id.not_in(select(taken_back.reverses).where(taken_back.reverses.is_not(None)))
    query = select(held.outbox, entry.key, stands).join(closing_tables.entry, entry.id == held.entry)
    shared = []
    for number, rows in groupby(connection.execute(query.order_by(held.outbox, entry.id)), itemgetter(0)):
        if number in files:
            both = [(key, is_standing) for _, key, is_standing in rows]
            meant = tuple(key for key, _ in both if key in keys)
            others = tuple(key for key, is_standing in both if key not in keys and is_standing)
            shared += [SharedFile(files[number], meant, others)] if meant and others else []
    return shared


def paths_of(connection: Connection, keys: Collection[str]) -> list[str]:
    """Return where files of entries were written, in the order in which they were."""
    held, entry, end = closing_tables.outbox_entry.c, closing_tables.entry.c, closing_tables.outbox_end.c
    files = select(held.outbox).join(closing_tables.entry, entry.id == held.entry).where(entry.key.in_(keys))
    query = select(end.path).where(end.outbox.in_(files), end.path.is_not(None)).order_by(end.id)
    return list(dict.fromkeys(connection.scalars(query)))


def last_end(connection: Connection) -> int:
    """Return the number of the newest note that a file has left the outbox; 0 where there is none."""
    return connection.scalar(select(func.max(closing_tables.outbox_end.c.id))) or 0


def paths_since(connection: Connection, end: int) -> list[str]:
    """Return where files were written after a note of `last_end`."""
    note = closing_tables.outbox_end.c
    query = select(note.path).where(note.id > end, note.path.is_not(None)).order_by(note.id)
    return list(dict.fromkeys(connection.scalars(query)))
