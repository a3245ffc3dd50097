"""Who writes into the books can be repeated where two writings met on a server."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.sources import source

ROOT = Path(__file__).parents[2]
SCOPES = {"writing", "keeping"}
ONCE = {
    "core/books/database/moving.py:_compare_with": "it writes nothing, and is within a writing that is repeated",
    "core/books/verification/altered_rows.py:books_as_sealed": "it takes back whatever stands within",
}
"""Functions that open such a scope and are not repeated, each with its reason."""


def writers(tree: ast.Module) -> dict[str, bool]:
    """Return the functions that open a scope of writing, each with whether it is repeated."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {one.name: _is_repeated(one) for one in functions if any(_opens(node) for node in ast.walk(one))}


def _opens(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SCOPES


def _is_repeated(function: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "repeated" for one in function.decorator_list)


def test_every_writer_is_repeated() -> None:
    """Each function that opens a writing is `@repeated`, or stands above with why it is not."""
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{name}": again
        for folder in ("core", "addin")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name, again in writers(source(path)).items()
    }

    assert len(found) > 40
    assert set(ONCE) == {name for name, again in found.items() if not again}


def test_a_writer_that_is_not_repeated_is_seen() -> None:
    """A function is a writer wherever in it the scope is opened."""
    tree = ast.parse(
        "@repeated\ndef a(d):\n    with d.writing() as c: pass\ndef b(d):\n    if d:\n        with d.keeping(): pass\n"
        "def c(d): d.reading()"
    )

    assert {"a": True, "b": False} == writers(tree)


LACKING = re.compile(
    r"advisory_|\bLISTEN\b|\bNOTIFY\b|LOCK TABLE|TEMP(?:ORARY)? TABLE|DEFERRABLE|TRUNCATE|SKIP LOCKED|CREATE TRIGGER"
)
"""What a server that only speaks the protocol of PostgreSQL may lack (docs/scale.md)."""


def test_no_statement_needs_what_other_servers_lack() -> None:
    """No text of the books, docstrings left out, asks for it; migrations are among them."""
    asked = {
        f"{path.name}: {text}"
        for path in sorted((ROOT / "core" / "books").rglob("*.py"))
        for text in texts(source(path))
        if LACKING.search(text)
    }

    assert set() == asked


def texts(tree: ast.Module) -> set[str]:
    """Return every text of a module that is no docstring."""
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in apart)
    return {node.value for node in found if isinstance(node.value, str)}


def test_what_other_servers_lack_is_seen() -> None:
    """In a statement, and not where it is only spoken of."""
    tree = ast.parse("'No LOCK TABLE.'\nrun('SELECT pg_advisory_lock(1)')")

    assert ["SELECT pg_advisory_lock(1)"] == [text for text in texts(tree) if LACKING.search(text)]
