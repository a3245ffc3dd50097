"""Settlements into the books: once, whole, and never over another."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books import batches
from core.books.database import Database
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings import stores
from core.books.settings.stores import Store, StoreMarketplaceError, StoreNotNamedError
from core.books.settlements import original_files, settlement_lines
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.marketplaces import read_file
from core.model import Marketplace, Severity
from tests.core.books.exports_of_payouts import Row, shopify_export, unified_export
from tests.core.marketplaces.settlement_writers import Sold, shopify, shopify_api
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement

NOW = datetime(2026, 9, 1, tzinfo=UTC)
HEADER = (
    "settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\ttotal-amount\tcurrency\ttransaction-type\t"
    "order-id\tmerchant-order-id\tadjustment-id\tshipment-id\tmarketplace-name\tamount-type\tamount-description\tamount\t"
    "fulfillment-id\tposted-date\tposted-date-time\torder-item-code\tmerchant-order-item-id\t"
    "merchant-adjustment-item-id\tsku\tquantity-purchased\tpromotion-id"
)
START, END = "2026-08-03 00:00:00 UTC", "2026-08-17 00:00:00 UTC"


def v2_file(settlement_id: str, *amounts: str, total: str) -> OriginalFile:
    """Write a small Amazon V2 file with one order per amount."""
    summary = [settlement_id, START, END, END, total, "USD", *[""] * 18]
    lines = [
        [
            settlement_id,
            *[""] * 5,
            "Order",
            f"111-{i}",
            "",
            "",
            f"S{i}",
            "Amazon.com",
            "ItemPrice",
            "Principal",
            amount,
            "AFN",
            "2026-08-04",
            "2026-08-04 10:00:00 UTC",
            f"{i}",
            "",
            "",
            "MUG",
            "1",
            "",
        ]
        for i, amount in enumerate(amounts)
    ]
    text = "\n".join([HEADER, *("\t".join(line) for line in [summary, *lines]), ""])
    return OriginalFile(f"{settlement_id}.txt", text.encode())


def broken(file: OriginalFile, right: str, wrong: str) -> OriginalFile:
    """Return a file with an amount that does not fit the others."""
    return OriginalFile(file.name, file.content.replace(right.encode(), wrong.encode()))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, file: OriginalFile, store: str | None = None) -> ImportedSettlement:
    reading = read_file(file.content, file.name)
    (imported,) = import_file(database, reading, file, store=store, who="M. Lee", now=NOW).settlements
    return imported


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    """The second import says that it was imported already."""
    file = v2_file("1", "10.00", "5.00", total="15.00")
    first, second = bring_in(database, file), bring_in(database, file)

    with database.reading() as connection:
        lines = settlement_lines.stored_transactions(connection)
    assert [Import.NEW, Import.ALREADY_IMPORTED] == [first.result, second.result]
    assert len(lines) == 2
    assert not second.needs_attention


ONE, TWO = (Row(f"2026-06-{day}", f"#{day}", "49.00") for day in ("28", "29"))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("files", "errors"),
    [
        ([broken(shopify_export("a.csv", ONE, TWO), "49.00,c", "46.00,c")], 2),
        ([broken(unified_export("a.csv", ONE, TWO), '"0","49.00"', '"0","46.00"')], 2),
        ([shopify_export("a.csv", ONE), broken(shopify_export("b.csv", TWO), "49.00,c", "46.00,c")], 1),
        ([broken(v2_file("1", "10.00", total="15.00"), "15.00", "16.00")], 1),
    ],
)
def test_a_file_that_is_imported_once_more_names_its_errors(
    database: Database, files: list[OriginalFile], errors: int
) -> None:
    """Export says that it does; it named the notes of the file alone, and only Verify named the error."""
    for file in files:
        bring_in(database, file)
    again = [bring_in(database, file) for file in files]

    assert {Import.ALREADY_IMPORTED} == {one.result for one in again}
    assert {errors} == {sum(p.severity is Severity.ERROR for p in one.problems) for one in again}
    assert all(one.needs_attention for one in again)


@pytest.mark.parametrize(
    ("prices", "sums"),
    [(("4.00", "6.00"), "both come to 10.00 USD"), (("4.00", "7.00"), "the books have 10.00 USD, this file 11.00 USD")],
)
def test_a_conflict_says_one_sum_where_both_have_it(database: Database, prices: tuple[str, str], sums: str) -> None:
    bring_in(database, v2_file("1", "5.00", "5.00", total="10.00"))
    other = bring_in(database, v2_file("1", *prices, total=str(sum(map(Decimal, prices)))))

    assert f"({sums})" in other.reason


def test_another_content_under_the_same_id_is_a_conflict(database: Database) -> None:
    """It is shown, never merged: the books stay as they were."""
    bring_in(database, v2_file("1", "10.00", total="10.00"))
    other = bring_in(database, v2_file("1", "11.00", total="11.00"))

    with database.reading() as connection:
        lines = settlement_lines.stored_transactions(connection)
        history = batches.history(connection)
    assert other.result is Import.CONFLICT
    assert other.needs_attention
    assert [1] == history["number"].to_list(), "what was refused changed nothing, so that no history tells of it"
    assert ["10.000000"] == [str(net) for net in lines["net"]]


@pytest.mark.long
def test_other_bytes_with_the_same_lines_are_no_conflict(database: Database) -> None:
    """The API sends the file packed, or its rows in another order: it says what the books say already."""
    file = v2_file("1", "10.00", "5.00", total="15.00")
    head, summary, *lines = file.content.decode().splitlines()
    turned = OriginalFile("turned.txt", "\n".join([head, summary, *reversed(lines), ""]).encode())
    packed = OriginalFile("packed.gz", gzip.compress(file.content))
    results = [bring_in(database, one).result for one in (file, turned, packed)]

    assert [Import.NEW, Import.ALREADY_IMPORTED, Import.ALREADY_IMPORTED] == results


def test_the_original_bytes_are_kept(database: Database) -> None:
    """What the marketplace sent can be had back, byte for byte."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file)

    with database.reading() as connection:
        assert file == original_files.original(connection, file.sha256)


def test_a_file_that_does_not_tie_out_is_stored_and_needs_attention(database: Database) -> None:
    """The bookkeeper sees it; it is never exported."""
    imported = bring_in(database, v2_file("1", "10.00", total="99.00"))

    assert (Import.NEW, False, True) == (imported.result, imported.ties_out, imported.needs_attention)


@pytest.mark.long
def test_the_store_must_be_named_where_there_are_several(database: Database) -> None:
    """With one store of the marketplace it is that one; with two, the file alone does not say which."""
    assert bring_in(database, v2_file("1", "1.00", total="1.00")).store == "Amazon"
    assert bring_in(database, v2_file("2", "1.00", total="1.00")).store == "Amazon"
    bring_in(database, v2_file("3", "1.00", total="1.00"), store="Amazon CA")

    with pytest.raises(StoreNotNamedError, match="Amazon CA"):
        bring_in(database, v2_file("4", "1.00", total="1.00"))


def test_a_store_keeps_its_marketplace(database: Database) -> None:
    """A Walmart store takes no Amazon file."""
    with database.writing() as connection:
        stores.ensure(connection, Store("Walmart", Marketplace.WALMART))

    with pytest.raises(StoreMarketplaceError):
        bring_in(database, v2_file("1", "1.00", total="1.00"), store="Walmart")


UNIFIED = (
    "date/time,settlement id,type,order id,sku,description,quantity,marketplace,fulfillment,product sales,"
    "product sales tax,selling fees,fba fees,other transaction fees,other,total,Transaction Status,"
    "Transaction Release Date\r\n"
)


def unified_file(settlement_id: str, *orders: tuple[str, str]) -> OriginalFile:
    """Write a small date-range report: one released order per (order id, amount)."""
    rows = [
        f'"Aug 4, 2026 3:00:00 AM PDT","{settlement_id}","Order","{order}","MUG","Mug","1","amazon.com","Amazon",'
        f'"{amount}","0","0","0","0","0","{amount}","Released","Aug 4, 2026 3:00:00 AM PDT"\r\n'
        for order, amount in orders
    ]
    return OriginalFile("range.csv", (UNIFIED + "".join(rows)).encode())


@pytest.mark.long
def test_the_record_takes_the_place_of_its_view_and_keeps_what_was_saved(database: Database) -> None:
    """The date-range report stands in until the settlement report comes; costs typed meanwhile move over."""
    view = bring_in(database, unified_file("1", ("111-0", "10.00"), ("111-1", "5.00")))
    books = load_books(database)
    key = str(books.lines.loc[books.lines["order_id"] == "111-0", "key"].iloc[0])
    answer = Answer(key, 0, Decimal("3.21"), None)
    save_answers(database, books, [answer], settlement_ids=None, accept_proposals=False, who="M. Lee", now=NOW)

    record = bring_in(database, v2_file("1", "10.00", "5.00", total="15.00"))

    lines = load_books(database).lines
    assert [Import.NEW, Import.SUPERSEDED] == [view.result, record.result]
    assert [Decimal("3.21")] == lines.loc[lines["order_id"] == "111-0", "unit_cost"].to_list()
    assert len(lines) == 2, "the same money never counts twice"
    again = bring_in(database, unified_file("1", ("111-0", "10.00"), ("111-1", "5.00")))
    assert again.result is Import.NOT_NEEDED


@pytest.mark.long
def test_what_fits_several_lines_of_the_record_is_asked_again(database: Database) -> None:
    """Two lines of one order and SKU: nobody can say which one was meant."""
    bring_in(database, unified_file("1", ("111-0", "15.00")))
    books = load_books(database)
    answer = Answer(str(books.lines["key"].iloc[0]), 0, Decimal("3.21"), None)
    save_answers(database, books, [answer], settlement_ids=None, accept_proposals=False, who="M. Lee", now=NOW)
    split = v2_file("1", "10.00", "5.00", total="15.00")
    both_of_one_order = OriginalFile(split.name, split.content.replace(b"111-1", b"111-0"))

    record = bring_in(database, both_of_one_order)

    assert any("could not be moved" in problem.message for problem in record.problems)
    assert load_books(database).lines["unit_cost"].isna().all()


@pytest.mark.long
def test_what_was_saved_on_a_view_without_skus_moves_where_the_order_has_one_item(database: Database) -> None:
    """Shopify's export knows orders alone; the pulled payout has a line per item."""
    sold = [
        Sold("#1001", "MUG", 2, Decimal("20.00"), Decimal("-1.00")),
        Sold("#1002", "MUG", 1, Decimal("10.00"), Decimal("-0.50")),
        Sold("#1002", "JAR", 1, Decimal("5.00"), Decimal("-0.25")),
    ]
    bring_in(database, OriginalFile("export.csv", shopify(sold).content()))
    books = load_books(database)
    sales = books.lines[books.lines["event"] == "sale"]
    answers = [Answer(str(key), 0, Decimal("3.21"), None, units_back=2, stock_edited=True) for key in sales["key"]]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, who="M. Lee", now=NOW)

    record = bring_in(database, OriginalFile("payout.json", shopify_api(sold).content()))

    lines = load_books(database).lines
    assert record.result is Import.SUPERSEDED
    assert {"#1001": [Decimal("3.21")], "#1002": [None, None]} == {
        order: [None if pd.isna(cost) else cost for cost in lines.loc[lines["order_id"] == order, "unit_cost"]]
        for order in ("#1001", "#1002")
    }
    assert ["order #1002", "order #1002"] == [problem.where for problem in record.problems]
