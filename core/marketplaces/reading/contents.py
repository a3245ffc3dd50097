"""From the bytes of a file to its text: unpacking, encodings, and what is no settlement file at all."""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING

import numpy as np
import pyarrow as pa

from core.marketplaces.errors import ArchiveError, EmptyFileError, NotTextError, SpreadsheetGivenError
from core.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 200_000_000
"""Bytes a file may have unpacked; the largest settlement known has 11 million (docs/design/marketplaces.md)."""

_PACKED_AT_MOST, _PACKED_FREELY = 400, 50_000_000
"""How many times smaller a file may be in its archive, and up to which size that does no harm: settlements are packed
5 to 30 times, equal rows 300 times, what is made to fill the memory a thousand times."""

LONGEST_TEXT = 32_767
"""Characters that a cell of a sheet holds; no id, SKU or word of a marketplace comes near."""

TOO_LONG = f"has more than {LONGEST_TEXT:,} characters, which no cell of a sheet holds"

_HEAD = 65_536
"""Characters that tell the format of a file, whatever its size."""

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
_WIDE = ("utf-16", "utf-32")
"""Told by the bytes themselves; where they say no, the sender's word would make Chinese of an English file."""
_OLE2 = b"\xd0\xcf\x11\xe0"  # .xls


_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_ARCHIVES_IN_EACH_OTHER = 3
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,  # a damaged directory sends the reader to a place before the file; a name that is no UTF-8
)
"""What Python's readers of archives raise over a damaged one."""
_BINARY = 100
"""One zero byte in so many: a program or picture. Fewer are damage in a text, which a table can name with its place."""

_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_FIRST_LETTER, _DELETE = 0x20, 0x7F
_ALLOWED = (0x09, 0x0A, 0x0D)
"""Bytes below the first letter that a text may hold."""
_FIRST_OF_MARKS = b"\xef"
"""The byte that marks of byte order and what is no character begin with; one byte is found at once, three are not."""
_BLOCK = 1 << 18
_CONTROL_BY_NUMBER = {
    "<": re.compile(
        "()&#(?:0*(?:0|[1-8]|1[124-9]|2[0-9]|3[01]|6553[45])"
        "|[xX]0*(?:0|[1-8bcBC]|[eE]|[fF]|1[0-9a-fA-F]|[fF]{3}[eEfF]));"
    ),
    "{": re.compile(r"((?<!\\)(?:\\\\)*)\\(?:[bf]|u00(?:0[1-8bcefBCEF]|1[0-9a-fA-F]|7[fF])|u[fF]{3}[eEfF])"),
}
"""The same characters as XML and JSON write them (`&#31;`, `\\u001f`), by how such a file begins."""
_WRITTEN_BY_NUMBER = {b"<": (b"&#",), b"{": (rb"\b", rb"\f", rb"\u")}
"""What such a file must have for that, by how it begins."""
_PLACES_NAMED = 5
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character of UTF-16, which no file can be written with."""


@dataclass(frozen=True)
class Contents:
    """The text of one file and the name it goes by in messages."""

    name: str
    encoded: bytes
    """In UTF-8; of a file that came so, the very bytes that came."""
    notes: tuple[Problem, ...] = ()
    """What was left out of the text."""

    @cached_property
    def text(self) -> str:
        """Return the text; made only where it is asked for, since a table by columns needs the bytes alone."""
        return self.encoded.decode()

    @cached_property
    def head(self) -> Contents:
        """Return the lines that begin in the first 64 KiB, by which a format is told; itself where it is shorter."""
        if len(self.encoded) <= _HEAD:
            return self
        end = self.encoded.rfind(b"\n", 0, _HEAD)
        return Contents(self.name, self.encoded[: end + 1]) if end >= 0 else self

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines, whichever of the three line ends the file uses; first line = index 0."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def open_contents(content: bytes, name: str = "", charset: str = "") -> Contents:
    """Unpack and decode a file.

    Control characters, which neither a sheet nor an XML file can hold, are left out and said in `Contents.notes`;
    marks of byte order inside the text, where two files were joined, are left out silently.

    Args:
        content: The bytes as the marketplace sent them; a zip or gzip of one file is unpacked.
        name: The file's name, for messages only.
        charset: What the sender declared, if it did.

    Raises:
        UnreadableFileError: If it is empty, a workbook, an archive of several files, or no text.
    """
    file = name or "The file"
    plain = unpacked(content, file)
    if not _has_text(plain):
        raise EmptyFileError(file)
    if plain.startswith(_OLE2):
        raise SpreadsheetGivenError(file)
    unmarked = plain.removeprefix(codecs.BOM_UTF8)
    if _python_name(charset) in ("", "utf-8") and _has_text(unmarked) and _is_clean(unmarked):
        return Contents(file, unmarked)
    text = decode(plain, file, charset).replace("\ufeff", "")
    if not text.strip():
        raise EmptyFileError(file)
    if _LONE_SURROGATE.search(text):
        raise NotTextError(file, "it holds halves of characters")
    return _without_control_characters(Contents(file, text.encode()))


def _has_text(content: bytes) -> bool:
    return bool(content[:_BLOCK].strip() or content.strip())


def _is_clean(content: bytes) -> bool:
    """Tell whether a file is UTF-8 with nothing to leave out, by blocks of bytes: a tenth of a pattern's time.

    Control characters that XML or JSON may write by number are told by a pattern, where anything is written so.
    """
    numbered = _WRITTEN_BY_NUMBER.get(content[:_BLOCK].lstrip()[:1], ())
    if any(mark in content for mark in numbered) or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    characters = np.frombuffer(content, np.uint8)
    blocks = (characters[start : start + _BLOCK] for start in range(0, len(characters), _BLOCK))
    if any(map(_has_control_characters, blocks)):
        return False
    if _FIRST_OF_MARKS in content and any(character.encode() in content for character in "\ufeff\ufffe\uffff"):
        return False
    ends = pa.py_buffer(np.array([0, len(content)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(content)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _has_control_characters(characters: np.ndarray) -> bool:
    allowed = sum(np.count_nonzero(characters == character) for character in _ALLOWED)
    return bool(np.count_nonzero(characters < _FIRST_LETTER) > allowed or (characters == _DELETE).any())


def _without_control_characters(contents: Contents) -> Contents:
    by_number = _CONTROL_BY_NUMBER.get(contents.text.lstrip()[:1])
    text, count = _CONTROL.subn("", contents.text)
    more = 0
    if by_number:
        text, more = by_number.subn(r"\1", text)
    if not count + more:
        return contents
    patterns = [_CONTROL, *([by_number] if by_number else [])]
    lines = [n for n, line in enumerate(contents.lines, start=1) if any(pattern.search(line) for pattern in patterns)]
    return Contents(contents.name, text.encode(), (_left_out(count + more, lines, contents.name),))


def _left_out(count: int, lines: list[int], file: str) -> Problem:
    named = ", ".join(map(str, lines[:_PLACES_NAMED])) + (" and others" if len(lines) > _PLACES_NAMED else "")
    what = "1 control character was" if count == 1 else f"{count} control characters were"
    message = f"{what} left out (line {named}): such characters are not text. Check the ids and SKUs on these lines."
    return Problem(Severity.NOTE, message, f"{file}, line {lines[0]}")


def decode(content: bytes, file: str, charset: str = "") -> str:
    """Return the text: byte order mark, declared charset, UTF-8, cp932 in Japan, else cp1252.

    Raises:
        NotTextError: If none of them fits, or the bytes are those of a program or picture.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :] if encoding == "utf-8" else content, encoding, file)
    if content.count(0) * _BINARY > len(content):
        return _decoded(content, _wide_encoding(content, file), file)
    for encoding in _encodings(content, charset):
        try:
            return content.decode(encoding)
        except UnicodeError:
            continue
    return _decoded(content, "cp1252", file)


def _wide_encoding(content: bytes, file: str) -> str:
    """Return the encoding of a text that has two bytes per character and no mark in front.

    Raises:
        NotTextError: If the zero bytes are not every second one, as in a program or picture.
    """
    zero_first, zero_second = content[::2].count(0), content[1::2].count(0)
    if zero_second > len(content) // 4 and not zero_first:
        return "utf-16-le"
    if zero_first > len(content) // 4 and not zero_second:
        return "utf-16-be"
    raise NotTextError(file, "it holds zero bytes")


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
        name = codecs.lookup(charset.strip("\"' ")).name
        with suppress(UnicodeError):
            b"a".decode(name)
    except (LookupError, ValueError):  # no such name, or one of a codec that makes no text (`base64`)
        return ""
    return "" if name.startswith(_WIDE) else _MEANT.get(name, name)


def _decoded(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"line {line} has a byte that the encoding {encoding} does not know"
        raise NotTextError(file, reason) from error


def unpacked(content: bytes, file: str, largest: int = LARGEST) -> bytes:
    """Return the bytes of a file, taken out of the zip or gzip that it may be in.

    Args:
        content: The bytes as they came.
        file: Its name, for messages.
        largest: How many bytes it may have unpacked; one that has more is not unpacked any further.

    Raises:
        ArchiveError: If the archive is damaged, locked or too large, or holds other than one file.
        SpreadsheetGivenError: If it is an Excel workbook.
    """
    for _ in range(_ARCHIVES_IN_EACH_OTHER):
        if content.startswith(_ZIP):
            content = _unzip(io.BytesIO(content), file, largest)
        elif content.startswith(_GZIP):
            content = _gunzip(io.BytesIO(content), file, largest)
        else:
            return content
    if content.startswith((_ZIP, _GZIP)):
        raise ArchiveError(file, "there are archives in the archive", "Unpack them and import the settlement file.")
    return content


def unpacked_document(document: IO[bytes], file: str, largest: int = LARGEST) -> bytes:
    """Return the bytes of a downloaded document as `unpacked` does, never more of it in memory than are read.

    Raises:
        ArchiveError: If the archive is damaged, locked or too large, or holds other than one file.
        SpreadsheetGivenError: If it is an Excel workbook.
    """
    beginning = document.read(len(_ZIP))
    document.seek(0)
    if beginning.startswith(_ZIP):
        return unpacked(_unzip(document, file, largest), file, largest)
    if beginning.startswith(_GZIP):
        return unpacked(_gunzip(document, file, largest), file, largest)
    content = document.read(largest + 1)
    if len(content) > largest:
        raise ArchiveError(file, f"it is larger than {largest // 1_000_000} million bytes", _SHORTER)
    return content


def _unzip(packed_file: IO[bytes], file: str, largest: int) -> bytes:
    try:
        most = _most(packed_file, largest)
        with zipfile.ZipFile(packed_file) as archive:
            member = _only_member(archive, file)
            if member.file_size > most:
                raise _too_large(file, most, largest)
            with archive.open(member) as packed:
                return _at_most(packed.read(most + 1), file, most, largest)
    except _DAMAGED as error:
        raise ArchiveError(file, "this zip cannot be unpacked: it is damaged or was cut off", _AGAIN) from error


def _only_member(archive: zipfile.ZipFile, file: str) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise SpreadsheetGivenError(file)
    if len(members) != 1:
        raise ArchiveError(file, f"this zip holds {len(members)} files where one is expected", _ONE_BY_ONE)
    if members[0].flag_bits & 1:
        raise ArchiveError(file, "this zip is locked with a password", "Unpack it and import the file that is in it.")
    return members[0]


def _gunzip(packed_file: IO[bytes], file: str, largest: int) -> bytes:
    try:
        most = _most(packed_file, largest)
        with gzip.open(packed_file) as plain:
            return _at_most(plain.read(most + 1), file, most, largest)
    except _DAMAGED as error:
        raise ArchiveError(file, "this gzip file cannot be unpacked: it is damaged or was cut off", _AGAIN) from error


_SHORTER = "A settlement is far smaller: download the report of a shorter period."
_AGAIN = "Download it from the marketplace again."
_ONE_BY_ONE = "Unpack it and import the settlement files in it one by one."


def _most(packed_file: IO[bytes], largest: int) -> int:
    """Return how many bytes may come out of an archive."""
    packed = packed_file.seek(0, io.SEEK_END)
    packed_file.seek(0)
    return min(largest, max(_PACKED_FREELY, packed * _PACKED_AT_MOST))


def _at_most(content: bytes, file: str, most: int, largest: int) -> bytes:
    if len(content) > most:
        raise _too_large(file, most, largest)
    return content


def _too_large(file: str, most: int, largest: int) -> ArchiveError:
    if most < largest:
        return ArchiveError(file, "what is packed in it is far larger than the archive, as no settlement is", _AGAIN)
    reason = f"what is packed in it is larger than {largest // 1_000_000} million bytes"
    return ArchiveError(file, reason, _SHORTER)
