"""A small business, made once, and the two engines in which its workbook is worked on."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.actions import costs, settlements
from addin.actions.new import write_workbook
from addin.desk import on_file
from addin.sandbox import demo_settlement_files
from core.companies import SANDBOX
from core.database import Database
from core.database.company import Company
from core.settlements import books as all_books
from tests.addin.in_both_engines.office import EXCEL, FILES, Office
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.windows_code import on_windows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.settlements.books import Books

FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def made_business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a workbook and its books: the smallest settlement of the demo business, imported and synced."""
    folder = tmp_path_factory.mktemp("business")
    name, content = min(demo_settlement_files(), key=lambda file: len(file[1]))
    (folder / name).write_bytes(content)
    company = Company(SANDBOX, "USD", FOUNDED, id=SANDBOX, database_id=SANDBOX)
    with Database.create(folder / "demo.sqlite", company) as database:
        write_workbook(folder / "Books.xlsm", database)
    for step in (partial(settlements.import_files, files=[folder / name]), costs.sync, costs.resolve):
        on_file(folder / "Books.xlsm", step)
    return folder


@pytest.fixture
def business(made_business: Path, tmp_path: Path) -> Path:
    """Return the workbook of a copy that the test may change."""
    shutil.copytree(made_business, tmp_path / "business")
    return tmp_path / "business" / "Books.xlsm"


@pytest.fixture(scope="session")
def books(made_business: Path) -> Books:
    """Return the state of the small business's books."""
    with Database.open(made_business / "demo.sqlite") as database:
        return all_books.load(database)


@pytest.fixture
def excel() -> Iterator[FakeApplication]:
    """Return a running Excel."""
    application = FakeApplication()
    with on_windows(application):
        yield application
    application.end()


@pytest.fixture(params=[FILES, EXCEL])
def office(request: pytest.FixtureRequest) -> Office:
    """Return each of the two ways to have a workbook open."""
    return Office(request.getfixturevalue("excel") if request.param == EXCEL else None)
