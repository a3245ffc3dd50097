"""Accounts, who posts what, and every format of the entries: typed on the demo's sheets, exported by command."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tests.end_to_end.demo_book import DemoBook, table
from tests.end_to_end.test_closing import resolve_everything, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable


def type_account(demo: DemoBook, line_type: str, *, store: str | None = None, **cells: str) -> None:
    """Type into the row of a line type on sheet Accounts."""
    book = demo.open()
    accounts = table(book, "Accounts")
    found = next(i for i, row in enumerate(accounts.rows) if (row["Line type"], row["Store"]) == (line_type, store))
    for header, text in cells.items():
        accounts.cell(found, header.replace("_", " ")).value = text
    book.save(demo.path)


def add_account(demo: DemoBook, **cells: object) -> None:
    """Type a row of one's own below the list, as Excel takes it into the table."""
    book = demo.open()
    accounts = table(book, "Accounts")
    for header, value in cells.items():
        accounts.cell(len(accounts.rows), header.replace("_", " ")).value = value
    excel_table = next(iter(accounts.sheet.tables.values()))
    first, last = excel_table.ref.split(":")
    end = accounts.sheet[last]
    excel_table.ref = f"{first}:{end.column_letter}{end.row + 1}"
    excel_table.autoFilter.ref = excel_table.ref
    book.save(demo.path)


def set_policy(demo: DemoBook, setting: str, text: str) -> None:
    book = demo.open()
    setup = table(book, "Setup")
    row = next(index for index, content in enumerate(setup.rows) if content["Setting"] == setting)
    setup.cell(row, "Value").value = text
    book.save(demo.path)


def journal(demo: DemoBook) -> list[dict[str, Any]]:
    return demo.table("Journal").rows


@pytest.mark.long
def test_accounts_typed_on_the_sheet_hold_for_the_next_export(demo: DemoBook) -> None:
    """A name, a store's clearing account and an item group of one's own; the sheet shows them afterwards."""
    settlement = resolve_everything(demo)
    group = next(row["SKU"] for row in demo.table("Transactions").rows if row["COGS"])
    type_account(demo, "Sales", Account="Income:Amazon")
    type_account(demo, "Settlement total", store="Amazon US", Account="Amazon money", Number="155")
    add_account(demo, Line_type="Cost of goods sold", Item_group=group, Account="COGS:Special", Number=311)
    demo.run("export", settlement, "--entries", "settlement")
    shown = {(row["Line type"], row["Store"], row["Item group"]): row for row in demo.table("Accounts").rows}

    exported = {row["Account"] for row in journal(demo)}
    special = shown["Cost of goods sold", None, group]

    assert {"Income:Amazon", "Amazon money"} <= exported
    assert "Marketplace Sales" not in exported
    assert "155" == shown["Settlement total", "Amazon US", None]["Number"]
    assert ("COGS:Special", "311") == (special["Account"], special["Number"])
    assert demo.run("verify").status == 0


@pytest.mark.long
def test_a_row_of_accounts_that_cannot_be_stops_the_button(demo: DemoBook) -> None:
    """It is named, and nothing is exported."""
    add_account(demo, Line_type="Turnover", Account="Income")

    refused = demo.run("verify")

    assert refused.status == 2
    assert "Turnover" in refused.error
    assert "sheet Accounts" in refused.error.replace("Sheet", "sheet")


@pytest.mark.long
def test_xero_refuses_a_bank_account_as_clearing_before_anything_is_locked(demo: DemoBook) -> None:
    """With another account the same export goes through, by code, every entry balanced."""
    settlement = resolve_everything(demo)
    type_account(demo, "Settlement total", store="Amazon US", Bank_account="yes")
    refused = demo.run("export", settlement, "--format", "xero")
    untouched = journal(demo)
    type_account(demo, "Settlement total", store="Amazon US", Bank_account="no")

    ran = demo.run("export", settlement, "--format", "xero", "--json")

    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in (row for file in ran.data["files"] for row in rows_of(file)):
        sums[row["*Narration"], row["*Date"]] += Decimal(row["*Amount"])
        assert row["*AccountCode"].isdigit()
        assert row["*TaxRate"]
    assert refused.status == 2
    assert "bank account" in refused.error
    assert all(row["Entry"] is None for row in untouched)
    assert ran.status == 0
    assert {Decimal(0)} == set(sums.values())


@pytest.mark.long
@pytest.mark.parametrize("ledger", ["quickbooks", "xero", "excel"])
def test_either_entry_goes_out_alone_in_every_format(demo: DemoBook, ledger: str) -> None:
    """First the settlement's, then its COGS: two files, and nothing twice."""
    settlement = resolve_everything(demo)

    first = demo.run("export", settlement, "--entries", "settlement", "--format", ledger, "--json")
    second = demo.run("export", settlement, "--entries", "both", "--format", ledger, "--json")

    kinds = [
        {name.split()[-2] for one in ran.data["settlements"] for name in one["entries"]} for ran in (first, second)
    ]
    assert [{"settlement"}, {"COGS"}] == kinds
    assert [False, True] == [ran.data["settlements"][0]["locked"] for ran in (first, second)]
    assert all(Path(file).is_file() for ran in (first, second) for file in ran.data["files"])
    assert demo.run("verify").status == 0


@pytest.mark.long
def test_the_excel_format_holds_every_line_and_checks_itself(
    demo: DemoBook, schema_errors: Callable[[Path, str], list[str]]
) -> None:
    """Debits equal credits; the Open XML SDK finds nothing to say."""
    settlement = resolve_everything(demo)
    (file,) = demo.run("export", settlement, "--format", "excel", "--json").data["files"]

    sheet = load_workbook(file, data_only=True)["Journal"]
    lines = table(load_workbook(file, data_only=True), "Journal").rows
    checks = {cell.value for row in sheet.iter_rows() for cell in row if cell.value in ("ok", "differs")}

    stored = [(row["Entry"], row["Account"], row["Debit"], row["Credit"]) for row in journal(demo)]
    assert [one for one in stored if one[2] or one[3]] == [
        (row["Entry"], row["Account"], row["Debit"], row["Credit"]) for row in lines
    ]
    assert {"ok"} == checks
    assert [] == schema_errors(Path(file), "Microsoft365")


@pytest.mark.long
def test_what_finale_posts_is_shown_and_left_out(demo: DemoBook) -> None:
    """COGS of sales and returns is marked on sheet Journal and in no file; losses still go out, and all ties out."""
    settlement = resolve_everything(demo)
    set_policy(demo, "COGS posted by", "Finale")

    ran = demo.run("export", settlement, "--format", "quickbooks", "--json")
    verified = demo.run("verify", "--json")

    shown = [row for row in journal(demo) if row["Kind"] == "COGS posted by Finale"]
    exported = {row["Description"].rpartition(": ")[2] for file in ran.data["files"] for row in rows_of(file)}
    assert {"Cost of goods sold", "Inventory sold"} <= {row["What"] for row in shown}
    assert not {"Cost of goods sold", "Cost of goods returned", "Inventory sold"} & exported
    assert {"Sales", "Settlement total"} <= exported
    assert ran.data["settlements"][0]["posted_by_finale"]
    assert ran.data["settlements"][0]["locked"]
    assert all(one["ok"] for one in verified.data["tie_outs"])
    assert any("COGS entry and COGS" in one["name"] for one in verified.data["tie_outs"])
    reopened = demo.run("reopen", settlement, "--imported", "--reason", "test", "--json")
    back = [row for file in reopened.data["files"] for row in rows_of(file)]
    out = [row for file in ran.data["files"] for row in rows_of(file)]
    assert "reversal of what Finale posted" in {row["Kind"] for row in journal(demo)}
    assert sorted((row["Account Name"], row["Debits"], row["Credits"]) for row in out) == sorted(
        (row["Account Name"], row["Credits"], row["Debits"]) for row in back
    )
    assert not {row["Journal No"] for row in out} & {row["Journal No"] for row in back}


@pytest.mark.long
def test_close_writes_the_accrual_and_its_reversal_for_import(demo: DemoBook) -> None:
    """Both balance, on the last day and the day after; in a closed month there is none, and the message says why."""
    resolve_everything(demo)

    ran = demo.run("close", "2026-08", "--format", "quickbooks", "--json")
    set_policy(demo, "Lock date", "2026-08-31")
    refused = demo.run("close", "2026-08", "--format", "quickbooks")
    read_only = demo.run("close", "2026-08", "--json")

    rows = [row for file in ran.data["files"] for row in rows_of(file)]
    numbers = {row["Journal No"] for row in rows}
    signed = [Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0) for row in rows]
    assert {"08/31/2026", "09/01/2026"} == {row["Journal Date"] for row in rows}
    assert 2 * len(ran.data["accrual"]) == len(numbers) > 0
    for number in numbers:
        own = [amount for amount, row in zip(signed, rows, strict=True) if row["Journal No"] == number]
        assert Decimal(0) == sum(own)
    by_account: dict[str, Decimal] = defaultdict(Decimal)
    for amount, row in zip(signed, rows, strict=True):
        by_account[row["Account Name"]] += amount
    assert {Decimal(0)} == set(by_account.values()), "the reversal takes all of it back"
    assert (1, "2026-08-31", False) == (ran.status, ran.data["proposed_lock_date"], ran.data["closed"])
    assert ran.data["open"]["settlements_not_exported"] > 0
    assert refused.status == 2
    assert "is closed" in refused.error
    assert (True, [], None) == tuple(read_only.data[name] for name in ("closed", "files", "proposed_lock_date"))
