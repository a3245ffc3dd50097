"""Texts leave and enter this program in an encoding that it names: Windows' own is another in every country."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import nodes, parsed, source

ROOT = Path(__file__).parents[2]
FOLDERS = ("addin", "benchmarks", "core", "installer", "sandbox", "workbook_engine", "workbooks")
OF_FILES = {"read_text", "write_text", "TextIOWrapper", "FileHandler", "RotatingFileHandler"}
OF_MODES = {"open", "fdopen", "NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile"}
OF_PROGRAMS = {"run", "Popen", "check_output", "call", "check_call"}
POSITION = {"read_text": 0, "write_text": 1, "FileHandler": 2, "RotatingFileHandler": 4}
"""Where the encoding stands if it is not named."""
OF_CLICK = {"formatter"}
"""What click writes its help with has a method of the same name, and no file."""
_CALLED = re.compile(rf"\b(?:{'|'.join(OF_FILES | OF_MODES | OF_PROGRAMS)})\(")
"""Most modules open nothing, and need not be read further."""


def without_encoding(tree: ast.Module) -> list[str]:
    """Return the calls of a module that leave the encoding of a text to the system, each with its line."""
    calls = [node for node in nodes(tree) if isinstance(node, ast.Call)]
    return [f"{_name(call)} in line {call.lineno}" for call in calls if _leaves_it_open(call)]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _holder(call: ast.Call) -> str:
    return getattr(getattr(call.func, "value", None), "id", "")


def _leaves_it_open(call: ast.Call) -> bool:
    named, name = {word.arg for word in call.keywords}, _name(call)
    if "encoding" in named or _holder(call) in OF_CLICK:
        return False
    if name in OF_FILES:
        return len(call.args) <= POSITION.get(name, 0)
    if name in OF_MODES:
        return _is_text(call, name)
    return name in OF_PROGRAMS and bool(named & {"text", "universal_newlines"})


def _is_text(call: ast.Call, name: str) -> bool:
    """Return whether a file is opened as text: `open` and `fdopen` of a path do so without a mode."""
    is_method = isinstance(call.func, ast.Attribute) and name == "open"
    given = [word.value for word in call.keywords if word.arg == "mode"]
    place = 0 if is_method or name not in {"open", "fdopen"} else 1
    mode = next((one.value for one in [*given, *call.args[place:]] if isinstance(one, ast.Constant)), None)
    if is_method and not isinstance(mode, str):
        return False  # our own `Database.open(path)`, `archive.open(member)`
    return "b" not in str(mode or ("r" if name in {"open", "fdopen"} else "w+b"))


@pytest.mark.parametrize(
    ("call", "is_open"),
    [
        ("path.read_text()", True),
        ("path.write_text(text)", True),
        ("path.read_text('cp1252')", False),
        ("open(path)", True),
        ("path.open('a')", True),
        ("os.fdopen(handle, 'wb')", False),
        ("open(path, 'x', encoding='utf-8')", False),
        ("tempfile.NamedTemporaryFile('w')", True),
        ("subprocess.run(command, text=True)", True),
        ("subprocess.run(command, capture_output=True)", False),
        ("logging.FileHandler(path)", True),
    ],
)
def test_a_text_without_an_encoding_is_found(call: str, is_open: bool) -> None:  # noqa: FBT001 - a case
    """Files, temporary ones, logs, and what programs say."""
    assert is_open == bool(without_encoding(parsed(call)))


def test_every_text_of_the_product_has_its_encoding() -> None:
    """Read and written here as on a computer with code page 1252, 932 or 65001."""
    paths = [*(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")), ROOT / "run.py"]
    speaking = [path for path in sorted(paths) if _CALLED.search(path.read_text(encoding="utf-8"))]
    found = {str(path.relative_to(ROOT)): without_encoding(source(path)) for path in speaking}

    assert {} == {name: calls for name, calls in found.items() if calls}
