"""A returns report decides over refunds, whichever of the two was imported first."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books import file_rows, observations, original_files, overrides, sku_mapping
from core.books.batches import BatchKind, new
from core.books.booked_settlement import OriginalFile
from core.books.costs_today import differences
from core.books.database import Database
from core.books.database.company import new_company
from core.books.exporting import ExportWish, export_settlement
from core.books.importing import import_file
from core.books.loading import load_books
from core.books.overrides import ANSWER_COLUMNS
from core.books.returned_goods import RETURNED_GOODS
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.marketplaces import read_file
from core.model import Cause, CostStatus, Disposition
from tests.core.books.listed_documents import v2_content
from tests.core.marketplaces.test_returned_goods import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.importing import ImportedFile

NOW = datetime(2026, 9, 1, tzinfo=UTC)
REFUND = {"transaction-type": "Refund", "order-id": "111-0", "adjustment-id": "A1", "amount": "-10.00"}
SETTLEMENT = OriginalFile("1.txt", v2_content("1", {}, REFUND, total="0.00"))
ROW = "2026-08-10T08:00:00+00:00\t111-0\tMUG\tB0\tX0\tMug\t1\tPHX7\t{word}\tUNWANTED\t\t{number}\t\n"


def report(*words: str, name: str = "returns.txt") -> OriginalFile:
    """Return a returns report with one unit of the refunded order per word."""
    rows = "".join(ROW.format(word=word, number=f"LPN{number}") for number, word in enumerate(words))
    return OriginalFile(name, f"{COLUMNS}\n{rows}".encode())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", NOW)) as opened:
        yield opened


def bring_in(database: Database, *files: OriginalFile, store: str | None = None) -> list[ImportedFile]:
    readings = [(file, read_file(file.content, file.name)) for file in files]
    return [import_file(database, one, file, store=store, who="M. Lee", now=NOW) for file, one in readings]


def refund_line(database: Database, units: int = 1) -> dict[str, object]:
    """Return disposition, COGS and note of the refund, its original costing 4.00."""
    cost = {"kind": "order", "order_id": "111-0", "product_id": "MUG", "unit_cost": Decimal(4), "units": units}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        observations.add(
            connection, frame(OBSERVATION_COLUMNS, [cost | {"currency": "USD", "fetched_at": NOW}]), batch, NOW
        )
        sku_mapping.add(
            connection, frame(MAPPING_COLUMNS, [{"sku": "MUG", "product_id": "MUG", "units": 1}]), batch, NOW
        )
    lines = load_books(database).lines
    line = lines[lines["event"] == "refund"].iloc[0]
    return {name: line[name] for name in ("key", "disposition", "cogs", "cost_note")}


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
        overrides.save(connection, frame(ANSWER_COLUMNS, [answer]), batch, who="M. Lee", now=NOW)

    assert Disposition.NOT_RETURNED == refund_line(database)["disposition"]


def test_a_report_after_the_export_is_a_true_up(database: Database) -> None:
    """The locked refund stays as it was exported; the goods that were no stock after all are its exact difference."""
    bring_in(database, SETTLEMENT)
    refund_line(database)
    books = load_books(database)
    (settlement,) = books.settlements
    export_settlement(database, books, settlement, ExportWish(), who="M. Lee", now=NOW)
    bring_in(database, report("DEFECTIVE"))
    books = load_books(database)
    found = differences(books)

    assert [Disposition.RESTOCKED] == books.lines.loc[books.lines["event"] == "refund", "disposition"].to_list()
    assert [("disposition", Decimal(4))] == list(zip(found["cause"], found["difference"], strict=True))


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
        first.returns.restocked,
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
        overrides.save(connection, frame(ANSWER_COLUMNS, [answer]), batch, who="M. Lee", now=NOW)
    lines = load_books(database).lines
    assert Decimal(-4) == lines[lines["event"] == "refund"].iloc[0]["cogs"]
