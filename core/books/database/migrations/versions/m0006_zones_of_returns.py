"""The time zone that a reported return names: a report that lost it has the same return."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; it is empty for what is stored, which is known by its moment as before."""
    op.add_column("goods_back", sa.Column("utc_offset", sa.BigInteger()))
