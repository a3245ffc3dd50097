"""XML with line numbers: just what is needed to read a report by element names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from core.marketplaces.errors import DamagedXmlError, Place, UnstorableTextError
from core.marketplaces.reading.contents import LONGEST_TEXT, TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.marketplaces.reading.contents import Contents

_BLANKS = re.compile(rb"(?:[ \r\n\t]|\xef\xbb\xbf)*")
"""Blanks and marks of byte order: told by the bytes, since most files are no XML."""
DEEPEST = 100
"""Elements in each other; a settlement report has nine."""


@dataclass(slots=True)
class Element:
    """An element, its line in the file, and what is in it. Names are without namespace."""

    name: str
    line: int
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> Iterator[Element]:
        """Yield every element of that name below this one, in the order of the file."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    def leaves(self) -> Iterator[Element]:
        """Yield the elements in it that have none in them, itself if it has none."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def find(self, name: str) -> Element | None:
        """Return the first element of that name below this one."""
        return next(self.all(name), None)

    def find_own(self, name: str) -> Element | None:
        """Return the first element of that name directly below this one."""
        return next((child for child in self.children if child.name == name), None)

    def text_of(self, name: str, *, strip: bool = True) -> str:
        """Return the text of the first element of that name, nothing where there is none."""
        child = self.find(name)
        text = child.text if child else ""
        return text.strip() if strip or not text.strip() else text

    @property
    def content(self) -> str:
        """Return all the text in it, in the order of the file."""
        return "|".join([self.text.strip(), *(child.content for child in self.children)])


def looks_like(contents: Contents, name: str) -> bool:
    """Tell whether a file begins like XML and has an element of that name."""
    begins = contents.encoded.startswith(b"<", _after_blanks(contents.encoded))
    return begins and f"<{name}".encode() in contents.encoded


def _after_blanks(content: bytes) -> int:
    found = _BLANKS.match(content)
    return found.end() if found else 0


def parse(contents: Contents) -> Element:
    """Return the root element.

    Raises:
        DamagedXmlError: If the file breaks off, is not well formed, or has elements in each other without end.
        UnstorableTextError: If a text in it is longer than a cell of a sheet.
    """
    top = Element("", 0, {})
    open_elements = [top]
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(name.rpartition(":")[2], parser.CurrentLineNumber, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)
        if len(open_elements) > DEEPEST:
            raise DamagedXmlError(Place(contents.name, element.line, name), "too many elements in each other")

    def end(_: str) -> None:
        open_elements.pop()

    def text(data: str) -> None:
        element = open_elements[-1]
        if element.children and data.isspace():  # the line ends between its children
            return
        element.text += data
        if len(element.text) > LONGEST_TEXT and element.text.strip():
            raise UnstorableTextError(Place(contents.name, element.line, element.name), TOO_LONG)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        parser.Parse(_without_declaration(contents.encoded), True)  # noqa: FBT003 - expat knows it by position only
    except expat.ExpatError as error:
        raise DamagedXmlError(Place(contents.name, error.lineno), expat.ErrorString(error.code)) from error
    return top.children[0]


def is_well_formed(contents: Contents) -> bool:
    """Tell whether a file can be parsed, in a tenth of the time that its elements take."""
    try:
        expat.ParserCreate("utf-8").Parse(_without_declaration(contents.encoded), True)  # noqa: FBT003 - as above
    except expat.ExpatError:
        return False
    return True


def _without_declaration(content: bytes) -> bytes:
    """Return a file in UTF-8 without its encoding declaration, which is about the bytes it was decoded from."""
    plain = content[_after_blanks(content) :]
    end = plain.find(b"?>") if plain.startswith(b"<?xml") else -1
    return b"\n" * plain.count(b"\n", 0, end) + plain[end + 2 :] if end >= 0 else plain
