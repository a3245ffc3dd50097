"""What is installed into the environment: this very program, from its source tree or from its own installed files."""

from __future__ import annotations

import base64
import hashlib
import tomllib
import zipfile
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from core.errors import CogsheetError

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("addin", "core", "sandbox", "workbook_engine")
_LOCK = "requirements.lock"
_NOT_PACKED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
"""What an installer writes about one installation."""
_PACKED_AT = (2026, 1, 1, 0, 0, 0)


class ProgramIncompleteError(CogsheetError):
    """This copy of Cogsheet cannot be installed elsewhere."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            f"This copy of Cogsheet cannot install itself for Excel: {missing} is missing. Nothing was changed. "
            f"Get Cogsheet again and run `python run.py install` in its folder."
        )


@dataclass(frozen=True, slots=True)
class Program:
    """A copy of Cogsheet that can be installed."""

    version: str
    lock: Path
    """The packages it needs, each with its version and hash."""
    source: Path | None
    """The source tree; `None` where it runs from installed files."""
    fingerprint: str
    """Another one as soon as a file of it changes."""

    def for_pip(self, folder: Path) -> Path:
        """Return what pip installs; a wheel is packed into the folder where there is no source tree."""
        if self.source is not None:
            return self.source
        return pack_wheel(distribution("cogsheet"), folder)


def this_program(root: Path = _ROOT) -> Program:
    """Return the copy of Cogsheet that is running.

    Raises:
        ProgramIncompleteError: If it lacks its list of packages, or was not installed from a whole package.
    """
    project = root / "pyproject.toml"
    if project.is_file() and (root / _LOCK).is_file():
        version = str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
        return Program(version, root / _LOCK, root, _fingerprint(root, root / _LOCK))
    lock = root / "addin" / "machine" / _LOCK
    if not lock.is_file():
        raise ProgramIncompleteError(str(lock))
    try:
        version = distribution("cogsheet").version
    except PackageNotFoundError:
        raise ProgramIncompleteError("what pip notes about an installed package") from None
    return Program(version, lock, None, _fingerprint(root, lock))


def pack_wheel(installed: Distribution, folder: Path) -> Path:
    """Pack the files of an installed package into a wheel again, the same bytes for the same files.

    Raises:
        ProgramIncompleteError: If one of them is not there.
    """
    wheel = folder / f"cogsheet-{installed.version}-py3-none-any.whl"
    listed: list[str] = []
    information = ""
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(installed.files or [], key=str):
            if file.parts[0].endswith(".dist-info"):
                information = file.parts[0]
            if ".." in file.parts or file.suffix == ".pyc" or file.name in _NOT_PACKED:
                continue
            path = Path(str(installed.locate_file(file)))
            if not path.is_file():
                raise ProgramIncompleteError(str(path))
            listed.append(_pack(archive, file.as_posix(), path.read_bytes()))
        record = f"{information}/RECORD"
        _pack(archive, record, "\n".join([*listed, f"{record},,", ""]).encode())
    return wheel


def _pack(archive: zipfile.ZipFile, name: str, content: bytes) -> str:
    """Add a file to a wheel and return its line for the wheel's record."""
    entry = zipfile.ZipInfo(name, _PACKED_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def _fingerprint(root: Path, lock: Path) -> str:
    files = [path for package in _PACKAGES for path in (root / package).rglob("*") if path.is_file()]
    wanted = [path for path in files if path.suffix != ".pyc"]
    template = root / "workbooks" / "template.xlsm"
    digest = hashlib.sha256()
    for path in sorted([*wanted, lock, *([template] if template.is_file() else [])]):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
