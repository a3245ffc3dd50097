"""The ribbon's XML of the table of buttons, for Office 2010 and later (customUI14) and for 2007 (customUI)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from addin.commands.ribbon_buttons import BUTTONS, GROUPS, TAB

CALLBACK = "Ribbon.OnButton"
NAMESPACE_2007 = "http://schemas.microsoft.com/office/2006/01/customui"
NAMESPACE_2010 = "http://schemas.microsoft.com/office/2009/07/customui"


def ribbon_xml(namespace: str) -> bytes:
    """Return the ribbon as one of its two dialects, which for buttons differ in the namespace alone."""
    root = ET.Element("customUI", xmlns=namespace)
    tabs = ET.SubElement(ET.SubElement(root, "ribbon"), "tabs")
    tab = ET.SubElement(tabs, "tab", id="cogsheetTab", label=TAB, insertAfterMso="TabHome")
    for group_name in GROUPS:
        group = ET.SubElement(tab, "group", id=f"cogsheetGroup{group_name}", label=group_name)
        for button in BUTTONS:
            if button.group == group_name:
                ET.SubElement(
                    group,
                    "button",
                    id=button.id,
                    label=button.label,
                    imageMso=button.icon,
                    size="large" if button.large else "normal",
                    screentip=button.screentip,
                    supertip=button.supertip,
                    onAction=CALLBACK,
                )
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
