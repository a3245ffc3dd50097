"""What a save announces is what the books have after it: three stories by hand, through the commands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"


def booked(story: Story) -> Decimal:
    """Return the COGS of all settlements, as sheet Settlements shows it."""
    rows = story.book.table("Settlements").rows
    return sum((Decimal(str(row["COGS"] or 0)) for row in rows if row["Settlement ID"]), Decimal(0))


def announced(story: Story, *typed: tuple[Mapping[str, object], Mapping[str, object]]) -> list[str]:
    """Type cells into rows of Resolve; return what the preview, the save and the books say, each as an amount."""
    story.book.run("resolve")
    for row, cells in typed:
        story.type("Resolve", row, cells)
    choices = ("--accept-proposals", "--accept-suspect", "--json")
    before = booked(story)
    shown = story.book.run("save", "--preview", *choices).data["amount"]
    said = story.book.run("save", *choices).data["amount"]
    return [shown, said, f"USD {booked(story) - before:,.2f}"]


@pytest.mark.long
def test_a_restocked_refund_is_in_what_is_announced(story: Story, tmp_path: Path) -> None:
    """3 at 7.335 are 22.005, one of them comes back for 7.335, and 8.20 were lost: 22.87."""
    rows = [
        item("Order", "1", "60.00", units="3"),
        item("Refund", "1", "-20.00", units="1", day="05"),
        paid("WAREHOUSE_LOST", "9.00", sku="JAR"),
    ]
    story.bring(v2(tmp_path, rows))
    costs = announced(story, ({"Type": "sale"}, {"Cost": 7.335}), ({"SKU": "JAR"}, {"Cost": 8.2}))

    assert ["USD 22.87"] * 3 == costs


@pytest.mark.long
def test_entries_of_two_months_come_to_what_is_announced(story: Story, tmp_path: Path) -> None:
    """6.125 left in September and 6.125 in October: 12.25, which two entries book as 6.13 and 6.12."""
    days = ("2026-09-20", "2026-10-04")
    rows = [item("Order", "1", "20.00", units="1", day="25"), item("Order", "2", "20.00", units="1", day="2026-10-02")]
    story.bring(v2(tmp_path, rows, days=days))
    costs = announced(story, ({"Order ID": "1"}, {"Cost": 6.125}), ({"Order ID": "2"}, {"Cost": 6.125}))
    story.export(NUMBER)
    entries = [row["Debit"] for row in story.book.table("Journal").rows if row["Kind"] == "COGS" and row["Debit"]]

    assert ["USD 12.25"] * 3 == costs
    assert [Decimal("6.12"), Decimal("6.13")] == sorted(Decimal(str(one)) for one in entries)


@pytest.mark.long
@pytest.mark.parametrize(
    ("units", "cost", "difference"), [("2", 4.5, "9.00"), ("3", 7.335, "22.005"), ("1", 0.5, "0.50")]
)
def test_an_answer_after_an_export_changes_no_entry_and_is_proposed(
    story: Story, tmp_path: Path, units: str, cost: float, difference: str
) -> None:
    """A word that is answered after its settlement went out sold goods: nothing is announced, the true-up is."""
    strange = {**item("Order", "2", "20.00", units=units, sku="JAR"), "transaction-type": "Strange Sale"}
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), strange]))
    announced(story, ({"Type": "sale"}, {"Cost": 5}), ({"SKU": "JAR"}, {"Cost": 0, "Zero OK": "yes"}))
    story.deed("export", NUMBER, "--entries", "cogs", "--format", "quickbooks")
    story.type("Transaction types", {"Type": "Strange Sale"}, {"Line type": "Sales"})
    costs = announced(story, ({"SKU": "JAR"}, {"Cost": cost, "Zero OK": None}))
    pending = [row for row in story.pending() if row["SKU"] == "JAR"]

    assert ["USD 0.00"] * 3 == costs
    assert [Decimal(difference)] == [Decimal(str(row["Difference"])) for row in pending]


OPENING = ("Opening costs", {"SKU": None}, {"SKU": "JAR", "Unit cost": 3, "As of": "2026-01-01"})
"""A unit cost that counts for goods shipped before Finale start."""
CLASSIFIED = ("Transaction types", {"Type": "Strange Sale"}, {"Line type": "Reimbursements for lost or damaged goods"})
"""What nobody knew is said to be a loss, so that the cost of 7.00 that was typed for it is only proposed."""


@pytest.mark.long
@pytest.mark.parametrize(
    ("settings", "beside", "figures"),
    [
        ({"Finale_start": "2026-10-01", "Refunded_goods": "Unsellable"}, OPENING, (7, 18)),
        ({"Refunded_goods": "Unsellable"}, CLASSIFIED, (7, 5)),
        ({"Finale_start": "2026-10-01", "Books_start": "2026-09-04"}, OPENING, (7, 8)),
    ],
    ids=["an opening cost", "a type", "an opening cost and a later start"],
)
def test_settings_of_all_kinds_typed_together_are_announced_in_one_figure(
    story: Story,
    tmp_path: Path,
    settings: dict[str, str],
    beside: tuple[str, dict[str, object], dict[str, object]],
    figures: tuple[int, int],
) -> None:
    """What is shown before the press, said by it, and booked is one figure; policies were announced by themselves."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item("Refund", "1", "-20.00", units="1", day="05"),
        item("Order", "2", "20.00", units="2", sku="JAR", day="06"),
        {**item("Order", "3", "20.00", units="1", sku="POT", day="07"), "transaction-type": "Strange Sale"},
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"SKU": "A"}, {"Cost": 5}), ({"SKU": "POT"}, {"Cost": 7}), accept=False)
    before = booked(story)
    story.set(**settings)
    story.type(*beside) if beside is CLASSIFIED else type_opening(story, beside[2])
    (shown,) = story.book.run("settings", "--json").data["effects"]
    said = story.book.run("settings", "--yes", "--json").data["taken_over"]

    assert (Decimal(figures[0]), [f"{figures[1]}.00"] * 3) == (
        before,
        [shown["cogs_after"], said["effects"][0]["cogs_after"], f"{booked(story):.2f}"],
    )


def type_opening(story: Story, cells: Mapping[str, object]) -> None:
    """Type the first row of sheet Opening costs."""
    book = story.book.open()
    opening = table(book, "Opening costs")
    for header, value in cells.items():
        opening.cell(0, header).value = value
    opening.sheet.tables["tblOpening"].insertRow = None  # as Excel does where the first row of a table is typed in
    book.save(story.book.path)
