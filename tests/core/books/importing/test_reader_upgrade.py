"""Books that an older reader filled, opened by today's: what is open is read anew, what went out is held against it.

`stored_books/reader_1.sqlite` was made by the version of Cogsheet whose reader was the first, through its own import,
save and export: of store US a settlement of reimbursement codes and one of fee words (both exported, their words
unknown then), an open one with an unknown word on an order's row; of Walmart a "Keep-it refund" (exported, one unit
counted as come back); of Shopify an open export. Orders cost 5.00 as saved, every SKU's average is 7.00.
"""

# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text, update

from core.books.database import Database, tables
from core.books.entries import locks
from core.books.entries.exporting import ExportOptions, ReadOtherwiseError, export_settlement
from core.books.importing.reader_upgrade import due, read_anew
from core.books.settings.type_choices import change_types
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus
from core.books.settlements.remarks import remarks
from core.books.settlements.status import READ_OTHERWISE
from core.books.true_ups import reclassifications, true_up_history, true_ups
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import unanswered
from core.frame_columns import records
from core.journal.accounts import Accounts
from core.marketplaces.settlements.line_keys import READER_VERSION
from tests.core.books.importing.upgraded_books import CODES, FEES, KEPT, OLD, OPEN, WHO, books_of, journal
from tests.core.books.reopening_one import reopen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.importing.reader_upgrade import Rereading


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "books.sqlite"
    shutil.copy(OLD, path)
    with Database.open(path) as database:
        yield database


@pytest.fixture
def database(old: Database) -> Database:
    read_anew(old, **WHO)
    return old


def by_name(news: list[Rereading]) -> dict[str, Rereading]:
    return {one.settlement.name: one for one in news}


def accept_all(database: Database) -> None:
    true_ups.propose_true_ups(database, books_of(database), **WHO)
    with database.reading() as connection:
        numbers = list(true_up_history.pending(connection)["id"])
    true_ups.accept_true_ups(database, books_of(database), numbers, accounts=Accounts(), lock_date=None, **WHO)


@pytest.mark.long
def test_counts_and_sums_are_told_and_the_books_are_read_anew_once(old: Database) -> None:
    copies: list[str] = []
    news = by_name(read_anew(old, keep_copy=lambda: copies.append("kept"), **WHO))
    assert copies == ["kept"]
    figures = {name: (str(one.before), str(one.now), one.took_it) for name, one in news.items()}
    assert figures == {
        CODES: ("8 transactions, 80.00 USD", "8 transactions, 80.00 USD", False),
        FEES: ("24 transactions, -24.00 USD", "24 transactions, -24.00 USD", False),
        OPEN: ("10 transactions, -204.40 USD", "10 transactions, -204.40 USD", True),
        KEPT: ("3 transactions, 20.00 USD", "3 transactions, 20.00 USD", False),
        "Shop/900001": ("2 transactions, 145.50 USD", "2 transactions, 145.50 USD", True),
    }
    assert not due(books_of(old).settlements)
    assert read_anew(old, keep_copy=lambda: copies.append("again"), **WHO) == []
    assert copies == ["kept"]


def test_an_open_settlement_has_the_new_reading_and_its_saved_answer(old: Database) -> None:
    before = books_of(old)
    assert before.state(before.named([OPEN])[0]).cogs == Decimal("20.00"), "6 units, for a tax row counted 3 of them"
    read_anew(old, **WHO)
    books = books_of(old)
    lines = records(books.lines_of(books.named([OPEN])[0]))
    sales = [row for row in lines if row["event"] == "sale" and row["quantity"]]
    assert [(row["quantity"], row["unit_cost"], row["cogs"]) for row in sales] == [(3, Decimal(5), Decimal(15))]
    assert books.state(books.named([OPEN])[0]).cogs == Decimal("10.00"), "15.00 less 5.00 of the refund"
    assert books.named([OPEN])[0].reader_version == READER_VERSION


@pytest.mark.long
@pytest.mark.parametrize(
    "was",
    ["quantity = 2", "event = 'liquidation', raw_type = 'Liquidations'", "event = 'refund', quantity = -3"],
)
def test_an_answer_to_what_the_old_reader_asked_is_only_proposed(old: Database, was: str) -> None:
    """5.00 was saved for the line as the first reader had it; read anew it asks something else, and undo knows it."""
    (saved,) = [row for row in records(books_of(old).overrides) if row["key"] in _open_sales(books_of(old))]
    with old.writing() as connection:
        connection.execute(text(f'UPDATE "transaction" SET {was} WHERE key = :key'), {"key": saved["key"]})
    news = by_name(read_anew(old, **WHO))
    books = books_of(old)
    (line,) = [row for row in records(books.lines) if row["key"] == saved["key"]]

    assert (None, "missing", Decimal(5)) == (line["unit_cost"], line["cost_status"], line["proposed_cost"])
    assert any("where Resolve lists the line, it is proposed" in problem.message for problem in news[OPEN].problems)


def _open_sales(books: Books) -> set[str]:
    lines = books.lines_of(books.named([OPEN])[0])
    return set(lines.loc[(lines["event"] == "sale") & (lines["principal"] > 0), "key"])


@pytest.mark.long
def test_an_exported_settlement_keeps_its_rows_and_its_lock(old: Database) -> None:
    before = books_of(old)
    read_anew(old, **WHO)
    books = books_of(old)
    for name in (CODES, FEES, KEPT):
        one = books.named([name])[0]
        was, now = (records(state.lines_of(one)[["key", "event", "net", "cogs"]]) for state in (before, books))
        assert was == now
        with old.reading() as connection:
            assert locks.verify(connection, one, books.lines_of(one)) == []


@pytest.mark.long
def test_goods_that_are_read_otherwise_are_proposed_as_true_ups_and_settle_to_the_new_reading(
    database: Database,
) -> None:
    found = {(row["difference"], row["currency"]) for row in records(differences(books_of(database)))}
    # two reimbursed units of 7.00 left the stock; the buyer kept what "came back", which takes its 5.00 away again
    assert found == {(Decimal(7), "USD"), (Decimal(5), "USD")}
    accept_all(database)
    assert differences(books_of(database)).empty
    assert journal(database, "true-up") == {
        "Cost of Goods Sold": Decimal("5.00"),
        "Damaged and Lost Inventory": Decimal("14.00"),
        "Inventory Asset": Decimal("-19.00"),
    }


@pytest.mark.long
def test_a_settlement_with_a_word_that_nobody_knows_waits_with_its_money(database: Database) -> None:
    books = books_of(database)
    assert FEES not in {one.settlement.name for one in reclassifications.pending_reclassifications(database, books)}
    assert "Unknown types (4)" in {one.short for one in remarks(books)["US", "24000000012"]}
    words = (
        "Account level inventory fee",
        "BalanceAdjustment",
        "Non-subscription Fee Adjustment",
        "SellerFulfilledPrime",
    )
    change_types(database, {("Amazon", f"other-transaction / {word}"): "Other fees" for word in words}, **WHO)
    moved = {
        one.settlement.name: one for one in reclassifications.pending_reclassifications(database, books_of(database))
    }
    accounts = {line.account: line.amount for line in moved[FEES].lines}
    assert sum(accounts.values()) == 0
    assert accounts["Other Income:Marketplace Adjustments"] == Decimal(-21), "all that stood there as unknown"


@pytest.mark.long
def test_lines_that_ask_for_a_cost_only_since_are_named_and_answered_by_reopening(database: Database) -> None:
    asked = unanswered(books_of(database))["US", "24000000011"]
    assert asked > 0
    told = {one.short for one in remarks(books_of(database))["US", "24000000011"]}
    assert any("without cost by today's reading" in short for short in told)
    settlement = books_of(database).named([CODES])[0]
    reopen(database, settlement, "read better", lock_date=None, **WHO)
    books = books_of(database)
    state = books.state(books.named([CODES])[0])
    assert state.counts.missing == asked
    assert books.named([CODES])[0].reader_version == READER_VERSION
    assert ("US", "24000000011") not in unanswered(books)


@pytest.mark.long
def test_a_cogs_entry_does_not_go_out_beside_a_settlement_entry_of_another_reading(database: Database) -> None:
    settlement = books_of(database).named([KEPT])[0]
    with database.writing() as connection:  # as if its settlement entry had gone out alone
        locks.end_lock(connection, settlement, "only the settlement entry went out", 1)
        stored_settlements.set_status(connection, settlement, cogs_entry=EntryStatus.OPEN)
    books = books_of(database)
    assert books.state(books.named([KEPT])[0]).status == f"Settlement exported; {READ_OTHERWISE}"
    with pytest.raises(ReadOtherwiseError, match="Reopen it"):
        export_settlement(database, books, books.named([KEPT])[0], ExportOptions(), **WHO)
    reopen(database, books.named([KEPT])[0], "read better", lock_date=None, **WHO)
    books = books_of(database)
    export_settlement(database, books, books.named([KEPT])[0], ExportOptions(), **WHO)
    assert books.state(books.named([KEPT])[0]).cogs == Decimal("10.00")


@pytest.mark.long
@pytest.mark.parametrize("content", [b"", b"no settlement at all", b"\xff\xfe\x00"])
def test_a_kept_file_that_cannot_be_read_changes_nothing_and_is_named(old: Database, content: bytes) -> None:
    sha256 = books_of(old).named([OPEN])[0].sha256
    with old.writing() as connection:
        kept = zlib.compress(content)
        connection.execute(
            update(tables.original_file).where(tables.original_file.c.sha256 == sha256).values(content=kept)
        )
    before = records(books_of(old).lines_of(books_of(old).named([OPEN])[0]))
    one = by_name(read_anew(old, **WHO))[OPEN]
    assert one.now is None
    assert "can no longer be read" in one.problems[0].message
    books = books_of(old)
    assert [row["key"] for row in records(books.lines_of(books.named([OPEN])[0]))] == [row["key"] for row in before]
    assert "Read by an earlier version" in {told.short for told in remarks(books)["US", "24000000016"]}
    assert read_anew(old, **WHO) == [], "it is not tried again at every opening"
