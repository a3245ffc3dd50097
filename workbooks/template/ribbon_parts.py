"""The ribbon of the declared commands: its XML, and the VBA module that says what each button does."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from addin.commands.registry import BUTTONS, RIBBON, TAB, buttons_of
from addin.machine.upgrading.vba_project import FINGERPRINT_LINE
from workbook_engine.vba.modules import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from addin.commands.registry.command import Command

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def version() -> str:
    """Return the version of the program that this template belongs to."""
    return str(tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"])


def ribbon_table_module(others: Mapping[str, str]) -> str:
    """Return the text of module RibbonTable.

    Args:
        others: The texts of all other modules of the template that are no sheet's, by name.
    """
    help_button = next(button for button in BUTTONS if not button.action)
    return "\n".join(
        [
            'Attribute VB_Name = "RibbonTable"',
            "Option Explicit",
            "Option Private Module",
            "",
            "' Made by the template's builder of addin/commands/registry.",
            "",
            "' How the other modules left the builder: an upgrade sees by it whether somebody changed one.",
            *(f"{FINGERPRINT_LINE}{name} {fingerprint(text)}" for name, text in sorted(others.items())),
            "",
            f'Public Const TEMPLATE_VERSION As String = "{version()}"',
            f'Public Const HELP_BUTTON As String = "{help_button.button_id}"',
            "",
            *_function("CommandOf", "String", ((one, _text(one.name)) for one in BUTTONS if one.action)),
            *_function("AsksForFiles", "Boolean", ((one, "True") for one in BUTTONS if one.asks.files)),
            *_function("AsksForText", "String", ((one, _text(one.asks.text)) for one in BUTTONS if one.asks.text)),
            *_function("ChangesCosts", "Boolean", ((one, "True") for one in BUTTONS if one.changes_costs)),
            *_button_list(),
        ]
    )


def _function(name: str, kind: str, answers: Iterable[tuple[Command, str]]) -> list[str]:
    """Return a function that answers for some buttons; False or an empty text for all others."""
    return [
        f"Public Function {name}(ByVal buttonId As String) As {kind}",
        "    Select Case buttonId",
        *(f'        Case "{button.button_id}": {name} = {answer}' for button, answer in answers),
        "    End Select",
        "End Function",
        "",
    ]


def _button_list() -> list[str]:
    """Return the function that names the buttons of each group, a line per group."""
    groups = (f"{group}: {', '.join(_label(button) for button in buttons_of(group))}" for group in RIBBON)
    return [
        "Public Function ButtonList() As String",
        *(f"    ButtonList = ButtonList & vbLf & {_text(group)}" for group in groups),
        "End Function",
        "",
    ]


def _label(command: Command) -> str:
    return "" if command.button is None else command.button.label


def _text(text: str) -> str:
    """Return a text as VBA writes it."""
    return '"' + text.replace('"', '""') + '"'


CALLBACK = "Ribbon.OnButton"
NAMESPACE_2007 = "http://schemas.microsoft.com/office/2006/01/customui"
NAMESPACE_2010 = "http://schemas.microsoft.com/office/2009/07/customui"


def ribbon_xml(namespace: str) -> bytes:
    """Return the ribbon as one of its two dialects, which for buttons differ in the namespace alone."""
    root = ET.Element("customUI", xmlns=namespace)
    tabs = ET.SubElement(ET.SubElement(root, "ribbon"), "tabs")
    tab = ET.SubElement(tabs, "tab", id="cogsheetTab", label=TAB, insertAfterMso="TabHome")
    for group in RIBBON:
        element = ET.SubElement(tab, "group", id=f"cogsheetGroup{group}", label=str(group))
        for command in buttons_of(group):
            ET.SubElement(element, "button", _attributes(command))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _attributes(command: Command) -> dict[str, str]:
    button = command.button
    if button is None:
        return {}
    return {
        "id": command.button_id,
        "label": button.label,
        "imageMso": button.icon,
        "size": "large" if button.large else "normal",
        "screentip": command.tip.title,
        "supertip": command.tip.text,
        "onAction": CALLBACK,
    }
