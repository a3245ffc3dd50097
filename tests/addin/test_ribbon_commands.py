"""The three tables that know the commands agree: the ribbon's buttons, what they do in Excel, the command line."""

from __future__ import annotations

from addin.cli import main
from addin.commands.ribbon_actions import ACTIONS, changes_costs
from addin.commands.ribbon_buttons import BUTTONS

OF_BUTTONS = {button.command for button in BUTTONS if button.command}


def test_every_action_has_a_button() -> None:
    """Nothing can be done in Excel that no button asks for."""
    assert set() == set(ACTIONS) - OF_BUTTONS


def test_every_command_that_has_a_button_works_in_excel() -> None:
    """A button whose command exists on the command line does the same in Excel."""
    assert set() == (set(main.commands) & OF_BUTTONS) - set(ACTIONS)


def test_buttons_that_change_costs_say_so() -> None:
    """Cells with FINALE_ functions are recalculated after the buttons that docs/architecture.md names."""
    assert {True} == {changes_costs(command) for command in ("import", "sync", "save", "undo")}
    assert not changes_costs("cogs")
