"""`python run.py installer` builds dist/cogsheet-VERSION-setup.exe; it needs NSIS (on Debian: apt-get install nsis)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from addin.machine.trust import DESCRIPTION
from installer.payload import ROOT, lay_out

SCRIPT = Path(__file__).with_name("setup.nsi")
LARGEST = 60_000_000


class NoCompilerError(RuntimeError):
    """The program that makes installers is not on this computer."""

    def __init__(self) -> None:
        super().__init__("makensis is not here: install NSIS (on Debian `apt-get install nsis`) and run this again.")


class TooLargeError(RuntimeError):
    """The installer is larger than it may be."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The installer has {size:,} bytes, and may have {LARGEST:,}: see what has grown.")


def build(target: Path | None = None, *, quick: bool = False) -> Path:
    """Build the installer and return where it is.

    Args:
        target: The file; in folder dist, named by the version, if left out.
        quick: Pack it less, in a tenth of the time: what it installs is the same.

    Raises:
        NoCompilerError: If NSIS is not here.
        OtherPythonError: If another version of Python runs this than the one that is installed.
        TooLargeError: If it is larger than it may be.
        subprocess.CalledProcessError: If a step does not succeed.
    """
    compiler = shutil.which("makensis")
    if compiler is None:
        raise NoCompilerError
    number = version("cogsheet")
    setup = (target or ROOT / "dist" / f"cogsheet-{number}-setup.exe").absolute()
    setup.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        payload, work = Path(name) / "payload", Path(name) / "work"
        work.mkdir()
        lay_out(payload, work)
        size = sum(path.stat().st_size for path in payload.rglob("*") if path.is_file())
        said = {
            "VERSION": number,
            "PAYLOAD": payload,
            "OUTPUT": setup,
            "KILOBYTES": size // 1024,
            "DESCRIPTION": DESCRIPTION,
        }
        defined = [*(f"-D{key}={value}" for key, value in said.items()), *(["-DQUICK"] if quick else [])]
        subprocess.run([compiler, "-V2", "-WX", *defined, str(SCRIPT)], check=True)  # noqa: S603 - found by PATH, our own script
    if setup.stat().st_size > LARGEST and not quick:
        raise TooLargeError(setup.stat().st_size)
    return setup


if __name__ == "__main__":
    built = build()
    sys.stdout.write(f"wrote {built} ({built.stat().st_size:,} bytes)\n")
