"""The files of entries, by commands: each thing has one of its own, and a lost one is written again from the books."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from core.books.entries import stored_entries
from tests.core.books.shops import Shop, sale
from tests.end_to_end.demo_book import DemoBook, table
from tests.end_to_end.shop_of_entries import balances, rows_of, shop_of_two_stores

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two stores that have a settlement 1 each, and its workbook beside the database."""
    with shop_of_two_stores(tmp_path) as made:
        yield made


@pytest.fixture
def book(shop: Shop, tmp_path: Path) -> DemoBook:
    assert shop.database
    return DemoBook(tmp_path / "Books.xlsm")


@pytest.mark.long
def test_two_stores_with_one_id_have_a_file_each(book: DemoBook) -> None:
    """Neither replaces the other, and each is named by its store, in the message too."""
    first = book.run("export", "US/1", "--format", "quickbooks")
    second = book.run("export", "CA/1", "--json")

    names = sorted(path.name for path in (book.path.parent / "exports").iterdir())
    assert 2 == len(names)
    assert [True, True] == [f"Acme {store} 1 " in name for store, name in zip(("CA", "US"), names, strict=True)]
    assert "Settlement US/1: 2 entries" in first.output
    assert Decimal("5.00") == balances(*second.data["files"])["Cost of Goods Sold"]
    again = book.run("export", "US/1")
    assert (2, True) == (again.status, "Settlement US/1" in again.error)


@pytest.mark.long
def test_the_first_export_must_be_told_the_format_and_remembers_it(book: DemoBook) -> None:
    """Nothing goes out before; Setup shows what was said, and later exports and reopenings use it."""
    refused = book.run("export", "US/1")
    before = book.table("Settlements").rows
    book.run("export", "US/1", "--format", "xero")
    setup = {row["Setting"]: row["Value"] for row in book.table("Setup").rows}
    later = book.run("export", "CA/1", "--json")

    assert 2 == refused.status
    assert "--format quickbooks" in refused.error
    assert all(row["Settlement Export Status"] != "Exported" for row in before)
    assert "xero" == setup["Accounting system"]
    assert {"*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"} == set(
        rows_of(*later.data["files"])[0]
    )


@pytest.mark.long
def test_the_accounting_system_chosen_on_setup_needs_no_option(book: DemoBook) -> None:
    """It is a policy like the others."""
    opened = book.open()
    setup = table(opened, "Setup")
    row = next(index for index, content in enumerate(setup.rows) if content["Setting"] == "Accounting system")
    setup.cell(row, "Value").value = "excel"
    opened.save(book.path)

    (file,) = book.run("export", "US/1", "--json").data["files"]

    assert file.endswith(".xlsx")


@pytest.mark.long
def test_a_lost_file_is_written_again_byte_by_byte(shop: Shop, book: DemoBook) -> None:
    """Export, true-up, reversal and export anew: every file, under its own name; what is there is left."""
    files = book.run("export", "US/1", "CA/1", "--format", "quickbooks", "--json").data["files"]
    shop.finale_says({("111-1", "CUP"): "5.50"}, CUP="8.00")
    pending = book.run("trueups", "--json").data["pending"]
    files += book.run("trueups", *(f"--accept={number}" for number in pending), "--json").data["files"]
    files += book.run("reopen", "US/1", "--imported", "--reason", "wrong bill", "--json").data["files"]
    files += book.run("export", "US/1", "--json").data["files"]
    content = {file: Path(file).read_bytes() for file in files}
    for file in files[::2]:
        Path(file).unlink()

    again = book.run("export", "--again", "--json")

    assert 0 == again.status
    assert len(files) == len(content)
    assert sorted(content) == sorted(again.data["files"])
    assert content == {file: Path(file).read_bytes() for file in again.data["files"]}
    assert balances(*files) == {k: v for k, v in shop_balances(shop).items() if v}


@pytest.mark.long
def test_export_to_excel_writes_what_is_out_once_more_and_exports_the_rest(shop: Shop, book: DemoBook) -> None:
    """As its button does: of what is out a workbook alone is written, and nothing is posted twice."""
    book.run("export", "US/1", "--format", "quickbooks", "--entries", "settlement")

    first = book.run("export-excel", "US/1", "--json")
    all_out = book.run("export-excel", "US/1", "CA/1", "--json")
    cogs = book.run("export-excel", "US/1", "--entries", "cogs", "--json")

    with shop.database.reading() as connection:
        posted = [one.entry.key for one in stored_entries.posted_entries(connection)]
    assert [0, 0, 0] == [first.status, all_out.status, cogs.status], all_out.error
    assert 4 == len(set(posted)) == len(posted)
    assert ["COGS r1"] == [key.split(" ", 3)[-1] for key in first.data["settlements"][0]["entries"]]
    assert ["settlement r1"] == [key.split(" ", 3)[-1] for key in first.data["entries"]]
    assert [1, 2] == [len(all_out.data["settlements"]), len(all_out.data["entries"])]
    assert 1 == len(cogs.data["entries"])
    assert all(Path(file).suffix == ".xlsx" for one in (first, all_out, cogs) for file in one.data["files"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("out", "options"),
    [("settlement", []), ("cogs", []), ("settlement", ["--entries", "cogs"]), ("cogs", ["--entries", "settlement"])],
)
def test_each_entry_of_an_export_to_excel_stands_in_one_workbook(
    shop: Shop, book: DemoBook, out: str, options: list[str]
) -> None:
    """Whichever was out: what goes out now is not written once more beside it, for it would be imported twice."""
    book.run("export", "US/1", "--format", "excel", "--entries", out)

    files = book.run("export-excel", "US/1", *options, "--json").data["files"]

    found = [{row["Entry"] for row in table(load_workbook(file), "Journal").rows} for file in files]
    asked_for = [_ENTRY[options[-1]]] if options else ["COGS r1", "settlement r1"]
    assert asked_for == sorted(key.split(" ", 3)[-1] for keys in found for key in keys)
    assert 2 == len({row["entry"] for row in shop.journal()})


_ENTRY = {"cogs": "COGS r1", "settlement": "settlement r1"}


@pytest.mark.long
def test_export_to_excel_writes_what_is_out_though_the_rest_is_not_ready(shop: Shop, book: DemoBook) -> None:
    """It says what is missing beside it, for somebody to look at."""
    shop.bring_in("2", sale("333-1", "JUG"), store="US")
    book.run("export", "US/2", "--format", "quickbooks", "--entries", "settlement")

    done = book.run("export-excel", "US/2", "--json")

    assert (1, 1, True) == (done.status, len(done.data["files"]), "cannot be exported" in done.data["error"]), (
        done.output
    )


def shop_balances(shop: Shop) -> dict[str, Decimal]:
    return {account: Decimal(amount) for account, amount in shop.posted().items()}


@pytest.mark.long
def test_files_are_written_again_in_every_other_format(shop: Shop, book: DemoBook) -> None:
    """What went to QuickBooks goes to Xero, with the codes that sheet Accounts has now, and into a workbook."""
    book.run("export", "US/1", "CA/1", "--format", "quickbooks")

    xero = book.run("export", "--again", "US/1", "--format", "xero", "--folder", str(book.path.parent / "x"), "--json")
    excel = book.run("export", "--again", "--format", "excel", "--json")

    rows = rows_of(*xero.data["files"])
    assert {str(book.path.parent / "x")} == {str(Path(file).parent) for file in xero.data["files"]}
    assert all(row["*AccountCode"].isdigit() and row["*TaxRate"] for row in rows)
    assert Decimal(0) == sum(Decimal(row["*Amount"]) for row in rows)
    lines = [row for file in excel.data["files"] for row in table(load_workbook(file), "Journal").rows]
    stored = [row for row in shop.journal() if row["amount"]]
    assert sorted((row["entry"], row["account"]) for row in stored) == sorted(
        (row["Entry"], row["Account"]) for row in lines
    )
    assert "quickbooks" == str(shop.books.policies.accounting_system), "writing again chooses nothing"


@pytest.mark.long
@pytest.mark.parametrize(
    ("entries", "kinds"),
    [
        ("settlement", {"settlement"}),
        ("cogs", {"COGS"}),
        ("both", {"settlement", "COGS"}),
        ("true-ups", {"true-up"}),
        ("reversals", {"settlement reversed", "COGS reversed", "true-up reversed"}),
    ],
)
def test_chosen_entries_are_written_again(shop: Shop, book: DemoBook, entries: str, kinds: set[str]) -> None:
    """By what they are, of one settlement or of all; an export makes only the first two."""
    book.run("export", "US/1", "CA/1", "--format", "quickbooks")
    shop.finale_says(CUP="8.00")
    pending = book.run("trueups", "--json").data["pending"]
    book.run("trueups", *(f"--accept={number}" for number in pending))
    book.run("reopen", "US/1", "--imported", "--reason", "wrong bill")

    again = book.run("export", "--again", "US/1", "--entries", entries, "--json")

    found = {re.sub(r" r\d+", "", key.split(" ", 3)[3]) for key in again.data["entries"]}
    assert kinds == found
    if entries in ("true-ups", "reversals"):
        refused = book.run("export", "US/1", "--entries", entries)
        assert (2, True) == (refused.status, "--again" in refused.error)


@pytest.mark.long
def test_undo_after_an_export_uses_nothing_up(shop: Shop, book: DemoBook) -> None:
    """The save of an exported settlement is named and kept; reopened, the same undo takes it back."""
    shop.bring_in("2", sale("333-1", "POT", day="2026-08-20"), store="US")
    shop.bring_in("3", sale("444-1", "POT", day="2026-09-02"), store="US")
    for number, cost in (("2", 3.5), ("3", 4.5)):
        book.run("resolve", number)
        opened = book.open()
        resolve = table(opened, "Resolve")
        row = next(index for index, content in enumerate(resolve.rows) if content["SKU"] == "POT")
        resolve.cell(row, "Cost").value = cost
        opened.save(book.path)
        assert 1 == len(book.run("save", number, "--json").data["saved"])
    book.run("export", "3", "--format", "quickbooks")

    stuck = book.run("undo", "--json")
    twice = book.run("undo", "--json")

    assert (1, None, []) == (stuck.status, stuck.data["undone_batch"], stuck.data["undone"])
    assert ["its settlement is exported and locked"] == [one["reason"] for one in stuck.data["skipped"]]
    assert stuck.data == twice.data
    older = book.run("undo", str(stuck.data["undoable_before"]), "--json")
    assert ["2"] == [one["settlement"] for one in older.data["undone"]]
    book.run("reopen", "3", "--imported", "--reason", "typed wrongly")
    freed = book.run("undo", "--json")
    assert ["3"] == [one["settlement"] for one in freed.data["undone"]]
    assert 2 == book.run("undo").status, "both are taken back"
    assert shop.books.lines.set_index("order_id").loc[["333-1", "444-1"], "cogs"].isna().all()


@pytest.mark.long
def test_a_cogs_workbook_is_named_by_its_store_and_replaces_nothing(book: DemoBook) -> None:
    """Into a folder under names of their own; a name that was chosen and is taken is refused."""
    folder = book.path.parent / "cogs"
    files = book.run("cogs", "US/1", "CA/1", "--to", str(folder), "--json").data["files"]
    taken = book.path.parent / "mine.xlsx"
    taken.write_bytes(b"mine")

    refused = book.run("cogs", "US/1", "--to", str(taken))

    assert 2 == len(list(folder.iterdir()))
    assert [True, True] == [f"Acme {store} 1 " in file for store, file in zip(("US", "CA"), files, strict=True)]
    assert (2, b"mine") == (refused.status, taken.read_bytes())
    assert "mine.xlsx exists already" in refused.error


@pytest.mark.long
def test_a_cogs_tab_without_any_cost_says_no_figure(shop: Shop, book: DemoBook) -> None:
    """Its cell is as blank as that of sheet Settlements."""
    shop.bring_in("2", sale("333-1", "JUG"), store="US")

    told = book.run("cogs", "US/2").output
    data = book.run("cogs", "US/2", "--json").data["settlements"][0]

    sheet = load_workbook(book.path)[data["sheet"]]
    cells = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(1, 12)}
    assert ("COGS not known yet" in told, None) == (True, data["cogs"]), told
    assert ("2", None) == (cells["Settlement"], cells["COGS in the books"])
