"""Books for the workbooks that people take away, made once; each test works on a copy of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database
from tests.addin.takeaway.books_to_report import NOW, Reported, make_books
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def made_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the books once."""
    path = tmp_path_factory.mktemp("reported") / "books.sqlite"
    with new_books(path, "Acme & Sons", "USD", NOW) as database:
        make_books(database)
    return path


@pytest.fixture
def reported(made_books: Path, tmp_path: Path) -> Iterator[Reported]:
    """Return books that the test may change."""
    copy = tmp_path / "books.sqlite"
    shutil.copyfile(made_books, copy)
    with Database.open(copy) as database:
        yield Reported(database)
