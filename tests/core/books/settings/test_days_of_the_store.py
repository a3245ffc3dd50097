"""One day for everything: entry, profit and loss, books start, averages and true-ups go by the store's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books import batches
from core.books.batches import BatchKind
from core.books.entries.exporting import ExportOptions, export_settlement, make_entries
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settings.calendars import deposit_day
from core.books.settings.opening_costs import TypedOpening, change_opening_costs
from core.books.settings.policies import change_policies
from core.books.settings.time_zones import change_time_zones, proposed_zones
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import cost_request
from core.books.true_ups import true_up_history, true_ups
from core.frame_columns import MAPPING_COLUMNS, TRANSACTION_COLUMNS, frame, records
from core.journal.accounts import Accounts
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import CostSource, Event
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from core.time import StoreDays, local_days, months_of, settlement_dates
from tests.core.books.listed_documents import v2_content
from tests.core.books.lives_of_orders import let_finale_say
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database

NOW = datetime(2026, 10, 31, 15, tzinfo=UTC)
WHO = {"who": "M. Lee", "now": NOW}
EVENING = "2026-08-31 15:00:00 UTC"
"""One in the morning of 1 September in Sydney, eight in the morning of 31 August in Los Angeles."""


@dataclass(frozen=True)
class Shop:
    """Books with stores on two sides of UTC."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    def bring(self, store: str, number: str, *moments: str, site: str = "Amazon.com.au", end: str = "08-31") -> None:
        rows = [
            {
                "posted-date-time": moment,
                "order-id": f"111-{place}",
                "order-item-code": f"{number}{place}",
                "marketplace-name": site,
            }
            for place, moment in enumerate(moments)
        ]
        content = v2_content(number, *rows, total=f"{10 * len(rows)}.00", days=("17", "31"))
        content = content.replace(b"2026-08-31 00:00:00", f"2026-{end} 00:00:00".encode())
        import_file(self.database, read_file(content), OriginalFile("file", content), store=store, **WHO)  # type: ignore[arg-type]

    def zone(self, **zones: str) -> None:
        change_time_zones(self.database, zones, **WHO)  # type: ignore[arg-type]

    def months(self) -> tuple[list[str], list[str]]:
        """Return the months of the entries, as they would go out, and those of the profit and loss."""
        books = self.books
        made = [make_entries(books, one, EntryKind.SETTLEMENT, ExportOptions()) for one in books.settlements]
        question = PnlQuestion("USD", by_month=True, by_item=False)
        table = profit_and_loss(books.counted(books.lines), question, zones=books.zones)
        return sorted(entry.key.month for of_one in made for entry in of_one), sorted(table["month"].to_list())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        product = {"sku": "MUG", "product_id": "MUG", "units": 1, "rule": "product id", "fetched_at": NOW}
        with database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, [product]), batch, NOW)
        yield Shop(database)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("zone", "moments", "months"),
    [
        ("Australia/Sydney", [EVENING], ["2026-09"]),
        ("America/Los_Angeles", [EVENING], ["2026-08"]),
        ("America/Los_Angeles", ["2026-09-01 03:00:00 UTC"], ["2026-08"]),
        ("Pacific/Auckland", ["2026-08-31 11:59:59 UTC", "2026-08-31 12:00:00 UTC"], ["2026-08", "2026-09"]),
        ("Asia/Kolkata", ["2026-08-31 18:29:00 UTC", "2026-08-31 18:31:00 UTC"], ["2026-08", "2026-09"]),
        ("", [EVENING, "2026-09-02 00:00:00 UTC"], ["2026-08", "2026-09"]),
    ],
)
def test_entry_and_profit_and_loss_are_of_one_month(
    shop: Shop, zone: str, moments: list[str], months: list[str]
) -> None:
    """Also where the settlement's period ends, in UTC, in the month before, or a line is posted after its end."""
    shop.bring("S", "1", *moments)
    shop.zone(S=zone)

    assert (months, months) == shop.months()


def test_an_entry_is_not_dated_before_its_lines(shop: Shop) -> None:
    """The settlement ends on 31 August in UTC; its sale of 1 September in Sydney dates the entry."""
    shop.bring("S", "1", EVENING)
    shop.zone(S="Australia/Sydney")
    books = shop.books

    (entry,) = make_entries(books, books.settlements[0], EntryKind.SETTLEMENT, ExportOptions())

    assert date(2026, 9, 1) == entry.day


@pytest.mark.long
def test_books_start_is_a_day_of_the_store(shop: Shop) -> None:
    """The same moment is counted from 1 September in Sydney, and not in Los Angeles."""
    for store, number in (("East", "1"), ("West", "2")):
        shop.bring(store, number, EVENING, end="09-05")
    for store, number in (("East", "3"), ("West", "4")):
        shop.bring(store, number, "2026-08-20 10:00:00 UTC", end="09-01")
    shop.zone(East="Australia/Sydney", West="America/Los_Angeles")
    change_policies(shop.database, {"books_start": "2026-09-01"}, **WHO)  # type: ignore[arg-type]
    books = shop.books

    assert ["1"] == books.counted(books.lines)["settlement_id"].to_list()
    settlements = books.costing_input.settlements
    assert settlements is not None
    flags = {row["settlement_id"]: row["history"] for row in records(settlements)}
    assert {"1": False, "2": False, "3": False, "4": True} == flags, "4 ended on 31 August in Los Angeles"


@pytest.mark.long
def test_opening_costs_and_averages_go_by_the_stores_day(shop: Shop) -> None:
    """A sale of 1 September in Sydney is not before Finale start on that day; in Los Angeles it is."""
    shop.bring("East", "1", EVENING)
    shop.bring("West", "2", EVENING)
    shop.zone(East="Australia/Sydney", West="America/Los_Angeles")
    change_opening_costs(shop.database, [TypedOpening("MUG", "3.50", "", "")], **WHO)  # type: ignore[arg-type]
    change_policies(shop.database, {"finale_start": "2026-09-01"}, **WHO)  # type: ignore[arg-type]
    lines = shop.books.lines

    assert {"West": CostSource.OPENING, "East": None} == {row["store"]: row["cost_source"] for row in records(lines)}
    asked = lines.assign(order_id=None)
    assert {date(2026, 9, 1), date(2026, 8, 31)} == {
        day for _, day in cost_request(asked, averages=set(asked["key"]), zones=shop.books.zones).dated_skus
    }


@pytest.mark.long
def test_a_true_up_is_of_the_day_that_it_is_in_the_store(shop: Shop) -> None:
    """Accepted at 15:00 UTC on 31 October: 1 November in Sydney."""
    shop.bring("S", "1", EVENING)
    shop.zone(S="Australia/Sydney")
    let_finale_say(shop.database, "111-0", Decimal(4))
    export_settlement(shop.database, shop.books, shop.books.settlements[0], ExportOptions(accept_suspect=True), **WHO)  # type: ignore[arg-type]
    let_finale_say(shop.database, "111-0", Decimal(5))
    true_ups.propose_true_ups(shop.database, shop.books, **WHO)  # type: ignore[arg-type]
    with shop.database.reading() as connection:
        numbers = true_up_history.pending(connection)["id"].to_list()

    done = true_ups.accept_true_ups(shop.database, shop.books, numbers, accounts=Accounts(), lock_date=None, **WHO)  # type: ignore[arg-type]

    assert ["2026-11-01 2026-11"] == [f"{entry.day} {entry.key.month}" for entry in done.entries]


def test_dates_without_a_time_are_days_already() -> None:
    """Walmart's 1 September, read as its midnight in UTC, stays the 1st in California; a moment beside it does not."""
    midnight = datetime(2026, 9, 1, tzinfo=UTC)
    lines = frame(
        {name: TRANSACTION_COLUMNS[name] for name in ("store", "settlement_id", "posted_at")},
        [{"store": "W", "settlement_id": number, "posted_at": midnight} for number in ("dates", "moments")],
    )
    zones = StoreDays({"W": ZoneInfo("America/Los_Angeles")}, {("W", "dates"): None})

    assert ["2026-09-01", "2026-08-31"] == local_days(lines, zones).to_list()


def test_a_line_without_a_moment_counts_on_its_settlements_last_day() -> None:
    """In the report as in the entry, which belongs to the settlement's last month."""
    columns = {name: TRANSACTION_COLUMNS[name] for name in ("store", "settlement_id", "posted_at")}
    lines = frame(columns, [{"store": "S", "settlement_id": "1"}])
    zones = StoreDays(last_days={("S", "1"): date(2026, 9, 3)})

    assert ["2026-09-03"] == local_days(lines, zones).to_list()
    assert ["2026-09"] == [month for month, _, _ in months_of(lines, settlement_dates(lines, date(2026, 9, 3), zones))]


def test_the_deposit_is_of_the_stores_day(shop: Shop) -> None:
    """The file says midnight in UTC, which in Los Angeles is still the day before."""
    shop.bring("S", "1", EVENING)
    (settlement,) = shop.books.settlements

    assert date(2026, 8, 31) == deposit_day(settlement, StoreDays())
    assert date(2026, 8, 30) == deposit_day(settlement, {"S": ZoneInfo("America/Los_Angeles")})


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("site", "zone"),
    [
        ("Amazon.com", "America/Los_Angeles"),
        ("Amazon.com.au", "Australia/Sydney"),
        ("Amazon.de", "Europe/Berlin"),
        ("Amazon.co.uk", "Europe/London"),
        ("Non-Amazon US", None),
        ("Bazaar", None),
    ],
)
def test_a_time_zone_is_proposed_from_the_site_and_not_taken(shop: Shop, site: str, zone: str | None) -> None:
    """Until it is typed, the store's days are those of UTC; a site that nobody declared proposes nothing."""
    shop.bring("S", "1", EVENING, site=site)

    assert {"S": zone} == proposed_zones(shop.books)
    assert not shop.books.zones
    shop.zone(S="Europe/Madrid")
    assert {} == proposed_zones(shop.books)


ZONES = st.sampled_from(
    [
        *("", "Pacific/Honolulu", "America/Los_Angeles", "America/St_Johns", "Europe/Berlin"),
        *("Asia/Kathmandu", "Australia/Sydney", "Pacific/Chatham", "Pacific/Kiritimati"),
    ]
)
MOMENTS = st.integers(0, 35 * 24 * 60).map(
    lambda minutes: datetime(2026, 8, 29, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None)
@given(ZONES, st.lists(st.none() | MOMENTS, min_size=1, max_size=6), MOMENTS, st.booleans())
def test_every_line_is_of_one_month_in_entry_and_report(
    zone: str,
    moments: list[datetime | None],
    end: datetime,
    dates_only: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever the zone, wherever the period ends, with and without moments, dates or not."""
    name = ("S", "1")
    days = StoreDays({"S": ZoneInfo(zone)} if zone else {}, {name: None} if dates_only else {})
    last = days.day(end, *name)
    days = StoreDays(days.zones, days.exceptions, {name: last})
    rows = [
        {
            "key": str(number),
            "store": "S",
            "settlement_id": "1",
            "event": Event.SALE,
            "posted_at": moment,
        }
        for number, moment in enumerate(moments)
    ]
    lines = frame(TRANSACTION_COLUMNS, rows)

    of_report = dict(zip(lines["key"], local_days(lines, days).str.slice(0, 7), strict=True))
    made = list(months_of(lines, settlement_dates(lines, last, days)))
    of_entries = {key: month for month, _, group in made for key in group["key"]}

    assert of_report == of_entries
    assert all(f"{day:%Y-%m}" == month for month, day, _ in made)
    for row in records(lines):
        if row["posted_at"] is not None and not dates_only:
            local = row["posted_at"].astimezone(ZoneInfo(zone or "UTC"))
            assert f"{local:%Y-%m}" == of_report[row["key"]], "no other arithmetic than the calendar's"
            assert abs(local.replace(tzinfo=None) - row["posted_at"].replace(tzinfo=None)) <= timedelta(hours=14)
