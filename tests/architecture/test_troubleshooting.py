"""docs/troubleshooting.md has an entry for every error that people can see, in the words that they see."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.architecture.sources import nodes, source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
FAMILIES = frozenset(
    {
        "CogsheetError", "UnreadableFileError", "InventoryError", "DatabaseError", "WorkbookError", "ServiceError",
        "WorkbookFileError",
    }
)  # fmt: skip
"""They are never raised without a cause of their own, or with the words of a `WorkbookFileError`."""
_ENTRY = re.compile(r"^\| (?P<says>.+?) <!-- (?P<name>\w+) --> \| (?P<why>.+?) \| (?P<do>.+?) \|$", re.MULTILINE)
_SENTENCE = re.compile(r"^\*\*(.+?)\*\*")


@cache
def modules() -> tuple[ast.Module, ...]:
    files = [file for folder in ("core", "addin", "workbook_engine") for file in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(source(file) for file in files)


def error_classes() -> Counter[str]:
    """Return the errors of the code by name: whatever descends from a family."""
    bases = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for tree in modules()
        for node in nodes(tree)
        if isinstance(node, ast.ClassDef)
    ]
    known = set(FAMILIES)
    while new := {name for name, parents in bases if parents & known} - known:
        known |= new
    return Counter(name for name, _ in bases if name in known - FAMILIES)


@cache
def texts() -> str:
    """Return every text of the code, with … for a value."""
    return "\n".join(words for tree in modules() for words in _words(tree))


def _words(tree: ast.Module) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def entries() -> list[re.Match[str]]:
    return list(_ENTRY.finditer(PAGE.read_text(encoding="utf-8")))


def missing(sentence: str) -> list[str]:
    """Return the pieces of a sentence, between its values, that no text of the code has."""
    return [piece for piece in sentence.split("…") if piece.strip() and piece not in texts()]


def test_every_error_has_its_entry() -> None:
    """And no entry is about an error that is gone."""
    found = Counter(entry["name"] for entry in entries())

    assert len(found) > 200
    assert error_classes() == found


def test_an_entry_quotes_what_the_code_says() -> None:
    """A sentence that is worded anew is found by nobody who looks for it."""
    quoted = {entry["name"]: match[1] for entry in entries() if (match := _SENTENCE.match(entry["says"]))}

    assert len(quoted) > 200
    assert {} == {name: lost for name, sentence in quoted.items() if (lost := missing(sentence))}


def test_a_sentence_that_the_code_does_not_say_is_seen() -> None:
    """Planted: a word that stands otherwise in the code."""
    assert [] == missing("Sheet … is protected, so nothing was written to it.")
    assert [" is guarded, so nothing was written to it."] == missing(
        "Sheet … is guarded, so nothing was written to it."
    )


def test_every_line_of_a_table_is_an_entry() -> None:
    """One whose form is broken would be looked for in vain."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    heads = [line for line in rows if line in ("| it says | why | what to do |", "| --- | --- | --- |")]

    assert len(rows) == len(heads) + len(entries())
