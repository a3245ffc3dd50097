"""`cogsheet install`: one environment at the place that workbooks look for it, made once and brought up to date."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from importlib.metadata import PathDistribution
from pathlib import Path

import click
import pytest
import xlwings

from addin.cli import main
from addin.commands.setup.installing import install
from addin.machine import checks, places
from addin.machine.computer import Computer, ProgramResult, run_program, this_computer
from addin.machine.environment import STAMP, InstallationFailedError, StorePythonError, UnsuitablePythonError
from addin.machine.program import Program, ProgramIncompleteError, pack_wheel, this_program
from tests.addin.machine.computers import Programs, computer
from tests.end_to_end.demo_book import run as run_command

ROOT = Path(__file__).parents[3]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Return a program as the source tree has it."""
    return Program("0.1.0", tmp_path / "requirements.lock", tmp_path / "source", "one")


@pytest.mark.parametrize(
    ("platform", "folder", "python"),
    [
        ("win32", "AppData/Local/Cogsheet/venv", "Scripts/python.exe"),
        ("darwin", "Library/Cogsheet/venv", "bin/python"),
        ("linux", ".local/share/Cogsheet/venv", "bin/python"),
    ],
)
def test_the_environment_is_where_workbooks_look(
    tmp_path: Path, program: Program, platform: str, folder: str, python: str
) -> None:
    """Each system has its one place; on Windows and the Mac it is what the template's configuration names."""
    outcome = install(computer=computer(platform, tmp_path), program=program)

    named = {
        "win32": places.INTERPRETER_WINDOWS.replace("%LOCALAPPDATA%", str(tmp_path / "AppData/Local")),
        "darwin": places.INTERPRETER_MAC.replace("$HOME", str(tmp_path)),
    }
    assert str(tmp_path / folder) == outcome.data["folder"]
    assert str(tmp_path / folder / python) == outcome.data["python"]
    assert named.get(platform, outcome.data["python"]).replace("\\", "/") == outcome.data["python"]


def test_an_installation_takes_the_locked_packages_and_then_cogsheet_alone(tmp_path: Path, program: Program) -> None:
    """Every package by its hash; Cogsheet without asking for packages again; then it is tried out."""
    programs = Programs()
    install(computer=computer("linux", tmp_path, run=programs), program=program)

    started, made, locked, ours, tried = programs.take()
    python = str(tmp_path / ".local/share/Cogsheet/venv/bin/python")
    assert [python, "-c"] == started[:2]
    assert ["python-of-the-user", "-m", "venv", "--clear", str(Path(python).parents[1])] == made
    assert ["--require-hashes", "-r", str(program.lock)] == locked[-3:]
    assert ["--no-deps", "--force-reinstall", str(program.source)] == ours[-3:]
    assert [python, "-I"] == tried[:2]
    assert not any("--no-index" in command for command in (locked, ours))


def test_without_network_it_takes_wheels_from_a_folder(tmp_path: Path, program: Program) -> None:
    """Then no index is asked at all, at neither step."""
    programs = Programs()
    install(computer=computer("linux", tmp_path, run=programs), program=program, wheels=tmp_path / "wheels")

    pip = [command for command in programs.take() if "pip" in command]
    assert [["--no-index", "--find-links", str(tmp_path / "wheels")]] * 2 == [command[8:11] for command in pip]


def test_a_second_run_changes_nothing_and_an_update_is_installed(tmp_path: Path, program: Program) -> None:
    """The environment is not made anew; another copy of the program goes into the same one."""
    programs = Programs()
    here = computer("linux", tmp_path, run=programs)
    first = install(computer=here, program=program)
    programs.take()
    second = install(computer=here, program=program)
    ran_again = programs.take()
    third = install(computer=here, program=replace(program, fingerprint="two"))

    assert [True, False, True] == [outcome.data["changed"] for outcome in (first, second, third)]
    assert "nothing had to be changed" in second.message
    assert [["-c"]] == [command[1:2] for command in ran_again]
    assert not any("venv" in command for command in programs.take())


@pytest.mark.parametrize("step", ["venv", "--require-hashes", "--no-deps", "import addin"])
def test_a_step_that_fails_is_told_and_begun_again(tmp_path: Path, program: Program, step: str) -> None:
    """The message says which step and what was said; nothing counts as installed until all of it was."""
    programs = Programs()
    here = computer("win32", tmp_path, run=programs)
    install(computer=here, program=program)
    (tmp_path / "AppData/Local/Cogsheet/venv" / STAMP).unlink()
    failing = Programs(failing=step)
    with pytest.raises(InstallationFailedError, match="Close Excel") as error:
        install(computer=replace(here, run=failing), program=program)

    assert f"could not {step}" in str(error.value)
    assert not (tmp_path / "AppData/Local/Cogsheet/venv" / STAMP).exists()
    assert install(computer=here, program=program).data["changed"] is True


def test_python_of_the_microsoft_store_is_refused(tmp_path: Path, program: Program) -> None:
    """It would keep the environment where Excel cannot see it."""
    store = r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.13_3.13.1_x64__qbz5n2kfra8p0"
    programs = Programs()
    with pytest.raises(StorePythonError, match=r"python\.org"):
        install(computer=computer("win32", tmp_path, base_folder=store, run=programs), program=program)

    assert not any("venv" in command for command in programs.take())


@pytest.mark.parametrize(
    ("platform", "build", "advice"),
    [
        ("win32", "win-arm64", "not the one named ARM64"),
        ("win32", "win32", "whichever Excel you have"),
        ("linux", "linux-i686", "for 64 bit"),
    ],
)
def test_a_python_without_packages_is_refused_before_pip(
    tmp_path: Path, program: Program, platform: str, build: str, advice: str
) -> None:
    """Windows on ARM and 32 bit: which Python to take is said, nothing was made, and Check says the same."""
    programs = Programs()
    here = computer(platform, tmp_path, build=build, run=programs)
    with pytest.raises(UnsuitablePythonError, match=advice):
        install(computer=here, program=program)

    assert [] == [command for command in programs.take() if "venv" in command or "pip" in command]
    assert (False, True) == (checks.build_of_python(here).ok, advice in checks.build_of_python(here).words)


@pytest.mark.parametrize("build", ["win-amd64", "macosx-11.0-arm64", "macosx-10.13-universal2", "linux-aarch64"])
def test_every_other_python_is_taken(tmp_path: Path, build: str) -> None:
    """Also ARM on a Mac and on Linux, for which the packages exist."""
    assert checks.build_of_python(computer("linux", tmp_path, build=build)).ok


def test_run_py_refuses_before_anything_is_installed(tmp_path: Path) -> None:
    """On a fresh clone with Python for Windows on ARM: the words, exit status 2, and no environment."""
    for name in ("run.py", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "addin" / "machine").mkdir(parents=True)
    for name in ("__init__.py", "machine/__init__.py", "machine/suitable_python.py"):
        shutil.copy(ROOT / "addin" / name, tmp_path / "addin" / name)
    ran = subprocess.run(  # noqa: S603 - this interpreter and our own file
        [sys.executable, "-S", str(tmp_path / "run.py"), "install"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "_PYTHON_HOST_PLATFORM": "win-arm64"},
    )

    assert (2, True) == (ran.returncode, "built for Windows on ARM" in ran.stdout), ran.stderr
    assert not (tmp_path / ".venv").exists()


def test_on_a_mac_excel_is_allowed_to_start_python(tmp_path: Path, program: Program) -> None:
    """The command of xlwings is run, each time, and no other system has it."""
    programs = Programs()
    mac = computer("darwin", tmp_path, run=programs)
    install(computer=mac, program=program)
    install(computer=mac, program=program)
    xlwings_program = str(tmp_path / "Library/Cogsheet/venv/bin/xlwings")

    assert 2 == programs.take().count([xlwings_program, "runpython", "install"])
    with pytest.raises(InstallationFailedError, match="letting Excel start Python"):
        install(computer=replace(mac, run=Programs(failing="runpython")), program=replace(program, fingerprint="two"))


@pytest.mark.long
def test_xlwings_puts_the_script_where_the_doctor_looks(tmp_path: Path) -> None:
    """Its own code, run with another user folder, makes the very file."""
    code = "from xlwings.cli import runpython_install; runpython_install(True)"
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)  # noqa: S603 - our own words

    assert places.apple_script(computer("darwin", tmp_path), xlwings.__version__).is_file()


def test_an_installed_package_is_packed_again(tmp_path: Path) -> None:
    """Where there is no source tree the installed files become a wheel, without what belongs to one installation."""
    files = {
        "addin/cli.py": "print(1)\n",
        "addin/__pycache__/cli.cpython-311.pyc": "compiled",
        "cogsheet-9.9.dist-info/METADATA": "Metadata-Version: 2.4\nName: cogsheet\nVersion: 9.9\n",
        "cogsheet-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\n",
        "cogsheet-9.9.dist-info/INSTALLER": "pip\n",
        "cogsheet-9.9.dist-info/direct_url.json": "{}",
    }
    record = "".join(f"{name},,\n" for name in [*files, "cogsheet-9.9.dist-info/RECORD", "../../../bin/cogsheet"])
    for name, text in {**files, "cogsheet-9.9.dist-info/RECORD": record}.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text)
    installed = PathDistribution(tmp_path / "site" / "cogsheet-9.9.dist-info")
    wheel = pack_wheel(installed, tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        written = archive.read("cogsheet-9.9.dist-info/RECORD").decode()

    assert "cogsheet-9.9-py3-none-any.whl" == wheel.name
    assert {"addin/cli.py", *(f"cogsheet-9.9.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD"))} == set(
        names
    )
    assert set(names) == {line.split(",")[0] for line in written.splitlines()}
    (tmp_path / "site" / "addin" / "cli.py").unlink()
    with pytest.raises(ProgramIncompleteError, match=r"cli\.py"):
        pack_wheel(installed, tmp_path)


def test_the_running_program_is_known_by_its_files(tmp_path: Path) -> None:
    """From the source tree: its version, its lock, and a fingerprint that a changed file changes."""
    for folder in ("addin", "core", "sandbox", "workbook_engine"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "9.9"\n')
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "core" / "money.py").write_text("a = 1\n")
    first = this_program(tmp_path)
    (tmp_path / "core" / "money.py").write_text("a = 2\n")

    assert ("9.9", tmp_path, tmp_path / "requirements.lock") == (first.version, first.source, first.lock)
    assert first.fingerprint != this_program(tmp_path).fingerprint
    assert ROOT == this_program().source
    (tmp_path / "requirements.lock").unlink()
    with pytest.raises(ProgramIncompleteError, match=r"requirements\.lock"):
        this_program(tmp_path)


def test_a_program_that_is_not_there_is_an_answer() -> None:
    """What cannot be started says so in words instead of stopping everything."""
    assert -1 == run_program(["no-such-program-anywhere"]).status
    assert ProgramResult(0, "42") == run_program([sys.executable, "-c", "print(42)"])


def test_every_option_is_on_the_command() -> None:
    """The command offers what the action takes."""
    command = main.get_command(click.Context(main), "install")
    assert command is not None
    assert {"trusted", "wheels", "as_json"} == {option.name for option in command.params}
    assert 2 == run_command("install", "--wheels", "no-such-folder").status


@pytest.mark.long
def test_a_real_environment_runs_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real environment from this source tree: made, Cogsheet built and installed by pip, its command run.

    Every module has its byte code, also where the user's settings of pip and Python say that none is made.

    The one step that is not real here is the download of the locked packages: this environment's own stand in for them.
    """
    monkeypatch.setenv("PIP_NO_COMPILE", "1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    here = _offline(tmp_path)
    first, second = install(computer=here), install(computer=here)
    assert [] == _not_compiled(Path(str(first.data["folder"])))
    cogsheet = places.program_in(Path(str(first.data["folder"])), "cogsheet", here)
    ran = run_program([str(cogsheet), "inspect", "no-such-file", "--json"])
    where = run_program([str(first.data["python"]), "-I", "-c", "import addin; print(addin.__file__)"])

    assert [True, False] == [outcome.data["changed"] for outcome in (first, second)]
    assert (2, True) == (ran.status, "no-such-file" in ran.output)
    assert where.output.startswith(str(first.data["folder"]))
    _makes_books_and_works_on_them(str(cogsheet), tmp_path)
    _installs_itself_again(here, str(first.data["python"]), tmp_path)


def _not_compiled(environment: Path) -> list[str]:
    """Return the modules of Cogsheet without byte code."""
    (site,) = environment.glob("lib/python3.*/site-packages")
    modules = [
        path for folder in ("addin", "core", "sandbox", "workbook_engine") for path in (site / folder).rglob("*.py")
    ]
    assert len(modules) > 300
    return [str(path) for path in modules if not list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))]


def _makes_books_and_works_on_them(cogsheet: str, folder: Path) -> None:
    """What the wheel holds is enough for a new book, for the demo and for what the buttons do to it."""
    book, demo = folder / "Books.xlsm", folder / "demo" / "Books.xlsm"
    made = run_program([cogsheet, "new", str(book), "--company", "Empty room"])
    played = run_program([cogsheet, "demo", "--folder", str(demo.parent)])
    assert (0, 0) == (made.status, played.status), made.output + played.output

    for button in ("resolve", "save", "settings", "pnl", "sync", "trueups", "verify"):
        ran = run_program([cogsheet, button, str(demo)])
        assert ran.status in (0, 1), f"{button}: {ran.output}"
        assert "Traceback" not in ran.output
    assert 0 == run_program([cogsheet, "verify", str(demo)]).status


OLD_LAYOUT = (
    "addin/workbook_files/__init__.py",
    "addin/workbook_files/engine.py",
    "addin/vba_project/__init__.py",
    "addin/refresh.py",
    "addin/actions/sync.py",
    "core/costs.py",
)
"""Modules that lay elsewhere, or were others, before the add-in's rooms were made."""


@pytest.mark.long
def test_an_installation_of_the_old_layout_is_brought_up_to_date(tmp_path: Path) -> None:
    """No module of the old one is left beside the new ones, and old workbooks find what their VBA calls."""
    here = _offline(tmp_path)
    folder = places.environment_folder(here)
    python = str(places.program_in(folder, "python", here))
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "--no-index", "--no-deps", str(_old_wheel(tmp_path))],
    ):
        ran = run_program(command)
        assert 0 == ran.status, ran.output
    (folder / STAMP).write_text('{"version": "0.0.9", "fingerprint": "of the old layout"}', encoding="utf-8")
    site = Path(run_program([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).output.strip())
    assert all((site / name).is_file() for name in OLD_LAYOUT), "the old layout must be there to go"

    outcome = install(computer=here)
    called = run_program([python, "-I", "-c", "import addin.ribbon, addin.udfs; print(callable(addin.ribbon.run))"])

    assert (True, "True") == (outcome.data["changed"], called.output.strip())
    assert [] == [name for name in OLD_LAYOUT if (site / name).exists()]
    assert (site / "workbook_engine" / "engine.py").is_file()


def _old_wheel(folder: Path) -> Path:
    """Write a wheel of Cogsheet as it lay before."""
    wheel = folder / "cogsheet-0.0.9-py3-none-any.whl"
    info = "cogsheet-0.0.9.dist-info"
    files = {
        **dict.fromkeys((*OLD_LAYOUT, "addin/__init__.py", "core/__init__.py", "addin/cli.py"), ""),
        f"{info}/METADATA": "Metadata-Version: 2.4\nName: cogsheet\nVersion: 0.0.9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    return wheel


def _installs_itself_again(here: Computer, python: str, tmp_path: Path) -> None:
    """The installed copy has no source tree: it packs itself and is installed elsewhere."""
    code = (
        "from importlib.metadata import distribution; from pathlib import Path; import sys;"
        "from addin.machine.program import this_program; program = this_program();"
        "print(program.source, program.lock.is_file(), program.for_pip(Path(sys.argv[1])))"
    )
    ran = here.run([python, "-I", "-c", code, str(tmp_path)])
    source, locked, wheel = ran.output.split()
    target = tmp_path / "elsewhere"
    placed = here.run([python, "-m", "pip", "install", "--no-index", "--no-deps", "--target", str(target), wheel])

    assert ("None", "True") == (source, locked)
    assert 0 == placed.status, placed.output
    assert (target / "addin" / "template.xlsm").is_file()


def _offline(folder: Path) -> Computer:
    """Return this computer with another user folder, where the locked packages are those of this environment."""
    here = replace(this_computer(), platform="linux", home=folder, environment={})

    def run(command: object) -> ProgramResult:
        words = list(command)  # type: ignore[call-overload] # a sequence of words
        if "--require-hashes" not in words:
            return run_program(words)
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        code = f"import site, pathlib; pathlib.Path(site.getsitepackages()[0], 'lent.pth').write_text({packages!r})"
        return run_program([words[0], "-c", code])

    return replace(here, run=run)
