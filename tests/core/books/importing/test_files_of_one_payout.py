"""Exports cut payouts: the files of one payout are united, whatever their order, and nothing counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.entries.exporting import ExportOptions, NotReadyError, ProvisionalError, export_settlement
from core.books.entries.reopening import reopen
from core.books.importing import pulling
from core.books.importing.duplicates import AnotherStoreError
from core.books.importing.importing import import_file
from core.books.importing.pulling import PulledDocument, PullOutcome
from core.books.loading import load_books
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import NothingToUndoError, undo_last
from core.books.settings import stored_settings, stores
from core.books.settings.stores import Store, StoreUnknownError
from core.books.settlements import original_files, settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import (
    BookedSettlement,
    EntryStatus,
    FileUse,
    Import,
    OriginalFile,
    SettlementKind,
)
from core.books.settlements.remarks import remarks
from core.books.settlements.removing import (
    NotRemovableError,
    StoreInUseError,
    remove_settlements,
    remove_store,
)
from core.books.true_ups import reclassifications
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import asked_lines, questions_since_export, unanswered
from core.frame_columns import records
from core.marketplaces import FORMATS, read_file
from core.marketplaces.formats import what_helps
from core.model import Marketplace
from core.settings import POLICIES_NAME, Policies, StoredOriginals
from tests.core.books.exports_of_payouts import Row, ebay_export, released_export, shopify_export, unified_export
from tests.core.books.importing.test_importing import v2_file
from tests.core.marketplaces.settlement_writers import Sold, not_in_payouts, shopify_api
from tests.core.marketplaces.settlements.test_uniting import TWO_SPELLINGS, shopify
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement
    from core.marketplaces.formats import Format

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
JUNE = (Row("2026-06-29", "#1", "97.00"), Row("2026-06-30", "#2", "48.50"))
JULY = (Row("2026-07-01", "#3", "19.40"),)
PAID = Row("2026-07-02", "", "-164.90", kind="payout")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


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


@pytest.mark.few(1)
@pytest.mark.parametrize("export", [shopify_export, ebay_export, unified_export])
def test_a_payout_that_two_exports_cut_has_all_its_rows(database: Database, export: Any) -> None:
    """June's half is not lost when July's comes, and what changed is said with counts and sums."""
    bring_in(database, export("june.csv", *JUNE))
    united = bring_in(database, export("july.csv", *JULY))

    assert {"#1": Decimal("97.00"), "#2": Decimal("48.50"), "#3": Decimal("19.40")} == nets(database)
    assert (Import.UNITED, 0) == (united.result, united.ended_lines)
    assert ("2 transactions, 145.50 USD", "3 transactions, 164.90 USD") == (str(united.before), str(united.after))


@pytest.mark.long
@pytest.mark.parametrize("export", [shopify_export, ebay_export, unified_export])
def test_the_order_of_overlapping_exports_does_not_matter(tmp_path: Path, export: Any) -> None:
    """Three files that overlap give the same lines with the same keys in each of their six orders."""
    twin = Row("2026-06-30", "#2", "48.50")
    files = [
        export("a.csv", *JUNE, twin),
        export("b.csv", JUNE[1], twin, *JULY),
        export("c.csv", *JULY, Row("2026-07-02", "#4", "-5.00")),
    ]
    found = []
    for number, order in enumerate(permutations(files)):
        path = tmp_path / f"{number}" / "books.sqlite"
        with new_books(path, "Acme", "USD", NOW) as database:
            for file in order:
                bring_in(database, file)
            found.append(lines_of(database))

    assert all(one == found[0] for one in found)
    assert ["#1", "#2", "#2", "#3", "#4"] == sorted(row["order_id"] for row in found[0])


@pytest.mark.long
def test_a_row_in_two_files_is_one_and_twice_in_one_file_is_two(database: Database) -> None:
    """EBay's fees have a day and no number: three equal ones in one file are three, also beside two in another."""
    fees = [Row("2026-06-30", "", "-0.35", kind="fee")] * 3
    bring_in(database, ebay_export("a.csv", *JUNE, *fees[:2]))
    bring_in(database, ebay_export("b.csv", *fees, *JULY))

    assert [Decimal("-0.35")] * 3 == [row["net"] for row in lines_of(database) if row["order_id"] is None]
    assert bring_in(database, ebay_export("c.csv", fees[0], *JULY)).result is Import.ALREADY_IMPORTED


def test_what_does_not_say_anything_of_the_money_makes_no_other_row(database: Database) -> None:
    """A payout that was on its way in June's file and paid in July's, another buyer's spelling: the same rows."""
    bring_in(database, ebay_export("a.csv", *(row._replace(status="In transit") for row in JUNE), buyer="J. Buyer"))
    bring_in(database, ebay_export("b.csv", *JUNE, *JULY))

    assert 3 == len(lines_of(database))


def test_files_kept_without_personal_data_are_united_as_well(database: Database) -> None:
    """The rows of a scrubbed original are those of the file."""
    with database.writing() as connection:
        scrubbed = Policies(store_originals=StoredOriginals.SCRUBBED)
        stored_settings.put(connection, POLICIES_NAME, scrubbed, who="M. Lee", now=NOW)
    bring_in(database, ebay_export("a.csv", *JUNE))
    bring_in(database, ebay_export("b.csv", JUNE[1], *JULY))

    assert 3 == len(lines_of(database))


WRONG = Row("2026-06-29", "#9", "5.00")
ENDS = (Row("2026-06-28", "#8", "1.00"), Row("2026-07-02", "#7", "2.00"))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("write", "newer", "named"),
    [
        (shopify_export, (ENDS[0], *JUNE, *JULY, ENDS[1]), "sale #9: nothing instead of 5.00"),
        (ebay_export, (ENDS[0], *JUNE, *JULY, ENDS[1]), "sale #9 SKU-#9: nothing instead of 5.00"),
        (shopify_export, (ENDS[0], WRONG, ENDS[1]), "sale #1: nothing instead of 97.00"),  # exported of some orders
        (shopify_export, (ENDS[0], *JUNE, WRONG._replace(amount="4.00"), ENDS[1]), "sale #9: 4.00 instead of 5.00"),
    ],
)
def test_a_file_that_covers_a_day_takes_no_line_away(
    database: Database, write: Callable[..., OriginalFile], newer: tuple[Row, ...], named: str
) -> None:
    """It may have been filtered: which lines it lacks is said, with both sums, and the books stay as they are."""
    bring_in(database, write("a.csv", ENDS[0], *JUNE, WRONG))
    before = nets(database)
    told = bring_in(database, write("b.csv", *newer))

    assert (Import.CONFLICT, before) == (told.result, nets(database))
    assert named in told.reason
    assert f"The books have {sum(before.values()):.2f} USD and are unchanged; with this file" in told.reason


@pytest.mark.long
def test_the_remedy_of_a_file_that_lacks_lines_works(database: Database) -> None:
    """Removed and imported again from today's file, the settlement has its lines alone."""
    bring_in(database, shopify_export("a.csv", ENDS[0], *JUNE, WRONG))
    file = shopify_export("b.csv", ENDS[0], *JUNE, *JULY, ENDS[1])
    first = bring_in(database, file)
    books = load_books(database)
    remove_settlements(database, books, list(books.settlements), **WHO)
    then = bring_in(database, file)

    assert [Import.CONFLICT, Import.NEW] == [first.result, then.result]
    assert {"#1", "#2", "#3", "#7", "#8"} == set(nets(database))


def test_a_file_that_was_filtered_by_type_covers_no_other_type(database: Database) -> None:
    """An export of refunds alone over the whole month does not remove the month's charges."""
    bring_in(database, shopify_export("a.csv", *JUNE, *JULY))
    refunds = [Row(day, "#0", "-1.00", kind="refund") for day in ("2026-06-01", "2026-06-30", "2026-07-31")]
    bring_in(database, shopify_export("b.csv", *refunds))

    assert {"#0", "#1", "#2", "#3"} == set(nets(database))


@pytest.mark.long
def test_a_payout_that_is_proved_by_its_total_holds_whatever_comes_before_or_after(tmp_path: Path) -> None:
    """The file whose rows reach the payout's own amount is all of it, in either order."""
    whole = ebay_export("whole.csv", *JUNE, *JULY, PAID)
    part = ebay_export("part.csv", JUNE[0], Row("2026-06-30", "#2", "40.00"))
    for number, order in enumerate([(whole, part), (part, whole)]):
        path = tmp_path / f"{number}" / "books.sqlite"
        with new_books(path, "Acme", "USD", NOW) as database:
            for file in order:
                bring_in(database, file)
            one = only(database)
            assert (Decimal("164.90"), Decimal("164.90"), True) == (one.total, one.sum, one.ties_out)
            assert one.incomplete is None


def test_an_incomplete_payout_says_so(database: Database) -> None:
    """Its rows do not reach its total, or an export begins or ends in the middle of it."""
    bring_in(database, ebay_export("september.csv", *JULY, PAID))
    short = only(database)
    bring_in(database, ebay_export("june.csv", *JUNE))

    assert not short.ties_out
    assert "19.40 of 164.90 USD" in str(short.incomplete)
    assert (True, None) == (only(database).ties_out, only(database).incomplete)


@pytest.mark.long
def test_an_export_that_ends_in_the_middle_of_a_payout_says_so_on_settlements(database: Database) -> None:
    """Only an export that goes on behind the payout's last day shows that nothing follows."""
    bring_in_all(database, shopify_export("a.csv", Row("2026-06-20", "#0", "1.00", payout="900000"), *JUNE))
    said = remarks(load_books(database))["Shopify", "900001"]
    later = Row("2026-07-09", "#9", "1.00", payout="900002")
    bring_in_all(database, shopify_export("b.csv", *JULY, later))
    then = remarks(load_books(database))["Shopify", "900001"]

    assert ["Incomplete"] == [one.short for one in said if not one.short.startswith("Provisional")]
    assert "after 2026-06-30" in said[-1].message
    assert "before" not in said[-1].message
    assert [True] == [one.short.startswith("Provisional") for one in then]


def bring_in_all(database: Database, file: OriginalFile) -> None:
    import_file(database, read_file(file.content, file.name), file, store=None, **WHO)


def test_each_file_stays_with_the_settlement(database: Database) -> None:
    """What it is made of can be read again, all of it."""
    files = [shopify_export("a.csv", *JUNE), shopify_export("b.csv", *JULY)]
    for file in files:
        bring_in(database, file)
    with database.reading() as connection:
        assert [file.sha256 for file in files] == original_files.files_of(connection, only(database))


def test_what_was_in_force_after_a_batch_can_be_shown(database: Database) -> None:
    """Nothing is deleted: a line that a newer file ended is still known as of the day before."""
    bring_in(database, ebay_export("a.csv", *JUNE, WRONG))
    bring_in(database, ebay_export("b.csv", *JUNE, *JULY, PAID))
    with database.reading() as connection:
        then, now = settlement_lines.transactions_at(connection, 1), settlement_lines.transactions_at(connection, 2)

    assert {"#1", "#2", "#9"} == set(then["order_id"].dropna())
    assert {"#1", "#2", "#3"} == set(now["order_id"].dropna())
    assert lines_of(database) == records(now)


def test_a_month_so_far_is_replaced_by_what_it_is_now(database: Database) -> None:
    """It holds all there is of the month: an order that is no longer in it is gone."""
    sold = [Sold(f"#{n}", "MUG", 1, Decimal(n), Decimal(0)) for n in (1, 2)]
    so_far = [not_in_payouts(some, "shopify_not_in_payouts_so_far").content() for some in (sold, sold[1:])]
    first, second = (bring_in(database, OriginalFile("so far.json", content)) for content in so_far)

    assert [Import.NEW, Import.SUPERSEDED] == [first.result, second.result]
    assert ["#2"] == [row["order_id"] for row in lines_of(database)]


def test_a_record_that_ties_out_takes_the_place_of_one_that_does_not(database: Database) -> None:
    """The advice to download it again works: the second file replaces the first, said with both sums."""
    bring_in(database, v2_file("1", "85.00", total="45.00"))
    second = bring_in(database, v2_file("1", "85.00", "-40.00", total="45.00"))

    assert (Import.SUPERSEDED, True) == (second.result, only(database).ties_out)
    assert ("1 transaction, 85.00 USD", "2 transactions, 45.00 USD") == (str(second.before), str(second.after))


KNOWN, CUT = "The books have this very file", "import the export of the days before or after as well"


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("file", "first", "again"),
    [
        (v2_file("1", "85.00", total="45.00"), "Download the file again", KNOWN),
        (v2_file("2", "-85.00", total="45.00"), "Download the file again", KNOWN),
        (ebay_export("september.csv", *JULY, PAID), CUT, CUT),
        (shopify_export("july.csv", *JULY, PAID), CUT, CUT),
        (v2_file("3", "85.00", total="85.00"), "", ""),
    ],
    ids=["record", "record below zero", "eBay's export", "Shopify's export", "ties out"],
)
def test_what_helps_is_said_of_a_file_as_it_is_known(
    database: Database, file: OriginalFile, first: str, again: str
) -> None:
    """Who has imported a file is not told to download it; an export that is cut by days is not damaged."""
    said = [bring_in(database, replace(file, name=name)) for name in (file.name, "again")]

    assert (first in said[0].advice, again in said[1].advice) == (True, True), said
    assert [bool(first), bool(again)] == [bool(one.advice) for one in said]
    assert not [one for one in said for problem in one.problems if "ownload" in problem.message]


@pytest.mark.parametrize("form", [form for form in FORMATS if form.is_pulled], ids=lambda form: form.name)
def test_nobody_is_told_to_download_what_is_pulled(form: Format) -> None:
    """It is pulled again once it is removed (`test_a_removed_document_is_pulled_again`)."""
    assert what_helps(form) == "Remove the settlement and pull it again."
    assert form.download == ""


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("file", "way"),
    [
        (v2_file("1", "85.00", total="45.00"), "download its report anew and import that"),
        (ebay_export("september.csv", *JULY, PAID), "Import the export of the days before or after as well"),
        (shopify_export("july.csv", *JULY, PAID), "Import the export of the days before or after as well"),
        (shopify_export("a.csv", *JULY, Row("2026-07-02", "", "-19.40", kind="payout")).content, "import it once more"),
    ],
    ids=["record", "eBay's export", "Shopify's export", "another error"],
)
def test_a_refused_export_says_how_it_comes_to_tie_out(
    database: Database, file: OriginalFile | bytes, way: str
) -> None:
    """By the rest of its rows, by what takes its place, or by the error that its file names."""
    if isinstance(file, bytes):  # a row whose net is not its amount less its fee: the sum is right
        file = OriginalFile("a.csv", file.replace(b",0.00,19.40,", b",1.00,19.40,"))
    bring_in(database, file)
    with pytest.raises(NotReadyError) as refused:
        export_settlement(database, load_books(database), only(database), ExportOptions(), **WHO)

    assert way in str(refused.value)


@pytest.mark.few(1)
@pytest.mark.parametrize("total", ["85.00", "99.00"])
def test_nothing_takes_the_place_of_a_record_that_ties_out(database: Database, total: str) -> None:
    """Whether the second ties or not: two that contradict each other are for a person to decide."""
    bring_in(database, v2_file("1", "45.00", total="45.00"))
    second = bring_in(database, v2_file("1", "85.00", total=total))

    assert second.result is Import.CONFLICT
    assert "45.00 USD, this file 85.00 USD" in second.reason
    assert "remove the settlement and import this file" in second.reason
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert bring_in(database, v2_file("1", "85.00", total=total)).result is Import.NEW


def test_what_went_out_is_not_replaced_and_the_conflict_says_what_to_do(database: Database) -> None:
    """A record that does not tie out can only have been posted elsewhere; its lines stay, and reopening is named."""
    bring_in(database, v2_file("1", "85.00", total="45.00"))
    with database.writing() as connection:
        stored_settlements.set_status(connection, only(database), cogs_entry=EntryStatus.POSTED_ELSEWHERE)
    second = bring_in(database, v2_file("1", "85.00", "-40.00", total="45.00"))

    assert (Import.CONFLICT, False) == (second.result, only(database).ties_out)
    assert "reopen the settlement and import the file again" in second.reason


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "file",
    [
        shopify_export("a.csv", *JUNE),
        unified_export("a.csv", *JUNE),
        ebay_export("a.csv", *JUNE, *JULY, PAID),
        OriginalFile("b.json", not_in_payouts([], "shopify_not_in_payouts_so_far").content()),
    ],
)
def test_a_provisional_settlement_is_exported_on_a_second_yes_only(database: Database, file: OriginalFile) -> None:
    """Its final document may still say something else: it says so, and export asks."""
    if file.name == "b.json":
        sold = [Sold("#1", "MUG", 1, Decimal(1), Decimal(0))]
        file = OriginalFile("b.json", not_in_payouts(sold, "shopify_not_in_payouts_so_far").content())
    bring_in(database, file)
    give_costs(database)
    books = load_books(database)
    (one,) = books.settlements

    assert any("Provisional" in remark.short for remark in remarks(books)[one.store, one.settlement_id])
    with pytest.raises(ProvisionalError, match="not the settlement's own report"):
        export_settlement(database, books, one, ExportOptions(), **WHO)
    assert export_settlement(database, books, one, ExportOptions(accept_provisional=True), **WHO).is_locked


@pytest.mark.long
def test_a_record_is_not_provisional(database: Database) -> None:
    """The settlement report itself goes out as before."""
    bring_in(database, v2_file("1", "85.00", total="85.00"))
    give_costs(database)
    books = load_books(database)

    assert export_settlement(database, books, books.settlements[0], ExportOptions(), **WHO).is_locked


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


def give_costs(database: Database) -> None:
    books = load_books(database)
    missing = books.lines[books.lines["cost_status"] == "missing"]
    units = [(str(row["key"]), None if row["quantity"] else 1) for row in records(missing)]
    answers = [Answer(key, 0, Decimal(5), None, units_back=back, stock_edited=back is not None) for key, back in units]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=True, **WHO)


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


def test_the_same_file_under_a_second_stores_name_is_refused(database: Database) -> None:
    """By its bytes, by its lines in other bytes, and by a view of the same settlement."""
    bring_in(database, v2_file("1", "10.00", "5.00", total="15.00"), store="Amazon US")
    same = v2_file("1", "10.00", "5.00", total="15.00")
    others = [
        same,
        replace(same, content=same.content + b"\n"),
        unified_export("a.csv", Row("2026-08-04", "111-0", "10.00", payout="1")),
    ]
    for file in others:
        with pytest.raises(AnotherStoreError, match="“Amazon US” has it already"):
            bring_in(database, file, store="Amazon CA")
    with database.reading() as connection:
        assert ["Amazon US"] == [store.name for store in stores.all_stores(connection)]


def test_two_stores_may_have_settlements_of_one_id(database: Database) -> None:
    """Walmart names settlements by their period: other lines are another settlement."""
    bring_in(database, v2_file("1", "10.00", total="10.00"), store="Amazon US")

    assert bring_in(database, v2_file("1", "11.00", total="11.00"), store="Amazon CA").result is Import.NEW


@pytest.mark.long
def test_the_same_rows_under_another_payout_id_are_asked(database: Database) -> None:
    """A payout that failed and was issued again under another number: its charges count once."""
    bring_in(database, shopify_export("a.csv", *JUNE))
    again = bring_in(database, shopify_export("b.csv", *(row._replace(payout="900009") for row in JUNE)))

    assert (Import.CONFLICT, 2) == (again.result, len(lines_of(database)))
    assert "settlement 900001 (Shopify): 2 lines that are the same" in again.reason
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert (
        bring_in(database, shopify_export("b.csv", *(r._replace(payout="900009") for r in JUNE))).result is Import.NEW
    )


@pytest.mark.few(1)
@pytest.mark.parametrize("derived_first", [True, False])
def test_a_payout_whose_id_is_made_of_dates_is_looked_for_by_date_currency_and_sum(
    database: Database, *, derived_first: bool
) -> None:
    """The export without payout id and the pulled payout know one payout by two names: asked, in either order."""
    sold = [Sold("#1", "MUG", 1, Decimal("60.00"), Decimal("-2.04"))]
    pulled = OriginalFile("payout.json", shopify_api(sold).content())
    csv = shopify_export("old.csv", Row("2026-06-17", "#1", "57.96", payout="2026-06-20 USD"))
    csv = replace(csv, content=csv.content.replace(b"2026-07-01", b"2026-06-20"))
    reading = read_file(csv.content)
    derived = replace(reading, settlements=tuple(replace(one, derived_id=True) for one in reading.settlements))
    steps = [(derived, csv), (read_file(pulled.content), pulled)]
    results = [
        import_file(database, what, file, store=None, **WHO).settlements[0]
        for what, file in (steps if derived_first else steps[::-1])
    ]

    assert [Import.NEW, Import.CONFLICT] == [one.result for one in results]
    assert "the same date, currency and sum" in results[1].reason


def without_id(content: bytes) -> bytes:
    """Return a Shopify export without the ids of its payouts."""
    return content.replace(b",900001,", b",,")


@pytest.mark.few(1)
@pytest.mark.parametrize("derived_first", [True, False])
@pytest.mark.parametrize("orders", [("#1", "#9"), ("#2", "#30")])
def test_two_payouts_of_one_day_and_sum_are_asked_with_their_orders(
    database: Database, orders: tuple[str, str], *, derived_first: bool
) -> None:
    """49.00 of one order are not 49.00 of another: the way for two payouts is named, not only which one to remove."""
    files = [shopify_export(f"{n}.csv", Row("2026-06-29", order, "49.00")) for n, order in enumerate(orders)]
    at = 0 if derived_first else 1
    files[at] = replace(files[at], content=without_id(files[at].content))
    bring_in(database, files[0])
    told = bring_in(database, files[1])

    assert Import.CONFLICT is told.result
    assert f"this file has {orders[1]} (49.00), the books have {orders[0]} (49.00)" in told.reason
    assert "If they are two payouts, say so when it is imported or pulled again." in told.reason
    assert told.may_be_another


def test_two_payouts_with_their_ids_are_both_stored(database: Database) -> None:
    """What the sentence above names works."""
    first, second = Row("2026-06-29", "#1", "49.00"), Row("2026-06-29", "#9", "49.00", payout="900002")
    results = [bring_in(database, shopify_export("a.csv", row)).result for row in (first, second)]

    assert [Import.NEW, Import.NEW] == results


@pytest.mark.long
def test_a_removed_settlement_comes_back_with_its_answers(database: Database) -> None:
    """Undo brings back its lines, its files and what was saved for them."""
    file = v2_file("1", "10.00", "5.00", total="15.00")
    bring_in(database, file)
    give_costs(database)
    before = load_books(database).lines
    (removed,) = remove_settlements(database, load_books(database), [only(database)], **WHO)
    gone = load_books(database)
    undone = undo_last(database, **WHO)

    assert (2, 2, ()) == (removed.lines, removed.answers, removed.orphans)
    assert (0, ()) == (len(gone.lines), gone.settlements)
    assert 2 == len(undone.keys)
    assert records(before) == records(load_books(database).lines)
    assert bring_in(database, file).result is Import.ALREADY_IMPORTED


@pytest.mark.long
def test_a_removed_settlement_can_be_imported_again(database: Database) -> None:
    """What was saved for its lines holds again; the removal itself cannot be undone any more."""
    file = v2_file("1", "10.00", "5.00", total="15.00")
    bring_in(database, file)
    give_costs(database)
    remove_settlements(database, load_books(database), [only(database)], **WHO)

    assert bring_in(database, file).result is Import.NEW
    assert [Decimal(5)] * 2 == load_books(database).lines["unit_cost"].to_list()
    undo_last(database, **WHO)  # the save
    assert 2 == len(lines_of(database))
    with pytest.raises(NothingToUndoError):
        undo_last(database, **WHO)


@pytest.mark.few(1)
@pytest.mark.parametrize("entry", ["settlement_entry", "cogs_entry"])
@pytest.mark.parametrize("status", [EntryStatus.EXPORTED, EntryStatus.POSTED_ELSEWHERE])
def test_what_has_gone_out_is_not_removed(database: Database, entry: str, status: EntryStatus) -> None:
    """Not even where only one of the two entries is out."""
    bring_in(database, v2_file("1", "10.00", total="10.00"))
    with database.writing() as connection:
        stored_settlements.set_status(connection, only(database), **{entry: status})

    with pytest.raises(NotRemovableError, match=str(status)):
        remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert 1 == len(lines_of(database))


@pytest.mark.long
def test_removing_says_whose_refunds_lose_their_original(database: Database) -> None:
    """The refund in the next settlement took the sale's cost."""
    bring_in(database, v2_file("1", "10.00", total="10.00"))
    give_costs(database)
    refund = v2_file("2", "-10.00", total="-10.00")
    refund = replace(refund, content=refund.content.replace(b"\tOrder\t", b"\tRefund\t").replace(b"\tS0\t", b"\t\t"))
    bring_in(database, refund)
    books = load_books(database)
    (removed,) = remove_settlements(database, books, books.named(["1"]), **WHO)

    assert [("Amazon", "2", 1)] == [(one.store, one.settlement_id, one.lines) for one in removed.orphans]


def test_a_removed_document_is_pulled_again(database: Database) -> None:
    """A final document is fetched once; removing its settlement is how it is fetched anew."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file)
    note = PulledDocument("Amazon", "D1", "1.txt", True, file.sha256, PullOutcome.IMPORTED, NOW)  # noqa: FBT003 - final
    with database.writing() as connection:
        pulling.remember_document(connection, note)
        before = pulling.known_documents(connection, "Amazon")
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    with database.reading() as connection:
        assert ({"D1"}, set()) == (before, pulling.known_documents(connection, "Amazon"))


def test_a_store_without_settlements_can_be_removed(database: Database) -> None:
    """One with settlements cannot, an unknown one neither; importing for it puts it into the books again."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file, store="Typo")
    with pytest.raises(StoreInUseError, match="settlements of it \\(1\\)"):
        remove_store(database, "Typo", **WHO)
    with pytest.raises(StoreUnknownError, match="“Typo”"):
        remove_store(database, "Amazon", **WHO)
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    remove_store(database, "Typo", **WHO)

    assert () == load_books(database).stores
    undo_last(database, **WHO)  # the removed settlement comes back, and its store with it
    assert ["Typo"] == [store.name for store in load_books(database).stores]


def test_a_removal_is_not_undone_over_what_was_imported_in_its_place(database: Database) -> None:
    """Removed from the wrong store and imported for the right one: bringing it back would count it twice."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file, store="Typo")
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert "Amazon" == bring_in(database, file, store="Amazon").store

    with pytest.raises(NothingToUndoError):
        undo_last(database, **WHO)
    assert 1 == len(lines_of(database))


def test_an_empty_store_may_change_its_marketplace_by_being_removed(database: Database) -> None:
    """Typed for the wrong marketplace and never used, its name is free again."""
    with database.writing() as connection:
        stores.ensure(connection, Store("Shop", Marketplace.WALMART))
        stores.remove(connection, "Shop", batches.new(connection, BatchKind.REMOVE, "M. Lee", NOW))
        stores.ensure(connection, Store("Shop", Marketplace.AMAZON))
        assert [Store("Shop", Marketplace.AMAZON)] == stores.all_stores(connection)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["ebay: order", "amazon: advertising", "shopify: sale"])
def test_a_payout_in_a_second_language_is_in_the_books_already(database: Database, name: str) -> None:
    """The German report of a payout that came in English adds nothing, and its lines keep their keys."""
    first, second = (OriginalFile(f"{n}.csv", text.encode()) for n, text in enumerate(TWO_SPELLINGS[name]))
    bring_in(database, first)
    before = lines_of(database)

    assert Import.ALREADY_IMPORTED is bring_in(database, second).result
    assert before == lines_of(database)


def test_rows_of_undeclared_words_are_not_stored_beside_those_that_they_may_be(database: Database) -> None:
    """Nothing counts twice: the file is refused, and which words for which rows is said."""
    bring_in(database, OriginalFile("en.csv", shopify("charge", "#1").encode()))
    refused = bring_in(database, OriginalFile("de.csv", shopify("Zahlung", "#1").encode()))

    assert (Import.CONFLICT, 1) == (refused.result, len(lines_of(database)))
    assert "“Zahlung” for “charge”" in refused.reason


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("06-29", "06-28", "another date"),
        ("SKU-#1,1,", "SKU-#1,2,", "(2 units) instead of 97.00 (1 unit)"),
        (",T#1,", ",T#9,", "other numbers"),
        ("97.00,0,0,97.00", "96.00,1.00,0,97.00", "other amounts"),
    ],
)
def test_every_conflict_says_what_differs(database: Database, old: str, new: str, reason: str) -> None:
    """Also where every amount is the same: a date, units, a number, the parts of an amount."""
    bring_in(database, ebay_export("a.csv", *JUNE, *JULY, PAID))
    other = ebay_export("b.csv", JUNE[0])
    refused = bring_in(database, replace(other, content=other.content.replace(old.encode(), new.encode())))

    assert Import.CONFLICT is refused.result
    assert reason in refused.reason.replace("#1 SKU-#1: ", "")


def changed(file: OriginalFile, *pairs: tuple[str, str]) -> OriginalFile:
    """Return a file of which each text stands in the place of another."""
    text = file.content.decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return replace(file, content=text.encode())


NO_LABEL, OTHER_SKU = ("SKU-#2", "--"), ('"#2","MUG"', '"#2","CUP"')
EBAY_FEE = (("48.50,USD", "48.00,USD"), ("48.50,0,0,48.50", "48.50,0,-0.50,48.50"))
DATE_RANGE_FEE = ('"48.50","0","0","0","0","0","48.50"', '"48.50","0","-1.00","0","0","0","47.50"')


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("write", "first", "then", "differs", "instead"),
    [
        (ebay_export, (), EBAY_FEE, "sale #2 SKU-#2: 48.00 (1 unit) instead of 48.50 (1 unit)", "145.00"),
        (ebay_export, (NO_LABEL,), (), "sale #2 SKU-#2: 48.50 (1 unit) instead of nothing", "145.50"),
        (shopify_export, (), (("48.50,0.00,48.50", "48.50,0.25,48.25"),), "sale #2: 48.25 instead of 48.50", "145.25"),
        (unified_export, (), (DATE_RANGE_FEE,), "sale #2 MUG: 47.50 (1 unit) instead of 48.50 (1 unit)", "144.50"),
        (unified_export, (), (OTHER_SKU,), "sale #2 CUP: 48.50 (1 unit) instead of nothing", "145.50"),
        (ebay_export, (), (("SKU-#2,1", "SKU-#2,3"),), "sale #2 SKU-#2: 48.50 (3 units) instead of 48.50", "145.50"),
        (ebay_export, (), (("48.50,0,0,48.50", "47.50,1.00,0,48.50"),), "the same amount with other amounts", "145.50"),
        (ebay_export, (("1,T#2", "--,--"),), EBAY_FEE, "48.00 (1 unit) instead of 48.50", "145.00"),
        (ebay_export, (), (*EBAY_FEE, ("48.50,--", "48.50,Mug")), "48.00 (1 unit) instead of 48.50", "145.00"),
        (shopify_export, (), (("charge,#2", "Charge,#2"), ("48.50", "4.85")), "4.85 instead of 48.50", "101.85"),
    ],
)
def test_a_corrected_row_is_not_stored_beside_the_one_that_it_corrects(
    database: Database, write: Any, first: Any, then: Any, differs: str, instead: str
) -> None:
    """The sale counts once: which order, what differs and every sum are said, and the books stay as they are."""
    bring_in(database, changed(write("a.csv", *JUNE), *first))
    before = lines_of(database)
    told = bring_in(database, changed(write("b.csv", *JUNE), *then))

    assert (Import.CONFLICT, before) == (told.result, lines_of(database))
    assert differs in told.reason
    assert "The books have 145.50 USD and are unchanged; with this file's rows" in told.reason
    assert f" in place of theirs they would have {instead}, with both " in told.reason
    assert "under other words" not in told.reason


@pytest.mark.few(1)
@pytest.mark.parametrize("write", [shopify_export, ebay_export])
def test_the_remedies_of_a_corrected_row_work(database: Database, write: Callable[..., OriginalFile]) -> None:
    """The whole payout with its own row takes the place of what was there; removed, the corrected files are taken."""
    corrected = (JUNE[0], JUNE[1]._replace(amount="48.00"))
    bring_in(database, write("a.csv", *JUNE))
    refused = bring_in(database, write("b.csv", *corrected))
    whole = bring_in(database, write("c.csv", *corrected, PAID._replace(amount="-145.00")))

    assert "remove the settlement and import its files of today, or download the whole payout" in refused.reason
    assert (Import.UNITED, True, Decimal("145.00")) == (whole.result, whole.ties_out, only(database).sum)
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert Import.NEW is bring_in(database, write("b.csv", *corrected)).result
    assert Decimal("48.00") == nets(database)["#2"]


def test_a_corrected_row_of_an_exported_payout_is_asked_with_the_steps_that_work(database: Database) -> None:
    """Its lines stay as they went out, and reopening comes before the removal."""
    bring_in(database, shopify_export("a.csv", *JUNE))
    with database.writing() as connection:
        stored_settlements.set_status(connection, only(database), cogs_entry=EntryStatus.POSTED_ELSEWHERE)
    told = bring_in(database, shopify_export("b.csv", JUNE[1]._replace(amount="48.00")))

    assert (Import.CONFLICT, {"#1": Decimal("97.00"), "#2": Decimal("48.50")}) == (told.result, nets(database))
    assert "reopen the settlement, remove it and import its files of today" in told.reason


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "more",
    [
        (JUNE[1], JUNE[1]),  # the file has the order's row twice: one more of them
        (JUNE[1], JUNE[1]._replace(amount="1.00")),  # and another one beside that of the books
        (JUNE[1]._replace(amount="-5.00", kind="refund"),),  # another event of that moment alone
        (JUNE[1]._replace(day="2026-07-01", amount="1.00"),),  # another moment
    ],
)
def test_rows_that_correct_no_other_are_united(database: Database, more: tuple[Row, ...]) -> None:
    """An order may have several rows of one moment; only where each file has another of them is it asked."""
    bring_in(database, shopify_export("a.csv", *JUNE))
    united = bring_in(database, shopify_export("b.csv", *more))

    assert (Import.UNITED, 3, 0) == (united.result, len(lines_of(database)), united.ended_lines)


def test_fees_of_one_order_and_day_with_other_words_are_united(database: Database) -> None:
    """A fee for advertising and one for the upgrade of a listing are two, also where a file has one of them alone."""
    fee = Row("2026-06-30", "", "-0.35", kind="fee")
    ad, upgrade = (("fee,--,--", "fee,#2,--"), ("-0.35,Other fee", "-0.35,Ad fee")), ("-0.35", "-0.45")
    bring_in(database, changed(ebay_export("a.csv", *JUNE, fee), *ad))
    united = bring_in(database, changed(ebay_export("b.csv", fee), ad[0], ("Other fee\n", "Upgrade\n"), upgrade))

    assert (Import.UNITED, 4) == (united.result, len(lines_of(database)))


@pytest.mark.few(1)
@pytest.mark.parametrize("release_first", [True, False])
def test_an_order_whose_release_only_one_report_knows_is_one(database: Database, *, release_first: bool) -> None:
    """17.00 once, released on 17 June: the older report without release dates neither doubles it nor takes it back."""
    told, silent = "Jun 17, 2026 10:00:00 AM PDT", ""
    for release in (told, silent) if release_first else (silent, told):
        imported = bring_in(database, released_export(f"{release or 'none'}.csv", release))

    (row,) = lines_of(database)
    assert (Decimal("17.00"), 17) == (row["net"], row["posted_at"].day)
    assert Import.UNITED == imported.result


def test_an_answer_stays_where_a_release_date_comes_later(database: Database) -> None:
    """The line keeps its key, and with it the cost that was typed."""
    bring_in(database, released_export("none.csv", ""))
    (before,) = lines_of(database)
    answer = Answer(before["key"], version=0, cost=Decimal("5.00"), proposal=None)
    save_answers(database, load_books(database), [answer], settlement_ids=None, accept_proposals=False, **WHO)
    bring_in(database, released_export("told.csv", "Jun 17, 2026 10:00:00 AM PDT"))
    (line,) = records(load_books(database).lines)

    assert (before["key"], Decimal("5.00")) == (line["key"], line["cogs"])


ZONES = {
    "a zone": (" 10:15:00 +0000", " 10:15:00 -0400"),
    "a time": (" 10:15:00 +0000,", ","),
    "a second": (" 10:15:00", " 10:15:01"),
    "an order": (",#2,", ",,"),
    "a sign": (",#2,", ",2,"),
    "a checkout": (",c,", ",,"),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("lost", ZONES)
def test_rows_that_lost_something_are_asked(database: Database, lost: str) -> None:
    """145.50 stays 145.50 where a file lacks a zone, a time or a number; what it was downloaded as is taken."""
    first = shopify_export("june.csv", *JUNE)
    bring_in(database, first)
    changed = first.content.decode().replace(*ZONES[lost])
    refused = bring_in(database, OriginalFile("changed.csv", changed.encode()))

    assert (Import.CONFLICT, Decimal("145.50")) == (refused.result, only(database).sum)
    assert "formatted differently" in refused.reason
    assert Import.UNITED == bring_in(database, shopify_export("july.csv", *JUNE, *JULY)).result
    assert Decimal("164.90") == only(database).sum


def test_a_number_that_ebay_adds_later_is_asked(database: Database) -> None:
    """An order whose transaction id was blank, and postage whose order was, are not counted beside themselves."""
    plain = ebay_export("a.csv", JUNE[0], Row("2026-06-30", "", "-4.00", kind="label"))
    bring_in(database, plain)
    for old, new in ((",1,T#1,", ",1,--,"), ("Other fee,--", "Other fee,#1")):
        told = OriginalFile("b.csv", plain.content.decode().replace(old, new).encode())
        assert Import.CONFLICT == bring_in(database, told).result
    assert Decimal("93.00") == only(database).sum


def test_what_the_payouts_total_proves_is_not_asked(database: Database) -> None:
    """Two refunds of 5.00 on one day are two where the payout's own row says so."""
    first, second = Row("2026-06-29", "#1", "-5.00", kind="refund"), Row("2026-06-30", "#1", "-5.00", kind="refund")
    bring_in(database, shopify_export("june.csv", JUNE[0], first))
    assert Import.CONFLICT == bring_in(database, shopify_export("july.csv", second)).result
    assert (
        Import.UNITED == bring_in(database, shopify_export("paid.csv", second, PAID._replace(amount="-87.00"))).result
    )
    assert (3, True) == (len(lines_of(database)) - 1, only(database).ties_out)
