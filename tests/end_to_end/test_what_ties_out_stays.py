"""Files of a payout of which the books have a reading that ties out, by the commands of a bookkeeper."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import CASES, item, needs_cases, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

EBAY = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - fixed,"
    "Gross transaction amount,Transaction currency"
)
PAID = '"Sep 2, 2026",Payout,--,-130.00,USD,"Sep 2, 2026",7600000009,--,--,--,--,--,--,--,-130.00,USD'


def order(number: int, day: str, price: int, fee: int = 10) -> str:
    """Return the row of an order of payout 7600000009."""
    return (
        f'"{day}, 2026",Order,11-{number},{price - fee}.00,USD,"Sep 2, 2026",7600000009,10{number},90{number},'
        f"SKU-{number},1,{price},0,-{fee},{price},USD"
    )


FIRST, SECOND, THIRD = order(1, "Aug 30", 100), order(2, "Aug 31", 20), order(3, "Sep 1", 40)
"""90 + 10 + 30 are the payout's 130.00."""


def export_of(folder: Path, name: str, *rows: str) -> str:
    """Write a transaction report of eBay."""
    file = folder / name
    file.write_text("\n".join([EBAY, *rows]) + "\n", encoding="utf-8")
    return str(file)


def proved(story: Story, folder: Path) -> None:
    """Bring two months that come to the payout, with their costs."""
    story.deed("import", export_of(folder, "august.csv", FIRST, SECOND))
    story.deed("import", export_of(folder, "september.csv", THIRD, PAID))
    story.book.run("resolve")
    story.answer(({"Type": "sale"}, {"Cost": 5}))


OTHERWISE = [
    pytest.param((SECOND, order(9, "Aug 31", 25)), "145.00", "sale 11-9 SKU-9: 15.00 (1 unit)", id="a row more"),
    pytest.param((order(2, "Aug 31", 20, 11), THIRD, PAID), "139.00", "9.00 (1 unit) instead of 10.00", id="a fee"),
    pytest.param((FIRST, order(1, "Aug 30", 100)), "220.00", "180.00 (2 units) instead of 90.00", id="a row twice"),
    pytest.param((THIRD, PAID, PAID), "260.00", "payout: -260.00 instead of -130.00", id="the payout twice"),
]


@pytest.mark.long
@pytest.mark.parametrize("is_out", [pytest.param(False, marks=pytest.mark.long), True], ids=["open", "exported"])
@pytest.mark.parametrize(("rows", "together", "named"), OTHERWISE)
def test_a_file_that_would_no_longer_tie_changes_nothing(
    story: Story, tmp_path: Path, rows: tuple[str, ...], together: str, named: str, *, is_out: bool
) -> None:
    """It is named with its lines and sums; the payout stays at 130.00, ready or exported, with nothing proposed."""
    proved(story, tmp_path)
    if is_out:
        story.deed("export", "7600000009", "--format", "quickbooks", "--accept-provisional")
    (before,) = story.book.table("Settlements").rows
    told = story.deed("import", export_of(tmp_path, "again.csv", *rows), status=1).output

    assert "come to its total of 130.00 USD and are unchanged. With this file" in told, told
    assert named in told, told
    assert together in told or "260.00" == together, told
    assert ("reopen the settlement, remove it" in told) is is_out, told
    assert [before] == story.book.table("Settlements").rows
    assert [] == story.pending()
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("rows", [(FIRST,), (THIRD, PAID), (FIRST, SECOND, THIRD)])
def test_a_file_that_says_no_more_is_known(story: Story, tmp_path: Path, rows: tuple[str, ...]) -> None:
    """A part of what went out is no contradiction of it: nothing is proposed, nothing to be looked at."""
    proved(story, tmp_path)
    story.deed("export", "7600000009", "--format", "quickbooks", "--accept-provisional")
    told = story.deed("import", export_of(tmp_path, "again.csv", *rows)).output

    assert "was imported already; nothing changed" in told
    assert [] == story.pending()
    story.ties()


@pytest.mark.long
def test_the_rows_of_a_payout_of_nothing_come_after_its_own_row(story: Story, tmp_path: Path) -> None:
    """A payout's own row of 0.00 proves nothing: the rows that follow it file by file are united."""
    nothing = PAID.replace("-130.00", "0.00")
    story.deed("import", export_of(tmp_path, "payout.csv", nothing))
    story.deed("import", export_of(tmp_path, "august.csv", SECOND), status=1)
    story.deed("import", export_of(tmp_path, "september.csv", order(3, "Sep 1", 0)))
    (row,) = story.book.table("Settlements").rows

    assert "Does not tie out" not in row["Settlement Export Status"]


def report(folder: Path, commission: str, *, total: str = "") -> str:
    """Write a settlement report of one sale; without a total of its own it states the sum."""
    fee = {**item("Order", "1", commission), "amount-type": "ItemFees", "amount-description": "Commission"}
    folder.mkdir()
    file = v2(folder, [item("Order", "1", "100.00", units="2"), fee])
    text = file.read_text(encoding="utf-8")
    own = f"{100 + Decimal(commission)}"
    assert f"\t{own}\t" in text
    file.write_text(text.replace(f"\t{own}\t", f"\t{total or own}\t"), encoding="utf-8")
    return str(file)


@pytest.mark.long
@pytest.mark.parametrize(("first", "total"), [("-15.00", "45.00"), ("-15.00", "75.00"), ("-90.00", "0.00")])
def test_a_report_that_does_not_tie_is_not_exported_and_says_what_to_do(
    story: Story, tmp_path: Path, first: str, total: str
) -> None:
    """The remedy works: the corrected report is imported and takes its place."""
    story.deed("import", report(tmp_path / "first", first, total=total), status=1)
    refused = story.book.run("export", "24000000099", "--format", "quickbooks")
    story.deed("import", report(tmp_path / "second", f"{Decimal(total) - 100}"))
    (row,) = story.book.table("Settlements").rows

    assert 2 == refused.status
    assert "download its report anew and import that" in refused.error
    assert Decimal(total) == Decimal(str(row["Total"]))
    assert "Does not tie out" not in row["Settlement Export Status"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("out", "total", "steps"),
    [
        (("posted-elsewhere", "24000000099", "--reason", "by hand"), "75.00", ()),
        (("posted-elsewhere", "24000000099", "--reason", "by hand"), "", ("remove",)),
        (("export", "24000000099", "--format", "quickbooks"), "", ("remove",)),
    ],
    ids=["did not tie, posted elsewhere", "tied, posted elsewhere", "tied, exported"],
)
def test_another_report_of_what_went_out_names_the_steps_that_book_it(
    story: Story, tmp_path: Path, out: tuple[str, ...], total: str, steps: tuple[str, ...]
) -> None:
    """Reopened (and removed, where the first tied out as well), the second report is imported and can go out."""
    story.deed("import", report(tmp_path / "first", "-15.00", total=total), status=1 if total else 0)
    story.book.run("resolve")
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.deed(*out)
    second = report(tmp_path / "second", "-25.00")
    told = story.deed("import", second, status=1).output
    said = ", ".join(["reopen the settlement", *(f"{step} it" for step in steps)])
    story.deed("reopen", "24000000099", "--imported", "--reason", "a corrected report")
    for step in steps:
        story.deed(step, "24000000099")
    story.deed("import", second)
    story.export("24000000099")
    (row,) = story.book.table("Settlements").rows

    assert f"To book what this file says, {said} and import the file again." in told, told
    assert (Decimal(75), "Exported") == (Decimal(str(row["Total"])), row["Settlement Export Status"])
    story.ties()


@pytest.mark.long
@needs_cases
def test_the_reissued_report_after_the_first_went_out(story: Story) -> None:
    """A conflict that says what to do; done so, its 45.00 takes the place of 85.00."""
    story.deed("import", str(CASES / "not_tying_1_missing_reserve.txt"), status=1)
    story.book.run("resolve")
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.deed("posted-elsewhere", "24000000004", "--reason", "by hand in August")
    second = str(CASES / "not_tying_2_reissued.txt")
    told = story.deed("import", second, status=1).output
    story.deed("reopen", "24000000004", "--imported", "--reason", "a corrected report")
    after = story.deed("import", second).output

    assert "the books have 85.00 USD, this file 45.00 USD" in told
    assert "balance: -40.00 instead of nothing" in told
    assert "To book what this file says, reopen the settlement and import the file again." in told
    assert "Before: 1 transaction, 85.00 USD; now: 2 transactions, 45.00 USD" in after
    assert {"Cost of Goods Sold": Decimal(10)}.items() <= story.export("24000000004").items()
    story.ties()
