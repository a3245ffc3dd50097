"""What a command's declaration says for a terminal can be typed, and is said where it helps."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from addin.cli import made, main
from addin.commands.registry import COMMANDS, command_named
from addin.commands.registry.guide import TYPED_AS, Guide, without_step
from addin.machine.terminal_words import quoted

if TYPE_CHECKING:
    import click

    from addin.commands.registry.command import Command

RUN = [command for command in COMMANDS if command.action]
_COMMAND = re.compile(r"`cogsheet (?P<words>[^`]+)`")


def parse(command: Command, words: str) -> click.Context:
    return made(command).make_context(command.name, shlex.split(words))


@pytest.mark.parametrize("command", RUN, ids=lambda command: command.name)
def test_an_example_can_be_typed(command: Command) -> None:
    """Click takes it with its arguments and options, and something is said of it."""
    assert command.guide is not None
    assert parse(command, command.guide.example)
    assert len(re.findall(r"[.!]( |$)", f"{command.tip.title}. {command.tip.text}")) >= 2


@pytest.mark.parametrize("command", RUN, ids=lambda command: command.name)
def test_a_next_step_names_a_command_that_can_be_typed(command: Command) -> None:
    """With the workbook in its place."""
    assert command.guide is not None
    steps = f"{command.guide.then} {command.guide.asked}".replace("{book}", "Books.xlsm").replace("{id}", "1")

    for found in _COMMAND.finditer(steps):
        words = found["words"].split()
        name = next(one for one in (" ".join(words[:2]), words[0]) if command_named(one))
        declared = command_named(name)
        assert declared is not None
        assert parse(declared, found["words"].removeprefix(name))


def test_a_command_without_a_guide_is_none_that_can_be_typed() -> None:
    """What the workbook's VBA does by itself needs no terminal."""
    assert {"help"} == {command.name for command in COMMANDS if command.guide is None}


def test_what_works_on_a_workbook_may_find_that_the_data_needs_somebody() -> None:
    """Each takes what was typed on the sheets of settings, and says what became of it."""
    guides = {command.name: command.guide for command in RUN if command.at_desk}

    assert [] == [name for name, guide in guides.items() if guide is None or not guide.attention]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (0, 'Next: `cogsheet cogs "My books.xlsm" 7` shows it.'),
        (1, 'Next: `cogsheet resolve "My books.xlsm"` lists it.'),
        (2, ""),
    ],
)
def test_the_next_step_goes_by_the_exit_status(status: int, shown: str) -> None:
    """A name with a blank is quoted; a command that could not be done says its own way out alone."""
    guide = Guide("", then="`cogsheet cogs {book} {id}` shows it.", asked="`cogsheet resolve {book}` lists it.")

    assert shown == guide.next_step(status, "My books.xlsm", ["7"])


@pytest.mark.parametrize(
    ("word", "windows", "linux"),
    [
        ("Books.xlsm", "Books.xlsm", "Books.xlsm"),
        ("Bücher/2026-08.xlsm", "Bücher/2026-08.xlsm", "Bücher/2026-08.xlsm"),
        ("My books.xlsm", '"My books.xlsm"', '"My books.xlsm"'),
        ("A&B.xlsm", '"A&B.xlsm"', '"A&B.xlsm"'),
        ("Ann's (2).xlsm", '"Ann\'s (2).xlsm"', '"Ann\'s (2).xlsm"'),
        ("C:\\Books\\a.xlsm", "C:\\Books\\a.xlsm", "'C:\\Books\\a.xlsm'"),
        ("5$.xlsm", '"5$.xlsm"', "'5$.xlsm'"),
    ],
)
def test_a_word_is_typed_in_one_piece(word: str, windows: str, linux: str) -> None:
    """A sign of the shell's would end the command, or stand for something else."""
    assert (windows, linux) == (quoted(word, windows=True), quoted(word, windows=False))
    assert [word] == shlex.split(quoted(word, windows=False))


def test_commands_are_named_as_they_were_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a clone nobody has `cogsheet` on the path."""
    monkeypatch.setenv(TYPED_AS, "python3 run.py")

    assert "Next: `python3 run.py sync B.xlsm`." == Guide("", then="`cogsheet sync {book}`.").next_step(0, "B.xlsm")


def test_help_lists_the_commands_and_explains_one() -> None:
    """By a command, as somebody types who knows no options; two words name one command."""
    listed, one, two = (CliRunner().invoke(main, ["help", *words.split()]) for words in ("", "save", "database move"))

    assert [] == [command.name for command in RUN if f"  {command.name} " not in listed.output]
    assert "--accept-proposals" in one.output
    assert "ADDRESS" in two.output
    assert CliRunner().invoke(main, ["help", "frobnicate"]).exit_code == 2


def test_a_step_by_its_button_gives_way_to_the_same_by_its_command() -> None:
    """Else a terminal would say twice what comes next."""
    assert "Imported.\nTwo lines." == without_step("Imported.\n  Next: fetch the costs with Sync.\nTwo lines.")
