"""What pulled documents say of the units of their orders, so that they are counted over all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
WHOLE = sa.BigInteger()
MOMENT = sa.BigInteger()  # microseconds since 1970, UTC


def upgrade() -> None:
    """Make the table; books of older versions have it filled as their documents are read again or pulled."""
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
