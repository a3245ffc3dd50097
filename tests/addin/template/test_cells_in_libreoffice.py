"""The worksheet functions without Python: LibreOffice computes them from sheets Costs and Transactions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from xlsxwriter.utility import xl_col_to_name

from addin.sheets import exchange
from addin.sheets.costs.costs import COSTS_SPEC
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.model import Cause, CostStatus, Event
from core.reports.cost_snapshot import cost_snapshot
from core.reports.sku_costs import OK, SKU_COST_COLUMNS
from tests.addin.template.filled_office import COSTS, ON, Line, pressed, put_lines

if TYPE_CHECKING:
    from tests.addin.template.conftest import Opener, OpenWorkbook

pytestmark = pytest.mark.long

MISSING = exchange.MISSING_COST
NOT_AVAILABLE = "Error 2042"
"""What LibreOffice shows where Excel shows #N/A."""


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
        Line("2", "no units", 0, "7", Event.ADJUSTMENT),
        Line("2", "no units", 1, "8", Event.ADJUSTMENT),
        Line("2", "free", 1, "0", cost_status=CostStatus.ZERO_CONFIRMED),
        Line("3", "Mixed", 1, "6"),
    ]
    opened = libreoffice.open("Lines.xlsm")
    put_lines(opened, lines)
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


def test_a_sku_answers_as_python_does(libreoffice: Opener) -> None:
    """All four functions of a SKU on sheet Costs, over the wrappers and by what they call, as `addin.udfs`."""
    moment = datetime(2023, 3, 15, 12, tzinfo=UTC)
    known: dict[str, object] = {"average": Decimal("4.25"), "average_as_of": moment, "status": OK}
    rows: list[dict[str, object]] = [
        {"sku": "known", **known},
        {"sku": "free", **known, "average": Decimal(0)},
        {"sku": "blank", "status": Cause.COST_BLANK},
        {"sku": "unmapped", "status": Cause.SKU_NOT_MAPPED},
    ]
    python = cost_snapshot(frame(COSTED_COLUMNS | TRANSACTION_COLUMNS, []), frame(SKU_COST_COLUMNS, rows))
    opened = libreoffice.open("Skus.xlsm")
    letters = {column.header: xl_col_to_name(index) for index, column in enumerate(COSTS_SPEC.columns)}
    shown = {"SKU": "sku", "Current average": "average", "as of": "average_as_of", "Status": "status"}
    for header, field in shown.items():
        cells = [[_in_cell(row.get(field))] for row in rows]
        opened.ask("put_block", "Costs", f"{letters[header]}5:{letters[header]}{4 + len(rows)}", cells)

    for sku in [*(str(row["sku"]) for row in rows), "nobody"]:
        wanted = python.answer(sku)
        for function, value in (
            ("FINALE_COST", wanted.unit_cost),
            ("FINALE_COST_SOURCE", wanted.source),
            ("FINALE_COST_STATUS", wanted.status),
            ("FINALE_COST_ASOF", wanted.as_of),
        ):
            opened.ask("formula", "Setup", "H1", f'={function}("{sku}")')
            in_cell = opened.ask("shown_block", "Setup", "H1:H1")
            assert [[NOT_AVAILABLE if value is None else _in_cell(value)]] == in_cell, (function, sku)
            if function != "FINALE_COST_ASOF":
                answer = opened.vba("CostAnswers.Answer", function, sku, "")
                assert (MISSING if value is None else _in_cell(value)) == answer, (function, sku)


def _in_cell(value: object) -> object:
    """Return what a cell holds of a value; LibreOffice takes a moment as its number."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - cells have no zone
    if isinstance(value, Decimal):
        return float(value)
    return "" if value is None else str(value)


def test_the_function_wizard_is_told_once_and_never_on_a_mac(libreoffice: Opener) -> None:
    """When somebody selects a cell, and not while the workbook opens."""
    opened = libreoffice.open("Wizard.xlsm")
    opening = opened.vba("FunctionOptions.Given")
    opened.vba("FunctionHelp.Describe")
    told = str(opened.vba("FunctionOptions.Given")).splitlines()
    opened.vba("FunctionHelp.Describe")
    again = opened.vba("FunctionOptions.Given")
    on_mac = libreoffice.open("Mac.xlsm")
    on_mac.vba("Platform.PretendMac", ON)
    on_mac.vba("FunctionHelp.Describe")

    assert ["FINALE_COST", "FINALE_COST_SOURCE", "FINALE_COST_STATUS", "FINALE_COST_ASOF"] == [
        line.split("|")[0] for line in told
    ]
    assert all("Capitals matter" in line.split("|")[2] for line in told)
    assert ("", "", "") == (opening, again, on_mac.vba("FunctionOptions.Given"))


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
    opened.vba("xlwings.Install", ON)
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
    office.vba("xlwings.Install", ON)
    office.ask("put_block", "Costs", "A5:I8", COSTS)
    office.ask("formula", "Setup", "H5", '=1+FINALE_COST("A-1")')
    assert office.ask("shown", "Setup", "H5") == "5.25"
    office.ask("put", "Costs", "D5", 5)

    pressed(office, "cogsheetPnl")
    assert office.ask("shown", "Setup", "H5") == "5.25"
    pressed(office, "cogsheetSync")
    assert office.ask("shown", "Setup", "H5") == "6"
