"""Each module of the registry declares one group of the ribbon."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from addin.commands.registry import COMMANDS
from addin.commands.registry.close import CLOSE
from addin.commands.registry.command import Group
from addin.commands.registry.costs import COSTS
from addin.commands.registry.reports import REPORTS
from addin.commands.registry.settlements import SETTLEMENTS
from addin.commands.registry.setup import SETUP

if TYPE_CHECKING:
    from addin.commands.registry.command import Command

GROUPS = {
    Group.SETTLEMENTS: SETTLEMENTS,
    Group.COSTS: COSTS,
    Group.REPORTS: REPORTS,
    Group.CLOSE: CLOSE,
    Group.SETUP: SETUP,
}


@pytest.mark.parametrize("group", GROUPS)
def test_a_module_declares_one_group(group: Group) -> None:
    """A command that names another group would stand among the buttons of that one, away from its own."""
    assert {group} == {command.group for command in GROUPS[group]}


@pytest.mark.parametrize("group", GROUPS)
def test_no_name_is_declared_twice_in_a_group(group: Group) -> None:
    """The later one could never be called."""
    names = [command.name for command in GROUPS[group]]

    assert sorted(set(names)) == sorted(names)


def test_the_groups_follow_each_other_as_on_the_tab() -> None:
    """None is left out of the list of all commands, and none is torn apart."""
    told: list[Command] = [command for commands in GROUPS.values() for command in commands]

    assert told == list(COMMANDS)[: len(told)]
    assert list(GROUPS) == [group for group, _ in groupby(told, key=lambda command: command.group)]
