"""What is kept of costed lines, held against books that were costed from nothing.

See docs/design/books.md, Costed lines are kept: what is kept is no evidence.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.books.costed_lines.line_ties import TIE_COLUMNS, tie_columns
from core.books.costed_lines.line_totals import kept_notes, kept_totals, notes_of
from core.books.costed_lines.stored_lines import differing, kept_lines
from core.books.database import costing_tables, frames
from core.books.verification.tie_outs import TieOut
from core.frame_columns import TEXT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.books.books import Books

KEPT_TIE_OUT = "Kept costed lines: what differs"
"""The name of the tie-out of `kept_tie_outs`."""


def kept_tie_outs(connection: Connection, books: Books) -> list[TieOut]:
    """Hold the kept lines against those of books that were costed from nothing; nothing where none are said to hold."""
    named = kept_otherwise(connection, books)
    if named is None:
        return []
    words = "these were kept otherwise than they cost, and are kept and shown anew now: " if named else ""
    return [TieOut(KEPT_TIE_OUT, Decimal(len(named)), Decimal(0), words + ", ".join(named))]


def kept_otherwise(connection: Connection, books: Books) -> list[str] | None:
    """Name what is kept otherwise than it is in books that were costed from nothing; none where nothing is kept."""
    kept = kept_lines(connection, books.settlements)
    if kept is None:
        return None
    lines = books.lines_of_all(books.settlements)
    ties = tie_columns(books.costing_input, books.counted_together).set_index("key").loc[lines["key"]].reset_index()
    beside = frames.load(connection, select(costing_tables.costed_line), {"key": TEXT, **TIE_COLUMNS})
    wrong = lines[differing(kept, lines) | differing(beside, ties).to_numpy()]
    places = zip(wrong["store"], wrong["settlement_id"], wrong["key"], strict=True)
    named = [f"line {key} of {store}/{number}" for store, number, key in places]
    totals, kept_ones, notes = kept_totals(connection), kept_notes(connection), notes_of(books)
    named += [f"the totals of {one.name}" for one in books.settlements if totals.get(one.id) != books.totals(one)]
    if kept_ones:
        others = (one for one in books.settlements if kept_ones.get(one.id) != notes.get(one.id))
        named += [f"the remarks of {one.name}" for one in others]
    return named
