"""Books in which an earlier version stored one payout under two names: sheet and Check name it and the way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.settings import stores
from core.books.settings.stores import Store
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import OriginalFile, SettlementKind, Source
from core.marketplaces import read_file
from core.marketplaces.settlements.line_keys import READER_VERSION, with_line_keys
from core.model import Marketplace
from tests.end_to_end.demo_book import DemoBook
from tests.end_to_end.stories import CASES, Story, needs_cases

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 20, tzinfo=UTC)
SHOPIFY = "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Currency"


def payments(folder: Path, name: str, payout: str, *charges: tuple[str, str]) -> Path:
    """Write an export of Shopify's payments of one payout day."""
    rows = [
        f"2026-09-03 10:15:00 -0400,charge,{order},paid,2026-09-05,{payout},{net},0.00,{net},USD"
        for order, net in charges
    ]
    file = folder / name
    file.write_text("\n".join([SHOPIFY, *rows]) + "\n", encoding="utf-8")
    return file


def company(folder: Path) -> Story:
    """Return books whose database lies in the folder."""
    story = Story(DemoBook(folder / "Books.xlsm"))
    story.deed("new", "--company", folder.name, "--database", str(folder / "books.sqlite"))
    return story


def store_as_an_earlier_version(folder: Path, file: Path, store: str, named: str = "") -> None:
    """Store a file's settlement without looking for what is there; such books do not say that an id is derived."""
    reading = read_file(file.read_bytes(), file.name)
    (one,) = reading.settlements
    one = replace(one, settlement_id=named or one.settlement_id, derived_id=False)
    one.transactions["settlement_id"] = one.settlement_id
    source = Source(
        store, OriginalFile(file.name, file.read_bytes()), reading.format, SettlementKind.VIEW, READER_VERSION
    )
    with Database.open(str(folder / "books.sqlite")) as database, database.writing() as connection:
        stores.ensure(connection, Store(store, reading.marketplace))
        batch = batches.new(connection, BatchKind.IMPORT, "M. Lee", NOW, note=file.name)
        keyed = replace(one, transactions=with_line_keys(store, one.transactions))
        stored_settlements.save(connection, keyed, source, batch, NOW)


TWICE = [
    (("900001", (("#1", "19.00"), ("#2", "29.00"))), ("", (("#1", "19.00"), ("#2", "29.00"))), "the same date"),
    (("900001", (("#1", "19.00"), ("#2", "29.00"))), ("", (("#2", "29.00"),)), "1 line that is the same"),
    (
        ("900001", (("#1", "19.00"), ("#2", "29.00"))),
        ("900002", (("#1", "19.00"), ("#2", "29.00"))),
        "2 lines that are",
    ),
]


@pytest.mark.long
@pytest.mark.parametrize(("first", "second", "how"), TWICE)
def test_a_payout_that_was_stored_twice_is_named_until_one_is_removed(
    tmp_path: Path,
    first: tuple[str, tuple[tuple[str, str], ...]],
    second: tuple[str, tuple[tuple[str, str], ...]],
    how: str,
) -> None:
    """On sheet Settlements and by Check; removed, the books tie out."""
    story = company(tmp_path)
    story.deed("import", str(payments(tmp_path, "first.csv", first[0], *first[1])))
    store_as_an_earlier_version(tmp_path, payments(tmp_path, "second.csv", second[0], *second[1]), "Shopify")
    checked = story.deed("verify", status=1).output
    story.book.run("resolve")
    remarks = [row["Remarks"] for row in story.book.table("Settlements").rows]
    other = second[0] or "2026-09-05 USD"
    story.deed("remove", other)
    after = [row["Remarks"] for row in story.book.table("Settlements").rows]

    assert "The books have this payout twice: " in checked
    assert how in checked, checked
    assert 2 == len(remarks)
    assert all("Also in the books as Shopify/" in remark for remark in remarks), remarks
    assert not any("Also in the books" in remark for remark in after)
    story.ties()


@pytest.mark.long
def test_payouts_of_two_days_are_two(tmp_path: Path) -> None:
    """The same customer's two charges of one sum are no payout stored twice."""
    story = company(tmp_path)
    story.deed("import", str(payments(tmp_path, "first.csv", "900001", ("#1", "19.00"))))
    second = payments(tmp_path, "second.csv", "", ("#2", "19.00"))
    second.write_text(second.read_text(encoding="utf-8").replace("2026-09-05", "2026-09-06"), encoding="utf-8")
    store_as_an_earlier_version(tmp_path, second, "Shopify")
    checked = story.book.run("verify").output
    story.book.run("resolve")

    assert "twice" not in checked
    assert not any("Also" in str(row["Remarks"]) for row in story.book.table("Settlements").rows)


@pytest.mark.long
@needs_cases
def test_walmarts_statement_under_two_periods(tmp_path: Path) -> None:
    """Whichever of the two states its period."""
    story = company(tmp_path)
    story.deed("import", str(CASES / "walmart_with_period.csv"))
    store_as_an_earlier_version(
        tmp_path, CASES / "walmart_blank_period.csv", str(Marketplace.WALMART), "20260701-20260702"
    )
    checked = story.deed("verify", status=1).output

    assert "The books have this payout twice: " in checked
    assert "remove" in checked


@pytest.mark.long
def test_two_payouts_of_one_day_and_sum_stay_two_by_one_word(tmp_path: Path) -> None:
    """49.00 of order #1 and 49.00 of order #9: refused with the option, imported with it, and not asked again."""
    story = company(tmp_path)
    story.deed("import", str(payments(tmp_path, "first.csv", "900001", ("#1", "49.00"))))
    second = str(payments(tmp_path, "second.csv", "", ("#9", "49.00")))
    refused = story.deed("import", second, status=1).output
    story.deed("import", second, "--another-payout")
    again = story.deed("import", second).output
    rows = story.book.table("Settlements").rows
    story.ties()
    story.deed("remove", "2026-09-05 USD")

    assert "`import --another-payout` says that it is another payout." in refused
    assert "imported already" in again
    assert ["2026-09-05 USD", "900001"] == sorted(row["Settlement ID"] for row in rows)
    assert not any("Also in the books" in row["Remarks"] for row in rows)
    story.deed("import", second, status=1)
