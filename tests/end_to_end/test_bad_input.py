"""Each wrong thing gives one clear message with its place, and nothing is lost or half stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import DemoBook, run, table

if TYPE_CHECKING:
    from pathlib import Path


def resolve_row(demo: DemoBook, **cells: object) -> int:
    """Change cells of the first row of Resolve that has a proposal; return its row on the sheet."""
    book = demo.open()
    resolve = table(book, "Resolve")
    row = next(i for i, content in enumerate(resolve.rows) if content["Cost"] and content["Type"] == "sale")
    for header, value in cells.items():
        resolve.cell(row, header.replace("_", " ")).value = value
    book.save(demo.path)
    return resolve.first_row + row


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("four dollars", "not a number"),
        (-3, "a cost cannot be negative: -3"),
        (0, "0 is not taken as a cost"),
        ("=A1*2", "formula without a value: open in Excel and save"),
    ],
)
@pytest.mark.long
def test_a_cost_that_cannot_be_taken_is_refused_and_stays_on_the_sheet(
    demo: DemoBook, typed: object, words: str
) -> None:
    """The message names sheet and cell, the row says why, and what was typed is not lost."""
    row = resolve_row(demo, Cost=typed)

    ran = demo.run("save")
    again = demo.run("save", "--json")

    after = demo.table("Resolve")
    shown = after.rows[row - after.first_row]
    assert ran.status == 1
    assert f"Resolve!I{row}" in ran.output
    assert words in ran.output
    assert words in shown["Status"]
    assert typed == shown["Cost"]
    assert [] == again.data["saved"]
    assert 1 == len(again.data["refused"])


@pytest.mark.few(1)
@pytest.mark.parametrize("sheet", ["Resolve", "Settlements"])
def test_a_workbook_without_the_tables_is_not_written_to(demo: DemoBook, sheet: str) -> None:
    """The message names the table and says that nothing is lost."""
    book = demo.open()
    del book[sheet].tables[f"tbl{sheet}"]
    book.save(demo.path)
    before = demo.path.read_bytes()

    ran = demo.run("save")

    assert ran.status == 2
    assert f"tbl{sheet}" in ran.error
    assert before == demo.path.read_bytes()


@pytest.mark.long
def test_a_renamed_header_stops_before_anything_is_written(demo: DemoBook) -> None:
    """A column is found by its header; without it nothing is guessed."""
    book = demo.open()
    resolve = table(book, "Resolve")
    book["Resolve"].tables["tblResolve"].tableColumns[resolve.headers.index("Cost")].name = "My cost"
    book["Resolve"].cell(resolve.first_row - 1, resolve.headers.index("Cost") + 1).value = "My cost"
    book.save(demo.path)

    ran = demo.run("save")

    assert ran.status == 2
    assert "no column “Cost”" in ran.error


def test_a_missing_database_is_named_and_never_made_anew(demo: DemoBook) -> None:
    """An empty database in place of the books would look as if everything were lost."""
    database = demo.path.parent / "demo.sqlite"
    database.unlink()

    ran = demo.run("sync")

    assert ran.status == 2
    assert "demo.sqlite" in ran.error
    assert not database.exists()


def test_a_file_that_is_no_settlement_stores_nothing(demo: DemoBook, tmp_path: Path) -> None:
    """One unreadable file among several: none of them is imported."""
    good = next((demo.path.parent / "settlements").iterdir())
    changed = tmp_path / "changed.txt"
    changed.write_bytes(good.read_bytes().replace(b"23874397121", b"99999999999"))
    bad = tmp_path / "holiday.txt"
    bad.write_text("Dear diary,\n", encoding="utf-8")

    ran = demo.run("import", str(changed), str(bad))

    assert ran.status == 2
    assert "holiday.txt" in ran.error
    assert "99999999999" not in {str(row["Settlement ID"]) for row in demo.table("Settlements").rows}


def test_an_unknown_settlement_is_named_with_those_that_are_known(demo: DemoBook) -> None:
    """The user sees what could have been meant."""
    ran = demo.run("fill", "4711")

    assert ran.status == 2
    assert "4711" in ran.error
    assert "23874397121" in ran.error


@pytest.mark.parametrize("command", ["fill", "cogs"])
def test_a_command_that_needs_a_settlement_says_so(demo: DemoBook, command: str) -> None:
    """Nothing chosen is nothing done."""
    ran = demo.run(command)

    assert ran.status == 2
    assert "Select one or more rows" in ran.error


def test_errors_are_json_too(demo: DemoBook) -> None:
    """A program that reads the output always finds JSON there."""
    ran = demo.run("fill", "4711", "--json")

    assert ran.status == 2
    assert "4711" in ran.data["error"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Inspect of nothing ends 2."""
    ran = run("inspect", str(tmp_path / "gone.txt"))

    assert ran.status == 2
    assert "gone.txt" in ran.error
    assert "import" not in ran.error  # nothing was to be imported
