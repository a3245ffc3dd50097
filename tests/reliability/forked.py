"""What the process imports from which commands are forked: whatever a command may need."""

from __future__ import annotations

from addin.commands.registry import COMMANDS
from addin.commands.registry.command import load
from tests.reliability import command_processes

__all__ = ["command_processes"]

for _command in COMMANDS:
    if _command.action:
        load(_command.action)
load("addin.commands.desk_opening:on_file")
