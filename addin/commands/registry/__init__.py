"""Every command and button of Cogsheet, each declared once.

Made of these declarations: the command line (`addin.cli`), the ribbon and its VBA (`workbooks.template`), what a press
asks and does (`addin.commands.ribbon.ribbon_actions`), the help, and docs/commands.md (`workbooks.commands_page`).
To add a button, declare a `Command` in the module of its group and write its action; then
`python run.py template` and `python run.py commands` put it on the ribbon and into the docs.
"""

from __future__ import annotations

from addin.commands.registry.close import CLOSE
from addin.commands.registry.command import Command, Group, load
from addin.commands.registry.costs import COSTS
from addin.commands.registry.reports import REPORTS
from addin.commands.registry.settlements import SETTLEMENTS
from addin.commands.registry.setup import DEMO, SETUP

__all__ = ["BUTTONS", "COMMANDS", "RIBBON", "TAB", "buttons_of", "commands_of", "import_all", "named"]

TAB = "Cogsheet"
COMMANDS: tuple[Command, ...] = (*SETTLEMENTS, *COSTS, *REPORTS, *CLOSE, *SETUP, *DEMO)
"""In the order of the tab."""
BUTTONS = tuple(command for command in COMMANDS if command.button is not None)
RIBBON = (Group.SETTLEMENTS, Group.COSTS, Group.REPORTS, Group.CLOSE, Group.SETUP)
"""The groups of the tab, in its order."""


def commands_of(group: Group) -> tuple[Command, ...]:
    """Return the commands of a group, in the ribbon's order."""
    return tuple(command for command in COMMANDS if command.group is group)


def buttons_of(group: Group) -> tuple[Command, ...]:
    """Return the commands of a group that have a button, in the ribbon's order."""
    return tuple(command for command in BUTTONS if command.group is group)


def command_named(name: str) -> Command | None:
    """Return the command of a name; `None` where there is none, or where VBA does it by itself."""
    return next((command for command in COMMANDS if command.name == name and command.action), None)


def import_all() -> None:
    """Import everything that any command needs: `cogsheet install` tries so whether all of it is there."""
    for command in COMMANDS:
        for reference in command.references:
            load(reference)
