"""Remarks about settlements: one between two others is missing, types that nobody has classified."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.remarks import remarks
from core.marketplaces import read_file
from core.settings import POLICIES_NAME, Policies
from tests.core.books.importing.test_importing import unified_file
from tests.core.books.listed_documents import v2_content
from tests.core.books.shops import Shop, sale
from tests.core.marketplaces.amazon_files import line
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WALMART = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Key,Transaction Posted Timestamp,"
    "Transaction Type,Transaction Description,Customer Order #,Customer Order line #,Purchase Order #,"
    "Purchase Order line #,Amount,Amount Type,Ship Qty,Commission Rate,Transaction Reason Description,Partner Item Id,"
    "Partner GTIN,Partner Item Name,Product Tax Code,Ship to State,Ship to City,Ship to Zipcode,Contract Category,"
    "Product Type,Commission Rule,Shipping Method,Fulfillment Type,Fulfillment Details,Original Commission"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, *contents: bytes) -> None:
    for content in contents:
        import_file(database, read_file(content), OriginalFile("file", content), store=None, who="M. Lee", now=NOW)


def reserve(word: str, amount: str) -> dict[str, str]:
    """Return the cells of a reserve's row."""
    blank = dict.fromkeys(("order-id", "sku", "quantity-purchased", "order-item-code", "shipment-id"), "")
    return {
        **blank,
        "transaction-type": "other-transaction",
        "amount-type": "other-transaction",
        "amount-description": word,
        "amount": amount,
    }


def said(database: Database) -> dict[str, list[str]]:
    """Return the remarks by settlement id."""
    return {name: [one.message for one in found] for (_, name), found in remarks(load_books(database)).items()}


@pytest.mark.long
def test_a_gap_between_two_settlements_is_said_of_the_later_one(database: Database) -> None:
    """The days that nothing covers are named, and the remark goes when the missing settlement comes."""
    first, middle, last = (
        v2_content(name, {}, total="10.00", days=days)
        for name, days in (("1", ("01", "08")), ("2", ("08", "15")), ("3", ("15", "22")))
    )
    bring_in(database, first, last)
    before = said(database)
    bring_in(database, middle)

    assert {"3"} == set(before)
    assert "Nothing covers 2026-08-08 to 2026-08-15" in before["3"][0]
    assert {} == said(database)


@pytest.mark.long
def test_a_reserve_that_is_not_taken_up_is_said(database: Database) -> None:
    """Amazon kept 4.00 back and pays 3.00: what came between is missing."""
    kept, paid = reserve("Current Reserve Amount", "-4.00"), reserve("Previous Reserve Amount Balance", "3.00")
    bring_in(
        database,
        v2_content("1", {}, kept, total="6.00", days=("01", "08")),
        v2_content("2", {}, paid, total="13.00", days=("08", "15")),
    )

    assert {"2"} == set(said(database))
    assert "begins with a reserve of 3.00 USD" in said(database)["2"][0]


@pytest.mark.long
def test_a_view_is_held_against_nothing(database: Database) -> None:
    """A date-range report covers the days it was asked for."""
    bring_in(database, v2_content("1", {}, total="10.00", days=("20", "27")))
    bring_in(database, unified_file("9", ("111-0", "10.00")).content)

    told = said(database)
    assert ["9"] == list(told)
    assert not any("Nothing covers" in remark for remark in told["9"])


@pytest.mark.long
def test_what_lies_before_books_start_is_over(database: Database) -> None:
    """Nobody misses a settlement of the years before."""
    bring_in(
        database,
        v2_content("1", {}, total="10.00", days=("01", "08")),
        v2_content("3", {}, total="10.00", days=("15", "22")),
    )
    with database.writing() as connection:
        stored_settings.put(connection, POLICIES_NAME, Policies(books_start=date(2026, 8, 20)), who="M. Lee", now=NOW)

    assert {} == said(database)


@pytest.mark.long
def test_walmarts_periods_without_a_time_touch(database: Database) -> None:
    """One ends on the 15th and the next begins on the 16th: nothing is missing."""
    bring_in(database, *(_walmart(*days) for days in (("8/1/2026", "8/15/2026"), ("8/16/2026", "8/29/2026"))))

    assert {} == said(database)


def _walmart(start: str, end: str) -> bytes:
    names = WALMART.split(",")
    summary = {
        "Period Start Date": start,
        "Period End Date": end,
        "Total Payable": "10.00",
        "Currency": "USD",
        "Transaction Type": "PaymentSummary",
    }
    sale = {
        "Transaction Key": f"T{start}",
        "Transaction Posted Timestamp": start,
        "Transaction Type": "Sale",
        "Customer Order #": "2001",
        "Customer Order line #": "1",
        "Purchase Order #": "1001",
        "Purchase Order line #": "1",
        "Amount": "10.00",
        "Amount Type": "Product Price",
        "Ship Qty": "1",
        "Partner Item Id": "MUG",
    }
    rows = [",".join(row.get(name, "") for name in names) for row in (summary, sale)]
    return "\n".join([WALMART, *rows, ""]).encode()


GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "marketplaces"
STATED = {
    "amazon-v2-australia.txt": ("17.07.2026 07:06:34 UTC", "31.07.2026 07:06:35 UTC"),
    "amazon-v1-33-columns.txt": ("2025-07-31T22:07:18+00:00", "2025-08-14T22:07:18+00:00"),
    "amazon-xml-archive.xml": ("2025-03-01T08:00:00+00:00", "2025-03-15T08:00:00+00:00"),
    "walmart-v1.csv": ("04/18/2026", "05/01/2026"),
}
"""First and last moment of the period that each file states, as it writes them."""
MONTH_LATER = {"17.07.2026": "17.08.2026", "31.07.2026": "31.08.2026", "2025-07-31T": "2025-08-31T"}
MONTH_LATER |= {"2025-08-14T": "2025-09-14T", "2025-03-01T": "2025-04-01T", "2025-03-15T": "2025-04-15T"}
MONTH_LATER |= {"04/18/2026": "05/18/2026", "05/01/2026": "06/01/2026"}


def with_period(name: str, start: str, end: str) -> bytes:
    """Return a golden file that states another period."""
    first, last = (one.encode() for one in STATED[name])
    content = (GOLDEN / name).read_bytes()
    assert content.count(first), name
    assert content.count(last), name
    return content.replace(first, b"@", 1).replace(last, end.encode(), 1).replace(b"@", start.encode(), 1)


def later(moment: str) -> str:
    day = next(day for day in MONTH_LATER if moment.startswith(day))
    return moment.replace(day, MONTH_LATER[day])


@pytest.mark.few(1)
@pytest.mark.parametrize("name", STATED)
def test_a_period_that_ends_before_it_begins_is_remarked_upon(database: Database, name: str) -> None:
    """By the reading, so by import and inspect, and on sheet Settlements, in all formats that state a period."""
    content = with_period(name, *reversed(STATED[name]))
    told = [problem.message for one in read_file(content, name).settlements for problem in one.problems]
    bring_in(database, content)
    ((_, remarked),) = said(database).items()

    assert ["before it begins" in message for message in told if "period" in message] == [True]
    assert told[-1] in remarked


@pytest.mark.few(1)
@pytest.mark.parametrize("name", STATED)
def test_lines_outside_their_period_are_remarked_upon(database: Database, name: str) -> None:
    """Their number and the first of them; a line of the last day, of which a format knows no time, lies within."""
    (right,) = read_file((GOLDEN / name).read_bytes(), name).settlements
    content = with_period(name, *map(later, STATED[name]))
    (read,) = read_file(content, name).settlements
    posted = read.transactions["posted_at"].dropna()
    told = [problem.message for problem in read.problems if "outside its period" in problem.message]
    bring_in(database, content)
    ((_, remarked),) = said(database).items()

    assert not [problem for problem in right.problems if "period" in problem.message]
    assert [f"{len(posted)} lines outside its period" in message for message in told] == [True]
    assert told[0] in remarked
    assert f"on {posted.min().date()}" in told[0]


def fee_of(order: str, sku: str = "MUG", *, site: str = "Amazon.com") -> dict[str, str]:
    """Return a fee per unit of two units of an order, without their price."""
    return line(
        "-3.00",
        order_id=order,
        sku=sku,
        quantity_purchased="2",
        amount_type="ItemFees",
        amount_description="FBAPerUnitFulfillmentFee",
        marketplace_name=site,
    )


def fees_alone(shop: Shop) -> dict[str, str]:
    """Return what is said of fees without their sale, by settlement."""
    told = ((name[1][-1], one) for name, of in remarks(shop.books).items() for one in of)
    return {number: one.message for number, one in told if "without its sale" in one.short}


@pytest.mark.long
def test_fees_of_an_order_whose_sale_is_not_in_the_books_are_named(tmp_path: Path) -> None:
    """Two units stand beside the fee, no price: nothing asks for their cost, so the order is named."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", fee_of("111-7"))

    assert ["1"] == list(fees_alone(shop))
    assert "111-7 (MUG). Their units are in no cost" in fees_alone(shop)["1"]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "rows",
    [
        [sale("111-7", "MUG", 2), fee_of("111-7")],
        [fee_of("111-7", site="Non-Amazon US")],
        [sale("111-7", "MUG", 2)],
    ],
)
def test_fees_whose_units_count_are_not_named(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    """The sale stands beside them, or the order is a multi-channel one, whose fees count its units."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", *rows)

    assert fees_alone(shop) == {}


@pytest.mark.long
def test_fees_whose_sale_comes_later_are_named_until_it_does(tmp_path: Path) -> None:
    """The sale of another settlement, and of the same SKU, takes the remark away; one of another SKU does not."""
    shop = Shop.open(tmp_path)
    shop.bring_in("2", fee_of("111-7"), sale("111-7", "CUP"))
    before = list(fees_alone(shop))
    shop.bring_in("1", sale("111-7", "MUG", 2))

    assert (["2"], {}) == (before, fees_alone(shop))
