"""A returns report decides over refunds, whichever of the two was imported first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books.batches import BatchKind, history, new
from core.books.documents import file_rows
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.overrides.undo import NothingToUndoError, undo_batch
from core.books.settlements import original_files
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.books.syncing.syncing import cost_request
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import lines_to_sync
from core.costing import without_order
from core.frame_columns import OBSERVATION_COLUMNS, frame, records
from core.model import Cause, CostStatus, Disposition
from tests.core.books.documents.reported_returns import NOW, REFUND, SETTLEMENT, bring_in, refund_line, report
from tests.core.books.listed_documents import v2_content
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


@pytest.mark.few(1)
@pytest.mark.parametrize("files", [[SETTLEMENT, report("DEFECTIVE")], [report("DEFECTIVE"), SETTLEMENT]])
def test_the_report_decides_in_both_orders_of_import(database: Database, files: list[OriginalFile]) -> None:
    """A damaged unit is no stock, though the policy would take it back."""
    bring_in(database, *files)
    line = refund_line(database)

    assert (Disposition.UNSELLABLE, 0) == (line["disposition"], line["cogs"])
    assert "The marketplace reported: 1 DEFECTIVE." in str(line["cost_note"])


def test_without_a_report_the_policy_decides_and_says_so(database: Database) -> None:
    """The line tells which of the two it was."""
    bring_in(database, SETTLEMENT)
    line = refund_line(database)

    assert (Disposition.RESTOCKED, Decimal(-4)) == (line["disposition"], line["cogs"])
    assert "policy" in str(line["cost_note"])


@pytest.mark.long
def test_what_the_bookkeeper_saved_comes_first(database: Database) -> None:
    """Somebody looked at the goods."""
    bring_in(database, SETTLEMENT, report("DEFECTIVE"))
    key = refund_line(database)["key"]
    answer = {"key": key, "shown_version": 0, "disposition": Disposition.NOT_RETURNED}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SAVE, "M. Lee", NOW)
        stored_overrides.save(connection, frame(ANSWER_COLUMNS, [answer]), batch, who="M. Lee", now=NOW)

    assert Disposition.NOT_RETURNED == refund_line(database)["disposition"]


@pytest.mark.long
def test_a_report_after_the_export_is_a_true_up(database: Database) -> None:
    """The locked refund stays as it was exported; the goods that were no stock after all are its exact difference."""
    bring_in(database, SETTLEMENT)
    refund_line(database)
    books = load_books(database)
    (settlement,) = books.settlements
    export_settlement(database, books, settlement, ExportOptions(), who="M. Lee", now=NOW)
    bring_in(database, report("DEFECTIVE"))
    books = load_books(database)
    found = differences(books)

    assert [Disposition.RESTOCKED] == books.lines.loc[books.lines["event"] == "refund", "disposition"].to_list()
    assert [("disposition", Decimal(4))] == list(zip(found["cause"], found["difference"], strict=True))


SOLD_OFF = {
    "transaction-type": "Liquidations",
    "order-id": "L1",
    "amount": "2.00",
    "quantity-purchased": "1",
    "posted-date": "2026-08-15",
    "posted-date-time": "2026-08-15 10:00:00 UTC",
}


@pytest.mark.long
def test_a_liquidation_of_goods_that_were_sellable_is_asked_for_and_proposed_with_their_refund(
    database: Database,
) -> None:
    """It went out at 0.00, for the mug had come back unsellable; it had not: -4.00 of the refund, and 5.00 of it."""
    bring_in(database, OriginalFile("1.txt", v2_content("1", {}, REFUND, SOLD_OFF, total="2.00")), report("DEFECTIVE"))
    refund_line(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(), who="M. Lee", now=NOW)
    undo_batch(database, 2, who="M. Lee", now=NOW)
    books = load_books(database)
    lines = lines_to_sync(books, books.settlements)
    request = cost_request(lines, averages=without_order(books.known_now.transactions))
    average = {"kind": "average on date", "product_id": "MUG", "unit_cost": Decimal(5), "record_date": "2026-08-10"}
    with database.writing() as connection:
        of_day = frame(OBSERVATION_COLUMNS, [average | {"currency": "USD", "fetched_at": NOW}])
        stored_observations.add(connection, of_day, new(connection, BatchKind.SYNC, "M. Lee", NOW), NOW)

    assert ("MUG", date(2026, 8, 15)) in request.dated_skus
    assert "L1" in {order.order_id for order in request.orders}
    assert Cause.NOT_SYNCED in lines["cause"].dropna().to_list()
    assert [-4, 5] == sorted(differences(load_books(database))["difference"])


def test_a_report_is_stored_once_with_its_bytes(database: Database) -> None:
    """The second import changes nothing; the original can be had back."""
    file = report("SELLABLE", "DEFECTIVE")
    first, second = bring_in(database, file, file)

    with database.reading() as connection:
        stored, original = file_rows.load(connection, RETURNED_GOODS), original_files.original(connection, file.sha256)
    assert first.returns is not None
    assert second.returns is not None
    assert (True, 2, 1, False) == (
        first.returns.is_new,
        first.returns.units,
        first.returns.restocked_units,
        second.returns.is_new,
    )
    assert 2 == len(stored)
    assert file == original


@pytest.mark.long
def test_reports_that_overlap_bring_nothing_back_twice(database: Database) -> None:
    """A unit that stands in last week's report and in this month's came back once."""
    three = {"quantity-purchased": "3"}
    settlement = OriginalFile("1.txt", v2_content("1", three, {**REFUND, "quantity-purchased": "-3"}, total="0.00"))
    week, month = report("SELLABLE"), report("SELLABLE", "DEFECTIVE", name="month.txt")
    bring_in(database, week, month, settlement)
    line = refund_line(database, units=3)

    assert Decimal(-4) == line["cogs"]
    assert "reported: 1 DEFECTIVE, 1 SELLABLE." in str(line["cost_note"])


def test_a_report_covers_every_store_of_the_marketplace(database: Database) -> None:
    """One seller account sells in several countries; its returns report names all their orders."""
    bring_in(database, report("DEFECTIVE"), store="Amazon US")
    bring_in(database, SETTLEMENT, store="Amazon CA")

    assert Disposition.UNSELLABLE == refund_line(database)["disposition"]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "words", [("REPAIRED",), ("DISTRIBUTOR_DAMAGED",), ("verkaufbar",), ("SELLABLE (used)",), ("SELLABLE", "LOST?")]
)
def test_a_state_that_nobody_declared_decides_nothing_and_is_asked(database: Database, words: tuple[str, ...]) -> None:
    """Neither the report nor the policy takes the goods back or not: the bookkeeper says how many are stock."""
    bring_in(database, SETTLEMENT, report(*words))
    refund_line(database)
    lines = load_books(database).lines
    line = lines[lines["event"] == "refund"].iloc[0]

    assert (CostStatus.MISSING, Cause.UNITS_UNKNOWN) == (line["cost_status"], line["cause"])
    assert pd.isna(line["cogs"])
    assert words[-1] in str(line["cost_note"])
    assert "not a known state of goods" in str(line["cost_note"])

    with database.writing() as connection:
        batch = new(connection, BatchKind.SAVE, "M. Lee", NOW)
        answer = {"key": line["key"], "shown_version": 0, "units_back": 1, "disposition": Disposition.RESTOCKED}
        stored_overrides.save(connection, frame(ANSWER_COLUMNS, [answer]), batch, who="M. Lee", now=NOW)
    lines = load_books(database).lines
    assert Decimal(-4) == lines[lines["event"] == "refund"].iloc[0]["cogs"]


@pytest.mark.few(1)
@pytest.mark.parametrize("files", [[SETTLEMENT, report("DEFECTIVE")], [report("DEFECTIVE"), SETTLEMENT]])
def test_the_import_of_a_report_is_undone_and_done_again(database: Database, files: list[OriginalFile]) -> None:
    """A report of the wrong store was imported: without it the policy decides, and imported again it counts again."""
    bring_in(database, *files)
    with database.reading() as connection:
        notes = {row["note"]: row["number"] for row in records(history(connection))}
    undone = undo_batch(database, notes["returns.txt"], who="M. Lee", now=NOW)
    without = refund_line(database)["disposition"]
    (again,) = bring_in(database, report("DEFECTIVE"))

    assert (1, Disposition.RESTOCKED) == (undone.report_rows, without)
    assert again.returns is not None
    assert again.returns.is_new
    assert Disposition.UNSELLABLE == refund_line(database)["disposition"]


def test_the_import_of_a_settlement_is_not_undone_but_removed(database: Database) -> None:
    """Nor is a report undone twice; what to do instead is said."""
    bring_in(database, report("DEFECTIVE"), SETTLEMENT)
    undo_batch(database, 1, who="M. Lee", now=NOW)

    for number in (1, 2):
        with pytest.raises(NothingToUndoError, match=f"Batch {number} is not a save that can be undone"):
            undo_batch(database, number, who="M. Lee", now=NOW)
