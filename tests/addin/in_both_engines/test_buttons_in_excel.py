"""The ribbon's buttons, pressed in Excel: `addin.ribbon.run` as VBA calls it, through xlwings' own Windows code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.commands.desk_opening import on_file
from addin.commands.settlements.importing import import_files
from addin.sheets import exchange
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.tables import tables
from core.books.settlements.status import missing_lines
from tests.addin.in_both_engines.as_user import UsersTable

if TYPE_CHECKING:
    from tests.addin.in_both_engines.desktop import Desktop


@pytest.mark.long
def test_open_settlement_fills_and_shows_its_transactions(desktop: Desktop) -> None:
    """The selected settlement's lines are on sheet Transactions, which is brought to the front."""
    outcome, message = desktop.press("fill")

    assert exchange.DONE == outcome, message
    assert "on sheet Transactions" in message
    assert len(desktop.books().lines) == len(desktop.rows(TRANSACTIONS_SPEC))
    assert desktop.book.sheets.active.name == "Transactions"


@pytest.mark.long
def test_sync_and_cogs_work_on_the_sheet_that_is_shown(desktop: Desktop) -> None:
    """On Transactions, and on the COGS tab just made, its settlement is meant; progress is in the status bar."""
    desktop.press("fill")
    desktop.select("Transactions", "D9")
    made = desktop.press("cogs")
    tab = desktop.book.sheets.active.name
    desktop.select(tab, "A1")
    synced = desktop.press("sync")

    assert exchange.ERROR not in (made[0], synced[0])
    assert tab.startswith("COGS ")
    assert f"Sheet {tab}" in made[1]
    assert "0 new costs" in synced[1]
    assert any(str(text).startswith("Cogsheet: ") for text in desktop.excel.user.status_bar)
    assert desktop.excel.StatusBar is False


@pytest.mark.long
def test_resolve_lists_what_is_missing(desktop: Desktop) -> None:
    """As many rows as the message says, and attention is asked for."""
    outcome, message = desktop.press("resolve")

    missing = len(missing_lines(desktop.books().lines))
    assert (exchange.ATTENTION, missing) == (outcome, len(desktop.rows(RESOLVE_SPEC)))
    assert message.startswith(f"{missing} lines")


def typed_costs(desktop: Desktop, *costs: float | None) -> None:
    """Type costs into the first rows of Resolve."""
    found = tables.find(desktop.book, RESOLVE_SPEC)
    for row, cost in enumerate(costs):
        found.column_cells("cost", row, 1).value = cost


@pytest.mark.long
@pytest.mark.parametrize(("answer", "proposals_saved"), [("yes", True), ("no", False)])
def test_save_asks_whether_proposals_are_saved_too(desktop: Desktop, answer: str, *, proposals_saved: bool) -> None:
    """It first says how many costs were entered and how many proposals are unedited; No saves the former only."""
    typed_costs(desktop, 4.25)
    proposals = sum(row["cost"] is not None for row in desktop.rows(RESOLVE_SPEC)) - 1

    outcome, message = desktop.press("save", answer)

    assert [f"Save 1 entered cost and {proposals} unedited proposals? COGS changes by"] == [
        text[: text.index(" USD")] for text in desktop.excel.user.shown
    ]
    assert message.startswith(f"Saved 1 entered, {proposals if proposals_saved else 0} accepted proposal")
    assert 1 + proposals * proposals_saved == len(desktop.books().overrides)
    assert outcome == exchange.ATTENTION


@pytest.mark.long
def test_save_can_be_cancelled(desktop: Desktop) -> None:
    """Nothing is saved, and what was typed stands where it was."""
    typed_costs(desktop, 4.25)

    _, message = desktop.press("save", "cancel")

    assert "Nothing was saved" in message
    assert desktop.books().overrides.empty
    assert desktop.rows(RESOLVE_SPEC)[0]["cost"] == 4.25


@pytest.mark.long
@pytest.mark.parametrize(("answer", "left"), [("ok", 0), ("cancel", 1)])
def test_undo_asks_and_takes_the_last_save_back(desktop: Desktop, answer: str, left: int) -> None:
    """What was saved is gone from the books if the user agrees, and is still there if not."""
    typed_costs(desktop, 4.25)
    desktop.press("save", "no")

    desktop.press("undo", answer)

    overrides = desktop.books().overrides
    assert left == int(overrides["unit_cost"].notna().sum())


@pytest.mark.long
def test_profit_and_loss_of_what_is_selected_or_of_all(desktop: Desktop) -> None:
    """The message says of which settlements, and the sheet is brought to the front."""
    _, selected = desktop.press("pnl")
    desktop.select("Setup", "A1")
    _, of_all = desktop.press("pnl")

    settlement = desktop.books().settlements[0]
    assert selected.startswith(f"Of {settlement.store}/{settlement.settlement_id}:")
    assert of_all.startswith("Of all settlements:")
    assert desktop.book.sheets.active.name == "P&L"


@pytest.mark.long
def test_a_cogs_tab_can_be_handed_on_as_its_own_workbook(desktop: Desktop) -> None:
    """Pressed on the tab itself, the button offers a file beside the workbook."""
    desktop.press("cogs")
    desktop.select(desktop.book.sheets.active.name, "A1")
    declined = desktop.press("cogs", "cancel")
    before = list(desktop.path.parent.glob("COGS *.xlsx"))
    _, message = desktop.press("cogs", "ok")
    (file,) = desktop.path.parent.glob("COGS *.xlsx")

    settlement = desktop.books().settlements[0]
    assert [] == before
    assert f"{settlement.store} {settlement.settlement_id} " in file.name
    assert (False, True) == (".xlsx" in declined[1], str(file) in message)


@pytest.mark.long
def test_close_goes_back_month_by_month(desktop: Desktop) -> None:
    """The last complete month is offered first, then the one before; the pack lies beside the workbook."""
    cancelled = desktop.press("close", "cancel")
    outcome, message = desktop.press("close", "no", "yes")

    assert ("No month was closed.", exchange.ATTENTION) == (cancelled[1], outcome), message
    assert "Finish the open items" in message
    packs = list(desktop.path.parent.glob("Close *.xlsx"))
    assert 1 == len(packs)
    last, before = (text.partition("?")[0].split()[-2:] for text in desktop.excel.user.shown[-2:])
    assert last != before
    assert str(packs[0]) in message


@pytest.mark.long
def test_verify_looks_at_all_sheets(desktop: Desktop) -> None:
    """A figure that the user changed on the COGS tab is found."""
    desktop.press("cogs")
    before = desktop.press("verify")
    name = f"tblCOGS_{desktop.books().settlements[0].settlement_id}"
    tab = tables.find(desktop.book, COGS_SPEC, table=name)
    tab.column_cells("unit_cost", 0, 1).value = 99
    after = desktop.press("verify")

    assert (exchange.DONE, True) == (before[0], "equal to the cent" in before[1]), before[1]
    assert (exchange.ATTENTION, True) == (after[0], "unit_cost" in after[1]), after[1]


@pytest.mark.long
def test_export_asks_for_the_accounting_system_and_locks(desktop: Desktop) -> None:
    """With costs missing only the settlement entry goes out, if the user wants that; Xero needs account codes first."""
    cancelled = desktop.press("export", "cancel")
    refused = desktop.press("export", "yes", "cancel")
    without_codes = desktop.press("export", "no", "yes", "ok")
    desktop.choose_codes("200")
    outcome, message = desktop.press("export", "no", "yes", "ok")
    asked = [text.partition("Yes writes files for ")[2] for text in desktop.excel.user.shown]

    assert ("Nothing was exported.", True) == (cancelled[1], "was not exported" in refused[1])
    assert "has none in column Number" in without_codes[1]
    assert exchange.DONE == outcome, message
    files = sorted((desktop.path.parent / "exports").iterdir())
    assert files
    assert all("xero" in file.name for file in files)
    assert "Item missing cost" in desktop.excel.user.shown[-1]
    assert ["QuickBooks", "Xero"] == [text.partition(",")[0] for text in asked if text][-2:]


def test_import_takes_the_paths_and_clears_them(desktop: Desktop) -> None:
    """The chosen files are imported, and the hidden sheet holds none of them afterwards."""
    file = next(path for path in desktop.path.parent.iterdir() if path.suffix == ".txt")
    desktop.put_paths(file)

    outcome, message = desktop.press("import")

    assert (exchange.DONE, True) == (outcome, "imported already" in message)
    paths = desktop.book.sheets[exchange.SHEET].range((2, exchange.PATHS_COLUMN), (5, exchange.PATHS_COLUMN)).value
    assert [None] * 4 == paths


@pytest.mark.long
def test_import_asks_which_store_a_file_belongs_to(desktop: Desktop) -> None:
    """Where the company has several stores of a marketplace, each is offered until one is taken."""
    first = next(path for path in desktop.path.parent.iterdir() if path.suffix == ".txt")
    other = first.with_name("other.txt")
    settlement = desktop.books().settlements[0].settlement_id
    other.write_bytes(first.read_bytes().replace(settlement.encode(), b"99999999999"))
    desktop.excel.Workbooks.Item(1).Close()
    on_file(desktop.path, lambda desk: import_files(desk, files=[other], store="Second shop"))
    desktop.excel.Workbooks.Open(str(desktop.path))
    third = first.with_name("third.txt")
    third.write_bytes(first.read_bytes().replace(settlement.encode(), b"88888888888"))
    desktop.put_paths(third)

    _, message = desktop.press("import", "no", "yes")

    assert ["1 of 2", "2 of 2"] == [text[-8:-2] for text in desktop.excel.user.shown]
    stores = {one.settlement_id: one.store for one in desktop.books().settlements}
    asked = desktop.excel.user.shown[1]
    assert stores["88888888888"] in asked, message


@pytest.mark.long
def test_import_asks_whether_a_payout_is_another_one(desktop: Desktop) -> None:
    """Two payouts of one day and sum: Cancel leaves the second out, OK imports it beside the first."""
    head = "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Currency"
    row = "2026-09-03 10:15:00 -0400,charge,{},paid,2026-09-05,{},49.00,0.00,49.00,USD"
    files = [desktop.path.with_name(f"payout {number}.csv") for number in (1, 2)]
    for file, told in zip(files, (("#1", "900001"), ("#9", "")), strict=True):
        file.write_text(f"{head}\n{row.format(*told)}\n", encoding="utf-8")
    desktop.put_paths(*files)
    left_out = desktop.press("import", "cancel")
    before = {one.settlement_id for one in desktop.books().settlements}
    desktop.put_paths(files[1])
    outcome, message = desktop.press("import", "ok")
    added = {one.settlement_id for one in desktop.books().settlements} - before

    assert (exchange.ATTENTION, True, False) == (left_out[0], "900001" in before, "2026-09-05 USD" in before)
    assert "Are they two payouts?" in desktop.excel.user.shown[-1]
    assert "--" not in desktop.excel.user.shown[-1] + message
    assert (exchange.DONE, {"2026-09-05 USD"}) == (outcome, added)


@pytest.mark.long
def test_a_filtered_resolve_sheet_is_saved_right(desktop: Desktop) -> None:
    """The user filters Resolve by a SKU, types its cost and saves: every row's status is its own."""
    rows = desktop.rows(RESOLVE_SPEC)
    typed = next(number for number, row in enumerate(rows) if row["cost"] is None)
    found = tables.find(desktop.book, RESOLVE_SPEC)
    found.table.autofilter.apply_values(found.positions["sku"] + 1, [str(rows[typed]["sku"])])
    found.column_cells("cost", typed, 1).value = 3.5

    desktop.press("save", "no")

    after = {row["key"]: row for row in desktop.rows(RESOLVE_SPEC)}
    assert {row["key"]: row["sku"] for row in rows} == {key: row["sku"] for key, row in after.items()}
    saved = [key for key, row in after.items() if str(row["status"]).startswith("saved")]
    assert [rows[typed]["key"]] == saved
    assert found.table.autofilter.criteria[found.positions["sku"]].type != "none"


@pytest.mark.long
def test_the_workbook_file_holds_it_after_saving(desktop: Desktop) -> None:
    """What Excel saves is what the buttons wrote."""
    desktop.press("fill")
    desktop.book.save()

    assert len(desktop.books().lines) == len(UsersTable(desktop.path, "tblTransactions").rows())


def test_the_demo_needs_no_connection(desktop: Desktop) -> None:
    """Its Finale is on this computer; no key is asked for."""
    outcome, message = desktop.press("connect")

    assert (exchange.DONE, True) == (outcome, "nothing to connect" in message)


@pytest.mark.long
@pytest.mark.parametrize(("answer", "start"), [("ok", "2030-01-01"), ("cancel", "None")])
def test_a_setting_that_decides_anew_what_is_closed_is_asked_by_any_button(
    desktop: Desktop, answer: str, start: str
) -> None:
    """What it would do is shown first; cancelled, nothing is changed and what was typed is still in its cell."""
    _type_setting(desktop, "Lock date", "2030-01-31")
    desktop.press("pnl")
    _type_setting(desktop, "Books start", "2030-01-01")

    _, message = desktop.press("pnl", answer)

    asked = desktop.excel.user.shown[0]
    assert "Take it?" in asked
    assert "in a closed period" in asked
    assert start == str(desktop.books().policies.books_start), message
    (shown,) = (row["value"] for row in desktop.rows(SETUP_SPEC) if row["setting"] == "Books start")
    assert "2030-01-01" in str(shown)


@pytest.mark.long
@pytest.mark.parametrize(("answer", "start"), [("ok", "2030-01-01"), ("cancel", "None")])
def test_what_books_start_takes_out_of_the_count_is_shown_before_it_is_taken(
    desktop: Desktop, answer: str, start: str
) -> None:
    """Nothing is posted or closed: every settlement is named all the same, with its lines and sums."""
    _type_setting(desktop, "Books start", "2030-01-01")

    _, message = desktop.press("pnl", answer)

    asked = desktop.excel.user.shown[0]
    assert "Sheet Setup would change these settlements:" in asked
    assert "not counted, COGS USD" in asked
    assert start == str(desktop.books().policies.books_start), message
    assert ("Effect of this alone: 24150720916 (Amazon, open):" in message) is (answer == "ok"), message


def _type_setting(desktop: Desktop, name: str, text: str) -> None:
    found = tables.find(desktop.book, SETUP_SPEC)
    place = next(number for number, row in enumerate(desktop.rows(SETUP_SPEC)) if row["setting"] == name)
    found.column_cells("value", place, 1).value = text
