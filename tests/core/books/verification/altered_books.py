"""Books whose rows another program alters."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from core.books.database import Database
from core.books.entries.exporting import ExportOptions
from core.books.loading import load_books
from core.books.verification.altered_rows import find_altered
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def altered(books: Path, folder: Path, *statements: str) -> Path:
    """Change a copy of books as another program would."""
    copy = folder / "altered.sqlite"
    shutil.copy(books, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            assert connection.execute(statement).rowcount >= 1, statement
        connection.commit()
    return copy


def sentences(books: Path) -> list[str]:
    with Database.open(books) as database:
        return [tie.sentence for row in find_altered(database) for tie in row.tie_outs]


def wrong(database: Database) -> Sequence[str]:
    """Return what the other checks of verify say."""
    books, held = load_books(database), read_evidence(database)
    found = [one for each in books.settlements for one in tie_outs(database, books, each, ExportOptions(), held)]
    return [one.sentence for one in (*found, *company_tie_outs(database, books, held)) if not one.ok]
