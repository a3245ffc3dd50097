"""Group Settlements: remove a settlement, or a store that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.costs.resolving import list_missing
from addin.commands.costs.returning_answers import with_returning_questions
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refuse_unfillable
from addin.commands.sentences import counted, identity
from addin.commands.settlements.importing import NothingChosenError
from core.books.settlements import removing
from core.books.settlements.removing import remove_settlements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk
    from core.books.settlements.removing import Removal


def remove(desk: Desk, *, ids: Sequence[str]) -> Outcome:
    """Take settlements out of the books of which no entry has gone out; undo brings them back one by one.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books, or has gone out; then nothing is removed.
    """
    if not ids:
        raise NothingChosenError("remove")
    refuse_unfillable(desk)
    books = load(desk.database, progress=desk.progress).books
    removed = remove_settlements(desk.database, books, books.named(ids), who=desk.user, now=desk.clock())
    view = load(desk.database, progress=desk.progress)
    refresh(desk, view)
    list_missing(desk, view.books, list(view.books.settlements))
    outcome = Outcome(
        "\n".join(line for one in removed for line in _removed_sentences(one)),
        needs_attention=any(one.orphans for one in removed),
        data={"removed": [_removed_entry(one) for one in removed]},
    )
    return with_returning_questions(outcome, books, view.books)


def remove_store(desk: Desk, *, store: str) -> Outcome:
    """Take a store out of the books that has no settlement in them.

    Raises:
        CogsheetError: If there is no such store, or it has settlements.
    """
    removing.remove_store(desk.database, store, who=desk.user, now=desk.clock())
    refresh(desk, load(desk.database, progress=desk.progress))
    return Outcome(
        f"Store “{store}” is no longer in the books. What is imported or pulled for it later puts it there again.",
        data={"removed_store": store},
    )


def _removed_sentences(removed: Removal) -> list[str]:
    one = removed.settlement
    answers = f", {counted(removed.answers, 'saved answer')}" if removed.answers else ""
    lines = f"Settlement {one.settlement_id} ({one.store}) removed: {counted(removed.lines, 'transaction')}{answers}."
    lost = [
        f"  {orphan.settlement_id} ({orphan.store}): {counted(orphan.lines, 'line')} lost the original that the cost "
        f"came from."
        for orphan in removed.orphans
    ]
    return [f"{lines} Undo brings it back; its files can be imported again.", *lost]


def _removed_entry(removed: Removal) -> dict[str, object]:
    return {
        **identity(removed.settlement.store, removed.settlement.settlement_id),
        "transactions": removed.lines,
        "answers": removed.answers,
        "without_original": [{**identity(one.store, one.settlement_id), "lines": one.lines} for one in removed.orphans],
    }
