"""Group Costs: take a save back, and bring earlier values back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.commands.costs import resolving
from addin.commands.costs.returning_answers import with_answers, with_proposals
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refresh_after_answers
from addin.commands.sentences import counted, identity
from addin.sheets.costs import history
from addin.sheets.costs.resolve import keys_shown
from core.books.database.state import state
from core.books.overrides.undo import (
    UndoResult,
    last_save,
    restore_values,
    undo_batch,
    undo_last,
    undoable_before,
    values_of,
)
from core.books.overrides.undo_requests import OtherSaveError, UndoRequest
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.settlement_lines import line_name
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books


def restore_marked(desk: Desk, *, batch: int | None = None, keys: Sequence[str] = ()) -> Outcome:
    """Bring single values back: those named, or those marked in column Restore of sheet Change history.

    Raises:
        CogsheetError: If a value is not in that batch.
    """
    wanted = history.marked_values(desk.book) if batch is None else values_of(desk.database, batch, keys)
    if not wanted:
        return Outcome("Nothing is marked in column Restore of sheet Change history, so nothing was restored.")
    state_before = _state(desk)
    restored = restore_values(desk.database, wanted, who=desk.user, now=desk.clock())
    history.clear_marks(desk.book)
    books = _refreshed(desk, state_before, restored.keys)
    lines = _lines(desk, [*restored.keys, *restored.skipped])
    left = [{**_place(lines[key]), "reason": why} for key, why in restored.skipped.items()]
    sentences = [f"{counted(len(restored.keys), 'value')} restored, as a new batch."]
    sentences += [_left_alone(books, lines[key], why) for key, why in restored.skipped.items()]
    told = Outcome(
        "\n".join(sentences),
        needs_attention=bool(left),
        data={"restored": [_place(lines[key]) for key in restored.keys], "skipped": left},
    )
    return with_proposals(told, books, restored.keys)


def undo_save(
    desk: Desk, *, batch: int | None = None, of_another: bool = False, expected: int | None = None
) -> Outcome:
    """Take the last save back, or one by the number of its batch, as a new batch.

    Where the last save cannot be taken back because its settlement is exported, nothing else is taken back in its
    place; the outcome names the save before it.

    Args:
        desk: The desk.
        batch: The save; the last one if left out.
        of_another: Whether it may be another person's.
        expected: Which save was shown as the last one; one that sheet Change history shows if left out.

    Raises:
        NothingToUndoError: If there is none.
        OtherSaveError: If the last one is another one than was shown.
        SomebodyElsesSaveError: If it is another person's, and may not be.
    """
    state_before = _state(desk)
    request = UndoRequest(expected, of_another)
    if batch is not None:
        undone = undo_batch(desk.database, batch, who=desk.user, now=desk.clock(), request=request)
    else:
        last = last_save(desk.database)
        if last is not None and expected is None:
            if last["number"] not in history.batches_shown(desk.book):
                return _shown_first(desk, last)
            request = UndoRequest(last["number"], of_another)
        undone = undo_last(desk.database, who=desk.user, now=desk.clock(), request=request)
    books = _refreshed(desk, state_before, undone.keys)
    resolving.list_missing(desk, books, list(books.settlements))
    is_stuck = undone.batch is None
    before = undoable_before(desk.database, undone.undone) if is_stuck else None
    sentences = [_undone_sentence(undone)]
    lines = _lines(desk, [*undone.keys, *(one.key for one in undone.skipped)])
    left = [{**_place(lines[one.key]), "reason": str(one.reason)} for one in undone.skipped]
    sentences += [_left_alone(books, lines[one.key], one.reason) for one in undone.skipped]
    sentences += [f"The save before it that can be undone is batch {before}: undo it by its number."] if before else []
    told = Outcome(
        "\n".join(sentences),
        needs_attention=bool(left),
        data={
            "undone_batch": None if is_stuck else undone.undone,
            "undone": [_place(lines[key]) for key in undone.keys],
            "skipped": left,
            "undoable_before": before,
        },
    )
    return with_answers(told, books, undone.keys) if undone.is_removal else with_proposals(told, books, undone.keys)


def _shown_first(desk: Desk, last: Mapping[str, object]) -> Outcome:
    """Undo nothing that nobody saw: show it, and say so."""
    refresh(desk, load(desk.database, progress=desk.progress))
    words = str(OtherSaveError(None, last))
    return Outcome(words, data={"error": words}, stopped=True)


def _state(desk: Desk) -> str:
    with desk.database.reading() as connection:
        return state(connection)


def _refreshed(desk: Desk, state_before: str, keys: Sequence[str]) -> Books:
    """Bring the sheets up to date after answers were brought back; return the books with what Resolve may list."""
    with desk.database.reading() as connection:
        names = {(one.store, one.settlement_id) for one in stored_settlements.booked_settlements(connection)}
    near = refresh_after_answers(desk, state_before, keys, names, keys_shown(desk.book))
    if near is not None:
        return near
    view = load(desk.database, progress=desk.progress)
    refresh(desk, view)
    return view.books


def _lines(desk: Desk, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the lines of some keys; one that is no longer in the books as it was when it last was."""
    with desk.database.reading() as connection:
        known = {row["key"]: row for row in records(settlement_lines.lines_ever(connection, keys))}
    return {key: known.get(key, {}) for key in keys}


def _left_alone(books: Books, line: Mapping[str, Any], why: str) -> str:
    return f"Left alone: {line_name(line, of_several=books.has_several_stores)}: {why}."


def _undone_sentence(undone: UndoResult) -> str:
    if undone.report_rows:
        return (
            f"Batch {undone.undone} is undone: {counted(undone.report_rows, 'row')} of the report that it imported "
            f"no more {'counts' if undone.report_rows == 1 else 'count'}. Import the file again to bring it back."
        )
    if undone.batch is not None:
        return f"Batch {undone.undone} is undone: {counted(len(undone.keys), 'line')} as before."
    return (
        f"Nothing was undone: batch {undone.undone}, the save that was to be undone, is of exported settlements. "
        f"Reopen them, then it can be undone."
    )


def _place(line: Mapping[str, object]) -> dict[str, object]:
    return {
        **identity(line.get("store"), line.get("settlement_id")),
        "order": line.get("order_id"),
        "sku": line.get("sku"),
    }
