"""Workbook files that tests of values open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workbook_engine.builders import full_workbook
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw


@pytest.fixture
def book_path(tmp_path: Path) -> Path:
    """Return the full workbook."""
    return full_workbook(tmp_path / "Values.xlsx")


@pytest.fixture
def book(book_path: Path) -> Iterator[xw.Book]:
    """Return it opened."""
    with workbook(book_path) as opened:
        yield opened


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    """Return an empty sheet of it."""
    return book.sheets.add("New", after=book.sheets[-1])
