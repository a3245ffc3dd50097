"""Verify a settlement: deposit, profit and loss, COGS, journal and lock against each other (design §5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.database import entries, locks
from core.database.settlements import EntryStatus
from core.journal.entry import EntryKind
from core.settlements.exporting import ExportWish, make_entries, standing_entries
from core.settlements.tie_outs import TieOut, settlement_tie_outs, stored_tie_outs

if TYPE_CHECKING:
    from core.database import Connection, Database
    from core.database.settlements import BookedSettlement
    from core.settlements.books import Books

_TIED_KINDS = (EntryKind.SETTLEMENT, EntryKind.COGS, EntryKind.FINALE)


def tie_outs(database: Database, books: Books, settlement: BookedSettlement, wish: ExportWish) -> list[TieOut]:
    """Return every tie-out of a settlement: of the entries as they would go out, and as they went out.

    Args:
        database: The books.
        books: Their state, just loaded.
        settlement: Which.
        wish: Accounts and time zones, as at export.
    """
    state = books.state(settlement)
    complete = state.counts.covered == state.counts.needed
    kinds = (EntryKind.SETTLEMENT, EntryKind.COGS) if complete else (EntryKind.SETTLEMENT,)
    lines = books.lines_of(settlement)
    posted = books.counted(lines)
    is_posted = len(posted) > 0 or lines.empty  # one that ended before the books start has no entries, an empty one has
    made = {kind: make_entries(books, settlement, kind, wish) for kind in (kinds if is_posted else ())}
    found = settlement_tie_outs(
        settlement.name,
        lines,
        deposit=settlement.total,
        currency=settlement.currency,
        entries=[entry for of_kind in made.values() for entry in of_kind],
        costs_known=complete and is_posted,
        posted=posted,
    )
    status = {EntryKind.SETTLEMENT: settlement.settlement_entry, EntryKind.COGS: settlement.cogs_entry}
    out = [entry for kind in made if status[kind] is EntryStatus.EXPORTED for entry in made[kind]]
    with database.reading() as connection:
        if EntryStatus.EXPORTED in status.values():
            stored = standing_entries(entries.of_settlement(connection, settlement.id))
            tied = [entry for entry in stored if entry.kind in _TIED_KINDS]
            found += stored_tie_outs(settlement.name, tied, out)
        return [*found, *_lock_tie_outs(connection, books, settlement)]


def _lock_tie_outs(connection: Connection, books: Books, settlement: BookedSettlement) -> list[TieOut]:
    """Hold an exported settlement's stored lines against its lock."""
    if locks.find(connection, settlement) is None:
        return []
    broken = locks.verify(connection, settlement, books.lines_of(settlement))
    name, none = settlement.name, Decimal(0)
    whole = TieOut(f"{name}: lines that differ from the lock", Decimal(len(broken)), none)
    return [whole, *(TieOut(f"{name}: {one.key} {one.breach}", Decimal(1), none) for one in broken)]
