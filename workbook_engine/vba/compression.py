"""Run-length compression of VBA streams ([MS-OVBA] 2.4.1)."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

CHUNK = 4096
_SIGNATURE = 0x01
_SHORTEST = 3
"""A copy token pays from this many bytes on."""
_CANDIDATES = 32
"""How many earlier places are tried for the longest copy."""


@lru_cache(maxsize=128)  # a template is built and read again and again from the same modules
def compress(data: bytes) -> bytes:
    """Return the compressed container of the data.

    Raises:
        ValueError: If the last piece cannot be made smaller: the format would fill it up with zeros.
    """
    chunks = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    return bytes([_SIGNATURE]) + b"".join(_chunk(chunk) for chunk in chunks)


def _chunk(data: bytes) -> bytes:
    tokens = _token_sequences(data)
    if len(tokens) <= CHUNK:
        return _header(len(tokens), compressed=True) + tokens
    if len(data) < CHUNK:
        raise ValueError("the last piece of this stream cannot be compressed")
    return _header(CHUNK, compressed=False) + data


def _header(size: int, *, compressed: bool) -> bytes:
    return ((size - 1) | 0b011 << 12 | compressed << 15).to_bytes(2, "little")


def _token_sequences(data: bytes) -> bytes:
    """Return eight tokens at a time behind the byte whose bits say which of them are copies."""
    tokens = _tokens(data)
    result = bytearray()
    for start in range(0, len(tokens), 8):
        group = tokens[start : start + 8]
        flags = sum(1 << bit for bit, token in enumerate(group) if len(token) > 1)
        result += bytes([flags]) + b"".join(group)
    return bytes(result)


def _tokens(data: bytes) -> list[bytes]:
    seen: dict[bytes, list[int]] = defaultdict(list)
    tokens = []
    at = 0
    while at < len(data):
        offset, length = _longest_copy(data, at, seen)
        tokens.append(_copy_token(at, offset, length) if length else data[at : at + 1])
        for position in range(at, at + max(length, 1)):
            seen[data[position : position + _SHORTEST]].append(position)
        at += max(length, 1)
    return tokens


def _longest_copy(data: bytes, at: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Return how far back the longest copy begins and how long it is; (0, 0) where none pays."""
    limit = min(len(data) - at, (0xFFFF >> _offset_bits(at)) + _SHORTEST)
    best = (0, 0)
    if limit < _SHORTEST:
        return best
    for start in reversed(seen.get(data[at : at + _SHORTEST], [])[-_CANDIDATES:]):
        length = _SHORTEST
        while length < limit and data[start + length] == data[at + length]:
            length += 1
        if length > best[1]:
            best = (at - start, length)
    return best


def _offset_bits(at: int) -> int:
    """Return how many bits of a copy token at this place hold the offset: the place decides (2.4.1.3.19.1)."""
    return max((at - 1).bit_length(), 4) if at else 4


def _copy_token(at: int, offset: int, length: int) -> bytes:
    bits = _offset_bits(at)
    return ((offset - 1) << (16 - bits) | (length - _SHORTEST)).to_bytes(2, "little")


@lru_cache(maxsize=128)
def decompress(container: bytes) -> bytes:
    """Return the data of a compressed container.

    Raises:
        ValueError: If it is none, or it is damaged.
    """
    if container[:1] != bytes([_SIGNATURE]):
        raise ValueError("this is not a compressed VBA stream")
    data = bytearray()
    at = 1
    while at + 2 <= len(container):
        header = int.from_bytes(container[at : at + 2], "little")
        end = at + 3 + (header & 0xFFF)
        data += _plain_chunk(container[at + 2 : end]) if header & 0x8000 else container[at + 2 : end]
        at = end
    return bytes(data)


def _plain_chunk(tokens: bytes) -> bytes:
    data = bytearray()
    at = 0
    while at < len(tokens):
        flags, at = tokens[at], at + 1
        for bit in range(8):
            if at >= len(tokens):
                break
            if not flags >> bit & 1:
                data.append(tokens[at])
                at += 1
                continue
            token = int.from_bytes(tokens[at : at + 2], "little")
            at += 2
            bits = _offset_bits(len(data))
            offset, length = (token >> (16 - bits)) + 1, (token & (0xFFFF >> bits)) + _SHORTEST
            if offset > len(data):
                raise ValueError("a compressed VBA stream refers to what is not in it")
            start = len(data) - offset
            if offset >= length:
                data += data[start : start + length]
            else:  # the copy overlaps what it makes
                data += (data[start:] * (length // offset + 1))[:length]
    return bytes(data)
