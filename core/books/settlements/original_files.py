"""The files that settlements came from, kept as bytes, and which settlements they brought. Append-only."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from core.books.database import tables
from core.books.settlements.booked_settlement import BookedSettlement, FileUse, OriginalFile
from core.errors import DatabaseError

if TYPE_CHECKING:
    from datetime import datetime


class KeptBytesError(DatabaseError):
    """The bytes of a kept file cannot be unpacked: they were damaged in the database."""

    def __init__(self, name: str, sha256: str) -> None:
        super().__init__(
            f"The contents of {name} ({sha256[:12]}) are damaged in the books. Restore the books from a copy, or "
            f"remove its settlements and import the file again."
        )


def files_of(connection: Connection, of: BookedSettlement, use: FileUse = FileUse.PART) -> list[str]:
    """Return the hashes of the files that a settlement is made of, or that came after it went out, the oldest first."""
    query = select(tables.settlement_file.c.sha256).where(
        tables.settlement_file.c.settlement == of.id,
        tables.settlement_file.c.use == str(use),
        tables.settlement_file.c.ended_batch.is_(None),
    )
    return list(connection.scalars(query.order_by(tables.settlement_file.c.id)))


def later_files(connection: Connection) -> list[tuple[int, str]]:
    """Return the number of each settlement with the hash of each file that came after it went out."""
    there = tables.settlement_file.c
    query = select(there.settlement, there.sha256).where(
        there.use == str(FileUse.AFTER_EXPORT), there.ended_batch.is_(None)
    )
    return [(row.settlement, row.sha256) for row in connection.execute(query.order_by(there.id))]


def original(connection: Connection, sha256: str) -> OriginalFile | None:
    """Return the bytes of a file as they are kept: as they came, or without personal data.

    Raises:
        KeptBytesError: If they were damaged.
    """
    row = connection.execute(select(tables.original_file).where(tables.original_file.c.sha256 == sha256)).one_or_none()
    if row is None:
        return None
    try:
        return OriginalFile(row.name, zlib.decompress(row.content))
    except zlib.error as error:
        raise KeptBytesError(row.name, sha256) from error


def is_scrubbed(connection: Connection, sha256: str) -> bool:
    """Tell whether personal data is left out of what is kept of a file, so that its bytes have another hash."""
    return bool(
        connection.scalar(select(tables.original_file.c.scrubbed).where(tables.original_file.c.sha256 == sha256))
    )


def add_file(
    connection: Connection, of: BookedSettlement, file: OriginalFile, use: FileUse, batch: int, now: datetime
) -> None:
    """Keep a file and note that a settlement is made of it, or that it came after the settlement went out."""
    keep_original(connection, file, now)
    if file.sha256 not in files_of(connection, of, use):
        values = {"settlement": of.id, "sha256": file.sha256, "use": str(use), "batch": batch}
        connection.execute(insert(tables.settlement_file).values(values))


def end_files(connection: Connection, number: int, batch: int) -> None:
    """End the files of a settlement: it is made of another one now, or of none."""
    of_it = (tables.settlement_file.c.settlement == number, tables.settlement_file.c.ended_batch.is_(None))
    connection.execute(update(tables.settlement_file).where(*of_it).values(ended_batch=batch))


def keep_original(connection: Connection, file: OriginalFile, now: datetime) -> None:
    """Keep the bytes of a file, once, however many settlements they hold."""
    sha256 = file.sha256
    if connection.scalar(select(tables.original_file.c.sha256).where(tables.original_file.c.sha256 == sha256)) is None:
        values = {
            "content": zlib.compress(
                file.content if file.scrubbed_content is None else file.scrubbed_content, zlib.Z_BEST_SPEED
            ),
            "scrubbed": file.scrubbed_content is not None,
        }
        connection.execute(
            insert(tables.original_file).values(sha256=sha256, name=file.name, imported_at=now, **values)
        )
