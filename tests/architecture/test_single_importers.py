"""A module that only one other imports is a room of its own for a reason: a test opens it by itself."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.architecture.sources import nodes
from tests.architecture.test_rooms import modules, needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Trees = dict[str, ast.Module]

HOUSE = ("addin", "core", "sandbox", "workbook_engine", "workbooks")
WATCHED = ("addin.", "core.", "sandbox.", "workbook_engine.")
_ACTION = re.compile(r"[\w.]+(?=:\w+)")
"""The module in the words of a command: `addin.commands.setup.new:new_workbook`."""


def doors(trees: Mapping[str, ast.Module]) -> dict[str, str]:
    """Return the modules that stand behind what others may import of their package: `core.books.database.Database`."""
    behind = {name.rpartition(".")[0] for name in trees} & set(trees)
    return {
        f"{package}.{alias.name}": str(node.module)
        for package in behind
        for node in nodes(trees[package])
        if isinstance(node, ast.ImportFrom) and str(node.module) in trees
        for alias in node.names
    }


def imported(tree: ast.Module, known: set[str], behind: Mapping[str, str]) -> Iterator[str]:
    """Yield the modules that a module imports, by themselves, through a package's door, or in a command's words."""
    yield from needs(tree, known)
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (behind[name] for name in names if name in behind)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name for name in _ACTION.findall(node.value) if name in known)


def importers(trees: Trees, known: Trees) -> dict[str, set[str]]:
    """Return who imports each of the known modules."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    behind = doors(known)
    for name, tree in trees.items():
        for other in imported(tree, set(known), behind):
            found[other] |= {name} - {other}
    return found


def untested_annexes(house: Trees, tests: Trees) -> list[str]:
    """Return the modules that exactly one other imports, and no test; what is a package's own names its folder."""
    users, testers = importers(house, house), importers(tests, house)
    packages = {name.rpartition(".")[0] for name in house}
    return [
        f"{name} is only for {next(iter(users[name]))}"
        for name in sorted(house)
        if name.startswith(WATCHED) and name not in packages and len(users[name]) == 1 and not testers[name]
    ]


def test_what_one_module_needs_is_its_own_or_tested() -> None:
    """Such a module is merged with the one that imports it, or has a test of its own."""
    tests = {name: tree for name, tree in modules("tests").items() if name.rpartition(".")[2].startswith("test_")}

    assert [] == untested_annexes(modules(*HOUSE), tests)


def test_an_annex_is_seen() -> None:
    """One that only another module imports; not one with two importers, a test, or users behind a door."""
    house = {
        "core.rooms": ast.parse("from core.rooms.kept import Kept"),
        "core.rooms.kept": ast.parse("class Kept: ..."),
        "core.annex": ast.parse(""),
        "core.shared": ast.parse(""),
        "core.tested": ast.parse(""),
        "core.named": ast.parse(""),
        "addin.one": ast.parse("from core import annex, shared, tested\nfrom core.rooms import Kept"),
        "addin.two": ast.parse("from core.shared import thing\nACTION = 'core.named:run'"),
    }
    tests = {"tests.test_it": ast.parse("import core.tested\nimport core.rooms")}

    assert ["core.annex is only for addin.one", "core.named is only for addin.two"] == untested_annexes(house, tests)
