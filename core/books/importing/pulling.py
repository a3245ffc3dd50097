"""Pull what the marketplaces offer: each document once, committed one by one, so that nothing is lost or done twice.

What a document brings goes into the books as if its file had been imported by hand. A document and the note that it was
pulled are stored together: an interruption leaves both or none, and the next pull goes on behind it.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, or_, select

from core.books.batches import BatchKind
from core.books.database import Database, marketplace_tables, tables
from core.books.database.errors import UnstorableValueError
from core.books.database.repeating import repeated
from core.books.importing.duplicates import AnotherStoreError
from core.books.importing.importing import ImportedFile, NotImportableError, import_file
from core.books.importing.readings import KeptFileError
from core.books.settings import stores
from core.books.settings.stores import Store, StoreMarketplaceError
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.errors import (
    BadAnswerError,
    CogsheetError,
    DatabaseError,
    RefusedError,
    StoppedByUserError,
    UnreadableFileError,
)
from core.frame_columns import FLAG, MOMENT, TEXT, Columns
from core.marketplaces import read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from core.marketplaces.pulling.connector import Connector, Document
    from core.progress import Progress
    from core.time import Clock

_OF_ONE_DOCUMENT = (RefusedError, BadAnswerError)
"""What goes wrong with one document and says nothing about the next; everything else stops the store."""
_OF_ITS_CONTENT = (
    *(UnreadableFileError, NotImportableError, StoreMarketplaceError, UnstorableValueError),
    *(AnotherStoreError, KeptFileError),
)
_NOT_DONE = (Import.CONFLICT, Import.LOCKED)


@dataclass(frozen=True, slots=True)
class ConnectedStore:
    """A store of the company and the way to its marketplace."""

    name: str
    connector: Connector


@dataclass(frozen=True, slots=True)
class DocumentImport:
    """What became of one document."""

    name: str
    """What the marketplace calls it."""
    file: ImportedFile
    failure: str = ""
    """Why none of it is in the books; the next pull tries again."""

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return bool(self.failure) or self.file.needs_attention


@dataclass(frozen=True, slots=True)
class PulledStore:
    """What was pulled of one store."""

    store: str
    documents: tuple[DocumentImport, ...] = ()
    failure: CogsheetError | None = None
    """Why it could not be finished; what came before is in the books."""


def _not_done(imported: ImportedFile) -> str:
    return "; ".join(
        f"{one.settlement_id}: {one.result}{f' ({one.reason})' if one.reason else ''}"
        for one in imported.settlements
        if one.result in _NOT_DONE
    )


def _note(
    store: ConnectedStore, document: Document, now: datetime, file: OriginalFile | None = None, reason: str = ""
) -> PulledDocument:
    """Return what is remembered of a document; with a reason it is looked at again by the next pull."""
    return PulledDocument(
        store=store.name,
        document_id=document.id,
        name=document.name,
        final=document.final,
        sha256=file.sha256 if file else None,
        outcome=PullOutcome.FAILED if reason else PullOutcome.IMPORTED,
        pulled_at=now,
        reason=reason,
    )


class PullOutcome(StrEnum):
    """What became of a document."""

    IMPORTED = "imported"
    """It was read, and all of it is in the books, now or since before."""
    FAILED = "failed"
    """It could not be read, or the books have something else under its name; the next pull tries again."""


@dataclass(frozen=True, slots=True)
class PulledDocument:
    """One document, fetched once."""

    store: str
    document_id: str
    """The marketplace's own."""
    name: str
    final: bool
    """Whether the marketplace will never change it."""
    sha256: str | None
    """Hash of the bytes that came."""
    outcome: PullOutcome
    pulled_at: datetime
    reason: str = ""
    """Why it failed."""


HISTORY_COLUMNS: Columns = {
    "store": TEXT,
    "document_id": TEXT,
    "name": TEXT,
    "final": FLAG,
    "sha256": TEXT,
    "outcome": TEXT,  # PullOutcome
    "reason": TEXT,
    "pulled_at": MOMENT,
}


def _offered(store: ConnectedStore, known: Collection[str]) -> Iterator[Document]:
    with _as_documented(store):
        yield from store.connector.documents(known)


@contextmanager
def _as_documented(store: ConnectedStore) -> Iterator[None]:
    """Refuse an answer that holds values of other types than its marketplace documents; the log says where.

    Raises:
        BadAnswerError: If there are any.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        logging.getLogger(__name__).warning("an answer for store %s", store.name, exc_info=error)
        what = "an answer of another shape than it documents"
        raise BadAnswerError(str(store.connector.marketplace), f"store {store.name}", what) from error


def pull_stores(
    database: Database,
    connected: Iterable[ConnectedStore],
    *,
    who: str,
    clock: Clock,
    progress: Progress,
    another_payout: bool = False,
) -> Iterator[PulledStore]:
    """Pull everything new of each store; one that fails does not keep the others back.

    Args:
        database: The books.
        connected: Which; one that is new to the books is added.
        who: Who pulls.
        clock: When.
        progress: Called after each document.
        another_payout: As `import_file` takes it.

    Raises:
        DatabaseError: If the books cannot be written.
        StoppedByUserError: If `progress` says that nobody waits any more; what came before is kept.
    """
    for store in connected:
        done: list[DocumentImport] = []
        stopped: CogsheetError | None = None
        try:
            for pulled in _documents(database, store, who=who, clock=clock, another_payout=another_payout):
                done.append(pulled)
                progress(f"Pulling {store.name}", len(done))
        except StoreMarketplaceError as error:
            stopped = error
        except (DatabaseError, StoppedByUserError):
            raise
        except CogsheetError as error:
            stopped = error
        progress(f"Pulling {store.name}", len(done), len(done))
        yield PulledStore(store.name, tuple(done), stopped)


def _documents(
    database: Database, store: ConnectedStore, *, who: str, clock: Clock, another_payout: bool
) -> Iterator[DocumentImport]:
    known = _known(database, store)
    seen = set(known)  # a list that moves on while it is paged through offers the same document twice
    for document in _offered(store, known):
        if document.id not in seen:
            seen.add(document.id)
            yield _pull(database, store, document, who=who, clock=clock, another_payout=another_payout)


@repeated
def _known(database: Database, store: ConnectedStore) -> frozenset[str]:
    """See that the store is in the books, and return the documents that were looked at before."""
    with database.writing() as connection:
        stores.ensure(connection, Store(store.name, store.connector.marketplace))
        return frozenset(known_documents(connection, store.name))


def _pull(
    database: Database, store: ConnectedStore, document: Document, *, who: str, clock: Clock, another_payout: bool
) -> DocumentImport:
    try:
        with _as_documented(store):
            file = OriginalFile(document.name, store.connector.fetch(document))
    except _OF_ONE_DOCUMENT as error:
        return _failed(database, _note(store, document, clock(), reason=str(error)))
    try:
        imported = _take(database, store, document, file, who=who, clock=clock, another_payout=another_payout)
    except _OF_ITS_CONTENT as error:
        return _failed(database, _note(store, document, clock(), file, str(error)))
    return DocumentImport(document.name, imported)


@repeated
def _take(
    database: Database,
    store: ConnectedStore,
    document: Document,
    file: OriginalFile,
    *,
    who: str,
    clock: Clock,
    another_payout: bool,
) -> ImportedFile:
    """Import what was fetched, together with the note that it was pulled."""
    reading = read_file(file.content, file.name)
    with database.writing() as connection:
        imported = import_file(
            database, reading, file, store=store.name, who=who, now=clock(), another_payout=another_payout
        )
        remember_document(connection, _note(store, document, clock(), file, _not_done(imported)))
    return imported


@repeated
def _failed(database: Database, note: PulledDocument) -> DocumentImport:
    with database.writing() as connection:
        remember_document(connection, note)
    return DocumentImport(note.name, ImportedFile(note.name, ()), note.reason)


def remember_document(connection: Connection, document: PulledDocument) -> None:
    """Note what became of a document."""
    values = {name: getattr(document, name) for name in HISTORY_COLUMNS}
    connection.execute(insert(marketplace_tables.pulled_document).values({**values, "outcome": str(document.outcome)}))


def known_documents(connection: Connection, store: str) -> set[str]:
    """Return the ids of a store's documents that need not be fetched again: imported, and final.

    A document whose settlement was removed by hand is fetched again: that is how it comes back.
    """
    parts = select(tables.settlement_file.c.sha256).where(tables.settlement_file.c.ended_batch.is_(None))
    removed = (
        select(tables.settlement_file.c.sha256)
        .join(tables.batch, tables.batch.c.number == tables.settlement_file.c.ended_batch)
        .where(tables.batch.c.kind == str(BatchKind.REMOVE), tables.settlement_file.c.sha256.not_in(parts))
    )
    done = select(marketplace_tables.pulled_document.c.document_id).where(
        marketplace_tables.pulled_document.c.store == store,
        marketplace_tables.pulled_document.c.outcome == str(PullOutcome.IMPORTED),
        marketplace_tables.pulled_document.c.final,
        or_(
            marketplace_tables.pulled_document.c.sha256.is_(None),
            marketplace_tables.pulled_document.c.sha256.not_in(removed),
        ),
    )
    return set(connection.scalars(done))
