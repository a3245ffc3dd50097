"""The files for the accounting system that a deed writes once its entries are in the books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from addin.commands.terminal_remedies import way_out, with_way_out
from addin.takeaway.entry_files import write_entries
from addin.takeaway.ledger_used import ledger_for
from addin.takeaway.written_files import EntriesNotWrittenError, FileNotWrittenError
from core.errors import CogsheetError
from core.journal.files import Ledger, to_import

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from core.journal.entry import Entry


@dataclass(frozen=True, slots=True)
class FilesToImport:
    """The files of entries that are in the books, and why they are not all there."""

    paths: tuple[str, ...] = ()
    failure: CogsheetError | None = None
    """Why the rest could not be written."""

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


def write_what_is_booked(desk: Desk, deeds: Iterable[Sequence[Entry]]) -> FilesToImport:
    """Write entries that are in the books for the accounting system, one file or more for each deed.

    They are booked whether or not a file can be written, so that this stops nothing: the failure is told with the rest.
    """
    paths: list[str] = []
    try:
        for entries in deeds:
            if to_import(entries):
                paths += write_for_import(desk, entries, ledger_for(desk.database, None))
    except CogsheetError as error:
        return FilesToImport(tuple(paths), error)
    return FilesToImport(tuple(paths))


def write_for_import(
    desk: Desk, entries: Sequence[Entry], ledger: Ledger, folder: Path | None = None, what: str = ""
) -> list[str]:
    """Write entries for an accounting system, beside the workbook unless a folder is named.

    Raises:
        EntriesNotWrittenError: If a file cannot be written; the entries are in the books.
    """
    place = folder or desk.path.parent / "exports"
    try:
        company = desk.database.company.name
        return write_entries(place, entries, ledger, company=company, what=what)
    except FileNotWrittenError as error:
        raise EntriesNotWrittenError(str(error)) from error


def to_import_words(files: Sequence[str]) -> str:
    """Return a sentence that names the files to import; nothing where there is none."""
    return f" To import: {', '.join(files)}." if files else ""
