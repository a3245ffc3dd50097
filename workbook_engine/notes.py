"""Notes (comments) of a sheet: they live in parts of their own and follow their cells."""

from __future__ import annotations

import re
from typing import NamedTuple

from workbook_engine import sheet_blocks
from workbook_engine.addresses import Area, area_name, parse_area
from workbook_engine.package import OFFICE_RELATIONS, Package
from workbook_engine.references import Move, moved_all
from workbook_engine.sheet_part import ORDER, SheetPart
from workbook_engine.styles import set_font_part
from workbook_engine.xml_text import Element

_SHAPE = re.compile(r"<v:shape\b(?:(?!</v:shape>).)*?<x:Row>(\d+)</x:Row>.*?</v:shape>", re.DOTALL)
_ROW = re.compile(r"<x:Row>(\d+)</x:Row>")
_COLUMN = re.compile(r"<x:Column>(\d+)</x:Column>")
_BLOCK = re.compile(r"<o:idmap\b[^>]*?\bdata=\"([0-9,]+)\"")
_SHAPE_ID = re.compile(r"_x0000_s([0-9]+)")
_SHAPES_IN_BLOCK = 1024
_ANCHOR = re.compile(r"<x:Anchor>([^<]*)</x:Anchor>")


def renumbered_shapes(package: Package, data: bytes) -> bytes:
    """Return a copied drawing of notes whose shapes have numbers that no other drawing of the workbook uses."""
    text = data.decode("utf-8")
    drawings = (package.read(part).decode("utf-8") for part in package.names if part.lower().endswith(".vml"))
    taken = {int(number) for drawing in drawings for found in _BLOCK.findall(drawing) for number in found.split(",")}
    own = _BLOCK.search(text)
    if own is None:
        return data
    old, new = int(own[1].split(",")[0]), max(taken) + 1
    text = text.replace(own[0], own[0].replace(own[1], str(new)), 1)
    shift = (new - old) * _SHAPES_IN_BLOCK
    return _SHAPE_ID.sub(lambda match: f"_x0000_s{int(match[1]) + shift}", text).encode()


def move_notes(sheet: SheetPart, moves: list[Move]) -> None:
    """Let notes follow their cells; those of deleted cells go."""
    for relation in sheet.book.package.relations(sheet.part):
        if relation.kind in {"comments", "threadedComment"}:
            _move_texts(sheet, relation.target, moves)
        elif relation.kind == "vmlDrawing":
            _move_shapes(sheet, relation.target, moves)


def _move_texts(sheet: SheetPart, part: str, moves: list[Move]) -> None:
    document = sheet.book.package.document(part)
    changed = False
    for parent in list(document.root.walk()):
        for note in parent.elements:
            old = parse_area(note.get("ref")) if note.local in {"comment", "threadedComment"} else None
            if old is None or (new := moved_all(old, moves)) == old:
                continue
            changed = True
            if new is None:
                parent.remove(note)
            else:
                note.set("ref", area_name(new))
    if changed:
        sheet.book.package.write(part, document.to_bytes())


def _move_shapes(sheet: SheetPart, part: str, moves: list[Move]) -> None:
    text = sheet.book.package.read(part).decode("utf-8")

    def moved(match: re.Match[str]) -> str:
        shape = match[0]
        column = _COLUMN.search(shape)
        if column is None:
            return shape
        row = int(match[1]) + 1
        here = Area(row, int(column[1]) + 1, row, int(column[1]) + 1)
        new = moved_all(here, moves)
        if new is None:
            return ""
        shape = _ROW.sub(f"<x:Row>{new.top - 1}</x:Row>", shape)
        return _ANCHOR.sub(lambda found: _moved_anchor(found[1], new.top - row), shape)

    new = _SHAPE.sub(moved, text)
    if new != text:
        sheet.book.package.write(part, new.encode())


def _moved_anchor(text: str, rows: int) -> str:
    numbers = [part.strip() for part in text.split(",")]
    for place in (2, 6):
        if place < len(numbers):
            numbers[place] = str(max(0, int(numbers[place]) + rows))
    return f"<x:Anchor>{', '.join(numbers)}</x:Anchor>"


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
