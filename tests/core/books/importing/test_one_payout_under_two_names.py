"""One payout under two names, a marketplace's own and one made of dates, is asked; two payouts stay two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.books.settlements.remarks import twins_of
from core.books.settlements.removing import remove_settlements
from core.marketplaces import read_file
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement

NOW = datetime(2026, 9, 1, tzinfo=UTC)
JUNE = (Row("2026-06-29", "#1", "97.00"), Row("2026-06-30", "#2", "48.50"))
JULY = (Row("2026-07-01", "#3", "19.40"),)
PAID = Row("2026-07-01", "", "-164.90", kind="payout")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(
    database: Database, file: OriginalFile, store: str | None = None, *, another_payout: bool = False
) -> ImportedSettlement:
    reading = read_file(file.content, file.name)
    (one,) = import_file(
        database, reading, file, store=store, who="M. Lee", now=NOW, another_payout=another_payout
    ).settlements
    return one


def take_out(database: Database, one: ImportedSettlement) -> None:
    with database.reading() as connection:
        there = stored_settlements.find(connection, one.store, one.settlement_id)
    assert there is not None
    remove_settlements(database, load_books(database), [there], who="M. Lee", now=NOW)


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return [one.settlement_id for one in stored_settlements.booked_settlements(connection)]


def without_ids(file: OriginalFile, *, day: str = "2026-07-01", currency: str = "USD") -> OriginalFile:
    """Return a Shopify export as those of 2025 are: without payout ids."""
    text = file.content.decode().replace("900001", "").replace("2026-07-01,", f"{day},")
    return OriginalFile(f"without {file.name}", text.replace(",USD\n", f",{currency}\n").encode())


@pytest.mark.few(1)
@pytest.mark.parametrize("derived_first", [True, False])
@pytest.mark.parametrize(
    ("named", "nameless"),
    [
        (JUNE, JULY),  # cut by months: no row in common, another sum
        (JULY, JUNE),
        ((*JUNE, *JULY), (*JUNE, *JULY)),  # the same rows
        (JUNE, (JUNE[1], *JULY)),  # some of them
        ((*JUNE, *JULY), (PAID,)),  # the payout's own row alone
    ],
)
def test_shopifys_payout_of_a_day_is_one(
    database: Database, named: tuple[Row, ...], nameless: tuple[Row, ...], *, derived_first: bool
) -> None:
    """Whichever comes first stays, and the other is asked with what to do."""
    files = [shopify_export("named.csv", *named), without_ids(shopify_export("old.csv", *nameless))]
    first, second = [bring_in(database, file) for file in (files[::-1] if derived_first else files)]

    assert (Import.NEW, Import.CONFLICT) == (first.result, second.result)
    assert [first.settlement_id] == names(database)
    assert f"settlement {first.settlement_id}" in second.reason
    assert "remove" in second.reason


@pytest.mark.long
def test_the_remedy_that_is_named_works(database: Database) -> None:
    """The whole payout, exported with its id, is imported once the nameless part is removed."""
    part = bring_in(database, without_ids(shopify_export("old.csv", *JUNE)))
    whole = shopify_export("whole.csv", *JUNE, *JULY, PAID)
    assert Import.CONFLICT == bring_in(database, whole).result
    with database.reading() as connection:
        there = stored_settlements.find(connection, part.store, part.settlement_id)
    assert there is not None
    remove_settlements(database, load_books(database), [there], who="M. Lee", now=NOW)

    assert Import.NEW == bring_in(database, whole).result
    assert ["900001"] == names(database)


@pytest.mark.few(1)
@pytest.mark.parametrize(("day", "currency"), [("2026-07-02", "USD"), ("2026-06-30", "USD"), ("2026-07-01", "CAD")])
def test_another_day_or_currency_is_another_payout(database: Database, day: str, currency: str) -> None:
    """What is paid on another day, or in another currency, stands beside it."""
    bring_in(database, shopify_export("named.csv", *JUNE))
    other = without_ids(shopify_export("old.csv", *JULY), day=day, currency=currency)
    assert Import.NEW == bring_in(database, other).result


def test_another_shops_payout_of_the_day_is_another(database: Database) -> None:
    """Two shops are each paid once a day."""
    bring_in(database, shopify_export("named.csv", *JUNE), "Shop one")
    assert Import.NEW == bring_in(database, without_ids(shopify_export("old.csv", *JULY)), "Shop two").result


@pytest.mark.few(1)
@pytest.mark.parametrize("export", [ebay_export, unified_export])
@pytest.mark.parametrize("rows", [JUNE, JUNE[:1], (*JULY, JUNE[0])])
def test_rows_of_a_view_under_another_id_are_asked(database: Database, export: Any, rows: tuple[Row, ...]) -> None:
    """Amazon and eBay name every payout; the same rows under a second name are not stored beside the first."""
    bring_in(database, export("a.csv", *JUNE))
    second = bring_in(database, export("b.csv", *(row._replace(payout="900009") for row in rows)))
    assert (Import.CONFLICT, ["900001"]) == (second.result, names(database))


def moved(name: str, *rows: Row) -> OriginalFile:
    """Write eBay's report of rows that are in payout 900009 now, an order's transaction id blank."""
    text = ebay_export(name, *(row._replace(payout="900009") for row in rows)).content.decode()
    return OriginalFile(name, text.replace(",T#2,", ",--,").encode())


def test_a_row_written_otherwise_in_another_payout_is_asked(database: Database) -> None:
    """48.50 of order #2 would be in two payouts; somebody may say that they are two orders."""
    bring_in(database, ebay_export("a.csv", *JUNE))
    second = bring_in(database, moved("b.csv", JUNE[1]))
    assert (Import.CONFLICT, True, ["900001"]) == (second.result, second.may_be_another, names(database))
    assert "formatted differently" in second.reason

    assert Import.NEW == bring_in(database, moved("b.csv", JUNE[1]), another_payout=True).result


@pytest.mark.few(1)
@pytest.mark.parametrize("also", [JUNE[0], Row("2026-06-29", "", "-97.00", kind="fee")])
def test_what_removing_takes_out_is_named_and_how_it_comes_back(database: Database, also: Row) -> None:
    """Order #2 moved to another payout: the first one's other row is named, and its new export brings it back."""
    old = ebay_export("a.csv", also, JUNE[1])
    first = bring_in(database, old)
    latest = ebay_export("b.csv", JUNE[1]._replace(payout="900009"))
    second = bring_in(database, latest)
    named = "#1 (97.00)" if also.order else "1 line without order (-97.00)"
    assert f"900001 also holds {named}, which this file lacks" in second.reason

    take_out(database, first)
    assert [Import.NEW, Import.CONFLICT] == [bring_in(database, file).result for file in (latest, old)]
    assert Import.NEW == bring_in(database, ebay_export("new.csv", also)).result
    assert {"900001", "900009"} == set(names(database))


def test_nothing_is_named_where_removing_takes_nothing_out(database: Database) -> None:
    """A file that holds all of the other payout's rows loses none."""
    bring_in(database, ebay_export("a.csv", JUNE[1]))
    both = (row._replace(payout="900009") for row in JUNE)
    assert "also holds" not in bring_in(database, ebay_export("b.csv", *both)).reason


HEAD = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Posted Timestamp,Transaction Type,"
    "Transaction Description,Customer Order #,Amount,Amount Type,Ship Qty,Partner Item Id\n"
)


def walmart(period: str, *rows: str) -> OriginalFile:
    """Write a report; rows are `posted,type,description,order,amount`."""
    total = sum(float(row.rsplit(",", 1)[1]) for row in rows)
    lines = [f",,,,{','.join(row.split(',')[:4])},{row.rsplit(',', 1)[1]},Fee/Reimbursement,,\n" for row in rows]
    return OriginalFile(
        f"w{period}.csv", f"{HEAD}{period},{total:.2f},USD,,PaymentSummary,,,,,,\n{''.join(lines)}".encode()
    )


STORAGE = "07/20/2026,Service Fee,WFS StorageFee,,-5.00"
PREP = "07/21/2026,Service Fee,WFS PrepServiceFee,,-2.00"
LABEL = "07/22/2026,Adjustment,Walmart Shipping Label Service Charge,2001,-4.00"
DATED = "07/14/2026,07/28/2026"


@pytest.mark.few(2)
@pytest.mark.parametrize("derived_first", [True, False])
@pytest.mark.parametrize(
    ("dated", "blank"),
    [
        ((STORAGE, PREP), (STORAGE, PREP)),  # fees alone: the same sum
        ((STORAGE, PREP), (STORAGE,)),  # a line in common that names no order
        ((STORAGE, LABEL), (PREP, LABEL)),  # one that does
    ],
)
def test_walmart_without_a_period(
    database: Database, dated: tuple[str, ...], blank: tuple[str, ...], *, derived_first: bool
) -> None:
    """A report with its period and one without, named by its lines, are one where money or a line is the same."""
    files = [walmart(DATED, *dated), walmart(",", *blank)]
    first, second = [bring_in(database, file) for file in (files[::-1] if derived_first else files)]
    assert (Import.NEW, Import.CONFLICT) == (first.result, second.result)


@pytest.mark.few(1)
@pytest.mark.parametrize("moved", ["08/03/2026", "08/10/2026", "06/30/2026"])
def test_walmarts_next_statement_is_another(database: Database, moved: str) -> None:
    """The same monthly fee on another day is another fee."""
    bring_in(database, walmart(DATED, STORAGE))
    assert Import.NEW == bring_in(database, walmart(",", STORAGE.replace("07/20/2026", moved))).result


SALES = ("07/15/2026,Sale,Purchase,3001,20.00", "07/16/2026,Sale,Purchase,3002,9.00")
LATER = "07/14/2026,07/29/2026"
SHORTER = "07/14/2026,07/21/2026"
NEXT = "07/28/2026,08/11/2026"
"""Shares its first day with the last one of `DATED`."""


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("period", "there", "again"),
    [
        (LATER, SALES, SALES),  # the very rows
        (SHORTER, SALES, SALES[:1]),  # some of them
        (SHORTER, SALES[:1], SALES),  # more of them
        (LATER, SALES, (SALES[0], LABEL)),  # one in common
        ("07/29/2026,08/11/2026", SALES, SALES),  # no day in common
        (LATER, (STORAGE,), (STORAGE, PREP)),  # fees name no order
        ("07/29/2026,08/11/2026", (STORAGE, PREP), (STORAGE, PREP)),
    ],
)
def test_walmarts_lines_under_another_stated_period_are_asked(
    database: Database, period: str, there: tuple[str, ...], again: tuple[str, ...]
) -> None:
    """A period is made of dates whoever states it: what is removed first is imported under the other."""
    first = bring_in(database, walmart(DATED, *there))
    second = bring_in(database, walmart(period, *again))
    assert (Import.NEW, Import.CONFLICT) == (first.result, second.result)
    assert "remove 20260714-20260728 and import this file again" in second.reason
    assert ["20260714-20260728"] == names(database)

    with database.reading() as connection:
        booked = stored_settlements.find(connection, first.store, first.settlement_id)
    assert booked is not None
    remove_settlements(database, load_books(database), [booked], who="M. Lee", now=NOW)
    assert Import.NEW == bring_in(database, walmart(period, *again)).result


@pytest.mark.few(1)
@pytest.mark.parametrize("period", [NEXT, LATER, "07/29/2026,08/11/2026"])
@pytest.mark.parametrize(
    "rows",
    [
        tuple(row.replace("/300", "/400").replace(",300", ",400") for row in SALES),  # other orders, the same sum
        (STORAGE.replace("07/20/2026", "07/28/2026"),),  # the same fee at another moment
        (STORAGE.replace("07/20/2026", ""),),  # and without one
        (SALES[0].replace("Sale,Purchase,3001,20.00", "Refund,Return,3001,-20.00"),),  # the order's refund
    ],
)
def test_walmarts_periods_without_a_line_in_common_are_two(
    database: Database, period: str, rows: tuple[str, ...]
) -> None:
    """Neighbours may share a day, a sum, an order and a fee; the same file again is known."""
    first = walmart(DATED, *SALES, STORAGE)
    second = walmart(period, *rows)
    told = [bring_in(database, file).result for file in (first, second, first, second)]
    assert [Import.NEW, Import.NEW, Import.ALREADY_IMPORTED, Import.ALREADY_IMPORTED] == told


@pytest.mark.long
def test_two_walmart_stores_are_charged_the_same(database: Database) -> None:
    """A fee of one moment and sum is no line of another store's; an order's line is."""
    bring_in(database, walmart(DATED, STORAGE), "One")
    assert Import.NEW == bring_in(database, walmart(LATER, STORAGE), "Two").result
    bring_in(database, walmart(NEXT, *SALES), "One")
    assert Import.CONFLICT == bring_in(database, walmart("07/30/2026,08/11/2026", *SALES), "Two").result


OTHERS = tuple(row.replace("/300", "/400").replace(",300", ",400") for row in SALES)


@pytest.mark.parametrize(
    "rows",
    [
        OTHERS,
        pytest.param(tuple(row.replace("07/15", "07/20") for row in OTHERS), marks=pytest.mark.long),
        pytest.param((OTHERS[0].replace(",20.00", ",29.00"),), marks=pytest.mark.long),
    ],
)
def test_two_stores_with_one_period_and_sum_are_two_payouts_where_their_orders_differ(
    database: Database, rows: tuple[str, ...]
) -> None:
    """Walmart pays all its sellers on one day: the day and a sum alone do not make two statements one."""
    bring_in(database, walmart(DATED, *SALES), "One")
    bring_in(database, walmart(DATED, *rows), "Two")

    assert [] == twins_of(load_books(database))


OTHER_ORDERS = (Row("2026-06-29", "#8", "97.00"), Row("2026-06-30", "#9", "48.50"))
MAY_BE_TWO = {
    "one sum, other orders": (shopify_export("a.csv", *JUNE), without_ids(shopify_export("b.csv", *OTHER_ORDERS))),
    "another sum": (shopify_export("a.csv", *JUNE), without_ids(shopify_export("b.csv", *JULY))),
    "Walmart's periods": (walmart(DATED, *SALES), walmart(",", *OTHERS)),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("derived_first", [False, True])
@pytest.mark.parametrize("files", MAY_BE_TWO.values(), ids=MAY_BE_TWO)
def test_two_payouts_of_a_day_are_both_stored_once_somebody_says_so(
    database: Database, files: tuple[OriginalFile, OriginalFile], *, derived_first: bool
) -> None:
    """The yes is kept with the second: nothing asks again, until it is removed."""
    first, second = files[::-1] if derived_first else files
    bring_in(database, first)
    asked = bring_in(database, second)
    said = bring_in(database, second, another_payout=True)
    twins = twins_of(load_books(database))
    again = [bring_in(database, file).result for file in (first, second, first)]
    stored = len(names(database))
    take_out(database, said)
    anew = bring_in(database, second)

    assert (Import.CONFLICT, True) == (asked.result, asked.may_be_another)
    assert (Import.NEW, False) == (said.result, said.may_be_another)
    assert ([], [Import.ALREADY_IMPORTED] * 3, 2) == (twins, again, stored)
    assert (Import.CONFLICT, True) == (anew.result, anew.may_be_another)


@pytest.mark.long
def test_the_yes_holds_also_when_the_first_of_the_two_comes_back(database: Database) -> None:
    """Which of the two is removed and imported again, or gets more of its rows, does not matter."""
    named, nameless = MAY_BE_TWO["one sum, other orders"]
    first = bring_in(database, named)
    bring_in(database, nameless, another_payout=True)
    take_out(database, first)
    back = bring_in(database, named)
    more = bring_in(database, shopify_export("c.csv", *JULY))

    assert (Import.NEW, Import.UNITED) == (back.result, more.result)
    assert ["2026-07-01 USD", "900001"] == sorted(names(database))


@pytest.mark.few(1)
@pytest.mark.parametrize("nameless", [JUNE, JUNE[:1], (*OTHER_ORDERS, JUNE[0])])
def test_what_has_lines_of_the_other_is_no_second_payout_whoever_says_so(
    database: Database, nameless: tuple[Row, ...]
) -> None:
    """Nothing counts twice: a yes is about day and money, not about rows that the books have."""
    bring_in(database, shopify_export("a.csv", *JUNE))
    told = bring_in(database, without_ids(shopify_export("b.csv", *nameless)), another_payout=True)

    assert (Import.CONFLICT, False) == (told.result, told.may_be_another)
    assert "two payouts" not in told.reason
