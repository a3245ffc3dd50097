"""The tables of what has gone out: locks, entries, their files, true-ups; and opening costs. Append-only, all of them.

What happens to a row later (a lock is reopened, a true-up is accepted) is a row of its own in another table.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from core.books.database.column_types import Moment, Money, RowId, Verbatim, Word, metadata
from core.model import Cause, Disposition, Event

lock = Table(
    "lock",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False),
    Column("revision", Integer, nullable=False),  # 1, 2, ... per settlement
    Column("reason", Verbatim, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("hash", Verbatim, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    UniqueConstraint("settlement", "revision"),
)
reopening = Table(
    "reopening",
    metadata,
    Column("lock", ForeignKey("lock.id"), primary_key=True),
    Column("reason", Verbatim, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
)
locked_line = Table(
    "locked_line",
    metadata,
    Column("lock", ForeignKey("lock.id"), primary_key=True),
    Column("key", Verbatim, primary_key=True),
    Column("cost_status", Verbatim, nullable=False),
    Column("cause", Word(Cause, "a cause of a missing cost")),
    Column("unit_cost", Money),
    Column("cost_currency", Verbatim),
    Column("cost_quantity", BigInteger),
    Column("cogs", Money),
    Column("cost_source", Verbatim),
    Column("cost_as_of", Moment),
    Column("cost_note", Verbatim),
    Column("original_key", Verbatim),
    Column("suspect", Verbatim),
    Column("disposition", Word(Disposition, "a disposition")),
    Column("product_id", Verbatim),
    Column("description", Verbatim),
    Column("version", BigInteger),
    Column("hash", Verbatim, nullable=False),  # of the transaction and its cost together
    CheckConstraint("unit_cost IS NULL OR cost_currency IS NOT NULL", name="cost_has_currency"),
)
entry = Table(
    "entry",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Verbatim, nullable=False, unique=True),  # the same action, done again, is the same entry
    Column("kind", Verbatim, nullable=False),
    Column("settlement", ForeignKey("settlement.id"), index=True),
    Column("revision", Integer, nullable=False),
    Column("entry_date", Verbatim, nullable=False),  # ISO date
    Column("memo", Verbatim, nullable=False),
    Column("reverses", ForeignKey("entry.id")),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("store", Verbatim),  # of an entry that belongs to no settlement (an accrual)
    Column("name", Verbatim),  # what stands in its key where others have their settlement's id
)
entry_line = Table(
    "entry_line",
    metadata,
    Column("entry", ForeignKey("entry.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("account", Verbatim, nullable=False),
    Column("amount", Money, nullable=False),  # debit +, credit -
    Column("currency", Verbatim, nullable=False),
    Column("memo", Verbatim, nullable=False),
    Column("number", Verbatim),  # of the account; this and what follows is missing where it was stored before 0008
    Column("tax_code", Verbatim),
    Column("is_bank", Boolean),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("machine", Verbatim, nullable=False),  # whose folder it is: a path says nothing on another computer
    Column("folder", Verbatim, nullable=False),
    Column("name", Verbatim, nullable=False),
    Column("content", LargeBinary, nullable=False),  # zlib
)
"""A file of entries on its way to the accounting system, stored in the transaction that stores the entries."""
outbox_entry = Table(
    "outbox_entry",
    metadata,
    Column("outbox", ForeignKey("outbox.id"), primary_key=True),
    Column("entry", ForeignKey("entry.id"), primary_key=True, index=True),
)
outbox_end = Table(
    "outbox_end",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("outbox", ForeignKey("outbox.id"), nullable=False, index=True),
    Column("path", Verbatim),  # where it was written; missing: its entries were withdrawn before that
    Column("at", Moment, nullable=False),
)
true_up = Table(
    "true_up",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("lock", ForeignKey("lock.id"), nullable=False, index=True),
    Column("key", Verbatim, nullable=False, index=True),  # line key
    Column("cause", Verbatim, nullable=False),
    Column("unit_cost", Money),  # what the line would cost now
    Column("cost_quantity", BigInteger),
    Column("disposition", Word(Disposition, "a disposition")),
    Column("cogs", Money, nullable=False),
    Column("difference", Money, nullable=False),  # to what is in the books of the line, + is more expense
    Column("currency", Verbatim, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column(
        "event_was", Word(Event, "an event")
    ),  # this and what follows: as what its cost stands, and is to stand, where it moves
    Column("sku_was", Verbatim),
    Column("event_now", Word(Event, "an event")),
    Column("sku_now", Verbatim),
)
true_up_decision = Table(
    "true_up_decision",
    metadata,
    Column("true_up", ForeignKey("true_up.id"), primary_key=True),
    Column("decision", Verbatim, nullable=False),
    Column("reason", Verbatim, nullable=False),
    Column("entry", ForeignKey("entry.id")),  # that posts it
    Column("batch", ForeignKey("batch.number"), nullable=False),
)
taken_up = Table(
    "taken_up",
    metadata,
    Column("true_up", ForeignKey("true_up.id"), primary_key=True),  # one that was dismissed, and is open again
    Column("reason", Verbatim, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
)
opening_cost = Table(
    "opening_cost",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("sku", Verbatim, nullable=False, index=True),
    Column("unit_cost", Money),  # missing: taken back
    Column("currency", Verbatim),
    Column("as_of", Verbatim),  # ISO date
    Column("batch", ForeignKey("batch.number"), nullable=False),
    CheckConstraint("unit_cost IS NULL OR currency IS NOT NULL", name="cost_has_currency"),
)
