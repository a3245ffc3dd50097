"""What comes in late is booked on the first open day, and profit and loss, journal and verify have one month for it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing, suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.books import with_settings
from core.books.entries.exporting import AlreadyExportedError, ExportOptions, make_entries
from core.books.entries.locks import NotLockedError
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.loading import load_books
from core.books.settings.setting_effects import setting_effects
from core.books.true_ups.corrections import corrections
from core.books.verification.verification import tie_outs
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.reports.profit_and_loss import PnlQuestion, booked_in_other_months, profit_and_loss
from tests.core.books.shops import WHO, Shop, lost, refund, sale
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database

SETTLEMENT, COGS = (EntryKind.SETTLEMENT,), (EntryKind.COGS,)
BY_MONTH = PnlQuestion("USD", by_month=True, by_item=False)
Months = dict[str, tuple[str, str]]
"""Month -> net sales and COGS."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with 20.00 of August (COGS 12.00) and 30.00 of September (COGS 18.00) in one settlement."""
    made = Shop.open(tmp_path)
    made.bring_in("3", sale("111-1", "CUP", 2, day="2026-08-31"), sale("111-2", "CUP", 3, day="2026-09-03"))
    made.finale_says({("111-1", "CUP"): "6.00", ("111-2", "CUP"): "6.00"})
    yield made
    made.database.close()


def close(shop: Shop, day: str) -> None:
    shop.set(lock_date=day)


def export(shop: Shop, *names: str, kinds: tuple[EntryKind, ...] | None = None) -> None:
    shop.export(*names, kinds=kinds, lock_date=shop.books.policies.lock_date)


def shown(books: Books) -> Months:
    """Return net sales and COGS of the profit and loss by month."""
    table = profit_and_loss(
        books.counted(books.lines),
        BY_MONTH,
        zones=books.zones,
        corrections=corrections(books),
        booked=books.booked_days,
    )
    return {row["month"]: (f"{row['net_sales']:.2f}", f"{row['cogs']:.2f}") for row in records(table)}


def journalled(shop: Shop) -> Months:
    """Return the same of the entries, by the accounts that this shop posts to."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    accounts = {"Marketplace Sales": (0, -1), "Marketplace Refunds": (0, -1)}
    accounts |= dict.fromkeys(("Cost of Goods Sold", "Damaged and Lost Inventory"), (1, 1))
    for row in shop.journal():
        if row["account"] in accounts:
            place, sign = accounts[row["account"]]
            sums[row["entry_date"][:7]][place] += sign * row["amount"]
    return {month: (f"{sales:.2f}", f"{cogs:.2f}") for month, (sales, cogs) in sums.items()}


def faults(database: Database, name: str) -> list[str]:
    books = load_books(database)
    found = tie_outs(database, books, books.named([name])[0], ExportOptions())
    return [one.sentence for one in found if not one.ok]


@pytest.mark.long
def test_what_is_to_be_exported_counts_where_it_will_be_booked(shop: Shop) -> None:
    """August is closed before the settlement goes out; closing September too moves all of it to October."""
    assert {"2026-08": ("20.00", "12.00"), "2026-09": ("30.00", "18.00")} == shown(shop.books)
    close(shop, "2026-08-31")
    assert {"2026-09": ("50.00", "30.00")} == shown(shop.books)
    close(shop, "2026-09-30")
    books = shop.books
    made = make_entries(books, books.settlements[0], EntryKind.COGS, ExportOptions(lock_date=books.policies.lock_date))

    assert {"2026-10": ("50.00", "30.00")} == shown(books)
    assert {date(2026, 10, 1)} == {entry.day for entry in made}
    assert [] == faults(shop.database, "3")


@pytest.mark.long
def test_what_went_out_stays_in_its_month_whatever_is_closed_later(shop: Shop) -> None:
    """In that of its entry: August's part in September where August was closed then, and in August where it was not."""
    export(shop, "3")
    close(shop, "2026-08-31")
    assert journalled(shop) == shown(shop.books) == {"2026-08": ("20.00", "12.00"), "2026-09": ("30.00", "18.00")}
    shop.bring_in("13", sale("111-3", "CUP", day="2026-08-31"))
    shop.finale_says({("111-3", "CUP"): "6.00"})
    export(shop, "13")
    close(shop, "2026-10-31")

    assert journalled(shop) == shown(shop.books) == {"2026-08": ("20.00", "12.00"), "2026-09": ("40.00", "24.00")}
    assert [] == [*faults(shop.database, "3"), *faults(shop.database, "13")]


@pytest.mark.long
def test_money_and_cost_of_a_line_may_be_booked_in_two_months(shop: Shop) -> None:
    """The settlement entry goes out in August's time, the costs when August and September are closed."""
    export(shop, "3", kinds=SETTLEMENT)
    close(shop, "2026-09-30")
    assert {"2026-08": ("20.00", "0.00"), "2026-09": ("30.00", "0.00"), "2026-10": ("0.00", "30.00")} == shown(
        shop.books
    )
    export(shop, "3", kinds=COGS)
    books = shop.books

    assert journalled(shop) == shown(books)
    assert [] == faults(shop.database, "3")
    others = booked_in_other_months(books.lines, BY_MONTH, books.booked_days, zones=books.zones)
    assert [("2026-08", "2026-10", "12.00"), ("2026-09", "2026-10", "18.00")] == [
        (one.month, one.booked, f"{one.cogs:.2f}") for one in others
    ]


@pytest.mark.long
def test_what_is_taken_back_stays_where_it_was_booked(shop: Shop) -> None:
    """August and September keep what went out; October has it with the other sign, and what goes out anew."""
    export(shop, "3")
    close(shop, "2026-09-30")
    shop.reopen("3", lock_date=date(2026, 9, 30))
    shop.finale_says({("111-1", "CUP"): "7.00", ("111-2", "CUP"): "7.00"})
    then = {"2026-08": ("20.00", "12.00"), "2026-09": ("30.00", "18.00")}
    assert then | {"2026-10": ("0.00", "5.00")} == shown(shop.books)
    export(shop, "3")

    assert journalled(shop) == shown(shop.books) == then | {"2026-10": ("0.00", "5.00")}
    assert [] == faults(shop.database, "3")


@pytest.mark.long
def test_what_is_posted_elsewhere_counts_in_its_own_month(shop: Shop) -> None:
    """Another program posted it; a settlement entry that went out from here counts where that is."""
    close(shop, "2026-08-31")
    export(shop, "3", kinds=SETTLEMENT)
    post_elsewhere(shop.database, shop.books, [shop.settlement("3")], "old books", **WHO)

    assert {"2026-08": ("0.00", "12.00"), "2026-09": ("50.00", "18.00")} == shown(shop.books)
    assert [] == faults(shop.database, "3")


@pytest.mark.long
def test_the_month_of_the_lines_reconciles_with_the_month_of_the_entries(shop: Shop) -> None:
    """By its lines August has 20.00 and 12.00; September has them, and says so to the cent."""
    close(shop, "2026-08-31")
    books = shop.books
    august = PnlQuestion("USD", first_day=date(2026, 8, 1), last_day=date(2026, 8, 31))

    (moved,) = booked_in_other_months(books.lines, august, books.booked_days, zones=books.zones)

    assert ("2026-08", "2026-09", 1, "20.00", "12.00", "8.00") == (
        moved.month,
        moved.booked,
        moved.lines,
        *(f"{figure:.2f}" for figure in (moved.net_sales, moved.cogs, moved.profit)),
    )
    assert profit_and_loss(books.lines, august, zones=books.zones, booked=books.booked_days).empty


@pytest.mark.long
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(
        st.sampled_from(["settlement", "cogs", "both", "reopen", "close August", "close September", "bill"]), max_size=6
    )
)
def test_whatever_happens_profit_and_loss_and_journal_have_one_month(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    """Exports, reopenings, closed months and late bills in any order; in the end everything is exported."""
    shop = Shop.open(tmp_path_factory.mktemp("months"))
    shop.bring_in("2", sale("111-1", "CUP", 2, day="2026-08-20"), lost("JAR", day="2026-08-21"))
    shop.bring_in("3", sale("111-2", "CUP", 3, day="2026-08-31"), refund("111-1", "CUP", day="2026-09-03"))
    orders = {("111-1", "CUP"): "6.00", ("111-2", "CUP"): "5.00"}
    shop.finale_says(orders, JAR="4.00")
    for place, deed in enumerate(deeds):
        do(shop, deed, ("2", "3")[place % 2])
        if deed == "bill":
            shop.finale_says({order: f"{Decimal(cost) + place}" for order, cost in orders.items()}, JAR="4.00")
            shop.accept()
        assert [] == [*faults(shop.database, "2"), *faults(shop.database, "3")]
    for name in ("2", "3"):
        do(shop, "both", name)
    assert journalled(shop) == {month: figures for month, figures in shown(shop.books).items() if month}
    shop.database.close()


def do(shop: Shop, deed: str, name: str) -> None:
    """Do what can be done now; what cannot be is left."""
    kinds = {"settlement": SETTLEMENT, "cogs": COGS, "both": (*SETTLEMENT, *COGS)}
    closed = {"close August": "2026-08-31", "close September": "2026-09-30"}
    if deed in closed:
        close(shop, closed[deed])
    with suppress(AlreadyExportedError, NotLockedError):
        if deed in kinds:
            export(shop, name, kinds=kinds[deed])
        elif deed == "reopen":
            shop.reopen(name, lock_date=shop.books.policies.lock_date)


@pytest.mark.parametrize(
    ("out", "day", "says"),
    [
        ((), "2026-08-31", "1 line of USD 20.00 to be booked in another month"),
        pytest.param((), "2026-09-30", "2 lines of USD 50.00 to be booked in another month", marks=pytest.mark.long),
        pytest.param(SETTLEMENT, "2026-09-30", "2 lines of USD 50.00 to be booked", marks=pytest.mark.long),
        pytest.param((*SETTLEMENT, *COGS), "2026-09-30", "", marks=pytest.mark.long),
    ],
)
def test_closing_a_month_says_what_it_moves_and_needs_no_yes(
    shop: Shop, out: tuple[EntryKind, ...], day: str, says: str
) -> None:
    """What is not exported is booked later, its cost alone where its money is out; what is exported stays."""
    if out:
        export(shop, "3", kinds=out)
    books = shop.books
    closed = with_settings(books, books.policies.model_copy(update={"lock_date": date.fromisoformat(day)}), books.zones)

    effects = setting_effects(books, closed)

    assert ([says] if says else []) == [says for one in effects if says and says in one.words("USD")]
    assert not any(one.needs_yes for one in effects)


PLANTED = {
    "an entry in the closed month": (
        "update entry set entry_date = '2026-08-31' where key like '%2026-08 COGS r2'",
        "day",
    ),
    "an entry a month late": (
        "update entry set entry_date = '2026-10-01' where key like '%2026-09 settlement r2'",
        "day",
    ),
    "a reversal in the closed month": (
        "update entry set entry_date = '2026-08-31' where key like '%2026-08 COGS r1 reversed'",
        "day",
    ),
    "an entry under another month": (
        "update entry set key = replace(key, '2026-08 COGS r2', '2026-07 COGS r2') where key like '%2026-08 COGS r2'",
        "2026-08",
    ),
    "a line of the entry": (
        """update entry_line set amount = amount + 1000000 where memo = 'Sales'
        and entry = (select id from entry where key like '%2026-08 settlement r1 reversed')""",
        "sales of 2026-09, P&L and journal",
    ),
    "a line of another month": (
        "update 'transaction' set posted_at = posted_at + 2592000000000 where order_id = '111-2'",
        "P&L and journal",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("fault", PLANTED, ids=PLANTED)
def test_a_planted_month_is_named(shop: Shop, fault: str) -> None:
    """After an export, a reopening over a closed month, and a second export."""
    export(shop, "3")
    close(shop, "2026-08-31")
    shop.reopen("3", lock_date=date(2026, 8, 31))
    export(shop, "3")
    assert [] == faults(shop.database, "3")
    statement, words = PLANTED[fault]
    with closing(sqlite3.connect(shop.database.location)) as connection, connection:
        assert connection.execute(statement).rowcount

    assert [one for one in faults(shop.database, "3") if words in one]
