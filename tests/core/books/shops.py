"""A shop's books for tests of what is posted: Amazon V2 files of sales, refunds and losses, costs as Finale's."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books import batches
from core.books.batches import BatchKind
from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping, stored_settings, stores
from core.books.settings.policies import change_policies
from core.books.settings.stores import Store
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.books.true_ups import true_up_history, true_ups
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.journal.accounts import ACCOUNTS_NAME, AccountRow, AccountRows
from core.marketplaces import read_file
from core.model import Event, Marketplace, ObservationKind
from tests.core.books.reopening_one import reopen
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Connection, Database
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.true_ups.true_ups import AcceptedTrueUps
    from core.journal.entry import EntryKind


NOW = datetime(2026, 9, 20, 9, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
DAYS = {"1": ("2026-08-03", "2026-08-17"), "2": ("2026-08-17", "2026-08-31"), "3": ("2026-08-31", "2026-09-14")}
"""First and last day of each settlement, by the last sign of its id."""


def sale(order: str, sku: str, units: int = 1, *, day: str = "2026-08-05") -> dict[str, str]:
    """Return a sale at 10.00 a unit."""
    return line(
        f"{10 * units}.00",
        order_id=order,
        order_item_code=f"{order}{sku}",
        sku=sku,
        quantity_purchased=str(units),
        posted_date_time=f"{day} 10:00:00 UTC",
    )


def refund(order: str, sku: str, units: int = 1, *, day: str = "2026-08-06") -> dict[str, str]:
    """Return the refund of units of an order."""
    return line(
        f"{-10 * units}.00",
        transaction_type="Refund",
        order_id=order,
        order_item_code=f"{order}{sku}",
        adjustment_id=f"adjustment {order} {sku}",
        sku=sku,
        quantity_purchased=str(units),
        posted_date_time=f"{day} 10:00:00 UTC",
    )


def lost(sku: str, units: int = 1, *, words: str = "WAREHOUSE_LOST", day: str = "2026-08-07") -> dict[str, str]:
    """Return the reimbursement of units that the warehouse lost."""
    return line(
        "9.00",
        transaction_type="other-transaction",
        amount_type="FBA Inventory Reimbursement",
        amount_description=words,
        order_id="",
        order_item_code="",
        shipment_id="",
        sku=sku,
        quantity_purchased=str(units),
        posted_date_time=f"{day} 10:00:00 UTC",
    )


def settlement_file(number: str, *rows: dict[str, str], name: str = "") -> OriginalFile:
    """Write a settlement's file."""
    first, last = (f"{day} 00:00:00 UTC" for day in DAYS[number[-1]])
    total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    head = summary(f"{total}", number, settlement_start_date=first, settlement_end_date=last, deposit_date=last)
    return OriginalFile(name or f"{number}.txt", flat_file([head, *({**row, "settlement-id": number} for row in rows)]))


def _written(connection: Connection) -> tuple[object, ...] | None:
    """Return what SQLite counts of a connection: the rows it has changed itself, and the writings of all others.

    Nothing on PostgreSQL, which does not count.
    """
    file = connection.connection.dbapi_connection
    if not isinstance(file, sqlite3.Connection):
        return None
    return file, file.total_changes, connection.exec_driver_sql("PRAGMA data_version").scalar()


@dataclass(frozen=True)
class Shop:
    """Books of a company with its deeds."""

    database: Database
    _loaded: dict[tuple[object, ...] | None, Books] = field(default_factory=dict, compare=False)
    """The books as they were loaded last, by what was written until then."""

    @classmethod
    def open(cls, folder: Path, *names: str) -> Shop:
        """Make the books of a company with these stores."""
        database = new_books(folder / "books.sqlite", "Acme", "USD", NOW)
        with database.writing() as connection:
            for name in names or ("US",):
                stores.ensure(connection, Store(name, Marketplace.AMAZON))
        return cls(database)

    @property
    def books(self) -> Books:
        """The books as they are now; they are loaded again once somebody, Cogsheet or not, has written to the file."""
        with self.database.reading() as connection:
            written = _written(connection)
        if written is None or written not in self._loaded:
            self._loaded.clear()
            self._loaded[written] = load_books(self.database)
        return self._loaded[written]

    def bring_in(self, number: str, *rows: dict[str, str], store: str = "US") -> None:
        """Import a settlement of these lines."""
        file = settlement_file(number, *rows)
        import_file(self.database, read_file(file.content, file.name), file, store=store, **WHO)

    def settlement(self, name: str) -> BookedSettlement:
        """Return a settlement by its id, or store and id."""
        return self.books.named([name])[0]

    def set(self, **policies: str) -> None:
        """Change policies of Setup."""
        change_policies(self.database, policies, **WHO)

    def choose(self, *rows: AccountRow) -> None:
        """Choose accounts."""
        with self.database.writing() as connection:
            stored_settings.put(connection, ACCOUNTS_NAME, AccountRows(rows=rows), **WHO)

    def finale_says(self, orders: Mapping[tuple[str, str], str] | None = None, **averages: str) -> None:
        """Let Finale say the unit cost of an order's SKU, and the average cost of SKUs on any day in August.

        It shipped as many units as the books hold sold of the SKU then, asked ones included, or one.
        """
        lines = self.books.lines
        leaving = lines[lines["event"].isin([Event.SALE.value, Event.OTHER.value])]  # a word may turn out to be a sale
        sold = leaving.groupby(["order_id", "sku"])["quantity"].sum().to_dict()
        rows = [
            {"kind": ObservationKind.ORDER, "order_id": order, "product_id": sku, "unit_cost": Decimal(cost)}
            | {"units": int(sold.get((order, sku), 1)), "record_date": "2026-08-04"}
            for (order, sku), cost in (orders or {}).items()
        ]
        rows += [
            {"kind": ObservationKind.AVERAGE_ON_DATE, "product_id": sku, "unit_cost": Decimal(cost)}
            | {"record_date": f"2026-08-{day:02}"}
            for sku, cost in averages.items()
            for day in range(1, 32)
        ]
        products = [
            {"sku": sku, "product_id": sku, "units": 1, "rule": "product id", "fetched_at": NOW}
            for sku in sorted({str(row["product_id"]) for row in rows})
        ]
        same = {"currency": "USD", "fetched_at": NOW}
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, products), batch, NOW)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [row | same for row in rows]), batch, NOW)

    def export(self, *names: str, kinds: tuple[EntryKind, ...] | None = None, lock_date: date | None = None) -> None:
        """Export settlements."""
        options = (
            ExportOptions(lock_date=lock_date) if kinds is None else ExportOptions(kinds=kinds, lock_date=lock_date)
        )
        for name in names:
            export_settlement(self.database, self.books, self.settlement(name), options, **WHO)

    def reopen(self, name: str, lock_date: date | None = None) -> None:
        """Reopen a settlement."""
        reopen(self.database, self.settlement(name), "wrong bill", lock_date=lock_date, **WHO)

    def proposed(self) -> list[dict[str, Any]]:
        """Propose what became known, and return what is pending."""
        true_ups.propose_true_ups(self.database, self.books, **WHO)
        with self.database.reading() as connection:
            return records(true_up_history.pending(connection))

    def accept(self) -> AcceptedTrueUps:
        """Accept everything that is proposed."""
        numbers = [row["id"] for row in self.proposed()]
        books = self.books
        return true_ups.accept_true_ups(self.database, books, numbers, accounts=books.accounts, lock_date=None, **WHO)

    def dismiss(self) -> list[int]:
        """Dismiss everything that is proposed."""
        return true_ups.dismiss_true_ups(
            self.database, self.books, [row["id"] for row in self.proposed()], "immaterial", **WHO
        )

    def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the journal's lines, of some kinds of entries or of all."""
        with self.database.reading() as connection:
            rows = records(stored_entries.journal(connection))
        return [row for row in rows if not kinds or row["kind"] in kinds]

    def posted(self, *kinds: str) -> dict[str, str]:
        """Return what each account got, of some kinds of entries or of all; what comes to nothing is left out."""
        sums: dict[str, Decimal] = {}
        for row in self.journal(*kinds):
            sums[row["account"]] = sums.get(row["account"], Decimal(0)) + row["amount"]
        return {account: f"{amount:.2f}" for account, amount in sums.items() if amount}
