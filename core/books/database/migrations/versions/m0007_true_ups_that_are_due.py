"""Of which exported lines true-ups are to be proposed anew, so that a sync looks at no others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, empty: nothing is known of what is stored, so that the next sync looks at every line."""
    op.create_table(
        "proposed_state",
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.CheckConstraint('"row" = 1', name=op.f("ck_proposed_state_only_one")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_proposed_state")),
    )
    op.create_table(
        "due_true_up",
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_due_true_up")),
    )
