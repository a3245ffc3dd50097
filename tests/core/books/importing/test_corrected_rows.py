"""A row that corrects another one, or says more of it, is not stored beside it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, Import, OriginalFile
from core.books.settlements.removing import remove_settlements
from core.frame_columns import records
from tests.core.books.exports_of_payouts import Row, ebay_export, released_export, shopify_export, unified_export
from tests.core.books.importing.payout_files import JULY, JUNE, NOW, PAID, WHO, bring_in, lines_of, nets, only
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


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


@pytest.mark.long
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
