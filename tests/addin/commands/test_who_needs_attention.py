"""A command says that it may end with 1 by itself where something that it calls can say so, and nowhere else."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import addin.commands
from addin.commands.registry import COMMANDS
from addin.commands.registry.guide import SETTING
from tests.architecture.sources import source

_ATTENTION, _PLACE = "needs_attention", 1
_FOLDER = Path(addin.commands.__file__).parent


@cache
def _functions() -> dict[str, ast.AST]:
    """Return the functions of all commands by their names, beside what asks in Excel and what a press has in common."""
    files = [one for one in _FOLDER.rglob("*.py") if one.parent.name not in {"dialogues", "commands", "ribbon"}]
    return {one.name: one for file in files for one in source(file).body if isinstance(one, ast.FunctionDef)}


@cache
def _called(function: ast.AST) -> set[str]:
    return _functions().keys() & {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}


@cache
def _says_so(function: ast.AST) -> bool:
    calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
    named = any(word.arg == _ATTENTION for one in calls for word in one.keywords)
    return named or any(
        isinstance(one.func, ast.Name) and one.func.id == "Outcome" and len(one.args) > _PLACE for one in calls
    )


def may_need_attention(action: str) -> bool:
    """Tell whether a function, or one that it calls by its name, makes an outcome that needs somebody."""
    met: set[str] = set()
    left = {action}
    while left:
        met |= left
        left = {name for one in left for name in _called(_functions()[one])} - met
    return any(_says_so(_functions()[one]) for one in met)


@pytest.mark.long  # it reads the source of all commands
def test_a_guide_tells_of_exit_status_1_what_its_command_does() -> None:
    """`export` makes all or none and ends with 2; what was typed on a sheet may need a look after any of them."""
    own = {
        command.name: may_need_attention(command.action.partition(":")[2])
        for command in COMMANDS
        if command.action.partition(":")[2] in _functions()
    }
    told = {command.name: command.guide.attention not in {"", SETTING} for command in COMMANDS if command.guide}

    assert len(own) > len(told) // 2
    assert {name: told[name] for name in own} == own
