"""What files of `../shared/cases` must give, figure by figure, through the commands; see the README beside them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.demo_book import DemoBook, run, table
from tests.end_to_end.stories import CASES, Story, needs_cases


def settlement_of(story: Story) -> dict[str, Any]:
    """Return the only row of sheet Settlements."""
    (row,) = story.book.table("Settlements").rows
    return row


def call(story: Story, choices: dict[str, str]) -> None:
    """Answer types on sheet Transaction types; the next command takes them."""
    book = story.book.open()
    types = table(book, "Transaction types")
    for place, row in enumerate(types.rows):
        if row["Type"] in choices:
            types.cell(place, "Line type").value = choices.pop(row["Type"])
    assert not choices, f"not asked: {choices}"
    book.save(story.book.path)


def entry_of(story: Story, ledger: str = "quickbooks") -> list[dict[str, str]]:
    """Export the settlement entry alone and return the rows of its file."""
    settlement = str(settlement_of(story)["Settlement ID"])
    ran = story.deed(
        *("export", settlement, "--format", ledger, "--entries", "settlement", "--accept-provisional", "--json")
    )
    return [row for file in ran.data["files"] for row in csv.DictReader(io.StringIO(Path(file).read_text("utf-8")))]


def by_line_type(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    """Return the amounts of an entry by the line type that its description ends with, money to the seller +."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        name = row["Description"].rpartition(": ")[2]
        amount = Decimal(row["Credits"] or 0) - Decimal(row["Debits"] or 0)
        sums[name] = sums.get(name, Decimal(0)) + amount
    return sums


@pytest.mark.long
@needs_cases
def test_ebay_in_german_is_read_as_the_english_report(story: Story) -> None:
    """23.00 gross, 3.25 of fees, 19.75 paid; one lamp at 5.00."""
    story.bring(CASES / "ebay_de.csv")
    story.answer(({"SKU": "LAMP-1"}, {"Cost": 5}))
    (line,) = story.lines()

    assert ("7590000001", Decimal("19.75"), "EUR") == (
        settlement_of(story)["Settlement ID"],
        Decimal(str(settlement_of(story)["Total"])),
        settlement_of(story)["Currency"],
    )
    assert ("sale", "11-11111-11111", "LAMP-1", 1) == tuple(line[x] for x in ("Type", "Order ID", "SKU", "Units"))
    assert [20, 3, -3.25, 19.75, 5] == [line[x] for x in ("Principal", "Shipping", "Referral fee", "Net", "COGS")]
    assert {
        "Sales": Decimal(20),
        "Shipping and gift wrap": Decimal(3),
        "Referral fees": Decimal("-3.25"),
    }.items() <= by_line_type(entry_of(story)).items()


@pytest.mark.long
@needs_cases
@pytest.mark.parametrize("name", ["ebay_uk_vat_rate_number.csv", "ebay_uk_vat_rate_percent.csv"])
def test_a_vat_rate_is_the_tax_rate_of_gross_prices(tmp_path: Path, name: str) -> None:
    """Net sales 23.00 gross with 20 % VAT in it (3.33 and 0.50), fees -3.25 without."""
    story = Story(DemoBook(tmp_path / "Books.xlsm"))
    story.deed("new", "--company", tmp_path.name, "--currency", "GBP")
    story.bring(CASES / name)
    number_accounts(story)
    profit = story.deed("pnl", "--json", status=1).data
    rows = [
        (row["Description"].rpartition(": ")[2], row["*TaxRate"], -Decimal(row["*Amount"]))
        for row in entry_of(story, "xero")
    ]
    vat = sum((round(amount * 20 / 120, 2) for _, rate, amount in rows if rate == "20% (VAT on Income)"), Decimal(0))

    assert Decimal(23) == Decimal(profit["net_sales"])
    assert [
        ("Sales", "20% (VAT on Income)", Decimal(20)),
        ("Shipping and gift wrap", "20% (VAT on Income)", Decimal(3)),
        ("Referral fees", "Tax Exempt (0%)", Decimal("-3.25")),
        ("Settlement total", "Tax Exempt (0%)", Decimal("-19.75")),
    ] == rows
    assert Decimal("3.83") == vat


@pytest.mark.long
@needs_cases
@pytest.mark.parametrize(
    ("rate", "code"),
    [
        ("5%", "5% (VAT on Income)"),
        ("17.5", "17.5% (VAT on Income)"),
        ("0", "0% (VAT on Income)"),
        ("--", "Tax Exempt (0%)"),
    ],
)
def test_the_rate_of_a_line_stands_in_its_entry_and_in_what_takes_it_back(tmp_path: Path, rate: str, code: str) -> None:
    """Of the prices alone, whatever the rate; reopened, the reversal names the same one."""
    story = Story(DemoBook(tmp_path / "Books.xlsm"))
    story.deed("new", "--company", tmp_path.name, "--currency", "GBP")
    text = (CASES / "ebay_uk_vat_rate_percent.csv").read_text(encoding="utf-8-sig")
    assert 1 == text.count('"20%"')
    file = tmp_path / "transactions.csv"
    file.write_text(text.replace('"20%"', f'"{rate}"'), encoding="utf-8-sig")
    story.bring(file)
    number_accounts(story)
    booked = rates_of(entry_of(story, "xero"))
    number = str(settlement_of(story)["Settlement ID"])
    reopened = story.deed("reopen", number, "--imported", "--reason", "another rate", "--json").data["files"]
    rows = [row for one in reopened for row in csv.DictReader(io.StringIO(Path(one).read_text("utf-8")))]

    exempt = "Tax Exempt (0%)"
    assert {
        "Sales": code,
        "Shipping and gift wrap": code,
        "Referral fees": exempt,
        "Settlement total": exempt,
    } == booked
    assert booked == rates_of(rows)
    story.ties()


def rates_of(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the tax rate of each line type of an entry for Xero."""
    return {row["Description"].rpartition(": ")[2]: row["*TaxRate"] for row in rows}


def number_accounts(story: Story) -> None:
    """Type a code beside every account, which Xero asks for."""
    book = story.book.open()
    accounts = table(book, "Accounts")
    for place, row in enumerate(accounts.rows):
        if row["Account"]:
            accounts.cell(place, "Number").value = str(200 + place)
    book.save(story.book.path)


@pytest.mark.long
@needs_cases
def test_fee_words_are_fees_of_their_own_types(story: Story) -> None:
    """Inbound 6, storage 2, removal and disposal 2, returns and grading 4; two loans; four are asked and block."""
    story.bring(CASES / "v2_fee_words.txt")
    story.answer(({"Type": "reimbursement"}, {"Cost": 3, "Units back": 2, "SKU": "MUG"}))
    refused = story.book.run("export", "24000000012", "--format", "quickbooks", "--entries", "settlement")
    asked = {row["Type"] for row in story.book.table("Transaction types").rows}
    (loans,) = (row for row in story.book.table("Accounts").rows if row["Line type"] == "Loans")
    call(story, dict.fromkeys(asked, "Other fees"))

    assert (2, True) == (refused.status, "Unknown types (4)" in refused.error)
    assert ("Loans Payable {store}", True) == (loans["Account"], "split it off" in loans["What it is"])
    assert "Repayments hold interest" in loans["What it is"]
    assert {
        f"other-transaction / {word}"
        for word in (
            *("BalanceAdjustment", "Account level inventory fee", "Non-subscription Fee Adjustment"),
            "SellerFulfilledPrime",
        )
    } == asked
    assert {
        "Inbound transport and prep": Decimal(-6),
        "Long-term storage": Decimal(-2),
        "Removal and disposal": Decimal(-2),
        "Return processing": Decimal(-4),
        "Coupons and Vine": Decimal(-1),
        "Regulatory and digital service fees": Decimal(-1),
        "Reimbursements": Decimal(-1),
        "Loans": Decimal(-2),
        "Other fees": Decimal(-1) - len(asked),
        "Settlement total": Decimal(24),
    } == by_line_type(entry_of(story))


@pytest.mark.long
@needs_cases
def test_walmarts_words_have_their_line_types(story: Story) -> None:
    """Advertising is 14,430.60 and 342.91; storage, inbound, removal, returns, disposal and reviews stand apart."""
    story.bring(CASES / "walmart_real_words.csv")
    story.answer(({"Cause": "Not synced"}, {"Cost": 5}))
    sums = by_line_type(entry_of(story))

    assert {
        "Advertising": Decimal("-14430.60") - Decimal("342.91"),
        "Storage": Decimal("-3922.52"),
        "Inbound transport and prep": Decimal("-7238.91") - Decimal("36.40"),
        "Removal and disposal": Decimal("-6639.50") - Decimal("22.05") - Decimal("20.85"),
        "Return processing": Decimal("-821.90"),
        "Coupons and Vine": Decimal("-420.00"),
        "Fulfilment fees": Decimal("-39733.06"),
    }.items() <= sums.items()


@pytest.mark.long
@needs_cases
def test_shopifys_words_have_their_line_types(story: Story) -> None:
    """Sales tax of 2.96 against its sale, Shop Cash in the price, a reserve, and a debit that is the cost of goods."""
    story.bring(CASES / "shopify_words.csv")
    story.answer(({"Type": "sale"}, {"Units back": 1, "Cost": 5}))
    (debit,) = (row for row in story.lines() if row["Marketplace's word"] == "shopify_collective_debit")
    profit = story.book.run("pnl", "--json").data
    call(story, {"adjustment": "Other fees", "debit": "Other fees", "credit": "Other fees"})
    booked = entry_of(story)

    assert "A supplier's shop is paid for goods that it ships: the cost of its order." == debit["Cost note"]
    assert (Decimal(5), Decimal("-10.41") + 10 - 5) == (Decimal(profit["cogs"]), Decimal(profit["profit"]))  # once
    assert {
        "Sales": Decimal("56.29") - Decimal("2.96"),  # charged back and won; the tax has no tax of its order to meet
        "Discounts paid by the marketplace": Decimal("15.68"),
        "Payment processing": Decimal("-1.93") - Decimal("0.39"),
        "Postage and labels": Decimal("-7.10"),
        "Penalties and dispute fees": Decimal("-15.00"),
        "Advertising": Decimal("-27.00"),
        "Reserve": Decimal("-10.00"),
        "Goods bought from a supplier's shop": Decimal("-4.00"),
        "Other fees": Decimal("-14.00"),
        "Settlement total": Decimal("10.41"),
    } == by_line_type(booked)
    assert ["Cost of Goods Sold:Drop-shipped"] == [row["Account Name"] for row in booked if row["Debits"] == "4.00"]


@needs_cases
def test_a_dropped_character_is_said_by_import_and_inspect(story: Story) -> None:
    """1 control character of line 2, in both."""
    file = str(CASES / "xml_control_char.xml")
    said = "1 control character was left out (line 2)"

    assert said in run("inspect", file).output
    assert any(said in one["message"] for one in run("inspect", file, "--json").data["problems"])
    assert said in story.deed("import", file).output


@pytest.mark.long
@needs_cases
@pytest.mark.parametrize(
    "files",
    [("ebay_1_august.csv", "ebay_2_september.csv"), ("ebay_uk_vat_rate_number.csv",), ("unified_2_october.csv",)],
)
def test_the_lines_of_a_payout_add_up_to_its_total(story: Story, files: tuple[str, ...]) -> None:
    """Its own row is none of them."""
    for name in files:
        story.deed("import", str(CASES / name))
    net = sum((Decimal(str(line["Net"])) for line in story.lines()), Decimal(0))

    assert Decimal(str(settlement_of(story)["Total"])) == net


EBAY = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - fixed,"
    "Gross transaction amount,Transaction currency"
)


def sold(net: str, price: str, *, item: str = "101", fee: str = "-10", gross: str = "100") -> str:
    """Return the row of an order of payout 7600000009, or of an item of it."""
    return (
        f'"Sep 1, 2026",Order,11-1,{net},USD,"Sep 2, 2026",7600000009,{item},90{item},SKU-{item},1,{price},0,{fee},'
        f"{gross},USD"
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("rows", "beyond"),
    [
        ((sold("70.00", "100"),), "-20"),
        ((sold("95.00", "100"),), "5"),
        ((sold("90.00", "--", item="--", fee="--"), sold("--", "60", fee="-6", gross="--")), "36"),
    ],
    ids=["less than the columns say", "more", "an item is missing"],
)
def test_what_no_column_explains_is_asked(story: Story, tmp_path: Path, rows: tuple[str, ...], beyond: str) -> None:
    """It blocks the settlement entry until somebody has said what it is; before, it was posted as an adjustment."""
    file = tmp_path / "payout.csv"
    file.write_text("\n".join([EBAY, *rows]) + "\n", encoding="utf-8")
    story.bring(file)
    story.answer(({"Cause": "Not synced"}, {"Cost": 5}))
    (asked,) = story.book.table("Transaction types").rows
    refused = story.book.run("export", "7600000009", "--format", "quickbooks", "--accept-provisional")
    call(story, {"Net amount beyond its columns": "Other fees"})
    booked = by_line_type(entry_of(story))

    assert ("Net amount beyond its columns", f"USD {Decimal(beyond):.2f}") == (asked["Type"], asked["Amount"])
    assert (2, True) == (refused.status, "Unknown types (1)" in refused.error)
    assert Decimal(beyond) == booked["Other fees"]
    assert "Adjustments" not in booked
