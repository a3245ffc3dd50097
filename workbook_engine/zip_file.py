"""A zip archive whose unchanged entries are carried over as they are, compressed bytes and all.

The standard library can only unpack and pack again, which costs time and changes every entry's bytes in the archive.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_UTF8_NAME = 0x800
_SIZE_FOLLOWS = 0x8
_ENCRYPTED = 0x1
_LIMIT = 0xFFFFFFFF
_LEVEL = 3
"""Compression of changed parts: a third of the time of the usual 6, for files a tenth larger."""


class Packed(NamedTuple):
    """A part as the archive holds it."""

    data: bytes
    size: int
    checksum: int


def pack(chunks: Iterable[bytes]) -> Packed:
    """Compress a part piece by piece, so that a large one is never in memory as a whole."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    pieces, size, checksum = [], 0, 0
    for chunk in chunks:
        pieces.append(packer.compress(chunk))
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return Packed(b"".join([*pieces, packer.flush()]), size, checksum)


def unpack(packed: Packed) -> bytes:
    """Return the bytes of a part."""
    return zlib.decompress(packed.data, -15)


def read_infos(data: bytes) -> list[zipfile.ZipInfo]:
    """Return the entries of an archive in their order.

    Raises:
        zipfile.BadZipFile: If it is no archive, or an entry is encrypted.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise zipfile.BadZipFile("an entry is encrypted")
    return infos


def rewrite(original: bytes, infos: list[zipfile.ZipInfo], changed: Mapping[str, Packed], removed: set[str]) -> bytes:
    """Return the archive with some entries replaced, added (at the end, in their order) and removed.

    The same input gives the same bytes: what is written new carries a fixed date.
    """
    out = io.BytesIO()
    directory: list[bytes] = []
    for info in infos:
        if info.filename in removed:
            continue
        if info.filename in changed:
            directory.append(_write_new(out, info.filename, changed[info.filename], info.external_attr))
        else:
            directory.append(_write_raw(out, info, _raw_data(original, info)))
    known = {info.filename for info in infos}
    for name, packed in changed.items():
        if name not in known and name not in removed:
            directory.append(_write_new(out, name, packed, 0))
    start = out.tell()
    out.write(b"".join(directory))
    size = out.tell() - start
    out.write(_END.pack(b"PK\5\6", 0, 0, len(directory), len(directory), size, start, 0))
    return out.getvalue()


def _raw_data(original: bytes, info: zipfile.ZipInfo) -> bytes:
    fields = _LOCAL.unpack_from(original, info.header_offset)
    start = info.header_offset + _LOCAL.size + fields[9] + fields[10]
    return original[start : start + info.compress_size]


def _write_new(out: io.BytesIO, name: str, packed: Packed, external: int) -> bytes:
    info = zipfile.ZipInfo(name, _FIXED_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = external
    info.create_system = 0
    info.CRC, info.file_size, info.compress_size = packed.checksum, packed.size, len(packed.data)
    return _write_raw(out, info, packed.data)


def _write_raw(out: io.BytesIO, info: zipfile.ZipInfo, packed: bytes) -> bytes:
    offset = out.tell()
    if max(offset + len(packed), info.file_size) >= _LIMIT:
        raise zipfile.LargeZipFile("a workbook of more than 4 GB")
    name = info.filename.encode()
    flags = (info.flag_bits & ~_SIZE_FOLLOWS) | (0 if name.isascii() else _UTF8_NAME)
    year, month, day, hour, minute, second = info.date_time
    date = (year - 1980) << 9 | month << 5 | day
    time = hour << 11 | minute << 5 | second // 2
    common = (flags, info.compress_type, time, date, info.CRC, len(packed), info.file_size, len(name))
    out.write(_LOCAL.pack(b"PK\3\4", 20, *common, 0) + name + packed)
    made_by = info.create_version | info.create_system << 8
    attributes = (0, len(info.comment), 0, info.internal_attr, info.external_attr, offset)
    return _CENTRAL.pack(b"PK\1\2", made_by, 20, *common, *attributes) + name + info.comment
