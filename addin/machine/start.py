"""How a command and a press of a button start, each in a process of its own."""

from __future__ import annotations

import gc
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
