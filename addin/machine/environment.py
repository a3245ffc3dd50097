"""The environment at its fixed place: made once, brought up to date, left alone where nothing changed."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addin.machine.places import environment_folder, program_in
from addin.machine.suitable_python import unsuitable
from core.errors import CogsheetError
from core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.machine.computer import Computer
    from addin.machine.program import Program
    from core.progress import Progress

STAMP = "cogsheet-installed.json"
"""Written last: an installation that was cut short has none."""

_STEPS = 4
_SAID = 800
"""So many characters of what pip said are passed on; its last lines say what went wrong."""
_STARTS = "import sys; print(sys.version_info[:2])"
_IMPORTS = (
    "import addin.cli, addin.commands.ribbon.ribbon_actions, addin.udfs; "
    "from addin.commands.registry import import_all; import_all(); print('ready')"
)


class StorePythonError(CogsheetError):
    """Python of the Microsoft Store hides what it writes below the user's folder from Excel."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"This Python comes from the Microsoft Store ({place}). Windows keeps what it installs where Excel cannot "
            f"see it. Nothing was changed. Install Python 3.11 or newer from python.org and run this again with it."
        )


class UnsuitablePythonError(CogsheetError):
    """The packages do not exist for this build of Python; the words are those of `unsuitable`."""


class InstallationFailedError(CogsheetError):
    """A step of the installation did not succeed."""

    def __init__(self, step: str, folder: Path, said: str, *, windows: bool) -> None:
        hint = " Close Excel, which may hold files in that folder, and try again." if windows else ""
        super().__init__(
            f"Cogsheet could not be installed in {folder}: {step} failed. It said: {said[-_SAID:]}\n"
            f"Fix that and run the same command again; it continues from there.{hint}"
            f" Without a network it works only by `install --wheels FOLDER`, a folder that holds every package as a "
            f"wheel."
        )


@dataclass(frozen=True, slots=True)
class Installation:
    """What stands in the environment."""

    folder: Path
    changed: bool
    """Whether anything had to be done."""


def ensure(
    computer: Computer, program: Program, *, wheels: Path | None = None, progress: Progress = silent
) -> Installation:
    """Bring the environment to this copy of the program and its locked packages.

    Args:
        computer: The computer.
        program: What is installed.
        wheels: A folder with every package as a wheel: then the network is not used.
        progress: Told after each step.

    Raises:
        StorePythonError: If the environment would not be where Excel looks.
        UnsuitablePythonError: If this Python is built for a computer that the packages are not for.
        InstallationFailedError: If a step does not succeed; the next run begins again with it.
    """
    folder = environment_folder(computer)
    if stands(computer, folder, program) or _runs_from(computer, folder):
        return Installation(folder, changed=False)
    _refuse_store_python(computer)
    if words := unsuitable(computer.build):
        raise UnsuitablePythonError(words)
    (folder / STAMP).unlink(missing_ok=True)
    python = str(program_in(folder, "python", computer))
    if computer.run([python, "-c", _STARTS]).status:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _step(computer, folder, "making the environment", [computer.python, "-m", "venv", "--clear", str(folder)])
    progress("Installing", 1, _STEPS)
    _install(computer, folder, program, wheels, progress)
    _step(computer, folder, "trying it out", [python, "-I", "-c", _IMPORTS])
    note = {"version": program.version, "fingerprint": program.fingerprint}
    (folder / STAMP).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    progress("Installing", _STEPS, _STEPS)
    return Installation(folder, changed=True)


def stands(computer: Computer, folder: Path, program: Program) -> bool:
    """Tell whether exactly this program is installed there and its Python runs."""
    if installed_version(folder).get("fingerprint") != program.fingerprint:
        return False
    return computer.run([str(program_in(folder, "python", computer)), "-c", _STARTS]).status == 0


def installed_version(folder: Path) -> dict[str, str]:
    """Return what the last complete installation noted: version and fingerprint; nothing where there is none."""
    try:
        content = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _install(computer: Computer, folder: Path, program: Program, wheels: Path | None, progress: Progress) -> None:
    python = str(program_in(folder, "python", computer))
    source = ["--no-index", "--find-links", str(wheels)] if wheels else []
    # Compiled now whatever pip's settings say: a button's first press would take seconds more, and more each time where
    # the folder may not be written to later.
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--compile"]
    pip = [python, "-m", "pip", "install", *quiet, *source]
    locked = [*pip, "--require-hashes", "-r", str(program.lock)]
    _step(computer, folder, "installing the packages that it needs", locked)
    progress("Installing", 2, _STEPS)
    with tempfile.TemporaryDirectory() as temporary:
        ours = str(program.for_pip(Path(temporary)))
        # Without its packages, which are there; the same version again, because its files may be others.
        command = [*pip, "--no-build-isolation", "--no-deps", "--force-reinstall", ours]
        _step(computer, folder, "installing Cogsheet itself", command)
    progress("Installing", 3, _STEPS)


def _step(computer: Computer, folder: Path, step: str, command: Sequence[str]) -> None:
    ran = computer.run(command)
    if ran.status:
        raise InstallationFailedError(step, folder, ran.output or "nothing", windows=computer.is_windows)


def _runs_from(computer: Computer, folder: Path) -> bool:
    """Tell whether the running program is the installed one itself, which cannot replace itself."""
    return Path(computer.python).is_relative_to(folder) and bool(installed_version(folder))


def _refuse_store_python(computer: Computer) -> None:
    if computer.is_windows and "PythonSoftwareFoundation.Python" in computer.base_folder:
        raise StorePythonError(computer.base_folder)
