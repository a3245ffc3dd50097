"""The worksheet functions: `=FINALE_COST(sku)`, `=FINALE_COST(sku, order_id)` and what belongs to it.

See docs/architecture.md, Worksheet functions.

They answer from the costs that the buttons published (`addin.machine.cost_file`), never over the network. A range gives
an array of the same shape in one call. A missing cost is `MISSING_COST`, which the workbook's VBA turns into #N/A, cell
by cell; it is never 0. Nothing raises: whatever goes wrong is written to the log, and the cells show #N/A.

xlwings calls these functions in a process that lives as long as Excel does; the module is loaded anew when it changes.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import xlwings as xw

from addin.machine.cost_file import CostFiles
from addin.sheets import workbook
from addin.sheets.exchange import MISSING_COST
from core import log
from core.company_databases import machine_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.reports.cost_snapshot import CostAnswer, CostSnapshot

Grid = list[list[object]]
"""Cells as rows of values."""

CATEGORY = "Cogsheet"
"""Under which Excel's function wizard lists them."""

_SKU = "A SKU, or a range of SKUs. Capitals matter."
_ORDER = "An order ID, or a range of them: one for all SKUs, or one beside each. Left out: the SKU's current average."
_BOOKS = "The id of the workbook's database: the workbook's VBA gives it, no cell does."
_SECONDS_BELIEVED = 1.0
_FIRST_ERROR = -2146826200
"""Excel's error values arrive as numbers from here down; xlwings knows only the older ones by name."""
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_NO_ID = frozenset({"", *_ERRORS})
"""Texts of cells that name neither a SKU nor an order."""


@xw.func(category=CATEGORY, call_in_wizard=False)
@xw.arg("sku", convert=list, ndim=2, err_to_str=True, doc=_SKU)
@xw.arg("order_id", convert=list, ndim=2, err_to_str=True, doc=_ORDER)
@xw.arg("books", convert="raw", doc=_BOOKS)
def FINALE_COST(sku: Grid, order_id: Grid | None = None, books: str | None = None) -> Grid:  # noqa: N802 - the name in the cell
    """Unit cost of a SKU: of that order, or without order the current average. #N/A where the cost is missing."""
    return _in_cells(sku, order_id, books, _unit_cost)


@xw.func(category=CATEGORY, call_in_wizard=False)
@xw.arg("sku", convert=list, ndim=2, err_to_str=True, doc=_SKU)
@xw.arg("order_id", convert=list, ndim=2, err_to_str=True, doc=_ORDER)
@xw.arg("books", convert="raw", doc=_BOOKS)
def FINALE_COST_SOURCE(sku: Grid, order_id: Grid | None = None, books: str | None = None) -> Grid:  # noqa: N802 - the name in the cell
    """Where the unit cost of a SKU comes from (Finale order, Entered, ...). #N/A where the cost is missing."""
    return _in_cells(sku, order_id, books, _source)


@xw.func(category=CATEGORY, call_in_wizard=False)
@xw.arg("sku", convert=list, ndim=2, err_to_str=True, doc=_SKU)
@xw.arg("order_id", convert=list, ndim=2, err_to_str=True, doc=_ORDER)
@xw.arg("books", convert="raw", doc=_BOOKS)
def FINALE_COST_STATUS(sku: Grid, order_id: Grid | None = None, books: str | None = None) -> Grid:  # noqa: N802 - the name in the cell
    """Whether the unit cost of a SKU is known, and if not, why."""
    return _in_cells(sku, order_id, books, _status)


@xw.func(category=CATEGORY, call_in_wizard=False)
@xw.arg("sku", convert=list, ndim=2, err_to_str=True, doc=_SKU)
@xw.arg("order_id", convert=list, ndim=2, err_to_str=True, doc=_ORDER)
@xw.arg("books", convert="raw", doc=_BOOKS)
def FINALE_COST_ASOF(sku: Grid, order_id: Grid | None = None, books: str | None = None) -> Grid:  # noqa: N802 - the name in the cell
    """Since when the unit cost of a SKU holds, in UTC. #N/A where the cost is missing."""
    return _in_cells(sku, order_id, books, _as_of)


@dataclass(frozen=True, slots=True)
class Ready:
    """The costs as one function shows them: what a cell gets is made once, and a cell is a look-up."""

    snapshot: CostSnapshot
    pick: Callable[[CostAnswer], object]
    """Which part of an answer is wanted; `None` of it is a missing cost."""
    values: Sequence[object]
    """Of each answer of the snapshot."""
    skus: Mapping[str, object]
    """SKU -> what a cell shows that asks for nothing else; without SKUs that no cell can ask for."""

    @classmethod
    def of(cls, snapshot: CostSnapshot, pick: Callable[[CostAnswer], object]) -> Ready:
        """Make it of a snapshot."""
        picked = map(pick, snapshot.answers)
        values = [MISSING_COST if value is None else value for value in picked]
        skus = {sku: values[place] for sku, place in snapshot.skus.items() if sku not in _NO_ID}
        return cls(snapshot, pick, values, skus)

    def one(self, sku: object, order_id: str | None) -> object:
        """Return what one cell shows.

        Args:
            sku: As it stands in its cell.
            order_id: Empty where no order is asked for, `None` where it cannot be told.
        """
        text = _text(sku)
        if text is None or order_id is None:
            return MISSING_COST
        if not text:
            return ""
        value = self.pick(self.snapshot.answer(text, order_id))
        return MISSING_COST if value is None else value


def answers(skus: Grid, orders: Grid | None, ready: Ready) -> tuple[Grid, list[str]]:
    """Answer a block of cells.

    Args:
        skus: The SKU cells.
        orders: One order for all, one per row, one per column or one per cell; a single SKU takes their shape.
        ready: The costs.

    Returns:
        A value per cell in the shape of the SKUs, and the SKUs that the costs do not know.
    """
    if len(skus[0]) == 1 and not orders:
        return _column(skus, ready), _unknown(skus, ready.snapshot)
    if orders and len(skus) == len(orders) and len(skus[0]) == len(orders[0]) == 1:
        return _column_of_orders(skus, orders, ready), _unknown(skus, ready.snapshot)
    wide = orders if orders and _is_single(skus) else skus
    grid = [
        [
            ready.one(skus[0][0] if wide is not skus else cells[column], _beside(orders, row, column))
            for column in range(len(cells))
        ]
        for row, cells in enumerate(wide)
    ]
    return grid, _unknown(skus, ready.snapshot)


def _column(skus: Grid, ready: Ready) -> Grid:
    """Answer one column of SKUs."""
    get, grid = ready.skus.get, []
    for (cell,) in skus:
        value = get(cell)  # type: ignore[call-overload] # anything but a text is not found
        grid.append([ready.one(cell, "") if value is None else value])
    return grid


def _column_of_orders(skus: Grid, orders: Grid, ready: Ready) -> Grid:
    """Answer one column of SKUs with an order beside each."""
    lines_of, values, grid = ready.snapshot.orders.get, ready.values, []
    for (cell,), (order,) in zip(skus, orders, strict=True):
        lines = lines_of(order)  # type: ignore[call-overload] # as above
        place = lines.get(cell) if lines else None
        is_plain = place is not None and cell not in _NO_ID and order not in _NO_ID
        grid.append([values[place] if place is not None and is_plain else ready.one(cell, _text(order))])
    return grid


def _unknown(skus: Grid, snapshot: CostSnapshot) -> list[str]:
    """Return the SKUs that the costs do not know, in the order of the cells."""
    known = snapshot.skus
    odd = (cell for row in skus for cell in row if cell not in known)
    return [sku for sku in map(_text, odd) if sku and sku not in known]


def _in_cells(sku: Grid, order_id: Grid | None, books: str | None, pick: Callable[[CostAnswer], object]) -> Grid:
    try:
        files = _files()
        database_id = books or _books_of_callers()(xw.Book.caller())  # the VBA of older workbooks gives none
        grid, unknown = answers(sku, order_id, _ready(database_id, files.snapshot(database_id), pick))
        if unknown:
            files.note(database_id, unknown)
    except Exception:
        logging.getLogger(__name__).exception("A worksheet function could not answer")
        return [[MISSING_COST for _ in row] for row in sku]
    return grid


@dataclass(slots=True)
class BooksOfCallers:
    """Whose books each workbook shows, asked of Excel once a second at most: a column may be thousands of calls."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, str]] = field(default_factory=dict)

    def __call__(self, book: xw.Book) -> str:
        """Return the database id that a workbook names.

        Raises:
            NoCogsheetWorkbookError: If it names none.
        """
        now, name = self.clock(), book.name
        asked_at, database_id = self._known.get(name, (float("-inf"), ""))
        if now - asked_at > _SECONDS_BELIEVED:
            database_id = workbook.read_books_name(book).database_id
            self._known[name] = (now, database_id)
        return database_id


@cache
def _books_of_callers() -> BooksOfCallers:
    return BooksOfCallers()


@cache
def _files() -> CostFiles:
    """Return the costs of this process; the log is opened with them."""
    machine = machine_folder()
    log.set_up(machine.path)
    return CostFiles(machine)


_READY: dict[tuple[str, Callable[[CostAnswer], object]], Ready] = {}
"""By database and function, of the newest snapshot."""


def _ready(database_id: str, snapshot: CostSnapshot, pick: Callable[[CostAnswer], object]) -> Ready:
    """Return the costs as a function shows them, made anew where they are others."""
    ready = _READY.get((database_id, pick))
    if ready is None or ready.snapshot is not snapshot:
        ready = _READY[database_id, pick] = Ready.of(snapshot, pick)
    return ready


def _unit_cost(answer: CostAnswer) -> float | None:
    return None if answer.unit_cost is None else float(answer.unit_cost)


def _source(answer: CostAnswer) -> str | None:
    return answer.source


def _status(answer: CostAnswer) -> str:
    return answer.status


def _as_of(answer: CostAnswer) -> datetime | None:
    return None if answer.as_of is None else answer.as_of.astimezone(UTC).replace(tzinfo=None)


def _is_single(grid: Grid) -> bool:
    return len(grid) == 1 and len(grid[0]) == 1


def _beside(orders: Grid | None, row: int, column: int) -> str | None:
    """Return the order of a cell: empty where none is given, `None` where it cannot be told."""
    if not orders:
        return ""
    cells = orders[0] if len(orders) == 1 else orders[row] if row < len(orders) else []
    cell = cells[0] if len(cells) == 1 else cells[column] if column < len(cells) else _ERRORS[0]
    return _text(cell)


def _text(cell: object) -> str | None:
    """Return the id that a cell holds, as text: `123.0` is `123`. An error value is `None`, a blank cell empty text."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return None if cell in _ERRORS else cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int):
        return None if cell <= _FIRST_ERROR else str(cell)
    if isinstance(cell, float | Decimal) and cell == int(cell):
        return str(int(cell))
    return f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell)
