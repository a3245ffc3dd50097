"""What a button says goes on sheet Messages in full; a box shows the head of what is long."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from addin.commands.registry import command_named
from addin.sheets import exchange
from addin.sheets.setup.messages import ATTENTION, DONE, STOPPED, Message, add_message, head_of
from core.time import system_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings as xw

    from addin.commands.ribbon.running_excel import Ending

_ENDED = {exchange.DONE: DONE, exchange.ATTENTION: ATTENTION, exchange.ERROR: STOPPED}


@contextmanager
def _without_events(app: xw.App) -> Iterator[None]:
    """Let the user's event code not run meanwhile."""
    before, app.enable_events = app.enable_events, False
    try:
        yield
    finally:
        app.enable_events = before


def keep_told(book: xw.Book, name: str, ending: Ending) -> str:
    """Put how a button ended on sheet Messages.

    Args:
        book: The workbook it was pressed in.
        name: The button's command.
        ending: How it ended.

    Returns:
        What a box shows of it.
    """
    command = command_named(name)
    label = command.button.label if command is not None and command.button else name
    with _without_events(book.app):
        add_message(book, Message(system_clock(), label, _ENDED[ending.outcome], ending.message))
    return head_of(book, ending.message)
