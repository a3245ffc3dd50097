"""A cell whose formula ended in an error, typed or calculated, is refused by the error's own name, by any command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"


@pytest.fixture
def two_lines(story: Story, tmp_path: Path) -> Story:
    """Import a sale whose cost is missing, and a word that nobody knows."""
    word = {**paid("ODD_WORD", "12.00", units="", sku=""), "amount-type": "other-transaction"}
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), word]))
    return story


def put(story: Story, sheet: str, header: str, value: str) -> str:
    """Put an error, or a formula, into the first row of a sheet; return the cell as messages name it."""
    book = story.book.open()
    cell = table(book, sheet).cell(0, header)
    cell.value = value
    book.save(story.book.path)
    return f"{sheet}!{cell.coordinate} ({header})"


def value(story: Story, sheet: str, header: str) -> object:
    """Return what stands in that cell."""
    return story.book.table(sheet).cell(0, header).value


@pytest.mark.long
@pytest.mark.parametrize(
    ("sheet", "header", "error", "command"),
    [
        ("Opening costs", "Unit cost", "#DIV/0!", ("resolve",)),
        ("Transaction types", "Line type", "#REF!", ("pnl",)),
        ("Setup", "Value", "#VALUE!", ("pnl",)),
        ("Accounts", "Account", "#NAME?", ("export", NUMBER, "--format", "quickbooks", "--entries", "settlement")),
        ("Accounts", "Number", "#NUM!", ("sync",)),
        ("Stores", "Time zone", "#NULL!", ("trueups",)),
        ("Exchange rates", "Rate", "#N/A", ("close", "2026-09")),
        ("Exchange rates", "Date", "#DIV/0!", ("resolve",)),
        ("SKU mapping", "Your units", "#DIV/0!", ("cogs",)),
        ("SKU mapping", "Your product", "#N/A", ("fill", NUMBER)),
    ],
)
def test_a_command_refuses_the_cell_and_takes_nothing(
    two_lines: Story, sheet: str, header: str, error: str, command: tuple[str, ...]
) -> None:
    """Cell, column and error are named as Excel shows them; its code -2146826273 is nowhere, and the cell stays."""
    cell = put(two_lines, sheet, header, error)
    ran = two_lines.deed(*command, status=2)

    assert f"{cell} holds the error {error}: " in ran.error
    assert "-21468" not in ran.output + ran.error
    assert error == value(two_lines, sheet, header)


@pytest.mark.long
@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("Cost", "#DIV/0!"),
        ("Units back", "#N/A"),
        ("Zero OK", "#NAME?"),
        ("Disposition", "#REF!"),
        ("SKU", "#VALUE!"),
        ("Note", "#NUM!"),
    ],
)
def test_save_names_the_cell_and_saves_nothing_of_its_row(two_lines: Story, header: str, error: str) -> None:
    """Also beside a cost that was typed well; Resolve goes on showing the row."""
    if header != "Cost":
        two_lines.type("Resolve", {"Order ID": "1"}, {"Cost": 5})
    cell = put(two_lines, "Resolve", header, error)
    ran = two_lines.deed("save", status=1)
    two_lines.book.run("resolve")

    assert f"{cell} holds the error {error}: " in ran.output
    assert "Saved 0 entered" in ran.output
    assert "-21468" not in ran.output + ran.error
    assert ["1"] == [row["Order ID"] for row in two_lines.asked()]
    assert "-21468" not in str(two_lines.asked())


@pytest.mark.long
@pytest.mark.parametrize("cached", ["#DIV/0!", "#N/A", "#REF!"])
def test_a_decision_beside_a_true_up_may_be_an_error(two_lines: Story, cached: str) -> None:
    """Nothing is decided by it."""
    two_lines.answer(({"Order ID": "1"}, {"Cost": 5}))
    two_lines.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": "Storage"})
    two_lines.deed("export", NUMBER, "--format", "quickbooks")
    two_lines.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": "Advertising"})
    (proposed,) = two_lines.pending()
    cell = put(two_lines, "Cost true-ups", "Decision", cached)
    ran = two_lines.book.run("trueups")

    assert "Reclassification" == proposed["Type"]
    assert (True, True) == (ran.status != 0, f"{cell} holds the error {cached}" in ran.output + ran.error)
    assert "-21468" not in ran.output + ran.error
