"""The computer that Cogsheet is installed on, and Windows' registry: all that is asked of it, in one value."""

from __future__ import annotations

import importlib
import locale
import os
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Value = str | int


class Registry(Protocol):
    r"""Keys are written from their hive on: `HKCU\Software\Microsoft\Office`."""

    def values(self, key: str) -> dict[str, Value]:
        """Return the values of a key by name; none where there is no such key, or it may not be read."""

    def keys(self, key: str) -> list[str]:
        """Return the names of the keys directly below."""

    def write(self, key: str, values: Mapping[str, Value]) -> None:
        """Make a key with these values.

        Raises:
            OSError: If Windows does not allow it.
        """


class NoRegistry:
    """What systems other than Windows have."""

    def values(self, key: str) -> dict[str, Value]:  # noqa: ARG002 - the protocol's signature
        """Return nothing."""
        return {}

    def keys(self, key: str) -> list[str]:  # noqa: ARG002 - the protocol's signature
        """Return nothing."""
        return []

    def write(self, key: str, values: Mapping[str, Value]) -> None:  # noqa: ARG002 - the protocol's signature
        """Refuse.

        Raises:
            OSError: Always.
        """
        raise OSError(f"there is no registry on this system to write {key} to")


class WindowsRegistry:
    """The registry of this computer."""

    def __init__(self) -> None:
        # By name, because the module exists on Windows alone.
        self._winreg: Any = importlib.import_module("winreg")
        self._hives = {"HKCU": self._winreg.HKEY_CURRENT_USER, "HKLM": self._winreg.HKEY_LOCAL_MACHINE}

    def values(self, key: str) -> dict[str, Value]:
        """Return the values of a key by name."""
        try:
            with self._open(key) as opened:
                count = self._winreg.QueryInfoKey(opened)[1]
                values = [self._winreg.EnumValue(opened, index) for index in range(count)]
        except OSError:
            return {}
        return {name: value for name, value, _ in values if isinstance(value, str | int)}

    def keys(self, key: str) -> list[str]:
        """Return the names of the keys directly below."""
        try:
            with self._open(key) as opened:
                return [self._winreg.EnumKey(opened, index) for index in range(self._winreg.QueryInfoKey(opened)[0])]
        except OSError:
            return []

    def write(self, key: str, values: Mapping[str, Value]) -> None:
        """Make a key with these values."""
        hive, _, path = key.partition("\\")
        with self._winreg.CreateKeyEx(self._hives[hive], path, 0, self._winreg.KEY_WRITE) as opened:
            for name, value in values.items():
                kind = self._winreg.REG_DWORD if isinstance(value, int) else self._winreg.REG_SZ
                self._winreg.SetValueEx(opened, name, 0, kind, value)

    def _open(self, key: str) -> Any:  # noqa: ANN401 - winreg is typed on Windows alone
        hive, _, path = key.partition("\\")
        return self._winreg.OpenKey(self._hives[hive], path)


_OF_OTHER_PYTHONS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
"""What would make another environment's Python look in this one's folders."""

_SPEAKS_UTF_8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"}
"""A Python that we start says paths and names in UTF-8, whatever Windows' code page or the user's settings."""


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a program ended."""

    status: int
    """0 where it did what it should; -1 where it could not even be started."""
    output: str
    """What it said, errors included."""


@dataclass(frozen=True, slots=True)
class Computer:
    """One computer and one user of it."""

    platform: str
    """As `sys.platform` has it."""
    environment: Mapping[str, str]
    home: Path
    python: str
    """The interpreter that new environments are made from."""
    base_folder: str
    """Where that interpreter itself is installed."""
    build: str
    """What it was built for, as `sysconfig.get_platform` has it: `win-amd64`."""
    code_page: str
    """The encoding in which programs that know no Unicode see names, VBA among them; on Windows its ANSI code page."""
    run: Callable[[Sequence[str]], ProgramResult]
    """Runs a program with its arguments and waits for its end."""
    registry: Registry
    zone_of: Callable[[Path], str | None]
    """Reads what Windows noted about a file's origin (its stream Zone.Identifier); `None` where it noted nothing."""

    @property
    def is_windows(self) -> bool:
        """Whether it runs Windows."""
        return self.platform == "win32"

    @property
    def is_mac(self) -> bool:
        """Whether it is a Mac."""
        return self.platform == "darwin"


def this_computer() -> Computer:
    """Return the computer that this program runs on."""
    return Computer(
        platform=sys.platform,
        environment=os.environ,
        home=Path.home(),
        python=sys.executable,
        base_folder=sys.base_prefix,
        build=sysconfig.get_platform(),
        code_page=locale.getencoding(),
        run=run_program,
        registry=WindowsRegistry() if sys.platform == "win32" else NoRegistry(),
        zone_of=zone_identifier,
    )


def run_program(command: Sequence[str]) -> ProgramResult:
    """Run a program outside every project folder, without this environment's own variables."""
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_OTHER_PYTHONS}
    try:
        ran = subprocess.run(  # noqa: S603 - the callers' commands are fixed words and paths, never a shell line
            list(command),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env={**inherited, **_SPEAKS_UTF_8},
            cwd=tempfile.gettempdir(),
        )
    except OSError as error:
        return ProgramResult(-1, f"{command[0]}: {error.strerror or error}")
    return ProgramResult(ran.returncode, ran.stdout.strip())


def zone_identifier(file: Path) -> str | None:
    """Return the Mark of the Web of a file as Windows keeps it; `None` where it has none."""
    try:
        return Path(f"{file}:Zone.Identifier").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
