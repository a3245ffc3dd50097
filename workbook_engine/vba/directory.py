"""The `dir` stream: information, references and modules of a project ([MS-OVBA] 2.3.4.2), not yet compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine.vba.modules import CODE_PAGE, WESTERN, ModuleKind, codec_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbook_engine.vba.modules import Module

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
