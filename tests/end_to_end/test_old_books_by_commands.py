"""Books that an older reader filled, opened by a command: what came of them is told, proposed, and decided together.

`tests/core/books/stored_books/reader_1.sqlite` was made by the version whose reader was the first
(`tests/core/books/importing/test_reader_upgrade.py` says what it holds).
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.demo_book import DemoBook, Ran
from tests.end_to_end.stories import Story

OLD = Path(__file__).parents[1] / "core" / "books" / "stored_books" / "reader_1.sqlite"
OPEN, KEPT = "24000000016", "20260714-20260728"


def opened(folder: Path) -> tuple[Story, Ran]:
    """Join the old books with a new workbook and let the first command read them anew."""
    shutil.copy(OLD, folder / "books.sqlite")
    story = Story(DemoBook(folder / "Books.xlsm"))
    story.deed("new", "--join", "--company", "Acme", "--database", str(folder / "books.sqlite"))
    story.set(Accounting_system="quickbooks")
    return story, story.book.run("resolve")


def untied(story: Story) -> list[str]:
    """Return what does not tie out, the tax apart that an order of the stored file has withheld and nowhere charged."""
    told = story.book.run("verify", "--json").data["tie_outs"]
    return [one["name"] for one in told if not one["ok"] and "acilitator tax" not in one["name"]]


def settlements(story: Story) -> dict[str, dict[str, Any]]:
    """Return the rows of sheet Settlements by their ids."""
    return {str(row["Settlement ID"]): row for row in story.book.table("Settlements").rows}


@pytest.mark.long
def test_the_first_command_tells_counts_and_sums_and_keeps_a_copy(tmp_path: Path) -> None:
    """Before and after, settlement by settlement; the next command says nothing of it any more."""
    story, first = opened(tmp_path)
    second = story.book.run("resolve")
    copies = [path.name for path in tmp_path.glob("books before update from reading anew*.sqlite")]

    for words in (
        "5 settlements read again from the kept files, 2 open have the new reading, 3 exported keep their lines",
        f"US/{OPEN}: 10 transactions, -204.40 USD became 10 transactions, -204.40 USD (4 lines changed).",
        f"WM/{KEPT}: 3 transactions, 20.00 USD; its files now say 3 transactions, 20.00 USD (1 line changed).",
    ):
        assert words in first.output
    assert "read again" not in second.output
    assert 1 == len(copies)


@pytest.mark.long
def test_answers_stay_with_their_lines_and_what_is_exported_stays(tmp_path: Path) -> None:
    """5.00 was saved for 3 units: 15.00 less the refund of one; the kept mug that went out at 5.00 stands at 5.00."""
    story, _ = opened(tmp_path)
    rows = settlements(story)

    assert [Decimal(10), Decimal(5)] == [Decimal(str(rows[name]["COGS"])) for name in (OPEN, KEPT)]
    assert ["Unknown types (1)", "Exported"] == [rows[name]["Settlement Export Status"] for name in (OPEN, KEPT)]
    assert [] == untied(story)


@pytest.mark.long
@pytest.mark.parametrize("decision", ["accept", "dismiss"])
def test_what_the_new_reading_changes_is_proposed_and_decided_together(tmp_path: Path, decision: str) -> None:
    """Two lost units of 7.00, a mug of 5.00 that the buyer kept, and 80.00 on another account: nothing by itself."""
    story, _ = opened(tmp_path)
    proposed = story.pending()
    before = story.posted("true-up") | story.posted("reclassification")
    story.decide(decision, "as it was posted then" if decision == "dismiss" else "")
    after = story.posted("true-up")

    assert [80, 7, 7, 5] == [row["Difference"] for row in proposed]
    assert all(row["What changed"].startswith("rule changed in reader 3: ") for row in proposed)
    assert {} == before
    expected = {"Cost of Goods Sold": 5, "Damaged and Lost Inventory": 14, "Inventory Asset": -19}
    assert (expected if decision == "accept" else {}) == after
    assert bool(story.posted("reclassification")) is (decision == "accept")
    assert [] == story.pending()
    assert [] == untied(story)


def rule_changed(story: Story, *options: str) -> list[str]:
    """Return what waits and stems from a reader, after a command has decided."""
    told = story.book.run("trueups", "--json", *options).data["rule_changed"]
    return [str(name) for own in told.values() for name in own]


@pytest.mark.long
def test_one_word_decides_all_that_a_reader_reads_otherwise(tmp_path: Path) -> None:
    """Dismissed, proposed again and posted: three true-ups and a reclassification, each time by READER3 alone."""
    story, _ = opened(tmp_path)
    first = story.book.run("trueups")
    waiting = rule_changed(story)
    unreasoned = story.book.run("trueups", "--dismiss", "READER3")
    story.deed("trueups", "--dismiss", "reader3", "--reason", "as it was posted")
    dismissed = rule_changed(story)
    again = rule_changed(story, "--take-up", "READER3")
    story.deed("trueups", "--accept", "READER3")

    assert "4 proposals of these stem from a new reading of the kept files (rule changed in reader 3)" in first.output
    assert [3, 1] == [sum(name.startswith("R") is moved for name in waiting) for moved in (False, True)]
    assert (2, "needs a reason") == (unreasoned.status, unreasoned.error[unreasoned.error.index("needs") :][:14])
    assert ([], len(waiting)) == (dismissed, len(again))
    expected = {"Cost of Goods Sold": 5, "Damaged and Lost Inventory": 14, "Inventory Asset": -19}
    assert expected == story.posted("true-up")
    assert story.posted("reclassification")
    refused = story.book.run("trueups", "--accept", "READER3")
    assert (2, True) == (refused.status, "Nothing that could be decided stems from READER3" in refused.error)
