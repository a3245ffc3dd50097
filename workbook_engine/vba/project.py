"""The whole vbaProject.bin: module streams, `dir`, PROJECT and PROJECTwm in one compound file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.vba.compound_file import write_compound_file
from workbook_engine.vba.compression import compress
from workbook_engine.vba.directory import directory, usual_references
from workbook_engine.vba.modules import WESTERN, Module, ModuleError, ModuleKind, codec_of
from workbook_engine.vba.reading import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

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
