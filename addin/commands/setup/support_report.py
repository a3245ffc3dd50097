"""What a supporter needs, in one file: versions, settings without secrets, sizes, what Check found, the last log."""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from addin.machine.version import program_version
from addin.takeaway.written_files import write_next
from core.books.database.table_sizes import settings_in_force, table_sizes
from core.log import FILE_NAME, REDACTION, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from addin.sheets.desk import Desk

_LAST = 1_000_000
"""Bytes of the log's end."""


def write_report(desk: Desk, findings: str) -> Path:
    """Write the report beside the workbook, and return where it is.

    Args:
        desk: The workbook, the books, and the user's folder with the log.
        findings: What Check says.

    Raises:
        FileNotWrittenError: If it cannot be written.
    """
    path = desk.folder() / f"Cogsheet report {desk.clock().astimezone():%Y-%m-%d}.zip"
    return write_next(path, packed(contents_of_report(desk, findings)))


def contents_of_report(desk: Desk, findings: str) -> dict[str, str]:
    """Return the texts of the report by the names of their files, every secret masked."""
    with desk.database.reading() as connection:
        settings = {name: json.loads(text) for name, text in settings_in_force(connection).items()}
        sizes: dict[str, object] = {"rows": table_sizes(connection)}
    location = desk.database.location
    files = {"workbook": desk.path, "database": location}
    sizes["bytes"] = {what: path.stat().st_size for what, path in files.items() if isinstance(path, Path)}
    company = desk.database.company
    about = {"company": company.name, "currency": company.home_currency, "database": str(location)}
    texts = {
        "check.txt": findings,
        "versions.json": _json(_versions()),
        "settings.json": _json({**about, "settings": settings}),
        "sizes.json": _json(sizes),
        FILE_NAME: _end_of_log(desk.machine.path / FILE_NAME),
    }
    return {name: printable(REDACTION.redact(text)) for name, text in texts.items()}


def packed(texts: Mapping[str, str]) -> bytes:
    """Return a zip of texts by the names of their files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text.encode())
    return content.getvalue()


def _versions() -> dict[str, object]:
    installed = {one.metadata["Name"]: one.version for one in distributions()}
    return {
        "cogsheet": program_version() or "from its source",
        "python": sys.version,
        "system": platform.platform(),
        "packages": dict(sorted(installed.items(), key=lambda one: one[0].casefold())),
    }


def _end_of_log(path: Path) -> str:
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _LAST))
            return log.read().decode(errors="replace")
    except OSError as error:
        return f"The log cannot be read: {error}"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
