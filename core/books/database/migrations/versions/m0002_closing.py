"""Locks, entries, true-ups and opening costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
WHOLE = sa.BigInteger()
MONEY = sa.BigInteger()  # millionths
MOMENT = sa.BigInteger()  # microseconds since 1970, UTC


def upgrade() -> None:
    """Make every table, those first that others point to."""
    _create_opening_cost()
    _create_entry()
    _create_lock()
    _create_entry_line()
    _create_locked_line()
    _create_reopening()
    _create_true_up()
    _create_true_up_decision()


def _create_opening_cost() -> None:
    op.create_table(
        "opening_cost",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sku", TEXT, nullable=False),
        sa.Column("unit_cost", MONEY),
        sa.Column("currency", TEXT),
        sa.Column("as_of", TEXT),
        sa.Column("batch", NUMBER, nullable=False),
        sa.CheckConstraint("unit_cost IS NULL OR currency IS NOT NULL", name=op.f("ck_opening_cost_cost_has_currency")),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_opening_cost_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_cost")),
    )
    op.create_index(op.f("ix_opening_cost_sku"), "opening_cost", ["sku"], unique=False)


def _create_entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("settlement", ROW_ID),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("entry_date", TEXT, nullable=False),
        sa.Column("memo", TEXT, nullable=False),
        sa.Column("reverses", ROW_ID),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_entry_batch")),
        sa.ForeignKeyConstraint(["reverses"], ["entry.id"], name=op.f("fk_entry_reverses")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_entry_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_entry_key")),
    )
    op.create_index(op.f("ix_entry_settlement"), "entry", ["settlement"], unique=False)


def _create_lock() -> None:
    op.create_table(
        "lock",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("lines", NUMBER, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_lock_batch")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_lock_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock")),
        sa.UniqueConstraint("settlement", "revision", name=op.f("uq_lock_settlement_revision")),
    )


def _create_entry_line() -> None:
    op.create_table(
        "entry_line",
        sa.Column("entry", ROW_ID, nullable=False),
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("memo", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("fk_entry_line_entry")),
        sa.PrimaryKeyConstraint("entry", "position", name=op.f("pk_entry_line")),
    )


def _create_locked_line() -> None:
    op.create_table(
        "locked_line",
        sa.Column("lock", ROW_ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("cost_status", TEXT, nullable=False),
        sa.Column("cause", TEXT),
        sa.Column("unit_cost", MONEY),
        sa.Column("cost_currency", TEXT),
        sa.Column("cost_quantity", WHOLE),
        sa.Column("cogs", MONEY),
        sa.Column("cost_source", TEXT),
        sa.Column("cost_as_of", MOMENT),
        sa.Column("cost_note", TEXT),
        sa.Column("original_key", TEXT),
        sa.Column("suspect", TEXT),
        sa.Column("disposition", TEXT),
        sa.Column("product_id", TEXT),
        sa.Column("description", TEXT),
        sa.Column("version", WHOLE),
        sa.Column("hash", TEXT, nullable=False),
        sa.CheckConstraint(
            "unit_cost IS NULL OR cost_currency IS NOT NULL", name=op.f("ck_locked_line_cost_has_currency")
        ),
        sa.ForeignKeyConstraint(["lock"], ["lock.id"], name=op.f("fk_locked_line_lock")),
        sa.PrimaryKeyConstraint("lock", "key", name=op.f("pk_locked_line")),
    )


def _create_reopening() -> None:
    op.create_table(
        "reopening",
        sa.Column("lock", ROW_ID, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_reopening_batch")),
        sa.ForeignKeyConstraint(["lock"], ["lock.id"], name=op.f("fk_reopening_lock")),
        sa.PrimaryKeyConstraint("lock", name=op.f("pk_reopening")),
    )


def _create_true_up() -> None:
    op.create_table(
        "true_up",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("lock", ROW_ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("unit_cost", MONEY),
        sa.Column("cost_quantity", WHOLE),
        sa.Column("disposition", TEXT),
        sa.Column("cogs", MONEY, nullable=False),
        sa.Column("difference", MONEY, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_true_up_batch")),
        sa.ForeignKeyConstraint(["lock"], ["lock.id"], name=op.f("fk_true_up_lock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_true_up")),
    )
    op.create_index(op.f("ix_true_up_key"), "true_up", ["key"], unique=False)
    op.create_index(op.f("ix_true_up_lock"), "true_up", ["lock"], unique=False)


def _create_true_up_decision() -> None:
    op.create_table(
        "true_up_decision",
        sa.Column("true_up", ROW_ID, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("entry", ROW_ID),
        sa.Column("batch", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_true_up_decision_batch")),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("fk_true_up_decision_entry")),
        sa.ForeignKeyConstraint(["true_up"], ["true_up.id"], name=op.f("fk_true_up_decision_true_up")),
        sa.PrimaryKeyConstraint("true_up", name=op.f("pk_true_up_decision")),
    )
