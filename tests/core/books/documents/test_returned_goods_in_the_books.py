"""A returns report decides over refunds, whichever of the two was imported first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books.batches import BatchKind, history, new
from core.books.documents import file_rows
from core.books.documents.returned_goods import RETURNED_GOODS
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.overrides.undo import NothingToUndoError, undo_batch, undo_last
from core.books.settings import sku_mapping
from core.books.settlements import original_files
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.removing import remove_settlements
from core.books.syncing import observations
from core.books.syncing.syncing import cost_request
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import lines_to_sync
from core.costing import without_order
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.model import Cause, CostStatus, Disposition
from tests.core.books.listed_documents import v2_content
from tests.core.marketplaces.documents.test_returned_goods import COLUMNS
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
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
        observations.add(connection, of_day, new(connection, BatchKind.SYNC, "M. Lee", NOW), NOW)

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
        observations.add(connection, frame(OBSERVATION_COLUMNS, told), batch, NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, names), batch, NOW)
    lines = load_books(database).lines
    refunds = lines[lines["event"] == "refund"].sort_values(["posted_at", "settlement_id", "sku", "net"])
    return [None if pd.isna(cogs) else Decimal(cogs) for cogs in refunds["cogs"]]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("refunds", "fees", "cogs"),
    [
        ([back(1)], [fee()], [0]),
        ([back(1)], [fee(place=",,108,1")], [0]),
        ([back(1)], [fee(place=",,108,")], [0]),
        ([back(1)], [fee(place="200,1,,")], [0]),
        ([back(1)], [fee(place="200,1,108,1", units="1", sku="MUG")], [0]),
        ([back(1)], [fee("1 " + FEE)], [0]),
        ([back(1)], [fee("wfs_returned-item disposal FEE")], [0]),
        ([back(1)], [fee("Returned Item Disposal Fee")], [0]),
        ([back(1)], [fee(place="201,1,109,1")], [-5]),
        ([back(3)], [fee("3 " + FEE)], [0]),
        ([back(3)], [fee()], [0]),
        ([back(3)], [fee("2 x " + FEE)], [-5]),
        ([back(3)], [fee(units="1")], [-10]),
        ([back(3)], [fee(units="1"), fee(units="1")], [-5]),
        ([back(1), back(1, price="9.99")], [fee()], [0, -5]),
        ([back(1), back(1, price="9.99")], [fee(), fee()], [0, 0]),
        ([back(1), back(1, price="9.99")], [fee("2 " + FEE)], [0, 0]),
        ([back(1), back(1, price="9.99")], [fee(units="1")], [0, -5]),
        ([back(1), back(1, "CUP", 2)], [fee(sku="CUP")], [0, -5]),
        ([back(1), back(1, "CUP", 2)], [fee(place=",,108,2")], [None, None]),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_a_fee_for_disposal_is_of_its_refund_in_whatever_statement(
    database: Database, refunds: list[str], fees: list[str], cogs: list[int | None], *, together: bool
) -> None:
    """A destroyed return of 5.00 takes nothing back: as often as fees say, no more, whichever statement has them."""
    sales = [sold(3), sold(1, "CUP", 2)]
    if together:
        bring_in(database, statement(6, *sales, *refunds, *fees))
        cogs = [0 if sku == "CUP" else -5 for sku in ("CUP", "MUG")] if None in cogs else cogs
    else:
        bring_in(database, statement(6, *sales, *refunds), statement(7, *fees))

    assert cogs == costs(database)


GIVEN_BACK = {"amount": "2.00"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("refunds", "fees", "cogs"),
    [
        ([back(1)], [fee(), fee(**GIVEN_BACK)], [None]),
        ([back(2)], [fee(units="1", sku="MUG"), fee(units="1", sku="MUG", **GIVEN_BACK)], [None]),
        ([back(1)], [fee(**GIVEN_BACK)], [None]),
        ([back(3)], [fee("2 x " + FEE), fee(place=",,108,1", **GIVEN_BACK)], [None]),
        ([back(1), back(1, "CUP", 2)], [fee(), fee(**GIVEN_BACK, sku="MUG")], [-5, None]),
        ([back(1)], [fee(place="201,1,109,1", **GIVEN_BACK)], [-5]),
        ([back(1)], [fee(), fee(amount="0.00")], [0]),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_a_fee_for_disposal_that_is_given_back_destroys_nothing_and_is_asked(
    database: Database, refunds: list[str], fees: list[str], cogs: list[int | None], *, apart: bool
) -> None:
    """It counted as one more destroyed unit; whether the unit is stock again, or was paid for, nobody says."""
    sales, last = [sold(3), sold(1, "CUP", 2)], fees[-1:]
    files = [statement(6, *sales, *refunds, *fees[:-1], *([] if apart else last))]
    bring_in(database, *files, *([statement(7, *last)] if apart else []))

    assert cogs == costs(database)
    notes = load_books(database).lines["cost_note"]
    assert (None in cogs) == notes.str.contains(f"{FEE}, given back", regex=False).any()


@pytest.mark.long
def test_a_fee_of_the_next_statement_corrects_an_exported_refund(database: Database) -> None:
    """The refund went out with -5.00; the fee says that its unit was destroyed: +5.00 as a true-up, with its reason."""
    bring_in(database, statement(6, sold(1), back(1)))
    assert [Decimal(-5)] == costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(), who="M. Lee", now=NOW)

    bring_in(database, statement(7, fee()))

    (found,) = differences(load_books(database)).to_dict("records")
    assert (Decimal(5), "disposition", Disposition.UNSELLABLE) == (
        found["difference"],
        found["cause"],
        found["disposition"],
    )


def take_out(database: Database, *settlement_ids: str) -> None:
    books = load_books(database)
    named = [one for one in books.settlements if one.settlement_id in settlement_ids]
    remove_settlements(database, books, named, who="M. Lee", now=NOW)


SOLD_AND_BACK = (sold(1), back(1))


@pytest.mark.long
def test_a_fee_that_a_corrected_file_lacks_says_nothing_any_more(database: Database) -> None:
    """The file that does not tie out gives way with its fee, and so do its words about the goods."""
    bring_in(database, statement(6, *SOLD_AND_BACK, fee(), total="0.00"))
    assert [Decimal(0)] == costs(database)
    bring_in(database, statement(6, *SOLD_AND_BACK))
    assert [Decimal(-5)] == costs(database)


@pytest.mark.long
def test_a_fee_ends_with_its_settlement_and_comes_back_with_it(database: Database) -> None:
    """Removed, brought back by undo, removed and imported again: the refund follows each time."""
    later = statement(7, fee())
    bring_in(database, statement(6, *SOLD_AND_BACK), later)
    seen = [costs(database)]
    take_out(database, "20260701-20260714")
    seen.append(costs(database))
    undo_last(database, who="M. Lee", now=NOW)
    seen.append(costs(database))
    take_out(database, "20260701-20260714")
    bring_in(database, later)
    seen.append(costs(database))

    assert [[0], [-5], [0], [0]] == seen


@pytest.mark.long
def test_another_file_in_the_place_of_a_removed_one_hears_nothing_of_it(database: Database) -> None:
    """All of a statement is removed, with the fee; what is imported then has none."""
    bring_in(database, statement(6, *SOLD_AND_BACK, fee()))
    take_out(database, "20260601-20260614")
    bring_in(database, statement(6, *SOLD_AND_BACK))
    assert [Decimal(-5)] == costs(database)


def test_a_file_that_is_refused_says_nothing_of_goods(database: Database) -> None:
    """It differs from what the books have, and nothing of it enters them."""
    bring_in(database, statement(6, *SOLD_AND_BACK))
    (refused,) = bring_in(database, statement(6, *SOLD_AND_BACK, fee()))
    assert (True, None) == (refused.needs_attention, refused.returns)
    assert [Decimal(-5)] == costs(database)


@pytest.mark.long
def test_the_same_statement_packed_otherwise_ends_with_its_lines_too(database: Database) -> None:
    """Its bytes are others and its lines the same: its fee is the one that is there already, and goes with it."""
    one = statement(6, *SOLD_AND_BACK, fee())
    bring_in(database, one, OriginalFile("again.csv", one.content.replace(b"\n", b"\r\n")))
    assert [Decimal(0)] == costs(database)
    take_out(database, "20260601-20260614")
    bring_in(database, statement(6, *SOLD_AND_BACK))
    assert [Decimal(-5)] == costs(database)


@pytest.mark.long
def test_a_fee_that_is_removed_after_the_refund_went_out_is_a_true_up(database: Database) -> None:
    """It went out as destroyed, 0.00; without the fee its unit is stock again: -5.00, in the open period."""
    bring_in(database, statement(6, *SOLD_AND_BACK), statement(7, fee()))
    costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(), who="M. Lee", now=NOW)
    assert differences(load_books(database)).empty
    take_out(database, "20260701-20260714")

    (found,) = differences(load_books(database)).to_dict("records")
    assert (Decimal(-5), Disposition.RESTOCKED) == (found["difference"], found["disposition"])


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
