"""The modules of pywin32, with what xlwings' Windows code asks of them and nothing else."""

# ruff: noqa: N802 - members and arguments are called what COM calls them

from __future__ import annotations

import datetime as dt
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.fake_excel.application import RUNNING, message_box
from tests.fake_excel.com import ComError, ComObject, DispatchBase, PyIDispatch, plain
from tests.fake_excel.variants import TimeType

if TYPE_CHECKING:
    import ctypes

_IID_IDISPATCH = "{00020400-0000-0000-C000-000000000046}"


def modules() -> dict[str, ModuleType]:
    """Return the stand-ins by their names."""
    return {
        "pywintypes": _module("pywintypes", com_error=ComError, error=OSError, TimeType=TimeType, IID=str),
        "pythoncom": _pythoncom(),
        "win32api": _module("win32api", MessageBox=message_box, GetCurrentThreadId=lambda: 1),
        "win32con": _win32con(),
        "win32gui": _module("win32gui", FindWindowEx=lambda parent, *_: parent),
        "win32process": _module("win32process", GetWindowThreadProcessId=lambda handle: (1, handle)),
        "win32timezone": _module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: dt.UTC)),
        "win32event": _module("win32event"),
        **_win32com(),
    }


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module


def _pythoncom() -> ModuleType:
    return _module(
        "pythoncom",
        __file__="pythoncom311.dll",
        CoInitialize=lambda: None,
        ole_error=ComError,
        com_error=ComError,
        IID_IDispatch=_IID_IDISPATCH,
        IID_IEnumVARIANT="{00020404-0000-0000-C000-000000000046}",
        TypeIIDs={_IID_IDISPATCH: PyIDispatch},
        # A pointer that is handed to another thread: here it is the object itself.
        CoMarshalInterThreadInterfaceInStream=lambda _, target: plain(target),
        CoGetInterfaceAndReleaseStream=lambda stream, _: stream,
    )


def _win32con() -> ModuleType:
    return _module(
        "win32con",
        MB_OK=0,
        MB_OKCANCEL=1,
        MB_YESNOCANCEL=3,
        MB_YESNO=4,
        MB_ICONWARNING=0x30,
        MB_ICONINFORMATION=0x40,
    )


def _win32com() -> dict[str, ModuleType]:
    client = _module(
        "win32com.client",
        CDispatch=DispatchBase,
        DispatchBaseClass=DispatchBase,
        CoClassBaseClass=DispatchBase,
        Dispatch=_dispatch,
        DispatchEx=_no_new_excel,
    )
    util = _module("win32com.server.util", wrap=lambda thing, *_, **__: thing, unwrap=_unwrap)
    policy = _module("win32com.server.policy", DefaultPolicy=object)
    dispatcher = _module("win32com.server.dispatcher")
    server = _module("win32com.server", util=util, policy=policy, dispatcher=dispatcher)
    whole = _module("win32com", client=client, server=server)
    named = (whole, client, server, util, policy, dispatcher)
    return {module.__name__: module for module in named}


def _dispatch(target: Any, *_: object, **__: object) -> ComObject:
    target = plain(target)
    found = target.target if isinstance(target, PyIDispatch) else target
    if not isinstance(found, ComObject):
        raise ComError(-2147221005, "Invalid class string", None, None)
    return found


def _no_new_excel(name: str) -> ComObject:
    raise ComError(-2147221005, f"The tests start no {name} of their own", None, None)


def _unwrap(thing: Any) -> Any:
    """COM objects that are not Python's own cannot be unwrapped."""
    raise ValueError(f"{thing!r} is not a Python object behind COM")


class Windows:
    """`ctypes.oledll` and `ctypes.windll` with the few calls that find a running Excel."""

    class ole32:  # noqa: N801 - the name of the DLL
        """Reads a GUID."""

        @staticmethod
        def CLSIDFromString(_: str, __: object) -> int:
            return 0

    class oleacc:  # noqa: N801 - the name of the DLL
        """Finds what a window belongs to."""

        @staticmethod
        def AccessibleObjectFromWindow(handle: int, _: int, __: object, pointer: Any) -> int:
            if handle not in RUNNING:
                raise OSError(f"no Excel has the window {handle}")
            pointer._obj.value = handle
            return 0

    class user32:  # noqa: N801 - the name of the DLL
        """Lists the windows."""

        @staticmethod
        def GetTopWindow(_: object) -> int:
            return next(iter(RUNNING), 0)

        @staticmethod
        def GetWindow(handle: int, _: int) -> int:
            handles = list(RUNNING)
            place = handles.index(handle) + 1
            return handles[place] if place < len(handles) else 0

        @staticmethod
        def GetForegroundWindow() -> int:
            return next(iter(RUNNING), 0)

        @staticmethod
        def SetForegroundWindow(handle: int) -> int:
            return handle


class PyDLL:
    """`ctypes.PyDLL` of pythoncom's own library: makes an object of a pointer."""

    def __init__(self, _: str) -> None:
        self.PyCom_PyObjectFromIUnknown = _FromPointer()


class _FromPointer:
    restype: object = None

    def __call__(self, pointer: ctypes.c_void_p, _: object, __: object) -> PyIDispatch:
        handle = pointer.value
        if handle is None or handle not in RUNNING:
            raise ComError(-2147221021, "Operation unavailable", None, None)
        return PyIDispatch(RUNNING[handle])
