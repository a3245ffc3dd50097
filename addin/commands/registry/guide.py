"""What a terminal says of a command beside its tip: how it is typed, what its exit statuses mean, what comes next.

Declared with the command, so that help, docs/commands.md and what a command says at its end are one text.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.machine.terminal_words import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "cogsheet"
TYPED_AS = "COGSHEET_TYPED_AS"
"""The environment variable by which `run.py` says how it was called."""
SETTING = "a setting typed on a sheet needs a look"
"""When a command on a workbook ends with 1 that needs nobody itself: each takes what was typed on the sheets."""
_DONE, _ATTENTION, _CANNOT = "0", "1", "2"


@dataclass(frozen=True, slots=True)
class Guide:
    """How one command is used; in `then` and `asked`, {book} is the workbook that was typed and {id} a settlement."""

    example: str
    """What is typed behind its name."""
    attention: str = ""
    """When it ends with 1, as the end of a sentence; empty where it never does."""
    then: str = ""
    """What is done next, as a sentence that begins with the command."""
    asked: str = ""
    """The same after exit status 1; `then` if left out."""

    def statuses(self) -> tuple[tuple[str, str], ...]:
        """Return each exit status that the command can end with, and what it means."""
        attention = ((_ATTENTION, f"done, and the data needs you: {self.attention}"),) if self.attention else ()
        return ((_DONE, "done"), *attention, (_CANNOT, "it could not be done, and the message says why"))

    def next_step(self, status: int, book: str = "", ids: Sequence[str] = ()) -> str:
        """Return the next step as a line of output; nothing where the command could not be done, or knows none.

        Args:
            status: The exit status.
            book: The workbook that was typed.
            ids: The settlements that were typed.
        """
        step = self.asked if str(status) == _ATTENTION and self.asked else self.then
        if str(status) == _CANNOT or not step:
            return ""
        filled = step.replace("{book}", quoted(book or "BOOK")).replace("{id}", quoted(ids[0]) if ids else "ID")
        return f"Next: {as_typed(filled)}"


def as_typed(text: str) -> str:
    """Return a text with its commands as they are called on this computer: `python run.py sync`, from a clone."""
    return text.replace(f"`{PROGRAM} ", f"`{called()} ")


def called() -> str:
    """Return how the program is called here."""
    return os.environ.get(TYPED_AS) or PROGRAM


def without_step(message: str) -> str:
    """Return a message without the next step that it names for Excel, by its button."""
    return "\n".join(line for line in message.split("\n") if not line.lstrip().startswith("Next: "))
