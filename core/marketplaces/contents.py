"""From the bytes of a file to its text: unpacking, encodings, and what is no settlement file at all."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core.marketplaces.errors import ArchiveError, EmptyFileError, NotTextError, SpreadsheetGivenError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 500_000_000
"""Bytes a file may have unpacked; the largest settlement known has 11 million (settlements.md §7)."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JAPANESE_MARKETPLACE = re.compile(rb"amazon\.co\.jp|\tJPY\t", re.IGNORECASE)
_MEANT = {"shift_jis": "cp932", "iso8859-1": "cp1252"}
"""What is declared, and the wider encoding of Windows that is meant by it."""
_OLE2 = b"\xd0\xcf\x11\xe0"  # .xls


@dataclass(frozen=True)
class Contents:
    """The text of one file and the name it goes by in messages."""

    name: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines, whichever of the three line ends the file uses; first line = index 0."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def open_contents(content: bytes, name: str = "", charset: str = "") -> Contents:
    """Unpack and decode a file.

    Args:
        content: The bytes as the marketplace sent them; a zip or gzip of one file is unpacked.
        name: The file's name, for messages only.
        charset: What the sender declared, if it did.

    Raises:
        UnreadableFileError: If it is empty, a workbook, an archive of several files, or no text.
    """
    file = name or "The file"
    plain = unpacked(content, file)
    if not plain.strip():
        raise EmptyFileError(file)
    if plain.startswith(_OLE2):
        raise SpreadsheetGivenError(file)
    text = decode(plain, file, charset)
    if not text.strip():
        raise EmptyFileError(file)
    return Contents(file, text)


def decode(content: bytes, file: str, charset: str = "") -> str:
    """Return the text: byte order mark, declared charset, UTF-8, cp932 in Japan, else cp1252 (settlements.md §1.1).

    Raises:
        NotTextError: If none of them fits, or the bytes hold characters that no text has.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :] if encoding == "utf-8" else content, encoding, file)
    if b"\0" in content:
        raise NotTextError(file, "it holds zero bytes")
    for encoding in _encodings(content, charset):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _decoded(content, "cp1252", file)


def _encodings(content: bytes, charset: str) -> Iterator[str]:
    declared = _python_name(charset)
    if declared:
        yield declared
    yield "utf-8"
    if _JAPANESE_MARKETPLACE.search(content):
        yield "cp932"


def _python_name(charset: str) -> str:
    if not charset:
        return ""
    try:
        found = codecs.lookup(charset.strip("\"' ")).name
    except LookupError:
        return ""
    return _MEANT.get(found, found)


def _decoded(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"line {line} has a byte that the encoding {encoding} does not know"
        raise NotTextError(file, reason) from error


def unpacked(content: bytes, file: str) -> bytes:
    """Return the bytes of a file, taken out of the zip or gzip that it may be in.

    Raises:
        ArchiveError: If the archive is damaged, or holds other than one file.
        SpreadsheetGivenError: If it is an Excel workbook.
    """
    if content.startswith(b"PK\x03\x04"):
        return _unzip(content, file)
    if content.startswith(b"\x1f\x8b"):
        return _gunzip(content, file)
    return content


def _unzip(content: bytes, file: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
            if any(member.filename == "[Content_Types].xml" for member in members):
                raise SpreadsheetGivenError(file)
            if len(members) != 1:
                raise ArchiveError(file, f"this zip holds {len(members)} files where one is expected")
            with archive.open(members[0]) as member:
                return _at_most(member.read(LARGEST + 1), file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(file, f"this zip cannot be unpacked ({error})") from error


def _gunzip(content: bytes, file: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as plain:
            return _at_most(plain.read(LARGEST + 1), file)
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(file, f"this gzip file cannot be unpacked ({error})") from error


def _at_most(content: bytes, file: str) -> bytes:
    if len(content) > LARGEST:
        raise ArchiveError(file, f"what is packed in it is larger than {LARGEST // 1_000_000} million bytes")
    return content
