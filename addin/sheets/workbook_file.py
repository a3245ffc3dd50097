"""Workbook files as the add-in opens them: through the engine, whose errors become Cogsheet's own here."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import workbook_engine
from core.errors import WorkbookError
from workbook_engine.errors import WorkbookFileError
from workbook_engine.package import refuse_if_open

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import xlwings as xw


@contextmanager
def workbook(path: Path) -> Iterator[xw.Book]:
    """Open a workbook file and close it at the end; what is not saved with `book.save()` is lost.

    Raises:
        WorkbookError: If it is missing, damaged, encrypted or open elsewhere, or refuses what is done to it.
    """
    with _told_as_ours(), workbook_engine.workbook(path) as book:
        yield book


def refuse_open(path: Path) -> None:
    """Refuse a file that another program has open, before anything is done.

    Raises:
        WorkbookError: If it is open.
    """
    with _told_as_ours():
        refuse_if_open(path)


@contextmanager
def _told_as_ours() -> Iterator[None]:
    try:
        yield
    except WorkbookFileError as error:
        raise WorkbookError(str(error)) from error
