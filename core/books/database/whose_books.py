"""Whose books a SQLite file holds, read without touching it: before somebody decides to replace it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def database_id_of(path: Path) -> str | None:
    """Return the id of the books in a file; `None` where it holds none, or cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT database_id FROM company").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])
