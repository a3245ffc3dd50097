"""Cogsheet from a fresh clone: makes `.venv`, installs the locked set into it, and runs.

    python run.py demo            a filled workbook with the demo business
    python run.py install         so that the buttons of workbooks work in Excel on this computer
    python run.py test [--long]   format, lint, dependencies, types, tests
    python run.py bench [NAME]    benchmarks
    python run.py installer       build the installer for Windows in dist (needs NSIS)
    python run.py package         build the wheel and the sdist for PyPI in dist
    python run.py template        build workbooks/template.xlsm anew
    python run.py drawing         draw the house anew in docs/architecture.md
    python run.py commands        write the list in docs/commands.md anew
    python run.py pictures        the pictures of README and docs (needs LibreOffice)
    python run.py lock            resolve the dependencies anew
    python run.py help            lists the commands of cogsheet; `help COMMAND` explains one
    python run.py ARGUMENTS ...   any of them

Needs Python 3.11 or newer and nothing else; uses the standard library only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)

Command = list[str]


def main(arguments: Command) -> int:
    """Run what the first argument names; any other command goes to cogsheet itself."""
    if sys.version_info < OLDEST:
        print("Cogsheet needs Python 3.11 or newer; this is " + sys.version.split()[0])
        return 2
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    name, rest = arguments[0], arguments[1:]
    own = {
        "test": _test,
        "bench": _bench,
        "installer": _installer,
        "package": _package,
        "template": _template,
        "drawing": _drawing,
        "commands": _commands,
        "pictures": _pictures,
        "lock": _lock,
    }
    return own[name](rest) if name in own else _cogsheet(arguments)


def _cogsheet(arguments: Command) -> int:
    _install("requirements.lock")
    return _run([str(PYTHON), "-m", "addin", *arguments], where=Path.cwd())


def _test(arguments: Command) -> int:
    """Run the whole gate and stop at the first step that fails."""
    _install("requirements-dev.lock")
    python = str(PYTHON)
    steps = [
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "deptry", "."],
        [python, "-m", "mypy"],
        [python, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", *arguments],
    ]
    return next((status for status in map(_run, steps) if status), 0)


def _bench(arguments: Command) -> int:
    _install("requirements-dev.lock")
    return _run([str(PYTHON), "-m", "benchmarks", *arguments])


def _installer(arguments: Command) -> int:
    _install("requirements-dev.lock")
    return _run([str(PYTHON), "-m", "installer", *arguments])


def _package(arguments: Command) -> int:
    _install("requirements-dev.lock")
    return _run([str(PYTHON), "-m", "hatchling", "build", *arguments])


def _template(arguments: Command) -> int:
    _install("requirements-dev.lock")
    return _run([str(PYTHON), "-m", "workbooks.template", *arguments])


def _drawing(arguments: Command) -> int:
    """Needs nothing installed: the imports are read, not run."""
    return _run([sys.executable, "-m", "tests.architecture.drawing", *arguments])


def _commands(arguments: Command) -> int:
    _install("requirements-dev.lock")
    return _run([str(PYTHON), "-m", "workbooks.commands_page", *arguments])


def _pictures(arguments: Command) -> int:
    _install("requirements-dev.lock")
    return _run([str(PYTHON), "-m", "workbooks.pictures", *arguments])


def _lock(arguments: Command) -> int:
    """Resolve for every system at once, with hashes, without the name of any registry."""
    _install("requirements-dev.lock")
    uv = [str(PYTHON), "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    plain = ["--generate-hashes", "--no-annotate", "--no-header", "--quiet", *arguments]
    runtime = [*uv, *plain, "--group", "build", "-o", "requirements.lock"]
    dev = [*uv, *plain, "--group", "build", "--group", "dev", "-c", "requirements.lock", "-o", "requirements-dev.lock"]
    return _run(runtime) or _run(dev)


def _install(lock: str) -> None:
    """Bring `.venv` to what the lock says, unless it is there already; the larger lock includes the smaller."""
    stamp = VENV / "installed"
    wanted = {name: _fingerprint(name) for name in ("requirements-dev.lock", lock)}
    if stamp.exists() and stamp.read_text(encoding="utf-8") in wanted.values():
        return
    _refuse_unsuitable_python()
    print(f"Installing Cogsheet into {VENV.name} (once; a minute or so) ...", flush=True)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True, clear=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for step in (["--require-hashes", "-r", lock], ["--no-build-isolation", "--no-deps", "-e", "."]):
        if _run([*pip, *step]):
            sys.exit("The installation did not succeed; pip says why above. Run the command again after that.")
    stamp.write_text(wanted[lock], encoding="utf-8")


def _refuse_unsuitable_python() -> None:
    """End before pip is asked for packages that do not exist for this build of Python."""
    sys.path.insert(0, str(ROOT))  # also where Python leaves the folder of a script out
    from addin.machine.suitable_python import unsuitable  # noqa: PLC0415 - needs nothing installed

    if words := unsuitable(sysconfig.get_platform()):
        print(words)
        sys.exit(2)


def _fingerprint(lock: str) -> str:
    parts = [(ROOT / name).read_bytes() for name in (lock, "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _run(command: Command, where: Path = ROOT) -> int:
    """Run a command of the project; the names of files that a user types are of the folder that he stands in."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        return subprocess.call(
            command, cwd=where, env={**os.environ, "PYTHONPATH": path, "COGSHEET_TYPED_AS": _called()}
        )
    except KeyboardInterrupt:
        return 130


def _called() -> str:
    """Return how this was typed, for what the commands say is typed next: `python3 run.py`."""
    program = Path(sys.orig_argv[0]).stem if hasattr(sys, "orig_argv") else "python"
    return f"{program} {sys.argv[0]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
