"""An order of 4 of which 3 left at 5.00 in August and 1 at 9.00 in September, through the life of both settlements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches, costs_today, observations, settings
from core.books.batches import BatchKind
from core.books.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.posted_elsewhere import post_elsewhere
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
        observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)


def close_august(database: Database, how: str) -> None:
    """Export the first settlement, let another program have posted it, or start the books after it."""
    books = load_books(database)
    if how == "exported":
        export_settlement(database, books, books.settlements[0], ExportOptions(accounts=Accounts()), **WHO)
    elif how == "posted elsewhere":
        post_elsewhere(database, books, books.settlements, "old program", **WHO)
    elif how == "history":
        with database.writing() as connection:
            settings.put(connection, POLICIES_NAME, Policies(books_start=date(2026, 8, 20)), **WHO)


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
    assert costs_today.differences(books).empty
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
    assert costs_today.differences(books).empty


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
    assert [Decimal("1.50")] == list(costs_today.differences(books)["difference"])
