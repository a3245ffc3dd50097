"""What an entry lacked to be written again, and the dismissed true-ups that were taken up again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns and a table; what is stored stays as it is, and its new columns are missing."""
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
