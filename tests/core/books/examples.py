"""Small examples of what the books hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.company import Company
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.settings import stores
from core.books.settings.stores import Store
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import (
    BookedSettlement,
    EntryStatus,
    ImportResult,
    OriginalFile,
    SettlementKind,
    Source,
)
from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, OBSERVATION_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import (
    CostSource,
    CostStatus,
    Event,
    Marketplace,
    ObservationKind,
    Problem,
    QuantitySource,
    Settlement,
    Severity,
    StockEffect,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.books.database import Database

NOW = datetime(2026, 11, 23, 10, 14, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
COMPANY = Company("Müller & Söhne", "USD", NOW, "company-1", "database-1")
STORE = "Amazon AU"


def transaction(key: str, **fields: object) -> dict[str, object]:
    """Return a sale; its fields can be overwritten."""
    amounts = dict.fromkeys(AMOUNT_COLUMNS, Decimal(0))
    sale = {
        "key": key,
        "group_key": f"Order|{key}",
        "ordinal": 0,
        "store": STORE,
        "settlement_id": "S1",
        "event": Event.SALE,
        "raw_type": "Order",
        "order_id": "250-1234567-0000001",
        "sku": "00123",
        "posted_at": NOW,
        "quantity": 1,
        "quantity_source": QuantitySource.REPORTED,
        "stock_effect": StockEffect.OUT,
        "currency": "AUD",
        "lines": 2,
    }
    return {**sale, **amounts, "principal": Decimal("19.67"), "net": Decimal("19.67"), **fields}


def settlement(settlement_id: str = "S1", keys: tuple[str, ...] = ("a", "b"), **fields: Any) -> Settlement:
    """Return a settlement with one sale per key."""
    rows = [transaction(key, settlement_id=settlement_id) for key in keys]
    plain = {
        "settlement_id": settlement_id,
        "marketplace": "Amazon.com.au",
        "currency": "AUD",
        "period_start": NOW - timedelta(days=14),
        "period_end": NOW,
        "deposit_at": None,
        "total": Decimal("39.34"),
        "sum": Decimal("39.34"),
        "ties_out": True,
        "lines": 4,
        "transactions": frame(TRANSACTION_COLUMNS, rows),
        "problems": (Problem(Severity.NOTE, "an unknown type: “Überweisung”", "line 7"),),
    }
    return Settlement(**{**plain, **fields})


def source(content: bytes = b"settlement-id\tamount", **fields: Any) -> Source:
    """Return where a settlement came from."""
    plain = {"store": STORE, "format": "Amazon V2", "kind": SettlementKind.RECORD, "reader_version": 1}
    return Source(file=OriginalFile("Settlement ü.txt", content), **{**plain, **fields})


def booked(settlement_id: str = "S1", **fields: Any) -> BookedSettlement:
    """Return an open settlement as books have it, for what is asked of one without any."""
    plain = {
        "id": 1,
        "store": STORE,
        "settlement_id": settlement_id,
        "format": "Amazon V2",
        "kind": SettlementKind.RECORD,
        "marketplace": "Amazon.com.au",
        "currency": "AUD",
        "total": Decimal("39.34"),
        "sum": Decimal("39.34"),
        "ties_out": True,
        "lines": 4,
        "period_start": NOW - timedelta(days=14),
        "period_end": NOW,
        "deposit_at": None,
        "sha256": "0" * 64,
        "reader_version": 1,
        "batch": 1,
        "imported_at": NOW,
        "settlement_entry": EntryStatus.OPEN,
        "cogs_entry": EntryStatus.OPEN,
    }
    return BookedSettlement(**{**plain, **fields})


def save_settlement(connection: Connection, what: Settlement | None = None, of: Source | None = None) -> ImportResult:
    """Import a settlement in a batch of its own."""
    batch = batches.new(connection, BatchKind.IMPORT, "M. Lee", NOW)
    stores.ensure(connection, Store(STORE, Marketplace.AMAZON))
    return stored_settlements.save(connection, what or settlement(), of or source(), batch, NOW)


def costed(connection: Connection, of: BookedSettlement, unit_cost: str = "4.10") -> pd.DataFrame:
    """Return the lines of a settlement, each with the same unit cost."""
    lines = settlement_lines.stored_transactions(connection, [of])
    cost = Decimal(unit_cost)
    row = {
        "cost_status": CostStatus.COSTED,
        "unit_cost": cost,
        "cost_currency": "USD",
        "cost_quantity": 1,
        "cogs": cost,
        "cost_source": CostSource.ORDER,
        "cost_as_of": NOW,
        "cost_note": "Finale, order 250-1",
        "product_id": "P",
        "proposed_cost": Decimal("4.5"),
        "version": 0,
    }
    costs = frame(COSTED_COLUMNS, [{"key": key, **row} for key in lines["key"]])
    return pd.concat([lines, costs.drop(columns="key")], axis=1)


def books_with_lines(database: Database, *keys: str) -> None:
    """Put one settlement with a line for each key into the books."""
    with database.writing() as connection:
        save_settlement(connection, settlement(keys=keys))


def answers(*rows: dict[str, object]) -> pd.DataFrame:
    """Return typed costs, one per row; `key` is enough."""
    plain = {"shown_version": 0, "unit_cost": Decimal("4.17"), "currency": "USD", "kind": "entered"}
    return frame(ANSWER_COLUMNS, [{**plain, **row} for row in rows])


def observed(*rows: dict[str, object]) -> pd.DataFrame:
    """Return costs of product P on order O1; their fields can be overwritten."""
    plain = {
        "kind": ObservationKind.ORDER,
        "order_id": "O1",
        "product_id": "P",
        "unit_cost": Decimal("4.10"),
        "currency": "USD",
        "units": 2,
        "record_date": "2026-11-01",
        "fetched_at": NOW,
        "raw": "$4.10",
        "source": "stock history",
        "match_rule": "exact",
    }
    return frame(OBSERVATION_COLUMNS, [{**plain, **row} for row in rows])


def batch(connection: Connection, note: str = "") -> int:
    """Open a batch, the smallest thing that can be written."""
    return batches.new(connection, BatchKind.SAVE, "M. Lee", NOW, note)


def notes(database: Database) -> list[str]:
    """Return what was written, newest first."""
    with database.reading() as connection:
        return [str(note) for note in batches.history(connection)["note"]]
