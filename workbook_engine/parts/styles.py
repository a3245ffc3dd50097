"""The styles part: looked up by cells, and extended only when a format is asked for that is not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbook_engine.number_formats import BUILTIN_IDS, Meaning, builtin_code, meaning
from workbook_engine.parts.xml_text import Document, Element, parse_element

if TYPE_CHECKING:
    from collections.abc import Callable

_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
_FIRST_OWN_FORMAT = 164
_FONT_ORDER = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color"),
    *("name", "family", "charset", "scheme"),
)
MINIMAL = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Style(NamedTuple):
    """What a cell's style number stands for, as far as values depend on it."""

    number_format: str
    meaning: Meaning
    quote_prefix: bool
    locked: bool


class Styles:
    """Cell styles by number; new ones are added at the end."""

    def __init__(self, text: str) -> None:
        self._document = Document(text)
        self.changed = False
        root = self._document.root
        self._formats = {
            int(element.get("numFmtId")): element.get("formatCode")
            for element in (root.find("numFmts") or Element("none")).elements
        }
        self._lists = {name: self._list(name) for name in ("fonts", "fills", "cellXfs")}
        self._known: dict[tuple[str, str], int] = {}
        for name, element in self._lists.items():
            for number, child in enumerate(element.elements):
                self._known.setdefault((name, child.to_text()), number)
        self._styles: dict[int, Style] = {}

    def to_bytes(self) -> bytes:
        """Write the part."""
        return self._document.to_bytes()

    def _list(self, name: str) -> Element:
        element = self._document.root.find(name)
        return element or self._document.root.insert_ordered(
            Element(name, {"count": "0"}), (*_ORDER, "colors", "extLst")
        )

    def _add(self, name: str, child: Element) -> int:
        text = child.to_text()
        if name not in self._lists:
            self._lists[name] = self._list(name)
            for place, element in enumerate(self._lists[name].elements):
                self._known.setdefault((name, element.to_text()), place)
        number = self._known.get((name, text))
        if number is None:
            number = len(self._lists[name].elements)
            self._lists[name].append(parse_element(text))
            self._lists[name].set("count", str(number + 1))
            self._known[name, text] = number
            self.changed = True
        return number

    def _xf(self, style: int) -> Element:
        xfs = self._lists["cellXfs"].elements
        return xfs[style] if style < len(xfs) else Element("xf", {"numFmtId": "0", "fontId": "0", "fillId": "0"})

    def style(self, number: int) -> Style:
        """Return what a style means for values."""
        style = self._styles.get(number)
        if style is None:
            xf = self._xf(number)
            format_id = int(xf.get("numFmtId", "0"))
            code = self._formats.get(format_id) or builtin_code(format_id)
            protection = xf.find("protection")
            locked = protection is None or protection.get("locked", "1") not in {"0", "false"}
            style = Style(code, meaning(code), xf.get("quotePrefix") in {"1", "true"}, locked)
            self._styles[number] = style
        return style

    # variants of a style

    def with_number_format(self, style: int, code: str) -> int:
        """Return the style that differs only in its number format."""
        if self.style(style).number_format == code:
            return style
        return self._variant(style, {"numFmtId": str(self._format_id(code)), "applyNumberFormat": "1"})

    def _format_id(self, code: str) -> int:
        if code in BUILTIN_IDS:
            return BUILTIN_IDS[code]
        for number, known in self._formats.items():
            if known == code:
                return number
        number = max([_FIRST_OWN_FORMAT - 1, *self._formats]) + 1
        holder = self._document.root.find("numFmts")
        if holder is None:
            holder = self._document.root.insert_ordered(Element("numFmts"), _ORDER)
        holder.append(Element("numFmt", {"numFmtId": str(number), "formatCode": code}))
        holder.set("count", str(len(holder.elements)))
        self._formats[number] = code
        self.changed = True
        return number

    def with_quote_prefix(self, style: int, *, on: bool) -> int:
        """Return the style that differs only in the apostrophe before its text."""
        if self.style(style).quote_prefix is on:
            return style
        return self._variant(style, {"quotePrefix": "1" if on else None})

    def with_fill(self, style: int, rgb: str | None) -> int:
        """Return the style with a solid background (`FFRRGGBB`), or with none."""
        if rgb is None:
            return self._variant(style, {"fillId": "0", "applyFill": None})
        fill = parse_element(
            f'<fill><patternFill patternType="solid"><fgColor rgb="{rgb}"/><bgColor indexed="64"/></patternFill></fill>'
        )
        return self._variant(style, {"fillId": str(self._add("fills", fill)), "applyFill": "1"})

    def with_font(self, style: int, change: Callable[[Element], None]) -> int:
        """Return the style whose font was changed by a function."""
        fonts = self._lists["fonts"].elements
        number = int(self._xf(style).get("fontId", "0"))
        font = fonts[number].copy() if number < len(fonts) else Element("font")
        change(font)
        return self._variant(style, {"fontId": str(self._add("fonts", font)), "applyFont": "1"})

    def _variant(self, style: int, changes: dict[str, str | None]) -> int:
        xf = self._xf(style).copy()
        for name, value in changes.items():
            xf.set(name, value)
        return self._add("cellXfs", xf)

    # formats of another workbook

    def adopt(self, other: Styles, style: int) -> int:
        """Return the style that looks as a style of another workbook does there."""
        xf = other._xf(style).copy()
        for name, attribute in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId")):
            parts = other._list(name).elements
            number = int(xf.get(attribute, "0"))
            if number < len(parts):
                xf.set(attribute, str(self._add(name, parts[number])))
        xf.set("numFmtId", str(self._format_id(other.style(style).number_format)))
        xf.set("xfId", "0")
        return self._add("cellXfs", xf)

    def adopt_mark(self, other: Styles, number: int) -> int:
        """Return the number of the conditional format that looks as one of another workbook does there."""
        return self._add("dxfs", other._list("dxfs").elements[number])

    def font(self, style: int) -> Element:
        """Return the font of a style to look at."""
        fonts = self._lists["fonts"].elements
        number = int(self._xf(style).get("fontId", "0"))
        return fonts[number] if number < len(fonts) else Element("font")

    def fill_color(self, style: int) -> str | None:
        """Return the background of a style as `RRGGBB`; `None` for no fill or a colour of the theme."""
        fills = self._lists["fills"].elements
        number = int(self._xf(style).get("fillId", "0"))
        pattern = fills[number].find("patternFill") if number < len(fills) else None
        if pattern is None or pattern.get("patternType", "none") != "solid":
            return None
        color = pattern.find("fgColor")
        return color.get("rgb")[-6:] or None if color is not None else None


def set_font_part(font: Element, local: str, attributes: dict[str, str] | None) -> None:
    """Set or remove (`None`) one property of a font, in the order the schema wants."""
    old = font.find(local)
    if old is not None:
        font.remove(old)
    if attributes is not None:
        font.insert_ordered(Element(local, attributes), _FONT_ORDER)
