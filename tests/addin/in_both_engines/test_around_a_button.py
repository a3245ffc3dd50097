"""What surrounds every button in Excel: the selection, Excel's own state, refusals, and how errors reach the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin import ribbon
from addin.commands.desk_opening import desk
from addin.commands.ribbon import ribbon_actions, running_excel
from addin.commands.ribbon.ribbon_actions import OtherVersionError, refuse_other_version
from addin.commands.ribbon.running_excel import version_of_buttons
from addin.commands.ribbon.selection import selected_settlements
from addin.commands.setup.new import new_workbook
from addin.sheets import exchange
from addin.sheets.desk import BookPlaceError
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.tables import tables
from tests.addin.in_both_engines import as_user
from tests.addin.in_both_engines.as_user import change
from tests.fake_excel.application import AUTOMATIC, MANUAL, FakeChart
from tests.fake_excel.com import Calls
from tests.fake_excel.windows_code import open_book

if TYPE_CHECKING:
    from pathlib import Path

    from tests.addin.in_both_engines.desktop import Desktop
    from tests.fake_excel.application import FakeApplication


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("sheet", "addresses"),
    [("Setup", ["A12"]), ("Settlements", ["A1:Z4"]), ("Settlements", ["Z5"]), ("Settlements", ["A900"])],
)
def test_without_a_selected_settlement_the_user_is_told_to_pick(
    desktop: Desktop, sheet: str, addresses: list[str]
) -> None:
    """Another sheet, the header, a cell beside or below the table: no settlement."""
    desktop.select(sheet, *addresses)

    outcome, message = desktop.press("fill")

    assert exchange.ERROR == outcome
    assert "Select one or more rows on sheet Settlements" in message


def test_a_selected_chart_is_no_settlement(desktop: Desktop) -> None:
    """A chart has no cells; the user is told to pick."""
    desktop.excel.select(FakeChart())

    assert "A chart or a picture is selected" in desktop.press("fill")[1]


def test_cells_of_another_workbook_are_no_settlement(desktop: Desktop, made_business: Path, tmp_path: Path) -> None:
    """With two workbooks open the selection may be the other one's: it is not taken for ours."""
    second = tmp_path / "Other.xlsm"
    second.write_bytes((made_business / "Books.xlsm").read_bytes())
    desktop.excel.Workbooks.Open(str(second))
    desktop.excel.Workbooks.Item("Other.xlsm").select("Settlements", "A5")

    outcome, message = desktop.press("fill")

    assert exchange.ERROR == outcome
    assert "another workbook, Other.xlsm" in message


def add_settlement(desktop: Desktop, settlement_id: str) -> None:
    """Add a row to sheet Settlements as if it had been imported."""
    found = tables.find(desktop.book, SETTLEMENTS_SPEC)
    rows = tables.read(found, SETTLEMENTS_SPEC)
    tables.update(desktop.book, SETTLEMENTS_SPEC, [*rows, {**rows[0], "settlement_id": settlement_id}])


def test_all_pieces_of_a_selection_count_but_hidden_rows_do_not(desktop: Desktop) -> None:
    """Rows touched by any piece are meant, whole columns and rows too; a row that a filter hides is not."""
    for settlement_id in ("222", "333", "444"):
        add_settlement(desktop, settlement_id)
    first = str(desktop.rows(SETTLEMENTS_SPEC)[0]["settlement_id"])
    store = str(desktop.rows(SETTLEMENTS_SPEC)[0]["store"])

    def selected(*addresses: str) -> list[str]:
        desktop.select("Settlements", *addresses)
        return [name.removeprefix(f"{store}/") for name in selected_settlements(desktop.book)]

    assert [first, "333"] == selected("B5", "C7:D7")
    assert [first, "222", "333", "444"] == selected("C:C")
    assert ["222", "333"] == selected("6:7")
    desktop.book.sheets["Settlements"].range("A6").rows.hidden = True
    assert [first, "333", "444"] == selected("C:C")


@pytest.mark.few(1)
@pytest.mark.parametrize("calculation", [AUTOMATIC, MANUAL])
@pytest.mark.parametrize("command", ["resolve", "nonsense"])
def test_excel_is_left_as_it_was(desktop: Desktop, calculation: int, command: str) -> None:
    """Calculation, events, redrawing and status bar are as before, whether the button worked or not."""
    excel = desktop.excel
    events = calculation == AUTOMATIC
    excel.Calculation, excel.EnableEvents, excel.StatusBar = calculation, events, "the user's"

    desktop.press(command)

    assert (calculation, events, True, "the user's") == (
        excel.Calculation,
        excel.EnableEvents,
        excel.ScreenUpdating,
        excel.StatusBar,
    )


@pytest.mark.long
def test_on_the_mac_python_shows_the_message_and_recalculates(desktop: Desktop) -> None:
    """There VBA does not wait: the message is an alert, nothing is left on the hidden sheet."""
    ribbon.run("resolve", [f"--wb={desktop.path.name}"], vba_waits=False)

    assert "without cost on sheet Resolve" in desktop.excel.user.shown[-1]
    assert desktop.book.sheets[exchange.SHEET].range(exchange.MESSAGE_CELL).value is None
    desktop.excel.user.answers[:] = ["ok"]
    ribbon.run("save", [f"--wb={desktop.path.name}"], vba_waits=False)
    assert ["'Books.xlsm'!FinaleCells.Recalculate"] == desktop.excel.user.macros


def test_a_workbook_on_a_server_needs_no_folder(
    excel: FakeApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buttons work on a workbook of SharePoint that nothing copies here; what they write goes to Documents."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "user"))
    path = tmp_path / "elsewhere" / "Books.xlsm"
    new_workbook(path, company="Contoso", currency="USD")
    book = open_book(excel, path)
    excel.Workbooks.Item(path.name).address = "https://contoso.sharepoint.com/teams/A/Shared%20Documents/Books.xlsm"
    pressed = [ribbon_actions.press(name, book) for name in ("rates", "doctor")]
    with desk(book, running_excel.place_of(book)) as opened:
        folder = opened.folder()

    assert f"on a server; what Cogsheet writes beside a workbook goes to {folder}" in pressed[1].message
    assert (tmp_path / "Documents" / "Cogsheet", True) == (folder, folder.is_dir())
    with pytest.raises(BookPlaceError, match="an upgraded copy beside it needs"):
        ribbon_actions.press("upgrade", book)


def test_the_demo_is_where_its_books_are(desktop: Desktop) -> None:
    """Its database lies beside the workbook, so that on a server it has none."""
    desktop.excel.Workbooks.Item(desktop.path.name).address = "https://contoso.sharepoint.com/sites/A/B/Books.xlsm"

    assert "the demo, whose books lie beside its workbook, needs" in desktop.press("resolve")[1]


def test_an_unknown_command_is_refused(desktop: Desktop) -> None:
    """Only commands of the table are done."""
    outcome, message = desktop.press("__import__('os').remove")

    assert exchange.ERROR == outcome
    assert "has no command" in message


def test_a_name_with_an_equals_sign_is_refused(desktop: Desktop) -> None:
    """A workbook of another name would be looked for; the user is told to rename it."""
    with pytest.raises(SystemExit, match=r"the character = \(Books=2026.xlsm\)"):
        ribbon.run("sync", ["-c", "--wb=Books=2026.xlsm", "--from_xl=1"], vba_waits=True)
    assert [] == desktop.excel.user.shown


def test_buttons_of_another_version_are_refused(desktop: Desktop) -> None:
    """The message names both versions and how to bring them together."""
    desktop.book.sheets[exchange.SHEET].range(exchange.VERSION_CELL).value = "0.0.9"

    buttons = version_of_buttons(desktop.book)
    with pytest.raises(OtherVersionError, match=r"belong to Cogsheet 0.0.9, and this computer has Cogsheet 0.1.0"):
        refuse_other_version(desktop.book.name, buttons, "0.1.0")
    refuse_other_version(desktop.book.name, buttons, "0.0.9")
    refuse_other_version(desktop.book.name, buttons, None)


@pytest.mark.long
def test_a_protected_sheet_is_named(desktop: Desktop) -> None:
    """What Excel would refuse without saying where is told with the sheet's name."""
    desktop.excel.Workbooks.Item(1).Close()
    change(desktop.path, "tblResolve", as_user.protect)
    desktop.excel.Workbooks.Open(str(desktop.path))
    desktop.select("Settlements", "A5")

    outcome, message = desktop.press("resolve")

    assert (exchange.ERROR, True) == (outcome, message.startswith("Sheet Resolve is protected"))


def test_what_excel_refuses_is_told_in_its_own_words(desktop: Desktop) -> None:
    """An error of Excel reaches the user as a sentence, with its words and what to do."""
    desktop.excel.Workbooks.Item(1).Worksheets.Item("COGS template").sheet.xl.element.set("state", "veryHidden")

    outcome, message = desktop.press("cogs")

    assert exchange.ERROR == outcome
    assert "Excel refused a change: Copy method of Worksheet class failed" in message
    assert "Traceback" not in message


def test_the_unexpected_ends_in_a_sentence_and_the_traceback_in_the_log(desktop: Desktop, users_folder: Path) -> None:
    """Whatever happens, the user reads a sentence that names the log."""
    del desktop.excel.user.status_bar

    outcome, message = desktop.press("sync")

    log = users_folder / "cogsheet.log"
    assert exchange.ERROR == outcome
    assert str(log) in message
    assert "Traceback" not in message
    assert "Traceback" in log.read_text(encoding="utf-8")


@pytest.mark.long
def test_the_hidden_sheet_may_be_gone(desktop: Desktop) -> None:
    """Then the message is shown at once."""
    desktop.book.sheets[exchange.SHEET].impl.xl.Name = "renamed"

    ribbon.run("fill", [f"--wb={desktop.path.name}"], vba_waits=True)

    assert "on sheet Transactions" in desktop.excel.user.shown[-1]


MOST_CALLS = 15
"""Per column of Transactions, as in docs/performance.md."""


def test_a_press_asks_excel_little(desktop: Desktop) -> None:
    """Each call takes about a millisecond: of what a press needs again and again Excel is asked once."""

    def press() -> int:
        before = Calls.count
        ribbon.run("fill", [f"--wb={desktop.path.name}"], vba_waits=True)
        return Calls.count - before

    desktop.press("pnl")  # another test may have published other costs of this company: all is shown anew once then
    opened, again = press(), press()

    assert again < opened <= MOST_CALLS * len(TRANSACTIONS_SPEC.columns)
