"""XML that is written back exactly as it was read, but for what was changed.

The parts of a workbook carry namespaces, prefixes and extensions of many makers, and Excel calls a file damaged when a
declaration that it relies on disappears. So an element keeps the raw text of its start tag until an attribute of it is
changed, and text, comments and unknown elements stay raw for ever.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKENS = re.compile(
    r"(?P<raw><!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|[^<]+)"
    r"|</(?P<close>[^\s>]+)\s*>"
    r"|<(?P<open>[^\s/>]+)(?P<attributes>(?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?P<empty>/?)>",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(r"([^\s=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_DECLARATION = re.compile(r"\s*<\?xml\b.*?\?>\s*", re.DOTALL)
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class UnsafeXmlError(ValueError):
    """The text is no well-formed XML, or it declares a document type, which no workbook needs."""


def decode_xml(data: bytes) -> str:
    """Return the text of an XML part after checking it.

    Raises:
        UnsafeXmlError: If it is not well-formed, or has a document type (and with it entities of its own).
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword here
    except expat.ExpatError as error:
        raise UnsafeXmlError(f"damaged XML ({error})") from error
    text = data.decode(_encoding(data))
    return DECLARATION + _DECLARATION.sub("", text, count=1)


def _refuse_document_type(*_: object) -> None:
    raise UnsafeXmlError("its XML declares a document type, which no spreadsheet program writes")


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _ENCODING.match(data[:200].lstrip(b"\xef\xbb\xbf"))
    return "utf-8-sig" if declared is None or declared[1].lower() == b"utf-8" else declared[1].decode()


def unescape(text: str) -> str:
    """Resolve the five named and all numeric character references."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES[match[3]]
    return chr(int(match[1], 16) if match[1] else int(match[2]))


def escape(text: str) -> str:
    """Make a text fit to stand between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    """Make a text fit to stand in an attribute between double quotes."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


class Element:
    """One element; its children are elements and raw pieces of text in their order."""

    __slots__ = ("_attributes", "_raw", "children", "name")

    def __init__(self, name: str, attributes: dict[str, str] | None = None, raw: str | None = None) -> None:
        self.name = name
        self._raw = raw
        self._attributes = attributes if attributes is not None or raw is not None else {}
        self.children: list[Element | str] = []

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes by their names as written, prefix included; change them with `set`."""
        if self._attributes is None:
            pairs = _ATTRIBUTES.findall(self._raw or "")
            self._attributes = {name: unescape(double or single) for name, double, single in pairs}
        return self._attributes

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def set(self, name: str, value: str | None) -> None:
        """Change an attribute, or remove it with `None`."""
        if value is None:
            self.attributes.pop(name, None)
        else:
            self.attributes[name] = value
        self._raw = None

    @property
    def elements(self) -> list[Element]:
        """The child elements."""
        return [child for child in self.children if isinstance(child, Element)]

    def find(self, *path: str) -> Element | None:
        """Return the first element under a path of local names."""
        here: Element | None = self
        for local in path:
            if here is None:
                return None
            here = next((child for child in here.elements if child.local == local), None)
        return here

    def all(self, local: str) -> list[Element]:
        """Return the child elements with a local name."""
        return [child for child in self.elements if child.local == local]

    def walk(self) -> Iterator[Element]:
        """Yield this element and everything below it."""
        yield self
        for child in self.elements:
            yield from child.walk()

    def append(self, child: Element) -> Element:
        """Add a child at the end and return it."""
        self.children.append(child)
        return child

    def remove(self, child: Element) -> None:
        """Remove one child, found by identity."""
        self.children = [other for other in self.children if other is not child]

    @property
    def text(self) -> str:
        """The text directly inside, resolved."""
        pieces = (child for child in self.children if isinstance(child, str))
        return "".join(_plain(piece) for piece in pieces)

    @text.setter
    def text(self, value: str) -> None:
        self.children = [escape(value)]

    def insert_ordered(self, child: Element, order: tuple[str, ...]) -> Element:
        """Add a child where the schema wants it: before the first child that `order` names after it."""
        later = set(order[order.index(child.local) + 1 :])
        for place, other in enumerate(self.children):
            if isinstance(other, Element) and other.local in later:
                self.children.insert(place, child)
                return child
        return self.append(child)

    def copy(self) -> Element:
        """Return an independent copy."""
        return parse_element(self.to_text())

    def to_text(self) -> str:
        """Write the element."""
        pieces: list[str] = []
        self._write(pieces)
        return "".join(pieces)

    def _write(self, pieces: list[str]) -> None:
        if self._raw is None:
            written = "".join(f' {name}="{escape_attribute(value)}"' for name, value in self.attributes.items())
        else:
            written = self._raw
        if not self.children:
            pieces.append(f"<{self.name}{written}/>")
            return
        pieces.append(f"<{self.name}{written}>")
        for child in self.children:
            if isinstance(child, str):
                pieces.append(child)
            else:
                child._write(pieces)  # noqa: SLF001 - the same class
        pieces.append(f"</{self.name}>")


def _plain(piece: str) -> str:
    if piece.startswith("<![CDATA["):
        return piece[9:-3]
    return "" if piece.startswith("<") else unescape(piece)


def remove_pruned(root: Element, element: Element) -> None:
    """Remove an element, and the elements above it that hold nothing else."""
    for parent in root.walk():
        if any(child is element for child in parent.elements):
            parent.remove(element)
            if not parent.elements and parent is not root:
                remove_pruned(root, parent)
            return


class Document:
    """A whole XML part: what stands before its root, the root, and what follows."""

    __slots__ = ("after", "before", "root")

    def __init__(self, text: str) -> None:
        pieces = _parse(text)
        place = next(index for index, piece in enumerate(pieces) if isinstance(piece, Element))
        root = pieces[place]
        if not isinstance(root, Element):  # for the type checker only
            raise UnsafeXmlError("no root element")
        self.before = "".join(piece for piece in pieces[:place] if isinstance(piece, str))
        self.root = root
        self.after = "".join(piece for piece in pieces[place + 1 :] if isinstance(piece, str))

    def to_text(self) -> str:
        """Write the part."""
        return f"{self.before}{self.root.to_text()}{self.after}"

    def to_bytes(self) -> bytes:
        """Write the part in UTF-8."""
        return self.to_text().encode()


def parse_element(text: str) -> Element:
    """Read one element from trusted, well-formed text."""
    return Document(text).root


def _parse(text: str) -> list[Element | str]:
    top: list[Element | str] = []
    open_lists = [top]
    for match in _TOKENS.finditer(text):
        kind = match.lastgroup
        if kind == "raw":
            open_lists[-1].append(match["raw"])
        elif kind == "close":
            open_lists.pop()
        else:
            element = Element(match["open"], raw=match["attributes"])
            open_lists[-1].append(element)
            if not match["empty"]:
                open_lists.append(element.children)
    return top
