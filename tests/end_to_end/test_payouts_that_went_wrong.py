"""Payouts and their files that once were read wrongly, by the commands that a bookkeeper uses.

Files of `../shared/cases` are tried where they lie beside the repository; other stories make their files themselves.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.end_to_end.demo_book import DemoBook, run
from tests.end_to_end.stories import CASES, Story, needs_cases


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
