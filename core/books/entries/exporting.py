"""Export a settlement: its entries, and the lock that holds its costs from then on (docs/design/books.md).

The settlement entry and the COGS entry go out apart from each other: missing costs hold up only the second. The COGS
entry locks. Everything of one export is stored together or not at all, before any file is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.database.state import note_statements
from core.books.entries import locks, stored_entries
from core.books.entries.booking_months import booking_day, keep_tax_kinds
from core.books.entries.entry_rows import row_of
from core.books.entries.meanwhile import refuse_changed
from core.books.settings.calendars import keep_lock_date, last_day
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.books.settlements.remarks import provisional
from core.books.settlements.status import NOT_TYING, blockers_of, remedies
from core.costing.costs.finale_costs import read_finale
from core.costing.costs.suspects import SuspectCost, named_costs, suspect_costs
from core.errors import CogsheetError
from core.journal.cogs_entry import cogs_entries
from core.journal.entry import Entry, EntryKind
from core.journal.settlement_entry import settlement_entries
from core.marketplaces import FORMATS
from core.marketplaces.formats import what_helps
from core.progress import Progress, silent
from core.time import settlement_dates

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.books.settlements.status import LineCounts
    from core.journal.accounts import Accounts

_IMPORT_ANEW = (
    "Lines of it are missing or were changed: download its report anew and import that. What ties out takes the place "
    "of what does not."
)
_HAS_ERROR = (
    "Its file holds an error other than its sum: import it once more, which changes nothing and names the error, as "
    "Verify does."
)


class NotReadyError(CogsheetError):
    """A settlement cannot be exported as it stands."""

    def __init__(
        self,
        settlement: str,
        blockers: Sequence[str],
        *,
        only_costs: bool,
        remedies: Sequence[str] = (),
        way_to_tie: str = _IMPORT_ANEW,
    ) -> None:
        self.only_costs = only_costs
        """Whether the settlement entry alone can go out as it stands."""
        sentences = [
            f"Settlement {settlement} cannot be exported: {'; '.join(blockers)}.",
            "None of it was exported.",
            *([way_to_tie] if NOT_TYING in blockers else []),
            *remedies,
            *(["The settlement entry alone can go out today."] if only_costs else []),
        ]
        super().__init__(" ".join(sentences))


class HistoryError(CogsheetError):
    """A settlement that ended before the books start is not posted."""

    def __init__(self, settlement: str) -> None:
        super().__init__(
            f"Settlement {settlement} is History: it ended before Books start on sheet Setup. None of it was exported. "
            f"If these books are to post it, put an earlier date there."
        )


class NotMadeByExportError(CogsheetError):
    """An export is to make entries that come about otherwise."""

    def __init__(self, entries: str) -> None:
        super().__init__(
            f"An export makes settlement entries and COGS entries, not {entries}. Nothing was exported. Existing "
            f"entries of that kind can be written again."
        )


class AlreadyExportedError(CogsheetError):
    """What is to go out has gone out."""

    def __init__(self, settlement: str) -> None:
        super().__init__(
            f"Settlement {settlement} has been exported already. Reopen it first if it must be exported again."
        )


class ReadOtherwiseError(CogsheetError):
    """A COGS entry is to go out beside a settlement entry that was made of another reading of its goods."""

    def __init__(self, settlement: str) -> None:
        super().__init__(
            f"Settlement {settlement} was not exported: its files describe its goods differently today than when its "
            f"settlement entry was exported. Reopen it, so that both entries are exported as it is read today."
        )


class SuspectCostsError(CogsheetError):
    """Costs that look wrong are not exported without being looked at."""

    def __init__(self, settlement: str, suspects: Sequence[SuspectCost]) -> None:
        self.suspects = tuple(suspects)
        super().__init__(
            f"Settlement {settlement} has costs that look wrong (marked ? on sheet Transactions): "
            f"{named_costs(suspects)}. None of it was exported. Correct Finale's costs in Finale; take a cost that was "
            f"saved here back with undo, or restore its earlier value on sheet Change history. If they are right, "
            f"accept them when you export again."
        )


class ProvisionalError(CogsheetError):
    """A settlement whose final document may still say something else is exported only when somebody says so."""

    def __init__(self, settlement_id: str, why: str) -> None:
        super().__init__(
            f"Settlement {settlement_id} was not exported. {why}: rows may still come or change. Wait for the final "
            f"document, or accept it as provisional when you export again; what it brings later is then booked "
            f"separately."
        )


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is to go out, and how."""

    kinds: Collection[EntryKind] = (EntryKind.SETTLEMENT, EntryKind.COGS)
    accounts: Accounts | None = None
    """Where each type of line posts; as chosen in the books if left out."""
    zones: Mapping[str, ZoneInfo] | None = None
    """Time zone per store; as chosen in the books if left out."""
    accept_suspect: bool = False
    accept_provisional: bool = False
    """Whether a settlement goes out whose final document may still come (`remarks.provisional`)."""
    lock_date: date | None = None
    """Periods up to this day are closed: no entry is dated in them."""
    check: Callable[[Sequence[Entry]], None] | None = None
    """Looks at the entries before anything is stored, and raises where they could not be imported."""
    deposit_only: Collection[str] = ()
    """The names of settlements of which the settlement entry goes out alone, whatever goes out of the others."""

    def kinds_of(self, settlement: BookedSettlement) -> Collection[EntryKind]:
        """Return which entries of a settlement are to go out."""
        return (EntryKind.SETTLEMENT,) if settlement.name in self.deposit_only else self.kinds


@dataclass(frozen=True, slots=True)
class SettlementExport:
    """What one settlement's export made."""

    settlement: BookedSettlement
    entries: tuple[Entry, ...]
    is_locked: bool


def make_entries(
    books: Books, settlement: BookedSettlement, kind: EntryKind, options: ExportOptions, *, revision: int = 1
) -> list[Entry]:
    """Return the entries of a settlement, one per month, storing nothing; what was before books start is left out.

    Beside the COGS entries stand those of what Finale posts itself (`EntryKind.FINALE`).
    """
    lines = books.counted(books.lines_of(settlement))
    zones = books.zones if options.zones is None else options.zones
    dates = settlement_dates(lines, last_day(settlement, zones), zones)
    accounts = options.accounts or books.accounts
    store, settlement_id = settlement.store, settlement.settlement_id
    if kind is EntryKind.SETTLEMENT:
        made = settlement_entries(
            books.money_of(lines[lines["currency"] == settlement.currency]),
            dates,
            store=store,
            settlement_id=settlement_id,
            currency=settlement.currency,
            accounts=accounts,
        )
    else:
        home, finale = books.company.home_currency, books.policies.finale_posts
        made = cogs_entries(
            lines,
            dates,
            store=store,
            settlement_id=settlement_id,
            currency=home,
            accounts=accounts,
            finale_posts=finale,
        )
    return [_dated(entry, options.lock_date, revision) for entry in made]


def _dated(entry: Entry, lock_date: date | None, revision: int) -> Entry:
    """Move an entry out of a closed period into the first open day, and give it its revision."""
    return replace(entry, day=booking_day(entry.day, lock_date), key=replace(entry.key, revision=revision))


def _open_kinds(settlement: BookedSettlement, wanted: Collection[EntryKind]) -> list[EntryKind]:
    kinds = [kind for kind, status in settlement.statuses.items() if kind in wanted and status is EntryStatus.OPEN]
    if not kinds:
        raise AlreadyExportedError(settlement.name)
    return kinds


def _refuse_unready(
    books: Books, settlement: BookedSettlement, kinds: Collection[EntryKind], *, accept_suspect: bool
) -> None:
    if books.waits_for_reopening(settlement):
        raise ReadOtherwiseError(settlement.name)
    state = books.state(settlement)
    about_costs = EntryKind.COGS in kinds
    unclassified = EntryKind.SETTLEMENT in kinds and state.counts.asked_amounts
    if not settlement.ties_out or (about_costs and not state.counts.is_complete) or unclassified:
        only_costs = settlement.ties_out and EntryKind.SETTLEMENT in kinds and not unclassified
        raise _not_ready(settlement, state.counts, kinds, only_costs=only_costs)
    if about_costs and state.counts.suspect and not accept_suspect:
        lines = books.counted(books.lines_of(settlement))
        finale = read_finale(books.observations, books.mappings, books.company.home_currency)
        raise SuspectCostsError(settlement.name, suspect_costs(lines, finale))


def _not_ready(
    settlement: BookedSettlement, counts: LineCounts, kinds: Collection[EntryKind], *, only_costs: bool
) -> NotReadyError:
    """Return why these entries cannot go out: what holds up another entry is none of their reasons."""
    wanted = {"settlement_entry": EntryKind.SETTLEMENT in kinds, "cogs_entry": EntryKind.COGS in kinds}
    blockers = blockers_of(counts, ties_out=settlement.ties_out, **wanted)
    ways, way_to_tie = remedies(counts, **wanted), _way_to_tie(settlement)
    return NotReadyError(settlement.name, blockers, only_costs=only_costs, remedies=ways, way_to_tie=way_to_tie)


def _way_to_tie(settlement: BookedSettlement) -> str:
    """Say how a settlement comes to tie out: by the rest of its rows, by what takes its place, or by its error."""
    form = next((form for form in FORMATS if form.name == settlement.format), None)
    if settlement.total is None or settlement.total == settlement.sum:
        return _HAS_ERROR
    if settlement.incomplete:
        return f"It is incomplete: {settlement.incomplete}"
    is_pulled = form is not None and form.is_pulled
    return f"Lines of it are missing or were changed. {what_helps(form)}" if is_pulled else _IMPORT_ANEW


def kinds_to_export(books: Books, settlement: BookedSettlement, options: ExportOptions) -> list[EntryKind]:
    """Return which entries of a settlement go out.

    What has gone out already is not made again: the settlement entry may go today and the COGS entry next week.

    Raises:
        HistoryError: If it ended before the books start.
        AlreadyExportedError: If all that is wanted has gone out.
        NotReadyError: If it does not tie out, or costs are missing and COGS is to go out.
        SuspectCostsError: If costs look wrong and nobody said that they are right.
        ProvisionalError: If its final document may still come and nobody said that it goes out all the same.
    """
    if books.is_history(settlement):
        raise HistoryError(settlement.name)
    kinds = _open_kinds(settlement, options.kinds_of(settlement))
    _refuse_unready(books, settlement, kinds, accept_suspect=options.accept_suspect)
    if not options.accept_provisional and (why := provisional(settlement)):
        raise ProvisionalError(settlement.settlement_id, why)
    return kinds


def _kinds_of_all(
    books: Books, selection: Sequence[BookedSettlement], options: ExportOptions
) -> dict[int, list[EntryKind]]:
    """Return which entries of each go out; where one is not ready the error names every such one, and what stays."""
    kinds, errors = {}, []
    for one in selection:
        try:
            kinds[one.id] = kinds_to_export(books, one, options)
        except CogsheetError as error:
            errors.append(error)
    if not errors:
        return kinds
    ready = [one.name for one in selection if one.id in kinds]
    stays = [f"Not exported either, though nothing keeps them back: {', '.join(ready)}."] if ready else []
    errors[0].args = ("\n".join([*dict.fromkeys(map(str, errors)), *stays]),)
    raise errors[0]


def export_settlement(
    database: Database, books: Books, settlement: BookedSettlement, options: ExportOptions, *, who: str, now: datetime
) -> SettlementExport:
    """Make a settlement's entries, store them and lock its costs, as `export_settlements` does."""
    return export_settlements(database, books, [settlement], options, who=who, now=now)[0]


@repeated
def export_settlements(
    database: Database,
    books: Books,
    selection: Sequence[BookedSettlement],
    options: ExportOptions,
    *,
    who: str,
    now: datetime,
    progress: Progress = silent,
) -> list[SettlementExport]:
    """Make the entries of settlements, store them and lock their costs: all of them or none.

    Every settlement is looked at before the first is stored, and held against what was read of it in the transaction
    that stores it.

    Args:
        database: The books.
        books: Their state, just loaded.
        selection: Which, each once.
        options: What is to go out.
        who: Who exports.
        now: When.
        progress: Who is told how far it has come.

    Raises:
        ChangedMeanwhileError: If one was changed since the books were loaded.
        CogsheetError: As `kinds_to_export` does, of the first that is not ready; the message names every one of them.
    """
    kinds = _kinds_of_all(books, selection, options)
    done = []
    with database.writing() as connection:
        refuse_changed(connection, database, books, selection)
        for one in selection:
            done.append(_store(connection, books, one, kinds[one.id], options, who=who, now=now))
            progress("Exporting", len(done), len(selection))
    return done


def _store(
    connection: Connection,
    books: Books,
    settlement: BookedSettlement,
    kinds: Sequence[EntryKind],
    options: ExportOptions,
    *,
    who: str,
    now: datetime,
) -> SettlementExport:
    batch = batches.new(connection, BatchKind.EXPORT, who, now, note=settlement.name)
    keep_lock_date(connection, batch, options.lock_date, who=who, now=now)
    note_statements(connection, {locks.EXPORTED: [str(settlement.id)]})
    revision = locks.next_revision(connection, settlement)
    made = [entry for kind in kinds for entry in make_entries(books, settlement, kind, options, revision=revision)]
    if options.check:
        options.check(made)
    for entry in made:
        stored_entries.post(connection, row_of(entry, settlement.id), batch)
    if EntryKind.SETTLEMENT in kinds:
        stored_settlements.set_status(connection, settlement, settlement_entry=EntryStatus.EXPORTED)
        keep_tax_kinds(connection, settlement, books.lines_of(settlement), who=who, now=now)
    if EntryKind.COGS in kinds:
        locks.lock(connection, settlement, books.lines_of(settlement), batch, EntryStatus.EXPORTED)
    return SettlementExport(settlement, tuple(made), is_locked=EntryKind.COGS in kinds)
