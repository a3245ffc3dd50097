"""The file that a Mac's user double-clicks: which Python it takes, and what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[2] / "Install Cogsheet.command"


def double_click(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a copy of the file as the Terminal does: from the user's folder, in a folder with a blank."""
    place = folder / "Cogsheet 1"
    place.mkdir()
    shutil.copy(COMMAND, place)
    return subprocess.run(  # noqa: S603 - our own file
        [str(place / COMMAND.name)],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "COGSHEET_PYTHONS": str(folder / "Versions")},
    )


def pythons(folder: Path, *versions: str, status: int = 0) -> None:
    """Make Pythons as python.org installs them, which say what they are asked to do."""
    for version in versions:
        program = folder / "Versions" / version / "bin" / "python3"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\necho "{version} $@ in $(basename "$PWD")"\nexit {status}\n', encoding="utf-8")
        program.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /bin/sh")
def test_the_newest_python_installs(tmp_path: Path) -> None:
    """Of several the newest that is new enough, in the program's own folder."""
    pythons(tmp_path, "3.9", "3.11", "3.13")
    ran = double_click(tmp_path)

    assert (0, "3.13 run.py install in Cogsheet 1", "You may close this window.") == (
        ran.returncode,
        *ran.stdout.splitlines(),
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /bin/sh")
def test_without_a_python_it_says_where_to_get_one(tmp_path: Path) -> None:
    """One that is too old is none."""
    pythons(tmp_path, "3.10")
    ran = double_click(tmp_path)

    assert (2, True) == (ran.returncode, "Get it from python.org" in ran.stdout)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /bin/sh")
def test_a_failure_is_not_called_an_installation(tmp_path: Path) -> None:
    """What run.py says stands above, and the last line says that it is not done."""
    pythons(tmp_path, "3.12", status=2)
    ran = double_click(tmp_path)

    assert (2, True) == (ran.returncode, ran.stdout.splitlines()[-1].startswith("Cogsheet is not installed"))
