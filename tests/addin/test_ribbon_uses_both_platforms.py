"""What the add-in uses of xlwings exists in Excel for Windows and for the Mac; other engines of xlwings have more."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import xlwings as xw

import addin

XLWINGS = Path(xw.__file__).parent
ADDIN = Path(addin.__file__).parent
CLASSES = (
    *("App", "Apps", "Book", "Books", "Sheet", "Sheets", "Range", "RangeRows", "RangeColumns", "Table", "Tables"),
    *("Name", "Names", "AutoFilter", "Font", "Note", "DataValidation"),
)
PLATFORMS = ("_xlwindows.py", "_xlmac.py")
ON_RANGE = ("RangeRows", "RangeColumns")
"""Classes of xlwings' face that ask the range for everything."""


@cache
def classes_in(file: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse((XLWINGS / file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


@cache
def asked_of_the_platform(owner: ast.ClassDef) -> dict[str, set[str]]:
    """Return per member of a class what it asks of `self.impl` (or `self.rng.impl`)."""
    asked: dict[str, set[str]] = defaultdict(set)
    for member in owner.body:
        if isinstance(member, ast.FunctionDef):
            for node in ast.walk(member):
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self.impl", "self.rng.impl"):
                    asked[member.name].add(node.attr)
    return asked


def members(file: str, name: str) -> set[str]:
    """Return what a class of a platform really has: methods that are more than a declaration, and attributes."""
    classes = classes_in(file)
    if name not in classes:
        return set()
    found: set[str] = set()
    for node in ast.walk(classes[name]):
        if isinstance(node, ast.FunctionDef) and not isinstance(node.body[-1], ast.Raise):
            found.add(node.name)
        if isinstance(node, ast.Assign):
            found |= {t.id for t in node.targets if isinstance(t, ast.Name)}
            found |= {t.attr for t in node.targets if isinstance(t, ast.Attribute)}
    for base in classes[name].bases:
        written = ast.unparse(base)
        other = "base_classes.py" if written.startswith("base_classes.") else file
        found |= members(other, written.rpartition(".")[2])
    return found


@cache
def used_names() -> dict[str, set[str]]:
    """Return every attribute name that the add-in uses of objects, with the files it is used in.

    The declarations of commands are left out: they import the standard library alone and never meet a workbook.
    """
    used: dict[str, set[str]] = defaultdict(set)
    for path in set(ADDIN.rglob("*.py")) - set((ADDIN / "commands" / "registry").iterdir()):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = imported(tree)
        if "xlsxwriter" in modules:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in modules:
                used[node.attr].add(path.relative_to(ADDIN).as_posix())
    return used


def imported(tree: ast.Module) -> set[str]:
    """Return the names by which a file knows whole modules, and the packages it imports from."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def lacking(names: set[str], platform: str) -> set[str]:
    """Return which of these members of xlwings a platform cannot answer."""
    face, missing = classes_in("main.py"), set()
    for owner in CLASSES:
        there = members(platform, "Range" if owner in ON_RANGE else owner)
        asked = asked_of_the_platform(face[owner])
        missing |= {f"{owner}.{name}" for name in names & set(asked) if asked[name] - there}
    return missing


@pytest.mark.long
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_member_that_is_used_exists_there(platform: str) -> None:
    """A member that only another engine has would fail at the customer and nowhere else."""
    assert set() == lacking(set(used_names()) - {"api"}, platform)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_search_finds_what_the_desktop_lacks(platform: str) -> None:
    """Members that exist in xlwings' face and not in Excel are found."""
    assert {"Sheet.freeze_panes"} == lacking({"freeze_panes", "used_range"}, platform)


def test_the_search_sees_what_the_addin_uses() -> None:
    """Members that the add-in certainly uses are among the names."""
    assert {"data_body_range", "resize", "refers_to", "hidden", "screen_updating", "alert"} <= set(used_names())


def test_the_mac_is_thought_of_where_something_looks_behind_xlwings() -> None:
    """`.api` differs between Windows and Mac: it stands in one module, which asks whether there is what it wants."""
    assert {"sheets/tables/native_cells.py"} == used_names()["api"]
