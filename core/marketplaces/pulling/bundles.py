"""What was pulled from an API as one document: the marketplace's answers, unchanged, in JSON.

The document's `format` says which kind it is. An answer is read field by field; what is missing, and what is not as
it must be, is told with its place (`transactions[3].amount`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.marketplaces.errors import BadCellError, DamagedBundleError, Place, UnstorableTextError
from core.marketplaces.reading.contents import LONGEST_TEXT, TOO_LONG
from core.marketplaces.reading.dates import parse_moment
from core.marketplaces.reading.numbers import parse_amount, parse_currency

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from core.marketplaces.reading.contents import Contents

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
"""What JSON can write by number (`\\u0000`, `\\ud800`) and nothing can store."""
_BEGINNING = re.compile(rb"[\s\x1c-\x1f\x80-\xff]*\{")
"""Blanks of any kind and the first brace: told by the bytes, since most files are no JSON."""
_FORMAT = re.compile(r'\s*\{\s*"format"\s*:\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Node:
    """An object of an answer, and the way to it."""

    file: str
    path: str
    """`transactions[3]`; empty for the document itself."""
    values: Mapping[str, Any]

    def place(self, name: str = "") -> Place:
        """Return where a field stands."""
        return Place(self.file, 0, ".".join(part for part in (self.path, name) if part))

    def text(self, name: str) -> str:
        """Return a field as text; empty if it is missing or null.

        Raises:
            UnstorableTextError: If it is longer than a cell of a sheet, or holds what is no character.
        """
        value = self.values.get(name)
        text = "" if value is None else str(value)
        if len(text) > LONGEST_TEXT:
            raise UnstorableTextError(self.place(name), TOO_LONG)
        if _NO_CHARACTER.search(text):
            raise UnstorableTextError(self.place(name), "holds what is no character")
        return text

    def needed(self, name: str) -> str:
        """Return a field that must be there.

        Raises:
            BadCellError: If it is missing or blank.
        """
        value = self.text(name).strip()
        if not value:
            raise BadCellError(self.place(name), "", "filled, and it must be")
        return value

    def amount(self, name: str) -> Decimal:
        """Return an amount that must be there, with its sign, in the currency that the answer names beside it.

        Raises:
            BadCellError: If it is missing or no number.
        """
        return parse_amount(self.needed(name), ".", self.place(name))

    def currency(self, name: str) -> str:
        """Return the code of a currency, empty if it is missing.

        Raises:
            BadCellError: If it is no code of ISO 4217.
        """
        return parse_currency(self.text(name), self.place(name))

    def needed_currency(self, name: str) -> str:
        """Return the code of a currency that must be there.

        Raises:
            BadCellError: If it is missing, or no code of ISO 4217.
        """
        self.needed(name)
        return self.currency(name)

    def moment(self, name: str) -> datetime | None:
        """Return a moment in UTC, `None` if it is missing.

        Raises:
            BadCellError: If it is no date.
        """
        return parse_moment(self.text(name), self.place(name))

    def whole(self, name: str) -> int | None:
        """Return a count, `None` if it is missing.

        Raises:
            BadCellError: If it is no whole number.
        """
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value)):
            raise BadCellError(self.place(name), str(value), "a whole number")
        return int(value)

    def node(self, *names: str) -> Node | None:
        """Return the object at the end of these fields, `None` if one of them is missing or null."""
        here: Node | None = self
        for name in names:
            value = here.values.get(name) if here else None
            if here is None or value is None:
                return None
            here = _object(here, name, value)
        return here

    def nodes(self, name: str) -> list[Node]:
        """Return the objects of a list, or of a connection with `nodes`; none if the field is missing or null."""
        value = self.values.get(name)
        if isinstance(value, dict):
            return _object(self, name, value).nodes("nodes")
        if not isinstance(value, list):
            return []
        return [_object(self, f"{name}[{number}]", each) for number, each in enumerate(value) if each is not None]


def likeness(name: str, contents: Contents) -> float:
    """Return 1 for a document of this format, 0 for anything else."""
    match = _FORMAT.match(contents.text) if _BEGINNING.match(contents.encoded) else None
    return float(match is not None and match[1] == name)


def read_bundle(contents: Contents) -> Node:
    """Return the document.

    Raises:
        DamagedBundleError: If it breaks off or is not JSON.
    """
    try:
        document = json.loads(contents.text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise DamagedBundleError(Place(contents.name)) from error
    if not isinstance(document, dict):
        raise DamagedBundleError(Place(contents.name))
    return Node(contents.name, "", document)


def write_bundle(name: str, parts: Mapping[str, object]) -> bytes:
    """Return the document of a format: its name first, then the answers."""
    return json.dumps({"format": name, **parts}, ensure_ascii=False, indent=1, default=str).encode()


def without_fields(contents: Contents, names: Collection[str]) -> bytes:
    """Return a document without fields of these names, at whatever depth they stand.

    Raises:
        DamagedBundleError: If it breaks off or is not JSON.
    """
    document = read_bundle(contents).values
    try:
        kept = {name: _without(value, names) for name, value in document.items() if name not in names}
    except RecursionError as error:
        raise DamagedBundleError(Place(contents.name)) from error
    return write_bundle(str(kept.pop("format")), kept)


def _without(value: object, names: Collection[str]) -> object:
    if isinstance(value, dict):
        return {name: _without(each, names) for name, each in value.items() if name not in names}
    return [_without(each, names) for each in value] if isinstance(value, list) else value


def _object(of: Node, name: str, value: object) -> Node:
    path = ".".join(part for part in (of.path, name) if part)
    if not isinstance(value, dict):
        raise BadCellError(Place(of.file, 0, path), str(value), "an object")
    return Node(of.file, path, value)


def read_moment(text: object) -> datetime | None:
    """Return a moment of an API's answer (ISO 8601), or nothing where it gives none."""
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
