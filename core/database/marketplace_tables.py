"""The tables of what marketplaces offered beside settlements: which documents were pulled. Append-only."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table

from core.database.column_types import Moment, Verbatim
from core.database.schema import RowId, metadata

pulled_document = Table(
    "pulled_document",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("store", ForeignKey("store.name"), nullable=False),
    Column("document_id", Verbatim, nullable=False),  # the marketplace's own
    Column("name", Verbatim, nullable=False),
    Column("final", Boolean, nullable=False),  # whether it will never change
    Column("sha256", Verbatim),  # of the bytes that came; missing where none did
    Column("outcome", Verbatim, nullable=False),
    Column("reason", Verbatim, nullable=False),  # why it failed
    Column("pulled_at", Moment, nullable=False),
    Index(None, "store", "document_id"),
)
