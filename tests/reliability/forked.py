"""What the process imports from which commands are forked: whatever a command may need."""

from __future__ import annotations

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from addin.cli import main
from addin.commands.registry import COMMANDS
from addin.commands.registry.command import load
from tests.end_to_end.stories import item, v2
from tests.reliability import command_processes

__all__ = ["command_processes"]

for _command in COMMANDS:
    if _command.action:
        load(_command.action)
load("addin.commands.desk_opening:on_file")


def warm_up() -> None:
    """Do once what most commands do: what Python, pandas and SQLAlchemy make at a first time takes a third of one."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("COGSHEET_HOME", folder)
        book = str(Path(folder) / "Warm.xlsm")
        CliRunner().invoke(main, ["new", book, "--company", "Warm"])
        file = v2(Path(folder), [item("Order", "U-1", "40.00", units="1")], "1")
        for words in (("import", str(file), "--store", "Amazon"), ("save",), ("export", "1"), ("verify",), ("pnl",)):
            CliRunner().invoke(main, [words[0], book, *words[1:]])


warm_up()
gc.collect()
gc.freeze()  # else each process copies all memory at its first search for what is unreachable
