"""The way of a file out of the outbox: written whole where it belongs, then noted as written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from addin.takeaway.written_files import FileNotWrittenError, write_next
from core.books.entries import outbox
from core.books.entries.outbox import Delivery, UnwrittenFile
from core.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from core.books.database import Database
    from core.company_databases import MachineFolder


def deliver(
    database: Database, machine: MachineFolder, now: datetime, *, only: Collection[int] | None = None
) -> Delivery:
    """Write what is in the outbox; a file that cannot be written now keeps no other back.

    Who is stopped between writing a file and noting it writes it once more: it says the same, and is left as it is.

    Args:
        database: The books.
        machine: The user's folder on this computer: files for another one are written there.
        now: When.
        only: The numbers of the files; all if left out.
    """
    with database.reading() as connection:
        waiting = [one for one in outbox.unwritten(connection) if only is None or one.id in only]
    paths, left = [], []
    for file in waiting:
        if file.machine != machine.id:
            left.append(UnwrittenFile(file, f"{file.name} is to be written on the computer on which it was exported."))
            continue
        try:
            path = str(write_next(Path(file.folder) / file.name, file.content))
        except FileNotWrittenError as error:
            left.append(UnwrittenFile(file, str(error)))
            continue
        paths.append(path)
        with suppress(DatabaseError):  # the next command finds the file there, and notes it
            outbox.note_written(database, file.id, path, now)
    return Delivery(tuple(paths), tuple(left))
