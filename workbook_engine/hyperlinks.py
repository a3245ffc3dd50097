"""Links in cells: to addresses outside, or to places in the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import sheet_blocks
from workbook_engine.addresses import Area, area_name, parse_area
from workbook_engine.package import OFFICE_RELATIONS
from workbook_engine.sheet_part import ORDER
from workbook_engine.styles import set_font_part
from workbook_engine.xml_text import Element

if TYPE_CHECKING:
    from workbook_engine.sheet_part import SheetPart

_LINK_COLOR = "FF0563C1"


class Link(NamedTuple):
    """Where a link leads and what it shows."""

    address: str
    text: str
    tip: str


def add(sheet: SheetPart, area: Area, link: Link) -> None:
    """Put a link into a cell, with its text, in the look of a link."""
    sheet.book.settle()
    styles = sheet.begin_write(area)
    holder = sheet.root.find("hyperlinks")
    if holder is None:
        holder = sheet.root.insert_ordered(Element("hyperlinks"), ORDER)
    for old in holder.elements:
        place = parse_area(old.get("ref"))
        if place is not None and area.holds(place):
            holder.remove(old)
    element = holder.append(Element("hyperlink", {"ref": area_name(area)}))
    if link.address.startswith("#"):
        element.set("location", link.address[1:])
    else:
        kind = f"{OFFICE_RELATIONS}/hyperlink"
        element.set("r:id", sheet.book.package.relate(sheet.part, kind, link.address, external=True))
        if not sheet.root.get("xmlns:r"):
            sheet.root.set("xmlns:r", OFFICE_RELATIONS)
    element.set("tooltip", link.tip)
    element.set("display", link.text)
    text = sheet.book.writer.text
    sheet.put(area, [[text(link.text, style) for style in line] for line in styles])
    sheet_blocks.restyle(sheet, area, lambda style: sheet.book.styles.with_font(style, _look_of_link))


def _look_of_link(font: Element) -> None:
    set_font_part(font, "u", {})
    set_font_part(font, "color", {"rgb": _LINK_COLOR})
