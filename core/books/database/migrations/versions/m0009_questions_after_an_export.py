"""Indexes of the few lines that may ask something after their export, so that no other line is read to tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three indexes, each of the lines alone that may ask."""
    for name, table, column, which in (
        ("open_goods", "costed_line", "key", """replace(told, '"disposition": ""', '') <> told"""),
        ("original_key", "costed_line", "original_key", "original_key IS NOT NULL"),
        ("asked_words", "transaction", "settlement", "(event = 'other' OR replace(typed, ',null,', '') <> typed)"),
    ):
        where: sa.ColumnElement[bool] = sa.literal_column(which)
        op.create_index(f"ix_{table}_{name}", table, [column], sqlite_where=where, postgresql_where=where)
