"""Save costs for part of Resolve: the selected rows, and one cost for all rows of a SKU."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs import resolving
from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing
from addin.sheets.costs.resolve import NOT_TAKEN, say_of_added_rows
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.tables import tables
from core.model import Cause
from tests.core.books.listed_documents import v2_content

if TYPE_CHECKING:
    from pathlib import Path

    from tests.addin.in_both_engines.desktop import Desktop
    from tests.addin.in_both_engines.office import Office


NO_COST_ASKED = {Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE, Cause.GOODS_UNCLEAR, Cause.ORIGINAL_MISSING}


@pytest.mark.long
def test_only_the_selected_rows_are_saved(desktop: Desktop) -> None:
    """Two rows are selected: Yes saves these, the others keep what was typed, and coverage is told before and after."""
    found = tables.find(desktop.book, RESOLVE_SPEC)
    for row in range(3):
        found.column_cells("cost", row, 1).value = 4.25 + row
    first = found.first_row()
    desktop.select(found.sheet.name, f"A{first}:A{first + 1}")

    _, message = desktop.press("save", "yes", "no", "no")

    assert "2 rows are selected" in desktop.excel.user.shown[0]
    assert "Saved 2 entered" in message
    assert "Coverage of these settlements" in message
    rows = desktop.rows(RESOLVE_SPEC)
    assert ["saved", "saved", None] == [row["status"] for row in rows[:3]]
    assert 6.25 == rows[2]["cost"]


@pytest.fixture
def two_mugs(business: Path) -> None:
    """Two orders of one SKU that Finale knows nothing of."""
    file = business.with_name("mugs.txt")
    file.write_bytes(v2_content("9", {}, {}, total="20.00"))
    for step in (partial(importing.import_files, files=[file]), resolving.resolve):
        on_file(business, step)


@pytest.mark.long
@pytest.mark.usefixtures("two_mugs")
def test_one_typed_cost_is_filled_down_over_its_sku(desktop: Desktop) -> None:
    """The question names cost, rows and SKU; Yes writes the cost into the other unedited rows and saves them."""
    found = tables.find(desktop.book, RESOLVE_SPEC)
    rows = [number for number, row in enumerate(desktop.rows(RESOLVE_SPEC)) if row["sku"] == "MUG"]
    found.column_cells("cost", rows[0], 1).value = 4.2
    desktop.select("Setup", "A1")

    _, message = desktop.press("save", "yes", "no")

    question = desktop.excel.user.shown[0]
    listed = desktop.rows(RESOLVE_SPEC)
    taken = [row for row in rows if listed[row]["status"] == "saved"]
    assert f"Use 4.2 for the other {len(taken) - 1} row" in question
    assert "of SKU MUG" in question
    assert len(taken) > 1
    assert {4.2} == {listed[row]["cost"] for row in taken}
    assert len(taken) == int((desktop.books().overrides["unit_cost"].notna()).sum())
    assert of_entered_only(desktop.excel.user.shown[-1]) == changed(message)


@pytest.mark.long
@pytest.mark.usefixtures("two_mugs")
@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"cost": -4.2}, {}),  # no cost is below zero
        ({"cost": 4.2, "zero_ok": "yes"}, {}),
        ({"cost": 4.2, "disposition": "Restocked"}, {}),  # of a sale
        ({"cost": 4.2, "units_back": 3}, {}),  # of a sale of one
        ({"cost": 4.2}, {"disposition": "Restocked"}),  # the other row would be refused
    ],
    ids=["below zero", "zero OK", "restocked sale", "other units", "the other row"],
)
def test_a_cost_that_is_refused_is_offered_to_no_other_row(
    desktop: Desktop, typed: dict[str, object], beside: dict[str, object]
) -> None:
    """It was offered to every row of its SKU, each of which was refused or booked then."""
    found = tables.find(desktop.book, RESOLVE_SPEC)
    rows = [number for number, row in enumerate(desktop.rows(RESOLVE_SPEC)) if row["order_id"] in ("111-0", "111-1")]
    for row, cells in zip(rows, (typed, beside), strict=True):
        for field, value in cells.items():
            found.column_cells(field, row, 1).value = value
    desktop.select("Setup", "A1")

    desktop.press("save", "cancel")

    assert not [question for question in desktop.excel.user.shown if "for the other" in question]


def of_entered_only(question: str) -> str:
    """Return the amount that the question says for what was entered alone."""
    return str(re.findall(r"No only what was entered \((USD [\d,.-]+)\)", question)[0])


def changed(message: str) -> str:
    """Return by how much COGS changed, as the message says."""
    return str(re.findall(r"COGS changes by (USD [\d,.-]+)\.", message)[0])


@pytest.mark.long
def test_the_question_names_costs_that_look_wrong_and_the_figure_that_is_booked(desktop: Desktop) -> None:
    """Who goes on saves them; who cancels finds them as they were typed."""
    found = tables.find(desktop.book, RESOLVE_SPEC)
    row = next(number for number, row in enumerate(desktop.rows(RESOLVE_SPEC)) if row["proposed_cost"])
    found.column_cells("cost", row, 1).value = 1000
    desktop.select("Setup", "A1")
    before = booked(desktop)

    _, cancelled = desktop.press("save", "cancel")
    asked = desktop.excel.user.shown[-1]
    _, message = desktop.press("save", "no")

    assert f"Looks wrong: Resolve!I{found.first_row() + row} (Cost), order " in asked
    assert ": 1000 beside " in asked
    assert "Nothing was saved" in cancelled
    assert of_entered_only(asked) == changed(message) == f"USD {booked(desktop) - before:,.2f}"


def booked(desktop: Desktop) -> Decimal:
    """Return the COGS of the books."""
    books = desktop.books()
    return sum((books.state(one).cogs for one in books.settlements), Decimal(0))


def test_a_row_that_was_added_says_why_it_is_not_taken(office: Office, business: Path) -> None:
    """Column Status says it beside the row, and no more once nothing is typed there; a note alone is the user's own."""
    with office.opened(business) as book:
        found = tables.find(book, RESOLVE_SPEC)
        count = found.count()
        found.table.resize(found.cells(0, found.width, -1, count + 3))
        found.column_cells("cost", count, 1).value = 4.2
        found.column_cells("note", count + 1, 1).value = "ask the supplier"
        told = say_of_added_rows(book)
        status = [row["status"] for row in tables.read(found, RESOLVE_SPEC)][count:]
        found.column_cells("cost", count, 1).value = None
        say_of_added_rows(book)
        after = [row["status"] for row in tables.read(found, RESOLVE_SPEC)][count:]

    assert (1, [NOT_TAKEN, None]) == (told, status)
    assert [None, None] == after
