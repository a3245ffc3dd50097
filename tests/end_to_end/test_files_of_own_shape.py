"""Files of shapes and words that nobody declared, through the commands: asked or named, never taken for money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

pytestmark = pytest.mark.long
NUMBER = "24000000099"
EBAY = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - fixed,{column},"
    "Gross transaction amount,Transaction currency\n"
    '"Sep 1, 2026",Order,11-1,{net},USD,"Sep 2, 2026",7600000009,101,9001,SKU-1,1,100.00,0,-10,{value},100.00,USD\n'
)
UNIFIED = (
    "date/time,settlement id,type,order id,sku,description,quantity,marketplace,fulfillment,product sales,selling fees,"
    "{column},fba fees,other transaction fees,other,total\n"
    '"Sep 4, 2026 3:00:00 AM PDT",24000000099,Order,111-1,A,Cup,1,amazon.com,Amazon,100.00,-10.00,{value},0,0,0,{net}\n'
)
NAMES = ("Principal", "Shipping", "Tax", "Promotion", "Referral fee", "Fulfilment fee", "Other fee", "Other", "Net")


@pytest.mark.parametrize(
    ("file", "column", "value", "net", "other"),
    [
        (EBAY, "Loyalty points", "25", "90.00", {}),
        (UNIFIED, "buyer score", "7.00", "90.00", {}),
        (EBAY, "Days to ship", "-3", "90.00", {}),
        (EBAY, "Charity donation", "-1.05", "88.95", {"Other": -1.05}),
    ],
)
def test_a_column_between_two_fees_is_no_money(
    story: Story, tmp_path: Path, file: str, column: str, value: str, net: str, other: dict[str, float]
) -> None:
    """It is named with its sum and not used; a charity donation is declared: a donation, not a fee."""
    path = tmp_path / "report.csv"
    path.write_text(file.format(column=column, value=value, net=net), encoding="utf-8")
    told = story.bring(path).output
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    (line,) = story.lines()
    booked = story.deed(
        *("export", str(line["Settlement ID"]), "--entries", "settlement", "--format", "quickbooks"),
        *("--accept-provisional", "--json"),
    )

    assert {"Principal": 100, "Referral fee": -10, "Net": float(net)} | other == {
        name: line[name] for name in NAMES if line[name]
    }
    unused = f'Column "{column}" is not known and was not used; its numbers sum to {value}.'
    assert (unused in told) is (not other)
    assert booked.data["files"]
    journal = {row["Account"]: row["Debit"] for row in story.book.table("Journal").rows}
    assert (1.05 if other else None) == journal.get("Charitable Contributions")


SHOPIFY = (
    "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,{column},Net,Currency\n"
    "2026-09-01 10:15:01 -0400,charge,#1,2026-09-02,910001,100.00,10.00,{value},{net},USD\n"
)


@pytest.mark.parametrize("file", [EBAY, UNIFIED, SHOPIFY])
def test_a_column_that_is_taken_from_the_sum_of_each_row_is_asked(story: Story, tmp_path: Path, file: str) -> None:
    """It was refused as not tying out, and no later download says anything else; what it is about is asked."""
    column = "Withheld tax (to be deducted)"
    path = tmp_path / "report.csv"
    path.write_text(file.format(column=column, value="3.25", net="86.75"), encoding="utf-8")
    told = story.bring(path).output
    (settlement,) = story.book.table("Settlements").rows
    asked = [row for row in story.book.table("Transaction types").rows if row["Type"]]

    assert "shows that it is money that is taken from it" in told
    assert "Does not tie out" not in settlement["Settlement Export Status"]
    assert [(column, True)] == [(row["Type"], "-3.25" in row["Amount"]) for row in asked]


def moved(word: str, amount: str, *, units: str = "", sku: str = "") -> dict[str, str]:
    """Return a row of money that is no order's."""
    return {**paid(word, amount, units=units, sku=sku), "amount-type": "other-transaction"}


@pytest.mark.parametrize(
    ("word", "prefilled"),
    [
        ("Pallet Wrapping Fee", "Other fees?"),
        ("loading-CHARGE", "Other fees?"),
        ("Photo Fees", "Other fees?"),
        ("Pallet Wrapping", None),
        ("Feeder", None),
        ("Merchant Bad Debt", None),
    ],
)
def test_a_word_that_ends_in_fee_is_prefilled_as_other_fees(
    story: Story, tmp_path: Path, word: str, prefilled: str | None
) -> None:
    """On sheet Transaction types; it blocks the settlement entry until it is said, as every unknown word does."""
    story.bring(v2(tmp_path, [moved(word, "-3.00")]))
    (asked,) = story.book.table("Transaction types").rows
    refused = story.book.run("export", NUMBER, "--entries", "settlement", "--format", "quickbooks")
    story.type("Transaction types", {"Type": asked["Type"]}, {"Line type": "Other fees"})

    assert (f"other-transaction / {word}", prefilled) == (asked["Type"], asked["Line type"])
    assert (2, True) == (refused.status, "Unknown types (1)" in refused.error)
    assert {"Marketplace Other Fees": Decimal(3), "Amazon Clearing USD": Decimal(-3)} == story.export(NUMBER)
    story.ties()


@pytest.mark.parametrize("word", ["Failed Disbursement", "Unsuccessful transfer", "Transfer of funds unsuccessful"])
def test_money_that_the_bank_sent_back_is_cleared(story: Story, tmp_path: Path, word: str) -> None:
    """50.00 goes where the settlement's total does, and is no income: 20.00 of sales are all."""
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1"), moved(word, "50.00")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    profit = story.deed("pnl", "--json").data
    booked = story.export(NUMBER)

    assert [] == [row for row in story.book.table("Transaction types").rows if row["Type"]]
    assert Decimal(15) == Decimal(profit["profit"])
    assert (Decimal(-20), Decimal(20)) == (booked["Marketplace Sales"], booked["Amazon Clearing USD"])
    story.ties()


@pytest.mark.parametrize("amount", ["-4.00", "-0.01", "4.00"])
def test_bad_debt_is_asked(story: Story, tmp_path: Path, amount: str) -> None:
    """It has no fixed meaning: as a chargeback it is part of the profit, as a loan of none."""
    story.bring(v2(tmp_path, [moved("Merchant Bad Debt", amount)]))
    before = story.deed("pnl", "--json", status=1).data
    story.type("Transaction types", {"Type": "other-transaction / Merchant Bad Debt"}, {"Line type": "Loans"})
    after = story.deed("pnl", "--json").data

    assert (1, amount) == (before["lines_of_unknown_type"], before["amount_of_unknown_type"])
    assert (0, Decimal(0)) == (after["lines_of_unknown_type"], Decimal(after["profit"]))
    assert {"Loans Payable Amazon", "Amazon Clearing USD"} == set(story.export(NUMBER))


SHOPIFY = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"


@pytest.mark.parametrize(
    ("word", "account"),
    [
        ("RESERVED_FUNDS", "Shopify Reserves USD"),
        ("reserved_funds_reversal", "Shopify Reserves USD"),
        ("Reserved Funds Withdrawal", "Shopify Reserves USD"),
        ("ADVANCE", "Loans Payable Shopify"),
    ],
)
def test_a_word_inside_an_identifier_is_seen(story: Story, tmp_path: Path, word: str, account: str) -> None:
    """Reserves and loans never post to clearing, however they are spelled."""
    file = tmp_path / "payments.csv"
    file.write_text(f"{SHOPIFY}2026-09-03 12:00:00 +0000,{word},,2026-09-06,931,-10.00,0.00,-10.00,USD\n", "utf-8")
    story.bring(file)
    out = story.deed("export", "931", "--format", "quickbooks", "--accept-provisional", "--json")

    assert out.data["files"]
    assert {account: 10, "Shopify Clearing USD": None} == {
        row["Account"]: row["Debit"] for row in story.book.table("Journal").rows
    }
    story.ties()


def report(folder: Path) -> str:
    """Return a settlement report of one sale of 20.00."""
    return v2(folder, [item("Order", "1", "20.00", units="1")]).read_text(encoding="utf-8")


@pytest.mark.parametrize("shape", ["UTF-16", "sep=", "quotes"])
def test_a_sound_file_of_another_shape_is_read(story: Story, tmp_path: Path, shape: str) -> None:
    """As spreadsheet programs save it; and again it is the same settlement."""
    text = report(tmp_path)
    quoted = "".join("\t".join(f'"{cell}"' for cell in line.split("\t")) + "\r\n" for line in text.splitlines())
    contents = {"UTF-16": text.encode("utf-16"), "sep=": f"sep=\t\n{text}".encode(), "quotes": quoted.encode()}
    file = tmp_path / "saved.txt"
    file.write_bytes(contents[shape])
    story.bring(file)
    again = story.deed("import", str(tmp_path / f"{NUMBER}.txt")).output
    (line,) = story.lines()

    assert ("A", 1, 20) == (line["SKU"], line["Units"], line["Net"])
    assert "nothing changed" in again, again


@pytest.mark.parametrize(
    ("cut", "named"),
    [
        ("\tsku\tquantity-purchased", "lacks the columns sku, quantity-purchased"),
        ("\tamount-type", "lacks the column amount-type"),
        ("everything", "no settlement file that Cogsheet knows. It begins with 'name,price'"),
    ],
)
def test_a_file_that_is_refused_names_the_nearest_format(story: Story, tmp_path: Path, cut: str, named: str) -> None:
    """What is missing, and what to download instead; nothing is stored."""
    file = tmp_path / "odd.txt"
    file.write_text("name,price\nx,1\n" if cut == "everything" else report(tmp_path).replace(cut, "", 1), "utf-8")
    ran = story.deed("import", str(file), status=2)

    assert "odd.txt, line 1: " in ran.error
    assert named in ran.error
    assert "Amazon settlement report (V2 flat file)" in ran.error
    assert "ownload" in ran.error
    assert [] == [row for row in story.book.table("Settlements").rows if row["Settlement ID"]]
