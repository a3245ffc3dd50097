"""A file of a site that its store has never had goes into it only where somebody named the store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.books.importing.importing import import_file
from core.books.settings import stores
from core.books.settings.stores import OtherSiteError, StoreNotNamedError, refuse_unasked_sites
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import OriginalFile
from core.marketplaces import read_file
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def amazon(settlement_id: str, *sites: str, currency: str = "USD") -> OriginalFile:
    rows = [line("5.00", settlement_id=settlement_id, marketplace_name=site) for site in sites]
    head = summary(f"{5 * len(sites)}.00", settlement_id=settlement_id, currency=currency)
    return OriginalFile(f"{settlement_id}.txt", flat_file([head, *rows]))


def in_currency(file: OriginalFile, currency: str) -> OriginalFile:
    return OriginalFile(f"{currency}.csv", file.content.replace(b"USD", currency.encode()))


def bring_in(database: Database, file: OriginalFile, store: str | None = None) -> list[str]:
    import_file(database, read_file(file.content, file.name), file, store=store, who="M. Lee", now=NOW)
    with database.reading() as connection:
        return [one.store for one in stored_settlements.booked_settlements(connection)]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("site", "currency"),
    [("Amazon.ca", "CAD"), ("Amazon.com.au", "AUD"), ("Amazon.com.mx", "MXN"), ("Amazon.de", "EUR")],
)
def test_another_site_is_refused_until_the_store_is_named(database: Database, site: str, currency: str) -> None:
    """None of it is stored; both answers that the message names work."""
    bring_in(database, amazon("1", "Amazon.com"))
    file = amazon("2", site, currency=currency)
    with pytest.raises(
        OtherSiteError, match=rf"is of {site.lower()} \({currency}\).*“Amazon” has amazon.com"
    ) as refusal:
        bring_in(database, file)

    assert ("Amazon",) == refusal.value.known
    with database.reading() as connection:
        assert ["1"] == [one.settlement_id for one in stored_settlements.booked_settlements(connection)]
        assert ["Amazon"] == [one.name for one in stores.all_stores(connection)]
    assert ["Amazon", "Amazon"] == bring_in(database, file, "Amazon")


def test_a_new_store_takes_it(database: Database) -> None:
    """And from then on every file of either must name its store."""
    bring_in(database, amazon("1", "Amazon.com"))
    assert {"Amazon", "Amazon CA"} == set(bring_in(database, amazon("2", "Amazon.ca", currency="CAD"), "Amazon CA"))
    with pytest.raises(StoreNotNamedError):
        bring_in(database, amazon("3", "Amazon.ca", currency="CAD"))


def test_a_site_that_was_once_named_is_not_asked_again(database: Database) -> None:
    """The answer is what the store has."""
    bring_in(database, amazon("1", "Amazon.com"))
    bring_in(database, amazon("2", "Amazon.ca", currency="CAD"), "Amazon")
    assert ["Amazon"] * 3 == bring_in(database, amazon("3", "amazon.CA", currency="CAD"))


@pytest.mark.few(1)
@pytest.mark.parametrize("currency", ["GBP", "EUR", "AUD"])
def test_ebays_sites_are_told_by_their_currency(database: Database, currency: str) -> None:
    """Its report names no site."""
    bring_in(database, ebay_export("us.csv", Row("2026-06-29", "#1", "9.00")))
    other = in_currency(ebay_export("x.csv", Row("2026-06-29", "#2", "9.00", payout="900002")), currency)
    with pytest.raises(OtherSiteError, match=rf"is of {currency}, and store “eBay” has USD only so far"):
        bring_in(database, other)


def test_a_shopify_store_is_paid_out_in_several_currencies(database: Database) -> None:
    """One shop, one store."""
    bring_in(database, shopify_export("usd.csv", Row("2026-06-29", "#1", "9.00")))
    other = in_currency(shopify_export("x.csv", Row("2026-06-29", "#2", "9.00", payout="900002")), "CAD")
    assert ["Shopify", "Shopify"] == bring_in(database, other)


def test_a_file_that_mixes_sites_says_so() -> None:
    """A multi-channel order is none of a site."""
    mixed = amazon("1", "Amazon.com", "Amazon.ca")
    plain = amazon("1", "Amazon.com", "amazon.com", "Non-Amazon US")
    assert ["several sites (amazon.ca, amazon.com)" in one.message for one in read_file(mixed.content).problems] == [
        True
    ]
    assert () == read_file(plain.content).problems


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("new", "there", "refused"),
    [
        ({("amazon.ca", "CAD")}, {("amazon.com", "USD")}, True),
        ({("amazon.ca", "CAD")}, set(), False),
        ({("", "USD")}, {("amazon.com", "USD")}, False),  # nothing but fees: no line names a site
        ({("", "CAD")}, {("amazon.com", "USD")}, True),
        ({("amazon.fr", "EUR")}, {("amazon.de", "EUR")}, True),  # one currency, two sites
        ({("amazon.com", "USD"), ("amazon.ca", "CAD")}, {("amazon.com", "USD")}, True),  # a file of both
        ({("amazon.com", "EUR")}, {("amazon.com", "USD")}, False),  # one site, paid in another currency
    ],
)
def test_what_may_be_one_site(new: set[tuple[str, str]], there: set[tuple[str, str]], *, refused: bool) -> None:
    """Sites are compared where both are named, else currencies."""
    if refused:
        with pytest.raises(OtherSiteError):
            refuse_unasked_sites("f", "Store", new, there)
    else:
        refuse_unasked_sites("f", "Store", new, there)
