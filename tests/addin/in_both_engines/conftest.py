"""A small business, made once, and the two engines in which its workbook is worked on."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs import resolving, syncing
from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing
from addin.commands.setup.new import write_workbook
from addin.connections.sandbox import demo_settlement_files
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.tables import tables
from core.books.database import Database
from core.books.database.company import Company
from core.books.loading import load_books
from core.company_databases import DEMO
from tests.addin.in_both_engines.desktop import Desktop
from tests.addin.in_both_engines.office import EXCEL, FILES, Office
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.com import Calls
from tests.fake_excel.windows_code import on_windows, open_book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import xlwings as xw

    from addin.sheets.tables.tables import Record
    from core.books.books import Books

WITHOUT_COST = ("00123", "LATE-SCALE", "FOUND-CLOCK", "GHOST-SHELF")
"""SKUs of the demo business that have orders without cost."""
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def made_business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a workbook and its books: a piece of the demo business, imported and synced."""
    folder = tmp_path_factory.mktemp("business")
    name, content = min(demo_settlement_files(), key=lambda file: len(file[1]))
    (folder / name).write_bytes(shortened(content))
    company = Company(DEMO, "USD", FOUNDED, id=DEMO, database_id=DEMO)
    with Database.create(folder / "demo.sqlite", company) as database:
        write_workbook(folder / "Books.xlsm", database)
    for step in (partial(importing.import_files, files=[folder / name]), syncing.sync, resolving.resolve):
        on_file(folder / "Books.xlsm", step)
    return folder


def shortened(content: bytes) -> bytes:
    """Return a settlement file with one order of each SKU, and all orders without cost; its total is that of those."""
    head, total, *lines = content.decode().splitlines()
    names = head.split("\t")
    order, sku, amount = (names.index(name) for name in ("order-id", "sku", "amount"))
    split = [line.split("\t") for line in lines]
    first_orders = {cells[sku]: cells[order] for cells in reversed(split)}
    without = [cells[order] for cells in split if cells[sku] in WITHOUT_COST]
    kept = [cells for cells in split if cells[order] in {"", *first_orders.values(), *without}]
    summed = total.split("\t")
    summed[names.index("total-amount")] = str(sum(Decimal(cells[amount]) for cells in kept if cells[amount]))
    return ("\n".join([head, *("\t".join(cells) for cells in (summed, *kept))]) + "\n").encode()


@pytest.fixture
def business(made_business: Path, tmp_path: Path) -> Path:
    """Return the workbook of a copy that the test may change."""
    shutil.copytree(made_business, tmp_path / "business")
    return tmp_path / "business" / "Books.xlsm"


@pytest.fixture(scope="session")
def books(made_business: Path) -> Books:
    """Return the state of the small business's books."""
    with Database.open(made_business / "demo.sqlite") as database:
        return load_books(database)


@pytest.fixture
def excel() -> Iterator[FakeApplication]:
    """Return a running Excel."""
    application = FakeApplication()
    with on_windows(application):
        yield application
    application.end()


@pytest.fixture(params=[pytest.param(FILES, marks=pytest.mark.long), EXCEL])
def office(request: pytest.FixtureRequest) -> Office:
    """Return each of the two ways to have a workbook open."""
    return Office(request.getfixturevalue("excel") if request.param == EXCEL else None)


@pytest.fixture
def excel_calls(excel: FakeApplication) -> Callable[[Callable[[], object]], int]:
    """Return what counts the calls to Excel that something makes."""
    assert excel

    def count(deed: Callable[[], object]) -> int:
        before = Calls.count
        deed()
        return Calls.count - before

    return count


@pytest.fixture
def resolve_rows(excel: FakeApplication, business: Path) -> Callable[[int], xw.Book]:
    """Return what opens the workbook in Excel with a number of rows on Resolve."""
    book = open_book(excel, business)

    def with_rows(count: int) -> xw.Book:
        blank: Record = {column.field: None for column in RESOLVE_SPEC.columns}
        records = [blank | {"key": f"row {n}"} for n in range(count)]
        tables.update(book, RESOLVE_SPEC, records)
        return book

    return with_rows


@pytest.fixture
def desktop(business: Path) -> Iterator[Desktop]:
    """Return Excel with the small business's workbook open and its settlement selected."""
    application = FakeApplication()
    with on_windows(application, business.name):
        application.Workbooks.Open(str(business))
        found = Desktop(application, business)
        found.select("Settlements", "A5")
        yield found
    application.end()
