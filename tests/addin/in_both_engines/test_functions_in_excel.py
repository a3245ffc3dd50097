"""The worksheet functions as Excel calls them: xlwings' real decorators, its generator and its COM server."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from addin import udfs
from addin.machine import cost_file
from addin.sheets import workbook
from addin.sheets.exchange import MISSING_COST
from addin.sheets.workbook import NAME
from core.company_databases import BooksId, MachineFolder
from core.reports.cost_snapshot import CostAnswer, CostSnapshot
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.com import MISSING, Calls, ComObject, PyIDispatch
from tests.fake_excel.windows_code import book_in, decorated, on_windows, windows_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SNAPSHOT = CostSnapshot(
    answers=(
        CostAnswer("Finale average", Decimal("2.5"), "Finale average", NOON),
        CostAnswer("Cost blank"),
        CostAnswer("costed", Decimal("4.123456"), "Finale order", NOON),
        CostAnswer("zero confirmed", Decimal(0), "Entered", NOON),
    ),
    skus={"A-1": 0, "a-1": 1, "123": 0, "00123": 0},
    orders={"111-1": {"A-1": 2, "123": 3}, "200012345678901": {"A-1": 3}},
)
FUNCTIONS = ("FINALE_COST", "FINALE_COST_ASOF", "FINALE_COST_SOURCE", "FINALE_COST_STATUS")


class Cells:
    """A workbook open in Excel, in whose cells the functions are used."""

    def __init__(self, excel: FakeApplication, machine: MachineFolder) -> None:
        self.machine = machine
        self.workbook = excel.Workbooks.Item(1)
        self.book: xw.Book = book_in(excel, self.workbook.Name)
        self.sheet = self.book.sheets["Setup"]
        self._server = windows_code().com_server.XLPython()

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function as the VBA wrapper does: cells as bare COM pointers."""
        sent = tuple(PyIDispatch(a) if isinstance(a, ComObject) else a for a in arguments)
        caller = PyIDispatch(self.range("Z1"))
        return self._server.CallUDF("addin.udfs", function, sent, self.workbook, caller)

    def range(self, address: str) -> ComObject:
        """Return cells of sheet Setup, as VBA has them."""
        found: ComObject = self.workbook.Worksheets.Item("Setup").Range(address)
        return found

    def put(self, address: str, values: object, number_format: str = "General") -> ComObject:
        """Write into cells and return them."""
        cells = self.sheet.range(address)
        cells.number_format = number_format
        cells.value = values
        return self.range(cells.address)

    def publish(self, snapshot: CostSnapshot) -> None:
        """Do as the buttons do: let the functions answer from these costs."""
        cost_file.publish_snapshot(snapshot, self.machine, "sandbox")


@pytest.fixture
def cells(business: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    """Return cells in which the functions can be used, with costs published."""
    monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "user"))
    excel = FakeApplication()
    with on_windows(excel), decorated(udfs):
        excel.Workbooks.Open(str(business))
        found = Cells(excel, MachineFolder(tmp_path / "user"))
        found.publish(SNAPSHOT)
        yield found
    excel.end()


def test_a_value_gives_a_value(cells: Cells) -> None:
    """Cost, source, status and moment of a SKU, each a plain value that a cell can show."""
    assert [2.5, "Finale average", "Finale average"] == [
        cells.call(name, "A-1", MISSING) for name in ("FINALE_COST", "FINALE_COST_SOURCE", "FINALE_COST_STATUS")
    ]
    assert NOON == cells.call("FINALE_COST_ASOF", "A-1", MISSING)


def test_with_an_order_that_orders_cost(cells: Cells) -> None:
    """The order's cost, in full precision; a zero that somebody confirmed is 0."""
    assert 4.123456 == cells.call("FINALE_COST", "A-1", "111-1")
    assert 0 == cells.call("FINALE_COST", 123.0, "111-1")
    assert "zero confirmed" == cells.call("FINALE_COST_STATUS", "A-1", 200012345678901.0)


@pytest.mark.parametrize(
    ("sku", "order", "status"),
    [
        ("a-1", MISSING, "Cost blank"),
        ("B-2", MISSING, "Not synced"),
        ("A-1", "999-9", "Order not in the books"),
        ("a-1", "111-1", "SKU not on the Finale order"),
    ],
)
def test_a_missing_cost_is_never_zero(cells: Cells, sku: str, order: object, status: str) -> None:
    """Cost, source and moment are what VBA turns into #N/A; the status says why. Capitals matter."""
    for name in ("FINALE_COST", "FINALE_COST_SOURCE", "FINALE_COST_ASOF"):
        assert MISSING_COST == cells.call(name, sku, order)
    assert status == cells.call("FINALE_COST_STATUS", sku, order)


def test_a_range_gives_an_array_of_its_shape(cells: Cells) -> None:
    """One call for the whole block; blank cells give empty text, unknown SKUs a missing cost."""
    block = cells.put("D20:E21", [["A-1", "B-2"], [None, 123]])

    answer = cells.call("FINALE_COST", block, MISSING)

    assert [[2.5, MISSING_COST], ["", 2.5]] == [list(row) for row in answer]


def test_rows_and_single_cells_come_as_vba_expects_them(cells: Cells) -> None:
    """A row is handed over with one dimension, a single cell as a value."""
    assert [2.5, MISSING_COST] == list(cells.call("FINALE_COST", cells.put("D20:E20", [["A-1", "x"]]), MISSING))
    assert 2.5 == cells.call("FINALE_COST", cells.put("D20", "A-1"), MISSING)


def test_orders_beside_their_skus(cells: Cells) -> None:
    """One order per row, or one for all; a blank order asks for the average."""
    skus = cells.put("D20:D22", [["A-1"], ["A-1"], ["A-1"]])
    orders = cells.put("E20:E22", [["111-1"], [None], ["999-9"]], "@")

    assert [[4.123456], [2.5], [MISSING_COST]] == [list(row) for row in cells.call("FINALE_COST", skus, orders)]
    assert [[4.123456]] * 3 == [list(row) for row in cells.call("FINALE_COST", skus, "111-1")]
    assert [[4.123456], [2.5], [MISSING_COST]] == [list(row) for row in cells.call("FINALE_COST", "A-1", orders)]


@pytest.mark.parametrize("number_format", ["General", "0.00", '"$"#,##0.00'])
def test_a_sku_that_excel_took_for_a_number_is_found(cells: Cells, number_format: str) -> None:
    """123 is SKU 123 whatever the cell's format; as text 00123 is another one."""
    assert "Finale average" == cells.call("FINALE_COST_STATUS", cells.put("D20", 123, number_format), MISSING)
    assert "Not synced" == cells.call("FINALE_COST_STATUS", cells.put("D20", 124, number_format), MISSING)
    assert "Finale average" == cells.call("FINALE_COST_STATUS", cells.put("D20", "00123", "@"), MISSING)


def test_the_vba_says_whose_books_they_are(cells: Cells) -> None:
    """Excel is asked for nothing then, neither the workbook's name nor what it says; older VBA says nothing."""
    cells.call("FINALE_COST", "A-1", MISSING)
    workbook.write_books_name(cells.book, BooksId("Somebody", "else"))
    before = Calls.count
    answer = cells.call("FINALE_COST", "A-1", MISSING, "sandbox")
    told = Calls.count - before
    cells.call("FINALE_COST", "A-1", MISSING)

    assert (2.5, True) == (answer, told < Calls.count - before - told)
    assert [[2.5]] == udfs.FINALE_COST([["A-1"]], None, "sandbox")


def test_an_error_value_is_a_missing_cost(cells: Cells) -> None:
    """A SKU that is #N/A or #SPILL! is not asked for by that name."""
    for code in (-2146826246, -2146826245):
        assert MISSING_COST == cells.call("FINALE_COST", code, MISSING)
    assert () == cost_file.asked_skus(cells.machine, "sandbox")


def test_costs_that_a_button_published_are_read_anew(cells: Cells) -> None:
    """Once the file is looked at again, which is a few times a second, calls answer from what it holds now."""
    before = cells.call("FINALE_COST", "A-1", MISSING)
    time.sleep(0.26)
    cells.publish(CostSnapshot((CostAnswer("Finale average", Decimal("9.75"), "Finale average", NOON),), {"A-1": 0}))

    assert (2.5, 9.75) == (before, cells.call("FINALE_COST", "A-1", MISSING))


def test_unknown_skus_are_noted_for_the_next_sync(cells: Cells) -> None:
    """Each once, known ones never; what a sync has asked for is taken off."""
    for sku in ("B-2", "A-1", "B-2", "C-3", "a-1"):
        cells.call("FINALE_COST", sku, MISSING)

    assert ("B-2", "C-3") == cost_file.asked_skus(cells.machine, "sandbox")
    cost_file.forget_asked_skus(cells.machine, "sandbox", ["B-2"])
    assert ("C-3",) == cost_file.asked_skus(cells.machine, "sandbox")


@pytest.mark.parametrize("name", [BooksId("Somebody", "../../outside"), None])
def test_nothing_raises(cells: Cells, name: BooksId | None) -> None:
    """Books with an impossible name, or none: the cost is missing, no traceback reaches a cell, no file is written."""
    if name is None:
        cells.book.names[NAME].delete()
    else:
        workbook.write_books_name(cells.book, name)

    assert MISSING_COST == cells.call("FINALE_COST", "A-1", MISSING)
    assert "Traceback" in (cells.machine.path / "cogsheet.log").read_text(encoding="utf-8")
    assert not list(cells.machine.path.parent.rglob("outside*"))


def test_a_damaged_file_is_a_missing_cost(cells: Cells) -> None:
    """The cells wait for the next button, which writes the file anew."""
    (cells.machine.path / "costs" / "sandbox.sqlite").write_text("no database at all", encoding="utf-8")

    assert MISSING_COST == cells.call("FINALE_COST", "A-1", MISSING)


def test_a_block_needs_few_calls_to_excel(cells: Cells) -> None:
    """Ten thousand cells are one read of the block, not ten thousand."""
    block = cells.put("D20:D10019", [["A-1"]] * 10_000)
    before = Calls.count

    assert [2.5] * 10_000 == [row[0] for row in cells.call("FINALE_COST", block, MISSING)]
    assert Calls.count - before < 100


def test_the_generator_writes_a_wrapper_for_each_function(cells: Cells) -> None:
    """The order is optional, and the function wizard does not call Python."""
    text = io.StringIO()
    windows_code().udfs.generate_vba_wrapper("addin.udfs", udfs, text, SimpleNamespace(Name="Books.xlsm"))

    for name in FUNCTIONS:
        assert f"Function {name}(sku, Optional order_id, Optional books)" in text.getvalue()
    assert len(FUNCTIONS) == text.getvalue().count('CommandBars("Standard").Controls(1).Enabled) Then Exit Function')
    assert "Volatile" not in text.getvalue()
    assert cells


def test_every_function_and_argument_is_described(cells: Cells) -> None:
    """The function wizard shows category, purpose and arguments, none of them cut."""
    windows_code().udfs.import_udfs("addin.udfs", cells.workbook)

    wizard = cells.workbook.Application.user.wizard
    assert {f"'Books.xlsm'!{name}" for name in FUNCTIONS} == set(wizard)
    for options in wizard.values():
        assert options["Category"] == "Cogsheet"
        texts = [options["Description"], *options["ArgumentDescriptions"]]
        assert all(0 < len(str(text)) < 255 for text in texts)
        assert len(texts) == 4
    assert list(cells.workbook.VBProject.modules) == ["xlwings_udfs"]
