"""What a document says that comes after the export of its payout is named, asked and proposed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import undo_last
from core.books.settlements import original_files
from core.books.settlements.booked_settlement import FileUse, Import, SettlementKind
from core.books.settlements.remarks import remarks
from core.books.true_ups import reclassifications
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import asked_lines, questions_since_export, unanswered
from core.frame_columns import records
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.core.books.importing.payout_files import JULY, JUNE, NOW, WHO, bring_in, give_costs, lines_of, only
from tests.core.books.importing.test_importing import v2_file
from tests.core.books.reopening_one import reopen
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


@pytest.mark.long
@pytest.mark.parametrize("export", [shopify_export, ebay_export, unified_export])
@pytest.mark.parametrize(
    ("more", "then"),
    [
        (JULY, "164.90"),
        ((JUNE[1], *JULY), "164.90"),
        ((Row("2026-07-01", "#3", "20.00"), Row("2026-07-02", "#4", "5.00")), "170.50"),
    ],
    ids=["the days after", "a day that is known too", "two rows"],
)
def test_a_part_that_comes_after_the_export_takes_nothing_away(
    database: Database, export: Any, more: tuple[Row, ...], then: str
) -> None:
    """Rows that a part leaves out are not named; imported once more, it is known."""
    bring_in(database, export("june.csv", *JUNE))
    give_costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    late = bring_in(database, export("july.csv", *more))
    again = bring_in(database, export("july.csv", *more))

    assert (Import.LOCKED, Import.ALREADY_IMPORTED) == (late.result, again.result)
    assert f"the books have 145.50 USD, with this file, which holds a part of it, they would have {then}" in late.reason
    assert "nothing instead of" not in late.reason
    assert late.whole is not None
    assert Decimal(then) == late.whole.sum


@pytest.mark.long
def test_the_final_document_after_an_export_is_kept_and_its_lines_are_named(database: Database) -> None:
    """Nothing is silently locked; once the settlement is reopened the same file takes the view's place."""
    bring_in(database, unified_export("a.csv", Row("2026-08-04", "111-0", "10.00", payout="1")))
    give_costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    record = v2_file("1", "10.00", "12.00", total="22.00")
    final = bring_in(database, record)

    assert (Import.LOCKED, True) == (final.result, final.needs_attention)
    assert "sale 111-1 MUG: 12.00 (1 unit) instead of nothing" in final.reason
    with database.reading() as connection:
        assert [record.sha256] == original_files.files_of(connection, only(database), FileUse.AFTER_EXPORT)
    assert 1 == len(lines_of(database))


@pytest.mark.long
def test_what_the_final_document_brings_is_proposed_and_taken_over_by_reopening(database: Database) -> None:
    """10.00 went out, the final document says 22.00: 12.00 of money are proposed, the goods wait for their cost."""
    bring_in(database, unified_export("a.csv", Row("2026-08-04", "111-0", "10.00", payout="1")))
    give_costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    bring_in(database, v2_file("1", "10.00", "12.00", total="22.00"))
    books = load_books(database)

    (moved,) = reclassifications.pending_reclassifications(database, books)
    accounts = {line.account: line.amount for line in moved.lines}
    assert accounts == {"Marketplace Sales": Decimal(-12), f"{only(database).store} Clearing USD": Decimal(12)}
    assert {(only(database).store, "1"): 1} == unanswered(books)
    assert differences(books).empty

    reopen(database, only(database), "the final document came", lock_date=None, **WHO)
    assert (SettlementKind.RECORD, Decimal(22), True) == (
        only(database).kind,
        only(database).sum,
        only(database).ties_out,
    )
    assert 2 == len(lines_of(database))
    assert not unanswered(load_books(database))


@pytest.mark.long
def test_an_exported_line_of_other_units_is_asked_and_its_answer_is_a_true_up(database: Database) -> None:
    """5.00 typed for one unit went out; the final document says three: asked with 5.00, and 2.00 each are 1.00 more."""
    bring_in(database, unified_export("a.csv", Row("2026-08-04", "111-0", "10.00", payout="1")))
    give_costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    record = v2_file("1", "10.00", total="10.00")
    bring_in(database, replace(record, content=record.content.replace(b"\tMUG\t1\t", b"\tMUG\t3\t")))
    books = load_books(database)
    (line,) = records(questions_since_export(books))
    before = list(differences(books)["difference"])
    answers = [Answer(line["key"], line["version"], Decimal(2), line["proposed_cost"])]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, **WHO)
    books = load_books(database)

    assert (3, Decimal(5), []) == (line["quantity"], line["proposed_cost"], before)
    assert "5.00 USD, for one unit; this line has 3 units" in line["cost_note"]
    assert [Decimal(1)] == list(differences(books)["difference"])
    assert [Decimal(5)] == books.lines["cogs"].tolist()
    assert not unanswered(books)


def with_late_orders(database: Database, *late: Row) -> Books:
    """Export 10.00 of one order, and bring in what was released since."""
    first = Row("2026-08-04", "111-0", "10.00", payout="1")
    bring_in(database, unified_export("a.csv", first))
    give_costs(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    bring_in(database, unified_export("b.csv", first, *late))
    return load_books(database)


def answer_late(database: Database, order: str, cost: str) -> Books:
    """Type the cost of a line that an exported settlement did not go out with."""
    (line,) = (row for row in records(questions_since_export(load_books(database))) if row["order_id"] == order)
    answers = [Answer(line["key"], line["version"], Decimal(cost), line["proposed_cost"])]
    saving = save_answers(
        database, load_books(database), answers, settlement_ids=None, accept_proposals=False, accept_suspect=True, **WHO
    )
    assert [Ruling.SAVE] == [one.ruling for one in saving.decisions]
    return load_books(database)


@pytest.mark.long
def test_an_order_that_came_after_the_export_is_answered_and_becomes_a_true_up(database: Database) -> None:
    """12.00 were released late: Resolve asks for their cost, 4.00 are proposed as a true-up, and the lock stays."""
    books = with_late_orders(database, Row("2026-08-05", "111-1", "12.00", payout="1"))
    assert ["111-1"] == questions_since_export(books)["order_id"].tolist() == asked_lines(books)["order_id"].tolist()
    assert any("1 line of it now asks for a cost" in one.message for one in remarks(books)[only(database).store, "1"])

    books = answer_late(database, "111-1", "4.00")

    assert [Decimal(4)] == differences(books)["difference"].tolist()
    assert [Decimal(5)] == books.lines["cogs"].tolist()
    assert not unanswered(books)


@pytest.mark.long
def test_what_a_late_order_was_answered_holds_once_it_is_open(database: Database) -> None:
    """Reopened, the settlement has the line, and the answer costs it."""
    with_late_orders(database, Row("2026-08-05", "111-1", "12.00", payout="1"))
    answer_late(database, "111-1", "4.00")

    reopen(database, only(database), "the order was released", lock_date=None, **WHO)

    lines = load_books(database).lines
    assert {"111-0": Decimal(5), "111-1": Decimal(4)} == dict(zip(lines["order_id"], lines["cogs"], strict=True))


@pytest.mark.long
def test_an_answer_to_a_late_order_is_undone(database: Database) -> None:
    """Then it is asked again, and nothing is proposed."""
    with_late_orders(database, Row("2026-08-05", "111-1", "12.00", payout="1"))
    answer_late(database, "111-1", "4.00")

    undo_last(database, **WHO)

    books = load_books(database)
    assert (["111-1"], True) == (questions_since_export(books)["order_id"].tolist(), differences(books).empty)


@pytest.mark.long
def test_late_orders_wait_for_no_other(database: Database) -> None:
    """One of two has its cost: it is proposed, while the other is asked still; their orders have nothing in common."""
    late = [Row("2026-08-05", f"111-{n}", "12.00", payout="1") for n in (1, 2)]
    with_late_orders(database, *late)

    books = answer_late(database, "111-2", "4.00")

    assert ["111-1"] == questions_since_export(books)["order_id"].tolist()
    assert [Decimal(4)] == differences(books)["difference"].tolist()
