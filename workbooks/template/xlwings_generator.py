"""Run xlwings' own generator of worksheet functions and print what it writes: `python -m ... MODULE`.

A program of its own, because the generator needs pywin32 only to be imported: where there is none, empty modules take
its place, which no other code should ever meet.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from io import StringIO
from types import ModuleType, SimpleNamespace


def generate(module: str) -> str:
    """Return xlwings' VBA of the worksheet functions of a module."""
    _allow_import_without_windows()
    udfs = importlib.import_module("xlwings.udfs")
    xlwings = importlib.import_module("xlwings")
    # Off Windows these decorators do nothing at all.
    for decorator in ("func", "arg", "ret", "sub"):
        setattr(xlwings, decorator, getattr(udfs, f"xl{decorator}"))
    target = StringIO()
    workbook = SimpleNamespace(Name="template.xlsm")
    udfs.generate_vba_wrapper(module, importlib.import_module(module), target, workbook)
    return target.getvalue()


def descriptions(module: str) -> dict[str, str]:
    """Return the first paragraph of each function's docstring."""
    functions = vars(importlib.import_module(module)).values()
    return {f.__name__: _first_paragraph(f.__doc__) for f in functions if hasattr(f, "__xlfunc__")}


def arguments(module: str) -> dict[str, list[str]]:
    """Return what each function's arguments are for, in their order."""
    functions = vars(importlib.import_module(module)).values()
    known = {f.__name__: f.__xlfunc__["args"] for f in functions if hasattr(f, "__xlfunc__")}
    return {name: [argument["doc"] for argument in described] for name, described in known.items()}


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _allow_import_without_windows() -> None:
    if find_spec("pythoncom"):
        return
    for name in ("pythoncom", "pywintypes", "win32com", "win32com.client"):
        sys.modules[name] = ModuleType(name)
    sys.modules["pythoncom"].CoInitialize = None  # type: ignore[attr-defined] # a module made here has what it is given
    sys.modules["win32com.client"].Dispatch = None  # type: ignore[attr-defined] # a module made here has what it is given


if __name__ == "__main__":
    import json

    print(json.dumps([generate(sys.argv[1]), descriptions(sys.argv[1]), arguments(sys.argv[1])]))  # noqa: T201 - this is its output
