"""The computer that Cogsheet is installed on: all that an installation asks of it, in one value that is passed in."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addin.machine.registry import NoRegistry, Registry, WindowsRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_OF_OTHER_PYTHONS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
"""What would make another environment's Python look in this one's folders."""


@dataclass(frozen=True, slots=True)
class Ran:
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
    run: Callable[[Sequence[str]], Ran]
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
        run=run_program,
        registry=WindowsRegistry() if sys.platform == "win32" else NoRegistry(),
        zone_of=zone_identifier,
    )


def run_program(command: Sequence[str]) -> Ran:
    """Run a program outside every project folder, without this environment's own variables."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_OTHER_PYTHONS}
    try:
        ran = subprocess.run(  # noqa: S603 - the callers' commands are fixed words and paths, never a shell line
            list(command),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env=environment,
            cwd=tempfile.gettempdir(),
        )
    except OSError as error:
        return Ran(-1, f"{command[0]}: {error.strerror or error}")
    return Ran(ran.returncode, ran.stdout.strip())


def zone_identifier(file: Path) -> str | None:
    """Return the Mark of the Web of a file as Windows keeps it; `None` where it has none."""
    try:
        return Path(f"{file}:Zone.Identifier").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
