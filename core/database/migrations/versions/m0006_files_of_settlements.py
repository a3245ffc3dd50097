"""All files that a settlement is made of; and lines and settlements that were superseded or removed are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
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
    """Add columns and tables; each stored settlement is made of the one file it came from, in its own batch."""
    op.add_column("store", sa.Column("ended_batch", NUMBER))
    op.add_column("settlement", sa.Column("derived_id", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("settlement", sa.Column("incomplete", TEXT))
    op.add_column("settlement", sa.Column("ended_batch", NUMBER))
    op.add_column("transaction", sa.Column("batch", NUMBER))
    op.execute(
        'UPDATE "transaction" SET batch = '
        '(SELECT settlement.batch FROM settlement WHERE settlement.id = "transaction".settlement)'
    )
    _create_ended_settlement()
    _create_ended_transaction()
    _create_settlement_file()
    op.execute(
        'INSERT INTO settlement_file (settlement, sha256, "use", batch) '
        "SELECT id, sha256, 'part', batch FROM settlement ORDER BY id"
    )


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


def _create_ended_transaction() -> None:
    op.create_table(
        "ended_transaction",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ended_batch", NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
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
        sa.Column("batch", NUMBER),
        sa.ForeignKeyConstraint(["ended_batch"], ["batch.number"], name=op.f("fk_ended_transaction_ended_batch")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_ended_transaction_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_transaction")),
    )
    for name in ("ended_batch", "key", "settlement"):
        op.create_index(op.f(f"ix_ended_transaction_{name}"), "ended_transaction", [name], unique=False)


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
