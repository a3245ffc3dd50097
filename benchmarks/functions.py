"""The worksheet functions: 10,000 cells in one call, and one cell through xlwings' own Windows code."""

from __future__ import annotations

import os
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlwings as xw

from addin import udfs
from addin.commands.new import write_workbook
from addin.machine.cost_file import publish_snapshot
from benchmarks.rows import LONG_ENOUGH, Result, by_turns, result, took
from core.books.database import Database
from core.books.database.company import new_company
from core.companies import MachineFolder
from core.reports.cost_snapshot import CostAnswer, CostSnapshot
from core.time import system_clock
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.com import MISSING, PyIDispatch
from tests.fake_excel.windows_code import decorated, on_windows, windows_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CELLS = 10_000
_ORDERS = 200_000
_COSTS = 3_000
_TIMES_OF_CELL = 300


def rows() -> Iterator[Result]:
    """Measure `function-range` and `function-cell` over the costs of 10,000 SKUs and 200,000 orders."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COGSHEET_HOME"] = str(Path(folder) / "home")
        book = Path(folder) / "Books.xlsm"
        with Database.create(Path(folder) / "books.sqlite", new_company("Bench", "USD", system_clock())) as database:
            write_workbook(book, database)
            publish_snapshot(snapshot(), MachineFolder(Path(folder) / "home"), database.company.database_id)
        yield from _in_excel(book)


def snapshot() -> CostSnapshot:
    """Return costs of so many SKUs and orders."""
    costs = (Decimal(100 + number) / 100 for number in range(_COSTS))
    answers = tuple(CostAnswer("Finale average", cost, "Finale average", system_clock()) for cost in costs)
    skus = {_sku(number): number % _COSTS for number in range(CELLS)}
    orders = {f"111-{number:07}": {_sku(number % CELLS): number % _COSTS} for number in range(_ORDERS)}
    return CostSnapshot(answers, skus, orders)


def _sku(number: int) -> str:
    return f"SKU-{number:05}"


def _in_excel(book: Path) -> Iterator[Result]:
    excel = FakeApplication()
    with on_windows(excel, book.name), decorated(udfs):
        udfs.empty = xw.func(_empty)  # type: ignore[attr-defined] # xlwings finds functions by their module
        excel.Workbooks.Open(str(book))
        workbook = excel.Workbooks.Item(1)
        server = windows_code().com_server.XLPython()
        cell = PyIDispatch(workbook.Worksheets.Item("Setup").Range("Z1"))

        def call(function: str) -> object:
            return server.CallUDF("addin.udfs", function, (_sku(1), MISSING), workbook, cell)

        assert isinstance(call("FINALE_COST"), float), "the cell has no cost"  # noqa: S101
        windows_code()._xlwindows.BOOK_CALLER = xw.Book(book.name).api  # noqa: SLF001 - as CallUDF leaves it
        yield _range()
        yield result("function-cell", *by_turns(*(partial(_often, call, name) for name in ("FINALE_COST", "empty"))))
    excel.end()


def _empty(sku: object, order_id: object = None) -> object:
    """Return what it is given."""
    del order_id
    return sku


def _often(call: Callable[[str], object], name: str) -> None:
    for _ in range(_TIMES_OF_CELL):
        call(name)


def _range() -> Result:
    """Measure the function itself: what xlwings makes of 10,000 cells before it is the same for every function."""
    skus = [[_sku(number)] for number in range(CELLS)]
    costs = {sku: 1.0 for (sku,) in skus}

    def looked_up() -> list[Any]:
        found = []
        for (sku,) in skus:
            found.append([costs.get(sku)])
        return found

    function = partial(udfs.FINALE_COST, skus)
    times = max(1, int(LONG_ENOUGH / took(function).cpu))
    return result(
        "function-range", *by_turns(partial(_repeat, function, times), partial(_repeat, looked_up, times), runs=5)
    )


def _repeat(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()
