"""From ready to exported and beyond: files, lock, late bills, undo, reopening, all by commands on the workbook."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.settlements import settlement_lines
from core.books.syncing import stored_observations
from tests.end_to_end.demo_book import DemoBook, table

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def resolve_everything(demo: DemoBook) -> str:
    """Type a cost where there is no proposal, accept the others; return the first settlement's id."""
    book = demo.open()
    resolve = table(book, "Resolve")
    for index, row in enumerate(resolve.rows):
        if row["Cost"] is None:
            resolve.cell(index, "Cost").value = 7.5
    book.save(demo.path)
    assert [] == demo.run("save", "--accept-proposals", "--json").data["missing"]
    return str(demo.table("Settlements").rows[0]["Settlement ID"])


def status_of(demo: DemoBook, settlement: str) -> str:
    rows = demo.table("Settlements").rows
    return next(str(row["Settlement Export Status"]) for row in rows if row["Settlement ID"] == settlement)


def rows_of(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(file).read_text(encoding="utf-8"))))


@pytest.mark.long
def test_export_writes_files_that_balance_and_locks_the_settlement(demo: DemoBook) -> None:
    """Debits equal credits, the clearing line is the deposit, and a second export is refused."""
    settlement = resolve_everything(demo)
    deposit = next(row["Total"] for row in demo.table("Settlements").rows if row["Settlement ID"] == settlement)

    ran = demo.run("export", settlement, "--json")

    (file,) = ran.data["files"]
    rows = rows_of(file)
    debits, credits_ = (sum(Decimal(row[side] or 0) for row in rows) for side in ("Debits", "Credits"))
    clearing = [row for row in rows if "Clearing" in row["Account Name"] and "Settlement total" in row["Description"]]
    assert (0, "Exported") == (ran.status, status_of(demo, settlement))
    assert debits == credits_
    assert round(Decimal(str(deposit)), 2) == sum(Decimal(row["Debits"] or 0) for row in clearing)
    assert demo.run("export", settlement).status == 2
    assert {settlement} == {str(row["Settlement ID"]) for row in demo.table("Journal").rows}


@pytest.mark.long
def test_an_exported_line_keeps_its_product_and_the_source_of_its_cost(demo: DemoBook) -> None:
    """A SKU that is mapped to another product later changes nothing beside a locked cost."""
    settlement = resolve_everything(demo)
    demo.run("cogs", settlement)
    before = demo.table(f"COGS {settlement}").rows
    demo.run("export", settlement)
    book = demo.open()
    mapped = table(book, "SKU mapping")
    skus = {row["SKU"] for row in before if row["Finale product"]}
    for place, row in enumerate(mapped.rows):
        if row["SKU"] in skus:
            mapped.cell(place, "Your product").value = "MUG-RED"
            mapped.cell(place, "Your units").value = "2"
    book.save(demo.path)

    demo.run("sync")
    demo.run("cogs", settlement)

    after = demo.table(f"COGS {settlement}").rows
    said = [(row["Finale product"], row["Unit cost"], row["Cost source"]) for row in after]
    assert said == [
        (row["Finale product"], row["Unit cost"], row["Cost source"] and f"Locked: {row['Cost source']}")
        for row in before
    ]
    assert {"Locked: Finale order", "Locked: Accepted average", "Locked: Entered"} <= {source for _, _, source in said}


@pytest.mark.long
def test_verify_ties_everything_out_and_names_a_cell_that_was_touched(demo: DemoBook) -> None:
    """A figure of a COGS tab that was typed over is found by its cell."""
    settlement = resolve_everything(demo)
    demo.run("cogs", settlement)
    demo.run("export", settlement)
    clean = demo.run("verify", "--json")
    book = demo.open()
    cogs = table(book, f"COGS {settlement}")
    row = next(index for index, content in enumerate(cogs.rows) if content["Type"] == "sale")
    cell = cogs.cell(row, "COGS")
    cell.value = 1234.56
    book.save(demo.path)

    touched = demo.run("verify", "--json")

    assert clean.status == 0
    assert all(one["ok"] for one in clean.data["tie_outs"])
    assert {"name", "left", "right", "ok"} == set(clean.data["tie_outs"][0])
    wrong = [one for one in touched.data["tie_outs"] if not one["ok"]]
    assert touched.status == 1
    assert any(f"COGS {settlement}!{cell.coordinate}" in one["name"] and one["left"] == "1234.56" for one in wrong)


def finale_corrects(demo: DemoBook, settlement: str, by: str) -> int:
    """Let Finale say another cost for the first three sales of a settlement; return how many lines that concerns."""
    with Database.open(demo.path.parent / "demo.sqlite") as database:
        with database.reading() as connection:
            known = stored_observations.latest(connection)
            lines = settlement_lines.stored_transactions(connection)
        mine = lines[(lines["settlement_id"] == settlement) & (lines["event"] == "sale")]["order_id"]
        costed = known[(known["kind"] == "order") & known["order_id"].isin(list(mine)) & known["unit_cost"].notna()]
        changed = costed.head(3).assign(unit_cost=costed["unit_cost"].head(3) + Decimal(by)).reset_index(drop=True)
        with database.writing() as connection:
            number = batches.new(connection, BatchKind.SYNC, "test", NOW)
            stored_observations.add(connection, changed, number, NOW)
    return len(changed)


@pytest.mark.long
def test_a_cost_that_changes_after_the_export_becomes_a_true_up(demo: DemoBook) -> None:
    """The locked settlement stays; the exact difference is proposed, and posted when accepted on the sheet."""
    settlement = resolve_everything(demo)
    demo.run("export", settlement)
    before = demo.table("Settlements").rows[0]["COGS"]
    concerned = finale_corrects(demo, settlement, "0.123456")

    listed = demo.run("trueups", "--json")
    book = demo.open()
    proposals = table(book, "Cost true-ups")
    proposed = sum((Decimal(str(row["Difference"])) for row in proposals.rows), Decimal(0))
    for index in range(len(proposals.rows)):
        proposals.cell(index, "Decision").value = "accept"
    book.save(demo.path)
    decided = demo.run("trueups", "--json")

    assert (1, len(proposals.rows)) == (listed.status, len(listed.data["pending"]))
    assert len(proposals.rows) >= concerned > 0
    assert before == demo.table("Settlements").rows[0]["COGS"]
    posted = [row for row in demo.table("Journal").rows if row["Kind"] == "true-up"]
    assert ["Cost of Goods Sold", "Inventory Asset"] == [row["Account"] for row in posted]
    assert abs(Decimal(str(posted[0]["Debit"])) - proposed) <= Decimal("0.01")
    assert [] == decided.data["pending"]
    written = [row for file in decided.data["files"] for row in rows_of(file)]
    assert [row["Account"] for row in posted] == [row["Account Name"] for row in written]
    assert demo.run("verify", settlement).status == 0


@pytest.mark.long
def test_undo_brings_the_missing_lines_back(demo: DemoBook) -> None:
    """What was saved is missing again, Resolve lists it, and History keeps both batches."""
    before = status_of(demo, "23874397121")
    resolve_everything(demo)

    ran = demo.run("undo", "--json")

    assert ran.data["undone"]
    assert before == status_of(demo, "23874397121")
    assert {"save", "undo"} <= {row["What"] for row in demo.table("Change history").rows}


@pytest.mark.long
def test_reopening_reverses_the_entries_and_needs_a_reason(demo: DemoBook) -> None:
    """After it the settlement is ready again, and the journal sums to nothing."""
    settlement = resolve_everything(demo)
    demo.run("export", settlement)

    without = demo.run("reopen", settlement)
    ran = demo.run("reopen", settlement, "--imported", "--reason", "wrong bill")

    journal = demo.table("Journal").rows
    assert without.status == 2
    assert ran.status == 0
    assert status_of(demo, settlement) == "Ready to export"
    assert {"reversal"} < {row["Kind"] for row in journal}
    by_account: dict[str, Decimal] = {}
    for row in journal:
        amount = Decimal(str(row["Debit"] or 0)) - Decimal(str(row["Credit"] or 0))
        by_account[row["Account"]] = by_account.get(row["Account"], Decimal(0)) + amount
    assert {Decimal(0)} == {round(amount, 2) for amount in by_account.values()}


@pytest.mark.long
def test_the_profit_and_loss_marks_the_items_whose_cost_is_missing(demo: DemoBook) -> None:
    """Its COGS and net tie to the settlements; where no cost is known COGS is blank, not 0."""
    ran = demo.run("pnl", "--by-month", "--json")

    rows = demo.table("P&L").rows
    totals = demo.table("Settlements").rows
    assert ran.status == 1
    assert ran.data["items_missing_cost"] == len([row for row in rows if row["!"] == "●"]) > 0
    assert round(sum(row["COGS"] or 0 for row in rows), 2) == round(sum(row["COGS"] for row in totals), 2)
    assert all(row["COGS"] != 0 for row in rows if row["!"] == "●")
    parts = ("Profit", "COGS", "Tax", "Reserves and transfers")
    assert round(sum(row[part] or 0 for row in rows for part in parts), 2) == round(
        sum(row["Total"] for row in totals), 2
    )


@pytest.mark.long
def test_a_policy_edited_on_setup_holds_from_the_next_command_on(demo: DemoBook) -> None:
    """A wrong value is refused by its name before anything is done."""
    book = demo.open()
    setup = table(book, "Setup")
    row = next(index for index, content in enumerate(setup.rows) if content["Setting"] == "Lock date")
    setup.cell(row, "Value").value = "2026-12-31"
    book.save(demo.path)
    settlement = resolve_everything(demo)
    assert demo.run("export", settlement).status == 0
    book = demo.open()
    table(book, "Setup").cell(row, "Value").value = "soon"
    book.save(demo.path)

    refused = demo.run("verify")

    assert {"2027-01-01"} == {entry["Date"] for entry in demo.table("Journal").rows}
    assert refused.status == 2
    assert "“soon” cannot be taken for Lock date" in refused.error


@pytest.mark.long
def test_the_cogs_workbook_and_the_months_pack_are_written_beside_the_books(demo: DemoBook) -> None:
    """They are files of their own; the values copy has no formula and holds the audit log."""
    settlement = resolve_everything(demo)
    folder = demo.path.parent
    assert demo.run("cogs", settlement, "--to", str(folder / "cogs.xlsx")).status == 0
    assert demo.run("cogs", settlement, "--to", str(folder / "values.xlsx"), "--values").status == 0

    closed = demo.run("close", "2026-08", "--json")
    unreadable = demo.run("close", "August")

    live, values = load_workbook(folder / "cogs.xlsx"), load_workbook(folder / "values.xlsx")
    formulas = [cell for sheet in values for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [f"COGS {settlement}", "Ties"] == live.sheetnames
    assert "Audit log" in values.sheetnames
    assert [] == formulas
    assert {"Summary", "Accrual", "Balances", "Open items"} <= set(load_workbook(closed.data["file"]).sheetnames)
    assert unreadable.status == 2
    assert "August" in unreadable.error


@pytest.mark.long
def test_typing_that_is_not_saved_survives_a_sync(demo: DemoBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows whose cost has come leave Resolve; one that was typed into stays, and says that it is not missing now."""
    book = demo.open()
    resolve = table(book, "Resolve")
    late = [index for index, row in enumerate(resolve.rows) if str(row["SKU"]).startswith("LATE-")]
    typed, left = late[0], late[1]
    resolve.cell(typed, "Cost").value = 9.99
    resolve.cell(typed, "Note").value = "invoice 4711"
    book.save(demo.path)
    monkeypatch.setenv("COGSHEET_SANDBOX", "late-costs-repaired")

    demo.run("sync")

    after = {row["Key"]: row for row in demo.table("Resolve").rows}
    kept = after[resolve.rows[typed]["Key"]]
    assert (9.99, "invoice 4711") == (kept["Cost"], kept["Note"])
    assert "no longer missing" in kept["Status"]
    assert resolve.rows[left]["Key"] not in after
    assert not [row for row in after.values() if str(row["SKU"]).startswith("LATE-") and row is not kept]


@pytest.mark.long
def test_the_doctor_says_what_stands_and_what_the_account_does_not_offer(
    demo: DemoBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Finale that does not answer is named with what to do."""
    well = demo.run("doctor", "--json")
    monkeypatch.setenv("COGSHEET_SANDBOX", "401")
    ill = demo.run("doctor", "--json")

    looked_at = {"Cogsheet", "Installation", "Versions", "Workbook", "Books", "Finale Inventory"}
    assert looked_at <= {one["what"] for one in well.data["findings"]}
    assert all(one["ok"] for one in well.data["findings"] if one["what"] not in {"Finale Inventory", "Installation"})
    (finale,) = [one for one in ill.data["findings"] if one["what"] == "Finale Inventory"]
    assert (1, False) == (ill.status, finale["ok"])
    assert "key" in finale["words"]
