"""Words that once counted one more unit unasked, and what a save says that it books, through the commands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

pytestmark = pytest.mark.long
UNCLEAR = "Unclear whether goods moved"
REPLACED = "FREE_REPLACEMENT_REFUND_ITEMS"
REPLACEMENT = item("Order", "9", "0.00", units="1", day="07")
"""The replacement under an order of its own, which has a line here."""


@pytest.mark.parametrize(
    ("beside", "units", "proposed", "cogs"),
    [
        ((), "1", 5, "5"),
        ((), "2", 5, "10"),
        ((REPLACEMENT,), "1", 0, "0"),
    ],
    ids=["no line of the replacement", "two of them", "the replacement's own line"],
)
def test_a_replacement_counts_where_nothing_else_does(
    story: Story, tmp_path: Path, beside: tuple[dict[str, str], ...], units: str, proposed: int, cogs: str
) -> None:
    """Sold at 5.00, replaced for nothing: asked either way, 0 is proposed only where its own line is in the books."""
    rows = [item("Order", "1", "40.00", units="2"), paid(REPLACED, "12.00", order="1", units=units, day="08"), *beside]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}), accept=False)
    (asked,) = story.asked()
    waits = story.status()
    story.answer()

    assert (UNCLEAR, "reimbursement", proposed) == (asked["Cause"], asked["Type"], asked["Proposed cost"])
    assert ("1 line without cost", "Ready") == (waits, story.status())
    assert Decimal(cogs) == story.cogs(Type="reimbursement")
    assert Decimal(10 + 5 * len(beside)) == story.cogs(Type="sale")
    story.ties()


@pytest.mark.parametrize(
    ("before", "amount", "units", "proposed"),
    [
        ((paid("WAREHOUSE_LOST", "30.00", units="2", day="09"),), "4.00", "2", 0),
        ((paid("WAREHOUSE_LOST", "30.00", units="2", day="09"),), "9.00", "1", 0),
        ((), "4.00", "2", 0),
        ((), "-3.00", "2", None),
    ],
    ids=["lost before", "one of the lost", "nothing lost before", "less money"],
)
def test_a_second_evaluation_is_asked_whether_further_units_are_lost(
    story: Story, tmp_path: Path, before: tuple[dict[str, str], ...], amount: str, units: str, proposed: int | None
) -> None:
    """2 lost at 6.00 and paid for again: 12.00 once the proposed 0 is accepted, and asked until then."""
    rows = [item("Order", "1", "20.00", units="1", sku="B"), *before, paid("RE_EVALUATION", amount, units=units)]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Cause": "Not synced"}, {"Cost": 6}), accept=False)
    asked = [(row["Net"], row["Proposed cost"]) for row in story.asked()]
    waits = story.status()
    story.answer(*([({"Net": float(amount)}, {"Disposition": "Money only"})] if proposed is None else []))

    assert [(float(amount), proposed)] == asked
    assert ("1 line without cost", "Ready") == (waits, story.status())
    assert Decimal(0) == story.cogs(Net=float(amount))
    assert Decimal(12 * len(before)) == story.cogs(SKU="A")
    story.ties()


@pytest.mark.parametrize(("units", "price"), [("1", "-20.00"), ("3", "-60.00"), ("1", "-0.01")])
def test_a_sale_below_zero_is_asked(story: Story, tmp_path: Path, units: str, price: str) -> None:
    """An order's price that is taken away counted as one more sale: it is asked, with 0."""
    story.bring(
        v2(tmp_path, [item("Order", "1", "40.00", units="2"), item("Order", "2", price, units=units, day="11")])
    )
    story.answer(({"Order ID": "1"}, {"Cost": 5}), accept=False)
    (asked,) = story.asked()
    story.answer()

    assert ("2", UNCLEAR, 0) == (asked["Order ID"], asked["Cause"], asked["Proposed cost"])
    assert [Decimal(10), Decimal(0)] == [story.cogs(Order_ID=order) for order in ("1", "2")]
    story.ties()


@pytest.mark.parametrize(("amount", "units"), [("0.50", "1"), ("-0.50", "1"), ("-2.00", "3")])
def test_a_correction_of_liquidation_proceeds_is_asked(story: Story, tmp_path: Path, amount: str, units: str) -> None:
    """3 liquidated at 2.00 are 6.00 once the proposed 0 of a buyer's claim is accepted, and asked until then."""
    rows = [
        item("Liquidations", "LIQ-1", "9.00", units="3"),
        item("Liquidations Adjustments", "LIQ-1", amount, units=units, day="16"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Net": 9.0}, {"Cost": 2}), accept=False)
    (asked,) = story.asked()
    story.answer()

    assert (float(amount), UNCLEAR, 0) == (asked["Net"], asked["Cause"], asked["Proposed cost"])
    assert [Decimal(6), Decimal(0)] == [story.cogs(Net=float(net)) for net in ("9.00", amount)]
    story.ties()


def sold(units: str = "3") -> dict[str, str]:
    """Return the sale whose cost of 5.00 is typed."""
    return item("Order", "1", "60.00", units=units)


@pytest.mark.parametrize(
    ("rows", "figure"),
    [
        ([sold(), item("Refund", "1", "-20.00", units="1", day="05")], "10.00"),
        ([sold(), item("Order", "2", "9.00", units="1", sku="Z", day="04")], "15.00"),
        ([paid("WAREHOUSE_DAMAGE", "60.00", units="3"), paid("WAREHOUSE_DAMAGE", "-20.00", day="24")], "10.00"),
        ([sold(), item("Chargeback Refund", "1", "-60.00", units="3", day="05")], "15.00"),
    ],
    ids=["a refund that waited", "a confirmed zero", "a loss taken back", "a chargeback"],
)
def test_the_announced_figure_is_the_booked_one(
    story: Story, tmp_path: Path, rows: list[dict[str, str]], figure: str
) -> None:
    """What follows from a typed cost, and zeros that were confirmed, are in the figure that a save says."""
    story.bring(v2(tmp_path, rows))
    zeros = [({"SKU": "Z"}, {"Zero OK": "yes"})] if any(row["sku"] == "Z" for row in rows) else []
    ran = story.answer(({"SKU": "A"}, {"Cost": 5}), *zeros)
    (settlement,) = {line["Settlement ID"] for line in story.lines()}
    booked = sum((Decimal(str(line["COGS"] or 0)) for line in story.lines()), Decimal(0))
    again = story.book.run("save", "--accept-proposals")

    assert f"COGS changes by USD {figure}." in ran.output
    assert Decimal(figure) == booked
    assert "Saved 0 entered, 0 accepted proposals: COGS changes by USD 0.00." in again.output
    assert Decimal(figure) == -story.export(settlement)["Inventory Asset"]
