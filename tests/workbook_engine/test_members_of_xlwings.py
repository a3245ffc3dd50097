"""The engine has only members that xlwings has on Windows and on the Mac, so that code that runs here runs there."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlwings as xw

from workbook_engine import engine
from workbook_engine.range import Range, Table, Tables
from workbook_engine.range_formats import Font
from workbook_engine.sheet import Name, Names, Sheet, Sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(xw.__file__).parent
CLASSES = (
    *(engine.Engine, engine.Apps, engine.App, engine.Books, engine.Book, Sheets, Sheet),
    *(Range, Font, Tables, Table, Names, Name),
)
SET_BY_XLWINGS = {"options"}
"""What `xlwings.main` itself puts on an object."""


@cache
def classes_of(path: Path) -> dict[str, ast.ClassDef]:
    """Return the classes of a module by name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def members(file: str, class_name: str) -> set[str]:
    """Return the members of a class in a module of xlwings that cannot be imported here, its bases included."""
    classes = classes_of(PACKAGE / file)
    found: set[str] = set()
    for node in ast.walk(classes[class_name]) if class_name in classes else ():
        if isinstance(node, ast.FunctionDef) and not _only_raises(node):
            found.add(node.name)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
            found |= {target.attr for target in targets if isinstance(target, ast.Attribute)}
    for base in classes[class_name].bases if class_name in classes else ():
        written = ast.unparse(base)
        found |= members("base_classes.py" if written.startswith("base_classes.") else file, written.rpartition(".")[2])
    return found


def _only_raises(function: ast.FunctionDef) -> bool:
    """Return whether a method is declared only, as most of `base_classes` are."""
    body = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def own_members(owner: type) -> set[str]:
    """Return the public members of a class of ours: of its body and those it gives its objects."""
    named = {member for member in dir(owner) if not member.startswith("_")}
    for base in owner.__mro__[:-1]:
        named |= set(_set_on_self(classes_of(Path(inspect.getfile(base)))[base.__name__]))
    return named - SET_BY_XLWINGS


def _set_on_self(body: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(body):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=attribute, ctx=ast.Store()):
                if not attribute.startswith("_"):
                    yield attribute


@pytest.mark.parametrize("file", ["_xlwindows.py", "_xlmac.py"])
@pytest.mark.parametrize("owner", CLASSES, ids=lambda owner: owner.__name__)
def test_only_what_xlwings_has_there(owner: type, file: str) -> None:
    """No member here that real Excel would not answer to."""
    assert set() == own_members(owner) - members(file, owner.__name__)


@pytest.mark.parametrize("file", ["_xlwindows.py", "_xlmac.py"])
def test_the_comparison_sees_strangers(file: str) -> None:
    """Members that exist only in other engines of xlwings are not found on the desktop."""
    assert "data_body_range" in members(file, "Table")
    assert not {"freeze_panes", "data_body_range"} & members(file, "Sheet")
    assert not {"adjust_indent", "copy_from", "group"} & members(file, "Range")
