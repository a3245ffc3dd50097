"""Group Close: export settlements, which locks them, and write once more what is out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from addin.commands.close.files_to_import import keep_for_import, write_again, write_kept
from addin.commands.close.shown_exports import refresh_after_export
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.sentences import counted, identity
from addin.commands.settlements.importing import NothingChosenError
from addin.commands.terminal_remedies import EXPORT_TO_EXCEL, way_out, with_way_out
from addin.takeaway.exported_files import accrual_name
from addin.takeaway.ledger_used import ledger_for, remember
from core.books.costed_lines.catching_up import catch_up
from core.books.database.repeating import repeated
from core.books.entries import stored_entries
from core.books.entries.entry_rows import as_written, withdrawn_keys
from core.books.entries.exporting import (
    AlreadyExportedError,
    ExportOptions,
    NotMadeByExportError,
    NotReadyError,
    ReadOtherwiseError,
    export_settlements,
    kinds_to_export,
)
from core.books.loading import load_books
from core.books.part_of_books import load_to_export
from core.errors import CogsheetError
from core.journal.entry import EntryKey, EntryKind
from core.journal.files import Ledger, refuse_unimportable, to_import

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from addin.commands.close.files_to_import import FilesToImport
    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.entries.exporting import SettlementExport
    from core.books.entries.stored_entries import PostedEntry
    from core.books.settlements.booked_settlement import BookedSettlement

KINDS = {
    "settlement": (EntryKind.SETTLEMENT,),
    "cogs": (EntryKind.COGS,),
    "both": (EntryKind.SETTLEMENT, EntryKind.COGS),
}
"""What an export makes."""
_GROUPS = {
    EntryKind.SETTLEMENT: "settlement",
    EntryKind.COGS: "cogs",
    EntryKind.FINALE: "cogs",
    EntryKind.TRUE_UP: "true-ups",
    EntryKind.FINALE_TRUE_UP: "true-ups",
    EntryKind.RECLASSIFICATION: "true-ups",
    EntryKind.REVERSAL: "reversals",
    EntryKind.FINALE_REVERSAL: "reversals",
    EntryKind.WITHDRAWAL: "reversals",
}
_ACCRUALS = "accruals"
"""What belongs to no settlement: accruals, their reversals, and what took either back."""
ALL = "all"
AGAIN = tuple(dict.fromkeys((ALL, *KINDS, *_GROUPS.values(), _ACCRUALS)))
"""What can be written again."""


@dataclass(frozen=True, slots=True)
class ExportCommandOptions:
    """The options of command export: which entries, for which accounting system, and where their files go."""

    entries: str = "both"
    """One of `KINDS`, or of `AGAIN` where files are written again."""
    ledger: Ledger | None = None
    """For which accounting system; that of the last export, or the one on sheet Setup, if left out."""
    folder: Path | None = None
    """Where the files go; beside the workbook if left out."""
    accept_suspect: bool = False
    accept_provisional: bool = False
    """Whether settlements go out whose final document may still come."""
    deposit_only: tuple[str, ...] = ()
    """Settlements of which the settlement entry alone goes out, whatever `entries` says."""


def export(desk: Desk, *, ids: Sequence[str], options: ExportCommandOptions, seen: Books | None = None) -> Outcome:
    """Make the entries of settlements, lock their costs, and write the files for the accounting system.

    Args:
        desk: The desk.
        ids: The settlements.
        options: What is exported.
        seen: The books that somebody was shown and decided about; as they are now if left out.

    Raises:
        NothingChosenError: If no settlement is named.
        LedgerNotChosenError: If nobody has said yet which accounting system they are for.
        CogsheetError: If one of them is not ready; then none is exported.
    """
    if not ids:
        raise NothingChosenError("export")
    books = seen or books_of(desk, ids)
    ledger = ledger_for(desk.database, options.ledger)
    conditions = _conditions(options, books, ledger)
    refuse_unfillable(desk)
    done, kept = _export_all(desk, books, books.named(ids), conditions, ledger, options.folder)
    files = write_kept(desk, kept)
    if not refresh_after_export(desk, books.database_state):
        refresh(desk, load(desk.database, progress=desk.progress))
    return files.told(_export_outcome(done, files))


def books_of(desk: Desk, ids: Sequence[str]) -> Books:
    """Return the books with every line of some settlements; with all lines where these are not known by themselves.

    Raises:
        SettlementUnknownError: If one is not in the books.
        SettlementAmbiguousError: If an id alone does not say which.
    """
    catch_up(desk.database)
    return load_to_export(desk.database, ids) or load_books(desk.database)


@repeated
def _export_all(
    desk: Desk,
    books: Books,
    chosen: Sequence[BookedSettlement],
    conditions: ExportOptions,
    ledger: Ledger,
    folder: Path | None,
) -> tuple[list[SettlementExport], list[int]]:
    """Store the entries of all, and their files in the outbox; return these by their numbers."""
    who, now = desk.user, desk.clock()
    with desk.database.writing():
        done = export_settlements(desk.database, books, chosen, conditions, who=who, now=now, progress=desk.progress)
        remember(desk.database, ledger, who=who, now=now)
        return done, [one for made in done for one in keep_for_import(desk, made.entries, ledger, folder)]


def _conditions(options: ExportCommandOptions, books: Books, ledger: Ledger) -> ExportOptions:
    """Return under which conditions the books let a settlement go out."""
    home = books.company.home_currency
    return ExportOptions(
        kinds=_kinds_to_make(options.entries),
        zones=books.zones,
        accept_suspect=options.accept_suspect,
        accept_provisional=options.accept_provisional,
        deposit_only=options.deposit_only,
        lock_date=books.policies.lock_date,
        check=partial(refuse_unimportable, ledger=ledger, home_currency=home, as_workbook=EXPORT_TO_EXCEL),
    )


def export_or_again(
    desk: Desk,
    *,
    ids: Sequence[str],
    entries: str | None = None,
    again: bool = False,
    **others: Any,  # noqa: ANN401 - those of `ExportCommandOptions`
) -> Outcome:
    """Export settlements, or write the files of what went out once more; the options as they are typed.

    Args:
        desk: The desk.
        ids: The settlements.
        entries: One of `AGAIN`; both that an export makes if left out, and every one where files are written again.
        again: Whether files are only written again.
        others: The other options, those of `ExportCommandOptions`.

    Raises:
        CogsheetError: As `export` and `export_again` do.
    """
    options = ExportCommandOptions(entries or (ALL if again else "both"), **others)
    return (export_again if again else export)(desk, ids=ids, options=options)


def export_to_excel(
    desk: Desk,
    *,
    ids: Sequence[str],
    entries: str | None = None,
    again: bool = False,
    **others: Any,  # noqa: ANN401 - those of `ExportCommandOptions`
) -> Outcome:
    """Export settlements to plain workbooks, as `export_and_write_again` does; options as `export_or_again` has them.

    Raises:
        CogsheetError: As `export_and_write_again` and `export_again` do.
    """
    once_more = entries or ALL
    if again:
        return export_again(desk, ids=ids, options=ExportCommandOptions(once_more, Ledger.EXCEL, **others))
    options = ExportCommandOptions(entries or "both", Ledger.EXCEL, **others)
    return export_and_write_again(desk, ids=ids, options=options, once_more=once_more)


def export_and_write_again(
    desk: Desk, *, ids: Sequence[str], options: ExportCommandOptions, once_more: str = ALL, seen: Books | None = None
) -> Outcome:
    """Export what has not gone out of settlements, and write what went out before once more; nothing is posted twice.

    Args:
        desk: The desk.
        ids: The settlements.
        options: What is exported.
        once_more: Which of the entries that are out are written again, one of `AGAIN`.
        seen: As `export` has it.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one of them is not ready, and none of it is out; then none is exported.
    """
    if not ids:
        raise NothingChosenError("export")
    books = seen or books_of(desk, ids)
    chosen = books.named(ids)
    open_ones, refused = _open_or_refused(books, chosen, _conditions(options, books, Ledger.EXCEL))
    done = [export(desk, ids=open_ones, options=options, seen=seen)] if open_ones else []
    done += [_refused(error) for error in refused]
    was_out = [one.name for one in chosen if one.is_exported]
    try:
        if was_out:
            of_those = replace(options, entries=once_more)
            again = export_again(desk, ids=was_out, options=of_those, until=books.last_batch)
            done += [again] if again.data["entries"] or not done else []
    except CogsheetError as error:
        if not done:
            raise
        done.append(_refused(error, stopped=True))
    return _as_one(done)


def refuse_to_export(books: Books, name: str, options: ExportCommandOptions, *, again: bool = False) -> None:
    """Stop where a settlement cannot go out as it stands, or, of what is written `again`, neither goes out nor is out.

    Raises:
        CogsheetError: As `kinds_to_export` does.
    """
    conditions = _conditions(options, books, options.ledger or Ledger.EXCEL)
    chosen = books.named([name])
    if not again or _open_or_refused(books, chosen, conditions)[0]:
        kinds_to_export(books, chosen[0], conditions)


def _open_or_refused(
    books: Books, selection: Sequence[BookedSettlement], conditions: ExportOptions
) -> tuple[list[str], list[CogsheetError]]:
    """Tell settlements that an export is for from those of which an entry is out and the other cannot go out.

    One of which nothing is out is the export's to refuse, before anything is stored.

    Returns:
        The names of the former, and why each of the latter cannot.
    """
    names: list[str] = []
    refused: list[CogsheetError] = []
    for one in selection:
        try:
            kinds_to_export(books, one, conditions)
        except (AlreadyExportedError, NotReadyError, ReadOtherwiseError) as error:
            if one.is_exported:
                refused += [] if isinstance(error, AlreadyExportedError) else [error]
                continue
        except CogsheetError:
            pass
        names.append(one.name)
    return names, refused


def _refused(error: CogsheetError, *, stopped: bool = False) -> Outcome:
    data: dict[str, object] = {"error": with_way_out(error)}
    return Outcome(str(error), not stopped, data, stopped=stopped, at_terminal=way_out(error))


def _as_one(done: Sequence[Outcome]) -> Outcome:
    data: dict[str, Any] = {}
    for key, value in (item for one in done for item in one.data.items()):
        data[key] = [*data.get(key, ()), *value] if isinstance(value, list) else value
    attention, stopped = any(one.needs_attention for one in done), any(one.stopped for one in done)
    ways = dict.fromkeys(one.at_terminal for one in done if one.at_terminal)
    return Outcome("\n".join(one.message for one in done), attention, data, stopped, "\n".join(ways))


def _export_outcome(done: Sequence[SettlementExport], files: FilesToImport) -> Outcome:
    nothing = "" if files.failure else "There is nothing to import. "
    to_do = f"To import: {', '.join(files.paths)}. " if files.paths else nothing
    return Outcome(
        "\n".join([*map(_exported, done), f"{to_do}The entries stand on sheet Journal."]),
        data={"settlements": [_told(one) for one in done], "files": list(files.paths)},
    )


def _kinds_to_make(entries: str) -> tuple[EntryKind, ...]:
    """Return the kinds of entries that an export makes.

    Raises:
        NotMadeByExportError: If it makes none of the kind.
    """
    if entries not in KINDS:
        raise NotMadeByExportError(entries)
    return KINDS[entries]


def _exported(one: SettlementExport) -> str:
    ours = to_import(one.entries)
    finale = len(one.entries) - len(ours)
    return (
        f"Settlement {one.settlement.name}: {counted(len(ours), 'entry', 'entries')}"
        f"{', what Finale posts itself is left out' if finale else ''}"
        f"{', its costs are locked' if one.is_locked else ''}."
    )


def _told(one: SettlementExport) -> dict[str, object]:
    ours = to_import(one.entries)
    return {
        **identity(one.settlement.store, one.settlement.settlement_id),
        "entries": [str(entry.key) for entry in ours],
        "posted_by_finale": [str(entry.key) for entry in one.entries if entry not in ours],
        "locked": one.is_locked,
    }


def export_again(
    desk: Desk, *, ids: Sequence[str] = (), options: ExportCommandOptions, until: int | None = None
) -> Outcome:
    """Write the files of entries that went out once more, from the books, in any format; nothing is posted anew.

    Args:
        desk: The desk.
        ids: Settlements; without any, every entry there is, accruals too.
        options: Which of their entries, for which system, and where.
        until: The last batch whose entries are written; what went out later has its file. All if left out.

    Raises:
        LedgerNotChosenError: If nobody has said yet which accounting system they are for.
        CogsheetError: If a settlement is unknown, or the system would not take an entry.
    """
    books = books_of(desk, ids)
    ledger = ledger_for(desk.database, options.ledger)
    chosen = {(one.store, one.settlement_id) for one in books.named(ids)}
    with desk.database.reading() as connection:
        posted = stored_entries.posted_entries(connection)
    withdrawn = withdrawn_keys(one.entry for one in posted)
    wanted = [
        one
        for one in posted
        if (not ids or (one.store, one.settlement_id) in chosen)
        and (until is None or one.batch <= until)
        and one.entry.key not in withdrawn
        and _is_wanted(one, options.entries)
    ]
    deeds = [(_accrual_of(deed), [as_written(one, books.accounts) for one in deed]) for deed in _deeds(wanted)]
    for _, made in deeds:
        refuse_unimportable(made, ledger, books.company.home_currency, as_workbook=EXPORT_TO_EXCEL)
    files = write_again(desk, deeds, ledger, options.folder)
    keys = [str(entry.key) for _, entries in deeds for entry in to_import(entries)]
    told = Outcome(
        f"{counted(len(keys), 'entry', 'entries')} written again from the books, as they were exported: "
        f"{', '.join(files.paths) or 'no file'}. Import a file only where its entries are not in the accounting system "
        f"yet: each carries its key in its memo.",
        data={"files": list(files.paths), "entries": keys},
    )
    if files.failure is None:
        return told
    if not files.paths:
        raise files.failure
    data: dict[str, object] = {"files": list(files.paths), "entries": list(files.entries)}
    return files.told(replace(told, message=f"Written again from the books: {', '.join(files.paths)}.", data=data))


def _accrual_of(deed: Sequence[PostedEntry]) -> str:
    """Return what files of an accrual are called; nothing for other entries."""
    if deed[0].entry.settlement is not None:
        return ""
    keys = (EntryKey.parse(one.entry.key, store=one.store, settlement_id=one.settlement_id) for one in deed)
    return accrual_name(min(key.month for key in keys))


def _is_wanted(one: PostedEntry, entries: str) -> bool:
    group = _ACCRUALS if one.entry.settlement is None else _GROUPS[one.entry.kind]
    return entries in (ALL, group) or (entries == "both" and group in KINDS)


def _deeds(posted: Sequence[PostedEntry]) -> list[list[PostedEntry]]:
    """Put entries together as they were exported: per action and settlement; true-ups and accruals per action."""
    together = (EntryKind.TRUE_UP, EntryKind.FINALE_TRUE_UP, EntryKind.RECLASSIFICATION)
    deeds: dict[tuple[int, int | None], list[PostedEntry]] = {}
    for one in posted:
        settlement = None if one.entry.kind in together else one.entry.settlement
        deeds.setdefault((one.batch, settlement), []).append(one)
    return list(deeds.values())
