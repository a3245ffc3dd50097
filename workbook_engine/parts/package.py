"""The workbook file as a package of parts in a zip archive: read, related, typed, and saved whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import posixpath
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine.errors import (
    EncryptedWorkbookError,
    ExternallyChangedError,
    NotAWorkbookError,
    OpenElsewhereError,
    WorkbookMissingError,
)
from workbook_engine.parts.open_marks import refuse_if_open
from workbook_engine.parts.packing import PackedPart, PackedPiece, pack, unpack
from workbook_engine.parts.xml_text import DECLARATION, Document, Element, UnsafeXmlError, decode_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_UTF8_NAME = 0x800
_SIZE_FOLLOWS = 0x8
_ENCRYPTED = 0x1
_LIMIT = 0xFFFFFFFF


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


def rewrite(
    original: bytes, infos: list[zipfile.ZipInfo], changed: Mapping[str, PackedPart], removed: set[str]
) -> bytes:
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
            directory.append(_write_raw(out, info, [_raw_data(original, info)]))
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


def _write_new(out: io.BytesIO, name: str, packed: PackedPart, external: int) -> bytes:
    info = zipfile.ZipInfo(name, _FIXED_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = external
    info.create_system = 0
    info.CRC, info.file_size, info.compress_size = packed.checksum, packed.size, packed.length
    return _write_raw(out, info, packed.pieces)


def _write_raw(out: io.BytesIO, info: zipfile.ZipInfo, pieces: Sequence[bytes]) -> bytes:
    offset, length = out.tell(), sum(map(len, pieces))
    if max(offset + length, info.file_size) >= _LIMIT:
        raise zipfile.LargeZipFile("a workbook of more than 4 GB")
    name = info.filename.encode()
    flags = (info.flag_bits & ~_SIZE_FOLLOWS) | (0 if name.isascii() else _UTF8_NAME)
    year, month, day, hour, minute, second = info.date_time
    date = (year - 1980) << 9 | month << 5 | day
    time = hour << 11 | minute << 5 | second // 2
    common = (flags, info.compress_type, time, date, info.CRC, length, info.file_size, len(name))
    out.write(_LOCAL.pack(b"PK\3\4", 20, *common, 0) + name)
    out.writelines(pieces)
    made_by = info.create_version | info.create_system << 8
    attributes = (0, len(info.comment), 0, info.internal_attr, info.external_attr, offset)
    return _CENTRAL.pack(b"PK\1\2", made_by, 20, *common, *attributes) + name + info.comment


_OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST_PART = 1_000_000_000
_LARGEST_FILE = 1_000_000_000
_PACKED_AT_MOST, _PACKED_FREELY = 400, 50_000_000
"""How many times smaller a part may be in the file, and up to which size that does no harm: sheets are packed 5 to 60
times, what is made to fill the memory a thousand times."""
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPREADSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ROOT = re.compile(r"<([\w.-]+):[\w.-]+[^>]*?>")


class Relation(NamedTuple):
    """One relation of a part; `kind` is the last piece of its type."""

    id: str
    kind: str
    target: str
    """Part name, or the address itself where it is external."""
    external: bool


class Package:
    """The parts of one workbook file; nothing reaches the disk before `save`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._original = _read(path)
        self._digest = hashlib.sha256(self._original).digest()
        try:
            self._infos = read_infos(self._original)
            self._archive = zipfile.ZipFile(io.BytesIO(self._original))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise NotAWorkbookError(path, f"it is damaged or of another kind ({error})") from error
        self._names = {info.filename.lower(): info.filename for info in self._infos}
        self._changed: dict[str, PackedPart] = {}
        self._removed: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return list(self._names.values())

    def read(self, name: str) -> bytes:
        """Return the bytes of a part.

        Raises:
            NotAWorkbookError: If it is missing or damaged.
        """
        stored = self._names.get(name.lower())
        if stored is None:
            raise NotAWorkbookError(self.path, f"its part {name} is missing")
        if stored in self._changed:
            return unpack(self._changed[stored])
        info = next(info for info in self._infos if info.filename == stored)
        if info.file_size > _LARGEST_PART:
            raise NotAWorkbookError(
                self.path, f"its part {name} has more than {_LARGEST_PART // 1_000_000:,} million bytes"
            )
        if info.file_size > max(_PACKED_FREELY, info.compress_size * _PACKED_AT_MOST):
            raise NotAWorkbookError(
                self.path, f"its part {name} is far larger than what it is packed in, as no sheet is"
            )
        try:
            return self._archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise NotAWorkbookError(self.path, f"its part {name} is damaged ({error})") from error

    def text(self, name: str) -> str:
        """Return the checked text of an XML part, its own namespace without a prefix."""
        try:
            return without_prefix(decode_xml(self.read(name)))
        except (UnsafeXmlError, UnicodeDecodeError, LookupError) as error:
            raise NotAWorkbookError(self.path, f"its part {name} cannot be read: {error}") from error

    def document(self, name: str) -> Document:
        """Return an XML part as a tree."""
        return Document(self.text(name))

    def write(self, name: str, data: bytes) -> None:
        """Replace or add a part."""
        self.write_chunks(name, [data])

    def write_chunks(self, name: str, chunks: Iterable[bytes | PackedPiece]) -> None:
        """Replace or add a part that is made piece by piece."""
        stored = self._names.setdefault(name.lower(), name)
        self._removed.discard(stored)
        self._changed[stored] = pack(chunks)

    def remove(self, name: str) -> None:
        """Remove a part, its relations and its type."""
        for part in (name, relations_name(name)):
            stored = self._names.pop(part.lower(), None)
            if stored is not None:
                self._changed.pop(stored, None)
                self._removed.add(stored)
        types = self.document("[Content_Types].xml")
        for override in types.root.all("Override"):
            if override.get("PartName").lower() == f"/{name}".lower():
                types.root.remove(override)
                self.write("[Content_Types].xml", types.to_bytes())

    def new_name(self, pattern: str) -> str:
        """Return the first free part name of a pattern such as `xl/worksheets/sheet{}.xml`."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    # relations and types

    def relations(self, part: str) -> list[Relation]:
        """Return the relations of a part (`""` is the package)."""
        name = relations_name(part)
        if name not in self:
            return []
        return [_relation(part, element) for element in self.document(name).root.elements]

    def relate(self, part: str, type_url: str, target: str, *, external: bool = False) -> str:
        """Add a relation and return its id."""
        name = relations_name(part)
        blank = f'{DECLARATION}<Relationships xmlns="{_RELATIONS}"></Relationships>'
        document = self.document(name) if name in self else Document(blank)
        taken = {element.get("Id") for element in document.root.elements}
        number = next(number for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        attributes = {"Id": f"rId{number}", "Type": type_url}
        attributes["Target"] = target if external else posixpath.relpath(target, posixpath.dirname(part) or ".")
        document.root.append(Element("Relationship", attributes | ({"TargetMode": "External"} if external else {})))
        self.write(name, document.to_bytes())
        return attributes["Id"]

    def unrelate(self, part: str, relation_id: str) -> None:
        """Remove a relation of a part."""
        document = self.document(relations_name(part))
        for element in document.root.elements:
            if element.get("Id") == relation_id:
                document.root.remove(element)
        self.write(relations_name(part), document.to_bytes())

    def content_type(self, part: str) -> str:
        """Return the content type of a part."""
        root = self.document("[Content_Types].xml").root
        for override in root.all("Override"):
            if override.get("PartName").lower() == f"/{part}".lower():
                return override.get("ContentType")
        suffix = part.rpartition(".")[2].lower()
        defaults = {default.get("Extension").lower(): default.get("ContentType") for default in root.all("Default")}
        return defaults.get(suffix, "")

    def add_content_type(self, part: str, content_type: str) -> None:
        """Declare the content type of a new part."""
        document = self.document("[Content_Types].xml")
        document.root.append(Element("Override", {"PartName": f"/{part}", "ContentType": content_type}))
        self.write("[Content_Types].xml", document.to_bytes())

    # saving

    def save(self, path: Path | None = None) -> None:
        """Write the package in place of the file it was read from, or to another place, all or nothing.

        Raises:
            OpenElsewhereError: If another program holds the file.
            ExternallyChangedError: If the file is no longer the one that was opened.
        """
        target = path or self.path
        data = rewrite(self._original, self._infos, self._changed, self._removed)
        if target.exists():
            refuse_if_open(target)
        with _temporary_file(target, data) as temporary:
            if target == self.path:
                self._refuse_if_changed()
            try:
                temporary.replace(target)
            except PermissionError as error:
                raise OpenElsewhereError(target, f"the system says: {error.strerror}") from error
        self._adopt(target, data)

    def _refuse_if_changed(self) -> None:
        try:
            now = hashlib.sha256(self.path.read_bytes()).digest()
        except FileNotFoundError as error:
            raise ExternallyChangedError(self.path) from error
        if now != self._digest:
            raise ExternallyChangedError(self.path)

    def _adopt(self, path: Path, data: bytes) -> None:
        self.path, self._original, self._digest = path, data, hashlib.sha256(data).digest()
        self._infos = read_infos(data)
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._changed, self._removed = {}, set()


def without_prefix(text: str) -> str:
    """Return XML whose root namespace is the default one, as Excel writes it; some programs give it a prefix."""
    root = _ROOT.search(text)
    if root is None or "<?" in root[0]:
        return text
    prefix = root[1]
    declared = re.search(rf"\sxmlns:{re.escape(prefix)}\s*=\s*(\"[^\"]*\"|'[^']*')", root[0])
    if declared is None or re.search(r"\sxmlns\s*=", text):
        return text
    head = root[0].replace(declared[0], f"{declared[0]} xmlns={declared[1]}")
    return re.sub(rf"(</?){re.escape(prefix)}:", r"\1", text.replace(root[0], head, 1))


def relations_name(part: str) -> str:
    """Return the name of the part that holds a part's relations."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relation(part: str, element: Element) -> Relation:
    target, external = element.get("Target"), element.get("TargetMode") == "External"
    if not external:
        target = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(part), target)
        target = posixpath.normpath(target)
    return Relation(element.get("Id"), element.get("Type").rpartition("/")[2], target, external)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise WorkbookMissingError(path)
    if path.stat().st_size > _LARGEST_FILE:
        raise NotAWorkbookError(path, f"it has more than {_LARGEST_FILE // 1_000_000:,} million bytes")
    refuse_if_open(path)
    try:
        with path.open("r+b") as file:  # for writing too: the system refuses what another program holds
            data = file.read()
    except PermissionError as error:
        raise OpenElsewhereError(path, f"or it is read-only; the system says: {error.strerror}") from error
    if data.startswith(_OLE_HEADER):
        raise EncryptedWorkbookError(path)
    return data


@contextlib.contextmanager
def _temporary_file(target: Path, data: bytes) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".cogsheet-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, name)
        else:
            Path(name).chmod(0o644)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
