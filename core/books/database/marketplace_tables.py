"""The tables of what marketplaces offer beside settlements: documents, returned goods, reimbursements, units of orders.

Append-only.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table

from core.books.database.column_types import Moment, Money, RowId, Verbatim, Word, metadata
from core.model import Disposition

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
goods_back = Table(
    "goods_back",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("store", ForeignKey("store.name"), nullable=False),
    Column("sha256", ForeignKey("original_file.sha256"), nullable=False, index=True),  # of the file that says so
    Column("order_id", Verbatim, nullable=False),
    Column("sku", Verbatim, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("disposition", Word(Disposition, "a disposition"), nullable=False),
    Column("raw", Verbatim, nullable=False),  # the marketplace's own word
    Column("returned_at", Moment),
    Column("reference", Verbatim),  # the marketplace's own number of the unit
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("utc_offset", BigInteger),  # in minutes, of the zone that the row names; empty also before revision 0006
)
reimbursement = Table(
    "reimbursement",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("store", ForeignKey("store.name"), nullable=False),
    Column("sha256", ForeignKey("original_file.sha256"), nullable=False, index=True),  # of the file that says so
    Column("reimbursement_id", Verbatim, nullable=False),
    Column("approved_at", Moment),
    Column("order_id", Verbatim, nullable=False),
    Column("raw", Verbatim, nullable=False),  # the marketplace's own word for the reason
    Column("sku", Verbatim, nullable=False),
    Column("currency", Verbatim, nullable=False),
    Column("amount", Money),
    Column("units_cash", BigInteger),
    Column("units_inventory", BigInteger),
    Column("original_id", Verbatim, nullable=False),  # of the reimbursement that is taken back
    Column("batch", ForeignKey("batch.number"), nullable=False),
)
order_units = Table(
    "order_units",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("store", ForeignKey("store.name"), nullable=False),
    Column("sha256", ForeignKey("original_file.sha256"), nullable=False, index=True),  # of the document that says so
    Column("order_id", Verbatim, nullable=False),
    Column("item_id", Verbatim, nullable=False),
    Column("sku", Verbatim),
    Column("units", BigInteger, nullable=False),
    Column("fulfilled", BigInteger),
    Column("as_of", Moment, nullable=False),
    Column("first_paid_at", Moment),
    Column("batch", ForeignKey("batch.number"), nullable=False),
)
