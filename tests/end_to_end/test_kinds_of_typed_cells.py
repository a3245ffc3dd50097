"""Whatever kind of value stands in a cell of the settings' sheets, a command takes it or names sheet and cell."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

DAY, EVENING = datetime(2026, 8, 31), datetime(2026, 8, 31, 14, 30)  # noqa: DTZ001 - cells know no zones
GENERAL = "give the cell the number format General, then "
RATE = {"Currency": "EUR", "Date": DAY, "Rate": 1.1}
OPENING = {"SKU": "A", "Unit cost": 4, "As of": DAY}


def put(story: Story, sheet: str, cells: dict[str, object], setting: str = "") -> dict[str, str]:
    """Type cells into a setting's row, else into the first one; return each cell as messages name it."""
    book = story.book.open()
    rows = table(book, sheet)
    place = [row.get("Setting") for row in rows.rows].index(setting) if setting else 0
    for header, value in cells.items():
        rows.cell(place, header).value = value
    book.save(story.book.path)
    return {header: f"Cell {sheet}!{rows.cell(place, header).coordinate} ({header})" for header in cells}


REFUSED: list[tuple[str, str, str, Any, str]] = [
    ("Setup", "Look back", "Value", DAY, f"holds a date, 2026-08-31: {GENERAL}write a whole number"),
    ("Setup", "Refunded goods", "Value", date(2026, 8, 31), f"holds a date, 2026-08-31: {GENERAL}write Restocked or"),
    ("Setup", "Materiality limit", "Value", DAY, f"holds a date, 2026-08-31: {GENERAL}write a plain number"),
    ("Setup", "Usual tax rate", "Value", DAY, f"holds a date, 2026-08-31: {GENERAL}write it as plain text"),
    ("Setup", "Books start", "Value", False, "holds FALSE: write it as plain text, a date as 2026-08-31"),
    ("Setup", "Lock date", "Value", True, "holds TRUE: write it as plain text, a date as 2026-08-31"),
    ("Setup", "Books start", "Value", EVENING, "holds a date with a time, 2026-08-31 14:30"),
    ("Setup", "Look back", "Value", time(5, 30), f"holds a time, 05:30: {GENERAL}write a whole number"),
    ("Exchange rates", "", "Date", EVENING, "holds a date with a time, 2026-08-31 14:30"),
    ("Exchange rates", "", "Rate", DAY, f"holds a date, 2026-08-31: {GENERAL}write a plain number"),
    ("Exchange rates", "", "Rate", False, "holds FALSE: write a plain number"),
    ("Exchange rates", "", "Rate", "1,1", "holds “1,1”, which is not a number"),
    ("Opening costs", "", "Unit cost", time(5, 30), f"holds a time, 05:30: {GENERAL}write a plain number"),
    ("Opening costs", "", "Unit cost", False, "holds FALSE: write a plain number"),
    ("Opening costs", "", "As of", True, "holds TRUE: write it as plain text, a date as 2026-08-31"),
    ("Opening costs", "", "SKU", DAY, "holds a date, 2026-08-31: type it as text"),
]


@pytest.mark.few(1)
@pytest.mark.parametrize(("sheet", "setting", "header", "value", "words"), REFUSED)
def test_a_value_of_another_kind_is_refused_by_its_cell(
    story: Story, sheet: str, setting: str, header: str, value: object, words: str
) -> None:
    """FALSE in Books start was passed over, and a date in Look back was told to write a number, a date again there."""
    beside = {"Setup": {}, "Exchange rates": RATE, "Opening costs": OPENING}[sheet]
    cells = put(story, sheet, {**beside, header: value}, setting)
    ran = story.deed("resolve", status=2)

    assert f"{cells[header]} {words}" in ran.error
    assert "Nothing was changed" in ran.error


@pytest.mark.long
def test_values_of_the_wanted_kind_are_taken_however_they_are_kept(story: Story, tmp_path: Path) -> None:
    """Real dates, and numbers that the cell keeps as text: of three sheets, taken by one command."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1", day="02")]))
    put(story, "Setup", {"Value": DAY}, "Books start")
    put(story, "Setup", {"Value": "45"}, "Look back")
    put(story, "Exchange rates", {**RATE, "Rate": "1.1"})
    put(story, "Opening costs", {**OPENING, "Unit cost": "4.17"})
    story.deed("resolve", status=1)

    shown = {row["Setting"]: row["Value"] for row in story.book.table("Setup").rows}
    (rate,) = (row for row in story.book.table("Exchange rates").rows if row["Currency"] == "EUR")
    (cost,) = (row for row in story.book.table("Opening costs").rows if row["SKU"] == "A")
    assert ("2026-08-31", "45") == (shown["Books start"], shown["Look back"])
    assert ("2026-08-31", Decimal("1.1")) == (rate["Date"], Decimal(str(rate["Rate"])))
    assert (Decimal("4.17"), "2026-08-31") == (Decimal(str(cost["Unit cost"])), cost["As of"])
