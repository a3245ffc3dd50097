"""Whatever a message names as a remedy is there: commands and their options, sheets and their columns, buttons.

Made of the texts of the code, so that a message written tomorrow is looked at too. An option stands behind its command,
`close --format excel`: a message may be shown by several commands, and not each of them has it.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from addin.cli import made
from addin.commands import registry
from addin.sheets.workbook import SPECS
from addin.takeaway.close_pack.close_pack import SHEETS as PACK_SHEETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
COMMANDS = {
    command.name: {"--help", *(option for one in made(command).params for option in one.opts)}
    for command in registry.COMMANDS
    if command.action
}
_TWO_WORDS = "|".join(name for name in COMMANDS if " " in name)
_IN_CODE = re.compile(rf"`(?:cogsheet )?(?P<command>{_TWO_WORDS}|[a-z-]+|\{{\}})(?P<rest>[^`]*)`")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_OF_OTHERS = ("addin/machine/environment.py",)
"""Where pip's own options stand."""


class Text(NamedTuple):
    """A text of the code, its places for values as `{}`."""

    place: str
    words: str


@cache
def texts() -> tuple[Text, ...]:
    """Return the texts of the program, read once for all that is looked for in them."""
    files = [file for folder in ("core", "addin") for file in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(
        Text(f"{file.relative_to(ROOT)}:{line}", words)
        for file in files
        for line, words in words_of(ast.parse(file.read_text(encoding="utf-8")))
    )


def words_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every text that is no docstring and has more than one word."""
    seen = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            seen |= {id(part) for part in node.values}
            parts = (str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in seen:
            yield node.lineno, node.value


def wrong_options(words: str) -> Iterator[str]:
    """Yield options that do not stand behind a command, or behind one that has none such."""
    bare = words
    for found in _IN_CODE.finditer(words):
        known = COMMANDS.get(found["command"])
        options = _OPTION.findall(found["rest"])
        if known is not None or found["command"] == "{}":
            yield from (option for option in options if known is not None and option not in known)
            bare = bare.replace(found[0], "")
    yield from _OPTION.findall(bare)


def wrong_commands(words: str) -> Iterator[str]:
    """Yield commands after the program's name that there are not."""
    for found in re.finditer(rf"`cogsheet (?P<name>{_TWO_WORDS}|[a-z-]+)", words):
        if found["name"] not in COMMANDS:
            yield found["name"]


def begins(words: str, names: frozenset[str]) -> bool:
    return any(re.match(rf"{re.escape(name)}(?!\w)", words) for name in names)


def named(words: str, before: str, names: frozenset[str]) -> Iterator[str]:
    """Yield what stands behind a word with a capital and is none of the names."""
    for found in re.finditer(rf"\b{before} (?=[A-Z])", words):
        rest = words[found.end() :]
        if not begins(rest, names):
            yield rest[:40]


SHEET_NAMES = frozenset(spec.sheet for spec in SPECS) | frozenset(PACK_SHEETS) | {"COGS"}
HEADERS = frozenset(column.header for spec in SPECS for column in spec.columns)
LABELS = frozenset(command.button.label.rstrip("…") for command in registry.BUTTONS if command.button)
OTHER_LABELS = frozenset({"Alt+F11", "View under LWA credentials", "Enable Macros"})
"""Of Excel and of the marketplaces' own sites."""


def wrong_sheets(words: str) -> Iterator[str]:
    yield from named(words, "[Ss]heets?", SHEET_NAMES)


def wrong_columns(words: str) -> Iterator[str]:
    yield from named(words, "[Cc]olumns?", HEADERS)


def wrong_buttons(words: str) -> Iterator[str]:
    yield from named(words, "(?:[Pp]ress|[Bb]utton)", LABELS | OTHER_LABELS)


@pytest.mark.long
@pytest.mark.parametrize("wrong", [wrong_options, wrong_commands, wrong_sheets, wrong_columns, wrong_buttons])
def test_every_remedy_that_a_message_names_exists(wrong: Callable[[str], Iterator[str]]) -> None:
    """Everywhere in core and add-in."""
    found = [
        f"{text.place}: {name}" for text in texts() if " " in text.words for name in wrong(_without_own(text, wrong))
    ]

    assert [] == found


def test_messages_of_core_name_no_commands() -> None:
    """They are shown in Excel too, where nobody can type one: what a terminal says beside them stands in the add-in."""
    core = [text for text in texts() if text.place.startswith("core/")]

    assert core
    assert [] == [text.place for text in core if _is_typed(text.words)]


def _is_typed(words: str) -> bool:
    """Whether a text names an option, or a command that has a button."""
    buttons = {command.name for command in registry.BUTTONS}
    return bool(_OPTION.search(words)) or any(found["command"] in buttons for found in _IN_CODE.finditer(words))


@pytest.mark.parametrize("words", ["Get rates (`cogsheet rates`).", "Say so by --again.", "Run `trueups` then."])
def test_a_command_in_a_message_is_seen(words: str) -> None:
    """Planted: with the program's name, an option alone, and a command alone."""
    assert _is_typed(words)


def _without_own(text: Text, wrong: Callable[[str], Iterator[str]]) -> str:
    """Leave out of a command's declaration what it says of its own options, and pip's."""
    is_own = text.place.startswith("addin/commands/registry/") and wrong is wrong_options
    if is_own or (text.place.startswith(_OF_OTHERS) and text.words.startswith("--")):
        return ""
    return text.words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (wrong_options, "Nothing was booked. Export it with --format excel."),
        (wrong_options, "`close --entries cogs` writes it."),
        (wrong_options, "Say which one: `import --shop NAME`."),
        (wrong_commands, "Run `cogsheet export-again` then."),
        (wrong_sheets, "Type it on sheet Opening balances."),
        (wrong_sheets, "Sheet Trueups lists them."),
        (wrong_columns, "Type yes in column Accepted of it."),
        (wrong_buttons, "Press Save values."),
    ],
)
def test_a_remedy_that_is_not_there_is_seen(wrong: Callable[[str], Iterator[str]], words: str) -> None:
    """Planted: an option without its command, of another command, unknown; a command, sheets, a column, a button."""
    assert list(wrong(words))
