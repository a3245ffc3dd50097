"""What every COM object has in common: its errors, and members that exist or are refused."""

# ruff: noqa: N802 - members and arguments are called what COM calls them

from __future__ import annotations

import functools
from types import FunctionType
from typing import TYPE_CHECKING, Any

from workbook_engine.errors import WorkbookFileError

if TYPE_CHECKING:
    from collections.abc import Callable

DISP_E_EXCEPTION = -2147352567
DISP_E_UNKNOWNNAME = -2147352570
DISP_E_BADINDEX = -2147352565
EXCEL_REFUSED = -2146827284
"""`scode` of "Application-defined or object-defined error"."""
MISSING = -2147352572
"""An argument that was left out, as it arrives in Python (DISP_E_PARAMNOTFOUND)."""


class ComError(Exception):
    """`pywintypes.com_error`."""

    def __init__(self, hresult: int, strerror: str, excepinfo: tuple[object, ...] | None, argerror: int | None) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult = hresult
        self.strerror = strerror
        self.excepinfo = excepinfo
        self.argerror = argerror


def refused(description: str) -> ComError:
    """Return the error by which Excel refuses something in its own words."""
    info = (0, "Microsoft Excel", description, "xlmain11.chm", 0, EXCEL_REFUSED)
    return ComError(DISP_E_EXCEPTION, "Exception occurred.", info, None)


def unknown_name(name: str) -> ComError:
    """Return the error for a member that an object does not have."""
    return ComError(DISP_E_UNKNOWNNAME, f"Unknown name: {name}", None, None)


class Calls:
    """How often a member of a COM object was called or read: each costs about a millisecond in real life."""

    count = 0


class FakeExcelGapError(AssertionError):
    """The stand-in itself lacks something or is wrong; never what Excel would do."""


class DispatchBase:
    """`win32com.client.DispatchBaseClass`: what xlwings takes for a COM object."""


class PyIDispatch:
    """A bare COM pointer, as it arrives from VBA; `Dispatch` makes an object of it."""

    def __init__(self, target: ComObject) -> None:
        self.target = target

    def GetTypeInfo(self) -> _TypeInfo:
        return _TypeInfo(self.target)


class _TypeInfo:
    def __init__(self, target: ComObject) -> None:
        self._target = target
        self.iid = target.IID

    def GetTypeAttr(self) -> _TypeInfo:
        return self

    def GetDocumentation(self, _: int) -> tuple[str, str, int, str]:
        return (type(self._target).__name__, "", 0, "")


class _OleObject:
    """The `_oleobj_` of a COM object: xlwings asks it whether a member really does not exist."""

    def __init__(self, target: ComObject) -> None:
        self._target = target

    def GetIDsOfNames(self, _: int, name: str) -> int:
        if name not in type(self._target).__dict__ and not hasattr(type(self._target), name):
            raise unknown_name(name)
        return 1

    def GetTypeInfo(self) -> _TypeInfo:
        return _TypeInfo(self._target)


class ComObject(DispatchBase):
    """A COM object: members with capital letters, errors as `ComError`, no others to be set."""

    IID = "{00020400-0000-0000-C000-000000000046}"

    def __init_subclass__(cls) -> None:
        for name, member in list(vars(cls).items()):
            if name[0].isupper() or name in {"__call__", "__iter__"}:
                setattr(cls, name, _bordered(member))

    @property
    def _oleobj_(self) -> _OleObject:
        return _OleObject(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0].isupper() and not isinstance(getattr(type(self), name, None), property):
            raise unknown_name(name)
        object.__setattr__(self, name, value)


def _bordered(member: Any) -> Any:
    if isinstance(member, property):
        return property(member.fget and _translating(member.fget), member.fset and _translating(member.fset))
    return _translating(member) if isinstance(member, FunctionType) else member


def _translating(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let errors of the sheets leave as Excel's own, and mistakes of the stand-in as what they are.

    An `AttributeError` would make xlwings try again for ever: it takes it for an Excel that is busy.
    """

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        Calls.count += 1
        try:
            return function(*(plain(argument) for argument in arguments), **{k: plain(v) for k, v in named.items()})
        except (WorkbookFileError, KeyError, IndexError, ValueError) as error:
            raise refused(str(error)) from error
        except AttributeError as error:
            raise FakeExcelGapError(str(error)) from error

    return call


def plain(argument: Any) -> Any:
    """Return the COM object inside xlwings' retrying wrapper; anything else as it is."""
    return (
        object.__getattribute__(argument, "_inner") if type(argument).__name__ == "COMRetryObjectWrapper" else argument
    )


class Collection(ComObject):
    """A collection of COM objects: counted, walked over, found by name or by number from 1."""

    def __init__(self, items: Callable[[], list[Any]], parent: Any = None) -> None:
        self._items = items
        self._parent = parent

    @property
    def Count(self) -> int:
        return len(self._items())

    @property
    def Parent(self) -> Any:
        return self._parent

    @property
    def Application(self) -> Any:
        return self._parent.Application

    def Item(self, key: str | float) -> Any:
        items = self._items()
        if isinstance(key, str):
            found = next((item for item in items if item.Name.lower() == key.lower()), None)
            if found is not None:
                return found
        elif 1 <= int(key) <= len(items):
            return items[int(key) - 1]
        raise ComError(DISP_E_BADINDEX, "Invalid index.", None, None)

    def __call__(self, key: str | float) -> Any:
        return self.Item(key)

    def __iter__(self) -> Any:
        return iter(self._items())
