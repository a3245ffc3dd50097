"""How a command and a press of a button start and end, each in a process of its own."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from contextlib import contextmanager
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


def end_at_once(status: object) -> None:
    """End the process with an exit status, once everything is written and whatever waits for the end has run.

    Python would take every module apart first, which took a twentieth of `cogsheet resolve` on the demo. It is left to
    do so where another thread still works, or the status is a text that it has to show.
    """
    if not isinstance(status, int) or threading.active_count() > 1:
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - `os._exit` leaves them out
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
