"""Parts of an archive compressed piece by piece, so that a large one is never in memory as a whole.

A piece may be compressed long before its part is written: it refers to nothing before it, so that it is put between
others as it is. Only the checksum of the whole has to be found without its bytes, from those of the pieces.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEVEL = 3
"""Compression of changed parts: a third of the time of the usual 6, for files a tenth larger."""
_POLYNOMIAL = 0xEDB88320
_HIGHEST = 1 << 31
"""The polynomial 1: the highest bit belongs to the lowest power."""
_BITS_OF_BYTE = 3


class PackedPiece(NamedTuple):
    """Some bytes of a part, compressed by themselves."""

    data: bytes
    size: int
    checksum: int


class PackedPart(NamedTuple):
    """A part as the archive holds it."""

    pieces: tuple[bytes, ...]
    size: int
    checksum: int

    @property
    def length(self) -> int:
        """How many bytes it takes in the archive."""
        return sum(map(len, self.pieces))


def pack(chunks: Iterable[bytes | PackedPiece]) -> PackedPart:
    """Compress a part piece by piece; what is compressed already is taken as it is."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    pieces, size, checksum = [], 0, 0
    for chunk in chunks:
        if isinstance(chunk, PackedPiece):
            pieces += [packer.flush(zlib.Z_FULL_FLUSH), chunk.data]
            checksum = _joined_checksum(checksum, chunk.checksum, chunk.size)
            size += chunk.size
        else:
            pieces.append(packer.compress(chunk))
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
    return PackedPart((*filter(None, pieces), packer.flush()), size, checksum)


def unpack(packed: PackedPart) -> bytes:
    """Return the bytes of a part."""
    return zlib.decompress(b"".join(packed.pieces), -15)


def pack_piece(data: bytes) -> PackedPiece:
    """Compress some bytes by themselves, ready to stand between others."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    return PackedPiece(packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH), len(data), zlib.crc32(data))


def unpack_piece(piece: PackedPiece) -> bytes:
    """Return the bytes of a piece."""
    return zlib.decompressobj(-15).decompress(piece.data)


def _joined_checksum(one: int, other: int, size: int) -> int:
    """Return the CRC-32 of two runs of bytes, the second of this size: the first moves up by as many powers."""
    return _times(_power(size << _BITS_OF_BYTE), one) ^ other


@cache
def _power(bits: int) -> int:
    """Return x to the power of `bits`, modulo the polynomial."""
    if bits == 0:
        return _HIGHEST
    half = _power(bits // 2)
    square = _times(half, half)
    return _times(square, _HIGHEST >> 1) if bits % 2 else square


def _times(one: int, other: int) -> int:
    """Multiply two polynomials modulo that of CRC-32."""
    product = 0
    while one:
        if one & _HIGHEST:
            product ^= other
        one = (one << 1) & 0xFFFFFFFF
        other = (other >> 1) ^ _POLYNOMIAL if other & 1 else other >> 1
    return product
