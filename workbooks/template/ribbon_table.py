"""The VBA module that says what each button does, made of the table of buttons."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.ribbon_buttons import BUTTONS
from addin.machine.upgrading.project import FINGERPRINT_LINE
from workbook_engine.vba.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from addin.commands.ribbon_buttons import Button

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def version() -> str:
    """Return the version of the program that this template belongs to."""
    return str(tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"])


def ribbon_table_module(others: Mapping[str, str]) -> str:
    """Return the text of module RibbonTable.

    Args:
        others: The texts of all other modules of the template that are no sheet's, by name.
    """
    help_button = next(button for button in BUTTONS if not button.command)
    cases = [f'        Case "{button.id}": CommandOf = "{button.command}"' for button in BUTTONS if button.command]
    return "\n".join(
        [
            'Attribute VB_Name = "RibbonTable"',
            "Option Explicit",
            "Option Private Module",
            "",
            "' Made by the template's builder of addin/commands/ribbon_buttons.py.",
            "",
            "' How the other modules left the builder: an upgrade sees by it whether somebody changed one.",
            *(f"{FINGERPRINT_LINE}{name} {fingerprint(text)}" for name, text in sorted(others.items())),
            "",
            f'Public Const TEMPLATE_VERSION As String = "{version()}"',
            f'Public Const HELP_BUTTON As String = "{help_button.id}"',
            "",
            "Public Function CommandOf(ByVal buttonId As String) As String",
            "    Select Case buttonId",
            *cases,
            "    End Select",
            "End Function",
            "",
            *_question("AsksForFiles", (button for button in BUTTONS if button.asks_for_files)),
            *_question("ChangesCosts", (button for button in BUTTONS if button.changes_costs)),
        ]
    )


def _question(name: str, buttons: Iterable[Button]) -> list[str]:
    return [
        f"Public Function {name}(ByVal buttonId As String) As Boolean",
        "    Select Case buttonId",
        *(f'        Case "{button.id}": {name} = True' for button in buttons),
        "    End Select",
        "End Function",
        "",
    ]
