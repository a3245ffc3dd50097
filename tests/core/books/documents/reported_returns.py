"""Books with a sale and its refund, and documents that say what became of the goods."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from core.books.batches import BatchKind, new
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.marketplaces import read_file
from tests.core.books.listed_documents import v2_content
from tests.core.marketplaces.documents.test_returned_goods import COLUMNS

if TYPE_CHECKING:
    from core.books.database import Database
    from core.books.importing.importing import ImportedFile


NOW = datetime(2026, 9, 1, tzinfo=UTC)
REFUND = {"transaction-type": "Refund", "order-id": "111-0", "adjustment-id": "A1", "amount": "-10.00"}
SETTLEMENT = OriginalFile("1.txt", v2_content("1", {}, REFUND, total="0.00"))
ROW = "2026-08-10T08:00:00+00:00\t111-0\tMUG\tB0\tX0\tMug\t1\tPHX7\t{word}\tUNWANTED\t\t{number}\t\n"


def report(*words: str, name: str = "returns.txt") -> OriginalFile:
    """Return a returns report with one unit of the refunded order per word."""
    rows = "".join(ROW.format(word=word, number=f"LPN{number}") for number, word in enumerate(words))
    return OriginalFile(name, f"{COLUMNS}\n{rows}".encode())


def bring_in(database: Database, *files: OriginalFile, store: str | None = None) -> list[ImportedFile]:
    readings = [(file, read_file(file.content, file.name)) for file in files]
    return [import_file(database, one, file, store=store, who="M. Lee", now=NOW) for file, one in readings]


def refund_line(database: Database, units: int = 1) -> dict[str, object]:
    """Return disposition, COGS and note of the refund, its original costing 4.00."""
    cost = {"kind": "order", "order_id": "111-0", "product_id": "MUG", "unit_cost": Decimal(4), "units": units}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(
            connection, frame(OBSERVATION_COLUMNS, [cost | {"currency": "USD", "fetched_at": NOW}]), batch, NOW
        )
        sku_mapping.add(
            connection, frame(MAPPING_COLUMNS, [{"sku": "MUG", "product_id": "MUG", "units": 1}]), batch, NOW
        )
    lines = load_books(database).lines
    line = lines[lines["event"] == "refund"].iloc[0]
    return {name: line[name] for name in ("key", "disposition", "cogs", "cost_note")}


WALMART = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Posted Timestamp,Transaction Type,"
    "Transaction Description,Customer Order #,Customer Order line #,Purchase Order #,Purchase Order line #,Amount,"
    "Amount Type,Ship Qty,Partner Item Id\n"
)
FEE = "WFS Returned Item Disposal Fee"


def statement(number: int, *rows: str, total: str = "") -> OriginalFile:
    """Return Walmart's statement of a half month, its total the sum of its rows if left out."""
    first, last = (f"0{number}/01/2026", f"0{number}/14/2026")
    total = total or str(sum((Decimal(row.split(",")[6]) for row in rows), Decimal(0)))
    body = "".join(f",,,,0{number}/0{6 if '-9.99' in row else 5}/2026,{row}\n" for row in rows)
    return OriginalFile(
        f"walmart{number}.csv", f"{WALMART}{first},{last},{total},USD,,PaymentSummary,,,,,,,,,\n{body}".encode()
    )


def sold(units: int, sku: str = "MUG", line: int = 1) -> str:
    return f"Sale,Purchase,200,{line},108,{line},{10 * units}.00,Product Price,{units},{sku}"


def back(units: int, sku: str = "MUG", line: int = 1, price: str = "") -> str:
    return f"Refund,Return Refund,200,{line},108,{line},-{price or f'{10 * units}.00'},Product Price,{units},{sku}"


def fee(words: str = FEE, place: str = "200,1,108,1", units: str = "", sku: str = "", amount: str = "-2.00") -> str:
    return f"Adjustment,{words},{place},{amount},WFS Fee/Reimbursement,{units},{sku}"


def costs(database: Database) -> list[Decimal | None]:
    """Return the COGS of each refund, in order of posting and amount; a mug costs 5.00."""
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        cost = {"kind": "order", "order_id": "200", "unit_cost": Decimal(5), "units": 1}
        told = [cost | {"product_id": sku, "currency": "USD", "fetched_at": NOW} for sku in ("MUG", "CUP")]
        names = [{"sku": sku, "product_id": sku, "units": 1} for sku in ("MUG", "CUP")]
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, told), batch, NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, names), batch, NOW)
    lines = load_books(database).lines
    refunds = lines[lines["event"] == "refund"].sort_values(["posted_at", "settlement_id", "sku", "net"])
    return [None if pd.isna(cogs) else Decimal(cogs) for cogs in refunds["cogs"]]


GIVEN_BACK = {"amount": "2.00"}
