"""What the buttons of group Costs ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.costs import saving_costs
from addin.commands.costs.undo import restore_marked, undo_save
from addin.commands.outcome import Outcome
from addin.commands.ribbon import ribbon_questions
from addin.commands.ribbon.selection import selected_rows_of
from addin.sheets.costs import history
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from core.books import batches
from core.books.overrides.undo import last_save

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.sheets.desk import Desk


def sync(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Sync, then offer to replace accepted averages where order costs have arrived."""
    from addin.commands.costs import syncing  # noqa: PLC0415 - the other buttons of the group need no connection

    outcome = syncing.sync(desk, ids=ids)
    if not outcome.data.get("replaceable_averages"):
        return outcome
    if not ribbon_questions.confirmed(desk.book.app, f"{outcome.message}\n\nReplace the accepted averages now?"):
        return outcome
    return replace(outcome, message=f"{outcome.message}\n{syncing.accept(desk).message}")


def save(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Say what would be saved, ask, then save: everything on Resolve, or the selected rows where there are several."""
    app, nothing = desk.book.app, Outcome("Nothing was saved: what you typed on Resolve is still there.")
    rows = ribbon_questions.rows_to_save(app, selected_rows_of(desk.book, RESOLVE_SPEC))
    if rows is None:
        return nothing
    options = saving_costs.SaveOptions(accept_proposals=True, rows=rows)
    same_sku = ribbon_questions.same_cost_for_sku(app, saving_costs.save(desk, options=options, preview=True).data)
    if same_sku is None:
        return nothing
    options = replace(options, same_sku=same_sku)
    entered_only = replace(options, accept_proposals=False)
    plan, of_entered = (saving_costs.save(desk, options=one, preview=True).data for one in (options, entered_only))
    proposals_too = ribbon_questions.save_proposals_too(app, plan, of_entered)
    if proposals_too is None:
        return nothing
    # whoever says yes has read which costs look wrong: the question names them
    return saving_costs.save(desk, options=replace(options, accept_proposals=proposals_too, accept_suspect=True))


def undo(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Offer to restore what is marked on Change history, else to undo the last save, or the one before it."""
    marked = history.marked_values(desk.book)
    if marked and ribbon_questions.confirmed(
        desk.book.app, ribbon_questions.restore_question(len(marked), undo_next=True)
    ):
        return restore_marked(desk)
    last = last_save(desk.database)
    if last is None:
        return undo_save(desk)
    if not ribbon_questions.confirmed(desk.book.app, f"Undo {_whose(desk, last)} {_STAYS}"):
        return Outcome("Nothing was undone.")
    outcome = undo_save(desk, expected=last["number"], of_another=True)
    before = outcome.data["undoable_before"]
    if not isinstance(before, int):
        return outcome
    with desk.database.reading() as connection:
        earlier = batches.of_number(connection, before)
    if not ribbon_questions.confirmed(desk.book.app, f"{outcome.message}\n\nUndo {_whose(desk, earlier)}"):
        return outcome
    return undo_save(desk, batch=before, of_another=True)


_STAYS = "Lines that were saved again since, or exported, stay as they are."


def _whose(desk: Desk, batch: Mapping[str, object]) -> str:
    """Return the question's name for a save, and that it is another person's where it is."""
    words = f"{batches.in_words(batch)}?"
    return words if batch["who"] == desk.user else f"{words} It is not yours: undo it only if {batch['who']} knows."


def restore(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Restore what is marked on Change history, once the user has read how much that is."""
    marked = history.marked_values(desk.book)
    if marked and not ribbon_questions.confirmed(desk.book.app, ribbon_questions.restore_question(len(marked))):
        return Outcome("Nothing was restored: the marks in column Restore are still there.")
    return restore_marked(desk)
