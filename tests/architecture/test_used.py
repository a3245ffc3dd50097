"""Everything that the product defines, the product uses: what only a test needs stands in the tests."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
HOUSE = ("addin", "benchmarks", "core", "sandbox", "workbook_engine", "workbooks")
WATCHED = ("addin.", "core.", "workbook_engine.")
FROM_OUTSIDE = re.compile(r"addin\.ribbon\.run|addin\.udfs\.FINALE_\w+|core\.books\.database\.migrations\..*")
"""Called by the workbook's VBA, and by alembic."""
_WORD = re.compile(r"[\w.:]+")

Trees = dict[str, ast.Module]


@cache
def house() -> Trees:
    """Return every module outside of the tests by its full name."""
    paths = [path for folder in HOUSE for path in (ROOT / folder).rglob("*.py")]
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in paths}
    return {name: source(path) for name, path in names.items()}


def bindings(name: str, tree: ast.Module, nodes: list[ast.AST]) -> dict[str, str]:
    """Return what the names of a module stand for, by full name: what it imports and what it defines."""
    bound = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {node.name: f"{name}.{node.name}" for node in definitions(tree)} | bound


def definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the functions and classes at the top of a module."""
    return (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))


def full_name(node: ast.AST, bound: Mapping[str, str]) -> str:
    """Return the full name that `a`, `a.b` or `a.b.c` stands for."""
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, bound)}.{node.attr}"
    return bound.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def uses(nodes: list[ast.AST], bound: Mapping[str, str]) -> Iterator[str]:
    """Yield the full names that a module uses, in words such as `addin.commands.setup.new:new_workbook` too."""
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            yield full_name(node, bound)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
            yield bound.get(node.value, node.value.replace(":", "."))


def unused(trees: Trees) -> list[str]:
    """Return the watched functions and classes that nothing of the house uses but themselves."""
    passed_on: dict[str, str] = {}
    used: Counter[str] = Counter()
    for name, tree in trees.items():
        nodes = list(ast.walk(tree))
        bound = bindings(name, tree, nodes)
        passed_on |= {f"{name}.{own}": full for own, full in bound.items() if full != f"{name}.{own}"}
        used.update(uses(nodes, bound))
    for full, count in list(used.items()):
        used[passed_on.get(full, "")] += count
    return [
        f"{name}.{node.name}"
        for name, tree in trees.items()
        if f"{name}.".startswith(WATCHED)
        for node in definitions(tree)
        if _only_by_itself(node, used[f"{name}.{node.name}"])
    ]


def _only_by_itself(node: ast.FunctionDef | ast.ClassDef, count: int) -> bool:
    return not count or count == sum(isinstance(one, ast.Name) and one.id == node.name for one in ast.walk(node))


@pytest.mark.long
def test_what_the_product_defines_it_uses() -> None:
    """A function that is left over, or there for tests alone, is named."""
    assert [] == [name for name in unused(house()) if not FROM_OUTSIDE.fullmatch(name)]


def test_a_function_for_tests_alone_is_seen() -> None:
    """Also one that calls itself, and one that shares its name with another module's."""
    trees = {
        "core.one": ast.parse("def left(n): return left(n - 1)\ndef used(): ...\ndef same(): ..."),
        "core.two": ast.parse("from core import one\nfrom core.one import used\nused()\ndef same(): ...\none.same()"),
    }

    assert ["core.one.left", "core.two.same"] == unused(trees)
