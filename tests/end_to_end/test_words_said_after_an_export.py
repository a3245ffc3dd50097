"""Words and goods that are known only after the COGS entry went out: a true-up and a settlement entry, no reopening."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import balances, item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"
LOST = "Reimbursements for lost or damaged goods"


def costs_out(story: Story, folder: Path, said: str, amount: str = "12.00") -> None:
    """Export the COGS entry of a sale of 5.00 beside a word that nobody knows; then say what the word is."""
    word = {**paid("ODD_WORD", amount, units="", sku=""), "amount-type": "other-transaction"}
    story.bring(v2(folder, [item("Order", "1", "20.00", units="1"), word]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.deed("export", NUMBER, "--entries", "cogs", "--format", "quickbooks")
    story.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": said})
    story.book.run("resolve")


def settled(story: Story) -> dict[str, Decimal]:
    """Export the settlement entry, and return what it posts."""
    return balances(
        story.deed("export", NUMBER, "--entries", "settlement", "--format", "quickbooks", "--json").data["files"]
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("Storage", "-12.00"),
        pytest.param("Advertising", "-7.50", marks=pytest.mark.long),
        pytest.param("Tips", "3.00", marks=pytest.mark.long),
    ],
)
def test_money_goes_into_the_settlement_entry(story: Story, tmp_path: Path, said: str, amount: str) -> None:
    """No goods are asked, no true-up is proposed, and everything ties out."""
    costs_out(story, tmp_path, said, amount)

    assert [] == story.asked()
    assert -Decimal(amount) in settled(story).values()
    assert [] == story.pending()
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "amount", "units", "cost"),
    [
        (LOST, "12.00", 2, 4),
        pytest.param(LOST, "30.00", 1, 7.25, marks=pytest.mark.long),
        pytest.param("Liquidations", "9.00", 3, 2.5, marks=pytest.mark.long),
    ],
)
def test_goods_that_are_typed_then_become_a_true_up(
    story: Story, tmp_path: Path, said: str, amount: str, units: int, cost: float
) -> None:
    """Asked on Resolve, answered, undone, answered again, dismissed, taken up and posted; the lock stays."""
    costs_out(story, tmp_path, said, amount)
    answer = {"SKU": "A", "Units back": units, "Cost": cost}
    (asked,) = story.asked()
    row = {"Type": asked["Type"]}
    story.answer((row, answer), accept=False)
    (proposed,) = story.pending()
    story.deed("undo")
    undone = (len(story.asked()), story.pending())
    settled(story)
    story.answer((row, answer), accept=False)
    story.ties()
    story.decide("dismiss", "the year is closed")
    dismissed = story.pending()

    assert ("A", units * cost) == (proposed["SKU"], proposed["Difference"])
    assert (1, []) == undone
    assert [] == dismissed
    story.ties()
    assert Decimal(5) == sum((Decimal(str(line["COGS"] or 0)) for line in story.lines()), Decimal(0))


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "then", "kinds"),
    [
        ("Sales", LOST, "Cost of goods sold → Damaged and lost goods"),
        (LOST, "Liquidations", "Damaged and lost goods → Cost of goods sold"),
        (LOST, "Sales", "Damaged and lost goods → Cost of goods sold"),
    ],
)
def test_goods_that_cost_as_much_as_something_else_move_to_its_account(
    story: Story, tmp_path: Path, first: str, then: str, kinds: str
) -> None:
    """2 at 4.00 exported as one thing and answered as another: nothing more is expensed, and 8.00 move."""
    word = {**paid("ODD_WORD", "12.00", units="2", sku="A"), "amount-type": "other-transaction"}
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), word]))
    story.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": first})
    story.book.run("resolve")
    for asked in story.asked():
        story.answer(({"Order ID": asked["Order ID"], "Type": asked["Type"]}, {"Cost": 4}))
    story.deed("export", NUMBER, "--format", "quickbooks")
    story.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": then})
    story.book.run("resolve")
    for asked in story.asked():
        story.answer(({"Type": asked["Type"]}, {"Cost": 4}))
    (proposed,) = (row for row in story.pending() if row["Type"] != "Reclassification")
    listed = story.book.run("trueups")
    posted = balances(story.decide("accept").data["files"])
    moved = {account: posted[account] for account in ("Cost of Goods Sold", "Damaged and Lost Inventory")}

    assert (0, f"kind of cost: {kinds}") == (proposed["Difference"], proposed["What changed"])
    assert "USD 8.00 of cost moves to other accounts, in 1 true-up." in listed.output
    assert [Decimal(-8), Decimal(8)] == sorted(moved.values())
    assert 0 == posted.get("Inventory Asset", 0)
    story.ties()
    assert [] == story.pending()


@pytest.mark.long
@pytest.mark.parametrize(("said", "cogs"), [(LOST, "8.00"), ("Storage", "5.00"), ("Liquidations", "8.00")])
def test_what_is_corrected_in_another_currency_counts_in_the_profit_and_loss(
    story: Story, tmp_path: Path, said: str, cogs: str
) -> None:
    """Cost true-ups, reclassifications and entries taken back of a Canadian store, with a rate for some days alone."""
    word = {**paid("ODD_WORD", "12.00", units="1", sku="A"), "amount-type": "other-transaction"}
    rows = [item("Order", "1", "20.00", units="1"), word]
    story.bring(v2(tmp_path, rows, currency="CAD", site="Amazon.ca"))
    story.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": "Tips"})
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    for day, rate in (("2026-09-02", 0.75), ("2026-09-20", 0.8)):
        story.type("Exchange rates", {"Currency": "CAD", "Date": day}, {"Rate": rate})
    story.deed("export", NUMBER, "--format", "quickbooks")
    story.type("Transaction types", {"Type": "other-transaction / ODD_WORD"}, {"Line type": said})
    story.book.run("resolve")
    for asked in story.asked():
        story.answer(({"Type": asked["Type"]}, {"Cost": 3}))
    story.decide("accept")
    corrected = story.book.run("pnl", "--json")
    story.deed("reopen", NUMBER, "--imported", "--reason", "once more")
    reopened = story.book.run("pnl", "--json")

    assert ["", ""] == [corrected.error, reopened.error]
    assert Decimal(cogs) == Decimal(corrected.data["cogs"])


@pytest.mark.long
@pytest.mark.parametrize("out", [(), ("1",), ("1", "2")])
def test_posted_elsewhere_says_which_settlement_entries_stay(
    story: Story, tmp_path: Path, out: tuple[str, ...]
) -> None:
    """None, one and both of two settlements have a settlement entry that was exported from here."""
    names = [f"Amazon/{NUMBER}{number}" for number in ("1", "2")]
    for number in ("1", "2"):
        story.bring(v2(tmp_path, [item("Order", number, "20.00", units="1")], f"{NUMBER}{number}"))
    for number in out:
        story.deed("export", f"{NUMBER}{number}", "--entries", "settlement", "--format", "quickbooks")

    ran = story.deed("posted-elsewhere", *names, "--reason", "COGS by hand")

    staying = [name for name in names if name[-1] in out]
    said = [
        f"settlement {name} is locked as posted elsewhere, without an entry; its settlement entry" for name in names
    ]
    assert [name in staying for name in names] == [words in ran.output for words in said]
    left = {0: "2 settlements locked as posted elsewhere, without an entry.", 1: "1 settlement locked", 2: "The COGS"}
    assert ran.output.startswith(left[len(out)])
    story.ties()


@pytest.mark.long
def test_an_answer_is_posted_by_its_true_up(story: Story, tmp_path: Path) -> None:
    """3 lost at 4.00: 12.00 to the account of losses, and nothing is asked any more."""
    costs_out(story, tmp_path, LOST)
    ran = story.answer(({"Type": "reimbursement"}, {"SKU": "A", "Units back": 3, "Cost": 4}), accept=False)
    files = story.decide("accept").data["files"]
    settled(story)

    assert "1 answer concerns exported settlements" in ran.output
    assert {"Damaged and Lost Inventory": Decimal(12), "Inventory Asset": Decimal(-12)} == balances(files)
    assert [] == [*story.asked(), *story.pending()]
    assert ["Exported"] == [row["Settlement Export Status"] for row in story.book.table("Settlements").rows]
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "amount"),
    [
        (LOST, "12.00"),
        ("Liquidations", "9.00"),
        ("Reimbursements for lost or damaged goods", "31.40"),
    ],
)
def test_goods_that_are_asked_after_the_export_are_named_by_pnl_and_close(
    story: Story, tmp_path: Path, said: str, amount: str
) -> None:
    """Both say that the profit is too high and need attention, until the cost is there and posted."""
    costs_out(story, tmp_path, said, amount)

    pnl = story.book.run("pnl", "--json")
    close = story.book.run("close", "2026-09", "--json")

    assert (1, 1) == (pnl.status, pnl.data["lines_missing_cost"])
    assert (1, 1) == (close.status, close.data["open"]["lines_without_cost"])
    (asked,) = story.asked()
    story.answer(({"Type": asked["Type"]}, {"SKU": "A", "Units back": 3, "Cost": 4}), accept=False)
    assert 1 == story.book.run("close", "2026-09", "--json").data["open"]["true_ups"]
    story.decide("accept")
    ran = story.book.run("pnl", "--json")
    assert (0, 0, Decimal("17.00")) == (ran.status, ran.data["lines_missing_cost"], Decimal(ran.data["cogs"]))


BALANCES = "Reserves and transfers"


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "amount", "part", "account"),
    [
        ("Tips", "3.00", "Other income", "Tips"),
        ("Duties collected", "4.50", "Tax", "Duties Payable"),
        ("Duties collected", "-4.50", "Tax", "Duties Payable"),
        ("Donations", "-1.25", "Other income", "Charitable Contributions"),
        ("Loans", "-6.00", BALANCES, "Loans Payable Amazon"),
        ("Reserve", "7.00", BALANCES, "Amazon Reserves USD"),
    ],
)
def test_money_has_one_place_in_the_profit_and_loss_and_one_account(
    story: Story, tmp_path: Path, said: str, amount: str, part: str, account: str
) -> None:
    """Tips are income in both, duties are owed in both; verify compares month by month and class by class."""
    costs_out(story, tmp_path, said, amount)
    profit = story.deed("pnl", "--json").data
    booked = settled(story)
    (row,) = (row for row in story.book.table("P&L").rows if "ODD_WORD" in str(row["Item"]))

    net = Decimal(amount)
    assert {part: float(amount)} == {
        name: row[name]
        for name in ("Sales", "Refunds", "Fees", "Advertising", "Reimbursements", "Other income", "Tax", BALANCES)
        if row[name]
    }
    assert Decimal(15) + (net if part == "Other income" else 0) == Decimal(profit["profit"])
    assert {"Marketplace Sales": Decimal(-20), "Amazon Clearing USD": Decimal(20) + net, account: net * -1} == booked
    checked = story.deed("verify", "--json").data["tie_outs"]
    assert [True] == [one["ok"] for one in checked if "months in which P&L and journal differ" in one["name"]]


@pytest.mark.long
@pytest.mark.parametrize(
    ("line_type", "old"),
    [
        ("Sales", "Marketplace Sales"),
        ("Cost of goods sold", "Cost of Goods Sold"),
        ("Inventory sold", "Inventory Asset"),
    ],
)
def test_a_reversal_posts_where_its_entry_did(story: Story, tmp_path: Path, line_type: str, old: str) -> None:
    """An account that was changed since holds for the next entry alone; the old account comes to nothing."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    first = story.export(NUMBER)
    story.type("Accounts", {"Line type": line_type}, {"Account": "Ours"})
    reversal = balances(
        story.deed("reopen", NUMBER, "--imported", "--reason", "another account", "--json").data["files"]
    )
    second = story.export(NUMBER)

    assert {account: -amount for account, amount in first.items()} == reversal
    assert old not in second
    assert first[old] == second["Ours"]
    assert reversal == story.posted("reversal")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(("price", "account"), [("20.00", "Marketplace Sales"), ("7.35", "Our sales"), ("0.01", "S")])
def test_a_settlement_entry_that_went_out_alone_is_reopened(
    story: Story, tmp_path: Path, price: str, account: str
) -> None:
    """Its reversal leaves nothing on any account, and the entry goes out again; COGS was never posted."""
    story.bring(v2(tmp_path, [item("Order", "1", price, units="1")]))
    first = settled(story)
    again = story.book.run("export", NUMBER, "--entries", "settlement", "--format", "quickbooks")
    story.type("Accounts", {"Line type": "Sales"}, {"Account": account})
    reopened = story.deed("reopen", NUMBER, "--imported", "--reason", "a wrong account", "--json").data
    (row,) = story.book.table("Settlements").rows
    second = settled(story)

    assert {"Marketplace Sales": -Decimal(price), "Amazon Clearing USD": Decimal(price)} == first
    assert 2 == again.status
    assert [f"Amazon {NUMBER} 2026-09 settlement r1"] == reopened["reversed"]
    assert {name: -amount for name, amount in first.items()} == balances(reopened["files"])
    assert "Settlement exported" not in row["Settlement Export Status"]
    assert {account: -Decimal(price), "Amazon Clearing USD": Decimal(price)} == second
    assert {} == story.posted("COGS")
    story.ties()
