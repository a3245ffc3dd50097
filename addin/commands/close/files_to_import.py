"""The files for the accounting system: stored with their entries, written once these are in the books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from addin.commands.terminal_remedies import way_out, with_way_out
from addin.takeaway.exported_files import entry_files
from addin.takeaway.ledger_used import ledger_for
from addin.takeaway.outgoing import deliver
from addin.takeaway.written_files import EntriesNotWrittenError, FileNotWrittenError, write_next
from core.books.database.repeating import repeated
from core.books.entries import outbox
from core.books.entries.outbox import WrittenAgain
from core.journal.files import Ledger, to_import

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from core.errors import CogsheetError
    from core.journal.entry import Entry


@dataclass(frozen=True, slots=True)
class FilesToImport:
    """The files of entries that are in the books, and why they are not all there."""

    paths: tuple[str, ...] = ()
    failure: CogsheetError | None = None
    """Why the rest could not be written."""
    entries: tuple[str, ...] = ()
    """The keys of the entries in files that were written again."""

    def told(self, outcome: Outcome) -> Outcome:
        """Return what a deed came to; it is done all the same, and says so, where a file could not be written."""
        if self.failure is None:
            return outcome
        return replace(
            outcome,
            message=f"{outcome.message}\n{self.failure}",
            data={**outcome.data, "error": with_way_out(self.failure)},
            stopped=True,
            at_terminal="\n".join(filter(None, (outcome.at_terminal, way_out(self.failure)))),
        )


def keep_what_is_booked(desk: Desk, deeds: Iterable[Sequence[Entry]]) -> list[int]:
    """Put the files of entries that are being stored into the outbox, one or more for each deed.

    Called within the writing of the books that stores them.

    Returns:
        The files' numbers.
    """
    booked = [entries for entries in deeds if to_import(entries)]
    return [one for entries in booked for one in keep_for_import(desk, entries, ledger_for(desk.database, None))]


@repeated
def keep_for_import(
    desk: Desk, entries: Sequence[Entry], ledger: Ledger, folder: Path | None = None, what: str = ""
) -> list[int]:
    """Put the files of entries that are being stored into the outbox, and return their numbers.

    Args:
        desk: The desk, within the writing of the books that stores the entries.
        entries: What is handed on.
        ledger: For which system.
        folder: Where the files go; folder exports beside the workbook if left out.
        what: What the entries are, in the files' name; their kinds if left out.
    """
    place = (folder or desk.folder() / "exports").absolute()
    files = entry_files(entries, ledger, company=desk.database.company.name, what=what)
    with desk.database.writing() as connection:
        return outbox.keep_files(connection, files, str(place), desk.machine.id)


def write_kept(desk: Desk, numbers: Sequence[int]) -> FilesToImport:
    """Write files of the outbox, once the books are stored.

    Their entries are booked whether or not a file can be written, so that this stops nothing: the failure is told with
    the rest, and the next command tries again.
    """
    if not numbers:
        return FilesToImport()
    done = deliver(desk.database, desk.machine, desk.clock(), only=numbers)
    failure = EntriesNotWrittenError(done.left[0].why) if done.left else None
    return FilesToImport(done.paths, failure)


def write_again(
    desk: Desk, deeds: Iterable[tuple[str, Sequence[Entry]]], ledger: Ledger, folder: Path | None
) -> FilesToImport:
    """Write the files of entries that are in the books once more; what waits in the outbox of them is done by it.

    Where one cannot be written, those before it are: they count as written, and what they hold may be imported. What
    is left of a file of the outbox waits there.

    Args:
        desk: The desk.
        deeds: What entries are in their files' name (`keep_for_import`), and the entries, file by file.
        ledger: For which system.
        folder: Where; folder exports beside the workbook if left out.

    Raises:
        EntriesWaitTogetherError: If some wait in one file with others that are not written now; none is written then.
    """
    company, place = desk.database.company.name, folder or desk.folder() / "exports"
    files = [file for what, entries in deeds for file in entry_files(entries, ledger, company=company, what=what)]
    keys = [key for file in files for key in file.entries]
    with desk.database.reading() as connection:
        if shared := outbox.waiting_with_others(connection, keys):
            raise outbox.EntriesWaitTogetherError(shared)
    paths: list[str] = []
    failure = None
    try:
        for file in files:
            paths.append(str(write_next(place / file.name, file.content)))  # noqa: PERF401 - those before an error count
    except FileNotWrittenError as error:
        failure = error
    if paths:
        done = len(paths)
        again = WrittenAgain(files[:done], paths[0], files[done:], str(place.absolute()), desk.machine.id)
        outbox.note_written_again(desk.database, again, desk.clock())
    return FilesToImport(tuple(paths), failure, tuple(key for file in files[: len(paths)] for key in file.entries))


def to_import_words(files: Sequence[str]) -> str:
    """Return a sentence that names the files to import; nothing where there is none."""
    return f" To import: {', '.join(files)}." if files else ""
