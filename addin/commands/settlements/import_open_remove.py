"""Group Settlements: import files, open a settlement, remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.button import Outcome
from addin.commands.costs.resolving import list_missing
from addin.commands.costs.returning_answers import with_answers, with_asked_again, with_asking
from addin.commands.refresh import load, refresh, shows_now
from addin.commands.settlements.import_messages import (
    entries,
    file_entry,
    reimbursements_entry,
    returns_entry,
    sentences,
    with_another_payout,
    with_remarks,
)
from addin.commands.words import counted, identity
from addin.sheets.settlements import transactions
from core.books.costed_lines.stored_lines import open_kept, open_loaded, state_name
from core.books.importing.importing import ImportedFile, import_file
from core.books.settlements import removing
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.removing import remove_settlements
from core.errors import CogsheetError
from core.marketplaces import read_file
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from addin.sheets.desk import Desk
    from core.books.costed_lines.stored_lines import OpenedSettlements
    from core.books.settlements.removing import Removed


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
    """Import settlement files: all of them are read before the first is stored.

    Args:
        desk: The desk.
        files: Which.
        store: The store they belong to.
        another_payout: As `core.books.importing.importing.import_file` takes it.

    Raises:
        CogsheetError: If a file cannot be read; then nothing of any was stored.
    """
    contents = [OriginalFile(path.name, content_of(path)) for path in files]
    readings = [(file, read_file(file.content, file.name)) for file in contents]
    done: list[ImportedFile] = []
    for number, (file, reading) in enumerate(readings, start=1):
        done.append(
            import_file(
                desk.database,
                reading,
                file,
                store=store,
                another_payout=another_payout,
                who=desk.user,
                now=desk.clock(),
            )
        )
        desk.progress("Importing", number, len(readings))
    view = load(desk.database)
    refresh(desk, view)
    settlements = [one for file in done for one in file.settlements]
    answered = [key for one in settlements for key in one.answered_lines]
    told = with_another_payout(_import_outcome(done), settlements, "import")
    told = with_answers(with_asking(told, view.books, settlements), view.books, answered)
    return with_remarks(told, view.books, {one.store for one in settlements})


def fill(desk: Desk, *, ids: Sequence[str]) -> Outcome:
    """Show the lines of settlements on sheet Transactions.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books.
    """
    if not ids:
        raise NothingChosenError("open")
    opened = _shown_already(desk, ids) or _opened_anew(desk, ids)
    transactions.fill_transactions(desk.book, opened.lines, opened)
    named = ", ".join(settlement.name for settlement in opened.settlements)
    count = int((opened.lines["event"] != Event.PAYOUT).sum())
    return Outcome(
        f"{counted(count, 'transaction')} of settlement {named} on sheet Transactions.",
        data={"settlements": [identity(s.store, s.settlement_id) for s in opened.settlements], "transactions": count},
    )


def _shown_already(desk: Desk, ids: Sequence[str]) -> OpenedSettlements | None:
    """Return settlements with their kept lines, where everything else in the workbook shows the books as they are."""
    opened = open_kept(desk.database, ids)
    return opened if opened is not None and shows_now(desk, state_name(opened)) else None


def _opened_anew(desk: Desk, ids: Sequence[str]) -> OpenedSettlements:
    """Return settlements of the books costed as a whole, after every other sheet was brought up to date."""
    view = load(desk.database)
    opened = open_loaded(view.books, ids)
    refresh(desk, view, transactions_too=False)
    return opened


def remove(desk: Desk, *, ids: Sequence[str]) -> Outcome:
    """Take settlements out of the books of which no entry has gone out; undo brings them back one by one.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books, or has gone out; then nothing is removed.
    """
    if not ids:
        raise NothingChosenError("remove")
    books = load(desk.database).books
    removed = remove_settlements(desk.database, books, books.named(ids), who=desk.user, now=desk.clock())
    view = load(desk.database)
    refresh(desk, view)
    list_missing(desk, view.books, list(view.books.settlements))
    outcome = Outcome(
        "\n".join(line for one in removed for line in _removed_sentences(one)),
        needs_attention=any(one.orphans for one in removed),
        data={"removed": [_removed_entry(one) for one in removed]},
    )
    return with_asked_again(outcome, books, view.books)


def remove_store(desk: Desk, *, store: str) -> Outcome:
    """Take a store out of the books that has no settlement in them.

    Raises:
        CogsheetError: If there is no such store, or it has settlements.
    """
    removing.remove_store(desk.database, store, who=desk.user, now=desk.clock())
    refresh(desk, load(desk.database))
    return Outcome(
        f"Store “{store}” is no longer in the books. What is imported or pulled for it later puts it there again.",
        data={"removed_store": store},
    )


def _removed_sentences(removed: Removed) -> list[str]:
    one = removed.settlement
    answers = f", {counted(removed.answers, 'saved answer')}" if removed.answers else ""
    lines = f"Settlement {one.settlement_id} ({one.store}) removed: {counted(removed.lines, 'transaction')}{answers}."
    lost = [
        f"  {orphan.settlement_id} ({orphan.store}): {counted(orphan.lines, 'line')} lost the original that the cost "
        f"came from."
        for orphan in removed.orphans
    ]
    return [f"{lines} Undo brings it back; its files can be imported again.", *lost]


def _removed_entry(removed: Removed) -> dict[str, object]:
    return {
        **identity(removed.settlement.store, removed.settlement.settlement_id),
        "transactions": removed.lines,
        "answers": removed.answers,
        "without_original": [{**identity(one.store, one.settlement_id), "lines": one.lines} for one in removed.orphans],
    }


def content_of(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        FileMissingError: If it is not there or cannot be read.
    """
    try:
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
    )
