"""The first tables: company, settings, stores, settlements, observations, mappings, overrides, syncs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
WHOLE = sa.BigInteger()
MONEY = sa.BigInteger()  # millionths
MOMENT = sa.BigInteger()  # microseconds since 1970, UTC
FLAG = sa.Boolean()

AMOUNTS = (
    "principal",
    "shipping",
    "giftwrap",
    "tax",
    "tax_withheld",
    "promotion",
    "referral_fee",
    "fulfilment_fee",
    "other_fee",
    "other",
    "net",
)


def upgrade() -> None:
    """Make every table, those first that others point to."""
    _create_batch()
    _create_company()
    _create_original_file()
    _create_probe_cache()
    _create_setting()
    _create_store()
    _create_mapping()
    _create_observation()
    _create_override()
    _create_settlement()
    _create_sync_run()
    _create_problem()
    _create_transaction()


def _create_batch() -> None:
    op.create_table(
        "batch",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("undoes", NUMBER),
        sa.ForeignKeyConstraint(["undoes"], ["batch.number"], name=op.f("fk_batch_undoes")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_batch")),
    )


def _create_company() -> None:
    op.create_table(
        "company",
        sa.Column("row", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("home_currency", TEXT, nullable=False),
        sa.Column("database_id", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint('"row" = 1', name=op.f("ck_company_only_one")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_company")),
    )


def _create_original_file() -> None:
    op.create_table(
        "original_file",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_original_file")),
    )


def _create_probe_cache() -> None:
    op.create_table(
        "probe_cache",
        sa.Column("account", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_probe_cache")),
    )


def _create_setting() -> None:
    op.create_table(
        "setting",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("changed_by", TEXT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
    )
    op.create_index(op.f("ix_setting_key"), "setting", ["key"], unique=False)


def _create_store() -> None:
    op.create_table(
        "store",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("marketplace", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_store")),
    )


def _create_mapping() -> None:
    op.create_table(
        "mapping",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("sku", TEXT, nullable=False),
        sa.Column("answer", NUMBER, nullable=False),
        sa.Column("product_id", TEXT),
        sa.Column("units", WHOLE),
        sa.Column("description", TEXT),
        sa.Column("rule", TEXT),
        sa.Column("typed_in", FLAG, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_mapping_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping")),
    )
    op.create_index(op.f("ix_mapping_sku_answer"), "mapping", ["sku", "answer"], unique=False)


def _create_observation() -> None:
    op.create_table(
        "observation",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("answer", WHOLE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("order_id", TEXT),
        sa.Column("product_id", TEXT),
        sa.Column("unit_cost", MONEY),
        sa.Column("currency", TEXT),
        sa.Column("units", WHOLE),
        sa.Column("cause", TEXT),
        sa.Column("record_date", TEXT),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("raw", TEXT),
        sa.Column("source", TEXT),
        sa.Column("match_rule", TEXT),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.CheckConstraint("unit_cost IS NULL OR currency IS NOT NULL", name=op.f("ck_observation_cost_has_currency")),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_observation_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    op.create_index(op.f("ix_observation_kind_product_id"), "observation", ["kind", "product_id"], unique=False)
    op.create_index(op.f("ix_observation_answer"), "observation", ["answer"], unique=False)
    op.create_index(op.f("ix_observation_order_id"), "observation", ["order_id"], unique=False)


def _create_override() -> None:
    op.create_table(
        "override",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("version", NUMBER, autoincrement=False, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("unit_cost", MONEY),
        sa.Column("currency", TEXT),
        sa.Column("zero_confirmed", FLAG, nullable=False),
        sa.Column("disposition", TEXT),
        sa.Column("units_back", WHOLE),
        sa.Column("kind", TEXT),
        sa.Column("note", TEXT),
        sa.Column("saved_by", TEXT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("shown_cost", MONEY),
        sa.Column("shown_currency", TEXT),
        sa.Column("shown_kind", TEXT),
        sa.Column("shown_as_of", MOMENT),
        sa.CheckConstraint(
            "shown_cost IS NULL OR shown_currency IS NOT NULL", name=op.f("ck_override_shown_cost_has_currency")
        ),
        sa.CheckConstraint("unit_cost IS NULL OR currency IS NOT NULL", name=op.f("ck_override_cost_has_currency")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_override_version_from_one")),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_override_batch")),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_override")),
    )
    op.create_index(op.f("ix_override_batch"), "override", ["batch"], unique=False)


def _create_settlement() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("store", TEXT, nullable=False),
        sa.Column("settlement_id", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("marketplace", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("total", MONEY),
        sa.Column("sum", MONEY, nullable=False),
        sa.Column("ties_out", FLAG, nullable=False),
        sa.Column("lines", NUMBER, nullable=False),
        sa.Column("period_start", MOMENT),
        sa.Column("period_end", MOMENT),
        sa.Column("deposit_at", MOMENT),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("reader_version", NUMBER, nullable=False),
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("settlement_entry", TEXT, nullable=False),
        sa.Column("cogs_entry", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_settlement_batch")),
        sa.ForeignKeyConstraint(["sha256"], ["original_file.sha256"], name=op.f("fk_settlement_sha256")),
        sa.ForeignKeyConstraint(["store"], ["store.name"], name=op.f("fk_settlement_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("store", "settlement_id", name=op.f("uq_settlement_store_settlement_id")),
    )
    op.create_index(op.f("ix_settlement_sha256"), "settlement", ["sha256"], unique=False)


def _create_sync_run() -> None:
    op.create_table(
        "sync_run",
        sa.Column("batch", NUMBER, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("mode", TEXT),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("progress", TEXT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.ForeignKeyConstraint(["batch"], ["batch.number"], name=op.f("fk_sync_run_batch")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_sync_run")),
    )


def _create_problem() -> None:
    op.create_table(
        "problem",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("where", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_problem_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    op.create_index(op.f("ix_problem_settlement"), "problem", ["settlement"], unique=False)


def _create_transaction() -> None:
    op.create_table(
        "transaction",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("settlement", ROW_ID, nullable=False),
        sa.Column("group_key", TEXT, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("raw_type", TEXT),
        sa.Column("raw_description", TEXT),
        sa.Column("order_id", TEXT),
        sa.Column("order_item_id", TEXT),
        sa.Column("shipment_id", TEXT),
        sa.Column("adjustment_id", TEXT),
        sa.Column("sku", TEXT),
        sa.Column("marketplace", TEXT),
        sa.Column("fulfilment", TEXT),
        sa.Column("posted_at", MOMENT),
        sa.Column("quantity", WHOLE),
        sa.Column("quantity_source", TEXT),
        sa.Column("stock_effect", TEXT),
        sa.Column("currency", TEXT, nullable=False),
        *(sa.Column(name, MONEY, nullable=False) for name in AMOUNTS),
        sa.Column("lines", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_transaction_settlement")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_transaction")),
    )
    op.create_index(op.f("ix_transaction_order_id"), "transaction", ["order_id"], unique=False)
    op.create_index(op.f("ix_transaction_settlement"), "transaction", ["settlement"], unique=False)
    op.create_index(op.f("ix_transaction_sku"), "transaction", ["sku"], unique=False)
