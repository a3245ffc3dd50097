"""Words and costs that once were decided wrongly, by the commands and cells that a bookkeeper uses.

Files of `../shared/cases` are tried where they lie beside the repository; other stories make their files themselves.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import DemoBook, run
from tests.end_to_end.stories import CASES, Story, bought, item, needs_cases, paid, v2

if TYPE_CHECKING:
    from tests.end_to_end.stories import FinaleOnLine

UNCLEAR = "Unclear whether goods moved"


@pytest.mark.long
@needs_cases
def test_an_unknown_amount_type_counts_no_units(story: Story) -> None:
    """3 units at 5.00 less 1 refunded; the unknown word is listed, and its -0.90 stays as money of no units."""
    file = CASES / "v2_unknown_amount_type_on_order_row.txt"
    looked = run("inspect", str(file))
    story.bring(file)
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert "Units sold, refunded  3, unknown" in looked.output
    assert [("sale", 0, -0.9)] == [
        (row["Type"], row["Units"], row["Net"]) for row in story.lines() if row["Other"] == -0.9
    ]

    assert (Decimal(15), Decimal(-5)) == (story.cogs(Type="sale"), story.cogs(Type="refund"))
    assert any("ItemTDS" in str(row["Type"]) for row in story.book.table("Transaction types").rows)


@pytest.mark.long
@needs_cases
def test_every_reason_of_a_reimbursement_is_asked_or_declared(story: Story) -> None:
    """None names an order of the books: losses want their cost, all others propose 0, and COGS waits for them."""
    story.bring(CASES / "v2_reimbursement_codes.txt")
    asked = {row["SKU"]: (row["Cause"], row["Proposed cost"]) for row in story.asked()}
    before = story.status()
    refused = story.book.run("export", "24000000011", "--entries", "cogs", "--format", "quickbooks")
    story.answer(({"SKU": "SKU-1"}, {"Cost": 5}), ({"SKU": "SKU-3"}, {"Cost": 7}))
    profit = story.deed("pnl", "--json").data

    assert (2, True) == (refused.status, "None of it was exported" in refused.error)
    assert (Decimal(80), Decimal(12), Decimal(68)) == tuple(
        Decimal(profit[name]) for name in ("reimbursements", "cogs", "profit")
    )
    assert {f"SKU-{number}" for number in range(8)} == set(asked)
    assert {sku for sku, told in asked.items() if told == (UNCLEAR, 0)} == set(asked) - {"SKU-1", "SKU-3"}
    assert (before, story.status()) == ("8 lines without cost", "Ready")
    assert (Decimal(5), Decimal(7), Decimal(12)) == (
        story.cogs(SKU="SKU-1"),
        story.cogs(SKU="SKU-3"),
        story.cogs(Type="reimbursement"),
    )
    assert {
        "Inventory Reimbursements": Decimal(-80),
        "Amazon Clearing USD": Decimal(80),
        "Damaged and Lost Inventory": Decimal(12),
        "Inventory Asset": Decimal(-12),
    } == story.export("24000000011")
    story.ties()


@pytest.mark.long
@needs_cases
def test_what_a_fee_file_says_of_goods_is_asked(story: Story) -> None:
    """Inbound Carrier Damage names neither SKU nor units: both units and cost are typed."""
    story.bring(CASES / "v2_fee_words.txt")
    (row,) = story.asked()
    listed = {row["Type"] for row in story.book.table("Transaction types").rows}
    story.answer(({"Type": "reimbursement"}, {"Cost": 3, "Units back": 2}))

    assert (UNCLEAR, None) == (row["Cause"], row["SKU"])
    assert "other-transaction / BalanceAdjustment" in listed
    assert Decimal(6) == story.cogs(Type="reimbursement")


@pytest.mark.long
@needs_cases
def test_a_buyer_keeps_what_walmart_says_he_keeps(story: Story) -> None:
    """Two sold at 5.00, one refunded without return: 10.00."""
    story.bring(CASES / "walmart_keep_it_refund.csv")
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    (refund,) = [row for row in story.lines() if row["Type"] == "refund"]

    assert (Decimal(10), "Not returned") == (story.cogs(SKU="W-1"), refund["Disposition"])
    story.ties()


@pytest.mark.long
@needs_cases
def test_walmarts_words_say_where_goods_went(story: Story) -> None:
    """Sold 4, lost 1, damaged 1, found 1 at 5.00; kept, destroyed and unclear refunds bring nothing back."""
    story.bring(CASES / "walmart_real_words.csv")
    story.answer(({"Cause": "Not synced"}, {"Cost": 5}), odd=True)  # the file's amounts are sums of many orders
    found = story.asked()
    story.answer(odd=True)

    assert [(UNCLEAR, 5)] == [(row["Cause"], row["Proposed cost"]) for row in found]
    assert (Decimal(20), Decimal(10), Decimal(-5), Decimal(0)) == (
        story.cogs(Type="sale"),
        story.cogs(Type="reimbursement"),
        story.cogs(Type="reimbursement reversal"),
        story.cogs(Type="refund"),
    )
    assert {"Not returned", "Unsellable", "Money only"} == {
        row["Disposition"] for row in story.lines() if row["Type"] == "refund"
    }
    story.ties()


@pytest.mark.long
@needs_cases
def test_shopifys_words_ask_about_money_and_one_sale(story: Story) -> None:
    """The sale says no units; adjustment, debit and credit are asked; the sum is -10.41."""
    story.bring(CASES / "shopify_words.csv")

    assert ["sale"] == [row["Type"] for row in story.asked()]
    assert {"adjustment", "credit", "debit"} == {row["Type"] for row in story.book.table("Transaction types").rows}
    assert Decimal("-10.41") == sum((Decimal(str(row["Net"])) for row in story.lines()), Decimal(0))


@pytest.mark.long
@pytest.mark.parametrize("reason", ["REVERSAL_REIMBURSEMENT", "Customer Return", "CS_ERROR_ITEMS", "WAREHOUSE_DAMAGE"])
def test_a_reimbursement_undoes_an_assumed_restock(story: Story, tmp_path: Path, reason: str) -> None:
    """Sold at 5.00, refunded and assumed restocked, paid for: the goods are gone, 5.00."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item("Refund", "1", "-20.00", day="05"),
        paid(reason, "12.00", order="1"),
    ]
    story.bring(v2(tmp_path, [*rows, paid(reason, "12.00", order="1")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert [Decimal(5), Decimal(-5), Decimal(5)] == [
        story.cogs(Type=kind) for kind in ("sale", "refund", "reimbursement")
    ]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["Chargeback Refund", "A-to-z Guarantee Refund"])
def test_a_claim_leaves_the_goods_with_the_buyer(story: Story, tmp_path: Path, kind: str) -> None:
    """Its reimbursement moves nothing either: 5.00 in all."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item(kind, "1", "-20.00", day="05"),
        paid("Customer Return", "12.00", order="1"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert Decimal(5) == story.cogs(SKU="A")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("word", ["XYZ_UNHEARD_OF", "Goods moved by nobody"])
def test_an_undeclared_word_about_goods_keeps_cogs_back(story: Story, tmp_path: Path, word: str) -> None:
    """It names a SKU and units: asked, 0 proposed; the COGS entry waits until that is answered."""
    rows = [{**paid(word, "12.00", units="2"), "amount-type": "other-transaction"}]
    story.bring(v2(tmp_path, rows))
    before = story.asked()
    waits = story.status()
    story.answer()

    assert [(UNCLEAR, 0)] == [(row["Cause"], row["Proposed cost"]) for row in before]
    assert ("1 line without cost", "Ready") == (waits, story.status())


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


def net_of(story: Story) -> Decimal:
    """Return the sum of the lines on sheet Transactions, without the payout that takes it away."""
    lines = [line for line in story.lines() if line["Type"] != "payout"]
    return sum((Decimal(str(line["Net"])) for line in lines), Decimal(0))


@pytest.mark.long
@needs_cases
@pytest.mark.parametrize(
    ("files", "settlement", "total"),
    [
        (("v2_stripped_tabs.txt",), "24000000016", "-204.40"),
        (("shopify_1_june_export.csv", "shopify_2_july_export.csv"), "900001", "164.90"),
        (("shopify_2_july_export.csv", "shopify_1_june_export.csv"), "900001", "164.90"),
        (("unified_1_september.csv", "unified_2_october.csv"), "25000000003", "68.00"),
        (("unified_2_october.csv", "unified_1_september.csv"), "25000000003", "68.00"),
        (("ebay_1_august.csv", "ebay_2_september.csv"), "7600000001", "151.80"),
        (("ebay_2_september.csv", "ebay_1_august.csv"), "7600000001", "151.80"),
        (("ebay_uk_vat_rate_number.csv",), "7590000001", "19.75"),
        (("ebay_uk_vat_rate_percent.csv",), "7590000001", "19.75"),
        (("xml_control_char.xml",), "", "34.37"),
    ],
)
def test_what_files_of_one_payout_say_comes_to_its_total(
    story: Story, files: tuple[str, ...], settlement: str, total: str
) -> None:
    """Whichever file comes first; the lines on the sheet are the sum."""
    for name in files:
        story.book.run("import", str(CASES / name))
    (row,) = story.book.table("Settlements").rows

    assert settlement in str(row["Settlement ID"])
    assert Decimal(total) == net_of(story)


@pytest.mark.long
@needs_cases
@pytest.mark.parametrize("first", [1, 2])
def test_two_months_exports_of_a_payout_are_in_the_profit_and_loss(story: Story, first: int) -> None:
    """3 charges of 100, 50 and 20 less 3 % are 164.90, which was 19.40; each costs 10.00."""
    files = [CASES / name for name in ("shopify_1_june_export.csv", "shopify_2_july_export.csv")]
    for file in files[:: 1 if first == 1 else -1]:
        story.bring(file)
    before = story.deed("pnl", "--json", status=1).data
    story.answer(({"Type": "sale"}, {"Units back": 1, "Cost": 10}))
    after = story.deed("pnl", "--json").data
    (row,) = story.book.table("Settlements").rows

    assert ("900001", 3, Decimal("164.90")) == (row["Settlement ID"], row["Orders"], Decimal(str(row["Total"])))
    assert [Decimal("164.90"), Decimal("134.90")] == [Decimal(data["profit"]) for data in (before, after)]
    assert (3, 0) == (before["lines_missing_cost"], after["lines_missing_cost"])


@pytest.mark.few(1)
@needs_cases
@pytest.mark.parametrize(
    "name",
    [
        "negative_seek.zip",
        "zip_unicode_decode_error.bin",
        "amount_group_over_1e12.txt",
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(story: Story, name: str) -> None:
    """An error that is not ours would come through the command; nothing is stored."""
    ran = story.deed("import", str(CASES / "hostile" / name), status=2)

    assert (f"{name}, line 15: " if name == "amount_group_over_1e12.txt" else name) in ran.error
    assert "Traceback" not in ran.error
    assert [] == [row for row in story.book.table("Settlements").rows if row["Settlement ID"]]


@pytest.mark.long
@needs_cases
def test_payouts_without_an_id_are_two(story: Story) -> None:
    """Named by date and currency: 37.96 and 9.41."""
    story.deed("import", str(CASES / "shopify_2025_without_payout_id.csv"))
    sums: dict[str, Decimal] = {}
    for line in story.lines():
        sums[line["Settlement ID"]] = sums.get(line["Settlement ID"], Decimal(0)) + Decimal(str(line["Net"]))

    assert {"2025-10-07 USD": Decimal("37.96"), "2025-10-08 USD": Decimal("9.41")} == sums


@pytest.mark.long
@needs_cases
def test_a_reissued_report_takes_the_place_of_one_that_did_not_tie(story: Story) -> None:
    """Both sums are said."""
    story.deed("import", str(CASES / "not_tying_1_missing_reserve.txt"), status=1)
    before = net_of(story)
    said = story.deed("import", str(CASES / "not_tying_2_reissued.txt")).output
    (row,) = story.book.table("Settlements").rows
    after = net_of(story)

    assert before != after
    assert after == Decimal(str(row["Total"])).quantize(Decimal("0.01"))
    assert (True, True) == (f"{before:.2f}" in said, f"{after:.2f}" in said), said


def lines_of(story: Story) -> list[tuple[object, ...]]:
    """Return what the lines on Transactions say, without what names their settlement."""
    rows = [{name: value for name, value in row.items() if name not in OF_A_NAME} for row in story.lines()]
    return sorted((tuple(row.items()) for row in rows), key=str)


OF_A_NAME = ("Settlement ID", "Key", "Go to", "Cost note")


def lines_of_a_file(file: Path, folder: Path) -> list[tuple[object, ...]]:
    """Return the lines of a Walmart report in books of its own, its sale at 4.00."""
    other = Story(DemoBook(folder / "other" / "Books.xlsm"))
    other.deed("new", "--company", f"{folder.name} other")
    other.bring(file)
    other.answer(({"Type": "sale"}, {"Cost": 4}))
    return lines_of(other)


@pytest.mark.long
@needs_cases
def test_a_settlement_without_period_is_named_by_the_days_of_its_lines(story: Story, tmp_path: Path) -> None:
    """A blank period takes nothing away: the report's own lines, and an id of their first and last day."""
    story.bring(CASES / "walmart_blank_period.csv")
    story.answer(({"Type": "sale"}, {"Cost": 4}))
    (row,) = story.book.table("Settlements").rows
    looked = run("inspect", str(CASES / "walmart_with_period.csv"), "--json").data

    assert Decimal(looked["sum"]) == Decimal(str(row["Total"])).quantize(Decimal("0.01")) == net_of(story)
    assert ("20260425-20260425", "2026-04-25 – 2026-04-25") == (row["Settlement ID"], row["Period"])
    assert lines_of(story) == lines_of_a_file(CASES / "walmart_with_period.csv", tmp_path)


@pytest.mark.long
@needs_cases
def test_a_settlement_id_that_is_a_path_writes_no_file_outside(story: Story, tmp_path: Path) -> None:
    """The id is kept as text, and each file of its entries lies in the folder of exports."""
    story.bring(CASES / "hostile" / "settlement_id_path_traversal_v2.txt")
    story.set(COGS_posted_by="Finale")
    for row in story.asked():
        story.answer(({"Key": row["Key"]}, {"Cost": 1}))
    folder = tmp_path / "exports"
    (settlement,) = story.book.table("Settlements").rows
    assert "x/../../../pwned_v2" == settlement["Settlement ID"]
    assert {"x/../../../pwned_v2"} == {line["Settlement ID"] for line in story.lines()}
    ran = story.book.run(
        "export", str(settlement["Settlement ID"]), "--format", "quickbooks", "--folder", str(folder), "--json"
    )

    assert ran.status == 0, ran.output + ran.error
    assert {folder.resolve()} == {Path(file).resolve().parent for file in ran.data["files"]}


WALMART = (
    "Period Start Date,Period End Date,Total Payable,Currency,Transaction Posted Timestamp,Transaction Type,"
    "Transaction Description,Customer Order #,Customer Order line #,Purchase Order #,Purchase Order line #,Amount,"
    "Amount Type,Ship Qty,Partner Item Id\n"
)


def statement(folder: Path, month: int, *rows: str) -> Path:
    """Write Walmart's statement of a half month; its total is the sum of its rows."""
    total = sum((Decimal(row.split(",")[6]) for row in rows), Decimal(0))
    head = f"0{month}/01/2026,0{month}/14/2026,{total},USD,,PaymentSummary,,,,,,,,,\n"
    file = folder / f"statement {month}.csv"
    file.write_text(WALMART + head + "".join(f",,,,0{month}/05/2026,{row}\n" for row in rows), encoding="utf-8")
    return file


@pytest.mark.long
@pytest.mark.parametrize(("sold", "destroyed"), [(3, 1), (2, 2), (1, 1)])
def test_a_fee_of_the_next_statement_says_that_a_return_was_destroyed(
    story: Story, tmp_path: Path, sold: int, destroyed: int
) -> None:
    """A unit at 5.00 came back and counted as restocked; its disposal fee, a month later, makes it unsellable."""
    sale = f"Sale,Purchase,200,1,108,1,{10 * sold}.00,Product Price,{sold},MUG"
    back = f"Refund,Return Refund,200,1,108,1,-{10 * destroyed}.00,Product Price,{destroyed},MUG"
    story.bring(statement(tmp_path, 6, sale, back))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    before = story.cogs(SKU="MUG")
    story.bring(
        statement(tmp_path, 7, "Adjustment,Returned Item Disposal Fee,200,1,108,1,-2.00,WFS Fee/Reimbursement,,")
    )
    (refund,) = (row for row in story.lines() if row["Type"] == "refund")

    assert (Decimal(5 * (sold - destroyed)), Decimal(5 * sold)) == (before, story.cogs(SKU="MUG"))
    assert "Unsellable" == refund["Disposition"]
    story.ties()
