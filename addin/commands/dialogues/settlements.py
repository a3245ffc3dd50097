"""What the buttons of group Settlements ask."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.ribbon import ribbon_questions
from addin.commands.ribbon.running_excel import take_paths
from addin.commands.settlements import importing, pulling
from core.books.settings.stores import StoreNotNamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from addin.sheets.desk import Desk


def import_files(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Import the files that were chosen; ask for their store where the company has several."""
    files = take_paths(desk.book)
    if not files:
        return Outcome("No file was chosen, so nothing was imported.")
    import_them = partial(importing.import_files, desk, files=files)
    try:
        outcome = import_them()
    except StoreNotNamedError as error:
        store = ribbon_questions.store_of(desk.book.app, error)
        if store is None:
            return Outcome("No store was chosen, so nothing more was imported.")
        import_them = partial(import_them, store=store)
        outcome = import_them()
    named = {str(one["file"]) for one in _asked(outcome)}
    return _with_others(desk, outcome, partial(import_them, files=[one for one in files if one.name in named]))


def pull(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Pull everything new; ask about payouts that the books may have under another name."""
    return _with_others(desk, pulling.pull(desk), partial(pulling.pull, desk))


def _asked(outcome: Outcome) -> list[dict[str, object]]:
    asked = outcome.data.get("may_be_another", [])
    return asked if isinstance(asked, list) else []


def _with_others(desk: Desk, outcome: Outcome, again: Callable[..., Outcome]) -> Outcome:
    """Ask whether what was refused as a payout of the books is another one, and store it if so.

    Args:
        desk: The desk.
        outcome: What was done.
        again: Does it again for what was refused.
    """
    question = f"{outcome.message}\n\nAre they two payouts? OK imports this one too, Cancel leaves it out."
    if not _asked(outcome) or not ribbon_questions.confirmed(desk.book.app, question):
        return outcome
    then = again(another_payout=True)
    return replace(then, message=f"{outcome.message}\n{then.message}", needs_attention=then.needs_attention)
