"""The template as built now and as stored, and programs that read it independently of the code that wrote it."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.addin.template.filled_office import COSTS, OFF, ON, Line, put_lines
from tests.addin.template.vba_readers import modules_by_oletools
from workbooks.template import build
from workbooks.template.builder import TEMPLATE
from workbooks.template.workbook_zip import Parts, read_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
LIBREOFFICE_PYTHON = Path("/usr/bin/python3")
ANSWER_WITHIN = 180
"""Seconds; an error that VBA does not catch makes LibreOffice wait for somebody to press OK."""


@pytest.fixture(scope="session")
def built() -> bytes:
    """Return the template as the sources make it now."""
    return build()


@pytest.fixture(scope="session")
def built_parts(built: bytes) -> Parts:
    """Return its parts."""
    return read_parts(built)


@pytest.fixture(scope="session")
def stored_parts() -> Parts:
    """Return the parts of the template that users get."""
    return read_parts(TEMPLATE.read_bytes())


@pytest.fixture(scope="session")
def extracted_modules(built_parts: Parts) -> dict[str, str]:
    """Return the text of every VBA module as olefile and oletools read it."""
    return modules_by_oletools(built_parts["xl/vbaProject.bin"])


ENDED = "LibreOffice ended"
GONE = "com.sun.star.lang.DisposedException"
"""What UNO says of a program that is not there any more."""


class LibreOfficeCrashedError(AssertionError):
    """The program itself ended; nothing of what was asked is at fault."""


class LibreOffice:
    """A running LibreOffice; `tests/addin/template/libreoffice_host.py` does what it is asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        command = [LIBREOFFICE_PYTHON, HERE / "libreoffice_host.py", folder]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._host = subprocess.Popen(command, **streams)  # type: ignore[call-overload] # noqa: S603 - our own host
        self.folder = folder
        self.answers = True
        """Whether it is worth asking again."""

    def ask(self, *request: object) -> object:
        """Send one request and return its answer; the test fails if LibreOffice waits for somebody.

        Raises:
            LibreOfficeCrashedError: If it is not there any more.
            AssertionError: If it failed.
        """
        assert self._host.stdin
        assert self._host.stdout
        self._host.stdin.write(json.dumps(request).encode() + b"\n")
        self._host.stdin.flush()
        ready, _, _ = select.select([self._host.stdout], [], [], ANSWER_WITHIN)
        if not ready:
            self._host.terminate()
            self.answers = False
            pytest.fail(f"LibreOffice waits for somebody: an error in VBA was not caught during {request}")
        answer = json.loads(self._host.stdout.readline() or f'{{"error": "{ENDED}"}}')
        if any(sign in answer.get("error", "") for sign in (ENDED, GONE)):
            self.answers = False
            raise LibreOfficeCrashedError(answer["error"])
        assert "error" not in answer, answer["error"]
        return answer["answer"]

    def close_workbook(self, opened: OpenWorkbook) -> None:
        """Close a workbook; whoever cannot even do that is not asked again."""
        try:
            opened.ask("close")
        except AssertionError:
            self.answers = False

    def close(self) -> None:
        """End LibreOffice."""
        assert self._host.stdin
        assert self._host.stdout
        self._host.stdin.close()
        try:
            self._host.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._host.terminate()
            self._host.wait(timeout=30)
        self._host.stdout.close()


class OpenWorkbook:
    """A template that LibreOffice has open; every method of the host's `Workbook` can be asked for."""

    def __init__(self, office: LibreOffice, path: Path) -> None:
        self._office = office
        self.path = path
        self.filled = False
        """Whether a test's data are in it already."""
        office.ask(str(path), "open")

    def ask(self, name: str, *arguments: object) -> object:
        """Call a method of the host's workbook and return its answer."""
        return self._office.ask(str(self.path), name, *arguments)

    def vba(self, procedure: str, *arguments: object) -> object:
        """Call a procedure of the workbook's VBA."""
        return self.ask("call", procedure, *arguments)


@pytest.fixture(scope="session")
def stand_ins() -> dict[str, str]:
    """Return the VBA modules that replace what LibreOffice lacks."""
    return {path.stem: path.read_text("utf-8") for path in sorted((HERE / "stand_ins").iterdir())}


class Opener:
    """Opens templates in one LibreOffice, which is started for the first of them."""

    def __init__(self, folder: Path, stand_ins: dict[str, str]) -> None:
        self._folder = folder
        self._stand_ins = stand_ins
        self._office: LibreOffice | None = None
        self._started = 0
        self._plain: bytes | None = None
        self._opened: list[OpenWorkbook] = []

    def open(
        self, name: str = "Books.xlsm", modules: dict[str, str] | None = None, content: bytes | None = None
    ) -> OpenWorkbook:
        """Open a template under this file name, with stand-ins and with these modules besides; close the others.

        Another workbook is opened where its content is given.
        """
        while self._opened:
            opened = self._opened.pop()
            if self._office and self._office.answers:
                self._office.close_workbook(opened)
        return self.open_beside(name, modules, content)

    def reuse(self, name: str) -> OpenWorkbook:
        """Return the template of this name, opened anew unless it is the only one open."""
        alive = self._office is not None and self._office.answers
        if alive and [opened.path.name for opened in self._opened] == [name]:
            return self._opened[0]
        return self.open(name)

    def open_beside(
        self, name: str, modules: dict[str, str] | None = None, content: bytes | None = None
    ) -> OpenWorkbook:
        """Open a template beside those that are open; once more, and said, where LibreOffice crashes over it."""
        if not modules and self._plain is None:
            self._plain = build(self._stand_ins)
        plain = build({**self._stand_ins, **modules}) if modules else self._plain or b""
        try:
            return self._open(name, content or plain)
        except LibreOfficeCrashedError as crash:
            self._opened.clear()
            warnings.warn(f"LibreOffice crashed and was started anew: {str(crash).splitlines()[-1]}", stacklevel=1)
            return self._open(name, content or plain)

    def _open(self, name: str, content: bytes) -> OpenWorkbook:
        path = self._running().folder / name
        path.write_bytes(content)
        self._opened.append(OpenWorkbook(self._running(), path))
        return self._opened[-1]

    def _running(self) -> LibreOffice:
        """Return the LibreOffice that answers; one that does not any more is ended, and another started."""
        if self._office is None or not self._office.answers:
            self.close()
            self._started += 1
            self._office = LibreOffice(self._folder / str(self._started))
        return self._office

    def close(self) -> None:
        """End LibreOffice."""
        if self._office:
            self._office.close()


@pytest.fixture(scope="session")
def opener(tmp_path_factory: pytest.TempPathFactory, stand_ins: dict[str, str]) -> Iterator[Opener]:
    """Return the one LibreOffice of all tests."""
    opened = Opener(tmp_path_factory.mktemp("libreoffice"), stand_ins)
    yield opened
    opened.close()


@pytest.fixture
def libreoffice(opener: Opener, missing_tool: Callable[[str], None]) -> Opener:
    """Return what opens templates in LibreOffice."""
    if not shutil.which("soffice") or not _has_uno():
        missing_tool("LibreOffice Calc with its Python (packages libreoffice-calc, python3-uno) is not installed")
    return opener


@cache
def _has_uno() -> bool:
    if not LIBREOFFICE_PYTHON.exists():
        return False
    command: list[str | Path] = [LIBREOFFICE_PYTHON, "-c", "import uno"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - fixed words


@pytest.fixture
def office(libreoffice: Opener) -> OpenWorkbook:
    """Return LibreOffice with the template open, costs filled in, everything else as when it was opened."""
    opened = libreoffice.reuse("Books.xlsm")
    if not opened.filled:
        opened.ask("put_block", "Costs", "A5:I8", COSTS)
        put_lines(opened, [Line("112-1", "A-1", 1, "9.99")])
        opened.filled = True
    opened.vba("Platform.PretendMac", OFF)
    opened.vba("xlwings.Install", ON)
    opened.vba("xlwings.WillAnswer", "", "", OFF)
    opened.vba("FileChoice.WillChoose", OFF)
    opened.vba("TextQuestion.WillAnswer", OFF)
    opened.vba("xlwings.Noted")
    return opened
