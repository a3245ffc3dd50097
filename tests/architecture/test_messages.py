"""What people in Excel read names the buttons that they press, and no command that they would have to type."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from addin.commands.registry import COMMANDS
from tests.architecture.sources import nodes, source

ROOT = Path(__file__).parents[2]
BUTTONS = {command.name for command in COMMANDS if command.button}
_TYPED = re.compile(r"`(?:cogsheet )?([a-z][a-z-]*)[ `]")
AT_TERMINAL = (
    "addin/cli.py",
    "addin/commands/terminal_remedies.py",
    "addin/commands/desk_opening.py",
    "addin/commands/setup/settings_command.py",
    "addin/demo/",
)
"""What is said at a terminal alone."""
WITHOUT_BUTTON = {
    ("addin/connections/connect_form.py", "connect"): "The window of the button cannot be shown.",
    ("addin/commands/setup/upgrading.py", "upgrade"): "The button cannot read the file while Excel has it open.",
    ("addin/commands/ribbon/ribbon_actions.py", "upgrade"): "The ribbon of an old workbook lacks the button.",
    ("addin/commands/close/month_end.py", "close"): "The button books no accrual: only the command is told a format.",
}
"""Where no button does it, and why."""


def commands_named(tree: ast.Module) -> set[str]:
    """Return the commands with a button that texts of a module tell to type, at_terminal's own texts left out."""
    apart = {id(inner) for node in nodes(tree) if _is_for_a_terminal(node) for inner in ast.walk(node)}
    apart |= {id(node.value) for node in nodes(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in nodes(tree) if isinstance(node, ast.Constant) and id(node) not in apart)
    named = (name for node in texts if isinstance(node.value, str) for name in _TYPED.findall(node.value))
    return BUTTONS.intersection(named)


def _is_for_a_terminal(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "at_terminal"
    if isinstance(node, ast.FunctionDef):
        return "at_terminal" in node.name
    if isinstance(node, ast.Assign):
        targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
        return any("TERMINAL" in name or name == "way" for name in targets)
    return False


def test_messages_in_excel_name_buttons() -> None:
    """`Outcome.at_terminal` and `addin.commands.terminal_remedies` add what to type where somebody types."""
    paths = [path for path in sorted((ROOT / "addin").rglob("*.py")) if "registry" not in path.parts]
    names = {path: path.relative_to(ROOT).as_posix() for path in paths}
    named = {(names[path], name) for path in paths for name in commands_named(source(path))}
    shown = {(path, name) for path, name in named if not path.startswith(AT_TERMINAL)}

    assert set(WITHOUT_BUTTON) == shown


@pytest.mark.parametrize(
    "text", ["Close it and run `cogsheet upgrade`.", "(`save --accept-suspect`)", "Type `cogsheet import F`."]
)
def test_a_command_in_a_message_is_seen(text: str) -> None:
    """In a plain text, in one that is made of parts, and never in a docstring or where it is said at a terminal."""
    plain = ast.parse(
        f"""def run():\n    '''`cogsheet export`'''\n    return Outcome({text!r}, at_terminal="`sync`")"""
    )
    parts = ast.parse(f"name = ''\nwords = f{text + '{name}'!r}")

    assert {len(commands_named(tree)) for tree in (plain, parts)} == {1}
    assert not commands_named(plain) & {"export", "sync"}
