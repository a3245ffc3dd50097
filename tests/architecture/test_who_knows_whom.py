"""The rules of the house: who may import whom."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import nodes, source

ROOT = Path(__file__).parents[2]
PACKAGES = ("addin", "core", "sandbox", "workbook_engine")

ORDER_OF_KNOWING = {
    "model": 0,
    "marketplaces": 1,
    "finale": 1,
    "costing": 1,
    "reports": 1,
    "journal": 1,
    "books": 2,
}
"""A part of core may import parts of a lower level, or itself; what is not listed are tools that anyone may use."""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the full name of everything that a module imports, at its top or inside."""
    names: set[str] = set()
    for node in nodes(source(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def importers_of(name: str, packages: tuple[str, ...] = PACKAGES) -> set[str]:
    """Return the modules, as paths below the root, that import a package or something inside it."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in packages
        for path in modules(package)
        if any(full == name or full.startswith(name + ".") for full in imported(path))
    }


@pytest.mark.parametrize("foreign", ["addin", "sandbox", "xlwings", "workbooks"])
def test_core_knows_no_excel(foreign: str) -> None:
    """Core imports nothing of the add-in, the sandbox, xlwings or the template."""
    assert set() == importers_of(foreign, ("core",))


@pytest.mark.parametrize("foreign", ["core", "addin", "xlwings"])
def test_the_sandbox_shares_no_code_with_what_it_tests(foreign: str) -> None:
    """A mistake of ours is not made a second time in the sandbox."""
    assert set() == importers_of(foreign, ("sandbox",))


def test_only_one_module_speaks_http() -> None:
    """The switch to another HTTP library is a change of one file."""
    assert {"core/http/client.py"} == importers_of("httpx")


@pytest.mark.parametrize("library", ["sqlalchemy", "alembic"])
def test_only_the_books_know_sql(library: str) -> None:
    """SQLAlchemy and alembic are imported in core/books alone."""
    assert all(path.startswith("core/books/") for path in importers_of(library))


def test_only_the_addin_and_the_engine_know_xlwings() -> None:
    """Xlwings is imported in the add-in, and in the engine, which is an engine of xlwings."""
    assert all(path.startswith(("addin/", "workbook_engine/")) for path in importers_of("xlwings"))


@pytest.mark.parametrize("foreign", ["core", "addin", "sandbox", "workbooks"])
def test_the_engine_knows_nothing_of_cogsheet(foreign: str) -> None:
    """It could be published alone."""
    assert set() == importers_of(foreign, ("workbook_engine",))


def test_the_sandbox_has_one_door() -> None:
    """Only the start of the demo imports the sandbox."""
    assert {"addin/connections/sandbox.py"} == importers_of("sandbox", ("addin", "core"))


def test_excels_own_objects_are_touched_in_one_module() -> None:
    """What lies behind xlwings (`.api`) is used in one module of the add-in."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules("addin")
        for node in nodes(source(path))
        if isinstance(node, ast.Attribute) and node.attr == "api"
    }

    assert {"addin/sheets/tables/native_cells.py"} == users


def test_the_order_of_knowing_has_no_way_back() -> None:
    """Model, then readers, costing and journal, then the books: never the other way."""
    backwards = [
        f"{path.relative_to(ROOT).as_posix()} imports {name}"
        for path in modules("core")
        for name in imported(path)
        if _is_backwards(path.relative_to(ROOT / "core").parts[0], name)
    ]

    assert [] == backwards


def _is_backwards(place: str, name: str) -> bool:
    parts = name.split(".")
    here, there = place.removesuffix(".py"), parts[1] if parts[0] == "core" and len(parts) > 1 else ""
    if here == there or there not in ORDER_OF_KNOWING or here not in ORDER_OF_KNOWING:
        return False
    return ORDER_OF_KNOWING[there] >= ORDER_OF_KNOWING[here]


_FLAG = re.compile(r"(?:^|[\s(`“])--[a-z]")


def flags_in_texts(tree: ast.Module) -> list[str]:
    """Return the texts of a module, docstrings left out, that name an option of the command line."""
    documented = {id(node.value) for node in nodes(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in nodes(tree) if isinstance(node, ast.Constant) and id(node) not in documented)
    return [node.value for node in texts if isinstance(node.value, str) and _FLAG.search(node.value)]


def test_no_message_of_core_names_an_option_of_the_command_line() -> None:
    """Most people press buttons; `addin.commands.terminal_remedies` adds what to type where somebody types."""
    named = {
        path.relative_to(ROOT).as_posix(): flags for path in modules("core") if (flags := flags_in_texts(source(path)))
    }

    assert {} == named


@pytest.mark.parametrize("text", ["Say which with --store NAME.", "--json lists all", "Type it (--day)."])
def test_a_flag_in_a_message_is_seen(text: str) -> None:
    """Wherever it stands in the sentence; a dash, and a docstring that names an option, is none."""
    tree = ast.parse(f'def run():\n    """See --help."""\n    return ("nothing -- yet", {text!r})\n')

    assert [text] == flags_in_texts(tree)


ADDIN_ORDER = ("sheets", "machine", "connections", "takeaway", "commands", "demo")
"""A folder of the add-in may import folders before it: only commands and the demo know commands."""


@pytest.mark.parametrize("folder", ADDIN_ORDER)
def test_the_addin_flows_one_way(folder: str) -> None:
    """Sheets and connections are used by commands, and these by the demo: never the other way."""
    above = {f"addin.{name}" for name in ADDIN_ORDER[ADDIN_ORDER.index(folder) + 1 :]}
    backwards = {
        f"{path.relative_to(ROOT).as_posix()} imports {name}"
        for path in modules(f"addin/{folder}")
        for name in imported(path)
        if any(name == one or name.startswith(f"{one}.") for one in above)
    }

    assert set() == backwards
