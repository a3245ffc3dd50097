"""Files of settlements as large as one wants, and books with one of them, every line of which has its cost."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

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
from sandbox.business import demo_business
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

NOW = datetime(2026, 9, 1, tzinfo=UTC)
_ORDER_ID, _TOTAL, _SETTLEMENT_ID = 7, 4, 0


def large_file(lines: int, settlement_id: str = "90000000001", first: int = 0) -> bytes:
    """Return a V2 file of about so many lines that ties out; every repetition has order ids of its own.

    Args:
        lines: How many.
        settlement_id: Which settlement they are of.
        first: The number of its first repetition: files share no order where their numbers are not the same.
    """
    text = settlement_files(demo_business())[0].content.decode("utf-8-sig").splitlines()
    at = next(number for number, line in enumerate(text) if line.startswith("settlement-id"))
    header, summary, rows = text[at], text[at + 1].split("\t"), [line.split("\t") for line in text[at + 2 :] if line]
    times = max(1, lines // len(rows))
    summary[_SETTLEMENT_ID], summary[_TOTAL] = settlement_id, str(Decimal(summary[_TOTAL]) * times)
    repeated = [
        "\t".join(_renamed(row, settlement_id, number)) for number in range(first, first + times) for row in rows
    ]
    return "\n".join([header, "\t".join(summary), *repeated, ""]).encode()


def _renamed(row: list[str], settlement_id: str, number: int) -> list[str]:
    copy = [settlement_id, *row[1:]]
    if copy[_ORDER_ID]:
        copy[_ORDER_ID] = f"{copy[_ORDER_ID][:-7]}{number:07d}" if number else copy[_ORDER_ID]
    return copy


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
