"""A settlement as the books have it: the values that everything about settlements hands on. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from core.errors import CogsheetError, briefly
from core.journal.entry import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd


class SettlementKind(StrEnum):
    """What a settlement's source is to the books (docs/design/books.md, Settlement, record and view)."""

    RECORD = "record"
    """The book of record."""
    VIEW = "view"
    """It fills the books only while there is no record."""


class EntryStatus(StrEnum):
    """Where the settlement entry or the COGS entry of a settlement stands."""

    OPEN = "open"
    EXPORTED = "exported"
    POSTED_ELSEWHERE = "posted elsewhere"


class Import(StrEnum):
    """What became of a settlement at import."""

    NEW = "imported"
    ALREADY_IMPORTED = "already imported"
    SUPERSEDED = "superseded"
    """It took the place of a view, or of a record that did not tie out."""
    UNITED = "united"
    """A view that brought further rows of a payout of which the books had some."""
    CONFLICT = "conflict"
    """The books have something else under this identity, or the same under another; nothing was stored."""
    NOT_NEEDED = "not needed"
    """A view, while the record is in the books; nothing was stored."""
    LOCKED = "locked"
    """The view in the books has been exported; the file was kept with it, its lines were not changed."""


class FileUse(StrEnum):
    """What a file is to a settlement."""

    PART = "part"
    """The settlement's lines come from it, alone or together with other parts."""
    AFTER_EXPORT = "after the export"
    """It came when the settlement had gone out: what it says is known, the lines are as they were exported."""
    SAME_LINES = "the same lines"
    """It says the same of the settlement as its parts, and may say more of its orders and returned goods."""


@dataclass(frozen=True)
class OriginalFile:
    """The bytes as they came, and under which name."""

    name: str
    content: bytes
    scrubbed_content: bytes | None = None
    """What is kept in their place, without personal data."""

    @cached_property
    def sha256(self) -> str:
        """The hash of the bytes as they came, whatever is kept: the same file is known again."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class BookedSettlement:
    """A settlement as the books have it, without its lines."""

    id: int
    """Its number in this database."""
    store: str
    settlement_id: str
    format: str
    kind: SettlementKind
    marketplace: str
    currency: str
    total: Decimal | None
    sum: Decimal
    ties_out: bool
    lines: int
    period_start: datetime | None
    period_end: datetime | None
    deposit_at: datetime | None
    sha256: str
    reader_version: int
    batch: int
    imported_at: datetime
    settlement_entry: EntryStatus
    cogs_entry: EntryStatus
    derived_id: bool = False
    """Whether the id is made of dates, because the file states none."""
    incomplete: str | None = None
    """Why rows of it are missing, or may be; `None` where nothing says so."""
    later_reader: int | None = None
    """The reader that its files were read anew with, where its rows were left as they are."""
    apart_from: str | None = None
    """Settlements that somebody said are other payouts, though they may be the same: a JSON list of their names."""

    @property
    def deposit(self) -> Decimal:
        """What is paid out, settlement currency, + is money for the seller: as the file states it, else the sum."""
        return self.sum if self.total is None else self.total

    @property
    def last_reader(self) -> int:
        """The newest reader that has read its files."""
        return max(self.reader_version, self.later_reader or 0)

    @property
    def others(self) -> frozenset[str]:
        """The names of the settlements that somebody said are other payouts (`apart_from`)."""
        return frozenset(json.loads(self.apart_from)) if self.apart_from else frozenset()

    @property
    def statuses(self) -> dict[EntryKind, EntryStatus]:
        """Where each of its two entries stands; what Finale posts of its COGS stands with the COGS entry."""
        return {EntryKind.SETTLEMENT: self.settlement_entry, EntryKind.COGS: self.cogs_entry}

    @property
    def is_open(self) -> bool:
        """Whether neither entry has gone out or was posted elsewhere."""
        return set(self.statuses.values()) == {EntryStatus.OPEN}

    @property
    def has_open_entry(self) -> bool:
        """Whether an entry of it is still to go out, the other one out or not."""
        return EntryStatus.OPEN in self.statuses.values()

    @property
    def is_exported(self) -> bool:
        """Whether an entry of it went out from these books."""
        return EntryStatus.EXPORTED in self.statuses.values()

    @property
    def posts_deposit(self) -> bool:
        """Whether its deposit goes over the clearing account of these books: not where it was posted elsewhere."""
        return self.settlement_entry is not EntryStatus.POSTED_ELSEWHERE

    @property
    def is_provisional(self) -> bool:
        """Whether it stands in for a settlement's own report, which may still come and say something else."""
        return self.kind is SettlementKind.VIEW

    @property
    def name(self) -> str:
        """What names it among all stores, as commands and messages have it: two stores can share a settlement id."""
        return f"{self.store}/{self.settlement_id}"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one settlement, and what is in the books now."""

    outcome: Import
    settlement: BookedSettlement
    former_lines: pd.DataFrame | None = None
    """The transactions that it had before (TRANSACTION_COLUMNS), to move their overrides; those of a removed settlement
    too, when it is imported again."""
    before: BookedSettlement | None = None
    """The settlement as it was, where something took its place."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where settlements came from: what is the same for all of one file."""

    store: str
    file: OriginalFile
    format: str
    kind: SettlementKind
    reader_version: int
    unites: bool = False
    """Whether the settlement was united with what its earlier files say, so that these stay parts of it."""
    others: frozenset[str] = frozenset()
    """The names of the settlements that somebody said are other payouts than what it brings."""


class SettlementUnknownError(CogsheetError):
    """A settlement that was named is not in the books."""

    def __init__(self, settlement_id: str, known: Iterable[str]) -> None:
        listed = ", ".join(known) or "none yet"
        super().__init__(f"Settlement {briefly(settlement_id)} is not in these books. These are imported: {listed}.")


class SettlementAmbiguousError(CogsheetError):
    """A settlement id stands in more than one store."""

    def __init__(self, settlement_id: str, stores: Iterable[str]) -> None:
        named = ", ".join(f"{store}/{settlement_id}" for store in stores)
        super().__init__(f"Settlement {settlement_id} is in more than one store. Name it as one of: {named}.")


def named_settlements(settlements: Sequence[BookedSettlement], ids: Iterable[str]) -> list[BookedSettlement]:
    """Find settlements by id, or by `store/id` where two stores share an id; one that is named twice is one.

    Raises:
        SettlementUnknownError: If one is not in the books.
        SettlementAmbiguousError: If an id alone does not say which.
    """
    found = [_named(settlements, name) for name in ids]
    return list({one.id: one for one in found}.values())


def _named(settlements: Sequence[BookedSettlement], name: str) -> BookedSettlement:
    candidates = [one for one in settlements if name in (one.settlement_id, one.name)]
    if not candidates:
        raise SettlementUnknownError(name, (one.name for one in settlements))
    if len(candidates) > 1:
        raise SettlementAmbiguousError(name, (one.store for one in candidates))
    return candidates[0]
