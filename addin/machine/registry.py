"""Windows' registry behind four small methods; other systems have an empty one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int


class Registry(Protocol):
    r"""Keys are written from their hive on: `HKCU\Software\Microsoft\Office`."""

    def values(self, key: str) -> dict[str, Value]:
        """Return the values of a key by name; none where there is no such key, or it may not be read."""

    def keys(self, key: str) -> list[str]:
        """Return the names of the keys directly below."""

    def write(self, key: str, values: Mapping[str, Value]) -> None:
        """Make a key with these values.

        Raises:
            OSError: If Windows does not allow it.
        """


class NoRegistry:
    """What systems other than Windows have."""

    def values(self, key: str) -> dict[str, Value]:  # noqa: ARG002 - the protocol's signature
        """Return nothing."""
        return {}

    def keys(self, key: str) -> list[str]:  # noqa: ARG002 - the protocol's signature
        """Return nothing."""
        return []

    def write(self, key: str, values: Mapping[str, Value]) -> None:  # noqa: ARG002 - the protocol's signature
        """Refuse.

        Raises:
            OSError: Always.
        """
        raise OSError(f"there is no registry on this system to write {key} to")


class WindowsRegistry:
    """The registry of this computer."""

    def __init__(self) -> None:
        # By name, because the module exists on Windows alone.
        self._winreg: Any = importlib.import_module("winreg")
        self._hives = {"HKCU": self._winreg.HKEY_CURRENT_USER, "HKLM": self._winreg.HKEY_LOCAL_MACHINE}

    def values(self, key: str) -> dict[str, Value]:
        """Return the values of a key by name."""
        try:
            with self._open(key) as opened:
                count = self._winreg.QueryInfoKey(opened)[1]
                values = [self._winreg.EnumValue(opened, index) for index in range(count)]
        except OSError:
            return {}
        return {name: value for name, value, _ in values if isinstance(value, str | int)}

    def keys(self, key: str) -> list[str]:
        """Return the names of the keys directly below."""
        try:
            with self._open(key) as opened:
                return [self._winreg.EnumKey(opened, index) for index in range(self._winreg.QueryInfoKey(opened)[0])]
        except OSError:
            return []

    def write(self, key: str, values: Mapping[str, Value]) -> None:
        """Make a key with these values."""
        hive, _, path = key.partition("\\")
        with self._winreg.CreateKeyEx(self._hives[hive], path, 0, self._winreg.KEY_WRITE) as opened:
            for name, value in values.items():
                kind = self._winreg.REG_DWORD if isinstance(value, int) else self._winreg.REG_SZ
                self._winreg.SetValueEx(opened, name, 0, kind, value)

    def _open(self, key: str) -> Any:  # noqa: ANN401 - winreg is typed on Windows alone
        hive, _, path = key.partition("\\")
        return self._winreg.OpenKey(self._hives[hive], path)
