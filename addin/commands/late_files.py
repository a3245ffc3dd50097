"""Files of earlier exports that could not be written then: the next command writes them, and says so."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.terminal_remedies import WRITTEN_ELSEWHERE
from core.books.entries import outbox
from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from core.books.entries.outbox import Delivery, UnwrittenFile


def with_late_files(outcome: Outcome, desk: Desk) -> Outcome:
    """Return what a command did, with what became of the files that were waiting when it began."""
    left = still_left(desk)
    if not desk.delivery.paths and not left:
        return outcome
    sentences = [*_written(desk.delivery), *(f"Not written yet: {one.why}" for one in left)]
    data: dict[str, object] = {"written_late": list(desk.delivery.paths), "unwritten": [one.file.name for one in left]}
    return replace(
        outcome,
        message="\n".join([outcome.message, *sentences]),
        needs_attention=outcome.needs_attention or bool(left),
        data={**outcome.data, **data},
        at_terminal="\n".join(filter(None, (outcome.at_terminal, WRITTEN_ELSEWHERE if left else ""))),
    )


def still_left(desk: Desk) -> Sequence[UnwrittenFile]:
    """Return what could not be written of this computer's files when a command began, and is not written since."""
    own = [one for one in desk.delivery.left if one.file.machine == desk.machine.id]
    if not own:
        return own
    with desk.database.reading() as connection:
        waiting = {one.id for one in outbox.unwritten(connection)}
    return [one for one in own if one.file.id in waiting]


def _written(delivery: Delivery) -> list[str]:
    if not delivery.paths:
        return []
    paths = ", ".join(delivery.paths)
    only = "Import it only where its entries are not in the accounting system yet."
    return [f"Written now, of an earlier export: {paths}. {only}"]


@contextmanager
def late_files_before_errors(delivery: Delivery) -> Iterator[None]:
    """Let an error within tell first which files of earlier exports were written: that is done, and told once."""
    try:
        yield
    except CogsheetError as error:
        if told := _written(delivery):
            error.args = ("\n".join([*told, str(error)]),)
        raise
