"""What sheet Resolve lists of the kept lines, held against what it has to ask: no line without cost is left out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.part_of_books import load_around
from core.books.true_ups.resolve_after_export import asked_lines
from core.books.verification.tie_outs import TieOut
from core.frame_columns import records

if TYPE_CHECKING:
    from core.books.books import Books
    from core.books.database import Database

LISTED_TIE_OUT = "Lines without cost on sheet Resolve: what differs"


def listed_tie_outs(database: Database, books: Books) -> list[TieOut]:
    """Hold what is listed of kept lines against the books; nothing where Resolve is filled from the books themselves.

    Args:
        database: Of the books.
        books: All of them, costed from nothing.
    """
    part = load_around(database, (), asking={(one.store, one.settlement_id) for one in books.settlements})
    if part is None:
        return []
    wanted, listed = ({row["key"]: row for row in records(asked_lines(one))} for one in (books, part))
    wrong = [row for key, row in (listed | wanted).items() if wanted.get(key) != listed.get(key)]
    named = [f"line {row['key']} of {row['store']}/{row['settlement_id']}" for row in wrong]
    words = "sheet Resolve asks something else of these, or does not list them: " if named else ""
    return [TieOut(LISTED_TIE_OUT, Decimal(len(named)), Decimal(0), words + ", ".join(named))]
