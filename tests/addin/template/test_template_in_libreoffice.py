"""The template's VBA at work, in the only program here that runs it.

LibreOffice lacks what xlwings' module needs, message boxes that nobody answers and errors that cells can hold, so that
`stand_ins/` has a module for each. All else is the template's own code.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from xlsxwriter.utility import xl_col_to_name

from addin.ribbon_buttons import BUTTONS
from addin.sheets import exchange, transactions
from core.model import COSTED_COLUMNS, TRANSACTION_COLUMNS, CostStatus, Event, frame
from core.reports.cost_snapshot import cost_snapshot
from core.reports.costed_lines import MISSING_MARK, WAITING_MARK
from core.reports.sku_costs import SKU_COST_COLUMNS
from workbooks.template.modules import module_texts
from workbooks.template.ribbon_table import version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.ribbon_buttons import Button
    from tests.addin.template.conftest import OpenWorkbook, Opener

PYTHON = "RunPython import addin.ribbon; addin.ribbon.run('{}')"
COSTS = [
    ["A-1", "", "", 4.25, 45000.5, "", "", "USD", "Finale average"],
    ["a-1", "", "", 7.5, 45001.5, "", "", "USD", "Finale average"],
    ["00123", "", "", "", "", "", "", "", "SKU not mapped"],
    ["Größe é", "", "", 0.333333, 45001.5, "", "", "USD", "Finale average"],
]
MISSING = exchange.MISSING_COST


@dataclass(frozen=True)
class Line:
    """A line of sheet Transactions, as far as worksheet functions look at it."""

    order_id: str
    sku: str
    quantity: int | None
    unit_cost: str | None
    event: str = Event.SALE
    cost_status: str = CostStatus.COSTED
    cost_source: str = "Finale order"

    @property
    def mark(self) -> str:
        """What stands beside the cost."""
        return {CostStatus.MISSING: MISSING_MARK, CostStatus.WAITING: WAITING_MARK}.get(CostStatus(self.cost_status), "")


def _put_lines(opened: OpenWorkbook, lines: Sequence[Line]) -> None:
    letters = {column.header: xl_col_to_name(index) for index, column in enumerate(transactions.SPEC.columns)}
    cells = {
        "Order ID": [line.order_id for line in lines],
        "SKU": [line.sku for line in lines],
        "Type": [line.event for line in lines],
        "Units": ["" if line.quantity is None else line.quantity for line in lines],
        "Unit cost": ["" if line.unit_cost is None else float(line.unit_cost) for line in lines],
        "!": [line.mark for line in lines],
        "Cost source": [line.cost_source if line.unit_cost else "" for line in lines],
    }
    for header, values in cells.items():
        block = f"{letters[header]}5:{letters[header]}{4 + len(lines)}"
        opened.ask("put_block", "Transactions", block, [[value] for value in values])


@pytest.fixture
def office(libreoffice: Opener) -> OpenWorkbook:
    """Return LibreOffice with the template open, costs filled in, everything else as when it was opened."""
    opened = libreoffice.reuse("Books.xlsm")
    if not opened.filled:
        opened.ask("put_block", "Costs", "A5:I8", COSTS)
        _put_lines(opened, [Line("112-1", "A-1", 1, "9.99")])
        opened.filled = True
    opened.vba("Platform.PretendMac", False)
    opened.vba("xlwings.Install", True)
    opened.vba("xlwings.WillAnswer", "", "", False)
    opened.vba("FileChoice.WillChoose", False)
    opened.vba("xlwings.Noted")
    return opened


def _pressed(office: OpenWorkbook, button: str) -> list[str]:
    """Press a button; return what Python and message box were asked, without the worksheet functions' tries."""
    office.vba("xlwings.Noted")
    office.vba("Dispatcher.Press", button)
    return [line for line in str(office.vba("xlwings.Noted")).splitlines() if line and line != "XLPy"]


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


@pytest.mark.parametrize("button", [b for b in BUTTONS if b.command and not b.asks_for_files], ids=lambda b: b.command)
def test_a_button_runs_its_command_and_shows_the_answer(office: OpenWorkbook, button: Button) -> None:
    """Exactly one command, from the table; then what Python left as its message."""
    office.vba("xlwings.WillAnswer", "attention", "12 lines without cost.", False)

    assert [PYTHON.format(button.command), "Message attention: 12 lines without cost."] == _pressed(office, button.id)
    assert [["", ""]] == office.ask("shown_block", exchange.SHEET, "B2:C2")


def test_help_needs_no_python(office: OpenWorkbook) -> None:
    """Help works where the installation is broken, and says the version."""
    office.vba("xlwings.Install", False)
    said = "\n".join(_pressed(office, "cogsheetHelp"))

    assert "RunPython" not in said
    assert "first steps" in said
    assert version() in said


def test_an_unknown_button_runs_nothing(office: OpenWorkbook) -> None:
    """Only ids of the table have a command."""
    assert [] == _pressed(office, "somethingElse")


def test_import_hands_the_chosen_files_over_as_text(office: OpenWorkbook) -> None:
    """Paths stand one below the other, as they are, and are gone when the button has ended."""
    paths = ["C:/Users/x/=1+1.txt", "00123", "C:/a b/settlement.csv"]
    office.vba("Exchange.Prepare")

    assert office.vba("Exchange.PutPaths", paths) is True
    assert [[path] for path in paths] == office.ask("shown_block", exchange.SHEET, "D2:D4")
    assert version() == office.ask("shown", exchange.SHEET, exchange.VERSION_CELL)
    office.vba("FileChoice.WillChoose", paths)
    assert [PYTHON.format("import")] == _pressed(office, "cogsheetImport")
    assert [[""]] * 3 == office.ask("shown_block", exchange.SHEET, "D2:D4")


def test_import_without_a_choice_runs_nothing(office: OpenWorkbook) -> None:
    """A dialog that was left with Escape ends the button."""
    assert [] == _pressed(office, "cogsheetImport")


def test_what_python_switched_off_is_put_back(office: OpenWorkbook) -> None:
    """Calculation and events are as before, though the stand-in for Python switched them off and never on again."""
    before = office.vba("xlwings.Switches")
    _pressed(office, "cogsheetFill")

    assert before == "-4105 True"
    assert before == office.vba("xlwings.Switches")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (("", "", True), "Message error: Python could not finish. Press Check in group Setup."),
        (("error", "Finale did not answer.", True), "Message error: Finale did not answer."),
        (("", "", False), None),
    ],
)
def test_an_end_without_a_word_is_never_silent(
    office: OpenWorkbook, answer: tuple[str, str, bool], message: str | None
) -> None:
    """Python's own message is shown; if it could not leave one, VBA has its own; done without a word is done."""
    office.vba("xlwings.WillAnswer", *answer)

    assert [PYTHON.format("sync"), *([message] if message else [])] == _pressed(office, "cogsheetSync")


def test_a_missing_installation_is_named(office: OpenWorkbook) -> None:
    """Without the interpreter nothing is run, and the message says what to do."""
    office.vba("xlwings.Install", False)
    said = _pressed(office, "cogsheetSync")

    assert len(said) == 1
    assert "cogsheet install" in said[0]
    assert r"C:\Cogsheet\python.exe" in said[0]


@pytest.mark.parametrize("name", ["Books=2026.xlsm", "a;b.xlsm", "a^b.xlsm", "%HOME%.xlsm"])
def test_a_name_that_would_bend_the_command_line_is_refused(
    libreoffice: Opener, name: str
) -> None:
    """The message says which sign, and Python is not started: by no button and by no cell."""
    opened = libreoffice.open(name)
    opened.vba("xlwings.Install", True)
    said = _pressed(opened, "cogsheetSync")
    opened.ask("formula", "Setup", "H1", '=FINALE_COST("A-1")')

    assert len(said) == 1
    assert re.search(r"Message error: .* has the sign [=;^%] in it", said[0])
    assert "XLPy" not in str(opened.vba("xlwings.Noted"))


def test_a_percent_sign_alone_is_a_good_name(libreoffice: Opener) -> None:
    """What names no variable of the system is left alone, and so is the sign that Mac's shell would read."""
    opened = libreoffice.open("100% $organic & more's.xlsm")
    opened.vba("xlwings.Install", True)

    assert [PYTHON.format("sync")] == _pressed(opened, "cogsheetSync")
    opened.vba("Platform.PretendMac", True)
    assert "has the sign $" in _pressed(opened, "cogsheetSync")[0]


def test_on_a_mac_python_reports_by_itself(office: OpenWorkbook) -> None:
    """There RunPython returns before Python has ended: VBA shows nothing and asks no file system."""
    office.vba("Platform.PretendMac", True)
    office.vba("xlwings.Install", False)
    office.vba("xlwings.WillAnswer", "done", "12 lines.", False)

    assert [PYTHON.format("sync")] == _pressed(office, "cogsheetSync")


def test_a_button_reaches_the_workbook_in_front(libreoffice: Opener) -> None:
    """With two clients' books open, a callback that Excel calls in the wrong one goes on to the active one."""
    behind = libreoffice.open("Smith.xlsm")
    front = libreoffice.open_beside("Jones.xlsm")
    for opened in (behind, front):
        opened.vba("xlwings.Install", True)
    front.ask("bring_to_front")
    behind.vba("Dispatcher.Press", "cogsheetSync")

    assert str(behind.vba("xlwings.Noted")) == ""
    assert PYTHON.format("sync") in str(front.vba("xlwings.Noted"))


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ('=FINALE_COST("A-1")', "4.25"),
        ('=FINALE_COST("a-1")', "7.5"),
        ("=FINALE_COST(Costs.A8)", "0.333333"),
        ('=FINALE_COST("")', ""),
        ('=FINALE_COST("A-1";"112-1")', "9.99"),
        ('=FINALE_COST_SOURCE("A-1")', "Finale average"),
        ('=FINALE_COST_SOURCE("A-1";"112-1")', "Finale order"),
        ('=FINALE_COST_STATUS("A-1";"112-1")', "costed"),
        ('=FINALE_COST_STATUS("00123")', "SKU not mapped"),
        ('=FINALE_COST_STATUS("unheard of")', "Not synced"),
        ('=FINALE_COST_STATUS("A-1";"112-2")', "Not on sheet Transactions"),
        ("=FINALE_COST_STATUS(123)", "Not synced"),
        ('=FINALE_COST_ASOF("A-1")', "45000.5"),
    ],
)
def test_a_cell_gets_its_cost_from_the_sheets(office: OpenWorkbook, formula: str, shown: str) -> None:
    """Without Python the functions answer from Costs and Transactions, by the SKU's exact spelling."""
    office.ask("formula", "Setup", "H3", formula)

    assert shown == office.ask("shown", "Setup", "H3")


@pytest.mark.parametrize(
    ("sku", "order"), [("00123", ""), ("unheard of", ""), ("A-1", "112-2"), ("A-1 ", ""), ("a-1", "112-1")]
)
def test_a_missing_cost_is_missing_and_never_zero(office: OpenWorkbook, sku: str, order: str) -> None:
    """What VBA turns into #N/A, which LibreOffice has no word for in a cell."""
    assert office.vba("CostAnswers.Answer", "FINALE_COST", "A-1", "") == 4.25
    assert office.vba("CostAnswers.Answer", "FINALE_COST", sku, order) == MISSING


def test_several_lines_of_an_order_answer_as_python_does(libreoffice: Opener) -> None:
    """Sales before refunds, weighted with units, missing if one is missing: the cost that `addin.udfs` would give."""
    lines = [
        Line("1", "same", 2, "4"),
        Line("1", "same", 1, "4"),
        Line("1", "mixed", 2, "4"),
        Line("1", "mixed", 1, "5.5"),
        Line("1", "one missing", 1, "4"),
        Line("1", "one missing", 1, None, cost_status=CostStatus.MISSING),
        Line("2", "refunded", -1, "9", Event.REFUND),
        Line("2", "refunded", 1, "3"),
        Line("2", "refund only", -2, "8", Event.REFUND),
        Line("2", "waits", -1, None, Event.REFUND, CostStatus.WAITING),
        Line("2", "money", None, None, Event.ADJUSTMENT, CostStatus.NOT_APPLICABLE),
        Line("2", "fee and sale", None, None, Event.FEE, CostStatus.NOT_APPLICABLE),
        Line("2", "fee and sale", 1, "2"),
        Line("2", "units unknown", None, "7", Event.ADJUSTMENT),
        Line("2", "free", 1, "0", cost_status=CostStatus.ZERO_CONFIRMED),
        Line("3", "Mixed", 1, "6"),
    ]
    opened = libreoffice.open("Lines.xlsm")
    _put_lines(opened, lines)
    columns = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
    rows = [{**asdict(line), "unit_cost": line.unit_cost and Decimal(line.unit_cost)} for line in lines]
    python = cost_snapshot(frame(columns, rows), frame(SKU_COST_COLUMNS))

    for line in lines:
        wanted = python.answer(line.sku, line.order_id)
        for function, value in (("FINALE_COST", wanted.unit_cost), ("FINALE_COST_SOURCE", wanted.source)):
            answer = opened.vba("CostAnswers.Answer", function, line.sku, line.order_id)
            plain = float(value) if isinstance(value, Decimal) else value
            assert (MISSING if plain is None else plain) == answer, (function, line)
        if wanted.unit_cost is None and wanted.status in list(CostStatus):
            assert wanted.status == opened.vba("CostAnswers.Answer", "FINALE_COST_STATUS", line.sku, line.order_id)


def test_a_range_gets_an_answer_per_cell(office: OpenWorkbook) -> None:
    """Same shape out as in, a whole column up to the last used row; orders beside the SKUs go with them."""
    office.ask("array_formula", "Setup", "J1:J4", "=FINALE_COST_STATUS(Costs.A5:A8)")
    office.ask("put_block", "Setup", "M1:N2", [["A-1", "112-1"], ["a-1", ""]])
    office.ask("array_formula", "Setup", "K1:K2", "=FINALE_COST(M1:M2;N1:N2)")
    office.ask("array_formula", "Setup", "O1:P1", '=FINALE_COST("A-1";Setup.M3:N3)')
    office.ask("put_block", "Setup", "M3:N3", [["112-1", "112-2"]])
    office.ask("array_formula", "Setup", "L1:L8", "=FINALE_COST_STATUS(Costs.A1:A1048576)")

    states = ["Finale average", "Finale average", "SKU not mapped", "Finale average"]
    assert [[state] for state in states] == office.ask("shown_block", "Setup", "J1:J4")
    assert [[9.99], [7.5]] == office.ask("shown_block", "Setup", "K1:K2")
    assert [[state] for state in states] == office.ask("shown_block", "Setup", "L5:L8")
    assert [[9.99]] == office.ask("shown_block", "Setup", "O1:O1")


def test_python_is_not_started_before_somebody_works(libreoffice: Opener) -> None:
    """Not while the workbook opens; then once, and after its failure not again until a button was pressed."""
    opened = libreoffice.open("Opening.xlsm")
    opened.ask("put_block", "Costs", "A5:I8", COSTS)
    opened.vba("xlwings.Install", True)
    tries = []
    for step in ("", "FinaleCells.UserIsWorking", "", "FinaleCells.Recalculate"):
        if step:
            opened.vba(step)
        opened.ask("formula", "Setup", "H1", '=FINALE_COST("A-1")')
        assert opened.ask("shown", "Setup", "H1") == "4.25"
        tries.append(str(opened.vba("xlwings.Noted")).count("XLPy"))

    assert [0, 1, 0, 1] == tries


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_many_cells_are_answered_from_one_index(libreoffice: Opener, count: int) -> None:
    """The sheets are read once, whatever the number of cells that ask."""
    office = libreoffice.open("Many.xlsm")
    last = 4 + count
    costs = [[number / 100] for number in range(count)]
    office.ask("put_block", "Costs", f"A5:A{last}", [[f"SKU-{number:05}"] for number in range(count)])
    office.ask("put_block", "Costs", f"D5:D{last}", costs)
    office.ask("fill_formula", "Costs", f"K5:K{last}", "=FINALE_COST(A5)")

    assert costs == office.ask("shown_block", "Costs", f"K5:K{last}")
    assert office.vba("CostIndex.Builds") == 1


def test_cells_follow_when_costs_change(libreoffice: Opener) -> None:
    """After a button that changes costs the functions' cells are calculated again, and no other button does it."""
    office = libreoffice.open("Follow.xlsm")
    office.vba("xlwings.Install", True)
    office.ask("put_block", "Costs", "A5:I8", COSTS)
    office.ask("formula", "Setup", "H5", '=1+FINALE_COST("A-1")')
    assert office.ask("shown", "Setup", "H5") == "5.25"
    office.ask("put", "Costs", "D5", 5)

    _pressed(office, "cogsheetFill")
    assert office.ask("shown", "Setup", "H5") == "5.25"
    _pressed(office, "cogsheetSync")
    assert office.ask("shown", "Setup", "H5") == "6"


def test_sheets_are_found_when_their_tabs_are_renamed_and_missed_politely(
    libreoffice: Opener,
) -> None:
    """Code names hold; a deleted sheet is a message or a missing cost, never a project that does not compile."""
    opened = libreoffice.open("Renamed.xlsm")
    opened.vba("xlwings.Install", True)
    opened.ask("put_block", "Costs", "A5:I8", COSTS)
    opened.ask("rename", "Costs", "Kosten")
    assert opened.vba("CostAnswers.Answer", "FINALE_COST", "A-1", "") == 4.25

    for sheet in ("Kosten", "Transactions", "Setup"):
        opened.ask("delete", sheet)
    opened.vba("CostIndex.Forget")
    assert opened.vba("CostAnswers.Answer", "FINALE_COST", "A-1", "") == MISSING
    assert "first steps" in "\n".join(_pressed(opened, "cogsheetHelp"))
    opened.ask("delete", exchange.SHEET)
    assert "hidden sheet" in _pressed(opened, "cogsheetSync")[0]


CALLED_ELSEWHERE = {
    "Ribbon.OnButton": "needs a control of the ribbon; Dispatcher.Press is all it does",
    "OurSheets.Find": "returns a sheet, which cannot leave the program; every other module calls it",
    "FileChoice.ChosenFiles": "a dialog, replaced here",
    "Messages.Show": "a message box, replaced here",
    "Platform.IsMac": "a conditional compilation, replaced here",
}
ARGUMENTS: dict[str, list[object]] = {
    "CostAnswers.Answer": ["FINALE_COST", "A-1", ""],
    "CostIndex.RowOf": ["A-1", ""],
    "CostIndex.ValueOf": ["FINALE_COST", 1],
    "Dispatcher.Press": ["cogsheetHelp"],
    "Dispatcher.RunButton": ["cogsheetHelp"],
    "Exchange.PutPaths": [["a"]],
    "FinaleCells.CutToUsed": ["A-1"],
    "FinaleCells.Shown": ["A-1"],
    "RibbonTable.AsksForFiles": ["cogsheetImport"],
    "RibbonTable.ChangesCosts": ["cogsheetSync"],
    "RibbonTable.CommandOf": ["cogsheetSync"],
    **{f"xlwings_udfs.FINALE_COST{end}": ["A-1", ""] for end in ("", "_ASOF", "_SOURCE", "_STATUS")},
}


def test_every_public_procedure_runs(office: OpenWorkbook) -> None:
    """Each public procedure of ours is called once; an error that it does not catch would stop LibreOffice."""
    ours = {name: text for name, text in module_texts().items() if name not in ("xlwings", "Dictionary")}
    public = {
        f"{module}.{name}"
        for module, text in ours.items()
        for name in re.findall(r"^Public (?:Sub|Function) (\w+)\(", text, re.MULTILINE)
    }

    for procedure in sorted(public - set(CALLED_ELSEWHERE)):
        office.vba(procedure, *ARGUMENTS.get(procedure, []))
    assert len(public) > 25
    assert set(CALLED_ELSEWHERE) | set(ARGUMENTS) <= public
