"""Books with one settlement of as many transactions as one wants, every cost known, and a workbook that shows them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.commands.setup.new import write_workbook
from benchmarks.costs import costs_of
from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing.importing import import_file
from core.books.settings import sku_mapping
from core.books.settlements import settlement_lines
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.company_databases import MachineFolder, machine_folder
from core.marketplaces import read_file
from sandbox.settlement_files.amazon_v2 import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from core.books.importing.importing import ImportedFile

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SETTLEMENT = "90000000001"
STORE = "Amazon US"
SKUS = tuple(f"GOOD-{number:05d}" for number in range(1, 81))


@contextmanager
def filled_books(folder: Path, transactions: int, *, costs: bool = True) -> Iterator[tuple[Path, Database]]:
    """Make books with one settlement of so many transactions, and the workbook Books.xlsm that shows them.

    Args:
        folder: Where.
        transactions: How many.
        costs: Whether the cost of each is known.
    """
    address, book = folder / "books.sqlite", folder / "Books.xlsm"
    with Database.create(address, new_company("Bench", "USD", NOW)) as database:
        put(database, SETTLEMENT, transactions, NOW - timedelta(days=20))
        if costs:
            know_costs(database)
        write_workbook(book, database)
        _remember(machine_folder(), address)
        yield book, database


def _remember(machine: MachineFolder, address: Path) -> None:
    machine.remember("Bench", str(address))


def put(
    database: Database, settlement_id: str, transactions: int, begin: datetime, skus: Sequence[str] = SKUS
) -> ImportedFile:
    """Import a settlement of so many sales, as the program imports any file."""
    file = OriginalFile(f"{settlement_id}.txt", v2_file(settlement_id, transactions, begin, skus))
    return import_file(database, read_file(file.content, file.name), file, store=STORE, who="bench", now=NOW)


def v2_file(settlement_id: str, transactions: int, begin: datetime, skus: Sequence[str] = SKUS) -> bytes:
    """Return a V2 file with so many orders of one line, two amounts each, over 14 days; it ties out."""
    end = begin + timedelta(days=14)
    total = sum((sum(_amounts(number, skus)) for number in range(transactions)), Decimal(0))
    summary = {
        "settlement-id": settlement_id,
        "settlement-start-date": f"{begin:%Y-%m-%d %H:%M:%S} UTC",
        "settlement-end-date": f"{end:%Y-%m-%d %H:%M:%S} UTC",
        "deposit-date": f"{end:%Y-%m-%d %H:%M:%S} UTC",
        "total-amount": str(total),
        "currency": "USD",
    }
    lines = ["\t".join(COLUMNS), _row(summary)]
    for number in range(transactions):
        lines += _order(settlement_id, number, begin + timedelta(seconds=number * 1_200_000 // transactions), skus)
    return "\n".join([*lines, ""]).encode()


def _row(cells: dict[str, str]) -> str:
    return "\t".join(cells.get(name, "") for name in COLUMNS)


def _order(settlement_id: str, number: int, posted: datetime, skus: Sequence[str]) -> list[str]:
    shared = {
        "settlement-id": settlement_id,
        "transaction-type": "Order",
        "order-id": order_id(settlement_id, number),
        "merchant-order-id": order_id(settlement_id, number),
        "shipment-id": f"S{number:08d}",
        "marketplace-name": "Amazon.com",
        "fulfillment-id": "AFN",
        "posted-date": f"{posted:%Y-%m-%d}",
        "posted-date-time": f"{posted:%Y-%m-%d %H:%M:%S} UTC",
        "order-item-code": f"{number:014d}",
        "sku": skus[number % len(skus)],
    }
    principal, commission = _amounts(number, skus)
    price = {"amount-type": "ItemPrice", "amount-description": "Principal", "amount": str(principal)}
    fee = {"amount-type": "ItemFees", "amount-description": "Commission", "amount": str(commission)}
    return [_row(shared | price | {"quantity-purchased": "1"}), _row(shared | fee)]


def _amounts(number: int, skus: Sequence[str]) -> tuple[Decimal, Decimal]:
    """Return price and commission of an order: each SKU has its own price, and every tenth order pays less."""
    cents = 999 + 137 * (number % len(skus)) - 50 * (number % 10 == 0)
    return Decimal(cents) / 100, -(Decimal(cents * 15 // 100) / 100)


def order_id(settlement_id: str, number: int) -> str:
    """Return the id of an order of a settlement."""
    return f"{settlement_id[-3:]}-{number // 10_000_000:07d}-{number % 10_000_000:07d}"


def know_costs(database: Database, without: Collection[str] = ()) -> None:
    """Let Finale have said a cost of every order, as one sync stores what it is told; of some it said nothing."""
    with database.reading() as connection:
        lines = settlement_lines.stored_transactions(connection)
    said, mapped = costs_of(lines, without)
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "bench", NOW)
        sku_mapping.add(connection, mapped, batch, NOW)
        stored_observations.add(connection, said, batch, NOW)
