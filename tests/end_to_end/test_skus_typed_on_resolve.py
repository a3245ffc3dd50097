"""A line that names no SKU gets one on Resolve, by the commands and cells that a bookkeeper uses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import CASES, item, needs_cases, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

PAID = {"Type": "reimbursement"}
SOLD = ({"SKU": "CUP"}, {"Cost": 5})


def a_sale_and_a_payment(folder: Path, reason: str = "Inbound Carrier Damage", amount: str = "21.00") -> Path:
    """Write a report of one sold cup, and of a payment that names no goods."""
    return v2(folder, [item("Order", "111-1", "30.00", units="1", sku="CUP"), paid(reason, amount, units="", sku="")])


def skus(story: Story) -> list[object]:
    """Return the SKU of each reimbursement on sheet Transactions."""
    return [row["SKU"] for row in story.lines() if row["Type"] == "reimbursement"]


def asked(story: Story) -> dict[str, object]:
    """Return the row of the payment on Resolve."""
    (row,) = [row for row in story.asked() if row["Type"] == "reimbursement"]
    return row


@pytest.mark.long
@needs_cases
def test_the_goods_of_an_inbound_damage_are_typed(story: Story) -> None:
    """SKU, 2 units and 3.00 each: 6.00, exported and verified; saving the sheet again saves nothing."""
    story.bring(CASES / "v2_fee_words.txt")
    story.answer((PAID, {"SKU": "MUG", "Units back": 2, "Cost": 3}))
    again = story.book.run("save", "--json")

    assert (Decimal(6), ["MUG"]) == (story.cogs(Type="reimbursement"), skus(story))
    assert [] == again.data["saved"]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    "reason", ["Inbound Carrier Damage", "WAREHOUSE_LOST", "Customer Return", "REMOVAL_ORDER_LOST"]
)
def test_typed_goods_are_saved_and_exported(story: Story, tmp_path: Path, reason: str) -> None:
    """3 mugs at 4.00 cost 12.00 whatever the reason, in the books, in the export and by verify."""
    story.bring(a_sale_and_a_payment(tmp_path, reason))
    before = asked(story)["SKU"]
    story.answer(SOLD, (PAID, {"SKU": "MUG", "Units back": 3, "Cost": 4}))
    ready = (story.cogs(Type="reimbursement"), story.status(), skus(story))
    story.ties()
    exported = story.book.run("export", "24000000099", "--format", "quickbooks")

    assert before is None
    assert (Decimal(12), "Ready", ["MUG"]) == ready
    assert (0, "") == (exported.status, exported.error), exported.output
    assert (Decimal(12), ["MUG"]) == (story.cogs(Type="reimbursement"), skus(story))
    story.ties()
    reopened = story.book.run("reopen", "24000000099", "--imported", "--reason", "trying")
    assert (0, ["MUG"], Decimal(12)) == (reopened.status, skus(story), story.cogs(Type="reimbursement"))
    story.ties()


@pytest.mark.long
def test_undo_and_restore_know_the_typed_sku(story: Story, tmp_path: Path) -> None:
    """Undo lets the line ask again without a SKU; the history shows it, and its row is brought back with it."""
    story.bring(a_sale_and_a_payment(tmp_path))
    story.answer(SOLD, (PAID, {"SKU": "MUG", "Units back": 3, "Cost": 4}))
    story.book.run("undo")
    undone = asked(story)
    (saved,) = [row for row in story.book.table("Change history").rows if row["SKU typed"]]
    restored = story.book.run("restore", str(saved["Batch"]))

    assert (None, "Unclear whether goods moved") == (undone["SKU"], undone["Cause"])
    assert ("MUG", 3, 4) == (saved["SKU typed"], saved["Units back"], saved["Saved cost"])
    assert restored.status == 0, restored.error + restored.output
    assert (Decimal(12), ["MUG"]) == (story.cogs(Type="reimbursement"), skus(story))


@pytest.mark.long
def test_an_answer_survives_another_import_and_a_removal(story: Story, tmp_path: Path) -> None:
    """The same file again changes nothing; a removed settlement that is brought back has its typed SKU."""
    file = a_sale_and_a_payment(tmp_path)
    story.bring(file)
    story.answer(SOLD, (PAID, {"SKU": "MUG", "Units back": 3, "Cost": 4}))
    story.book.run("import", str(file))
    again = (story.cogs(Type="reimbursement"), skus(story))
    removed = story.book.run("remove", "24000000099")
    story.book.run("undo")
    undone = (story.cogs(Type="reimbursement"), skus(story))
    story.book.run("remove", "24000000099")
    story.bring(file)

    assert removed.status == 0, removed.error
    assert [(Decimal(12), ["MUG"])] * 3 == [again, undone, (story.cogs(Type="reimbursement"), skus(story))]
    story.ties()


@pytest.mark.long
def test_a_sku_alone_is_saved_and_its_line_asks_for_the_rest(story: Story, tmp_path: Path) -> None:
    """Neither the old proposal (0, money only) is accepted with it, nor by a second save of the same sheet."""
    story.bring(a_sale_and_a_payment(tmp_path))
    book = story.book.open()
    resolve = table(book, "Resolve")
    (row,) = [n for n, one in enumerate(resolve.rows) if one["Type"] == "reimbursement"]
    resolve.cell(row, "SKU").value, resolve.cell(row, "Units back").value = "CUP", 3
    book.save(story.book.path)
    saved = story.book.run("save", "--accept-proposals", "--json")
    then = story.book.table("Resolve").rows[row]
    again = story.book.run("save", "--accept-proposals", "--json")

    assert ["CUP"] == [one["sku"] for one in saved.data["saved"]]
    assert ["Not synced"] == [one["still_asks"] for one in saved.data["saved"]]
    assert saved.data["unknown_skus"] == [
        f"Resolve!A{5 + row} (SKU): Finale has not been asked about SKU CUP yet. Sync asks."
    ]
    assert ("CUP", "Not synced", None, None) == tuple(then[name] for name in ("SKU", "Cause", "Proposed cost", "Cost"))
    assert [] == again.data["saved"]
    assert "CUP" == asked(story)["SKU"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"SKU": "MUG", "Units back": 0}, ("(SKU) is MUG", "(Units back) is 0")),
        ({"SKU": "MUG", "Units back": 3, "Disposition": "Money only"}, ("(SKU) is MUG", "(Disposition) is Money only")),
        ({"SKU": "MUG", "Units back": -3, "Cost": 4}, ("(Units back) holds -3",)),
    ],
)
def test_cells_that_contradict_a_sku_are_refused(
    story: Story, tmp_path: Path, typed: dict[str, object], named: tuple[str, ...]
) -> None:
    """Both cells are named, nothing of the row is saved, and what was typed stays."""
    story.bring(a_sale_and_a_payment(tmp_path))
    ran = story.answer((PAID, typed))
    row = asked(story)

    assert all(words in ran.output for words in named), ran.output
    assert "MUG" == row["SKU"]
    assert all(words in str(row["Status"]) for words in named)
    assert [None] == skus(story)


@pytest.mark.long
def test_the_sku_of_a_line_that_names_one_is_not_typed(story: Story, tmp_path: Path) -> None:
    """It is refused with what the line names; an emptied cell is no answer and comes back."""
    story.bring(a_sale_and_a_payment(tmp_path))
    ran = story.answer(({"Type": "sale"}, {"SKU": "MUG", "Cost": 5}))
    row = next(row for row in story.asked() if row["Type"] == "sale")
    story.answer(({"Type": "sale"}, {"SKU": None, "Cost": 5}))

    assert "(SKU) is MUG, and the line itself names SKU CUP" in ran.output
    assert "MUG" == row["SKU"]
    assert Decimal(5) == story.cogs(SKU="CUP")


@pytest.mark.long
def test_a_mistyped_sku_is_said(story: Story, tmp_path: Path) -> None:
    """No line names it and Finale was never asked: the save says so, and saves what was meant."""
    story.bring(a_sale_and_a_payment(tmp_path))
    ran = story.answer((PAID, {"SKU": "MUGG", "Units back": 3, "Cost": 4}))

    assert "Finale has not been asked about SKU MUGG yet, and no other line of the books names it" in ran.output
    assert Decimal(12) == story.cogs(Type="reimbursement")


@pytest.mark.long
def test_only_cells_of_lines_without_sku_may_be_typed_into(story: Story, tmp_path: Path) -> None:
    """The rule of the column looks at what the row was filled with: its last text is the line's own SKU."""
    story.bring(a_sale_and_a_payment(tmp_path))
    filled = {row["Type"]: str(row["Filled"]) for row in story.asked()}

    assert {"sale": False, "reimbursement": True} == {kind: text[-4:] == ' ""]' for kind, text in filled.items()}


@pytest.mark.long
@pytest.mark.parametrize("money_first", [True, False])
def test_item_groups_of_the_entries_go_by_the_typed_sku(story: Story, tmp_path: Path, *, money_first: bool) -> None:
    """A settlement entry that is out keeps its accounts; the COGS entry takes those of the typed SKU."""
    story.bring(a_sale_and_a_payment(tmp_path))
    book = story.book.open()
    accounts = table(book, "Accounts")
    own = [
        {"Line type": name, "Item group": "MUG", "Account": f"Mugs {name}"}
        for name in ("Reimbursements", "Damaged and lost goods")
    ]
    for place, row in enumerate(own, start=len(accounts.rows)):
        for header, value in row.items():
            accounts.cell(place, header).value = value
    listed = accounts.sheet.tables["tblAccounts"]
    start, end = listed.ref.split(":")
    letters = end.rstrip("0123456789")
    listed.ref = listed.autoFilter.ref = f"{start}:{letters}{int(end[len(letters) :]) + len(own)}"
    book.save(story.book.path)
    if money_first:
        sent = story.book.run("export", "24000000099", "--entries", "settlement", "--format", "quickbooks")
        assert sent.status == 0, sent.error + sent.output
    story.answer(SOLD, (PAID, {"SKU": "MUG-1", "Units back": 3, "Cost": 4}))
    story.ties()
    exported = story.book.run("export", "24000000099", "--format", "quickbooks")
    booked = {(row["Account"], row["Debit"] or -(row["Credit"] or 0)) for row in story.book.table("Journal").rows}

    assert exported.status == 0, exported.error + exported.output
    story.ties()
    assert any(str(account).startswith("Mugs") and amount == 12 for account, amount in booked), str(sorted(booked))
    assert (not money_first) == any(str(account).startswith("Mugs") and amount == -21 for account, amount in booked)
