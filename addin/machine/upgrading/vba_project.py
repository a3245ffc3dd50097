"""Which VBA an upgraded workbook has: the template's, with the user's own modules and one for each of its sheets."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import WorkbookError
from workbook_engine.vba import Module, ModuleKind, Project, rewrite_project
from workbook_engine.vba.modules import fingerprint, module_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FINGERPRINT_LINE = "' Module "
TABLE_MODULE = "RibbonTable"

_LINE = re.compile(rf"^{FINGERPRINT_LINE}(\w+) ([0-9a-f]+)\s*$", re.MULTILINE)
_VERSION = re.compile(r'TEMPLATE_VERSION As String = "([^"]*)"', re.IGNORECASE)


class FormsInProjectError(WorkbookError):
    """The workbook's VBA has something that cannot be carried over."""

    def __init__(self, book: str, forms: tuple[str, ...]) -> None:
        super().__init__(
            f"The VBA of {book} has forms of your own ({', '.join(forms)}), which cannot be carried over here. Nothing "
            f"was changed. In Excel press Alt+F11, export them (File > Export File), remove them, upgrade, and import "
            f"them again."
        )


class ModuleNameTakenError(WorkbookError):
    """A module of the user's has the name of a new one of ours."""

    def __init__(self, book: str, names: list[str]) -> None:
        super().__init__(
            f"The VBA of {book} has modules of your own whose names this version needs: {', '.join(names)}. "
            f"Nothing was changed. In Excel press Alt+F11, give them other names, save, close and upgrade again."
        )


@dataclass(frozen=True, slots=True)
class UpgradedProject:
    """A workbook's new VBA, and what became of the old one."""

    content: bytes
    """Bytes of the vbaProject.bin; empty where nothing changes."""
    same: bool
    """Whether the old one says the same already."""
    own_modules: tuple[str, ...]
    """The user's own modules, which are in the new one too."""
    lost_changes: tuple[str, ...]
    """Modules of Cogsheet that somebody had changed; what was typed there is not in the new one."""


def version_of(project: Project) -> str | None:
    """Return the version of Cogsheet that a workbook's VBA belongs to; `None` where it does not say."""
    table = project.module(TABLE_MODULE)
    match = _VERSION.search(table.source) if table else None
    return match[1] if match else None


def upgraded(book: str, old: Project, new: Project, sheets: Mapping[str, ModuleKind], workbook: str) -> UpgradedProject:
    """Make the VBA of an upgraded workbook.

    Args:
        book: The workbook's name, for messages.
        old: Its VBA.
        new: The template's VBA.
        sheets: The code names of its sheets and what they are.
        workbook: Its own code name.

    Raises:
        FormsInProjectError: If it has forms.
        ModuleNameTakenError: If a module of the user's has a name of ours.
    """
    if old.forms:
        raise FormsInProjectError(book, old.forms)
    known = _fingerprints(old) or {module.name.lower(): "" for module in new.modules}
    own = [module for module in _standard(old) if module.name.lower() not in {*known, TABLE_MODULE.lower()}]
    taken = {module.name.lower() for module in _standard(new)}
    clashes = [module.name for module in own if module.name.lower() in taken]
    if clashes:
        raise ModuleNameTakenError(book, clashes)
    modules = [*_documents(old, new, sheets, workbook), *_standard(new), *own]
    same = {_identity(module) for module in modules} == {_identity(module) for module in old.modules}
    return UpgradedProject(
        b"" if same else rewrite_project(modules, old.origin),
        same=same,
        own_modules=tuple(module.name for module in own),
        lost_changes=tuple(_changed(old, known, workbook)),
    )


def _documents(old: Project, new: Project, sheets: Mapping[str, ModuleKind], workbook: str) -> Iterator[Module]:
    """Yield the modules of workbook and sheets: ours for the workbook, the user's own code behind sheets."""
    template = next(module for module in new.modules if module.kind is ModuleKind.WORKBOOK)
    yield module_of_text(workbook, ModuleKind.WORKBOOK, _code(template))
    for name, kind in sheets.items():
        present = old.module(name)
        yield replace(present, name=name) if present else module_of_text(name, kind, "Option Explicit\n")


def _standard(project: Project) -> list[Module]:
    return [module for module in project.modules if not module.kind.is_document]


def _code(module: Module) -> str:
    lines = module.source.splitlines()
    return "".join(f"{line}\n" for line in lines if not line.startswith("Attribute VB_"))


def _fingerprints(project: Project) -> dict[str, str]:
    table = project.module(TABLE_MODULE)
    return {name.lower(): mark for name, mark in _LINE.findall(table.source.replace("\r\n", "\n"))} if table else {}


def _changed(old: Project, known: Mapping[str, str], workbook: str) -> Iterator[str]:
    """Yield the modules of ours that are no longer as they left the builder."""
    for module in old.modules:
        name = "thisworkbook" if module.name.lower() == workbook.lower() else module.name.lower()
        if known.get(name) and known[name] != fingerprint(module.source):
            yield module.name


def _identity(module: Module) -> tuple[str, ModuleKind, str]:
    return module.name.lower(), module.kind, fingerprint(module.source)
