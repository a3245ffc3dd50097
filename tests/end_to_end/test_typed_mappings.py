"""A SKU that Finale does not know, mapped by hand on sheet SKU mapping: it costs what the typed product costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sandbox.business import demo_business
from tests.end_to_end.demo_book import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long


def type_mapping(demo: DemoBook, sku: str, product: str | None, units: str | None) -> None:
    """Type a product and units beside a SKU, and save as another program would."""
    book = demo.open()
    rows = table(book, "SKU mapping")
    place = next(number for number, row in enumerate(rows.rows) if row["SKU"] == sku)
    rows.cell(place, "Your product").value = product
    rows.cell(place, "Your units").value = units
    book.save(demo.path)


def mapping_of(demo: DemoBook, sku: str) -> tuple[object, ...]:
    row = next(row for row in demo.table("SKU mapping").rows if row["SKU"] == sku)
    return row["Finale product"], row["Your product"], row["Your units"], row["Used"]


def average_of(demo: DemoBook, sku: str) -> Decimal | None:
    row = next(row for row in demo.table("Costs").rows if row["SKU"] == sku)
    return None if row["Current average"] is None else round(Decimal(repr(row["Current average"])), 6)


def test_a_typed_mapping_is_synced_wins_and_can_be_taken_away(demo: DemoBook) -> None:
    """Its product is asked for by name and its average times the units holds, also against Finale's own answer."""
    unknown = demo.table("SKU mapping").rows[0]
    sku = str(unknown["SKU"])
    assert ("SKU not mapped", None) == (unknown["Used"], unknown["Finale product"])
    average = demo_business().average_now("TOWEL-3")
    assert average is not None

    type_mapping(demo, sku, "TOWEL-3", "2")
    type_mapping(demo, "TOWEL-3", None, "3")
    synced = demo.run("sync")
    assert "SKU not mapped" not in synced.output
    assert (None, "TOWEL-3", "2", "yours") == mapping_of(demo, sku)
    assert ("TOWEL-3", "TOWEL-3", "3", "yours") == mapping_of(demo, "TOWEL-3")
    assert [average * 2, average * 3] == [average_of(demo, each) for each in (sku, "TOWEL-3")]

    type_mapping(demo, sku, "TOWEL-33", None)
    type_mapping(demo, "TOWEL-3", None, None)
    assert "SKU not mapped" not in demo.run("sync").output
    assert (None, "TOWEL-33", "1", "yours, but Finale has no such product") == mapping_of(demo, sku)
    assert ("TOWEL-3", None, None, "Finale's") == mapping_of(demo, "TOWEL-3")


def test_a_mapping_that_cannot_be_read_stops_the_button(demo: DemoBook) -> None:
    """The message names sheet, SKU and what is wrong; nothing is done."""
    type_mapping(demo, "TOWEL-3", "TOWEL-3", "some")

    ran = demo.run("sync")

    assert 2 == ran.status
    assert "Sheet SKU mapping, SKU TOWEL-3: “some” is not a whole number of units" in ran.error


def type_setting(demo: DemoBook, name: str, value: str) -> None:
    """Type a value beside a setting of sheet Setup, and save as another program would."""
    book = demo.open()
    rows = table(book, "Setup")
    place = next(number for number, row in enumerate(rows.rows) if row["Setting"] == name)
    rows.cell(place, "Value").value = value
    book.save(demo.path)


def map_two_skus(demo: DemoBook) -> None:
    for sku in ("BASKET-L", "BASKET-S"):
        type_mapping(demo, sku, "MUG-RED", "2")


def cogs_of(demo: DemoBook) -> dict[str, Decimal]:
    """Return what sheet Settlements shows, to the cent."""
    rows = demo.table("Settlements").rows
    return {row["Settlement ID"]: round(Decimal(repr(row["COGS"])), 2) for row in rows}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "typed",
    [
        map_two_skus,
        lambda demo: type_mapping(demo, "MYSTERY-SKU", "TOWEL-3", "2"),
        lambda demo: type_setting(demo, "Adjustments without order", "ask"),
        lambda demo: type_setting(demo, "Refunds without units", "ask"),
    ],
    ids=["two SKUs of another product", "an unknown SKU", "adjustments", "refunds"],
)
def test_a_sync_tells_what_was_typed_for_it_changes(demo: DemoBook, typed: Callable[[DemoBook], None]) -> None:
    """The press is compared with the books before it: on sheet Changes, in Change history, in the message."""
    before = cogs_of(demo)
    typed(demo)

    synced = demo.run("sync", "--json")

    after = cogs_of(demo)
    moved = {number: after[number] - before[number] for number in after if after[number] != before[number]}
    assert moved
    told = {one["settlement"]: Decimal(one["cogs_changed"]) for one in synced.data["changes"]}
    assert moved == {number: difference for number, difference in told.items() if difference}
    changes, history = demo.table("Changes"), demo.table("Change history")
    assert set(moved) <= {row["Settlement ID"] for row in changes.rows}
    for number, difference in moved.items():
        words = f"{number}: COGS {before[number]:,.2f} → {after[number]:,.2f} USD ({difference:+,.2f})"
        assert words in changes.sheet["A2"].value
        assert any(words in str(row) for row in history.rows)


def test_accepting_order_costs_tells_what_was_typed_for_it_changes(demo: DemoBook) -> None:
    """No average is replaced here: the two mappings alone move COGS, and the message says so."""
    before = cogs_of(demo)
    map_two_skus(demo)

    accepted = demo.run("accept")

    moved = [number for number, cogs in cogs_of(demo).items() if cogs != before[number]]
    assert moved
    assert all(f"{number}: COGS {before[number]:,.2f} → " in accepted.output for number in moved)


def test_a_sync_after_nothing_was_typed_says_that_nothing_changed(demo: DemoBook) -> None:
    """Once the press before has told of it, it is told no more."""
    map_two_skus(demo)
    demo.run("sync")

    demo.run("sync")

    assert "The last sync changed no settlement's COGS." == demo.table("Changes").sheet["A2"].value
