"""Books into which the files of payouts are brought, for what is asked of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settlements import settlement_lines, stored_settlements
from core.frame_columns import records
from core.marketplaces import read_file
from tests.core.books.exports_of_payouts import Row

if TYPE_CHECKING:
    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement
    from core.books.settlements.booked_settlement import BookedSettlement, OriginalFile


NOW = datetime(2026, 9, 1, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
JUNE = (Row("2026-06-29", "#1", "97.00"), Row("2026-06-30", "#2", "48.50"))
JULY = (Row("2026-07-01", "#3", "19.40"),)
PAID = Row("2026-07-02", "", "-164.90", kind="payout")


def bring_in(database: Database, file: OriginalFile, store: str | None = None) -> ImportedSettlement:
    (imported,) = import_file(database, read_file(file.content, file.name), file, store=store, **WHO).settlements
    return imported


def lines_of(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return records(settlement_lines.stored_transactions(connection))


def nets(database: Database) -> dict[str, Decimal]:
    return {row["order_id"]: row["net"] for row in lines_of(database)}


def only(database: Database) -> BookedSettlement:
    with database.reading() as connection:
        (one,) = stored_settlements.booked_settlements(connection)
    return one


def give_costs(database: Database) -> None:
    books = load_books(database)
    missing = books.lines[books.lines["cost_status"] == "missing"]
    units = [(str(row["key"]), None if row["quantity"] else 1) for row in records(missing)]
    answers = [Answer(key, 0, Decimal(5), None, units_back=back, stock_edited=back is not None) for key, back in units]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=True, **WHO)
