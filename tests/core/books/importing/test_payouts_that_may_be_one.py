"""The same payout under another name, store or language is asked, and never counts twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.importing.duplicates import AnotherStoreError
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import stores
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.books.settlements.removing import remove_settlements
from core.marketplaces import read_file
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.core.books.importing.payout_files import JULY, JUNE, NOW, PAID, WHO, bring_in, lines_of, only
from tests.core.books.importing.test_importing import v2_file
from tests.core.marketplaces.settlement_writers import Sold, shopify_api
from tests.core.marketplaces.settlements.test_uniting import TWO_SPELLINGS, shopify
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


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
