"""Small books that hold something in every table: what is stored of each version of the tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import insert

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database, costing_tables, frames
from core.books.documents import file_rows
from core.books.documents.order_units import ORDER_UNITS
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries import locks, outbox, stored_entries
from core.books.entries.outbox import FileOfEntries
from core.books.entries.stored_entries import EntryLineRow, EntryRow
from core.books.importing import current_transactions, pulling
from core.books.importing.pulling import PulledDocument, PullOutcome
from core.books.overrides import stored_overrides
from core.books.settings import opening_costs, rates, sku_mapping, stored_settings
from core.books.settings.opening_costs import OPENING_COST_COLUMNS
from core.books.settlements import settlement_lines
from core.books.settlements.booked_settlement import EntryStatus, SettlementKind
from core.books.syncing import stored_observations, syncing
from core.books.syncing.syncing import Probe
from core.books.true_ups import true_up_history
from core.books.true_ups.true_up_history import FOUND_COLUMNS, TrueUpDecision, Verdict
from core.exchange_rates import RATE_COLUMNS
from core.frame_columns import (
    LEFT_STOCK_COLUMNS,
    MAPPING_COLUMNS,
    ORDER_UNITS_COLUMNS,
    REIMBURSEMENT_COLUMNS,
    RETURN_COLUMNS,
    TRANSACTION_COLUMNS,
    frame,
)
from core.journal.entry import EntryKind
from core.model import CostStatus
from tests.core.books.examples import (
    COMPANY,
    NOW,
    STORE,
    answers,
    costed,
    observed,
    save_settlement,
    settlement,
    source,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection


def make_sample(path: Path) -> None:
    """Make small books that hold something in every table."""
    with Database.create(path, COMPANY) as database, database.writing() as connection:
        save_settlement(connection, settlement(), source())
        batch = batches.new(connection, BatchKind.SAVE, "M. Lee", NOW)
        stored_overrides.save(connection, answers({"key": "a", "note": "Müller"}), batch, who="M. Lee", now=NOW)
        stored_observations.add(connection, observed({}), batch, NOW)
        stored_settings.put(connection, "policy", "restock", who="M. Lee", now=NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, [{"sku": "00123", "product_id": "P"}]), batch, NOW)
        rate = {"base": "EUR", "quote": "USD", "day": "2026-11-20", "rate": "1.0841", "source": "ECB"}
        rates.add(connection, frame(RATE_COLUMNS, [rate]), lambda: batch)
        syncing.start(connection, batch, "acme", {"orders": 1}, NOW)
        syncing.remember_probe(connection, "acme", Probe({"fields": []}, NOW))
        pulling.remember_document(
            connection,
            PulledDocument(STORE, "R1", "R1.txt", final=True, sha256=None, outcome=PullOutcome.IMPORTED, pulled_at=NOW),
        )
        returned = frame(
            RETURN_COLUMNS,
            [{"order_id": "1", "sku": "00123", "units": 1, "disposition": "Restocked", "raw": "SELLABLE"}],
        )
        file_rows.add(connection, RETURNED_GOODS, returned, store=STORE, file=source().file, batch=batch, now=NOW)
        paid = {"reimbursement_id": "9", "order_id": "", "raw": "Lost_Warehouse", "sku": "00123", "currency": "USD"}
        rows = frame(REIMBURSEMENT_COLUMNS, [paid | {"amount": Decimal("7.5"), "units_cash": 1, "original_id": ""}])
        file_rows.add(connection, REIMBURSEMENTS, rows, store=STORE, file=source().file, batch=batch, now=NOW)
        told = {"order_id": "1", "item_id": "5", "sku": "00123", "units": 1, "as_of": NOW}
        file_rows.add(
            connection,
            ORDER_UNITS,
            frame(ORDER_UNITS_COLUMNS, [told]),
            store=STORE,
            file=source().file,
            batch=batch,
            now=NOW,
        )
        gone: dict[str, object] = {
            "order_id": "R-1",
            "names": '["R-1"]',
            "product_id": "00123",
            "record_date": "2026-11-02",
        }
        gone |= {"units": 1, "unit_cost": "5", "currency": "USD", "fetched_at": NOW}
        stored_observations.add_left_stock(connection, frame(LEFT_STOCK_COLUMNS, [gone]), batch)
        add_closed_settlement(connection)
        keep_a_line(connection)
        add_superseded_settlement(connection)


def keep_a_line(connection: Connection) -> None:
    """Keep what a line cost, for a state that is no more."""
    lines = settlement_lines.stored_transactions(connection)[:1]
    frames.store(connection, costing_tables.shown_line, lines, TRANSACTION_COLUMNS, settlement=1)
    line = {"key": "a", "settlement": 1, "cost_status": CostStatus.COSTED.value, "cogs": Decimal("4.1")}
    connection.execute(insert(costing_tables.costed_line).values(**line, moment=0, tie_odd=False))
    connection.execute(
        insert(costing_tables.costed_settlement).values(settlement=1, digest="of the lines", ties="of them")
    )
    connection.execute(
        insert(costing_tables.costed_state).values(row=1, state="1-of the books", rules="of the program", batch=1)
    )
    connection.execute(insert(costing_tables.proposed_state).values(row=1, state="1-of the books"))
    connection.execute(insert(costing_tables.due_true_up).values(key="a"))


def add_superseded_settlement(connection: Connection) -> None:
    """Put a settlement into the books of which a newer view took the place."""
    for keys in (("x", "y"), ("y",)):
        view = source(f"view {len(keys)}".encode(), kind=SettlementKind.VIEW)
        save_settlement(connection, settlement("S3", keys), view)


def add_closed_settlement(connection: Connection) -> None:
    """Put a locked settlement into the books, with an entry, true-ups and a reopening behind it."""
    booked = save_settlement(connection, settlement("S2", ("c",))).settlement
    batch = batches.new(connection, BatchKind.EXPORT, "M. Lee", NOW)
    opening_costs.add(connection, frame(OPENING_COST_COLUMNS, [{"sku": "0", "as_of": "2026-01-01"}]), batch)
    locks.lock(connection, booked, costed(connection, booked), batch, EntryStatus.EXPORTED)
    locks.end_lock(connection, booked, "a bill", batch)
    locks.lock(connection, booked, costed(connection, booked), batch, EntryStatus.EXPORTED)
    lines = (EntryLineRow("5000", Decimal("4.1"), "USD"), EntryLineRow("1400", Decimal("-4.1"), "USD"))
    stored_entries.post(connection, EntryRow("S2/1", EntryKind.COGS, date(2026, 11, 23), lines, booked.id), batch)
    outbox.keep_files(connection, [FileOfEntries("S2.csv", b"4.10", ("S2/1",))], "/exports", "k3jx2q7a")
    outbox.withdraw(connection, ["S2/1"], NOW)
    found = {"key": "c", "cause": "cost", "cogs": Decimal(5), "difference": Decimal("0.9"), "currency": "USD"}
    true_up_history.update_proposals(connection, frame(FOUND_COLUMNS, [found]), lambda: batch)
    numbers = true_up_history.pending(connection)["id"].tolist()
    true_up_history.decide_true_ups(connection, numbers, Verdict(TrueUpDecision.ACCEPTED, entry="S2/1"), batch)
    more = found | {"cogs": Decimal(6), "difference": Decimal(1)}
    true_up_history.update_proposals(connection, frame(FOUND_COLUMNS, [more]), lambda: batch)
    numbers = true_up_history.pending(connection)["id"].tolist()
    true_up_history.decide_true_ups(connection, numbers, Verdict(TrueUpDecision.DISMISSED, "small"), batch)
    true_up_history.take_up(connection, numbers, "not so small", batch)
    current_transactions.put(connection, booked, settlement_lines.stored_transactions(connection, [booked]), batch)
