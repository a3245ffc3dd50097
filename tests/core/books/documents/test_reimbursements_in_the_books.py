"""Amazon's Reimbursements report decides over reimbursements, whichever of the two was imported first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books.batches import BatchKind, new
from core.books.costed_lines.line_costs import costed_lines
from core.books.costed_lines.recosting import recosted
from core.books.documents import file_rows
from core.books.documents.reported_reimbursements import REIMBURSEMENTS
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.duplicates import AnotherStoreError
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.overrides.undo import undo_batch
from core.books.settlements import original_files
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import cost_request
from core.books.true_ups.cost_comparison import differences
from core.costing import REIMBURSED_COLUMNS, CostingPolicies, closure, cost, with_report
from core.frame_columns import OVERRIDE_COLUMNS, frame, records
from core.marketplaces.amazon.words import REASONS
from core.marketplaces.documents.reimbursements import Counts
from core.marketplaces.words.wording import folded
from core.model import Disposition, OverrideKind
from tests.core.books.documents.reported_reimbursements import LOST, NOW, PAID, bring_in, lines, report, with_costs
from tests.core.books.listed_documents import v2_content
from tests.core.costing.random_books import START, Rows, random_books
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


BACK = PAID | {
    "amount-description": "COMPENSATED_CLAWBACK",
    "amount": "-7.50",
    "quantity-purchased": "1",
    "posted-date": "2026-08-14",
    "posted-date-time": "2026-08-14 10:00:00 UTC",
}
DAMAGE = PAID | {"amount-description": "INBOUND_CARRIER_DAMAGE", "sku": "", "quantity-purchased": "", "amount": "21.00"}
SETTLEMENT = OriginalFile("1.txt", v2_content("1", PAID, total="15.00"))


ONE_OF_EACH = report(LOST.format(cash=1, stock=1))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


@pytest.mark.few(1)
@pytest.mark.parametrize("files", list(permutations([SETTLEMENT, ONE_OF_EACH])))
def test_the_report_decides_in_both_orders_of_import(database: Database, files: tuple[OriginalFile, ...]) -> None:
    """Of 2 lost, 1 was paid and 1 replaced from like stock: one mug at 7.00 left; the note says who decided."""
    bring_in(database, *files)
    with_costs(database)
    (line,) = records(load_books(database).lines)

    assert (1, Decimal(7), 2) == (line["cost_quantity"], line["cogs"], line["quantity"])
    assert line["cost_note"].endswith("Amazon's Reimbursements report: Lost_Warehouse, 1 in cash, 1 from stock.")


def test_without_a_report_the_line_says_its_units(database: Database) -> None:
    """Both were lost, as far as the settlement tells."""
    bring_in(database, SETTLEMENT)
    with_costs(database)

    assert {"WAREHOUSE_LOST": ("costed", 2, Decimal(14))} == lines(database)


@pytest.mark.long
def test_what_the_bookkeeper_saved_comes_first(database: Database) -> None:
    """Somebody counted."""
    bring_in(database, SETTLEMENT, ONE_OF_EACH)
    with_costs(database)
    (line,) = records(load_books(database).lines)
    answer = {"key": line["key"], "shown_version": 0, "unit_cost": Decimal(6), "currency": "USD", "units_back": 2}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SAVE, "M. Lee", NOW)
        stored_overrides.save(connection, frame(ANSWER_COLUMNS, [answer]), batch, who="M. Lee", now=NOW)

    assert {"WAREHOUSE_LOST": ("costed", 2, Decimal(12))} == lines(database)


@pytest.mark.long
def test_a_report_after_the_export_is_a_true_up(database: Database) -> None:
    """The locked loss stays as it was exported; the mug that was replaced is its exact difference."""
    bring_in(database, SETTLEMENT)
    with_costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(), who="M. Lee", now=NOW)
    bring_in(database, ONE_OF_EACH)
    books = load_books(database)
    found = differences(books)

    assert [Decimal(14)] == books.lines["cogs"].to_list()
    assert [(Decimal(7), Decimal(-7))] == list(zip(found["cogs"], found["difference"], strict=True))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        ("1", ("costed", -1, Decimal(-7))),
        ("0", ("not applicable", 0, Decimal(0))),
        ("", ("missing", -1, None)),
        ("-1", ("missing", -1, None)),
    ],
)
def test_clawback_with_and_without_a_unit_back(database: Database, stock: str, expected: tuple[object, ...]) -> None:
    """One back in stock takes back one mug; none back is money only; where the report is silent it is asked."""
    taken_back = "2026-08-14T08:00:00+00:00\t5002\t\tReimbursement_Reversal\tMUG\tUSD\t-7.50\t-7.50\t-1\t{}\t\t5001"
    bring_in(database, OriginalFile("1.txt", v2_content("1", PAID, BACK, total="7.50")))
    brought = bring_in(database, report(LOST.format(cash=2, stock=0), taken_back.format(stock)))[0].reimbursements
    with_costs(database)

    assert {"WAREHOUSE_LOST": ("costed", 2, Decimal(14)), "COMPENSATED_CLAWBACK": expected} == lines(database)
    assert brought is not None
    assert (int(stock == "1"), int(stock == "-1")) == (brought.counts.units_back, brought.counts.unclear)
    assert "-1 back in stock" not in " ".join(load_books(database).lines["cost_note"].dropna())


@pytest.mark.long
def test_line_without_sku_and_units_is_asked_for_and_costed_as_reported(database: Database) -> None:
    """The settlement's line stays as it is; the sync asks for the average of the SKU that the report names."""
    damage = "2026-08-04T08:00:00+00:00\t5003\t\tDamaged_Inbound\tMUG\tUSD\t7.00\t21.00\t3\t0\t3\t"
    bring_in(database, OriginalFile("1.txt", v2_content("1", DAMAGE, total="21.00")), report(damage))
    books = load_books(database)
    told = with_report(replace(books.costing_input, transactions=books.lines))
    request = cost_request(told, averages=set(told["key"]))
    with_costs(database)
    (line,) = records(load_books(database).lines)

    assert (("MUG",), ["MUG"]) == (request.skus, [sku for sku, _ in request.dated_skus])
    assert (None, 3, Decimal(21)) == (line["sku"], line["cost_quantity"], line["cogs"])


def test_a_report_is_stored_once_with_its_bytes(database: Database) -> None:
    """The second import changes nothing; the original can be had back."""
    first, second = bring_in(database, ONE_OF_EACH, ONE_OF_EACH)
    with database.reading() as connection:
        stored = file_rows.load(connection, REIMBURSEMENTS)
        original = original_files.original(connection, ONE_OF_EACH.sha256)

    assert first.reimbursements is not None
    assert second.reimbursements is not None
    assert (True, Counts(1, 1, 1, 0, 0)) == (first.reimbursements.is_new, first.reimbursements.counts)
    assert (False, 1, ONE_OF_EACH) == (second.reimbursements.is_new, len(stored), original)


def test_reports_that_overlap_count_a_row_once(database: Database) -> None:
    """The row stands in this week's report and in this month's."""
    more = "2026-08-20T08:00:00+00:00\t5009\t\tLost_Warehouse\tCUP\tUSD\t1.00\t1.00\t1\t0\t1\t"
    bring_in(database, ONE_OF_EACH, report(LOST.format(cash=1, stock=1), more, name="month.txt"), SETTLEMENT)
    with_costs(database)

    assert {"WAREHOUSE_LOST": ("costed", 1, Decimal(7))} == lines(database)


def test_a_report_covers_every_store_of_the_marketplace(database: Database) -> None:
    """One seller account sells in several countries; a file is imported for one of them only."""
    bring_in(database, ONE_OF_EACH, store="Amazon US")
    bring_in(database, SETTLEMENT, store="Amazon CA")
    with_costs(database)

    assert {"WAREHOUSE_LOST": ("costed", 1, Decimal(7))} == lines(database)
    with pytest.raises(AnotherStoreError, match="store “Amazon US” has it already"):
        bring_in(database, ONE_OF_EACH, store="Amazon CA")


TOLD = st.fixed_dictionaries(
    {
        "words": st.sampled_from(["Lost_Warehouse", "Customer_Return", "General_Adjustment", "Fee_Correction", "New"]),
        "taken_back": st.booleans(),
        "order_id": st.sampled_from([None, "111-0", "111-1"]),
        "units_cash": st.sampled_from([None, 0, 1, 2]),
        "units_inventory": st.sampled_from([None, 0, 1]),
        "original": st.sampled_from([None, "N0", "N1"]),
    }
)


@pytest.mark.long
@settings(max_examples=examples(15), deadline=None)
@given(rows=random_books(), data=st.data())
def test_costing_what_is_touched_equals_costing_everything(rows: Rows, data: st.DataObject) -> None:
    """With whatever report: an answer that is saved later leaves no other line with a cost of before."""
    known = rows.books()
    keys = [row["key"] for row in rows.lines if row["event"] in {"reimbursement", "reimbursement reversal"}]
    told = []
    for number, key in enumerate(keys):
        drawn = data.draw(TOLD)
        reason = REASONS.get(folded(str(drawn["words"])))
        said = {"event": reason and reason.event.value, "goods": reason and reason.goods.value}
        told.append({"key": key, "number": f"N{number}", "sku": None, **drawn, **said})
    known = replace(known, reimbursed=frame(REIMBURSED_COLUMNS, told))
    policies = CostingPolicies("USD")
    before = costed_lines(known, policies)
    saved = data.draw(st.lists(st.sampled_from([row["key"] for row in rows.lines]), unique=True, max_size=3))
    answers = [
        {"key": key, "version": 1_000, "unit_cost": Decimal("4.25"), "kind": OverrideKind.ENTERED, "saved_at": START}
        | {"disposition": data.draw(st.sampled_from([None, *Disposition]))}
        for key in saved
    ]
    was = [] if known.overrides is None else records(known.overrides)
    now = replace(known, overrides=frame(OVERRIDE_COLUMNS, [*was, *answers]))

    assert records(costed_lines(now, policies)) == records(recosted(before, now, policies, saved))
    assert set(saved) <= closure(with_report(now), saved)
    assert list(cost(now, policies)["key"]) == list(known.transactions["key"])


@pytest.mark.long
def test_an_answer_frees_what_the_report_had_counted(database: Database) -> None:
    """Two returns are reimbursed and one unit had come back: the first took it, until somebody says that it did not."""
    refund = {"transaction-type": "Refund", "order-id": "111-0", "adjustment-id": "A1", "amount": "-10.00"}
    first = PAID | {"amount-description": "CS_ERROR_ITEMS", "amount": "8.00", "quantity-purchased": "1"}
    second = first | {"order-id": "111-0", "amount": "9.00", "posted-date-time": "2026-08-05 10:00:00 UTC"}
    row = "2026-08-04T08:00:00+00:00\t5001\t111-0\tCustomer_Service_Issue\tMUG\tUSD\t8.00\t8.00\t1\t0\t1\t"
    file = OriginalFile("1.txt", v2_content("1", {}, refund, first, second, total="17.00"))
    bring_in(database, file, report(row))
    with_costs(database)
    books = load_books(database)
    key = next(one["key"] for one in records(books.lines) if one["net"] == 8)
    policies = CostingPolicies("USD")
    answer = {"key": key, "version": 1, "disposition": Disposition.NOT_RETURNED, "kind": OverrideKind.ENTERED}
    now = replace(books.costing_input, overrides=frame(OVERRIDE_COLUMNS, [answer | {"saved_at": NOW}]))
    before, after = costed_lines(books.costing_input, policies), recosted(books.lines, now, policies, [key])

    assert [1, 0] == [row["cost_quantity"] or 0 for row in records(before) if row["net"] in (8, 9)]
    assert [row["cost_status"] for row in records(costed_lines(now, policies))] == after["cost_status"].to_list()
    assert ["not applicable", "costed"] == [row["cost_status"] for row in records(after) if row["net"] in (8, 9)]


@pytest.mark.few(1)
@pytest.mark.parametrize(("cash", "stock", "with_report"), [(0, 2, 0), (1, 1, 1), (2, 0, 2)])
def test_the_import_of_a_report_of_reimbursements_is_undone(
    database: Database, cash: int, stock: int, with_report: int
) -> None:
    """The units that the report had decided are the settlement's own again."""
    bring_in(database, SETTLEMENT, report(LOST.format(cash=cash, stock=stock)))
    before = load_books(database).lines["cost_quantity"].to_list()
    undo_batch(database, 2, who="M. Lee", now=NOW)

    assert ([with_report], [2]) == (before, load_books(database).lines["cost_quantity"].to_list())
