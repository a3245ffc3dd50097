"""The template's VBA at work, in the only program here that runs it: modules, buttons, refusals.

LibreOffice lacks what xlwings' module needs, message boxes that nobody answers and errors that cells can hold, so that
`stand_ins/` has a module for each. All else is the template's own code.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from addin.commands.registry import BUTTONS
from addin.sheets import exchange
from tests.addin.template.filled_office import COSTS, OFF, ON, PYTHON, pressed
from workbooks.template.ribbon_parts import version
from workbooks.template.vba_modules import module_texts

if TYPE_CHECKING:
    from addin.commands.registry.command import Command
    from tests.addin.template.conftest import Opener, OpenWorkbook

pytestmark = pytest.mark.long


def test_every_module_is_bound_and_runs(office: OpenWorkbook) -> None:
    """The canary: one syntax error anywhere, and no function of the project answers any more."""
    modules = office.ask("modules")
    assert isinstance(modules, list)

    assert set(module_texts()) <= set(modules)
    assert office.vba("RibbonTable.CommandOf", "cogsheetSync") == "sync"


def test_the_canary_dies_of_a_syntax_error(libreoffice: Opener) -> None:
    """A module that does not compile is noticed by the test above."""
    broken = libreoffice.open("Broken.xlsm", {"Broken": 'Attribute VB_Name = "Broken"\nSub X()\nIf a Then\nEnd Sub\n'})

    assert broken.vba("RibbonTable.CommandOf", "cogsheetSync") != "sync"


@pytest.mark.parametrize("button", [b for b in BUTTONS if b.action and not b.asks.files], ids=lambda b: b.name)
def test_a_button_runs_its_command_and_shows_the_answer(office: OpenWorkbook, button: Command) -> None:
    """Exactly one command, from the table; then what Python left as its message."""
    office.vba("xlwings.WillAnswer", "attention", "12 lines without cost.", OFF)
    office.vba("TextQuestion.WillAnswer", "Wrong cost")

    shown = [PYTHON.format(button.name), "Message attention: 12 lines without cost."]
    assert shown == pressed(office, button.button_id)
    assert [["", ""]] == office.ask("shown_block", exchange.SHEET, "B2:C2")


def test_help_needs_no_python(office: OpenWorkbook) -> None:
    """Help works where the installation is broken, and says the version."""
    office.vba("xlwings.Install", OFF)
    said = "\n".join(pressed(office, "cogsheetHelp"))

    assert "RunPython" not in said
    assert "first steps" in said
    assert version() in said


def test_an_unknown_button_runs_nothing(office: OpenWorkbook) -> None:
    """Only ids of the table have a command."""
    assert [] == pressed(office, "somethingElse")


def test_import_hands_the_chosen_files_over_as_text(office: OpenWorkbook) -> None:
    """Paths stand one below the other, as they are, and are gone when the button has ended."""
    paths = ["C:/Users/x/=1+1.txt", "00123", "C:/a b/settlement.csv"]
    office.vba("Exchange.Prepare")

    assert office.vba("Exchange.PutPaths", paths) is True
    assert [[path] for path in paths] == office.ask("shown_block", exchange.SHEET, "D2:D4")
    assert version() == office.ask("shown", exchange.SHEET, exchange.VERSION_CELL)
    office.vba("FileChoice.WillChoose", paths)
    assert [PYTHON.format("import")] == pressed(office, "cogsheetImport")
    assert [[""]] * 3 == office.ask("shown_block", exchange.SHEET, "D2:D4")


def test_import_without_a_choice_runs_nothing(office: OpenWorkbook) -> None:
    """A dialog that was left with Escape ends the button."""
    assert [] == pressed(office, "cogsheetImport")


def test_an_answer_in_words_is_handed_over_as_text(office: OpenWorkbook) -> None:
    """A reason that looks like a formula or a number stays what was typed, and is gone when the button has ended."""
    for typed in ("=1+1", "007", "Bill came late: é"):
        office.vba("Exchange.Prepare")
        assert office.vba("Exchange.PutText", typed) is True
        assert typed == office.ask("shown", exchange.SHEET, exchange.TEXT_CELL)
    office.vba("TextQuestion.WillAnswer", "Wrong cost")
    assert [PYTHON.format("reopen")] == pressed(office, "cogsheetReopen")
    assert office.ask("shown", exchange.SHEET, exchange.TEXT_CELL) == ""


@pytest.mark.parametrize("answer", [OFF, "", "   "])
def test_a_question_in_words_left_without_an_answer_runs_nothing(office: OpenWorkbook, answer: object) -> None:
    """Cancel, or a blank where the auditor wants a reason."""
    office.vba("TextQuestion.WillAnswer", answer)

    assert [] == pressed(office, "cogsheetReopen")


def test_what_python_switched_off_is_put_back(office: OpenWorkbook) -> None:
    """Calculation and events are as before, though the stand-in for Python switched them off and never on again."""
    before = office.vba("xlwings.Switches")
    pressed(office, "cogsheetFill")

    assert before == "-4105 True"
    assert before == office.vba("xlwings.Switches")


@pytest.mark.parametrize(("number", "says"), [(18, "You pressed Esc"), (5, "Excel could not start Python")])
def test_esc_puts_everything_back_and_says_so(office: OpenWorkbook, number: int, says: str) -> None:
    """Error 18 is Excel's for Esc; Python sees it by the version that is gone from the hidden sheet, and stops."""
    before = office.vba("xlwings.Switches")
    office.vba("xlwings.WillAnswer", "raise", str(number), OFF)
    ran, message = pressed(office, "cogsheetSync")

    assert (PYTHON.format("sync"), True) == (ran, says in message)
    assert before == office.vba("xlwings.Switches")
    assert "" == office.ask("shown", exchange.SHEET, exchange.VERSION_CELL)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (("", "", ON), "Message error: Python could not finish. Press Check in group Setup."),
        (("error", "Finale did not answer.", ON), "Message error: Finale did not answer."),
        (("", "", OFF), None),
    ],
)
def test_an_end_without_a_word_is_never_silent(
    office: OpenWorkbook, answer: tuple[str, str, bool], message: str | None
) -> None:
    """Python's own message is shown; if it could not leave one, VBA has its own; done without a word is done."""
    office.vba("xlwings.WillAnswer", *answer)

    assert [PYTHON.format("sync"), *([message] if message else [])] == pressed(office, "cogsheetSync")


def test_a_missing_installation_is_named(office: OpenWorkbook) -> None:
    """Without the interpreter nothing is run, and the message says what to do."""
    office.vba("xlwings.Install", OFF)
    said = pressed(office, "cogsheetSync")

    assert len(said) == 1
    assert "cogsheet install" in said[0]
    assert r"C:\Cogsheet\python.exe" in said[0]


@pytest.mark.parametrize("name", ["Books=2026.xlsm", "a;b.xlsm", "a^b.xlsm", "%HOME%.xlsm"])
def test_a_name_that_would_bend_the_command_line_is_refused(libreoffice: Opener, name: str) -> None:
    """The message says which sign, and Python is not started: by no button and by no cell."""
    opened = libreoffice.open(name)
    opened.vba("xlwings.Install", ON)
    said = pressed(opened, "cogsheetSync")
    opened.ask("formula", "Setup", "H1", '=FINALE_COST("A-1")')

    assert len(said) == 1
    assert re.search(r"Message error: .* contains the character [=;^%]", said[0])
    assert "XLPy" not in str(opened.vba("xlwings.Noted"))


def test_a_percent_sign_alone_is_a_good_name(libreoffice: Opener) -> None:
    """What names no variable of the system is left alone, and so is the character that Mac's shell would read."""
    opened = libreoffice.open("100% $organic & more's.xlsm")
    opened.vba("xlwings.Install", ON)

    assert [PYTHON.format("sync")] == pressed(opened, "cogsheetSync")
    opened.vba("Platform.PretendMac", ON)
    assert "contains the character $" in pressed(opened, "cogsheetSync")[0]


def test_on_a_mac_python_reports_by_itself(office: OpenWorkbook) -> None:
    """There RunPython returns before Python has ended: VBA shows nothing and asks no file system."""
    office.vba("Platform.PretendMac", ON)
    office.vba("xlwings.Install", OFF)
    office.vba("xlwings.WillAnswer", "done", "12 lines.", OFF)

    assert [PYTHON.format("sync")] == pressed(office, "cogsheetSync")


def test_a_button_reaches_the_workbook_in_front(libreoffice: Opener) -> None:
    """With two clients' books open, a callback that Excel calls in the wrong one goes on to the active one."""
    behind = libreoffice.open("Smith.xlsm")
    front = libreoffice.open_beside("Jones.xlsm")
    for opened in (behind, front):
        opened.vba("xlwings.Install", ON)
    front.ask("bring_to_front")
    behind.vba("Dispatcher.Press", "cogsheetSync")

    assert str(behind.vba("xlwings.Noted")) == ""
    assert PYTHON.format("sync") in str(front.vba("xlwings.Noted"))


def test_a_workbook_of_others_in_front_is_named(libreoffice: Opener) -> None:
    """It has no books; what goes wrong in one that has is never told as if it had none."""
    behind = libreoffice.open("Smith.xlsm")
    plain = BytesIO()
    Workbook().save(plain)
    libreoffice.open_beside("Budget.xlsx", content=plain.getvalue()).ask("bring_to_front")
    behind.vba("Dispatcher.Press", "cogsheetSync")
    of_others = str(behind.vba("xlwings.Noted"))
    failing = module_texts()["Dispatcher"].replace("FinaleCells.UserIsWorking", 'Err.Raise 1004, , "the disk is full"')
    libreoffice.open_beside("Jones.xlsm", {"Dispatcher": failing}).ask("bring_to_front")
    behind.vba("Dispatcher.Press", "cogsheetSync")

    assert "needs a Cogsheet workbook; Budget.xlsx is not one" in of_others
    assert "did not end in Jones.xlsm: the disk is full" in str(behind.vba("xlwings.Noted"))


def test_sheets_are_found_when_their_tabs_are_renamed_and_missed_politely(
    libreoffice: Opener,
) -> None:
    """Code names hold; a deleted sheet is a message or a missing cost, never a project that does not compile."""
    opened = libreoffice.open("Renamed.xlsm")
    opened.vba("xlwings.Install", ON)
    opened.ask("put_block", "Costs", "A5:I8", COSTS)
    opened.ask("rename", "Costs", "Kosten")
    assert opened.vba("CostAnswers.Answer", "FINALE_COST", "A-1", "") == 4.25

    for sheet in ("Kosten", "Transactions", "Setup"):
        opened.ask("delete", sheet)
    opened.vba("CostIndex.Forget")
    assert opened.vba("CostAnswers.Answer", "FINALE_COST", "A-1", "") == exchange.MISSING_COST
    assert "first steps" in "\n".join(pressed(opened, "cogsheetHelp"))
    opened.ask("delete", exchange.SHEET)
    assert "hidden sheet" in pressed(opened, "cogsheetSync")[0]


CALLED_ELSEWHERE = {
    "Ribbon.OnButton": "needs a control of the ribbon; Dispatcher.Press is all it does",
    "FileChoice.ChosenFiles": "a dialog, replaced here",
    "Messages.Show": "a message box, replaced here",
    "Platform.IsMac": "a conditional compilation, replaced here",
    "TextQuestion.TypedAnswer": "a dialog, replaced here",
}
ARGUMENTS = {
    "CostAnswers.Answer": '"FINALE_COST", "A-1", ""',
    "CostIndex.RowOf": '"A-1", ""',
    "CostIndex.ValueOf": '"FINALE_COST", 1',
    "Dispatcher.Press": '"cogsheetHelp"',
    "Dispatcher.RunButton": '"cogsheetHelp"',
    "Exchange.PutPaths": 'Array("a")',
    "FinaleCells.CutToUsed": '"A-1"',
    "FinaleCells.Shown": '"A-1"',
    "FunctionOptions.SetFor": '"FINALE_COST", "Unit cost of a SKU", Array("A SKU", "An order")',
    "OurBooks.AreIn": "ThisWorkbook",
    "OurSheets.Find": '"SheetCosts"',
    "Exchange.PutText": '"Wrong cost"',
    "RibbonTable.AsksForFiles": '"cogsheetImport"',
    "RibbonTable.AsksForText": '"cogsheetReopen"',
    "RibbonTable.ChangesCosts": '"cogsheetSync"',
    "RibbonTable.CommandOf": '"cogsheetSync"',
    **{f"xlwings_udfs.FINALE_COST{end}": '"A-1", ""' for end in ("", "_ASOF", "_SOURCE", "_STATUS")},
}
TRY = """
Public Function Try{number}() As String
    On Error GoTo failed
    Call {procedure}({arguments})
    Try{number} = "ran"
    Exit Function
failed:
    Try{number} = Err.Description
End Function
"""
"""An error that nobody catches would end a procedure without a word."""


def test_every_public_procedure_runs(libreoffice: Opener) -> None:
    """Each public procedure of ours is called once and raises nothing."""
    ours = {name: text for name, text in module_texts().items() if name not in ("xlwings", "Dictionary")}
    public = {
        f"{module}.{name}"
        for module, text in ours.items()
        for name in re.findall(r"^Public (?:Sub|Function) (\w+)\(", text, re.MULTILINE)
    }
    called = sorted(public - set(CALLED_ELSEWHERE))
    tries = [
        TRY.format(number=number, procedure=procedure, arguments=ARGUMENTS.get(procedure, ""))
        for number, procedure in enumerate(called)
    ]
    opened = libreoffice.open("Public.xlsm", {"Tries": 'Attribute VB_Name = "Tries"\n' + "".join(tries)})
    opened.ask("put_block", "Costs", "A5:I8", COSTS)

    assert len(called) > 25
    assert set(CALLED_ELSEWHERE) | set(ARGUMENTS) <= public
    answers = {procedure: opened.vba(f"Tries.Try{number}") for number, procedure in enumerate(called)}
    assert dict.fromkeys(called, "ran") == answers


def test_an_error_in_a_procedure_would_be_seen(libreoffice: Opener) -> None:
    """What the test above calls an error is one."""
    fails = "Public Sub Fails()\n    Dim zero As Long\n    zero = 1 / zero\nEnd Sub\n"
    failing = 'Attribute VB_Name = "Tries"\n' + fails + TRY.format(number=0, procedure="Tries.Fails", arguments="")
    opened = libreoffice.open("Failing.xlsm", {"Tries": failing})

    assert opened.vba("Tries.Try0") != "ran"
