"""What the words of a transaction say of goods and money, beside the transaction; its tax code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns, empty for what is stored: such rows were read by the first reader and are judged as they were."""
    for name in ("goods", "typed", "tax_code"):
        op.add_column("transaction", sa.Column(name, TEXT))
