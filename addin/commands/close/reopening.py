"""Group Close: reopening exported settlements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.close.files_to_import import to_import_words, write_what_is_booked
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.sentences import counted
from addin.commands.settlements.importing import NothingChosenError
from addin.takeaway.ledger_used import ledger_for
from core.books.entries import reopening
from core.books.entries.exporting import as_written
from core.books.entries.stored_entries import PostedEntry
from core.books.loading import load_books
from core.books.settings.announcement import effects_of_reopening, words_of_reopening
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.journal.files import refuse_unimportable, to_import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.entries.stored_entries import EntryRow
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.journal.entry import Entry


def reopen(desk: Desk, *, ids: Sequence[str], reason: str) -> Outcome:
    """Reverse the entries of exported settlements and let their costs move again, all of them or none.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not exported, or no reason is given; then none is reopened.
    """
    if not ids:
        raise NothingChosenError("reopen")
    refuse_unfillable(desk)
    books = load_books(desk.database)
    chosen = books.named(ids)
    elsewhere = [one for one in chosen if one.cogs_entry is EntryStatus.POSTED_ELSEWHERE]
    otherwise = effects_of_reopening(books, {(one.store, one.settlement_id) for one in chosen})
    made = _reversed(desk, books, chosen, reason)
    files = write_what_is_booked(desk, made)
    refresh(desk, load(desk.database))
    count = sum(len(entries) for entries in made)
    reversed_ones = [f"{counted(count, 'entry', 'entries')} reversed"] if count or not elsewhere else []
    told = Outcome(
        f"{'; '.join([*map(_not_elsewhere, elsewhere), *reversed_ones])}; costs can change again."
        f"{to_import_words(files.paths)} Export again when they are right.{words_of_reopening(books, otherwise)}",
        needs_attention=any(one.counted_out for one in otherwise),
        data={"reversed": [entry.reverses for entries in made for entry in entries], "files": list(files.paths)},
    )
    return files.told(told)


def _not_elsewhere(one: BookedSettlement) -> str:
    """Say what reopening takes back of a settlement that another program was said to have posted."""
    stays = one.settlement_entry is EntryStatus.EXPORTED
    rest = (
        " (its settlement entry, which was exported from here, stays: reopen once more to reverse it)" if stays else ""
    )
    return f"Settlement {one.name} is not posted elsewhere any more{rest}"


def _reversed(desk: Desk, books: Books, selection: Sequence[BookedSettlement], reason: str) -> list[list[Entry]]:
    """Reopen settlements; return the reversing entries of each as the files have them."""

    def written(settlement: BookedSettlement, found: Sequence[EntryRow]) -> list[Entry]:
        posted = (PostedEntry(one, settlement.store, settlement.settlement_id, 0) for one in found)
        return [as_written(one, books.accounts) for one in posted]

    def check(settlement: BookedSettlement, found: Sequence[EntryRow]) -> None:
        made = written(settlement, found)
        if to_import(made):
            refuse_unimportable(made, ledger_for(desk.database, None), books.company.home_currency)

    reversed_ones = reopening.reopen_all(
        desk.database,
        selection,
        reason,
        lock_date=books.policies.lock_date,
        who=desk.user,
        now=desk.clock(),
        check=check,
    )
    return [written(one, found) for one, found in zip(selection, reversed_ones, strict=True)]
