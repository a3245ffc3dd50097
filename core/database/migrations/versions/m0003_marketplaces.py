"""Which documents were pulled from the marketplaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.BigInteger()  # microseconds since 1970, UTC


def upgrade() -> None:
    """Make the tables that marketplaces need."""
    _create_pulled_document()


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
