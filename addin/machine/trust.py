r"""Folders whose workbooks Excel for Windows opens with their macros (trusted locations).

They stand in the user's registry: `HKCU\Software\Microsoft\Office\16.0\Excel\Security\Trusted Locations\LocationN` with
`Path`, `Description` and, where the folders below count too, `AllowSubfolders`. Cogsheet adds one only when it is asked
to, for one folder without those below it, and never one that strangers' files come into by themselves.
"""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from core.errors import CogsheetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.machine.computer import Computer

LOCATIONS = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security\Trusted Locations"
_POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security\Trusted Locations"
_FOLDERS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_DOWNLOADS = "{374DE290-123F-4565-9164-39C4925E467B}"
_DRIVES = r"HKCU\Network"
"""Drive letters that stand for folders of the network."""
DESCRIPTION = "Cogsheet workbooks"
"""By it the uninstaller knows the locations that are ours (`installer/setup.nsi`)."""
_NETWORK = ("\\\\", "//")


class NotTrustedError(CogsheetError):
    """A folder must not, or cannot, become a trusted location."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"{folder} was not made a trusted location: {reason}. Nothing was changed. "
            f"Make a folder of its own for the workbooks, for example C:\\Books, and name that one."
        )


class NoTrustedLocationsError(CogsheetError):
    """This system has no trusted locations."""

    def __init__(self) -> None:
        super().__init__(
            "Trusted locations belong to Excel for Windows; `install --trust` does nothing on this system. "
            "Nothing was changed. Run the same command without it; Excel for Mac asks once per workbook: choose "
            "Enable Macros."
        )


def trust(computer: Computer, folder: PureWindowsPath) -> bool:
    """Let Excel open the workbooks of a folder with their macros.

    Args:
        computer: The computer.
        folder: A whole path.

    Returns:
        Whether anything had to be changed.

    Raises:
        NoTrustedLocationsError: If this is not Windows.
        NotTrustedError: If strangers' files come into that folder, or Windows does not allow it.
    """
    if not computer.is_windows:
        raise NoTrustedLocationsError
    reason = refusal(computer, folder)
    if reason:
        raise NotTrustedError(str(folder), reason)
    if is_trusted(computer, folder):
        return False
    taken = {name.lower() for name in computer.registry.keys(LOCATIONS)}
    number = next(number for number in range(len(taken) + 1) if f"location{number}" not in taken)
    try:
        computer.registry.write(rf"{LOCATIONS}\Location{number}", {"Path": f"{folder}\\", "Description": DESCRIPTION})
    except OSError as error:
        raise NotTrustedError(str(folder), f"Windows does not allow it ({error.strerror or error})") from error
    return True


def is_trusted(computer: Computer, folder: PureWindowsPath) -> bool:
    """Tell whether Excel trusts a folder already."""
    for name in computer.registry.keys(LOCATIONS):
        values = computer.registry.values(rf"{LOCATIONS}\{name}")
        path = _plain(computer, str(values.get("Path", "")))
        if path and (path == folder or (values.get("AllowSubfolders") == 1 and folder.is_relative_to(path))):
            return True
    return False


def are_disabled(computer: Computer) -> bool:
    """Tell whether the computer's administrator switched trusted locations off."""
    return any(computer.registry.values(key).get("AllLocationsDisabled") == 1 for key in (LOCATIONS, _POLICY))


def refusal(computer: Computer, folder: PureWindowsPath) -> str:
    """Return why a folder must not be trusted; empty text where it may."""
    if str(folder).startswith(_NETWORK) or computer.registry.values(rf"{_DRIVES}\{folder.drive.rstrip(':')}"):
        return "it is on the network, where others can put workbooks"
    if not folder.is_absolute() or ".." in folder.parts:
        return "it is not named by its whole path"
    if folder == PureWindowsPath(folder.anchor):
        return "it is a whole drive"
    for name, known, inside_too in _where_files_arrive(computer):
        if folder == known or known.is_relative_to(folder) or (inside_too and folder.is_relative_to(known)):
            return f"it is, holds or lies in the folder {name} ({known}), where files arrive from elsewhere"
    return ""


def _where_files_arrive(computer: Computer) -> Iterator[tuple[str, PureWindowsPath, bool]]:
    """Yield each such folder with its name, and whether what lies inside it is refused as well."""
    home = PureWindowsPath(str(computer.home))
    moved = computer.registry.values(_FOLDERS)
    for name, value, inside_too in (("Downloads", _DOWNLOADS, True), ("Documents", "Personal", False)):
        yield name, home / name, inside_too
        yield from ((name, path, inside_too) for path in _paths(computer, str(moved.get(value, ""))))
    yield "Desktop", home / "Desktop", False
    yield from (("Desktop", path, False) for path in _paths(computer, str(moved.get("Desktop", ""))))
    for variable in ("TEMP", "TMP", "PUBLIC"):
        named = computer.environment.get(variable, "")
        yield from ((variable, path, True) for path in _paths(computer, named))
    for variable in ("OneDrive", "OneDriveConsumer", "OneDriveCommercial"):
        named = computer.environment.get(variable, "")
        for path in _paths(computer, named):
            yield variable, path, False
            yield from ((f"{variable} {name}", path / name, False) for name in ("Documents", "Desktop"))
    yield "of the user", home, False


def _paths(computer: Computer, text: str) -> list[PureWindowsPath]:
    path = _plain(computer, text)
    return [path] if path else []


def _plain(computer: Computer, text: str) -> PureWindowsPath | None:
    """Return a path as the registry has it, its variables resolved; Windows spells them in any letters."""
    for name, value in computer.environment.items():
        start = text.lower().find(f"%{name.lower()}%")
        if start >= 0:
            text = text[:start] + value + text[start + len(name) + 2 :]
    return PureWindowsPath(text) if text else None
