"""A compound file ([MS-CFB] version 3) of streams and one level of storages: the container of a VBA project."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECTOR = 512
MINI_SECTOR = 64
CUTOFF = 4096
"""Streams shorter than this live in the mini stream."""

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NO_STREAM = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_PER_SECTOR = SECTOR // 4
_MAX_FAT_SECTORS = 109
"""As many as the header lists; enough for seven megabytes."""
_MAX_NAME = 31


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    colour: int = _BLACK
    left: int = _NO_STREAM
    right: int = _NO_STREAM
    child: int = _NO_STREAM
    start: int = 0
    content: bytes = b""

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        head = struct.pack("<64sHBB", name, len(name), self.kind, self.colour)
        links = struct.pack("<III", self.left, self.right, self.child)
        return head + links + bytes(36) + struct.pack("<IQ", self.start, len(self.content))


@dataclass(slots=True)
class _Chains:
    """Sectors of one size and the table that chains them."""

    size: int
    table: list[int] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)

    def add(self, content: bytes) -> int:
        """Append the content as one chain and return its first sector."""
        count = -(-len(content) // self.size)
        if not count:
            return _END
        first = len(self.table)
        self.table += [*range(first + 1, first + count), _END]
        self.data += content.ljust(count * self.size, b"\0")
        return first


def write_compound_file(content: Mapping[str, bytes | Mapping[str, bytes]]) -> bytes:
    """Return the bytes of a compound file.

    Args:
        content: Streams of the root by name, and storages as mappings of their streams.

    Raises:
        ValueError: If a name is too long or the content too large for this writer.
    """
    entries = _entries(content)
    sectors, mini = _Chains(SECTOR), _Chains(MINI_SECTOR)
    for entry in entries[1:]:
        if entry.kind == _STREAM:
            home = mini if len(entry.content) < CUTOFF else sectors
            entry.start = home.add(entry.content)
    entries[0].content = bytes(mini.data)
    entries[0].start = sectors.add(entries[0].content)
    mini_table = sectors.add(_table(mini.table))
    empty = bytes(-len(entries) % 4 * 128)
    directory = sectors.add(b"".join(entry.packed() for entry in entries) + _unused(len(empty) // 128))
    fat, first_fat = _fat(sectors.table)
    header = _header(directory, mini_table, -(-len(mini.table) // _PER_SECTOR), range(first_fat, first_fat + fat))
    return header + bytes(sectors.data) + _table(sectors.table)


def _unused(count: int) -> bytes:
    return struct.pack("<68xIII48x", _NO_STREAM, _NO_STREAM, _NO_STREAM) * count


def _entries(content: Mapping[str, bytes | Mapping[str, bytes]]) -> list[_Entry]:
    """Return the directory in order, root first, with the links of its trees."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add_level(entries, content)
    return entries


def _add_level(entries: list[_Entry], content: Mapping[str, bytes | Mapping[str, bytes]]) -> int:
    """Append the entries of one storage and return the root of their tree."""
    level = []
    for name, value in content.items():
        if len(name) > _MAX_NAME:
            raise ValueError(f"name of a stream is longer than {_MAX_NAME}: {name}")
        level.append(len(entries))
        entries.append(_Entry(name, _STREAM, content=value) if isinstance(value, bytes) else _Entry(name, _STORAGE))
    for index, value in zip(level, content.values(), strict=True):
        if not isinstance(value, bytes):
            entries[index].child = _add_level(entries, value)
    ordered = sorted(level, key=lambda index: (len(entries[index].name), entries[index].name.upper()))
    return _tree(entries, ordered, 0, len(ordered).bit_length() - 1)


def _tree(entries: list[_Entry], ordered: Sequence[int], depth: int, deepest: int) -> int:
    """Link the entries as a balanced tree; its last level is red, which makes it a red-black one."""
    if not ordered:
        return _NO_STREAM
    middle = len(ordered) // 2
    entry = entries[ordered[middle]]
    entry.colour = _RED if depth == deepest and depth else _BLACK
    entry.left = _tree(entries, ordered[:middle], depth + 1, deepest)
    entry.right = _tree(entries, ordered[middle + 1 :], depth + 1, deepest)
    return ordered[middle]


def _fat(table: list[int]) -> tuple[int, int]:
    """Add the sectors of the table itself to it; return how many they are and which is the first."""
    first = len(table)
    count = 0
    while count * _PER_SECTOR < first + count:
        count += 1
    if count > _MAX_FAT_SECTORS:
        raise ValueError("too much content for a compound file of this writer")
    table += [_FAT] * count
    return count, first


def _table(table: list[int]) -> bytes:
    padded = [*table, *[_FREE] * (-len(table) % _PER_SECTOR)]
    return struct.pack(f"<{len(padded)}I", *padded)


def _header(directory: int, mini_table: int, mini_tables: int, fat: range) -> bytes:
    signature = bytes.fromhex("D0CF11E0A1B11AE1")
    versions = struct.pack("<16xHHHHH6x", 0x003E, 3, 0xFFFE, 9, 6)
    counts = struct.pack("<IIII", 0, len(fat), directory, 0)
    mini = struct.pack("<IIIII", CUTOFF, mini_table, mini_tables, _END, 0)
    listed = struct.pack(f"<{_MAX_FAT_SECTORS}I", *fat, *[_FREE] * (_MAX_FAT_SECTORS - len(fat)))
    return signature + versions + counts + mini + listed
