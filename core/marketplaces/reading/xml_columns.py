"""XML by columns: which elements there are, in which others, and their texts, each different text once.

The bytes are cut at their brackets, all at once; what stands between them are tags and texts. Whether the file is well
formed is told by the parser of `core.marketplaces.reading.xml`, which is asked for nothing else. What needs more than
brackets (comments, declarations, texts with markup in them, a bracket in an attribute) is left to that module, which
goes element by element and names the place: `elements_of` then returns `None`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from xml.parsers import expat

import numpy as np
import pandas as pd
import pyarrow as pa

from core.marketplaces.errors import DamagedXmlError, Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.contents import LONGEST_TEXT
from core.marketplaces.reading.xml import DEEPEST, is_well_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.marketplaces.reading.contents import Contents

_OPENS, _CLOSES, _SLASH, _QUESTION, _EXCLAMATION = (ord(character) for character in "<>/?!")
_BLOCK = 1 << 22
_LARGEST = (1 << 31) - 1
"""Bytes up to which places in a file are told by 32 bits."""


@dataclass(frozen=True, eq=False)
class Elements:
    """The elements of a file in the order of their beginnings; every array has one entry per element."""

    contents: Contents
    opens: np.ndarray
    """Where each begins."""
    behind: np.ndarray
    """Where its opening tag ends."""
    until: np.ndarray
    """Where the text behind that ends."""
    level: np.ndarray
    """In how many others it is, and itself: that of the root is 1."""
    parent: np.ndarray
    """The one that it is in; of the root -1."""
    is_leaf: np.ndarray
    """Whether no other is in it."""
    tags: Coded[tuple[str, Mapping[str, str]]]
    """Name without namespace, and attributes."""
    ends: dict[int, np.ndarray]
    """By level: where the closing tags of elements end, in their order."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.opens)

    @cached_property
    def kinds(self) -> Coded[tuple[str, ...]]:
        """The names of the elements around each and its own; an asterisk behind that of a leaf."""
        codes = np.zeros(len(self), np.int64)
        found: list[tuple[str, ...]] = []
        names = [name for name, _ in self.tags.values]
        for level in range(1, int(self.level.max(initial=0)) + 1):
            own = np.flatnonzero(self.level == level)
            above = codes[self.parent[own]] if level > 1 else np.zeros(len(own), np.int64)
            both = (above * len(names) + self.tags.codes[own]) * 2 + self.is_leaf[own]
            numbers, different = pd.factorize(both)
            codes[own] = numbers + len(found)
            around = [found[one] if level > 1 else () for one in (different // 2 // len(names)).tolist()]
            own_names = [names[one] for one in (different // 2 % len(names)).tolist()]
            leaves = (different % 2).tolist()
            found += [
                (*(part.removesuffix("*") for part in path), f"{name}*" if leaf else name)
                for path, name, leaf in zip(around, own_names, leaves, strict=True)
            ]
        return Coded(codes, found)

    def of_kind(self, test: Callable[[tuple[str, ...]], bool]) -> np.ndarray:
        """Return the elements whose `kinds` pass a test."""
        return np.flatnonzero(self.kinds.spread(test, bool))

    def texts(self, leaves: np.ndarray) -> Coded[str]:
        """Return the texts of some leaves, which are given in their order.

        Raises:
            DamagedXmlError: If one is not plain text.
        """
        before = self.behind[leaves] - 1  # a text is cut out with the bracket before it
        cut = _cut(self.contents.encoded, before, self.until[leaves]).dictionary_encode()
        read = [_plain(text[1:], self.contents.name) for text in cut.dictionary.to_pylist()]
        codes, different = pd.factorize(np.array(read, object))
        return Coded(codes[cut.indices.to_numpy(zero_copy_only=False)], list(different))

    def bytes_of(self, elements: np.ndarray, level: int) -> list[bytes]:
        """Return some elements of one level as they stand in the file."""
        ends = self.ends[level]
        last = ends[np.searchsorted(ends, self.opens[elements], side="right")]
        pairs = zip(self.opens[elements].tolist(), last.tolist(), strict=True)
        return [self.contents.encoded[begin:end] for begin, end in pairs]


def elements_of(contents: Contents) -> Elements | None:
    """Return the elements of a file; `None` where they must be read one by one, which says what is wrong."""
    content = contents.encoded
    characters = np.frombuffer(content, np.uint8)
    opens, closes = _places(characters, _OPENS), _places(characters, _CLOSES)
    if not len(opens) or len(opens) != len(closes) or len(content) > _LARGEST:
        return None
    if (opens >= closes).any() or (closes[:-1] >= opens[1:]).any() or not is_well_formed(contents):
        return None
    second = characters[opens + 1]
    declared = int(second[0] == _QUESTION)
    if np.isin(second[declared:], [_QUESTION, _EXCLAMATION]).any():
        return None
    opens, closes, second = opens[declared:], closes[declared:], second[declared:]
    return _elements(contents, opens, closes, is_end=second == _SLASH, is_empty=characters[closes - 1] == _SLASH)


def _elements(
    contents: Contents, opens: np.ndarray, closes: np.ndarray, *, is_end: np.ndarray, is_empty: np.ndarray
) -> Elements | None:
    """Return the elements of tags, which begin and end at some places."""
    inside = np.cumsum(np.where(is_end, -1, np.where(is_empty, 0, 1)))
    begins = np.flatnonzero(~is_end)
    level = inside[begins] + is_empty[begins]
    is_leaf = is_empty[begins] | np.append(is_end[1:], True)[begins]
    behind = closes[begins] + 1
    until = np.where(is_empty[begins], behind, np.append(opens[1:], len(contents.encoded))[begins])
    if level.max() >= DEEPEST or (until - behind).max() > LONGEST_TEXT:
        return None
    if not _are_blank(contents.encoded, opens, closes, begins[is_leaf & ~is_empty[begins]]):
        return None
    return Elements(
        contents=contents,
        opens=opens[begins],
        behind=behind,
        until=until,
        level=level,
        parent=_parents(level),
        is_leaf=is_leaf,
        tags=_tags(contents.encoded, opens[begins], closes[begins]),
        ends=_ends(inside, closes, is_end=is_end, is_empty=is_empty),
    )


def _ends(inside: np.ndarray, closes: np.ndarray, *, is_end: np.ndarray, is_empty: np.ndarray) -> dict[int, np.ndarray]:
    level = np.where(is_end, inside + 1, np.where(is_empty, inside + 1, 0))
    return {number: closes[level == number] + 1 for number in range(1, int(level.max()) + 1)}


def _parents(level: np.ndarray) -> np.ndarray:
    """Return the element that each is in: the last before it that is one level higher."""
    parent = np.full(len(level), -1)
    for number in range(2, int(level.max(initial=0)) + 1):
        above, own = np.flatnonzero(level == number - 1), np.flatnonzero(level == number)
        parent[own] = above[np.searchsorted(above, own) - 1]
    return parent


def _are_blank(content: bytes, opens: np.ndarray, closes: np.ndarray, leaves: np.ndarray) -> bool:
    """Tell whether there are nothing but blanks between tags, the texts of leaves aside."""
    between = np.ones(len(opens) - 1, bool)
    between[leaves] = False
    at = np.flatnonzero(between)
    texts = _cut(content, closes[at], opens[at + 1]).unique().to_pylist()
    return all(not text[1:].strip() for text in texts)


def _tags(content: bytes, opens: np.ndarray, closes: np.ndarray) -> Coded[tuple[str, Mapping[str, str]]]:
    """Return name and attributes of each opening tag."""
    cut = _cut(content, opens, closes).dictionary_encode()
    read = [_tag(text) for text in cut.dictionary.to_pylist()]
    return Coded(cut.indices.to_numpy(zero_copy_only=False).astype(np.int64), read)


def _tag(text: str) -> tuple[str, Mapping[str, str]]:
    """Return name and attributes of one opening tag, which stands without its closing bracket."""
    found: list[tuple[str, Mapping[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.Parse(f"{text.removesuffix('/')}/>", True)  # noqa: FBT003 - expat knows it by position only
    return found[0]


def _plain(text: str, file: str) -> str:
    """Return a text of the file as the parser gives it.

    Raises:
        DamagedXmlError: If it needs more than the five entities, so that the parser must read it.
    """
    if "&" in text:
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
            text = text.replace(entity, character)
        if text.count("&") != text.count("&amp;"):
            raise DamagedXmlError(Place(file), "a character that is written by number")
        text = text.replace("&amp;", "&")
    if "\r" in text:
        raise DamagedXmlError(Place(file), "a text of several lines")
    return text


def _places(characters: np.ndarray, character: int) -> np.ndarray:
    """Return where a character stands, by blocks, so that little memory is used beside the places."""
    blocks = [
        np.flatnonzero(characters[at : at + _BLOCK] == character) + at for at in range(0, len(characters), _BLOCK)
    ]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int64)


def _cut(content: bytes, begins: np.ndarray, ends: np.ndarray) -> pa.StringArray:
    """Return what stands between some places; these follow each other."""
    if not len(begins):
        return pa.array([], pa.string())
    places = np.empty(2 * len(begins) + 1, np.int32)
    places[0:-1:2], places[1:-1:2], places[-1] = begins, ends, ends[-1]
    every = pa.StringArray.from_buffers(2 * len(begins), pa.py_buffer(places), pa.py_buffer(content))
    return every.take(pa.array(np.arange(0, 2 * len(begins), 2)))
