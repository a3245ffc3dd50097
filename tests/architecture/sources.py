"""The source of modules, each text parsed once for all tests of the architecture; nobody changes what is shared."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def source(path: Path) -> ast.Module:
    """Return the tree of a file as it is now."""
    return parsed(path.read_text(encoding="utf-8"))


@cache
def parsed(text: str) -> ast.Module:
    """Return the tree of a text."""
    return ast.parse(text)


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return everything in a tree that is shared."""
    return tuple(ast.walk(tree))
