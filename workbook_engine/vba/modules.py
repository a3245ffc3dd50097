"""A VBA module as text, with the lines that a stored module must begin with."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

WESTERN = 1252
CODE_PAGE = f"cp{WESTERN}"
_CODECS = {10000: "mac_roman", 65001: "utf-8"}
_MAX_NAME = 31
_MAX_LINE = 1023
_MAX_CONTINUATIONS = 24
_ATTRIBUTE = re.compile(r"Attribute (VB_\w+) = (.*)")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def codec_of(code_page: int) -> str:
    """Return Python's name of a code page by its number."""
    return _CODECS.get(code_page, f"cp{code_page}")


class ModuleKind(Enum):
    """What a module belongs to, and the class identifier that a stored module of this kind names."""

    PROCEDURAL = ""
    WORKBOOK = "0{00020819-0000-0000-C000-000000000046}"
    WORKSHEET = "0{00020820-0000-0000-C000-000000000046}"
    CHART_SHEET = "0{00020821-0000-0000-C000-000000000046}"
    CLASS = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"

    @property
    def is_document(self) -> bool:
        """Return whether the module belongs to the workbook or to a sheet of it."""
        return self in (ModuleKind.WORKBOOK, ModuleKind.WORKSHEET, ModuleKind.CHART_SHEET)


class ModuleError(Exception):
    """A module's text cannot be stored, or Excel would not read it."""

    def __init__(self, module: str, line: int, what: str) -> None:
        super().__init__(f"VBA module {module}, line {line}: {what}")


@dataclass(frozen=True, slots=True)
class Module:
    """One module as it is stored."""

    name: str
    kind: ModuleKind
    source: str
    """Text with CRLF line ends, the `Attribute` lines first."""

    def encoded(self, codec: str = CODE_PAGE) -> bytes:
        """Return the text in the project's code page."""
        return self.source.encode(codec)


def module_of_text(name: str, kind: ModuleKind, text: str) -> Module:
    """Make a module of an exported file's text, or of a document module's code alone.

    Args:
        name: The module's name; of a document module also the code name of workbook or sheet.
        kind: What it is.
        text: As exported (.bas, .cls), any line ends. `Attribute` lines that the text has are kept; those that a
            stored module needs and an exported one lacks are added.

    Raises:
        ModuleError: If the name, a line's length, its continuations or a character would not survive in Excel.
    """
    lines = _without_export_header(text.splitlines())
    attributes = {key: value for key, value in map(_attribute, lines) if key} | {"VB_Name": f'"{name}"'}
    # Excel writes these in this order, whatever the order of the file it imported.
    ordered = {key: attributes.pop(key, value) for key, value in _defaults(name, kind).items()} | attributes
    head = [f"Attribute {key} = {value}" for key, value in ordered.items()]
    body = [line for line in lines if not _attribute(line)[0]]
    module = Module(name, kind, "".join(f"{line}\r\n" for line in (*head, *body)))
    _check(module)
    return module


def _without_export_header(lines: list[str]) -> list[str]:
    if lines and lines[0].startswith("VERSION "):
        return lines[lines.index("END") + 1 :]
    return lines


def _attribute(line: str) -> tuple[str, str]:
    """Return key and value of an attribute of the module itself; those of its procedures have the procedure's name."""
    match = _ATTRIBUTE.fullmatch(line)
    return (match[1], match[2]) if match else ("", "")


def _defaults(name: str, kind: ModuleKind) -> dict[str, str]:
    named = {"VB_Name": f'"{name}"'}
    if kind is ModuleKind.PROCEDURAL:
        return named
    flags = {
        "VB_GlobalNameSpace": False,
        "VB_Creatable": False,
        "VB_PredeclaredId": kind.is_document,
        "VB_Exposed": kind.is_document,
        "VB_TemplateDerived": False,
        "VB_Customizable": kind.is_document,
    }
    return named | {"VB_Base": f'"{kind.value}"'} | {key: str(value) for key, value in flags.items()}


def _check(module: Module) -> None:
    if not _NAME.fullmatch(module.name) or len(module.name) > _MAX_NAME:
        raise ModuleError(module.name, 1, f"the name must be letters, digits and _, at most {_MAX_NAME}")
    continued = 0
    for number, line in enumerate(module.source.split("\r\n"), start=1):
        try:
            line.encode(CODE_PAGE)
        except UnicodeEncodeError as error:
            sign = line[error.start]
            raise ModuleError(module.name, number, f"{sign!r} is not in code page {CODE_PAGE}") from error
        continued = continued + 1 if line.endswith(" _") else 0
        if len(line) > _MAX_LINE or continued > _MAX_CONTINUATIONS:
            raise ModuleError(module.name, number, "the line is longer, or continued more often, than VBA takes")


_ANY_ATTRIBUTE = re.compile(r"\s*Attribute [\w.]+ = ", re.IGNORECASE)
_FINGERPRINT_LENGTH = 16


def fingerprint(source: str) -> str:
    """Return the fingerprint of a module's text; attributes, blanks and capitals do not count.

    Excel's editor changes capitals in the whole project when somebody types a name in other ones, and sets its own
    blanks.
    """
    lines = (line for line in source.splitlines() if not _ANY_ATTRIBUTE.match(line))
    return hashlib.sha256("".join("".join(lines).split()).casefold().encode()).hexdigest()[:_FINGERPRINT_LENGTH]
