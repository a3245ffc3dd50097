"""How a command and a press of a button start and end, each in a process of its own."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Let the garbage collector pass over what is imported inside: it stays until the process ends.

    Looking through pandas, SQLAlchemy and our own modules again and again took a quarter of `cogsheet resolve` on the
    demo (`python run.py bench start`).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def speak_utf_8() -> None:
    """Write UTF-8 into files and pipes and read it from them, and let no sign that a terminal lacks end a command.

    Windows would use its ANSI code page there, which has no letter of a Polish shop's name: the command would end in an
    error after its work was done, and JSON would be none that other programs read.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, TextIOWrapper) and not sys.stdin.isatty():
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # what PowerShell pipes begins with a mark


def end_at_once(status: object) -> None:
    """End the process with an exit status, once everything is written and whatever waits for the end has run.

    Python would take every module apart first, which took a twentieth of `cogsheet resolve` on the demo. It is left to
    do so where another thread still works, or the status is a text that it has to show.
    """
    if not isinstance(status, int) or threading.active_count() > 1:
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - `os._exit` leaves them out
    for stream in filter(None, (sys.stdout, sys.stderr)):  # a program without a console has none
        stream.flush()
    os._exit(status)
