"""The tables, as the newest migration leaves them.

Append-only, because an auditor must be able to ask what was known when: batch, setting, original_file, observation,
mapping, override. The one exception: `seen_at` of an observation or mapping moves when the same answer comes again, so
that a daily sync of an unchanged catalogue does not grow the books. Every amount has its currency in a column beside
it.

`transaction` and `settlement` hold what is in force. What a file or a person ended stands in `ended_transaction` and
`ended_settlement`, with the batch that ended it, so that the knowledge of a past day can be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    false,
    literal_column,
)

from core.books.database.column_types import Moment, Money, RowId, Verbatim, Word, metadata
from core.frame_columns import AMOUNT_COLUMNS
from core.model import Cause, Disposition, Event, Goods, Marketplace, Severity, StockEffect
from core.typed_amounts import NOT_DECLARED

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

company = Table(
    "company",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("id", Verbatim, nullable=False),
    Column("name", Verbatim, nullable=False),
    Column("home_currency", Verbatim, nullable=False),
    Column("database_id", Verbatim, nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint('"row" = 1', name="only_one"),
)
setting = Table(
    "setting",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Verbatim, nullable=False, index=True),
    Column("value", Verbatim, nullable=False),  # JSON; the newest row of a key holds
    Column("changed_by", Verbatim, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
store = Table(
    "store",
    metadata,
    Column("name", Verbatim, primary_key=True),  # part of every line key, therefore never renamed
    Column("marketplace", Word(Marketplace, "a marketplace"), nullable=False),
    Column("ended_batch", Integer),  # the batch that removed it; missing: it is in force
)
batch = Table(
    "batch",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Verbatim, nullable=False),
    Column("who", Verbatim, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Verbatim, nullable=False),
    Column("undoes", ForeignKey("batch.number")),
)
original_file = Table(
    "original_file",
    metadata,
    Column("sha256", Verbatim, primary_key=True),  # of the bytes as they came, before anything was left out
    Column("name", Verbatim, nullable=False),
    Column("content", LargeBinary, nullable=False),  # zlib
    Column("imported_at", Moment, nullable=False),
    Column("scrubbed", Boolean, nullable=False, server_default=false()),  # personal data is left out of the content
)
settlement = Table(
    "settlement",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("store", ForeignKey("store.name"), nullable=False),
    Column("settlement_id", Verbatim, nullable=False),
    Column("format", Verbatim, nullable=False),
    Column("kind", Verbatim, nullable=False),
    Column("marketplace", Verbatim, nullable=False),
    Column("currency", Verbatim, nullable=False),
    Column("total", Money),
    Column("sum", Money, nullable=False),
    Column("ties_out", Boolean, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("period_start", Moment),
    Column("period_end", Moment),
    Column("deposit_at", Moment),
    Column("sha256", ForeignKey("original_file.sha256"), nullable=False, index=True),
    Column("reader_version", Integer, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("settlement_entry", Verbatim, nullable=False),
    Column("cogs_entry", Verbatim, nullable=False),
    Column("derived_id", Boolean, nullable=False, server_default=false()),  # the id is made of dates, not stated
    Column("incomplete", Verbatim),  # why rows of it are missing or may be; missing: none are known to be
    Column("ended_batch", Integer),  # the batch that removed it; missing: it is in force
    Column("later_reader", Integer),  # that read its files since, where its rows were left as they are
    Column("apart_from", Verbatim),  # settlements that somebody said are other payouts: a JSON list of `store/id`
    UniqueConstraint("store", "settlement_id"),
)
"""One row per settlement, as it is in force; imported again after a removal it keeps its number."""
ended_settlement = Table(
    "ended_settlement",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    Column("format", Verbatim, nullable=False),
    Column("kind", Verbatim, nullable=False),
    Column("currency", Verbatim, nullable=False),
    Column("total", Money),
    Column("sum", Money, nullable=False),
    Column("ties_out", Boolean, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("period_start", Moment),
    Column("period_end", Moment),
    Column("deposit_at", Moment),
    Column("sha256", ForeignKey("original_file.sha256"), nullable=False),
    Column("reader_version", Integer, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("ended_batch", ForeignKey("batch.number"), nullable=False),
    Column("problems", Verbatim, nullable=False),  # JSON
)
"""What a settlement was before a batch gave it other contents, or took it out of the books."""
settlement_file = Table(
    "settlement_file",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    Column("sha256", ForeignKey("original_file.sha256"), nullable=False, index=True),
    Column("use", Verbatim, nullable=False),  # FileUse
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("ended_batch", Integer),
)
"""Every file that a settlement is made of (overlapping exports of one payout), or that came after it went out."""
HAS_ASKED_WORDS: ColumnElement[bool] = literal_column(
    f"(event = '{Event.OTHER}' OR replace(typed, '{NOT_DECLARED}', '') <> typed)"
)
"""Whether a line holds a word that nobody has declared.

As it stands here, without a value that is passed, a database finds such lines by their index alone.
"""
transaction = Table(
    "transaction",
    metadata,
    Column("key", Verbatim, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    Column("group_key", Verbatim, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("event", Word(Event, "an event"), nullable=False),
    Column("raw_type", Verbatim),
    Column("raw_description", Verbatim),
    Column("order_id", Verbatim, index=True),
    Column("order_item_id", Verbatim),
    Column("shipment_id", Verbatim),
    Column("adjustment_id", Verbatim),
    Column("sku", Verbatim, index=True),
    Column("marketplace", Verbatim),
    Column("fulfilment", Verbatim),
    Column("posted_at", Moment),
    Column("quantity", BigInteger),
    Column("quantity_source", Verbatim),
    Column("stock_effect", Word(StockEffect, "an effect on the stock")),
    Column("currency", Verbatim, nullable=False),  # of every amount of the row
    *(Column(name, Money, nullable=False) for name in AMOUNT_COLUMNS),
    Column("net", Money, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("merchant_order_id", Verbatim),
    Column(
        "goods", Word(Goods, "what became of goods")
    ),  # missing: stored by reader 1, whose words are judged as they were then
    Column("typed", Verbatim),  # JSON, see core.typed_amounts
    Column("tax_code", Verbatim),
    Column("batch", Integer),  # the batch that brought it
    Index("ix_transaction_asked_words", "settlement", sqlite_where=HAS_ASKED_WORDS),
)
ended_transaction = Table(
    "ended_transaction",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("ended_batch", ForeignKey("batch.number"), nullable=False, index=True),
    Column("key", Verbatim, nullable=False, index=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    *(
        Column(column.name, column.type, nullable=column.nullable)
        for column in transaction.c
        if column.name not in ("key", "settlement")
    ),
)
"""Lines that were in force until a batch superseded or removed them."""
later_transaction = Table(
    "later_transaction",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("ended_batch", ForeignKey("batch.number"), index=True),  # missing: it is what is read now
    Column("key", Verbatim, nullable=False, index=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    *(
        Column(column.name, column.type, nullable=column.nullable)
        for column in transaction.c
        if column.name not in ("key", "settlement")
    ),
)
"""What exported settlements hold as they are read now; their own rows, which their locks hash, stay."""
problem = Table(
    "problem",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    Column("severity", Word(Severity, "a severity"), nullable=False),
    Column("message", Verbatim, nullable=False),
    Column("where", Verbatim, nullable=False),
)
observation = Table(
    "observation",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("answer", BigInteger, nullable=False, index=True),  # rows of one answer about one fact have one number
    Column("kind", Verbatim, nullable=False),
    Column("order_id", Verbatim, index=True),
    Column("product_id", Verbatim),
    Column("unit_cost", Money),
    Column("currency", Verbatim),
    Column("units", BigInteger),
    Column("cause", Word(Cause, "a cause of a missing cost")),
    Column("record_date", Verbatim),
    Column("fetched_at", Moment, nullable=False),
    Column("raw", Verbatim),
    Column("source", Verbatim),
    Column("match_rule", Verbatim),
    Column("seen_at", Moment, nullable=False),
    Column("order_date", Verbatim),
    Index(None, "kind", "product_id"),
    CheckConstraint("unit_cost IS NULL OR currency IS NOT NULL", name="cost_has_currency"),
)
mapping = Table(
    "mapping",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Column("sku", Verbatim, nullable=False),
    Column("answer", Integer, nullable=False),  # 1, 2, ... per SKU; the rows of one answer belong together (a kit)
    Column("product_id", Verbatim),
    Column("units", BigInteger),
    Column("description", Verbatim),
    Column("rule", Verbatim),
    Column("typed_in", Boolean, nullable=False),  # by a person, not found by a sync
    Column("fetched_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "sku", "answer"),
)
left_stock = Table(
    "left_stock",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("order_id", Verbatim, nullable=False),
    Column("names", Verbatim, nullable=False),  # JSON: every id under which a marketplace may know the order
    Column("product_id", Verbatim, nullable=False),
    Column("record_date", Verbatim, nullable=False),  # ISO date
    Column("units", BigInteger),
    Column("unit_cost", Money),
    Column("currency", Verbatim, nullable=False),
    Column("cause", Word(Cause, "a cause of a missing cost")),
    Column("fetched_at", Moment, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Index(None, "order_id", "product_id", "record_date"),
)
"""What left stock on orders that a sync did not ask for; the newest row of an order, product and day holds."""
override = Table(
    "override",
    metadata,
    Column("key", Verbatim, primary_key=True),  # outlives its transaction: a view's lines are replaced by the record's
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("batch", ForeignKey("batch.number"), nullable=False, index=True),
    Column("unit_cost", Money),
    Column("currency", Verbatim),
    Column("zero_confirmed", Boolean, nullable=False),
    Column("disposition", Word(Disposition, "a disposition")),
    Column("units_back", BigInteger),
    Column("kind", Verbatim),  # how the cost came about; missing where the override sets none
    Column("note", Verbatim),
    Column("saved_by", Verbatim, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("shown_cost", Money),
    Column("shown_currency", Verbatim),
    Column("shown_kind", Verbatim),
    Column("shown_as_of", Moment),
    Column("sku", Verbatim),  # typed for a line that names none itself
    Column("asked_event", Verbatim),  # the question that it answers: what the line was when it was saved
    Column("asked_goods", Verbatim),
    Column("asked_units", BigInteger),
    Column("asked_sku", Verbatim),
    CheckConstraint("version >= 1", name="version_from_one"),
    CheckConstraint("unit_cost IS NULL OR currency IS NOT NULL", name="cost_has_currency"),
    CheckConstraint("shown_cost IS NULL OR shown_currency IS NOT NULL", name="shown_cost_has_currency"),
)
sync_run = Table(
    "sync_run",
    metadata,
    Column("batch", ForeignKey("batch.number"), primary_key=True),
    Column("account", Verbatim, nullable=False),
    Column("mode", Verbatim),
    Column("asked", Verbatim, nullable=False),  # JSON
    Column("progress", Verbatim, nullable=False),  # JSON
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
)
probe_cache = Table(
    "probe_cache",
    metadata,
    Column("account", Verbatim, primary_key=True),
    Column("content", Verbatim, nullable=False),  # JSON
    Column("fetched_at", Moment, nullable=False),
)
exchange_rate = Table(
    "exchange_rate",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("base", Verbatim, nullable=False),
    Column("quote", Verbatim, nullable=False),
    Column("day", Verbatim, nullable=False),  # ISO date
    Column("rate", Verbatim),  # as it was published, every digit; missing: taken back
    Column("source", Verbatim, nullable=False),
    Column("batch", ForeignKey("batch.number"), nullable=False),
    Index(None, "quote", "day"),
)
"""One unit of `base` is `rate` units of `quote`."""
seal = Table(
    "seal",
    metadata,
    Column("table", Verbatim, primary_key=True),
    Column("key", Verbatim, primary_key=True),  # JSON: what names the row
    Column("row", Verbatim, nullable=False),  # JSON: what it said; empty: Cogsheet took it away
)
"""What each row of other tables said when it was stored, see `core.books.database.seals`."""
