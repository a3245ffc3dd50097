"""Compound files ([MS-CFB]), the containers of VBA projects.

They are written in version 3 with one level of storages, and read in versions 3 and 4: every stream with its path.
"""

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


_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_NO_SECTOR = 0xFFFFFFFA
"""This and all higher numbers are no sector."""
_ENTRY = 128

Streams = dict[tuple[str, ...], bytes]


class NotACompoundFileError(Exception):
    """The bytes are no compound file, or a damaged one."""


@dataclass(slots=True)
class _EntryRead:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def read_compound_file(data: bytes) -> Streams:
    """Return the content of each stream by the names on the way to it.

    Raises:
        NotACompoundFileError: If it is none, or a chain of it has no end.
    """
    if not data.startswith(_SIGNATURE):
        raise NotACompoundFileError("it does not begin as one")
    try:
        return _Reader(data).streams()
    except (struct.error, IndexError) as error:
        raise NotACompoundFileError(f"it is cut off ({error})") from error


class _Reader:
    """One compound file while it is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        self._directory, self._cutoff = struct.unpack_from("<I4xI", data, 48)
        mini_table, difat = struct.unpack_from("<I4xI", data, 60)
        self._table = self._allocation_table(difat)
        self._mini_table = _numbers(self._chain(mini_table))
        self._entries = self._read_entries()
        root = self._entries[0]
        self._mini = self._chain(root.start)[: root.size]

    def streams(self) -> Streams:
        """Return all streams."""
        streams: Streams = {}
        seen: set[int] = set()
        waiting: list[tuple[int, tuple[str, ...]]] = [(self._entries[0].child, ())]
        while waiting:
            number, path = waiting.pop()
            if number == _NO_STREAM or number in seen:
                continue
            seen.add(number)
            entry = self._entries[number]
            here = (*path, entry.name)
            if entry.kind == _STREAM:
                streams[here] = self._content(entry)
            else:
                waiting.append((entry.child, here))
            waiting += [(entry.left, path), (entry.right, path)]
        return streams

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise NotACompoundFileError(f"its sector {number} is missing")
        return self._data[start : start + self._size]

    def _allocation_table(self, difat: int) -> list[int]:
        sectors = [number for number in struct.unpack_from("<109I", self._data, 76) if number < _NO_SECTOR]
        seen: set[int] = set()
        while difat < _NO_SECTOR and difat not in seen:
            seen.add(difat)
            *more, difat = _numbers(self._sector(difat))
            sectors += [number for number in more if number < _NO_SECTOR]
        return [entry for sector in sectors for entry in _numbers(self._sector(sector))]

    def _chain(self, first: int) -> bytes:
        pieces = [self._sector(number) for number in _followed(self._table, first)]
        return b"".join(pieces)

    def _read_entries(self) -> list[_EntryRead]:
        directory = self._chain(self._directory)
        return [_entry(directory, at) for at in range(0, len(directory), _ENTRY)]

    def _content(self, entry: _EntryRead) -> bytes:
        if entry.size >= self._cutoff:
            return self._chain(entry.start)[: entry.size]
        size = self._mini_size
        pieces = [
            self._mini[number * size : (number + 1) * size] for number in _followed(self._mini_table, entry.start)
        ]
        return b"".join(pieces)[: entry.size]


def _followed(table: list[int], first: int) -> list[int]:
    chain: list[int] = []
    number = first
    while number < _NO_SECTOR:
        if len(chain) > len(table):
            raise NotACompoundFileError("a chain of it has no end")
        chain.append(number)
        number = table[number]
    return chain


def _entry(directory: bytes, at: int) -> _EntryRead:
    length, kind, left, right, child = struct.unpack_from("<HBxIII", directory, at + 64)
    name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", directory, at + 116)
    return _EntryRead(name, kind, left, right, child, start, size)


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))
