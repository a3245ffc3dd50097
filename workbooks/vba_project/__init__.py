"""Writes a workbook's VBA project from module texts ([MS-OVBA], [MS-CFB]); knows nothing of Cogsheet.

The project holds sources only, no compiled code: [MS-OVBA] 2.3.4.1 lets a writer leave the performance cache out, and
Excel compiles when it opens the file.
"""

from __future__ import annotations

from workbooks.vba_project.modules import Module, ModuleError, ModuleKind
from workbooks.vba_project.project import write_project

__all__ = ["Module", "ModuleError", "ModuleKind", "write_project"]
