"""The day an order was placed, and rates of exchange."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a column and a table; what is stored stays as it is."""
    op.add_column("observation", sa.Column("order_date", TEXT))
    op.create_table(
        "exchange_rate",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("base", TEXT, nullable=False),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("day", TEXT, nullable=False),
        sa.Column("rate", TEXT),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_exchange_rate_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
    )
    op.create_index(op.f("ix_exchange_rate_quote_day"), "exchange_rate", ["quote", "day"], unique=False)
