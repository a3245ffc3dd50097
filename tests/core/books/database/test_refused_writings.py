"""A history in which a server refuses every writing once ends in the same books as one in which it refuses none."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, func, select, text

from core.books import batches
from core.books.database import Database, copying, migrate
from core.books.database.engine import postgresql_url
from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.entries.reopening import reopen_all
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import undo_last
from core.books.settings.opening_costs import TypedOpening, change_opening_costs
from core.books.settings.policies import change_policies
from core.books.settings.sku_mapping import TypedMapping, change_mappings
from core.books.settings.time_zones import change_time_zones
from core.books.settlements.removing import remove_settlements
from core.books.true_ups import true_up_history, true_ups
from core.frame_columns import records
from core.journal.accounts import Accounts
from core.marketplaces import read_file
from tests.core.books.examples import COMPANY
from tests.core.books.importing.test_importing import v2_file

if TYPE_CHECKING:
    from pathlib import Path

    from core.books.books import Books
    from tests.core.books.conftest import PostgresqlServer

WHO: dict[str, Any] = {"who": "M. Lee", "now": datetime(2026, 9, 20, 9, tzinfo=UTC)}
ACCEPTING = ExportOptions(accept_suspect=True, accept_provisional=True)
_AT_THE_COMMIT = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
LISTED = ("number", "kind", "who", "note", "undoes")


def history(database: Database) -> None:
    """Do what a bookkeeper does: import, settings, save, undo, export, true up, reopen, remove."""
    for number in ("1", "2"):
        file = v2_file(number, "20.00", "15.00", total="35.00")
        import_file(database, read_file(file.content), file, store=None, **WHO)
    change_mappings(database, [TypedMapping("MUG", "MUG-1", "2")], **WHO)
    change_opening_costs(database, [TypedOpening("CUP", "3.00", "USD", "2026-01-01")], **WHO)
    store = load_books(database).stores[0].name
    change_time_zones(database, {store: "Australia/Sydney"}, agreed=True, **WHO)
    change_policies(database, {"refunded_goods": "Restocked"}, agreed=True, **WHO)
    save(database, "4.00")
    undo_last(database, **WHO)
    save(database, "4.10")
    first = load_books(database).settlements[0]
    export_settlement(database, load_books(database), first, ACCEPTING, **WHO)
    true_ups.propose_true_ups(database, load_books(database), **WHO)
    with database.reading() as connection:
        waiting = list(true_up_history.pending(connection)["id"])
    true_ups.accept_true_ups(database, load_books(database), waiting, accounts=Accounts(), lock_date=None, **WHO)
    reopen_all(database, [load_books(database).settlements[0]], "wrong bill", lock_date=None, **WHO)
    remove_settlements(database, load_books(database), [load_books(database).settlements[1]], **WHO)
    undo_last(database, **WHO)


def save(database: Database, cost: str) -> None:
    """Save a cost for every line."""
    books = load_books(database)
    answers = [Answer(key, versions(books).get(key, 0), Decimal(cost), None) for key in sorted(books.lines["key"])]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=True, accept_suspect=True, **WHO)


def versions(books: Books) -> dict[str, int]:
    """Return the version of what is saved, by line."""
    return {row["key"]: row["version"] for row in records(books.overrides)}


def refuse_every_other(url: str) -> None:
    """Let the server refuse each writing at its commit, the first time it is tried."""
    engine = create_engine(postgresql_url(url))
    refusal = "IF nextval('met') % 2 = 1 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF; RETURN NEW;"
    with engine.begin() as connection:
        for statement in (
            "CREATE SEQUENCE met",
            f"CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {refusal} END$$",
            f"CREATE CONSTRAINT TRIGGER meet AFTER INSERT ON writing {_AT_THE_COMMIT} EXECUTE FUNCTION meet()",
        ):
            connection.execute(text(statement))
    engine.dispose()


def told(database: Database) -> dict[str, Any]:
    """Return what the books say, without the numbers that a server gives and that a refused writing uses up."""
    with database.reading() as connection:
        tables = copying.copied_tables(migrate.tables_at(migrate.newest_revision()))
        counts = {table.name: connection.scalar(select(func.count()).select_from(table)) for table in tables}
        journal = records(stored_entries.journal(connection))
        listed = [{name: row[name] for name in LISTED} for row in records(batches.history(connection))]
    lines = [(row["key"], row["unit_cost"], row["cogs"]) for row in records(load_books(database).lines)]
    entries = [(row["account"], row["amount"]) for row in journal]
    return {"rows": counts, "batches": listed, "journal": entries, "lines": sorted(lines, key=str)}


@pytest.mark.long
def test_whatever_is_refused_once_is_done_once(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    """Every writer is repeated as a whole, and nothing of the first attempt is left or missing."""
    with Database.create(tmp_path / "Books.sqlite", COMPANY) as database:
        history(database)
        expected = told(database)

    url = postgresql.new_database()
    Database.create(url, COMPANY).close()
    refuse_every_other(url)
    with Database.open(url) as database:
        history(database)
        found = told(database)
        with database.reading() as connection:
            tried = connection.scalar(text("SELECT last_value FROM met"))

    assert expected == found
    assert tried == 2 * expected["rows"]["writing"] > 20
