"""What a command's process says, and how it ends: at once, with nothing left unsaid."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from addin.machine.computer import run_program

ROOT = Path(__file__).parents[3]
AT_EXIT = "import atexit; atexit.register(print, 'what waits for the end'); "
END = "from addin.machine.start import end_at_once; print('said', end=' '); end_at_once({status!r}); print('lives on')"
SAYS = "addin.__main__.main = lambda **_: [addin.cli.click.echo({shown!r}, err=err) for err in (False, True)]"
THREAD = "import threading; threading.Thread(target=threading.Event().wait, args=(0.5,)).start(); "


def ended(program: str) -> tuple[int, str]:
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], check=False, capture_output=True, encoding="utf-8", cwd=ROOT
    )
    return answer.returncode, " ".join(answer.stdout.split())


def test_it_ends_with_its_status_once_all_is_said() -> None:
    """What is still in a buffer is written, what waits for the end of the process runs, and nothing follows."""
    assert (2, "said what waits for the end") == ended(AT_EXIT + END.format(status=2))


@pytest.mark.parametrize(("before", "status"), [(THREAD, 2), ("", "a text to be shown"), ("", None)])
def test_it_does_not_where_something_is_left_to_do(before: str, status: object) -> None:
    """A thread that works is waited for, and a text is left to Python to show."""
    assert (0, "said lives on") == ended(before + END.format(status=status))


@pytest.mark.parametrize(("arguments", "status"), [(["--version"], 0), (["frobnicate"], 2)])
def test_a_command_ends_so(arguments: list[str], status: int) -> None:
    """`cogsheet` is run by what ends at once, with the exit status of the command."""
    program = f"import sys; from addin.__main__ import program; sys.argv[1:] = {arguments!r}; program()"
    code, said = ended(AT_EXIT + program)

    assert (status, "what waits for the end") == (code, said.removeprefix("cogsheet, version 0.1.0 "))


@pytest.mark.parametrize("shown", ["Sklep Łódź „Kubki“", "東京の店 — ☕"])
def test_what_a_command_says_into_a_file_is_utf_8(shown: str) -> None:
    """Whatever code page Windows has: a text that cp1252 has no letters for, and JSON."""
    program = f"import sys, addin.cli; from addin.__main__ import program; {SAYS.format(shown=shown)}; program()"
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )

    assert (0, shown, shown) == (answer.returncode, answer.stdout.decode().strip(), answer.stderr.decode().strip())


def test_what_is_piped_into_a_command_is_utf_8() -> None:
    """With the mark that PowerShell puts before it, and without."""
    program = "from addin.machine.start import speak_utf_8; speak_utf_8(); print(input(), input())"
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        cwd=ROOT,
        input="\ufeffŁódź\n东京\n".encode(),
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )

    assert "Łódź 东京" == answer.stdout.decode().strip()


def test_a_python_that_is_started_says_names_in_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's settings and code page do not decide what the names of folders read like."""
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")

    assert "Łódź" == run_program([sys.executable, "-c", "print('Łódź')"]).output
