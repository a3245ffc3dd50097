"""The ribbon's XML of the declared commands, for Office 2010 and later (customUI14) and for 2007 (customUI)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from addin.commands.registry import RIBBON, TAB, buttons_of

if TYPE_CHECKING:
    from addin.commands.registry.command import Command

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
