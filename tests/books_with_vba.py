"""Workbooks with VBA as openpyxl opens them, another program than ours."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from openpyxl import load_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook


def load_with_vba(source: Path | bytes, **options: bool) -> Workbook:
    """Open a workbook to look at, or to edit and save with its VBA.

    openpyxl copies the package into an archive that it opens for appending and never closes: where that is collected
    after its buffer, it cannot write its end, and says so in whichever test runs then. A save only reads from it.
    """
    content = source.read_bytes() if isinstance(source, Path) else source
    book = load_workbook(BytesIO(content), keep_vba=True, **options)
    if book.vba_archive is not None:
        book.vba_archive.close()
        book.vba_archive = ZipFile(BytesIO(content))
    return book
