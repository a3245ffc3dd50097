"""Imports xlwings' Windows code over the stand-ins, and lets it believe that it is on Windows for as long as asked."""

from __future__ import annotations

import ctypes
import importlib
import sys
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import xlwings as xw

from tests.fake_excel import pywin32

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from tests.fake_excel.application import FakeApplication


@cache
def windows_code() -> SimpleNamespace:
    """Import `_xlwindows`, `udfs` and `com_server`; the stand-ins of pywin32 are gone from `sys.modules` afterwards.

    Returns:
        The three modules under their names.
    """
    stand_ins = pywin32.modules()
    in_ctypes = {"oledll": pywin32.Windows, "windll": pywin32.Windows, "PyDLL": pywin32.PyDLL}
    with _changed(sys.modules, stand_ins), _changed(vars(ctypes), in_ctypes):
        names = ("_xlwindows", "udfs", "com_server")
        found = SimpleNamespace(**{name: importlib.import_module(f"xlwings.{name}") for name in names})
    # Excel's answers to a busy caller are not simulated: trying again for ever would only hide a mistake.
    found._xlwindows.N_COM_ATTEMPTS = 1
    return found


@contextmanager
def on_windows(application: FakeApplication, caller: str = "") -> Iterator[None]:
    """Let xlwings take this for Windows, with Excel as its active engine.

    Args:
        application: The Excel that runs.
        caller: The name of the workbook whose VBA called Python.
    """
    code = windows_code()
    engine = xw.Engine(impl=code._xlwindows.engine)
    arguments = ["-c", f"--wb={caller}", "--from_xl=1", f"--hwnd={application.Hwnd}"] if caller else ["-c"]
    engines = {"engines": [engine], "engines_by_name": {"excel": engine}, "active": engine}
    with (
        _changed(vars(importlib.import_module("xlwings.main")), {"sys": _WindowsSys(arguments)}),
        _changed(vars(xw.engines), engines),
        _changed(vars(code._xlwindows), {"BOOK_CALLER": None}),
    ):
        yield


def open_book(application: FakeApplication, path: Path) -> xw.Book:
    """Open a workbook in a running Excel, through xlwings as the add-in would have it."""
    application.Workbooks.Open(str(path))
    return book_in(application, path.name)


def book_in(application: FakeApplication, name: str) -> xw.Book:
    """Return an open workbook of a running Excel, through xlwings as the add-in would have it."""
    app = xw.App(impl=windows_code()._xlwindows.App(xl=application.Hwnd))
    return app.books[name]


@contextmanager
def decorated(module: ModuleType) -> Iterator[ModuleType]:
    """Import a module of worksheet functions anew with xlwings' real decorators, which off Windows do nothing."""
    udfs = windows_code().udfs
    real = {"func": udfs.xlfunc, "arg": udfs.xlarg, "ret": udfs.xlret}
    try:
        with _changed(vars(xw), real):
            importlib.reload(module)
        udfs.udf_modules.clear()
        yield module
    finally:
        importlib.reload(module)


class _WindowsSys:
    """`sys`, but on Windows."""

    platform = "win32"

    def __init__(self, argv: Sequence[str]) -> None:
        self.argv = list(argv)

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@contextmanager
def _changed(target: Any, values: Mapping[str, object]) -> Iterator[None]:
    """Change entries of a dictionary, and put them back."""
    missing = object()
    before = {name: target.get(name, missing) for name in values}
    target.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is missing:
                target.pop(name, None)
            else:
                target[name] = value
