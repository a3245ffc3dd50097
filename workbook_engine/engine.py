"""The engine's face towards xlwings: engine, applications, books."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbook_engine.cell_values import ERROR_TEXTS
from workbook_engine.errors import RefusedByExcelError, UnsupportedError
from workbook_engine.native import NATIVE
from workbook_engine.sheet import Names, Sheets
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from workbook_engine.native import Native

_KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
"""The errors that xlwings itself knows; newer ones it hands on as numbers."""
_PLAIN_TYPES = frozenset({str, float, int, bool})
_CALCULATIONS = ("automatic", "manual", "semiautomatic")


class Engine:
    """What xlwings asks an engine for: its name and the two conversions of single values."""

    # xlwings lets only an engine of this name activate books that are not in the globally active engine
    # (`xlwings.main.App.activate`); nothing else of desktop use depends on it.
    name = "remote"
    type = "desktop"

    @property
    def apps(self) -> Apps:
        """Return a collection for new applications; running ones are not listed anywhere."""
        return Apps()

    @staticmethod
    def prepare_xl_data_element(x: object, options: object) -> object:  # noqa: ARG004 - xlwings' signature
        """Return a value as xlwings hands it to COM: without zone, without missing values of pandas."""
        if type(x) in _PLAIN_TYPES:
            return "" if x != x else x  # noqa: PLR0124 - only NaN differs from itself
        if x is None or x is pd.NaT:
            return ""
        if isinstance(x, dt.date | np.datetime64):
            return _without_zone(x)
        if isinstance(x, np.number | np.bool_ | float):
            return "" if x != x else float(x)  # noqa: PLR0124 - only NaN differs from itself
        return "" if x is pd.NA else x

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[object]],
        datetime_builder: Callable[..., object],
        empty_as: object,
        number_builder: Callable[[float], object] | None,
        err_to_str: bool,  # noqa: FBT001 - xlwings' signature
    ) -> list[list[object]]:
        """Return values as xlwings' Windows code cleans them."""

        def clean(value: object) -> object:
            kind = type(value)
            if value is None or value == "":
                return empty_as
            if kind is str or kind is bool:
                return value
            if kind is float:
                return value if number_builder is None else number_builder(value)  # type: ignore[arg-type] # a float
            if isinstance(value, dt.datetime):
                return value if datetime_builder is dt.datetime else _built(value, datetime_builder)
            if kind is int and ERROR_TEXTS.get(value) in _KNOWN_ERRORS:  # type: ignore[call-overload] # an int
                return ERROR_TEXTS[value] if err_to_str else None  # type: ignore[index] # an int
            return value

        return [[clean(value) for value in row] for row in data]


def _without_zone(moment: dt.date | np.datetime64) -> dt.datetime:
    if isinstance(moment, pd.Timestamp | np.datetime64):
        return pd.Timestamp(moment).to_pydatetime(warn=False).replace(tzinfo=None)
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None)
    return dt.datetime.combine(moment, dt.time())


def _built(value: dt.datetime, builder: Callable[..., object]) -> object:
    parts = {name: getattr(value, name) for name in ("month", "day", "year", "hour", "minute", "second", "microsecond")}
    return builder(**parts, tzinfo=None)


class Apps:
    """Makes applications; each stands alone."""

    def add(self, spec: object = None, add_book: object = None, xl: object = None, visible: object = None) -> App:  # noqa: ARG002 - xlwings' signature
        """Return a new application without books."""
        return App()

    def keys(self) -> list[int]:
        """Return no applications: none is registered."""
        return []

    def __iter__(self) -> Iterator[App]:
        return iter(())

    def __len__(self) -> int:
        return 0


class App:
    """One application with its books; settings are kept but change nothing, for nothing is shown or calculated."""

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._number = next(self._numbers)
        self.xl: list[Book] = []
        self._calculation = _CALCULATIONS[0]
        self.selection: object = None
        self.screen_updating = True
        self.display_alerts = True
        self.enable_events = True
        self.visible = False
        self.status_bar: str | bool = False
        self.cut_copy_mode: object = None

    @property
    def engine(self) -> Engine:
        """The engine."""
        return Engine()

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    @property
    def pid(self) -> int:
        """A number that no other application of this process has."""
        return self._number

    @property
    def version(self) -> str:
        """The version of Excel that the engine follows."""
        return "16.0"

    @property
    def books(self) -> Books:
        """The open books."""
        return Books(self)

    @property
    def calculation(self) -> str:
        """How Excel would calculate: kept for the code that sets it, never written to the file."""
        return self._calculation

    @calculation.setter
    def calculation(self, value: str) -> None:
        if value not in _CALCULATIONS:
            raise KeyError(value)
        self._calculation = value

    def calculate(self) -> None:
        """Do nothing: formulas keep the values that stand in the file until Excel opens it."""

    def activate(self, steal_focus: object = False) -> None:  # noqa: FBT002 - xlwings' signature
        """Do nothing: there is no window."""

    def quit(self) -> None:
        """Close all books without saving."""
        self.xl.clear()
        self.selection = None

    def kill(self) -> None:
        """Close all books without saving."""
        self.quit()


class Books:
    """The open books of an application."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    @property
    def active(self) -> Book:
        """The book that was opened or activated last."""
        if not self.app.xl:
            raise RefusedByExcelError("No workbook is open.")
        return self.app.xl[-1]

    def __call__(self, name_or_index: str | int) -> Book:
        """Return a book by its name or its place from 1."""
        books = self.app.xl
        if isinstance(name_or_index, str):
            for book in books:
                if book.name.lower() == name_or_index.lower():
                    return book
        elif 1 <= name_or_index <= len(books):
            return books[name_or_index - 1]
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self.app.xl)

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self.app.xl))

    def open(self, fullname: str, *_options: object) -> Book:
        """Open a workbook file (`Books` of xlwings passes Excel's fourteen options, which mean nothing here)."""
        book = Book(self.app, WorkbookFile(Path(fullname).resolve()))
        self.app.xl.append(book)
        return book


class Book:
    """One workbook file."""

    def __init__(self, app: App, file: WorkbookFile) -> None:
        self.app = app
        self.xl = file

    @property
    def api(self) -> Native:
        """Something true without members."""
        return NATIVE

    @property
    def name(self) -> str:
        """The file's name."""
        return self.xl.package.path.name

    @property
    def fullname(self) -> str:
        """The file's whole path."""
        return str(self.xl.package.path)

    @property
    def sheets(self) -> Sheets:
        """Its worksheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """Its names, those of single sheets too."""
        return Names(self)

    def activate(self) -> None:
        """Make it the active book."""
        books = self.app.xl
        if self in books:
            books.remove(self)
            books.append(self)

    def close(self) -> None:
        """Close it without saving."""
        if self in self.app.xl:
            self.app.xl.remove(self)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it; with a path, under that name from now on.

        Raises:
            OpenElsewhereError: If another program has the file open.
            ExternallyChangedError: If the file was changed since it was opened.
            UnsupportedError: If another format or a password is asked for.
        """
        target = Path(path).resolve() if path else None
        if password or (target is not None and target.suffix.lower() != Path(self.name).suffix.lower()):
            raise UnsupportedError(f"{self.name} can only be saved in its own format and without a password.")
        self.xl.save(target)
