"""A SKU that Finale does not know, mapped by hand on sheet SKU mapping: it costs what the typed product costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sandbox.business import demo_business
from tests.end_to_end.demo_book import table

if TYPE_CHECKING:
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
    row = next(row for row in table(demo.open(), "SKU mapping").rows if row["SKU"] == sku)
    return row["Finale product"], row["Your product"], row["Your units"], row["Used"]


def average_of(demo: DemoBook, sku: str) -> Decimal | None:
    row = next(row for row in table(demo.open(), "Costs").rows if row["SKU"] == sku)
    return None if row["Current average"] is None else round(Decimal(repr(row["Current average"])), 6)


def test_a_typed_mapping_is_synced_wins_and_can_be_taken_away(demo: DemoBook) -> None:
    """Its product is asked for by name and its average times the units holds, also against Finale's own answer."""
    unknown = table(demo.open(), "SKU mapping").rows[0]
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
