"""Every reference to a document leads somewhere: in docstrings, comments and documents alike."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.architecture.sources import nodes, source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDERS = ("addin", "benchmarks", "core", "docs", "installer", "sandbox", "tests", "workbook_engine", "workbooks")
KINDS = {".bas", ".cls", ".md", ".py"}
FOREIGN = {"node_modules", "__pycache__"}

_DOCUMENT = re.compile(r"(?<![\w/.:-])(?:\.{1,2}/)*(?:[\w-]+/)*[\w-]+\.md\b")
_IN_DOCS = re.compile(r"(?<![\w/.:-])docs/[\w/.-]*[\w/]")
_WITH_HEADING = re.compile(r"(?<![\w/.:-])(docs/[\w/-]+\.md), (?=[A-Z])")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`((?:addin|benchmarks|core|sandbox|tests|workbook_engine|workbooks)/[\w/.-]*)`")
_DOTTED = re.compile(r"`((?:addin|benchmarks|core|sandbox|workbook_engine|workbooks)(?:\.\w+)+)`")
_SHORT = re.compile(r"`([a-z]\w*(?:\.\w+)+)`")
_OF_A_FILE_OR_SITE = re.compile(r".*\.(?:ca|py|sqlite)")
WITH_FOREIGN_NAMES = ("sandbox", "tests")
"""Their docstrings name the fields of services and of other libraries, too."""
NOT_HERE = ("design" + " §", "research" + "/")
"""Documents that nobody can read who has only the repository."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the prose of a file with its line: docstrings and comments of Python, all of the others."""
    content = path.read_text(encoding="utf-8", errors="replace")
    if not any(sign in content for sign in (".md", "docs/", *NOT_HERE)):
        return
    if path.suffix != ".py":
        yield from enumerate(_CODE_BLOCK.sub(_blank, content).splitlines(), start=1)
        return
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        opens = token.line[: token.start[1]].strip()
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
        elif token.type == tokenize.STRING and not opens and token.string.lstrip("rR").startswith('"""'):
            yield token.start[0], re.sub(r"\s+", " ", token.string)  # a reference may be broken over two lines


def _blank(block: re.Match[str]) -> str:
    return "\n" * block[0].count("\n")


@cache
def headings(document: Path) -> tuple[str, ...]:
    """Return the headings of a document, as they are written."""
    return tuple(_HEADING.findall(_CODE_BLOCK.sub(_blank, document.read_text(encoding="utf-8"))))


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as the pages of a repository make it."""
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower())
    return plain.strip().replace(" ", "-")


def faults(path: Path, text: str) -> Iterator[str]:
    """Yield what a piece of prose names that is not in the repository.

    Args:
        path: The file that it stands in; documents are looked for beside it too.
        text: The prose.
    """
    yield from (f"“{phrase}”" for phrase in NOT_HERE if phrase in text)
    prose = _LINK.sub("", text)
    named = {*_DOCUMENT.findall(prose), *_IN_DOCS.findall(prose)}
    yield from sorted(name for name in named if not _is_here(path, name))
    for match in _WITH_HEADING.finditer(prose):
        document, rest = ROOT / match[1], prose[match.end() :]
        if document.is_file() and not any(rest.startswith(heading) for heading in headings(document)):
            yield f"{match[1]}, {rest[:40]}"
    if path.suffix == ".md":
        yield from (link for link in _LINK.findall(text) if not _leads_somewhere(path, link))


def _is_here(path: Path, name: str) -> bool:
    return (ROOT / name).exists() or (path.parent / name).exists()


def _leads_somewhere(path: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    name, _, wanted = unquote(link).partition("#")
    target = path.parent / name if name else path
    return target.exists() and (not wanted or wanted in {anchor(heading) for heading in headings(target)})


def missing_code(text: str) -> list[str]:
    """Return the files, folders, modules and names in modules that a text names and that are not here."""
    paths = [path for path in _PATH.findall(text) if not (ROOT / path).exists()]
    return paths + [name for name in _DOTTED.findall(text) if not _is_code(tuple(name.split(".")))]


def _is_code(names: tuple[str, ...]) -> bool:
    for length in range(len(names), 0, -1):
        place = ROOT.joinpath(*names[:length])
        module = next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)
        if module is not None:
            return all(re.search(rf"\b{name}\b", module.read_text(encoding="utf-8")) for name in names[length:])
        if place.is_dir() and length == len(names):
            return True
    return False


def docstrings(tree: ast.Module) -> list[ast.Constant]:
    """Return the texts of a module that document something: of modules, classes, functions and attributes."""
    alone = [node.value for node in nodes(tree) if isinstance(node, ast.Expr)]
    return [one for one in alone if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def missing_names(text: str, own: set[str]) -> list[str]:
    """Return the names such as `module.name` of a docstring that nothing here has.

    Args:
        text: The docstring.
        own: What the module itself names in its code, of which something may be said: `meaning.line_type`.
    """
    names = [name for name in _SHORT.findall(text) if not _OF_A_FILE_OR_SITE.fullmatch(name)]
    return [name for name in names if not _is_named(tuple(name.split(".")), own)]


def _is_named(names: tuple[str, ...], own: set[str]) -> bool:
    by_length = {length: _modules().get(".".join(names[:length]), []) for length in range(len(names), 0, -1)}
    known = [(path, names[length:]) for length, paths in by_length.items() for path in paths]
    if known:
        return any(set(rest) <= _names_in_code(source(path)) for path, rest in known)
    return names[0] in own or names[0] in sys.stdlib_module_names


@cache
def _modules() -> dict[str, list[Path]]:
    """Return the modules by the ends of their full names: `books.loading` and `loading`."""
    modules: dict[str, list[Path]] = {}
    for path in files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        for start in range(len(parts) if path.suffix == ".py" else 0):
            modules.setdefault(".".join(parts[start:]), []).append(path)
    return modules


@cache
def _names_in_code(tree: ast.Module) -> set[str]:
    """Return what the code of a module names: variables, parameters, fields and what it imports."""
    found = set()
    for node in nodes(tree):
        texts = (getattr(node, field, None) for field in ("id", "arg", "attr", "name", "asname"))
        found |= {text for text in texts if isinstance(text, str)}
    return found


def files() -> list[Path]:
    """Return every file whose references are looked at."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    found += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    return sorted(path for path in found if path.suffix in KINDS and not FOREIGN & set(path.parts))


def test_every_reference_to_a_document_leads_somewhere() -> None:
    """A reason that a docstring points to can be read by whoever has the repository."""
    broken = [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {fault}"
        for path in files()
        for line, text in texts(path)
        for fault in faults(path, text)
    ]

    assert [] == broken


def test_documents_name_code_that_is_there() -> None:
    """A file, module or function that a document names in `marks` can be opened; one that moved is named here."""
    broken = {
        path.relative_to(ROOT).as_posix(): missing
        for path in files()
        if path.suffix == ".md" and path.name != "CHANGELOG.md"
        if (missing := missing_code(path.read_text(encoding="utf-8")))
    }

    assert {} == broken


@pytest.mark.long
def test_docstrings_name_code_that_is_there() -> None:
    """Also by the module's short name; a function that was renamed, moved or made public is named here."""
    broken = [
        f"{path.relative_to(ROOT).as_posix()}:{text.lineno}: {missing}"
        for path in files()
        if path.suffix == ".py"
        for text in docstrings(source(path))
        for missing in _missing_in_docstring(path, str(text.value))
    ]

    assert [] == broken


def _missing_in_docstring(path: Path, text: str) -> list[str]:
    if path.relative_to(ROOT).parts[0] in WITH_FOREIGN_NAMES:
        return missing_code(text)
    return [*missing_code(text), *missing_names(text, _names_in_code(source(path)))]


@pytest.mark.parametrize("name", ["money.shares", "reclassifying.dismiss", "loading.Books.nothing", "settings.nowhere"])
def test_a_short_name_that_nothing_has_is_seen(name: str) -> None:
    """Of a module that is here and lacks it, and of one that is not; what the module's own code has is left alone."""
    told = "See `money.share_cents`, `settings.sku_mapping`, `meaning.line_type`, `demo.sqlite`, `core.money.cents`"

    assert [name] == missing_names(f"{told} and `{name}`.", {"meaning"})


@pytest.mark.parametrize(
    "name", ["core/nowhere/", "core/moneys.py", "core.money.shares", "core.model.Godos", "addin.nowhere"]
)
def test_code_that_is_not_there_is_seen(name: str) -> None:
    """Paths and dotted names alike, to the last part."""
    assert [name] == missing_code(f"See `{name}`, and `core/money.py`, `core.money.cents`, `core/costing`.")


def test_nothing_cites_what_is_not_in_the_repository() -> None:
    """Not in messages either, nor in the texts of tests."""
    cited = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if any(phrase in line for phrase in NOT_HERE)
    ]

    assert [] == cited


@pytest.mark.parametrize(
    ("prose", "fault"),
    [
        ("See docs/nowhere.md.", "docs/nowhere.md"),
        ("The format (settlement-notes.md, Dates).", "settlement-notes.md"),
        ("Further in docs/reasons/books.", "docs/reasons/books"),
        ("The rule (docs/design/books.md, A heading that nobody wrote).", "docs/design/books.md, A heading"),
        ("As decided (design" + " §4).", "“design" + " §”"),
        ("Found in research" + "/prices.", "“research" + "/”"),
    ],
)
def test_a_reference_that_leads_nowhere_is_seen(prose: str, fault: str) -> None:
    """Each way of pointing at nothing is named."""
    found = list(faults(ROOT / "core" / "model.py", prose))

    assert any(one.startswith(fault) for one in found)


@pytest.mark.parametrize("link", ["missing.md", "words.md#no-such-heading", "#nor-this", "../docs/missing.png"])
def test_a_link_that_leads_nowhere_is_seen(link: str) -> None:
    """Links of documents are followed, their anchors too."""
    assert [link] == list(faults(ROOT / "docs" / "design" / "words.md", f"See [there]({link})."))


@pytest.mark.parametrize(
    "prose",
    [
        "See docs/design/words.md.",
        "The rule (docs/design/costing.md, What is left): more.",
        "Read README.md first.",
        "[there](../facts/settlement-formats.md#dates), [here](#the-principle), [outside](https://example.com/a.md)",
    ],
)
def test_a_reference_that_leads_somewhere_is_left_alone(prose: str) -> None:
    """What is in the repository is no fault."""
    assert [] == list(faults(ROOT / "docs" / "design" / "words.md", prose))
