"""The outbox: files of entries, stored with the entries, and when each was written.

Entries of older versions have no file here: theirs were written beside the books, or never.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add three tables; they are empty for what is stored."""
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("machine", TEXT, nullable=False),
        sa.Column("folder", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "outbox_entry",
        sa.Column("outbox", ROW_ID, nullable=False),
        sa.Column("entry", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name=op.f("fk_outbox_entry_outbox")),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("fk_outbox_entry_entry")),
        sa.PrimaryKeyConstraint("outbox", "entry", name=op.f("pk_outbox_entry")),
    )
    op.create_index(op.f("ix_outbox_entry_entry"), "outbox_entry", ["entry"], unique=False)
    op.create_table(
        "outbox_end",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("outbox", ROW_ID, nullable=False),
        sa.Column("path", TEXT),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name=op.f("fk_outbox_end_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_end")),
    )
    op.create_index(op.f("ix_outbox_end_outbox"), "outbox_end", ["outbox"], unique=False)
