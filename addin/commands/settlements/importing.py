"""Group Settlements: import files, all of them or none, and show the books as they are then."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from addin.commands.costs.returning_answers import with_answers, with_asking, with_followed
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refresh_after_import, refuse_unfillable, shown_whole
from addin.commands.settlements.import_messages import (
    entries,
    file_entry,
    has_news,
    reimbursements_entry,
    returns_entry,
    sentences,
    with_another_payout,
    with_remarks,
)
from core.books.database.repeating import repeated
from core.books.database.state import state
from core.books.importing.importing import ImportedFile, import_file
from core.books.overrides.counted_answers import follow_units
from core.books.settlements.booked_settlement import OriginalFile
from core.errors import CogsheetError
from core.marketplaces import read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.settlements.remarks import Remark
    from core.model import Reading
    from core.time import SettlementName

_LARGEST = 2_000_000_000
"""Bytes of a file: its lines are read together, so all of it is in memory."""


class FileMissingError(CogsheetError):
    """A file that was named is not there."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be opened: {reason}. Check the name and try again.")


class NothingChosenError(CogsheetError):
    """A button that works on settlements was pressed without one."""

    def __init__(self, deed: str) -> None:
        super().__init__(
            f"No settlement was chosen, so there is nothing to {deed}. "
            f"Select one or more rows on sheet Settlements, or name their ids after the command."
        )


def import_files(
    desk: Desk, *, files: Sequence[Path], store: str | None = None, another_payout: bool = False
) -> Outcome:
    """Import settlement files: all of them are read before the first is stored, and all are stored or none.

    Args:
        desk: The desk.
        files: Which.
        store: The store they belong to.
        another_payout: As `core.books.importing.importing.import_file` takes it.

    Raises:
        CogsheetError: If a file cannot be read or taken; then nothing of any was stored.
    """
    refuse_unfillable(desk)
    with desk.database.reading() as connection:
        before = state(connection)
    contents = [OriginalFile(path.name, content_of(path)) for path in files]
    readings = [(file, read_file(file.content, file.name)) for file in contents]
    done = _import_all(desk, readings, store, another_payout=another_payout)
    settlements = [one for file in done for one in file.settlements]
    stores = {one.store for one in settlements}
    after = show_imported(desk, before, stores)
    books = after.books
    answered = [key for one in settlements for key in one.answered_lines]
    told = with_another_payout(_import_outcome(done), settlements, "import")
    told = with_answers(with_asking(told, books, settlements), books, answered)
    told = with_followed(told, books, after.followed, settlements)
    return with_remarks(told, books, stores, told=after.remarks)


@repeated
def _import_all(
    desk: Desk, readings: Sequence[tuple[OriginalFile, Reading]], store: str | None, *, another_payout: bool
) -> list[ImportedFile]:
    """Store files, all of them or none; where one cannot be taken, the error names it.

    Raises:
        CogsheetError: As `import_file` does.
    """
    done: list[ImportedFile] = []
    with desk.database.writing():
        for number, (file, reading) in enumerate(readings, start=1):
            with _of_several(file.name, len(readings)):
                one = import_file(
                    desk.database,
                    reading,
                    file,
                    store=store,
                    another_payout=another_payout,
                    who=desk.user,
                    now=desk.clock(),
                )
            done.append(one)
            desk.progress("Importing", number, len(readings))
    return done


@contextmanager
def _of_several(name: str, count: int) -> Iterator[None]:
    """Let an error about one of several files name it, and say that none of them was imported."""
    try:
        yield
    except CogsheetError as error:
        if count > 1:
            told = str(error)
            which = "" if name in told else f"{name}: "
            error.args = (f"{which}{told} None of the {count:,} files was imported.",)
        raise


def content_of(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        FileMissingError: If it is not there or cannot be read.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise FileMissingError(
                path, f"it has more than {_LARGEST // 1_000_000:,} million bytes, as no settlement has"
            )
        return path.read_bytes()
    except OSError as error:
        raise FileMissingError(path, error.strerror or "it cannot be read") from error


def _import_outcome(done: Sequence[ImportedFile]) -> Outcome:
    data: dict[str, object] = {
        "settlements": [one for file in done for one in entries(file)],
        "files": [file_entry(file) for file in done],
    }
    returns = [returns_entry(file.returns) for file in done if file.returns]
    reimbursements = [reimbursements_entry(file.reimbursements) for file in done if file.reimbursements]
    reported = {"returns": returns, "reimbursements": reimbursements}
    return Outcome(
        "\n".join(line for file in done for line in sentences(file)),
        needs_attention=any(file.needs_attention for file in done),
        data=data | {name: told for name, told in reported.items() if told},
        leads_on=any(has_news(file) for file in done),
    )


class ImportedBooks(NamedTuple):
    """The books after files were imported or pulled."""

    books: Books
    """With all of their lines, or those of the files and what is tied to them."""
    remarks: Mapping[SettlementName, Sequence[Remark]] | None
    """Of the settlements of the stores; nothing where the books tell them, with all lines."""
    followed: Mapping[str, str]
    """As `core.books.overrides.counted_answers.follow_units` returns it."""


def show_imported(desk: Desk, before: str, stores: Collection[str]) -> ImportedBooks:
    """Let answers follow their units, bring the sheets up to date, and return the books.

    Args:
        desk: The button's.
        before: The state of the books before the import.
        stores: For which they were imported.
    """
    near = refresh_after_import(desk, before, stores)
    if near is None:
        view = load(desk.database, progress=desk.progress)
        followed = follow_units(desk.database, view.books, who=desk.user, now=desk.clock())
        view = load(desk.database, progress=desk.progress) if followed else view
        refresh(desk, view)
        return ImportedBooks(view.books, None, followed)
    followed = follow_units(desk.database, near.books, who=desk.user, now=desk.clock())
    return (
        ImportedBooks(shown_whole(desk), None, followed)
        if followed
        else ImportedBooks(near.books, near.remarks, followed)
    )
