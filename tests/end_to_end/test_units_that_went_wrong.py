"""Units and costs that once were decided wrongly, by the commands and cells that a bookkeeper uses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import Story, bought, item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine


UNCLEAR = "Unclear whether goods moved"


@pytest.mark.long
def test_an_undeclared_reason_is_asked_whatever_its_row_leaves_out(story: Story, tmp_path: Path) -> None:
    """Without quantity, with and without SKU and order: asked, 0 proposed, and ready once that is accepted."""
    rows = [
        paid("DRONE_EATEN", "21.00", units="", sku="A"),
        paid("ROBOT_EATEN", "22.00", units="", sku=""),
        paid("MOUSE_EATEN", "23.00", units="", sku="C", order="1"),
        paid("GHOST_EATEN", "24.00", units="", sku="", order="2"),
    ]
    story.bring(v2(tmp_path, rows))
    asked = {row["Net"]: (row["Cause"], row["Proposed cost"]) for row in story.asked()}
    waits = story.status()
    story.answer(({"Net": 21}, {"Units back": 2, "Cost": 4}))

    assert dict.fromkeys((21, 22, 23, 24), (UNCLEAR, 0)) == asked
    assert ("4 lines without cost", "Ready", Decimal(8)) == (waits, story.status(), story.cogs(Type="reimbursement"))
    story.ties()


@pytest.mark.long
def test_other_units_than_a_line_states_are_refused(story: Story, tmp_path: Path) -> None:
    """Costing takes the line's own units: another number is refused with both; the line's own is saved."""
    unknown = {**paid("Goods moved by nobody", "14.00", units="4", sku="D"), "amount-type": "other-transaction"}
    rows = [
        paid("WAREHOUSE_LOST", "21.00", units="3", sku=""),
        paid("NEVER_HEARD_OF", "22.00", units="3", sku="B"),
        paid("WAREHOUSE_LOST", "23.00", units="3", sku="C"),
    ]
    story.bring(v2(tmp_path, [*rows, unknown]))
    ran = story.answer(
        ({"Net": 21}, {"SKU": "MUG", "Units back": 2, "Cost": 4}),
        ({"Net": 22}, {"Units back": 1, "Cost": 4}),
        ({"Net": 23}, {"Units back": 0, "Cost": 4}),
        ({"Net": 14}, {"Units back": 9}),
    )
    refused = {row["Net"]: str(row["Status"]) for row in story.asked()}
    own = {"Units back": 3, "Cost": 4}
    story.answer(*(({"Net": net}, own) for net in (21, 22, 23)), ({"Net": 14}, {"Units back": 4, "Cost": 4}))

    assert {21, 22, 23, 14} == set(refused)
    for net, typed, stated in ((21, 2, 3), (22, 1, 3), (23, 0, 3), (14, 9, 4)):
        said = f"(Units back) is {typed}, and the line itself states {stated} (column Units): empty it"
        assert said in refused[net], refused
        assert said in ran.output, ran.output
    assert [Decimal(12), Decimal(12), Decimal(12), Decimal(16)] == [story.cogs(Net=net) for net in (21, 22, 23, 14)]
    story.ties()


@pytest.mark.long
def test_a_lost_return_and_a_clawback_take_fewer_units_than_they_state(story: Story, tmp_path: Path) -> None:
    """2 of 3 of an unknown order had been in stock: 8.00; lost 3 at 7.00, found 1 of the 2 stated: 14.00."""
    rows = [
        paid("Customer Return", "30.00", order="1", units="3", sku="B"),
        paid("WAREHOUSE_LOST", "60.00", units="3", day="10"),
        paid("COMPENSATED_CLAWBACK", "-40.00", units="2", day="14"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"SKU": "B"}, {"Units back": 2, "Cost": 4}), ({"Net": 60}, {"Cost": 7}), accept=False)
    story.answer(({"SKU": "A"}, {"Units back": 1}))

    assert (Decimal(8), Decimal(14)) == (story.cogs(SKU="B"), story.cogs(SKU="A"))
    assert {("B", 2), ("A", 3), ("A", -1)} == {(row["SKU"], row["Units"]) for row in story.lines()}
    assert all(row["Units"] * row["Unit cost"] == row["COGS"] for row in story.lines())
    story.ties()


@pytest.mark.long
def test_a_loss_taken_back_leaves_a_liquidation_alone(story: Story, tmp_path: Path) -> None:
    """1 liquidated at 5.00, 2 lost at 7.84, 1 of these taken back and 1 found unsellable: 5.00, 15.68, -7.84 and 0."""
    rows = [
        item("Liquidations", "LIQ-1", "3.00", units="1"),
        paid("WAREHOUSE_LOST", "24.00", units="2", day="10"),
        paid("WAREHOUSE_LOST", "-12.00", day="14"),
        paid("COMPENSATED_CLAWBACK", "-11.00", day="15"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "liquidation"}, {"Cost": 5}), ({"Net": 24}, {"Cost": "7.84"}), accept=False)
    story.answer(({"Net": -11}, {"Disposition": "Unsellable"}))

    assert [Decimal(5), Decimal("15.68"), Decimal("-7.84"), Decimal(0)] == [
        story.cogs(Net=net) for net in (3, 24, -12, -11)
    ]
    story.ties()


@pytest.mark.long
def test_what_was_lost_is_found_in_parts(story: Story, tmp_path: Path) -> None:
    """Lost 3 at 7.00, found 1 and 2 by a word of two kinds: each asked with 7.00, together 0."""
    rows = [
        paid("WAREHOUSE_LOST", "60.00", units="3", day="10"),
        paid("COMPENSATED_CLAWBACK", "-20.00", day="12"),
        paid("COMPENSATED_CLAWBACK", "-40.00", units="2", day="14"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "reimbursement"}, {"Cost": 7}))
    asked = sorted((row["Cause"], row["Units"], row["Proposed cost"]) for row in story.asked())
    story.answer()

    assert [(UNCLEAR, -2, 7), (UNCLEAR, -1, 7)] == asked
    assert Decimal(0) == story.cogs(SKU="A")
    story.ties()


@pytest.mark.long
def test_what_was_lost_is_found_at_its_own_cost(story: Story, finale: FinaleOnLine, tmp_path: Path) -> None:
    """Lost 3 when the average was 7.00; found 1 and 2 when it was 10.00: 21.00 less 7.00 and 14.00, not 9.00 below."""
    rows = [
        paid("WAREHOUSE_LOST", "60.00", units="3", day="10"),
        paid("COMPENSATED_CLAWBACK", "-20.00", day="22"),
        paid("COMPENSATED_CLAWBACK", "-40.00", units="2", day="24"),
        paid("WAREHOUSE_LOST", "20.00", day="26"),
    ]
    story.bring(v2(tmp_path, rows))
    # 20 at 7.00, then 20 more at 13.00: 10.00 apiece
    finale.sync(story, bought("A", "2026-08-01", 20, "7"), bought("A", "2026-09-15", 20, "13"))
    story.answer(odd=True)

    assert [Decimal(21), Decimal(-7), Decimal(-14), Decimal(10)] == [story.cogs(Net=net) for net in (60, -20, -40, 20)]
    story.ties()


LOST_AND_FOUND = [
    pytest.param("WAREHOUSE_LOST", "COMPENSATED_CLAWBACK", (3, 2, 2), id="lost 3, found 2 and 2 more"),
    pytest.param("WAREHOUSE_DAMAGE", "WAREHOUSE_DAMAGE", (5, 4, 3), id="damaged 5, taken back 4 and 3"),
    pytest.param("MISSING_FROM_INBOUND", "MISSING_FROM_INBOUND_CLAWBACK", (4, 1, 5), id="inbound 4, found 1 and 5"),
    pytest.param("WAREHOUSE_LOST", "Reimbursement_Reversal", (6, 3, 9), id="lost 6, found 3 and 9"),
]
"""The word of a loss and of what takes it back, how many were lost, found, and found again: more than are left."""


def lost_and_found(loss: str, back: str, units: tuple[int, int, int]) -> list[list[dict[str, str]]]:
    """Return the rows of a loss, and those that take it back twice."""
    lost, some, more = units
    return [
        [paid(loss, "90.00", units=f"{lost}", day="05")],
        [paid(back, "-31.00", units=f"-{some}", day="10"), paid(back, "-32.00", units=f"-{more}", day="15")],
    ]


@pytest.mark.long
@pytest.mark.parametrize(("loss", "back", "units"), LOST_AND_FOUND)
def test_units_left_stand_beside_a_clawback_of_more(
    story: Story, tmp_path: Path, loss: str, back: str, units: tuple[int, int, int]
) -> None:
    """Lost 3 at 7.00 and found 2: of 2 more 1 is prefilled and said, at what the lost ones cost and at nothing else."""
    rows = lost_and_found(loss, back, units)
    story.bring(v2(tmp_path, [*rows[0], *rows[1]]))
    story.answer(({"Net": 90}, {"Cost": 7}), accept=False)
    (asked,) = (row for row in story.asked() if row["Net"] == -32)
    refused = story.answer(({"Net": -32}, {"Cost": 8}), odd=True)
    story.answer(({"Net": -32}, {"Cost": 7}))
    left = units[0] - units[1]

    assert (left, 7) == (asked["Units back"], asked["Cost"])
    assert f"{units[2]} would come back, but only {left} of the reimbursement" in asked["Status"]
    assert "the books take 7 a unit" in refused.output
    assert [units[1] * -7, left * -7] == [story.cogs(Net=net) for net in (-31, -32)]
    assert [-left] == [row["Units"] for row in story.lines() if row["Net"] == -32]
    story.ties()


@pytest.mark.long
def test_a_refund_that_is_undone_shows_units_that_can_be_saved(story: Story, tmp_path: Path) -> None:
    """4 sold, 2 restocked, one taken back without units: 1 was prefilled as -1, and no save could take it."""
    rows = [
        item("Order", "1", "80.00", units="4"),
        item("Refund", "1", "-40.00", units="2", day="05"),
        item("Refund", "1", "20.00", day="09"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}), accept=False)
    (asked,) = story.asked()
    story.answer()
    story.deed("pnl")
    (profit,) = (row for row in story.book.table("P&L").rows if row["Item"] == "A")

    assert (1, 5) == (asked["Units back"], asked["Cost"])
    assert (Decimal(15), 1) == (story.cogs(SKU="A"), profit["Units refunded"])
    story.ties()


@pytest.mark.long
def test_a_partial_refund_leaves_its_units_to_the_next(story: Story, tmp_path: Path) -> None:
    """4 sold for 80.00 at 5.00, refunded 15.00 and then the remaining 65.00: 0 and 4 units are proposed."""
    rows = [
        item("Order", "1", "80.00", units="4"),
        item("Refund", "1", "-15.00", units="1", day="05"),
        item("Refund", "1", "-65.00", day="09"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}), accept=False)
    asked = sorted((row["Net"], row["Units back"]) for row in story.asked())
    story.answer()

    assert [(-65, 4), (-15, 0)] == asked
    assert Decimal(0) == story.cogs(SKU="A")
    story.ties()


@pytest.mark.long
def test_a_refund_in_parts_is_about_the_units_of_the_sale(story: Story, tmp_path: Path) -> None:
    """4 sold for 80.00 at 5.00; 7.00, 33.00 and 40.00 given back, quantity 4 each: 0, 2 and 2, in every report."""
    parts = (("7.00", "05"), ("33.00", "09"), ("40.00", "12"))
    refunds = [item("Refund", "1", f"-{amount}", units="4", day=day) for amount, day in parts]
    story.bring(v2(tmp_path, [item("Order", "1", "80.00", units="4"), *refunds]))
    story.answer(({"Type": "sale"}, {"Cost": 5}), accept=False)
    asked = sorted((-row["Net"], row["Units back"]) for row in story.asked())
    story.answer()
    story.deed("pnl")
    (profit,) = (row for row in story.book.table("P&L").rows if row["Item"] == "A")

    assert [(7, 0), (33, 2), (40, 2)] == asked
    assert (Decimal(0), 4, 4) == (story.cogs(SKU="A"), profit["Units sold"], profit["Units refunded"])
    story.ties()


@pytest.mark.long
def test_goods_of_a_supplier_cost_what_he_was_paid(story: Story, tmp_path: Path) -> None:
    """The order's line is not missing; the debit of 4.00 is in the profit once, and everything ties out."""
    header = (
        "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,Available On,Amount,"
        "Fee,Net,Checkout,Payment Method Name,Presentment Amount,Presentment Currency,Currency"
    )
    rest = "visa,online,paid,2026-09-05,900001,2026-09-05"
    file = tmp_path / "payments.csv"
    file.write_text(
        f"{header}\n2026-09-03 10:15:00 -0400,charge,#1001,{rest},20.00,0.88,19.12,#1,card,,,USD\n"
        f"2026-09-03 10:15:00 -0400,shopify_collective_debit,#1001,{rest},-4.00,0.00,-4.00,#1,card,,,USD\n",
        encoding="utf-8",
    )
    story.bring(file)
    (sale,) = [row for row in story.lines() if row["Type"] == "sale"]
    profit = story.book.run("pnl", "--json")

    assert [] == story.asked()
    assert "Drop-shipped: its cost is the debit of 4.00." in sale["Cost note"]
    assert "15.12" in profit.output
    story.ties()
