"""Exports cut payouts: the files of one payout are united, whatever their order, and nothing counts twice."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settlements import original_files, settlement_lines
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.books.settlements.remarks import remarks
from core.books.settlements.removing import remove_settlements
from core.frame_columns import records
from core.marketplaces import read_file
from core.settings import POLICIES_NAME, Policies, StoredOriginals
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.core.books.importing.payout_files import JULY, JUNE, NOW, PAID, WHO, bring_in, lines_of, nets, only
from tests.core.books.importing.test_importing import v2_file
from tests.core.marketplaces.settlement_writers import Sold, not_in_payouts
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


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
