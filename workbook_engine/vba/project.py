"""The whole vbaProject.bin: module streams, `dir`, PROJECT and PROJECTwm in one compound file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.vba.compound_file import write_compound_file
from workbook_engine.vba.compression import compress
from workbook_engine.vba.modules import CODE_PAGE, WESTERN, Module, ModuleError, ModuleKind, codec_of
from workbook_engine.vba.reading import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIN64 = 3
_ENGLISH_US = 0x0409
_NO_COOKIE = 0xFFFF

REFERENCES = (
    (
        "stdole",
        r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    ),
    (
        "Office",
        (
            r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
            r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
        ),
    ),
)
"""The type libraries of every Excel project; Excel finds them by their ids, the paths are hints."""


def directory(
    project: str, modules: Sequence[Module], *, references: bytes | None = None, code_page: int = WESTERN
) -> bytes:
    """Return the records of a project and its modules.

    Args:
        project: Its name, of plain letters.
        modules: Its modules.
        references: The records of other type libraries than the usual ones.
        code_page: In which names are written beside their Unicode form.
    """
    records = [
        _record(0x0001, _number(_WIN64, 4)),
        _record(0x0002, _number(_ENGLISH_US, 4)),
        _record(0x0014, _number(_ENGLISH_US, 4)),
        _record(0x0003, _number(code_page, 2)),
        _record(0x0004, _text(project)),
        _both(0x0005, 0x0040, ""),
        _record(0x0006, b"") + _record(0x003D, b""),
        _record(0x0007, _number(0, 4)),
        _record(0x0008, _number(0, 4)),
        # The size of this record does not count the minor version behind it.
        _record(0x0009, _number(1, 4)) + _number(1, 2),
        _both(0x000C, 0x003C, ""),
        usual_references() if references is None else references,
        _record(0x000F, _number(len(modules), 2)),
        _record(0x0013, _number(_NO_COOKIE, 2)),
        *(_module(module, codec_of(code_page)) for module in modules),
        _record(0x0010, b""),
    ]
    return b"".join(records)


def usual_references() -> bytes:
    """Return the records of the type libraries that every Excel project has."""
    return b"".join(_reference(name, library) for name, library in REFERENCES)


def _module(module: Module, codec: str) -> bytes:
    procedural = module.kind is ModuleKind.PROCEDURAL
    return b"".join(
        (
            _both(0x0019, 0x0047, module.name, codec),
            _both(0x001A, 0x0032, module.name, codec),
            _both(0x001C, 0x0048, ""),
            _record(0x0031, _number(0, 4)),
            _record(0x001E, _number(0, 4)),
            _record(0x002C, _number(_NO_COOKIE, 2)),
            _record(0x0021 if procedural else 0x0022, b""),
            _record(0x002B, b""),
        )
    )


def _reference(name: str, library: str) -> bytes:
    registered = _number(len(library), 4) + _text(library) + _number(0, 4) + _number(0, 2)
    return _both(0x0016, 0x003E, name) + _record(0x000D, registered)


def _both(identifier: int, unicode_identifier: int, text: str, codec: str = CODE_PAGE) -> bytes:
    return _record(identifier, text.encode(codec)) + _record(unicode_identifier, text.encode("utf-16-le"))


def _record(identifier: int, content: bytes) -> bytes:
    return _number(identifier, 2) + _number(len(content), 4) + content


def _text(text: str) -> bytes:
    return text.encode(CODE_PAGE)


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


PROJECT_NAME = "VBAProject"
_SOURCES_ONLY = bytes.fromhex("CC61FFFF000000")
"""The stream _VBA_PROJECT of a project without performance cache (2.3.4.1)."""
_HOST = "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"
_SEED = 0x8D


def write_project(modules: Sequence[Module], project_id: str) -> bytes:
    """Return the bytes of a new vbaProject.bin, the same for the same arguments.

    Args:
        modules: All modules, with one document module per sheet and one for the workbook.
        project_id: A GUID in braces; Excel tells projects apart by it.

    Raises:
        ModuleError: If two modules have the same name in any spelling.
    """
    protection = (
        f'ID="{project_id}"',
        f'CMG="{encrypt(bytes(4), project_id, _SEED)}"',
        f'DPB="{encrypt(bytes(1), project_id, _SEED)}"',
        f'GC="{encrypt(bytes([0xFF]), project_id, _SEED)}"',
    )
    return rewrite_project(modules, Origin(protection, usual_references(), WESTERN))


def rewrite_project(modules: Sequence[Module], origin: Origin) -> bytes:
    """Return the bytes of a vbaProject.bin that keeps another one's id, password, type libraries and code page.

    Raises:
        ModuleError: If two modules have the same name in any spelling.
        UnicodeEncodeError: If a text has characters that are not in the code page.
    """
    _check_names(modules)
    codec = codec_of(origin.code_page)
    code = {module.name: compress(module.encoded(codec)) for module in modules}
    records = directory(PROJECT_NAME, modules, references=origin.references, code_page=origin.code_page)
    vba = {"_VBA_PROJECT": _SOURCES_ONLY, "dir": compress(records), **code}
    project = _project(modules, origin.protection).encode(codec)
    return write_compound_file({"VBA": vba, "PROJECT": project, "PROJECTwm": _names(modules, codec)})


def _check_names(modules: Sequence[Module]) -> None:
    taken = {PROJECT_NAME.lower(), "dir", "_vba_project"}
    for module in modules:
        if module.name.lower() in taken:
            raise ModuleError(module.name, 1, "the name is taken already")
        taken.add(module.name.lower())


def _project(modules: Sequence[Module], protection: Sequence[str]) -> str:
    identity, *secrets = sorted(protection, key=lambda line: not line.startswith("ID="))
    lines = [
        identity,
        *(_declaration(module) for module in modules),
        f'Name="{PROJECT_NAME}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        *secrets,
        "",
        "[Host Extender Info]",
        _HOST,
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _declaration(module: Module) -> str:
    if module.kind.is_document:
        return f"Document={module.name}/&H00000000"
    return f"{'Class' if module.kind is ModuleKind.CLASS else 'Module'}={module.name}"


def _names(modules: Sequence[Module], codec: str) -> bytes:
    """Return the stream that gives each name in both encodings (2.3.3)."""
    pairs = (module.name.encode(codec) + b"\0" + module.name.encode("utf-16-le") + b"\0\0" for module in modules)
    return b"".join(pairs) + b"\0\0"


_ENCRYPTION_VERSION = 2
_IGNORED = 0x07


def encrypt(data: bytes, project_id: str, seed: int) -> str:
    """Return the data as the obfuscated, hexadecimal text of a PROJECT stream ([MS-OVBA] 2.4.3.2).

    Args:
        data: What is to be hidden.
        project_id: The project's id with its braces; the key comes from it.
        seed: Any byte; the same seed gives the same text.
    """
    key = sum(project_id.encode("ascii")) & 0xFF
    written = [seed, seed ^ _ENCRYPTION_VERSION, seed ^ key]
    plain = [key]
    ignored = [_IGNORED] * ((seed & 6) // 2)
    for byte in (*ignored, *len(data).to_bytes(4, "little"), *data):
        written.append(byte ^ (written[-2] + plain[-1]) & 0xFF)
        plain.append(byte)
    return bytes(written).hex().upper()
