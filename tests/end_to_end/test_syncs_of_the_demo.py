"""Syncs of the demo: orders that vanish from Finale, and a stop on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.connections.sandbox import SWITCHES

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long


def costs_of_sales(demo: DemoBook) -> dict[tuple[object, object], object]:
    """Return the unit costs of the sales on sheet Transactions by order and SKU."""
    rows = demo.table("Transactions").rows
    return {(row["Order ID"], row["SKU"]): row["Unit cost"] for row in rows if row["Type"] == "sale"}


def test_orders_that_vanish_from_finale_are_told_and_keep_their_costs(
    demo: DemoBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message, sheet Changes and the line's note name them; no cost and no status changes, and once is enough."""
    before = costs_of_sales(demo)
    monkeypatch.setenv(SWITCHES, "orders-vanished")

    ran = demo.run("sync", "--json")
    again = demo.run("sync", "--json")

    gone = set(ran.data["vanished_orders"])
    kept = {place: cost for place, cost in costs_of_sales(demo).items() if place[0] in gone and cost is not None}
    notes = [row["Cost note"] for row in demo.table("Transactions").rows if (row["Order ID"], row["SKU"]) in kept]
    assert min(len(gone), len(kept)) > 10
    assert {place: before[place] for place in kept} == kept
    assert [] == [note for note in notes if "Finale no longer has the order: its last cost is kept." not in note]
    assert "vanished_orders" not in again.data


def test_a_stopped_sync_says_what_is_missing_and_the_next_one_goes_on(
    demo: DemoBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came is kept; the message counts the orders that are left, and the next sync asks for those alone."""
    monkeypatch.setenv(SWITCHES, "small-pages 401:after=16")
    stopped = demo.run("sync")
    monkeypatch.delenv(SWITCHES)
    done = demo.run("sync")

    assert 2 == stopped.status
    assert "They are kept; sync again to fetch the rest (" in stopped.output + stopped.error
    assert "The sync before was stopped: " in done.output
    assert "were not asked again" in done.output
