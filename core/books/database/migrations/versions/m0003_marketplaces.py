"""What marketplaces offer beside settlements: pulled documents, goods that came back, the seller's order numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
WHOLE = sa.BigInteger()
MOMENT = sa.BigInteger()  # microseconds since 1970, UTC


def upgrade() -> None:
    """Make the tables that marketplaces need."""
    _create_pulled_document()
    _create_goods_back()
    op.add_column("original_file", sa.Column("scrubbed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("transaction", sa.Column("merchant_order_id", TEXT))


def _create_pulled_document() -> None:
    op.create_table(
        "pulled_document",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("store", TEXT, nullable=False),
        sa.Column("document_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("sha256", TEXT),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("pulled_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["store"], ["store.name"], name=op.f("fk_pulled_document_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulled_document")),
    )
    op.create_index(
        op.f("ix_pulled_document_store_document_id"), "pulled_document", ["store", "document_id"], unique=False
    )


def _create_goods_back() -> None:
    op.create_table(
        "goods_back",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("store", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("sku", TEXT, nullable=False),
        sa.Column("units", WHOLE, nullable=False),
        sa.Column("disposition", TEXT, nullable=False),
        sa.Column("raw", TEXT, nullable=False),
        sa.Column("returned_at", MOMENT),
        sa.Column("reference", TEXT),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_goods_back_batch")),
        sa.ForeignKeyConstraint(["sha256"], ["original_file.sha256"], name=op.f("fk_goods_back_sha256")),
        sa.ForeignKeyConstraint(["store"], ["store.name"], name=op.f("fk_goods_back_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_back")),
    )
    op.create_index(op.f("ix_goods_back_sha256"), "goods_back", ["sha256"], unique=False)
