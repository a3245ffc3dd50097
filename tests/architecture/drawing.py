"""The drawing of the house in docs/architecture.md, made from the real imports: `python run.py drawing`.

A part stands on the lowest floor on which everything that it imports is below it. Parts that import one another share a
floor, and the drawing says so. The texts are the first sentences of the parts' own docstrings.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.architecture.sources import nodes, source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "architecture.md"
HOUSE = ("addin", "core", "sandbox", "workbook_engine", "workbooks")
IN_PARTS = ("addin", "core")
"""Packages of which each folder and each loose module is a part of its own."""

_BEGIN, _END = "<!-- drawing: python run.py drawing -->\n", "<!-- end of drawing -->"
_NAME, _TEXT = 22, 90

Imports = dict[str, frozenset[str]]
"""Which parts a part imports; a part is `addin/sheets`, `core/model.py` or `sandbox`."""


def part_of(names: tuple[str, ...], root: Path = ROOT) -> str | None:
    """Return the part that a module of this dotted name belongs to; None outside of the house."""
    if not names or names[0] not in HOUSE:
        return None
    if names[0] not in IN_PARTS:
        return names[0]
    inside = names[1] if len(names) > 1 else ""
    if (root / names[0] / inside / "__init__.py").exists() and inside:
        return f"{names[0]}/{inside}"
    is_module = inside != "__init__" and (root / names[0] / f"{inside}.py").exists()
    return f"{names[0]}/{inside}.py" if is_module else None


def imports(root: Path = ROOT) -> Imports:
    """Read who imports whom, at the top of modules, inside of functions and for types alike."""
    known: dict[str, set[str]] = {}
    for path in sorted(path for package in HOUSE for path in (root / package).rglob("*.py")):
        here = part_of(path.relative_to(root).with_suffix("").parts, root)
        if here is not None and path.name != "__main__.py":
            known.setdefault(here, set()).update(_named(path, root))
    return {part: frozenset(others - {part}) for part, others in known.items()}


def _named(path: Path, root: Path) -> Iterator[str]:
    for node in nodes(source(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from filter(None, (part_of(tuple(name.split(".")), root) for name in names))


def reachable(house: Imports, start: str) -> frozenset[str]:
    """Return everything that a part imports, directly or by way of others."""
    seen: set[str] = set()
    ahead = set(house[start])
    while ahead:
        part = ahead.pop()
        seen.add(part)
        ahead |= house.get(part, frozenset()) - seen
    return frozenset(seen)


def floors(house: Imports) -> list[list[str]]:
    """Return the parts floor by floor, the ground floor first."""
    below = {part: reachable(house, part) for part in house}
    circle = {part: {other for other in below[part] if part in below.get(other, ())} | {part} for part in house}

    @cache
    def floor(part: str) -> int:
        return max((floor(other) + 1 for one in circle[part] for other in house[one] - circle[part]), default=0)

    highest = max(map(floor, house), default=0)
    return [sorted(part for part in house if floor(part) == level) for level in range(highest + 1)]


def circles(house: Imports, parts: list[str]) -> list[list[str]]:
    """Return the groups of parts of a floor that import one another."""
    groups = {
        tuple(sorted({part} | {other for other in parts if other in ahead and part in reachable(house, other)}))
        for part, ahead in ((part, reachable(house, part)) for part in parts)
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def draw(house: Imports, root: Path = ROOT) -> str:
    """Return the drawing: a box per floor, the roof first."""
    width = _NAME + _TEXT + 3
    storeys = [_storey(house, parts, root) for parts in reversed(floors(house))]
    between = f"\n└{'─' * width}┘\n{'▼':^{width}}\n┌{'─' * width}┐\n".replace(" \n", "\n")
    boxes = ("\n".join(f"│ {line:<{width - 2}} │" for line in storey) for storey in storeys)
    drawn = f"┌{'─' * width}┐\n{between.join(boxes)}\n└{'─' * width}┘"
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _storey(house: Imports, parts: list[str], root: Path) -> list[str]:
    loose = [Path(part).stem for part in parts if part.startswith("core/") and part.endswith(".py")]
    rows = [("core/", "; ".join(["modules by themselves: " + ", ".join(loose)]))] if loose else []
    rows += [(part, _first_sentence(part, root)) for part in parts if Path(part).stem not in loose]
    lines = [line for name, text in rows for line in _row(name, text)]
    return lines + [f"({', '.join(group)} import one another)" for group in circles(house, parts)]


def _row(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(textwrap.wrap(text, _TEXT - 1)):
        yield f"{'' if number else name:<{_NAME}}{line}"


def _first_sentence(part: str, root: Path) -> str:
    path = root / part if part.endswith(".py") else root / part / "__init__.py"
    words = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    plain = re.sub(r"\s+", " ", re.sub(r"\s*\(docs/[^)]*\)", "", words)).strip()
    return re.split(r"(?<=\w)\. (?=[A-Z])", plain)[0].rstrip(".")


def with_drawing(document: str, drawing: str) -> str:
    """Return the document with the drawing between its two marks."""
    before, rest = document.split(_BEGIN)
    return f"{before}{_BEGIN}\n```\n{drawing}\n```\n\n{_END}{rest.split(_END)[1]}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_drawing(DOCUMENT.read_text(encoding="utf-8"), draw(imports())), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.relative_to(ROOT).as_posix()} has the drawing of today's imports.\n")
