"""Put settlements into the books: each once, with its original file, and never over another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.frames import rows_of
from core.books.database.repeating import repeated
from core.books.documents.order_units import remember_units
from core.books.documents.reported_reimbursements import ImportedReimbursements, import_reimbursements
from core.books.documents.returned_goods import ImportedReturns, import_returns
from core.books.importing import import_reasons
from core.books.importing.duplicates import refuse_what_another_store_has, twin_of
from core.books.importing.later_lines import keep_reading
from core.books.importing.readings import KeptPart, kept_parts, united_reading
from core.books.overrides.moved_answers import move_overrides
from core.books.settings import stored_settings, stores
from core.books.settlements import original_files, settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import (
    BookedSettlement,
    FileUse,
    Import,
    OriginalFile,
    SettlementKind,
    Source,
)
from core.books.settlements.settlement_lines import money_in_words
from core.errors import CogsheetError
from core.marketplaces import FORMATS, without_personal_data
from core.marketplaces.compared_rows import CONTENT, as_compared
from core.marketplaces.formats import Extent, Standing, standing
from core.marketplaces.settlements.line_keys import READER_VERSION, with_line_keys
from core.marketplaces.settlements.tie_out import importable
from core.marketplaces.settlements.uniting import (
    SettlementPart,
    agreeing_parts,
    as_it_is_known,
    differing_rows,
    in_other_words,
    parts_of,
    rows_beyond,
    rows_lost,
    united_settlement,
)
from core.settings import POLICIES_NAME, Policies, StoredOriginals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd

    from core.books.database import Connection, Database
    from core.model import Problem, Reading, Settlement


class NotImportableError(CogsheetError):
    """A file is damaged as a whole: what it holds cannot be trusted to be all."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        reasons = " ".join(problem.message for problem in problems)
        super().__init__(f"{file} was not imported: {reasons}")


@dataclass(frozen=True, slots=True)
class SettlementFigures:
    """What a settlement came to, before or after an import."""

    transactions: int
    sum: Decimal
    currency: str

    def __str__(self) -> str:
        """Say it in a sentence."""
        lines = "1 transaction" if self.transactions == 1 else f"{self.transactions:,} transactions"
        return f"{lines}, {money_in_words(self.sum)} {self.currency}"


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
    reason: str = ""
    """Of what was not stored: why, and what to do."""
    before: SettlementFigures | None = None
    """Where something in the books was changed: what they had."""
    after: SettlementFigures | None = None
    """And what they have now."""
    ended_lines: int = 0
    """How many lines of before are no longer so."""
    advice: str = ""
    """Of what does not tie out: what helps, unless its reason says it."""
    whole: Settlement | None = None
    """Where the file is one of several views of it: what these come to together."""
    answered_lines: tuple[str, ...] = ()
    """Keys of its lines that were not in the books, and beside which answers stand that were saved before."""
    asking: tuple[str, ...] = ()  # keys of its lines for which an answer is only proposed now
    may_be_another: bool = False  # whether it was refused, and is stored once somebody says that it is another payout

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return self.result in (Import.CONFLICT, Import.LOCKED) or not self.ties_out


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file."""

    name: str
    settlements: tuple[ImportedSettlement, ...]
    returns: ImportedReturns | None = None
    reimbursements: ImportedReimbursements | None = None
    reading: Reading | None = None
    """What the file holds; `None` where it could not be read."""

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at it."""
        return any(one.needs_attention for one in self.settlements)


def _holds_anything(reading: Reading) -> bool:
    """Tell whether a file has anything for the books; one that has not makes neither a batch nor a store."""
    rows = (reading.returns, reading.order_units, reading.reimbursements)
    return bool(reading.settlements) or any(len(one) for one in rows)


def _would_no_longer_tie(there: BookedSettlement, whole: Settlement) -> bool:
    """Tell whether a view that reaches its stated total would be followed by something that does not.

    August's and September's files of payout 7600000001 come to its 151.80; a third file with a row of August that is
    in neither would make them 196.40. The total proves the two files, and the third is the one to be doubted. A record
    gives way to nothing that does not tie out (`outcome_of`).
    """
    reached = there.ties_out and there.total is not None and not there.incomplete  # a payout's row alone proves nothing
    return reached and not whole.ties_out


def _doubt(there: BookedSettlement, part: SettlementPart, views: Sequence[SettlementPart], whole: Settlement) -> str:
    """Say why a further view cannot be united with those before without asking; empty where it can."""
    if pairs := in_other_words(part, views, whole):
        return import_reasons.in_other_words(pairs)
    before = united_settlement(views)
    if rows_lost(part, before, whole):
        return import_reasons.rows_missing(there, before, whole)
    differ = differing_rows(part, before, whole)
    return import_reasons.reason_for_differing_rows(there, differ, before, whole) if differ else ""


def _still_there(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Return how many lines are still there, though another report may have told when one is released."""
    old, new = (Counter(map(as_compared, rows_of(lines, CONTENT))) for lines in (before, after))
    return (old & new).total()


@repeated
def import_file(
    database: Database,
    reading: Reading,
    file: OriginalFile,
    *,
    store: str | None,
    who: str,
    now: datetime,
    another_payout: bool = False,
) -> ImportedFile:
    """Store every settlement of a file and what it says of goods that came back, all of it or nothing.

    Args:
        database: The books.
        reading: What the file holds.
        file: Its bytes and name; the bytes are kept as they came.
        store: Which store it belongs to; `None` where the company has at most one at that marketplace.
        who: Who imports.
        now: When.
        another_payout: Whether its settlements are other payouts than those that the books have of the same day and
            money; what has lines of such a one is refused all the same.

    Raises:
        NotImportableError: If the file as a whole is damaged.
        StoreNotNamedError: If the file could belong to several stores.
        StoreMarketplaceError: If the store belongs to another marketplace.
        AnotherStoreError: If another store has the file, or the same settlement with the same lines.
        KeptFileError: If a file that the settlement is made of can no longer be read.
    """
    if not importable(reading):
        raise NotImportableError(file.name, reading.problems)
    if not _holds_anything(reading):
        return ImportedFile(file.name, (), reading=reading)
    kept = replace(file, scrubbed_content=_scrubbed(database, file))
    form = next((one for one in FORMATS if one.name == reading.format), None)
    kind = SettlementKind.VIEW if standing(reading.format, FORMATS) is Standing.VIEW else SettlementKind.RECORD
    extent = form.extent if form else Extent.WHOLE
    with database.writing() as connection:
        name = stores.store_of_file(connection, reading.marketplace, store)
        if store is None:
            stores.refuse_unasked_sites(file.name, name, stores.sites_of(reading), stores.sites_there(connection, name))
        source = Source(name, kept, reading.format, kind, READER_VERSION)
        refuse_what_another_store_has(connection, reading, source)
        attempt = connection.begin_nested()
        batch = batches.new(connection, BatchKind.IMPORT, who, now, note=file.name)
        parts = parts_of(reading, file.name, extent)
        imported = [
            _import_one(connection, parts[one.settlement_id], source, batch, who=who, now=now, apart=another_payout)
            for one in reading.settlements
        ]
        if not _is_taken(connection, imported, source, batch, now):
            attempt.rollback()  # it changed nothing, and is in no history
            return ImportedFile(file.name, tuple(imported), reading=reading)
        if len(reading.order_units):
            remember_units(connection, reading, kept, store=name, batch=batch, now=now)
        returns = import_returns(connection, reading, source, batch, now) if len(reading.returns) else None
        told = import_reimbursements(connection, reading, source, batch, now) if len(reading.reimbursements) else None
        attempt.commit()
        return ImportedFile(file.name, tuple(imported), returns, told, reading)


def _is_taken(
    connection: Connection, imported: Sequence[ImportedSettlement], source: Source, batch: int, now: datetime
) -> bool:
    """Tell whether what a file says beside its lines counts: not where all of its settlements were refused.

    It lives and ends with them (`core.books.documents.file_rows`), also where they were in the books already.
    """
    for one in imported:
        there = stored_settlements.find(connection, one.store, one.settlement_id)
        parts = [] if there is None else original_files.files_of(connection, there)
        if there is not None and one.result is Import.ALREADY_IMPORTED and source.file.sha256 not in parts:
            original_files.add_file(connection, there, source.file, FileUse.SAME_LINES, batch, now)
            stored_settlements.note_altered(connection, there.id)
    return not imported or any(one.result is not Import.CONFLICT for one in imported)


def _scrubbed(database: Database, file: OriginalFile) -> bytes | None:
    """Return what is to be kept in place of a file's bytes, where the company wants no personal data."""
    with database.reading() as connection:
        policies = stored_settings.get(connection, POLICIES_NAME, Policies, Policies())
    scrub = policies.store_originals is StoredOriginals.SCRUBBED
    return without_personal_data(file.content, file.name) if scrub else None


def _import_one(
    connection: Connection, part: SettlementPart, source: Source, batch: int, *, who: str, now: datetime, apart: bool
) -> ImportedSettlement:
    is_view = source.kind is SettlementKind.VIEW
    read = as_it_is_known(part) if is_view else part.settlement
    told = ImportedSettlement(
        file=source.file.name,
        store=source.store,
        settlement_id=read.settlement_id,
        result=Import.CONFLICT,
        transactions=len(read.transactions),
        ties_out=read.ties_out,
        problems=read.problems,
    )
    there = stored_settlements.find(connection, source.store, read.settlement_id)
    others = frozenset() if there is None else there.others
    while twin := twin_of(connection, read, source, others):
        if not (apart and twin.may_be_two):
            return replace(
                told, reason=import_reasons.under_another_id(connection, twin, read), may_be_another=twin.may_be_two
            )
        others |= {twin.there.name}
    source = replace(source, others=others)
    if there is None:
        return _save(connection, read, source, batch, told, who=who, now=now)
    further = _is_further_view(connection, there, part, source)
    views = [one.part for one in _views_of(connection, there)] if further else []
    *views, part = agreeing_parts([*views, part])
    whole = united_settlement([*views, part]) if further else read
    told = replace(told, whole=whole if further else None)
    kept = _kept_as_it_is(connection, there, part, whole, source, told)
    if kept is not None:
        return kept
    doubt = _doubt(there, part, views, whole) if views else ""
    if doubt:
        return replace(told, reason=doubt)
    source = replace(source, unites=further and there.is_open)
    return _save(connection, whole, source, batch, told, who=who, now=now)


def _kept_as_it_is(
    connection: Connection,
    there: BookedSettlement,
    part: SettlementPart,
    whole: Settlement,
    source: Source,
    told: ImportedSettlement,
) -> ImportedSettlement | None:
    """Say why a file adds nothing to what is there, or is not united with it; `None` where it may be stored."""
    is_new = source.file.sha256 not in original_files.files_of(connection, there)
    if (
        there.kind is SettlementKind.VIEW
        and is_new
        and (rows_beyond(part, whole) or _would_no_longer_tie(there, whole))
    ):
        return replace(told, reason=import_reasons.against_its_total(connection, there, part, whole))
    if source.kind is SettlementKind.RECORD or there.kind is SettlementKind.RECORD:
        return None
    if there.format != source.format:
        return replace(told, reason=import_reasons.another_kind_of_view(connection, there, whole))
    if not is_new:
        views = [one.part for one in _views_of(connection, there)]
        of_all = united_settlement(views) if len(views) > 1 else None
        told = replace(told, result=Import.ALREADY_IMPORTED, ties_out=there.ties_out, whole=of_all)
        told = replace(told, problems=(of_all or whole).problems)
        return replace(told, advice=import_reasons.what_helps(told.result, of_all or whole, source.format))
    if part.extent is not Extent.WHOLE and _says_nothing_new(connection, there, whole):
        told = replace(told, result=Import.ALREADY_IMPORTED, ties_out=whole.ties_out, problems=whole.problems)
        return replace(told, advice=import_reasons.what_helps(told.result, whole, source.format))
    return None


def _save(
    connection: Connection,
    read: Settlement,
    source: Source,
    batch: int,
    told: ImportedSettlement,
    *,
    who: str,
    now: datetime,
) -> ImportedSettlement:
    keyed = replace(read, transactions=with_line_keys(source.store, read.transactions))
    there = stored_settlements.find(connection, source.store, read.settlement_id)
    before = None if there is None else settlement_lines.stored_transactions(connection, [there])
    imported = stored_settlements.save(connection, keyed, source, batch, now)
    told = replace(
        told,
        result=imported.outcome,
        transactions=len(read.transactions),
        ties_out=read.ties_out,
        problems=read.problems,
        advice=import_reasons.what_helps(imported.outcome, read, source.format),
    )
    if imported.outcome is Import.LOCKED and there is not None and before is not None:
        _keep_later_reading(connection, there, before, batch, who=who, now=now)
    if imported.outcome in (Import.LOCKED, Import.CONFLICT) and there is not None and before is not None:
        of_part = told.whole is not None
        reason = import_reasons.why_not_changed(there, imported.outcome, before, read, of_part=of_part)
        return replace(told, reason=reason)
    if imported.former_lines is None:
        return told
    moved = move_overrides(connection, imported.former_lines, keyed.transactions, batch, who=who, now=now)
    problems = (*told.problems, *moved.problems)
    told = replace(told, problems=problems, answered_lines=moved.beyond(before), asking=moved.asking)
    if there is None or before is None:
        return told
    return replace(
        told,
        before=SettlementFigures(len(before), there.sum, there.currency),
        after=SettlementFigures(len(read.transactions), read.sum, read.currency),
        ended_lines=len(before) - _still_there(before, read.transactions),
    )


def _keep_later_reading(
    connection: Connection, there: BookedSettlement, before: pd.DataFrame, batch: int, *, who: str, now: datetime
) -> None:
    """Keep what a document says that came after the export: what it changes is proposed, and nothing is booked."""
    later = kept_parts(connection, there, FileUse.AFTER_EXPORT)
    whole = united_reading(there, kept_parts(connection, there), later)
    keyed = with_line_keys(there.store, whole.transactions)
    keep_reading(connection, there, before, keyed, batch, who=who, now=now)


def _is_further_view(connection: Connection, there: BookedSettlement, part: SettlementPart, source: Source) -> bool:
    """Tell whether a file is one more view, of the same kind, of a settlement that is made of such views."""
    both_views = SettlementKind.VIEW is source.kind and SettlementKind.VIEW is there.kind
    is_new = source.file.sha256 not in original_files.files_of(connection, there)
    return both_views and is_new and there.format == source.format and part.extent is not Extent.WHOLE


def _views_of(connection: Connection, there: BookedSettlement) -> list[KeptPart]:
    """Return the views that a settlement is made of, and those of the same kind that came after it went out."""
    parts = kept_parts(connection, there)
    later = [] if there.is_open else kept_parts(connection, there, FileUse.AFTER_EXPORT)
    return [*parts, *(one for one in later if one.reading.format == there.format)]


def _says_nothing_new(connection: Connection, there: BookedSettlement, read: Settlement) -> bool:
    return stored_settlements.same_lines(connection, there, read) and (there.incomplete or "") == read.incomplete
