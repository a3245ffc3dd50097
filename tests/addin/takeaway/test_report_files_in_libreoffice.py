"""LibreOffice calculates every formula of the written workbooks to the value that Python wrote beside it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from addin.takeaway.cogs_workbook import cogs_workbook
from addin.takeaway.exported_files import journal_workbook
from core.books.settings.policies import change_policies
from core.journal.entry import EntryKind
from tests.addin.takeaway.books_to_report import AUGUST, NOW, close_pack, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

    from tests.addin.takeaway.books_to_report import Reported

WITHIN = 180
"""Seconds that LibreOffice may take; it starts anew with a profile of its own."""


def _without_values(content: bytes) -> bytes:
    """Take the values beside the formulas away, so that what comes back was calculated and not copied."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as stripped:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            stripped.writestr(name, part)
    return target.getvalue()


@pytest.fixture
def calculated(
    tmp_path: Path, missing_tool: Callable[[str], None]
) -> Callable[[dict[str, bytes]], dict[str, Workbook]]:
    """Return what has LibreOffice calculate workbooks, all in one run."""
    soffice = shutil.which("soffice")
    if soffice is None:
        missing_tool("LibreOffice (soffice) is not installed")

    def calculate(files: dict[str, bytes]) -> dict[str, Workbook]:
        source, target = tmp_path / "written", tmp_path / "calculated"
        source.mkdir()
        for name, content in files.items():
            (source / name).write_bytes(_without_values(content))
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        options = ["--headless", "--convert-to", "xlsx", "--outdir", str(target)]
        command = [str(soffice), profile, *options, *(str(source / name) for name in files)]
        subprocess.run(command, check=True, capture_output=True, timeout=WITHIN)  # noqa: S603 - our own files
        return {name: load_workbook(target / name, data_only=True) for name in files}

    return calculate


def _formulas(content: bytes) -> dict[tuple[str, str], Any]:
    """Return the value beside every formula."""
    values, formulas = opened(content), opened(content, values=False)
    return {
        (sheet.title, cell.coordinate): values[sheet.title][cell.coordinate].value
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


@pytest.mark.long
def test_libreoffice_calculates_what_python_wrote(
    reported: Reported, calculated: Callable[[dict[str, bytes]], dict[str, Workbook]]
) -> None:
    """The COGS workbook with a missing cost and exported, the pack of a month with an accrual, and plain entries.

    Finale posts the COGS, so that the entries are in both of their sheets.
    """
    view = reported.view
    (settlement,) = view.books.named([AUGUST])
    files = {"open.xlsx": cogs_workbook(view, settlement, values_only=False, now=NOW)}
    reported.answer("111-3", "5.00", proposed="5.00")
    change_policies(reported.database, {"cogs_posted_by": "Finale"}, who="M. Lee", now=NOW)
    entries = reported.export(AUGUST, EntryKind.SETTLEMENT, EntryKind.COGS)
    view = reported.view
    (settlement,) = view.books.named([AUGUST])
    files["exported.xlsx"] = cogs_workbook(view, settlement, values_only=False, now=NOW)
    files["pack.xlsx"] = close_pack(view, "2026-08", zones={}, now=NOW)

    files["journal.xlsx"] = journal_workbook(entries, company="Acme & Sons")

    books = calculated(files)

    for name, content in files.items():
        written = _formulas(content)
        assert len(written) > (20 if name != "journal.xlsx" else 5)
        for (sheet, cell), value in written.items():
            found = books[name][sheet][cell].value
            wanted = pytest.approx(value, abs=1e-6) if isinstance(value, int | float) else value or None
            assert wanted == (found if found != "" else None), f"{name} {sheet}!{cell}"
