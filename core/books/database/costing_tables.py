"""The tables of what costing said: made from the books, and made again from them whenever they have changed.

Nothing here is evidence. Every writing moves the books to their next state (`books_state`); what is kept holds for the
state that `costed_state` names, and for no other until it is brought along.

See docs/design/books.md, Costed lines are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, literal_column

from core.books.database.column_types import Moment, Money, Verbatim, metadata
from core.books.database.tables import transaction

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

books_state = Table(
    "books_state",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),  # of writings so far
    Column("token", Verbatim, nullable=False),  # drawn anew each time: a copy of the books goes ways of its own
    CheckConstraint('"row" = 1', name="only_one"),
)
writing = Table(
    "writing",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the state that it led to
    Column("before", Verbatim, nullable=False),  # the state that the books were in
    Column("after", Verbatim, nullable=False),
    Column("changed", Verbatim, nullable=False),  # JSON: the tables that were written to
    Column("said", Verbatim, nullable=False),  # JSON: of which orders, products and SKUs the inventory system said what
)
"""What led from one state of the books to the next, as far back as what is kept may be."""
costed_state = Table(
    "costed_state",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("state", Verbatim, nullable=False),  # of the books that the kept lines are of
    Column("rules", Verbatim, nullable=False),  # the version of the rules that costed them
    Column("batch", Integer, nullable=False),  # the newest one that the books had
    CheckConstraint('"row" = 1', name="only_one"),
)
proposed_state = Table(
    "proposed_state",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("state", Verbatim, nullable=False),  # of the kept lines: all true-ups are proposed but those that are due
    CheckConstraint('"row" = 1', name="only_one"),
)
due_true_up = Table("due_true_up", metadata, Column("key", Verbatim, primary_key=True))
"""Lines with which all that may be tied to them is to be compared anew with what the books hold."""
NOTES = frozenset({one.name for one in (proposed_state, due_true_up)})
"""Tables that are written beside what they are about, without moving the books to another state."""
costed_settlement = Table(
    "costed_settlement",
    metadata,
    Column("settlement", ForeignKey("settlement.id"), primary_key=True, autoincrement=False),
    Column("digest", Verbatim, nullable=False),  # of its kept lines, so that those that are as before stay
    Column("ties", Verbatim, nullable=False),  # a digest of what is kept beside them to find them by
    Column("first_posted", Moment),  # the moment of its first line; missing where none has one
    Column("last_posted", Moment),
    Column("totals", Verbatim),  # what its lines come to, as JSON: `core.books.costed_lines.line_totals`
    Column("noted", Verbatim),  # its remarks and the SKUs of its lines, as JSON; missing where these may be others
)
HAS_OPEN_GOODS: ColumnElement[bool] = literal_column("""replace(told, '"disposition": ""', '') <> told""")
"""Whether `told` of a kept line says that what became of its goods is in no word that is known.

As it stands here, without a value that is passed, a database finds such lines by their index alone.
"""
costed_line = Table(
    "costed_line",
    metadata,
    Column("key", Verbatim, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    Column("cost_status", Verbatim, nullable=False),
    Column("cause", Verbatim, index=True),
    Column("unit_cost", Money),
    Column("cost_currency", Verbatim),
    Column("cost_quantity", BigInteger),
    Column("cogs", Money),
    Column("cost_source", Verbatim),
    Column("cost_as_of", Moment),
    Column("cost_note", Verbatim),
    Column("original_key", Verbatim),
    Column("proposed_cost", Money),
    Column("proposal", Verbatim),
    Column("proposal_as_of", Moment),
    Column("finale_cost", Money),
    Column("suspect", Verbatim),
    Column("disposition", Verbatim),
    Column("product_id", Verbatim),
    Column("description", Verbatim),
    Column("version", BigInteger),
    Column("stated_sku", Verbatim),
    Column("units_typed", BigInteger),
    Column("proposal_taken", Boolean),
    Column("tax_kind", Verbatim),
    # By what other lines find it, and what documents told of it: `core.books.costed_lines.line_ties`.
    Column("cost_sku", Verbatim),
    Column("moment", BigInteger, nullable=False),
    Column("order_name", Verbatim, index=True),
    Column("merchant_name", Verbatim, index=True),
    Column("tie_sku", Verbatim, index=True),
    Column("tie_odd", Boolean, nullable=False),
    Column("told", Verbatim),
    Index(None, "cost_sku", "moment"),
    Index("ix_costed_line_open_goods", "key", sqlite_where=HAS_OPEN_GOODS),
    Index("ix_costed_line_original_key", "original_key", sqlite_where=literal_column("original_key IS NOT NULL")),
)
shown_line = Table(
    "shown_line",
    metadata,
    Column("key", Verbatim, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    *(
        Column(column.name, column.type, nullable=column.nullable)
        for column in transaction.c
        if column.name not in ("key", "settlement", "batch")
    ),
)
"""Lines that the books show otherwise than they are stored: a word that was answered, units that an order tells."""
