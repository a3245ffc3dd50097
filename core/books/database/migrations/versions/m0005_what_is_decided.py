"""Declared words, every file of a settlement, nothing deleted, and entries that can be written again.

Beside the transactions: what their words say of goods and money; all files that a settlement is made of; lines and
settlements that were superseded or removed; what exported settlements hold as they are read now; what an entry lacked
to be written again; true-ups taken up again; what pulled documents say of the units of their orders; the SKU that
somebody typed for a line that names none; between which accounts a true-up moves cost; costed
lines, kept for the state of the books that they are of; and what each row said when it was stored.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
WHOLE = sa.BigInteger()
MONEY = sa.BigInteger()  # millionths
MOMENT = sa.BigInteger()  # microseconds since 1970, UTC

AMOUNTS = (
    "principal",
    "shipping",
    "giftwrap",
    "tax",
    "tax_withheld",
    "promotion",
    "referral_fee",
    "fulfilment_fee",
    "other_fee",
    "other",
    "net",
)


def upgrade() -> None:
    """Add columns and tables; each stored settlement is made of the one file it came from, in its own batch.

    The new columns are empty for what is stored: such rows were read by the first reader and are judged as they were.
    Order units are filled as documents are read again or pulled.
    """
    for name in ("goods", "typed", "tax_code"):
        op.add_column("transaction", sa.Column(name, TEXT))
    op.add_column("override", sa.Column("sku", TEXT))
    for name, kind in (("event", TEXT), ("goods", TEXT), ("units", WHOLE), ("sku", TEXT)):
        op.add_column("override", sa.Column(f"asked_{name}", kind))
    for name in ("event_was", "sku_was", "event_now", "sku_now"):
        op.add_column("true_up", sa.Column(name, TEXT))
    op.add_column("store", sa.Column("ended_batch", NUMBER))
    op.add_column("settlement", sa.Column("derived_id", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("settlement", sa.Column("incomplete", TEXT))
    op.add_column("settlement", sa.Column("ended_batch", NUMBER))
    op.add_column("settlement", sa.Column("later_reader", NUMBER))
    op.add_column("settlement", sa.Column("apart_from", TEXT))
    op.add_column("transaction", sa.Column("batch", NUMBER))
    op.execute(
        'UPDATE "transaction" SET batch = '
        '(SELECT settlement.batch FROM settlement WHERE settlement.id = "transaction".settlement)'
    )
    _create_ended_settlement()
    _create_transactions("ended_transaction", ended=False)
    _create_transactions("later_transaction", ended=True)
    _create_settlement_file()
    op.execute(
        'INSERT INTO settlement_file (settlement, sha256, "use", batch) '
        "SELECT id, sha256, 'part', batch FROM settlement ORDER BY id"
    )
    _let_entries_be_written_again()
    _create_order_units()
    _create_reimbursement()
    _create_left_stock()
    _create_costed_lines()
    _create_seal()


def _create_ended_settlement() -> None:
    op.create_table(
        "ended_settlement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("total", MONEY),
        sa.Column("sum", MONEY, nullable=False),
        sa.Column("ties_out", sa.Boolean(), nullable=False),
        sa.Column("lines", NUMBER, nullable=False),
        sa.Column("period_start", MOMENT),
        sa.Column("period_end", MOMENT),
        sa.Column("deposit_at", MOMENT),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("reader_version", NUMBER, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("ended_batch", NUMBER, nullable=False),
        sa.Column("problems", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_ended_settlement_settlement")),
        sa.ForeignKeyConstraint(["sha256"], ["original_file.sha256"], name=op.f("fk_ended_settlement_sha256")),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_ended_settlement_batch")),
        sa.ForeignKeyConstraint(["ended_batch"], ["batch.number"], name=op.f("fk_ended_settlement_ended_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_settlement")),
    )
    op.create_index(op.f("ix_ended_settlement_settlement"), "ended_settlement", ["settlement"], unique=False)


def _create_transactions(table: str, *, ended: bool) -> None:
    """Make a table of transactions that are not those in force; `ended` says whether a row may still be in force."""
    op.create_table(
        table,
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ended_batch", NUMBER, nullable=ended),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        *_of_transaction(),
        sa.Column("batch", NUMBER),
        sa.ForeignKeyConstraint(["ended_batch"], ["batch.number"], name=op.f(f"fk_{table}_ended_batch")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f(f"fk_{table}_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name in ("ended_batch", "key", "settlement"):
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)


def _of_transaction() -> list[sa.Column[Any]]:
    return [
        sa.Column("group_key", TEXT, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("raw_type", TEXT),
        sa.Column("raw_description", TEXT),
        sa.Column("order_id", TEXT),
        sa.Column("order_item_id", TEXT),
        sa.Column("shipment_id", TEXT),
        sa.Column("adjustment_id", TEXT),
        sa.Column("sku", TEXT),
        sa.Column("marketplace", TEXT),
        sa.Column("fulfilment", TEXT),
        sa.Column("posted_at", MOMENT),
        sa.Column("quantity", WHOLE),
        sa.Column("quantity_source", TEXT),
        sa.Column("stock_effect", TEXT),
        sa.Column("currency", TEXT, nullable=False),
        *(sa.Column(name, MONEY, nullable=False) for name in AMOUNTS),
        sa.Column("lines", NUMBER, nullable=False),
        sa.Column("merchant_order_id", TEXT),
        sa.Column("goods", TEXT),
        sa.Column("typed", TEXT),
        sa.Column("tax_code", TEXT),
    ]


def _create_settlement_file() -> None:
    op.create_table(
        "settlement_file",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("use", TEXT, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("ended_batch", NUMBER),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_settlement_file_settlement")),
        sa.ForeignKeyConstraint(["sha256"], ["original_file.sha256"], name=op.f("fk_settlement_file_sha256")),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_settlement_file_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_file")),
    )
    for name in ("settlement", "sha256"):
        op.create_index(op.f(f"ix_settlement_file_{name}"), "settlement_file", [name], unique=False)


def _let_entries_be_written_again() -> None:
    op.add_column("entry", sa.Column("store", TEXT))
    op.add_column("entry", sa.Column("name", TEXT))
    op.add_column("entry_line", sa.Column("number", TEXT))
    op.add_column("entry_line", sa.Column("tax_code", TEXT))
    op.add_column("entry_line", sa.Column("is_bank", sa.Boolean()))
    op.create_table(
        "taken_up",
        sa.Column("true_up", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_taken_up_batch")),
        sa.ForeignKeyConstraint(["true_up"], ["true_up.id"], name=op.f("fk_taken_up_true_up")),
        sa.PrimaryKeyConstraint("true_up", name=op.f("pk_taken_up")),
    )


def _create_order_units() -> None:
    op.create_table(
        "order_units",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("store", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("item_id", TEXT, nullable=False),
        sa.Column("sku", TEXT),
        sa.Column("units", WHOLE, nullable=False),
        sa.Column("fulfilled", WHOLE),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("first_paid_at", MOMENT),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_order_units_batch")),
        sa.ForeignKeyConstraint(["sha256"], ["original_file.sha256"], name=op.f("fk_order_units_sha256")),
        sa.ForeignKeyConstraint(["store"], ["store.name"], name=op.f("fk_order_units_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_units")),
    )
    op.create_index(op.f("ix_order_units_sha256"), "order_units", ["sha256"], unique=False)


def _create_reimbursement() -> None:
    op.create_table(
        "reimbursement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("store", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("reimbursement_id", TEXT, nullable=False),
        sa.Column("approved_at", MOMENT),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("raw", TEXT, nullable=False),
        sa.Column("sku", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", MONEY),
        sa.Column("units_cash", WHOLE),
        sa.Column("units_inventory", WHOLE),
        sa.Column("original_id", TEXT, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_reimbursement_batch")),
        sa.ForeignKeyConstraint(["sha256"], ["original_file.sha256"], name=op.f("fk_reimbursement_sha256")),
        sa.ForeignKeyConstraint(["store"], ["store.name"], name=op.f("fk_reimbursement_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reimbursement")),
    )
    op.create_index(op.f("ix_reimbursement_sha256"), "reimbursement", ["sha256"], unique=False)


def _create_left_stock() -> None:
    op.create_table(
        "left_stock",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("names", TEXT, nullable=False),
        sa.Column("product_id", TEXT, nullable=False),
        sa.Column("record_date", TEXT, nullable=False),
        sa.Column("units", WHOLE),
        sa.Column("unit_cost", MONEY),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("cause", TEXT),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_left_stock_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_stock")),
    )
    places = ["order_id", "product_id", "record_date"]
    op.create_index(op.f("ix_left_stock_order_id_product_id_record_date"), "left_stock", places, unique=False)


def _create_costed_lines() -> None:
    """Make the tables of costed lines, empty: they are filled by the rules of the program that costs them first."""
    one_row: dict[str, list[tuple[str, Any]]] = {
        "books_state": [("number", WHOLE), ("token", TEXT)],
        "costed_state": [("state", TEXT), ("rules", TEXT), ("batch", NUMBER)],
    }
    for table, columns in one_row.items():
        op.create_table(
            table,
            sa.Column("row", NUMBER, autoincrement=False, nullable=False),
            *(sa.Column(name, kind, nullable=False) for name, kind in columns),
            sa.CheckConstraint('"row" = 1', name=op.f(f"ck_{table}_only_one")),
            sa.PrimaryKeyConstraint("row", name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "writing",
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("before", "after", "changed", "said")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_writing")),
    )
    op.create_table(
        "costed_settlement",
        sa.Column("settlement", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("ties", TEXT, nullable=False),
        sa.Column("first_posted", MOMENT),
        sa.Column("last_posted", MOMENT),
        sa.Column("totals", TEXT),
        sa.Column("noted", TEXT),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_costed_settlement_settlement")),
        sa.PrimaryKeyConstraint("settlement", name=op.f("pk_costed_settlement")),
    )
    _create_costed_line()
    _create_shown_line()


def _create_costed_line() -> None:
    op.create_table(
        "costed_line",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        sa.Column("cost_status", TEXT, nullable=False),
        sa.Column("cause", TEXT),
        sa.Column("unit_cost", MONEY),
        sa.Column("cost_currency", TEXT),
        sa.Column("cost_quantity", WHOLE),
        sa.Column("cogs", MONEY),
        sa.Column("cost_source", TEXT),
        sa.Column("cost_as_of", MOMENT),
        sa.Column("cost_note", TEXT),
        sa.Column("original_key", TEXT),
        sa.Column("proposed_cost", MONEY),
        sa.Column("proposal", TEXT),
        sa.Column("proposal_as_of", MOMENT),
        sa.Column("finale_cost", MONEY),
        sa.Column("suspect", TEXT),
        sa.Column("disposition", TEXT),
        sa.Column("product_id", TEXT),
        sa.Column("description", TEXT),
        sa.Column("version", WHOLE),
        sa.Column("stated_sku", TEXT),
        sa.Column("units_typed", WHOLE),
        sa.Column("proposal_taken", sa.Boolean()),
        sa.Column("tax_kind", TEXT),
        sa.Column("cost_sku", TEXT),
        sa.Column("moment", WHOLE, nullable=False),
        sa.Column("order_name", TEXT),
        sa.Column("merchant_name", TEXT),
        sa.Column("tie_sku", TEXT),
        sa.Column("tie_odd", sa.Boolean(), nullable=False),
        sa.Column("told", TEXT),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_costed_line_settlement")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_costed_line")),
    )
    for name in ("settlement", "cause", "order_name", "merchant_name", "tie_sku"):
        op.create_index(op.f(f"ix_costed_line_{name}"), "costed_line", [name], unique=False)
    op.create_index(op.f("ix_costed_line_cost_sku_moment"), "costed_line", ["cost_sku", "moment"], unique=False)


def _create_shown_line() -> None:
    op.create_table(
        "shown_line",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        *_of_transaction(),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_shown_line_settlement")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_shown_line")),
    )
    op.create_index(op.f("ix_shown_line_settlement"), "shown_line", ["settlement"], unique=False)


def _create_seal() -> None:
    """Make the table; what is stored is sealed once all migrations have run."""
    op.create_table(
        "seal",
        sa.Column("table", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("row", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("table", "key", name=op.f("pk_seal")),
    )
