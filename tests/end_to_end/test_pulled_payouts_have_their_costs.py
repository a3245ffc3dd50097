"""From the APIs of Shopify and eBay through the books to the costs of Finale, all over HTTP, against the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import sync_costs
from core.finale.inventory import connect_finale
from core.frame_columns import records
from core.http.credentials import Secret
from core.marketplaces import read_file
from core.model import CostStatus, Disposition, Event, Marketplace
from core.progress import silent
from sandbox.business import demo_business
from sandbox.business.shops import with_shops
from sandbox.oracle import expected_unit_cost
from sandbox.server import DEMO_ACCOUNT, KEY, SECRET
from tests.core.marketplaces.pulled_stores import Pulled, service, store_of
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 10, tzinfo=UTC)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """Return the lines of everything that was pulled, costed."""
    folder: Path = tmp_path_factory.mktemp("pulled")
    with (
        service() as sandbox,
        new_books(folder / "books.sqlite", "Linden", "USD", NOW) as database,
    ):
        for store in ("shopify", "ebay"):
            pulled = Pulled()
            pulled.pull(sandbox.connector(store))
            for name, content in pulled.contents.items():
                file = OriginalFile(name, content)
                import_file(database, read_file(content, name), file, store=None, who="M. Lee", now=NOW)
        finale = connect_finale(
            DEMO_ACCOUNT, Secret(KEY), Secret(SECRET), sandbox.url, clock=sandbox.time.now, sleep=sandbox.time.sleep
        )
        books = load_books(database)
        done = sync_costs(
            database, finale, books, books.settlements, who="M. Lee", clock=sandbox.time.now, progress=silent
        )
        assert done.failure is None
        return records(load_books(database).lines)


def of(lines: list[Row], *events: Event) -> list[Row]:
    """Return the lines of some events."""
    return [row for row in lines if row["event"] in events]


@pytest.mark.long
def test_every_unit_sold_has_the_cost_of_finale(lines: list[Row]) -> None:
    """Shopify's and eBay's sales, in payouts and outside of them; money without units costs nothing."""
    business = with_shops(demo_business())
    sold = of(lines, Event.SALE)
    with_units = [row for row in sold if row["quantity"]]

    assert len(with_units) > 80
    for row in with_units:
        expected = expected_unit_cost(business, row["order_id"], row["sku"])
        assert expected is not None
        assert (expected, expected * row["quantity"]) == (row["unit_cost"], row["cogs"]), row
    without = [row for row in sold if not row["quantity"]]
    assert without
    assert {CostStatus.NOT_APPLICABLE.value} == {row["cost_status"] for row in without}


@pytest.mark.long
def test_refunds_take_back_the_cost_where_shopify_says_restocked(lines: list[Row]) -> None:
    """Exactly the units that came back, at the cost of their sale; nothing where they did not, or money alone moved."""
    refunds = [row for row in of(lines, Event.REFUND) if row["store"] == Marketplace.SHOPIFY]
    sold = {(row["order_id"], row["sku"]): row["unit_cost"] for row in of(lines, Event.SALE) if row["quantity"]}
    back = [row for row in refunds if row["raw_description"] in ("RETURN", "CANCEL", "LEGACY_RESTOCK")]
    kept = [row for row in refunds if row not in back]

    assert {row["raw_description"] for row in refunds} >= {"RETURN", "CANCEL", "LEGACY_RESTOCK", "NO_RESTOCK", None}
    for row in back:
        assert row["quantity"] * sold[row["order_id"], row["sku"]] == row["cogs"], row
        assert Disposition.RESTOCKED == row["disposition"]
        assert "reports the goods as restocked" in row["cost_note"]
    assert {Decimal(0)} == {row["cogs"] for row in kept}


def test_gift_cards_never_wait_for_a_cost(lines: list[Row]) -> None:
    """What is owed is no goods, and nothing of what was pulled is missing a cost but eBay's refunds without units."""
    missing = [row for row in lines if row["cost_status"] == CostStatus.MISSING]

    assert {CostStatus.NOT_APPLICABLE.value} == {row["cost_status"] for row in of(lines, Event.BALANCE)}
    assert {(Marketplace.EBAY.value, Event.REFUND.value)} >= {(row["store"], row["event"]) for row in missing}


def test_ebays_refunds_take_the_units_that_their_amount_tells(lines: list[Row]) -> None:
    """A refund of whole units' price brings them back by the policy, at the cost of the item that it names."""
    store = store_of(Marketplace.EBAY)
    refunds = [row for row in of(lines, Event.REFUND) if row["store"] == Marketplace.EBAY]

    assert refunds
    for row in refunds:
        line = next(each for each in store.order(row["order_id"]).lines if each.sku == row["sku"])
        units = -row["principal"] / line.unit_price
        assert -units == row["cost_quantity"], row
