"""The first use: opening costs typed on their sheet, a settlement that another program posted, and books start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long


def test_opening_costs_and_posted_elsewhere_are_taken_over_from_the_workbook(demo: DemoBook) -> None:
    """The sheet shows the cost again with its currency; the settlement is locked without an entry."""
    book = demo.open()
    opening = table(book, "Opening costs")
    opening.cell(0, "SKU").value = "00123"
    opening.cell(0, "Unit cost").value = 3.25
    opening.sheet.tables["tblOpening"].insertRow = None  # as Excel does where the first row of a table is typed in
    book.save(demo.path)
    settlement = str(table(book, "Settlements").rows[0]["Settlement ID"])

    refused = demo.run("posted-elsewhere", settlement)
    locked = demo.run("posted-elsewhere", settlement, "--reason", "posted by hand until July", "--json")

    shown = demo.open()
    (row,) = table(shown, "Opening costs").rows
    states = {str(one["Settlement ID"]): one for one in table(shown, "Settlements").rows}
    assert (2, 0) == (refused.status, locked.status)
    assert ("00123", 3.25, "USD") == (row["SKU"], row["Unit cost"], row["Currency"])
    assert "Posted elsewhere" == states[settlement]["Settlement Export Status"]
    assert demo.run("export", settlement).status == 2
    assert demo.run("verify", settlement).status == 0
    setups = [one for one in demo.table("Change history").rows if one["What"] == "setup"]
    assert ["Opening costs: 00123"] == [one["Note"] for one in setups]


def test_a_settlement_before_books_start_becomes_history(demo: DemoBook) -> None:
    """Books start on Setup is taken over by the next command: no line of it is listed on Resolve any more."""
    book = demo.open()
    setup = table(book, "Setup")
    place = next(number for number, row in enumerate(setup.rows) if row["Setting"] == "Books start")
    setup.cell(place, "Value").value = "2030-01-01"
    book.save(demo.path)

    ran = demo.run("resolve", "--json")

    states = {str(row["Settlement Export Status"]) for row in demo.table("Settlements").rows}
    assert 0 == ran.data["missing"]
    assert {"History"} == {state.split(";")[0] for state in states}
    assert demo.run("verify").status == 0
