"""Deeds on several settlements or proposals: all that a command names is done, or the books are as before."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table
from tests.end_to_end.stories import bought, item, left, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Left, Story

MONTHS = {"1": ("2026-09-01", "2026-09-30"), "2": ("2026-10-01", "2026-10-31")}
_LONGEST_PATH = 4095 - 30
"""Of a folder in whose files' names there is room for thirty letters, on Linux."""
LEFT = (left("U-1", "2026-09-01", 2), left("U-2", "2026-10-01", 2))


@pytest.fixture
def two(story: Story, finale: FinaleOnLine, tmp_path: Path) -> Story:
    """Return books with two settlements, each of 2 sold for 40.00 that cost 5.00; none is exported."""
    for number, days in MONTHS.items():
        order = item("Order", f"U-{number}", "40.00", units="2", day=f"{days[0][:8]}02")
        story.bring(v2(tmp_path, [order], number, days=days))
    _cost(story, finale, "5")
    return story


def _cost(story: Story, finale: FinaleOnLine, price: str, *gone: Left) -> None:
    finale.sync(story, bought("A", "2026-08-01", 50, price), *(gone or LEFT))


def _statuses(story: Story) -> list[str]:
    return [row["COGS status"] for row in table(story.book.open(), "Settlements").rows]


def _journal(story: Story) -> list[str]:
    return sorted({str(row["Entry"]) for row in table(story.book.open(), "Journal").rows})


@pytest.mark.long
def test_none_is_reopened_where_one_of_several_cannot_be(two: Story) -> None:
    """Settlement 2 never went out: 1 stays exported too, and its entries are not reversed without a file."""
    two.export("1")
    before = _journal(two)
    refused = two.deed("reopen", "1", "2", "--imported", "--reason", "wrong bill", status=2)
    two.book.run("resolve")
    assert "No settlement was reopened." in refused.error
    assert (before, ["Exported", "Ready"]) == (_journal(two), _statuses(two))
    again = two.deed("export", "1", status=2)
    assert "has been exported already" in again.error


@pytest.mark.long
def test_what_is_reopened_is_shown_also_where_its_files_cannot_be_written(two: Story) -> None:
    """A file lies where the folder of exports would be: the entries are reversed, shown, and to be written again."""
    files = two.deed("export", "1", "Amazon/1", "2", "--format", "quickbooks", "--json").data["files"]
    assert 2 == len(files), "a settlement that is named twice goes out once"
    for file in (two.book.path.parent / "exports").iterdir():
        file.unlink()
    (two.book.path.parent / "exports").rmdir()
    (two.book.path.parent / "exports").write_text("in the way", encoding="utf-8")
    told = two.deed("reopen", "1", "2", "2", "--imported", "--reason", "wrong bill", status=2)
    assert "4 entries reversed" in told.output
    assert "The entries are in the books and stand on sheet Journal." in told.output + told.error
    assert (8, ["Ready", "Ready"]) == (len(_journal(two)), _statuses(two))


@pytest.mark.long
def test_a_refused_press_decides_no_true_up_at_all(two: Story, finale: FinaleOnLine) -> None:
    """One that is unknown keeps the other from being taken up; an account too long keeps the other from dismissal."""
    two.export("1", "2")
    _cost(two, finale, "6")
    first, second = (str(number) for number in two.deed("trueups", "--json", status=1).data["pending"])
    _name_of_cogs(two, "X" * 120)
    small = ("--reason", "small")
    refused = two.deed("trueups", "--accept", first, "--dismiss", second, *small, status=2)
    assert "cannot have an account" in refused.error
    _name_of_cogs(two, "COGS")
    assert [int(first), int(second)] == two.deed("trueups", "--json", status=1).data["pending"]
    two.deed("trueups", "--dismiss", second, *small, status=1)
    refused = two.deed("trueups", "--take-up", second, "--accept", "99", status=2)
    assert "Nothing was changed." in refused.error
    left_over = two.deed("trueups", "--json", status=1).data
    assert ([int(first)], [int(second)]) == (left_over["pending"], left_over["dismissed"])
    two.deed("trueups", "--take-up", second, "--dismiss", first, "--reason", "", status=2)
    assert [int(second)] == two.deed("trueups", "--json", status=1).data["dismissed"]
    both = two.deed("trueups", "--take-up", second, "--accept", first, "--json", status=1).data
    assert (1, 1, 1) == tuple(len(both[name]) for name in ("pending", "posted", "files"))


@pytest.mark.long
def test_none_of_several_files_is_imported_where_one_cannot_be_taken(story: Story, tmp_path: Path) -> None:
    """The second is of a site that may be another store's: the first is not in the books, as the message says."""
    days = {"days": MONTHS["2"]}
    order = item("Order", "U-1", "40.00", units="2")
    first = v2(tmp_path, [order], "1")
    other = v2(tmp_path, [order | {"marketplace-name": "Amazon.ca"}], "2", currency="CAD", site="Amazon.ca", **days)
    refused = story.deed("import", str(first), str(other), status=2)
    assert "2.txt is of amazon.ca (CAD)" in refused.error
    assert "None of the 2 files was imported." in refused.error
    story.book.run("resolve")
    assert [] == [row for row in table(story.book.open(), "Settlements").rows if row["Settlement ID"]]
    story.deed("import", str(first))
    story.deed("import", str(other), "--store", "Amazon CA")
    assert 2 == len(_statuses(story))


@pytest.mark.long
@pytest.mark.parametrize("command", [("export", "--format", "quickbooks"), ("export-excel",)])
def test_an_export_looks_at_every_settlement_before_it_stores_the_first(
    two: Story, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Of three the second has no cost: none is out, each that keeps them back is named, and so is what is ready."""
    story, days = two, ("2026-11-01", "2026-11-28")
    story.bring(v2(tmp_path, [item("Order", "U-3", "30.00", units="1", sku="B", day="2026-11-02")], "3", days=days))
    assert "9" in story.deed(*command, "1", "9", status=2).error
    told = story.deed(*command, "1", "3", "1", "2", status=2).error
    assert told.startswith("Settlement Amazon/3 cannot be exported: Not synced. None of it was exported.")
    assert "\nNot exported either, though nothing keeps them back: Amazon/1, Amazon/2." in told
    assert ["Ready", "Ready"] == _statuses(story)[:2]
    assert not (story.book.path.parent / "exports").exists()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="a path may be longer elsewhere")
def test_an_accrual_is_shown_and_named_also_where_its_file_cannot_be_written(
    two: Story, finale: FinaleOnLine, tmp_path: Path
) -> None:
    """The pack's name fits into the deepest folder and the accrual's does not: it is booked, and both are said."""
    _cost(two, finale, "5", left("U-1", "2026-09-01", 2), left("U-2", "2026-09-28", 2))
    two.export("1")
    deep = tmp_path
    while len(str(deep)) < _LONGEST_PATH:
        deep /= "d" * min(200, _LONGEST_PATH - len(str(deep)))
    deep.mkdir(parents=True)
    told = two.deed("close", "2026-09", "--to", str(deep / "a.xlsx"), "--format", "quickbooks", status=2)
    assert f"The accountant's pack of 2026-09 is {deep / 'a.xlsx'}." in told.output
    assert "The entries are in the books and stand on sheet Journal." in told.output
    assert any("accrual" in key for key in _journal(two))


@pytest.mark.long
def test_nothing_is_done_where_the_sheets_could_not_show_it(story: Story, tmp_path: Path) -> None:
    """A copied row of Settlements stops the deed before the books: its message that nothing was written is true."""
    order = item("Order", "U-1", "40.00", units="2")
    copied, free = {"Store": "Amazon", "Settlement ID": "1"}, ("--entries", "settlement", "--format", "quickbooks")
    story.bring(v2(tmp_path, [order], "1"))
    story.add_row("Settlements", copied)
    for deed in (("export", "1", *free), ("export-excel", "1", *free[:2]), ("posted-elsewhere", "1", "--reason", "x")):
        assert "Nothing was written." in story.deed(*deed, status=2).error
    assert not (tmp_path / "exports").exists()
    story.type("Settlements", {**copied, "Currency": None}, dict.fromkeys(copied))
    story.deed("export", "1", *free)
    assert 1 == len(list((tmp_path / "exports").iterdir()))


def _name_of_cogs(story: Story, name: str) -> None:
    story.type("Accounts", {"Line type": "Cost of goods sold"}, {"Account": name})
