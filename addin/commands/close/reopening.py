"""Group Close: reopening exported settlements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.close.files_to_import import keep_what_is_booked, to_import_words, write_kept
from addin.commands.close.shown_exports import are_near, refresh_after_reopening
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.sentences import counted
from addin.commands.settlements.importing import NothingChosenError
from addin.takeaway.ledger_used import ledger_for
from core.books.database.repeating import repeated
from core.books.database.state import state
from core.books.entries import outbox, reopening
from core.books.entries.entry_rows import as_written
from core.books.entries.stored_entries import PostedEntry
from core.books.loading import load_books
from core.books.part_of_books import load_around
from core.books.settings.announcement import effects_of_reopening, words_of_reopening
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.journal.entry import EntryKind
from core.journal.files import refuse_unimportable, to_import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.entries.reopening import Decision
    from core.books.entries.stored_entries import EntryRow
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.journal.entry import Entry


def reopen(
    desk: Desk,
    *,
    ids: Sequence[str],
    reason: str,
    imported: bool = False,
    not_imported: bool = False,
    revision: int | None = None,
) -> Outcome:
    """Take back the entries of exported settlements and let their costs move again, all of them or none.

    Args:
        desk: The desk.
        ids: The settlements.
        reason: Why.
        imported: Whether their entries are in the accounting system, and are to be reversed there.
        not_imported: Whether they are not; then nothing is reversed there.
        revision: At which revision their entries stand; another one is refused.

    Raises:
        NothingChosenError: If no settlement is named.
        ImportedOrNotError: If files of theirs were written, and nobody said whether they were imported.
        CogsheetError: If one is not exported, or no reason is given; then none is reopened.
    """
    if not ids:
        raise NothingChosenError("reopen")
    refuse_unfillable(desk)
    books = _books(desk, ids)
    chosen = books.named(ids)
    elsewhere = [one for one in chosen if one.cogs_entry is EntryStatus.POSTED_ELSEWHERE]
    otherwise = effects_of_reopening(books, {(one.store, one.settlement_id) for one in chosen})
    said = imported if imported != not_imported else None
    decided = reopening.decision(desk.database, books, chosen, imported=said)
    if revision is not None:
        decided = replace(decided, revisions=dict.fromkeys(decided.revisions, revision))
    rows, made, kept = _reopen_all(desk, books, chosen, reason, decided)
    files = write_kept(desk, kept)
    if not refresh_after_reopening(desk, books.database_state):
        refresh(desk, load(desk.database, progress=desk.progress))
    withdrawn = [entry.reverses or "" for found in rows for entry in found if entry.kind is EntryKind.WITHDRAWAL]
    count = sum(len(found) for found in rows) - len(withdrawn)
    did = [f"{counted(count, 'entry', 'entries')} reversed"] if count or not (elsewhere or withdrawn) else []
    did += [f"{counted(len(withdrawn), 'entry', 'entries')} withdrawn, which nobody imported"] if withdrawn else []
    told = Outcome(
        f"{'; '.join([*map(_not_elsewhere, elsewhere), *did])}; costs can change again."
        f"{to_import_words(files.paths)}{_not_to_import(desk, withdrawn)} Export again when they are right."
        f"{words_of_reopening(books, otherwise)}",
        needs_attention=any(one.counted_out for one in otherwise),
        data={
            "reversed": [entry.reverses for entries in made for entry in entries],
            "withdrawn": withdrawn,
            "files": list(files.paths),
        },
    )
    return files.told(told)


def _books(desk: Desk, ids: Sequence[str]) -> Books:
    """Load the books: without any line where what settlements go by is what they went out with."""
    with desk.database.reading() as connection:
        now = state(connection)
    part = load_around(desk.database, ()) if are_near(desk, now) else None
    if part is None or any((one.store, one.settlement_id) in part.starts for one in part.named(ids)):
        return load_books(desk.database)
    return part


def _not_to_import(desk: Desk, withdrawn: Sequence[str]) -> str:
    """Name the files that lie somewhere and must not be imported any more, and what else they hold."""
    with desk.database.reading() as connection:
        paths, shared = outbox.paths_of(connection, withdrawn), outbox.written_with_others(connection, withdrawn)
    if not paths:
        return ""
    others = "".join(
        f" {one.place} also holds {', '.join(one.others)}, which {'stands' if len(one.others) == 1 else 'stand'}: "
        f"Export to Excel writes what stands by itself; import it from there."
        for one in shared
    )
    return f" Do not import {', '.join(paths)} any more, and delete {'it' if len(paths) == 1 else 'them'}.{others}"


def _not_elsewhere(one: BookedSettlement) -> str:
    """Say what reopening takes back of a settlement that another program was said to have posted."""
    stays = one.settlement_entry is EntryStatus.EXPORTED
    rest = (
        " (its settlement entry, which was exported from here, stays: reopen once more to reverse it)" if stays else ""
    )
    return f"Settlement {one.name} is not posted elsewhere any more{rest}"


def _as_files_have_them(books: Books, settlement: BookedSettlement, found: Sequence[EntryRow]) -> list[Entry]:
    """Return the entries that take others back as the files have them; what was never imported is in none."""
    ours = (one for one in found if one.kind is not EntryKind.WITHDRAWAL)
    posted = (PostedEntry(one, settlement.store, settlement.settlement_id, 0) for one in ours)
    return [as_written(one, books.accounts) for one in posted]


@repeated
def _reopen_all(
    desk: Desk, books: Books, chosen: Sequence[BookedSettlement], reason: str, decided: Decision
) -> tuple[list[list[EntryRow]], list[list[Entry]], list[int]]:
    """Reopen all; return what takes entries back, as it is stored and as files have it, and the files' numbers."""
    with desk.database.writing():
        rows = _taken_back(desk, books, chosen, reason, decided)
        made = [_as_files_have_them(books, one, found) for one, found in zip(chosen, rows, strict=True)]
        return rows, made, keep_what_is_booked(desk, made)


def _taken_back(
    desk: Desk,
    books: Books,
    selection: Sequence[BookedSettlement],
    reason: str,
    decided: Decision,
) -> list[list[EntryRow]]:
    """Reopen settlements; return the entries of each that take its own back."""

    def check(settlement: BookedSettlement, found: Sequence[EntryRow]) -> None:
        made = _as_files_have_them(books, settlement, found)
        if to_import(made):
            refuse_unimportable(made, ledger_for(desk.database, None), books.company.home_currency)

    return reopening.reopen_all(
        desk.database,
        selection,
        reason,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=check,
        decided=decided,
    )
