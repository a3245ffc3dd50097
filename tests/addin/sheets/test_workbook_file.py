"""What the engine refuses reaches a person as an error of Cogsheet's, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.machine.places import template_bytes
from addin.sheets.workbook import open_workbook, refuse_open
from core.errors import WorkbookError
from workbook_engine.errors import RefusedByExcelError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """Before anything is read."""
    with (
        pytest.raises(WorkbookError, match=r"There is no workbook .*Nowhere\.xlsm"),
        open_workbook(tmp_path / "Nowhere.xlsm"),
    ):
        pass


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    """While it is opened."""
    path = tmp_path / "Books.xlsm"
    path.write_bytes(b"no zip")

    with pytest.raises(WorkbookError, match=r"Books\.xlsm cannot be read as a workbook"), open_workbook(path):
        pass


def test_a_refused_change_is_one_sentence(tmp_path: Path) -> None:
    """While somebody works with it: what Excel would refuse too."""
    path = tmp_path / "Books.xlsm"
    path.write_bytes(template_bytes())

    with pytest.raises(WorkbookError, match="Resolve") as refused, open_workbook(path) as book:
        book.sheets["Setup"].name = "Resolve"

    assert isinstance(refused.value.__cause__, RefusedByExcelError)


def test_an_open_file_is_refused(tmp_path: Path) -> None:
    """LibreOffice's own lock beside the file says that it is open."""
    path = tmp_path / "Books.xlsm"
    path.write_bytes(template_bytes())
    (tmp_path / ".~lock.Books.xlsm#").write_text("somebody")

    with pytest.raises(WorkbookError, match="is open in another program"):
        refuse_open(path)
