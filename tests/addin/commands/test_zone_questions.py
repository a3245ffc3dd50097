"""Which time zone is asked for after an import, in the words of the store's own marketplace."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.commands.outcome import Outcome
from addin.commands.settlements.import_messages import with_remarks
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settlements.booked_settlement import OriginalFile
from core.marketplaces import read_file
from core.model import Marketplace
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.settlement_writers import WRITERS, Sold
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SOLD = [Sold("111-1", "A", 2, Decimal("10.00"), Decimal("-1.00"))]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("content", "store", "offer"),
    [
        (
            flat_file([summary("5"), line("5", marketplace_name="Bazaar")]),
            Marketplace.AMAZON,
            "none is proposed; it is the zone in which Seller Central counts its days",
        ),
        (
            flat_file([summary("5"), line("5", marketplace_name="Amazon.de")]),
            Marketplace.AMAZON,
            "Europe/Berlin is proposed, because that is how its site counts days",
        ),
        (
            WRITERS["shopify_payments_csv"](SOLD).content(),
            Marketplace.SHOPIFY,
            "none is proposed; it is the zone set in the shop",
        ),
        (
            WRITERS["ebay_transaction_report"](SOLD).content(),
            Marketplace.EBAY,
            "none is proposed; it is the zone set in the eBay account",
        ),
        (WRITERS["walmart_recon_v1"](SOLD).content(), Marketplace.WALMART, "America/Los_Angeles is proposed"),
    ],
)
def test_a_store_is_asked_in_words_of_its_marketplace(
    tmp_path: Path, content: bytes, store: Marketplace, offer: str
) -> None:
    """Only Shopify has a shop whose own zone is set."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        file = OriginalFile("June", content)
        import_file(database, read_file(content, file.name), file, store=None, who="M. Lee", now=NOW)
        books = load_books(database)
    said = with_remarks(Outcome("Done."), books, [store]).message

    assert f"Store {store} has no time zone, so its days and months are those of UTC: {offer}" in said
    assert ("the shop" in said) == (store is Marketplace.SHOPIFY)
