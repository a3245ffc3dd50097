"""An order of 4 of which 3 left at 5.00 in August and 1 at 9.00 in September, through the life of both settlements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.entries.exporting import ExportOptions, SuspectCostsError, export_settlement
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.syncing import stored_observations
from core.books.true_ups import cost_comparison
from core.frame_columns import OBSERVATION_COLUMNS, frame
from core.journal.accounts import Accounts
from core.model import ObservationKind
from core.settings import POLICIES_NAME, Policies
from tests.core.books.lives_of_orders import NOW, WHO, Life, bring_in, files_of, open_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database

PLAN = (Life("111-1", "US", ((0, 3), (2, 1)), (), None),)
AUGUST, SEPTEMBER = ("US", 0), ("US", 2)
APART = ((3, "5", "2026-08-03"), (1, "9", "2026-08-30"))
TOGETHER = ((4, "6", "2026-08-30"),)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_books(tmp_path) as database:
        yield database


def finale_says(database: Database, shipments: tuple[tuple[int, str, str], ...]) -> None:
    """Let Finale know what left of the order."""
    rows = [
        {
            "kind": ObservationKind.ORDER,
            "order_id": "111-1",
            "product_id": "MUG",
            "unit_cost": Decimal(cost),
            "currency": "USD",
            "units": units,
            "record_date": day,
            "fetched_at": NOW,
        }
        for units, cost, day in shipments
    ]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)


def close_august(database: Database, how: str) -> None:
    """Export the settlements that are there, let another program have posted them, or start the books after August."""
    books = load_books(database)
    if how == "exported":
        for one in books.settlements:
            export_settlement(database, load_books(database), one, ExportOptions(accounts=Accounts()), **WHO)
    elif how == "posted elsewhere":
        post_elsewhere(database, books, books.settlements, "old program", **WHO)
    elif how == "history":
        with database.writing() as connection:
            stored_settings.put(connection, POLICIES_NAME, Policies(books_start=date(2026, 8, 20)), **WHO)


def cogs(books: Books) -> list[Decimal]:
    """Return the COGS of both lines, August first."""
    lines = books.lines.sort_values("posted_at")
    return list(lines["cogs"])


@pytest.mark.few(1)
@pytest.mark.parametrize("how", ["open", "exported", "posted elsewhere", "history"])
@pytest.mark.parametrize("later", [APART, TOGETHER], ids=["told apart", "not told apart"])
def test_each_settlement_takes_what_left_with_it(
    database: Database, how: str, later: tuple[tuple[int, str, str], ...]
) -> None:
    """15.00 and 9.00, and no true-up on August; in one row and with nothing exported, 24.00 by units."""
    files = files_of(PLAN)
    finale_says(database, APART[:1])
    bring_in(database, "US", files[AUGUST])
    close_august(database, how)
    bring_in(database, "US", files[SEPTEMBER])
    finale_says(database, later)

    books = load_books(database)

    is_held = how in {"exported", "posted elsewhere"}
    assert cogs(books) == ([15, 9] if later is APART or is_held else [18, 6])
    assert cost_comparison.differences(books).empty
    assert sum(cogs(books)) == 24


@pytest.mark.long
def test_september_first_then_august(database: Database) -> None:
    """The later part imported and exported before the first: 9.00, then 15.00."""
    files = files_of(PLAN)
    finale_says(database, APART)
    bring_in(database, "US", files[SEPTEMBER])
    close_august(database, "exported")
    bring_in(database, "US", files[AUGUST])

    books = load_books(database)

    assert cogs(books) == [15, 9]
    assert cost_comparison.differences(books).empty


@pytest.mark.long
def test_a_shipment_whose_cost_changes_is_still_trued_up(database: Database) -> None:
    """The bill of August's shipment arrives: 5.50 for 5.00, on August's line alone."""
    files = files_of(PLAN)
    finale_says(database, APART)
    bring_in(database, "US", files[AUGUST])
    close_august(database, "exported")
    bring_in(database, "US", files[SEPTEMBER])
    finale_says(database, ((3, "5.50", "2026-08-03"), APART[1]))

    books = load_books(database)

    assert cogs(books) == [15, 9]
    assert [Decimal("1.50")] == list(cost_comparison.differences(books)["difference"])


HOWS = ["open", "exported", "posted elsewhere", "history"]


@pytest.mark.few(1)
@pytest.mark.parametrize("how", HOWS)
def test_a_line_of_september_takes_no_shipment_of_august_though_it_is_as_large(database: Database, how: str) -> None:
    """2 left at 5.00 in August, 3 at 7.222 in September; 1 and 1 were sold in August, 2 and 1 in September."""
    files = files_of((Life("111-1", "US", ((0, 1), (0, 1), (2, 2), (2, 1)), (), None),))
    finale_says(database, ((2, "5", "2026-08-03"), (3, "7.222", "2026-08-30")))
    bring_in(database, "US", files[AUGUST])
    close_august(database, how)
    bring_in(database, "US", files[SEPTEMBER])

    books = load_books(database)

    assert cogs(books) == [5, 5, Decimal("14.444"), Decimal("7.222")]
    assert cost_comparison.differences(books).empty


@pytest.mark.few(1)
@pytest.mark.parametrize("how", HOWS)
def test_a_refund_takes_no_cost_of_goods_that_leave_after_it(database: Database, how: str) -> None:
    """3 left at 5.00, 2 of them came back, and 1 left at 7.222: -10.00; the two that come back last make it 0."""
    files = files_of((Life("111-1", "US", ((0, 3), (2, 1)), ((1, 2), (2, 2)), None),))
    finale_says(database, ((3, "5", "2026-08-03"), (1, "7.222", "2026-08-30")))
    for period in (0, 1):
        bring_in(database, "US", files["US", period])
    close_august(database, how)
    bring_in(database, "US", files[SEPTEMBER])

    books = load_books(database)

    assert cogs(books) == [15, -10, Decimal("7.222"), Decimal("-12.222")]
    assert cost_comparison.differences(books).empty


@pytest.mark.long
@pytest.mark.parametrize("how", HOWS)
def test_three_shipments_over_three_settlements(database: Database, how: str) -> None:
    """2 at 5.00, 1 at 6.00 and 2 at 9.00; 1 of the first three comes back, and 3 of the four that are left then."""
    files = files_of((Life("111-1", "US", ((0, 1), (0, 1), (1, 1), (2, 1), (2, 1)), ((1, 1), (2, 3)), None),))
    finale_says(database, ((2, "5", "2026-08-03"), (1, "6", "2026-08-16"), (2, "9", "2026-08-30")))
    bring_in(database, "US", files[AUGUST])
    close_august(database, how)
    for period in (1, 2):
        bring_in(database, "US", files["US", period])

    books = load_books(database)

    back, rest = -Decimal(16) / 3, -3 * (34 - Decimal(16) / 3) / 4
    assert [round(one, 3) for one in cogs(books)] == [5, 5, 6, round(back, 3), 9, 9, round(rest, 3)]
    assert cost_comparison.differences(books).empty


@pytest.mark.long
def test_the_settlements_of_an_order_in_three_shipments_may_come_in_any_order(database: Database) -> None:
    """Each exported before the next comes, the last first: each takes what left before it, and no true-up comes."""
    files = files_of((Life("111-1", "US", ((0, 2), (1, 1), (2, 2)), (), None),))
    finale_says(database, ((2, "5", "2026-08-03"), (1, "6", "2026-08-16"), (2, "9", "2026-08-30")))
    for period in (2, 0, 1):
        bring_in(database, "US", files["US", period])
        books = load_books(database)
        newest = next(one for one in books.settlements if one.settlement_id == f"US{period}")
        export_settlement(database, books, newest, ExportOptions(accounts=Accounts()), **WHO)

    books = load_books(database)

    assert cogs(books) == [10, 6, 18]
    assert cost_comparison.differences(books).empty


@pytest.mark.long
@pytest.mark.parametrize("left", [((3, "5", "2026-08-03"),), ((2, "5", "2026-08-03"), (1, "5", "2026-08-04"))])
def test_fewer_units_shipped_than_sold_are_asked_at_export(
    database: Database, left: tuple[tuple[int, str, str], ...]
) -> None:
    """4 sold and 3 shipped, in one shipment or two; once the fourth is shipped in Finale nothing is asked."""
    finale_says(database, left)
    bring_in(database, "US", files_of((Life("111-1", "US", ((0, 4),), (), None),))[AUGUST])

    with pytest.raises(SuspectCostsError, match="3 of its 4 units"):
        close_august(database, "exported")
    finale_says(database, (*left, (1, "5", "2026-08-05")))
    close_august(database, "exported")

    assert cogs(load_books(database)) == [20]
