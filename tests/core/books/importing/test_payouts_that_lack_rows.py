"""What is said of a payout that lacks rows, or may: how it comes to tie out, and on whose word it goes out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries.exporting import ExportOptions, NotReadyError, ProvisionalError, export_settlement
from core.books.loading import load_books
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, Import, OriginalFile
from core.books.settlements.remarks import remarks
from core.books.settlements.removing import remove_settlements
from core.marketplaces import FORMATS
from core.marketplaces.formats import what_helps
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.core.books.importing.payout_files import JULY, JUNE, NOW, PAID, WHO, bring_in, give_costs, only
from tests.core.books.importing.test_importing import v2_file
from tests.core.marketplaces.settlement_writers import Sold, not_in_payouts
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.marketplaces.formats import Format


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


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
