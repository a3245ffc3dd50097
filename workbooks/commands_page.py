"""The list of commands in docs/commands.md, made of their declarations: `python run.py commands`."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.registry import TAB, commands_of
from addin.commands.registry.command import Argument, Group, Option, OptionKind, Selects
from addin.commands.registry.guide import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.commands.registry.command import Command

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
BEGIN = "<!-- made of addin/commands/registry by `python run.py commands` -->"
END = "<!-- end of what is made -->"
_WIDTH = 130
_TYPED = {
    OptionKind.NUMBER: "N",
    OptionKind.DAY: "DAY",
    OptionKind.FILE: "FILE",
    OptionKind.FOLDER: "FOLDER",
    OptionKind.PATH: "PATH",
    OptionKind.EXISTING_FOLDER: "FOLDER",
}


def page(before: str) -> str:
    """Return the page with the list as the declarations have it now; all that is written by hand stays.

    Args:
        before: The page.
    """
    head, _, rest = before.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{listing()}\n{END}{tail}"


def listing() -> str:
    """Return every command under its group, in Markdown."""
    return "\n".join(line for group in Group for line in _group(group))


def _group(group: Group) -> Iterator[str]:
    yield f"### {group}"
    yield ""
    yield from (line for command in commands_of(group) for line in _command(command))


def _command(command: Command) -> Iterator[str]:
    button = f"button *{command.button.label}*" if command.button else ""
    yield f"#### {command.name}"
    yield ""
    yield " or ".join(filter(None, (f"`{usage(command)}`" if command.action else "", button)))
    yield ""
    yield from _wrapped(f"{command.tip.title}. {command.tip.text} {command.notes}".strip())
    yield ""
    options = [one for one in command.options if isinstance(one, Option)]
    items = [f"`{_flag(one)}`: {one.help}{_default(one)}" for one in options]
    if command.selects is not Selects.NOTHING:
        items.insert(0, f"Without a settlement: {command.without or 'it stops and changes nothing'}.")
    yield from (line for item in (*items, *_guide(command)) for line in _wrapped(item, "- "))
    yield from [""] * bool(items or command.guide)


def _guide(command: Command) -> Iterator[str]:
    """Yield an example, when the exit status is 1, and the next step."""
    if command.guide is None:
        return
    yield f"Example: `{f'{PROGRAM} {command.name} {command.guide.example}'.rstrip()}`"
    if command.guide.attention:
        yield f"Exit status 1: {command.guide.attention}."
    if command.guide.then:
        yield f"{command.guide.next_step(0)}"


def _wrapped(text: str, bullet: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def usage(command: Command) -> str:
    """Return how a command is typed: `cogsheet undo BOOK [BATCH]`."""
    words = ["cogsheet", command.name, *(["BOOK"] if command.at_desk else [])]
    words += [_argument(one) for one in command.options if isinstance(one, Argument)]
    if command.selects is not Selects.NOTHING:
        words.append("[ID...]" if command.without else "ID...")
    words += [_flag(one) for one in command.options if isinstance(one, Option) and one.required]
    return " ".join([*words, *(["[OPTION...]"] if any(_is_free(one) for one in command.options) else [])])


def _is_free(one: Argument | Option) -> bool:
    return isinstance(one, Option) and not one.required


def _argument(one: Argument) -> str:
    shown = f"{one.metavar}..." if one.many else one.metavar
    return shown if one.required else f"[{shown}]"


def _flag(one: Option) -> str:
    if one.kind is OptionKind.FLAG:
        return one.flag
    value = "|".join(one.choices) or one.metavar or _TYPED.get(one.kind, one.parameter.removesuffix("s").upper())
    return f"{one.flag} {value}"


def _default(one: Option) -> str:
    many = " May be given several times." if one.many and "several times" not in one.help else ""
    return f"{many} Left out: `{one.default}`." if one.default else many


def main(arguments: list[str]) -> None:
    """Write the page anew, or to the given file."""
    target = Path(arguments[0]) if arguments else PAGE
    target.write_text(page(PAGE.read_text("utf-8")), encoding="utf-8")
    sys.stdout.write(f"wrote {target}: the buttons of tab {TAB} and every command\n")


if __name__ == "__main__":
    main(sys.argv[1:])
