"""Measurements that end badly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.rows import Result

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows() -> Iterator[Result]:
    """Measure one row, and not the other."""
    yield Result("save-one", 1.0, 0.01)
    time.sleep(60)


def broken() -> Iterator[Result]:
    """Measure nothing.

    Raises:
        ValueError: Always.
    """
    raise ValueError("no such thing")
