"""Where the environment of a workbook's buttons is, one fixed place per system; and where the template workbook is.

The template's configuration (`workbooks.template.special_sheets`) and `cogsheet install` both take it from here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import WorkbookError

if TYPE_CHECKING:
    from addin.machine.computer import Computer

_FOLDER = ("Cogsheet", "venv")

INTERPRETER_WINDOWS = "\\".join(("%LOCALAPPDATA%", *_FOLDER, "Scripts", "python.exe"))
INTERPRETER_MAC = "/".join(("$HOME", "Library", *_FOLDER, "bin", "python"))
"""As xlwings' VBA spells them. No blanks of our own: xlwings' AppleScript does not quote the path."""


def environment_folder(computer: Computer) -> Path:
    """Return the environment's folder; on Linux, which has no Excel, where programs keep their data."""
    if computer.is_windows:
        base = Path(computer.environment.get("LOCALAPPDATA") or computer.home / "AppData" / "Local")
    elif computer.is_mac:
        base = computer.home / "Library"
    else:
        base = Path(computer.environment.get("XDG_DATA_HOME") or computer.home / ".local" / "share")
    return base.joinpath(*_FOLDER)


def program_in(folder: Path, name: str, computer: Computer) -> Path:
    """Return a program of an environment: `python`, `cogsheet`, `xlwings`."""
    return folder / "Scripts" / f"{name}.exe" if computer.is_windows else folder / "bin" / name


def apple_script(computer: Computer, xlwings_version: str) -> Path:
    """Return the file through which Excel for Mac starts Python (`xlwings runpython install` puts it there)."""
    folder = computer.home / "Library" / "Application Scripts" / "com.microsoft.Excel"
    return folder / f"xlwings-{xlwings_version}.applescript"


_INSTALLED = Path(__file__).parents[1] / "template.xlsm"
_SOURCE = Path(__file__).parents[2] / "workbooks" / "template.xlsm"


class TemplateMissingError(WorkbookError):
    """The installation is incomplete."""

    def __init__(self) -> None:
        super().__init__(
            "Cogsheet's own template.xlsm is missing: the installation is damaged. Install Cogsheet again."
        )


def template_bytes() -> bytes:
    """Return the template. Written as bytes, so that a new workbook carries no Mark of the Web."""
    place = next((path for path in (_SOURCE, _INSTALLED) if path.is_file()), None)
    if place is None:
        raise TemplateMissingError
    return place.read_bytes()
