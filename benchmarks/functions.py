"""The worksheet functions: 10,000 cells in one call, and one cell through xlwings' own Windows code."""

from __future__ import annotations

import os
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from addin import udfs
from addin.commands.setup.new import write_workbook
from addin.machine.cost_file import publish_snapshot
from benchmarks.rows import Result, by_turns, result
from core.books.database import Database
from core.books.database.company import new_company
from core.company_databases import MachineFolder
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
_TIMES_OF_CELL, _TIMES_OF_RANGE = 5_000, 300


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
    with on_windows(excel), decorated(udfs):
        udfs.empty = windows_code().udfs.xlfunc(_empty)  # type: ignore[attr-defined] # xlwings finds functions by their module
        excel.Workbooks.Open(str(book))
        workbook = excel.Workbooks.Item(1)
        server = windows_code().com_server.XLPython()
        cell = PyIDispatch(workbook.Worksheets.Item("Setup").Range("Z1"))

        def call(function: str) -> object:
            return server.CallUDF("addin.udfs", function, (_sku(1), MISSING), workbook, cell)

        assert isinstance(call("FINALE_COST"), float), "the cell has no cost"  # noqa: S101
        yield _range()
        works = (partial(_repeat, partial(call, name), _TIMES_OF_CELL) for name in ("FINALE_COST", "empty"))
        own, other = by_turns(*works)
        yield result("function-cell", own.over(_TIMES_OF_CELL), other.over(_TIMES_OF_CELL))
    excel.end()


def _empty(sku, order_id=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - xlwings reads annotations
    """Return what it is given."""
    del order_id
    return sku


def _range() -> Result:
    """Measure the function itself: what xlwings makes of 10,000 cells before it is the same for every function."""
    skus: list[list[object]] = [[_sku(number)] for number in range(CELLS)]
    costs: dict[object, float] = {sku: 1.0 for (sku,) in skus}

    def looked_up() -> list[Any]:
        found = []
        for (sku,) in skus:
            found.append([costs.get(sku)])
        return found

    works = (partial(_repeat, work, _TIMES_OF_RANGE) for work in (partial(udfs.FINALE_COST, skus), looked_up))
    own, other = by_turns(*works)
    return result("function-range", own.over(_TIMES_OF_RANGE), other.over(_TIMES_OF_RANGE))


def _repeat(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()
