"""What is said where something goes wrong that nobody foresaw: a sentence, a number, and where the details are.

For whoever is the last to hear of an error: the command line, and a button of the workbook. Only the standard library
is imported here, for the rest may be what is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def what_the_system_said(error: BaseException) -> str:
    """Return what the operating system refused, and of which file, as a sentence; empty where it was not the system."""
    if isinstance(error, MemoryError):
        return "This computer has not enough memory free for this: close other programs, or take less at once."
    if not isinstance(error, OSError):
        return ""
    words = error.strerror or str(error) or type(error).__name__
    names = " and ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
    where = f" ({names})" if names else ""
    return (
        f"The system refused: {words}{where}. Look whether the name is right, the disk has room, and you may write "
        f"there."
    )


def where_details_are(number: str, log: Path | None) -> str:
    """Return the number of this action, under which the log has the details."""
    return f"The details are in {log}, number {number}." if log else f"Its number is {number}; no log could be written."


def stopped(error: BaseException, what: str, details: str) -> str:
    """Return the sentences for whoever waits: what stopped, what became of the books, and where the details are.

    Args:
        error: What nobody foresaw.
        what: What was done, with its article: `the command`, `this button`.
        details: As `where_details_are` returns them.
    """
    reason = what_the_system_said(error) or f"Something unexpected stopped {what}."
    return (
        f"{reason} What was saved in the books before is kept. Try again; if it stops again, send the log to whoever "
        f"looks after Cogsheet for you. {details}"
    )
