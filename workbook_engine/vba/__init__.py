"""Writes a workbook's VBA project from module texts, and reads one ([MS-OVBA], [MS-CFB]); knows nothing of Cogsheet.

The project holds sources only, no compiled code: [MS-OVBA] 2.3.4.1 lets a writer leave the performance cache out, and
Excel compiles when it opens the file.
"""

from __future__ import annotations

from workbook_engine.vba.modules import Module, ModuleError, ModuleKind
from workbook_engine.vba.project import rewrite_project, write_project
from workbook_engine.vba.reading import Project, UnreadableProjectError, read_project

__all__ = [
    "Module",
    "ModuleError",
    "ModuleKind",
    "Project",
    "UnreadableProjectError",
    "read_project",
    "rewrite_project",
    "write_project",
]
