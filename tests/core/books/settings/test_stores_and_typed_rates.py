"""Settings typed on sheets Stores and Exchange rates: what is stored, and what is refused in words that help."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.loading import load_books
from core.books.settings import stores
from core.books.settings.calendars import time_zones
from core.books.settings.rates import RateUnreadableError, TypedRate, save_typed_rates
from core.books.settings.stores import StoreNameError
from core.books.settings.time_zones import TimeZoneUnknownError, change_time_zones
from core.model import Marketplace
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return new books."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def zones(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        return {store: str(zone) for store, zone in time_zones(connection).items()}


@pytest.mark.long
def test_a_stores_time_zone_is_kept_and_taken_away(database: Database) -> None:
    """Case and blanks are forgiven; an empty cell is UTC again."""
    change_time_zones(database, {"Amazon US": "america/los angeles", "Amazon DE": "Europe/Berlin"}, who="Ann", now=NOW)
    assert {"Amazon US": "America/Los_Angeles", "Amazon DE": "Europe/Berlin"} == zones(database)

    change_time_zones(database, {"Amazon DE": ""}, who="Ann", now=NOW)

    assert {"Amazon US": "America/Los_Angeles"} == zones(database)
    assert {"Amazon US": "America/Los_Angeles"} == {
        store: str(zone) for store, zone in load_books(database).zones.items()
    }


def test_an_unknown_time_zone_is_refused_with_what_was_perhaps_meant(database: Database) -> None:
    """Nothing is stored, not even what was right beside it."""
    with pytest.raises(TimeZoneUnknownError, match="America/Los_Angeles"):
        change_time_zones(
            database, {"Amazon DE": "Europe/Berlin", "Amazon US": "America/Los_Angles"}, who="Ann", now=NOW
        )

    assert not zones(database)


@pytest.mark.long
def test_a_typed_rate_holds_until_it_is_taken_back(database: Database) -> None:
    """Every digit counts, the newest of a day holds, an empty rate takes it away, and each save is a batch."""
    save_typed_rates(database, [TypedRate("eur", "2026-08-21", "1.0841")], who="Ann", now=NOW)
    save_typed_rates(database, [TypedRate("EUR", "2026-08-21", "1.08415")], who="Ann", now=NOW)
    rate = load_books(database).rates.on("EUR", "USD", "2026-08-21")
    assert rate is not None
    assert Decimal("1.08415") == rate.rate

    save_typed_rates(database, [TypedRate("EUR", "2026-08-21", "")], who="Ann", now=NOW)

    assert load_books(database).rates.on("EUR", "USD", "2026-08-21") is None
    with database.reading() as connection:
        assert 3 == len(batches.history(connection))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (TypedRate("Euro", "2026-08-21", "1.08"), "three letters"),
        (TypedRate("USD", "2026-08-21", "1.08"), "home currency"),
        (TypedRate("EUR", "21.8.2026", "1.08"), "2026-08-31"),
        (TypedRate("EUR", "2026-08-21", "one"), "not a number"),
        (TypedRate("EUR", "2026-08-21", "0"), "above zero"),
        (TypedRate("EUR", "2026-08-21", "-1"), "above zero"),
        (TypedRate("EUR", "2026-08-21", "NaN"), "above zero"),
    ],
)
def test_what_is_no_rate_is_refused(database: Database, typed: TypedRate, words: str) -> None:
    """The message repeats the row; nothing of the sheet is stored."""
    with pytest.raises(RateUnreadableError, match=words):
        save_typed_rates(database, [TypedRate("SEK", "2026-08-21", "0.09"), typed], who="Ann", now=NOW)

    assert load_books(database).rates.on("SEK", "USD", "2026-08-21") is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("y" * 40_000, "it is longer than 100 characters"),
        ("", "it is empty"),
        (" \t", "it is empty"),
        ("=-", "it needs a letter or a digit"),
        ("Amazon\nUS", "it holds a character that cannot be read"),
    ],
)
def test_no_store_gets_a_name_that_no_cell_holds(database: Database, typed: str, why: str) -> None:
    """It stands in cells and keys of lines: one of 40,000 signs was cut on the sheets, and every command ended."""
    with pytest.raises(StoreNameError, match=why), database.writing() as connection:
        stores.store_of_file(connection, Marketplace.AMAZON, typed)

    with database.reading() as connection:
        assert [] == stores.all_stores(connection)


def test_a_new_store_is_kept_without_blanks_and_an_old_one_as_it_is_called(database: Database) -> None:
    """`Amazon US ` would look like `Amazon US`; what older books hold is found by its own name."""
    with database.writing() as connection:
        assert "Amazon US" == stores.store_of_file(connection, Marketplace.AMAZON, " Amazon US ")
        stores.ensure(connection, stores.Store("Old ", Marketplace.AMAZON))
        assert "Old " == stores.store_of_file(connection, Marketplace.AMAZON, "Old ")
        assert ["Amazon US", "Old "] == [one.name for one in stores.all_stores(connection)]
