"""The rooms of the house: how big they are, what stands first in them, and that no two of them need each other."""

from __future__ import annotations

import ast
import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.sources import nodes, source

ROOT = Path(__file__).parents[2]
OURS = ("addin", "core", "sandbox", "workbook_engine", "workbooks")
LONGEST = 400
"""Lines of a file that a person still holds in their head (CONTRIBUTING.md)."""


def modules(*folders: str) -> dict[str, ast.Module]:
    """Return every module of some folders by its full name."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {_name(path): source(path) for path in paths}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def needs(tree: ast.Module, known: set[str]) -> set[str]:
    """Return which of the known modules a module imports: at its top, inside, or for its types only."""
    full = {
        (f"{node.module}.{alias.name}", str(node.module))
        for node in nodes(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    plain = {alias.name for node in nodes(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name if name in known else module for name, module in full} & known | plain & known


def circle(trees: dict[str, ast.Module]) -> list[str]:
    """Return the modules of one circle of imports; nothing where there is none."""
    known = set(trees)
    graph = {name: needs(tree, known) - {name} for name, tree in trees.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("folder", ["core", "addin", "workbook_engine"])
def test_no_two_modules_need_each_other(folder: str) -> None:
    """No circle of imports, those for types included."""
    assert [] == circle(modules(folder))


def test_a_circle_is_seen() -> None:
    """Also one that exists for types only."""
    one = ast.parse("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.two import Thing\n")

    assert {"core.one", "core.two"} == set(circle({"core.one": one, "core.two": ast.parse("import core.one\n")}))


def test_a_circle_planted_in_the_engine_is_seen() -> None:
    """A sheet part that names the whole workbook file, for its types only, closes a circle: it is one floor higher."""
    trees = modules("workbook_engine")
    planted = "if TYPE_CHECKING:\n    from workbook_engine.workbook_file import WorkbookFile\n"
    body = [*trees["workbook_engine.parts.sheet_part"].body, *ast.parse(planted).body]
    trees["workbook_engine.parts.sheet_part"] = ast.Module(body, [])

    assert {"workbook_engine.parts.sheet_part", "workbook_engine.workbook_file"} <= set(circle(trees))


ENGINE_FLOORS = (
    {"addresses", "errors", "typing_rules", "parts.xml_text", "number_formats", "cell_values", "formula_text"},
    {
        "parts",
        *(f"parts.{name}" for name in ("package", "packing", "styles", "cell_codec", "table_part", "workbook_part")),
        *(f"parts.{name}" for name in ("grid", "row", "row_store", "open_marks")),
    },
    {"parts.sheet_part"},
    {"formulas", "cells", "following", "table_rows", "sheet_list", "sheet_copy"},
    {"workbook_file"},
    {"native", "range_formats", "range", "sheet", "engine"},
)
"""Values and texts, parts of the package, a sheet, what is done to sheets, the whole file, and the face to xlwings."""


def above_its_floor(trees: dict[str, ast.Module]) -> list[str]:
    """Return the imports of the engine that lead to a higher floor."""
    floor = {f"workbook_engine.{name}": number for number, names in enumerate(ENGINE_FLOORS) for name in names}
    return [
        f"{name} imports {other}"
        for name, tree in trees.items()
        for other in needs(tree, set(floor))
        if floor.get(name, len(ENGINE_FLOORS)) < floor[other]
    ]


def test_the_engine_stands_on_its_floors() -> None:
    """Each module of the engine imports from its own floor and those below; every module has one."""
    trees = {name: tree for name, tree in modules("workbook_engine").items() if ".vba" not in name}

    assert set().union(*ENGINE_FLOORS) == {name.partition(".")[2] for name in trees} - {""}
    assert [] == above_its_floor(trees)


def test_no_file_is_longer_than_a_person_holds() -> None:
    """Files have at most 400 lines, tests too."""
    paths = [path for folder in (*OURS, "tests") for path in (ROOT / folder).rglob("*.py")]
    longer = {_name(path) for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST}

    assert set() == longer


def renamed(tree: ast.Module) -> list[str]:
    """Return the names of our own modules that one imports under another name."""
    return [
        f"{node.module}.{alias.name} as {alias.asname}"
        for node in nodes(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in OURS
        for alias in node.names
        if alias.asname
    ]


def test_a_thing_has_one_name_everywhere() -> None:
    """No module of ours calls something of ours by another name."""
    assert {} == {name: names for name, tree in modules(*OURS).items() if (names := renamed(tree))}


SUBJECTS = {
    name: path
    for path in sorted((ROOT / "core" / "books").rglob("*.py"))
    if not (name := _name(path)).startswith("core.books.database")
}
"""The modules of core/books that hold a subject; those of core/books/database hold how books are kept."""


def takes_a_connection(function: ast.FunctionDef) -> bool:
    """Tell whether a function is given the database, or a connection to it."""
    kinds = {"Connection", "Database"}
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(node.id in kinds for one in arguments for node in ast.walk(one) if isinstance(node, ast.Name))


def speaks_sql(function: ast.FunctionDef, sql: set[str]) -> bool:
    """Tell whether a function uses a name of SQLAlchemy, or a table."""
    return any(isinstance(node, ast.Name) and node.id in sql for one in function.body for node in ast.walk(one))


def sql_names(tree: ast.Module) -> set[str]:
    """Return the names of a module that make statements: those of SQLAlchemy, and the modules of tables."""
    imported = [
        (node.module, alias.name) for node in nodes(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    return {name for module, name in imported if module == "sqlalchemy" and name != "Connection"} | {
        name for module, name in imported if module == "core.books.database" and name.endswith("tables")
    }


def rules_after_queries(tree: ast.Module) -> list[str]:
    """Return the functions without a connection and without SQL that stand after one that has it."""
    sql, queries, late = sql_names(tree), False, []
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        is_query = takes_a_connection(function) or speaks_sql(function, sql)
        late += [function.name] if queries and not is_query else []
        queries = queries or is_query
    return late


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_the_rules_of_a_subject_stand_before_its_queries(name: str) -> None:
    """Pure functions of values first; then what takes a connection."""
    assert [] == rules_after_queries(source(SUBJECTS[name]))


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_only_what_takes_a_connection_speaks_sql(name: str) -> None:
    """A public function that makes statements is given the connection; what it is made of is private."""
    tree = source(SUBJECTS[name])
    sql = sql_names(tree)
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]

    assert [] == [one.name for one in public if speaks_sql(one, sql) and not takes_a_connection(one)]


def test_a_rule_among_queries_is_seen() -> None:
    """A planted one is named."""
    tree = ast.parse("def read(connection: Connection): ...\ndef rule(value: int): ...\n")

    assert ["rule"] == rules_after_queries(tree)


def test_a_colour_is_named_once() -> None:
    """What is written without Excel shares one palette, `addin.takeaway.look`; the template adds its own to it."""
    named = [
        (value, path.relative_to(ROOT).as_posix())
        for folder in ("addin", "workbooks")
        for path in (ROOT / folder).rglob("*.py")
        for value in re.findall(r'^[A-Z_]+ = "(#[0-9A-F]{6})"', path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    twice = {value for value, count in Counter(value for value, _ in named).items() if count > 1}

    assert named
    assert [] == sorted(one for one in named if one[0] in twice)
