"""Reads a compound file ([MS-CFB] versions 3 and 4): every stream with its path."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_NO_SECTOR = 0xFFFFFFFA
"""This and all higher numbers are no sector."""
_NO_STREAM = 0xFFFFFFFF
_STREAM = 2
_ENTRY = 128

Streams = dict[tuple[str, ...], bytes]


class NotACompoundFileError(Exception):
    """The bytes are no compound file, or a damaged one."""


@dataclass(slots=True)
class _Entry:
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

    def _read_entries(self) -> list[_Entry]:
        directory = self._chain(self._directory)
        return [_entry(directory, at) for at in range(0, len(directory), _ENTRY)]

    def _content(self, entry: _Entry) -> bytes:
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


def _entry(directory: bytes, at: int) -> _Entry:
    length, kind, left, right, child = struct.unpack_from("<HBxIII", directory, at + 64)
    name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", directory, at + 116)
    return _Entry(name, kind, left, right, child, start, size)


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))
