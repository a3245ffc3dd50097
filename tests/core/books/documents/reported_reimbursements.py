"""Books with a reimbursement, and Amazon's report of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.batches import BatchKind, new
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from tests.core.marketplaces.documents.test_reimbursements_report import COLUMNS

if TYPE_CHECKING:
    from core.books.database import Database
    from core.books.importing.importing import ImportedFile


NOW = datetime(2026, 9, 1, tzinfo=UTC)
PAID = {
    "transaction-type": "other-transaction",
    "order-id": "",
    "amount-type": "FBA Inventory Reimbursement",
    "amount-description": "WAREHOUSE_LOST",
    "amount": "15.00",
    "quantity-purchased": "2",
    "order-item-code": "",
    "shipment-id": "",
}


LOST = "2026-08-04T08:00:00+00:00\t5001\t\tLost_Warehouse\tMUG\tUSD\t7.50\t15.00\t{cash}\t{stock}\t2\t\n"


def report(*rows: str, name: str = "reimbursements.txt") -> OriginalFile:
    """Return a report of these rows."""
    return OriginalFile(name, "\n".join([COLUMNS, *(row.strip("\n") for row in rows), ""]).encode())


def bring_in(database: Database, *files: OriginalFile, store: str | None = None) -> list[ImportedFile]:
    readings = [(file, read_file(file.content, file.name)) for file in files]
    return [import_file(database, one, file, store=store, who="M. Lee", now=NOW) for file, one in readings]


def with_costs(database: Database) -> None:
    """Let Finale say 7.00 for a mug on the day of each line, and on its order."""
    of_mug = {"product_id": "MUG", "unit_cost": Decimal(7), "record_date": "2026-08-01"}
    average = {"kind": "average on date", **of_mug}
    order = {"kind": "order", "order_id": "111-0", **of_mug}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(
            connection,
            frame(OBSERVATION_COLUMNS, [one | {"currency": "USD", "fetched_at": NOW} for one in (average, order)]),
            batch,
            NOW,
        )
        sku_mapping.add(
            connection, frame(MAPPING_COLUMNS, [{"sku": "MUG", "product_id": "MUG", "units": 1}]), batch, NOW
        )


def lines(database: Database) -> dict[str, tuple[object, ...]]:
    """Return status, units and COGS of each line by its description."""
    found = records(load_books(database).lines)
    return {row["raw_description"]: (row["cost_status"], row["cost_quantity"], row["cogs"]) for row in found}
