"""Reads a workbook's VBA project: its modules as text and what else it says of itself ([MS-OVBA] 2.3, [MS-CFB]).

Compiled code and the editor's windows are not read: Excel makes them anew.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook_engine.vba.compound_file import NotACompoundFileError, read_compound_file
from workbook_engine.vba.compression import decompress
from workbook_engine.vba.modules import Module, ModuleKind, codec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION, _CODE_PAGE, _CONSTANTS, _MODULES, _END = 0x0009, 0x0003, 0x003C, 0x000F, 0x0010
_NAME, _NAME_UNICODE, _STREAM_UNICODE, _OFFSET, _IS_CLASS, _MODULE_END = 0x0019, 0x0047, 0x0032, 0x0031, 0x0022, 0x002B
_ATTRIBUTE_LINE = re.compile(r'^Attribute VB_Base = "([^"]*)"', re.MULTILINE)
_PROTECTION = ("ID", "CMG", "DPB", "GC")


class UnreadableProjectError(Exception):
    """The bytes are no VBA project, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a project says of itself besides its modules; a changed project keeps it."""

    protection: tuple[str, ...]
    """The lines of the PROJECT stream that hold its id, and its password, which only that id decodes."""
    references: bytes
    """The records of the type libraries it uses."""
    code_page: int


@dataclass(frozen=True, slots=True)
class Project:
    """A VBA project as it is stored."""

    modules: tuple[Module, ...]
    forms: tuple[str, ...]
    """Names of its forms, whose drawings are not read."""
    origin: Origin

    def module(self, name: str) -> Module | None:
        """Return a module; VBA knows no capitals."""
        return next((module for module in self.modules if module.name.lower() == name.lower()), None)


def read_project(data: bytes) -> Project:
    """Read the bytes of a vbaProject.bin.

    Raises:
        UnreadableProjectError: If they are none.
    """
    try:
        return _read(data)
    except (NotACompoundFileError, KeyError, ValueError, LookupError, struct.error, IndexError) as error:
        raise UnreadableProjectError(str(error)) from error


def _read(data: bytes) -> Project:
    streams = read_compound_file(data)
    directory = decompress(streams["VBA", "dir"])
    records = list(_records(directory))
    code_page = next((int.from_bytes(content, "little") for kind, content, _ in records if kind == _CODE_PAGE), 1252)
    codec = codec_of(code_page)
    lines = streams["PROJECT",].decode(codec, "replace").splitlines()
    forms = tuple(line.partition("=")[2] for line in lines if line.startswith("BaseClass="))
    documents = {line.partition("=")[2].partition("/")[0].lower() for line in lines if line.startswith("Document=")}
    modules = []
    for name, stream, offset, is_class in _modules(records, codec):
        text = decompress(streams["VBA", stream][offset:]).decode(codec)
        modules.append(Module(name, _kind(name, text, documents, is_class=is_class), text))
    protection = tuple(line for line in lines if line.partition("=")[0] in _PROTECTION)
    return Project(tuple(modules), forms, Origin(protection, _references(directory, records), code_page))


def _records(directory: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield kind, content and place of each record."""
    at = 0
    while at + 6 <= len(directory):
        kind, size = struct.unpack_from("<HI", directory, at)
        yield kind, directory[at + 6 : at + 6 + size], at
        # The size of the version's record does not count the minor version behind it.
        at += 6 + size + (2 if kind == _VERSION else 0)
        if kind == _END:
            return


def _references(directory: bytes, records: list[tuple[int, bytes, int]]) -> bytes:
    places = [(kind, at) for kind, _, at in records]
    kinds = [kind for kind, _ in places]
    after_constants = kinds.index(_CONSTANTS) + 1
    last = kinds.index(_MODULES, after_constants)
    return directory[places[after_constants][1] : places[last][1]]


def _modules(records: list[tuple[int, bytes, int]], codec: str) -> Iterator[tuple[str, str, int, bool]]:
    name = stream = ""
    offset, is_class = 0, False
    for kind, content, _ in records:
        if kind == _NAME:
            name = content.decode(codec)
        elif kind == _NAME_UNICODE:
            name = content.decode("utf-16-le")
        elif kind == _STREAM_UNICODE:
            stream = content.decode("utf-16-le")
        elif kind == _OFFSET:
            offset = int.from_bytes(content, "little")
        elif kind == _IS_CLASS:
            is_class = True
        elif kind == _MODULE_END:
            yield name, stream or name, offset, is_class
            name = stream = ""
            offset, is_class = 0, False


def _kind(name: str, text: str, documents: set[str], *, is_class: bool) -> ModuleKind:
    if not is_class:
        return ModuleKind.PROCEDURAL
    if name.lower() not in documents:
        return ModuleKind.CLASS
    base = _ATTRIBUTE_LINE.search(text)
    known = {kind.value: kind for kind in (ModuleKind.WORKBOOK, ModuleKind.CHART_SHEET)}
    return known.get(base[1] if base else "", ModuleKind.WORKSHEET)
