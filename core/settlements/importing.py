"""Put settlements into the books: each once, with its original file, and never over another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.database import batches, goods_back, settings, settlements, stores
from core.database.batches import BatchKind
from core.database.settlements import Import, OriginalFile, SettlementKind, Source
from core.database.stores import Store
from core.errors import CogsheetError
from core.marketplaces import FORMATS, READER_VERSION, importable, without_personal_data
from core.marketplaces.formats import Standing
from core.marketplaces.line_keys import with_line_keys
from core.marketplaces.record import standing
from core.model import Disposition
from core.settings import SETTINGS_NAME, Policies, StoredOriginals
from core.settlements.moving import move_overrides
from core.settlements.order_units import remember_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.database import Connection, Database
    from core.model import Marketplace, Problem, Reading, Settlement


class StoreNotNamedError(CogsheetError):
    """A file could belong to several stores."""

    def __init__(self, marketplace: str, known: Sequence[str]) -> None:
        self.marketplace = marketplace
        self.known = tuple(known)
        """Which stores the company has there."""
        named = ", ".join(f"“{name}”" for name in known)
        super().__init__(
            f"This file is of {marketplace}, and the company has several stores there: {named}. "
            f"Nothing was imported. Say which one with --store NAME."
        )


class NotImportableError(CogsheetError):
    """A file is damaged as a whole: what it holds cannot be trusted to be all."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        reasons = " ".join(problem.message for problem in problems)
        super().__init__(f"{file} was not imported: {reasons} Download the file again.")


@dataclass(frozen=True, slots=True)
class ImportedSettlement:
    """What became of one settlement of a file."""

    file: str
    store: str
    settlement_id: str
    result: Import
    transactions: int
    ties_out: bool
    problems: tuple[Problem, ...]

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return self.result in (Import.CONFLICT, Import.LOCKED) or not self.ties_out


@dataclass(frozen=True, slots=True)
class ImportedReturns:
    """What became of what a file says of goods that came back."""

    file: str
    store: str
    is_new: bool
    """Whether the books did not have the file already."""
    units: int
    restocked: int
    """How many of the units are back in sellable stock."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file."""

    name: str
    settlements: tuple[ImportedSettlement, ...]
    returns: ImportedReturns | None = None
    reading: Reading | None = None
    """What the file holds; `None` where it could not be read."""

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return any(one.needs_attention for one in self.settlements)


def import_reading(
    database: Database, reading: Reading, file: OriginalFile, *, store: str | None, who: str, now: datetime
) -> list[ImportedSettlement]:
    """Store every settlement of a file; see `import_file`."""
    return list(import_file(database, reading, file, store=store, who=who, now=now).settlements)


def import_file(
    database: Database, reading: Reading, file: OriginalFile, *, store: str | None, who: str, now: datetime
) -> ImportedFile:
    """Store every settlement of a file and what it says of goods that came back, all of it or nothing.

    Args:
        database: The books.
        reading: What the file holds.
        file: Its bytes and name; the bytes are kept as they came.
        store: Which store it belongs to; `None` where the company has at most one at that marketplace.
        who: Who imports.
        now: When.

    Raises:
        NotImportableError: If the file as a whole is damaged.
        StoreNotNamedError: If the file could belong to several stores.
        StoreMarketplaceError: If the store belongs to another marketplace.
    """
    if not importable(reading):
        raise NotImportableError(file.name, reading.problems)
    kept = replace(file, scrubbed=_scrubbed(database, file))
    kind = SettlementKind.VIEW if standing(reading.format, FORMATS) is Standing.VIEW else SettlementKind.RECORD
    with database.writing() as connection:
        name = _store(connection, reading.marketplace, store)
        batch = batches.new(connection, BatchKind.IMPORT, who, now, note=file.name)
        source = Source(name, kept, reading.format, kind, READER_VERSION)
        imported = [_import_one(connection, one, source, batch, who=who, now=now) for one in reading.settlements]
        if len(reading.order_units):
            remember_units(connection, reading, kept, store=name, batch=batch, now=now)
        returns = _import_returns(connection, reading, source, batch, now) if len(reading.returns) else None
        return ImportedFile(file.name, tuple(imported), returns, reading)


def _scrubbed(database: Database, file: OriginalFile) -> bytes | None:
    """Return what is to be kept in place of a file's bytes, where the company wants no personal data."""
    with database.reading() as connection:
        policies = settings.get(connection, SETTINGS_NAME, Policies, Policies())
    scrub = policies.store_originals is StoredOriginals.SCRUBBED
    return without_personal_data(file.content, file.name) if scrub else None


def _import_returns(
    connection: Connection, reading: Reading, source: Source, batch: int, now: datetime
) -> ImportedReturns:
    rows, file = reading.returns, source.file
    is_new = goods_back.add(connection, rows, store=source.store, file=file, batch=batch, now=now)
    restocked = rows["disposition"] == Disposition.RESTOCKED.value
    return ImportedReturns(
        file.name, source.store, is_new, int(rows["units"].sum()), int(rows.loc[restocked, "units"].sum())
    )


def _import_one(
    connection: Connection, read: Settlement, source: Source, batch: int, *, who: str, now: datetime
) -> ImportedSettlement:
    keyed = replace(read, transactions=with_line_keys(source.store, read.transactions))
    imported = settlements.save(connection, keyed, source, batch, now)
    moved = []
    if imported.replaced is not None:
        moved = move_overrides(connection, imported.replaced, keyed.transactions, who=who, now=now)
    return ImportedSettlement(
        file=source.file.name,
        store=source.store,
        settlement_id=read.settlement_id,
        result=imported.outcome,
        transactions=len(read.transactions),
        ties_out=read.ties_out,
        problems=(*read.problems, *moved),
    )


def _store(connection: Connection, marketplace: Marketplace, named: str | None) -> str:
    """Return the store of a file; one that is new to the books is added."""
    known = [store.name for store in stores.all_stores(connection) if store.marketplace is marketplace]
    if named is None and len(known) > 1:
        raise StoreNotNamedError(marketplace, known)
    name = named or (known[0] if known else str(marketplace))
    stores.ensure(connection, Store(name, marketplace))
    return name
