"""Books with one settlement as large as one wants, every line of which has its cost."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.large_settlement import large_file
from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.model import Event, ObservationKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

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
        import_file(database, read_file(file.content), file, store="Amazon US", who="bench", now=NOW)
        _know_every_cost(database)
        yield database


def _know_every_cost(database: Database) -> None:
    """Let Finale have said a cost of every product of every order, each another one."""
    lines = records(_sold(load_books(database).lines))
    skus = sorted({row["sku"] for row in lines})
    products = [{"sku": sku, "product_id": sku, "units": 1, "rule": "product id", "fetched_at": NOW} for sku in skus]
    costs = [
        {
            "kind": ObservationKind.ORDER,
            "order_id": row["order_id"],
            "product_id": row["sku"],
            "unit_cost": Decimal(1_000_001 + number) / 1_000_000,
            "currency": "USD",
            "units": row["quantity"],
            "record_date": "2026-08-04",
            "fetched_at": NOW,
        }
        for number, row in enumerate(lines)
    ]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "bench", NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, products), batch, NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, costs), batch, NOW)


def _sold(lines: pd.DataFrame) -> pd.DataFrame:
    """Return each order and SKU with the units that its sales state; 1 where it was not sold."""
    named = lines[["order_id", "sku", "event", "quantity"]].dropna(subset=["order_id", "sku"])
    units = named["quantity"].where(named["event"] == Event.SALE, 0).fillna(0).astype(int)
    sold = named.assign(quantity=units).groupby(["order_id", "sku"], sort=False)["quantity"].sum().reset_index()
    return sold.assign(quantity=sold["quantity"].clip(lower=1))
