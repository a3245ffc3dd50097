"""Books with one settlement as large as one wants, every line of which has its cost."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.large_settlement import large_file
from core.books import batches, observations, sku_mapping
from core.books.batches import BatchKind
from core.books.booked_settlement import OriginalFile
from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing import import_reading
from core.books.loading import load_books
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.model import ObservationKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@contextmanager
def large_books(folder: Path, raw_lines: int) -> Iterator[Database]:
    """Make the books; settlement 90000000001 has about so many raw lines.

    Args:
        folder: Where their database goes.
        raw_lines: Of the settlement file; a bit more than three make one transaction.
    """
    with Database.create(folder / "large.sqlite", new_company("Large & Sons", "USD", NOW)) as database:
        file = OriginalFile("90000000001.txt", large_file(raw_lines))
        import_reading(database, read_file(file.content), file, store="Amazon US", who="bench", now=NOW)
        know_every_cost(database)
        yield database


def know_every_cost(database: Database) -> None:
    """Let Finale have said a cost of every product of every order, each another one."""
    lines = records(load_books(database).lines[["order_id", "sku"]].dropna().drop_duplicates())
    skus = sorted({row["sku"] for row in lines})
    products = [{"sku": sku, "product_id": sku, "units": 1, "rule": "product id", "fetched_at": NOW} for sku in skus]
    costs = [
        {
            "kind": ObservationKind.ORDER,
            "order_id": row["order_id"],
            "product_id": row["sku"],
            "unit_cost": Decimal(1_000_001 + number) / 1_000_000,
            "currency": "USD",
            "units": 1,
            "record_date": "2026-08-04",
            "fetched_at": NOW,
        }
        for number, row in enumerate(lines)
    ]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "bench", NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, products), batch, NOW)
        observations.add(connection, frame(OBSERVATION_COLUMNS, costs), batch, NOW)
