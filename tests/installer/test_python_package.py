"""The package for PyPI: built as it would be uploaded, installed by itself, run."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addin.machine.computer import run_program

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parents[2]
HATCHLING = (sys.executable, "-m", "hatchling", "build")
PACKAGES = {"addin", "core", "sandbox", "workbook_engine"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel that was built from nothing but the sdist, as pip does where it finds no wheel."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([*HATCHLING, "-t", "sdist", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - fixed words
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    source = folder / sdist.name.removesuffix(".tar.gz")
    subprocess.run([*HATCHLING, "-t", "wheel", "-d", str(folder)], cwd=source, check=True, capture_output=True)  # noqa: S603 - fixed words
    (built,) = folder.glob("*.whl")
    return built


def about(wheel: Path) -> Message:
    """Return what a wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_string(archive.read(name).decode())


@pytest.mark.long
def test_the_package_describes_itself_where_it_is_read(wheel: Path) -> None:
    """Typed, with addresses, for every Python that is meant; no link of its long description needs the repository."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    said = about(wheel)
    links = re.findall(r"\]\(([^)\s]+)\)", str(said.get_payload()))
    meant = [f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 15)]

    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert {"addin/template.xlsm", "addin/machine/requirements.lock"} <= names
    assert PACKAGES == {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert {"Source", "Documentation", "Changelog", "Issues"} == {
        line.partition(",")[0] for line in said.get_all("Project-URL", [])
    }
    assert meant == [line for line in said.get_all("Classifier", []) if "Python :: 3." in line]
    assert len(links) > 15
    assert [] == [link for link in links if not link.startswith("https://")]


@pytest.mark.long
def test_the_installed_package_runs_without_a_network(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, with the packages of this one in the place of those that pip would fetch."""
    scripts = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    for command in (
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")],
        [
            sys.executable,
            "-m",
            "pip",
            f"--python={scripts / 'python'}",
            "install",
            "--no-index",
            "--no-deps",
            str(wheel),
        ],
    ):
        ran = run_program(command)
        assert ran.status == 0, ran.output
    lent = next(path for path in sys.path if path.endswith("site-packages"))
    where = run_program([str(scripts / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    Path(where.output, "lent.pth").write_text(lent, encoding="utf-8")
    version = run_program([str(scripts / "cogsheet"), "--version"])
    demo = run_program([str(scripts / "cogsheet"), "demo", "--folder", str(tmp_path / "demo")])
    looked = run_program([str(scripts / "python"), "-I", "-c", "import addin; print(addin.__file__)"])

    assert (0, f"cogsheet, version {about(wheel)['Version']}") == (version.status, version.output)
    assert 0 == demo.status, demo.output
    assert (tmp_path / "demo" / "Books.xlsm").is_file()
    assert looked.output.startswith(str(tmp_path))
