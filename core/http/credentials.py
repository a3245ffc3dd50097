"""Where access keys are kept: the operating system's keyring, or environment variables where there is none.

Nothing else keeps a secret: no workbook, no database, no settings file, no log.
The environment variables are named `COGSHEET_<SYSTEM>_<ACCOUNT>_<NAME>`, or `COGSHEET_<SYSTEM>_<NAME>` for all accounts
of a system, in capitals with `_` for every other character: `COGSHEET_FINALE_INVENTORY_ACME_KEY`,
`COGSHEET_FINALE_INVENTORY_SECRET`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Protocol

import keyring
import keyring.errors
from pydantic import SecretStr

from core.errors import CogsheetError
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Mapping

Secret = SecretStr
"""A text that shows itself as asterisks; `get_secret_value()` is called where it is sent, nowhere else."""


class NoKeyringError(CogsheetError):
    """A secret is to be kept, and this machine has no place for it."""

    def __init__(self, variables: tuple[str, ...]) -> None:
        super().__init__(
            "This computer has no keyring (Windows Credential Manager, macOS Keychain, Secret Service) "
            "to keep the key in. "
            f"Set the environment variable {' or '.join(variables)} instead."
        )


class Credentials(Protocol):
    """A place for secrets, passed in so that tests give a dictionary."""

    def get(self, system: str, account: str, name: str) -> Secret | None:
        """Return a secret, or `None` if there is none."""

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        """Keep a secret, in place of one of the same name.

        Raises:
            NoKeyringError: If there is no place for it.
        """

    def forget(self, system: str, account: str, name: str) -> None:
        """Remove a secret; one that is not there is no error."""


class Backend(Protocol):
    """What is used of the `keyring` package."""

    def get_password(self, service_name: str, username: str) -> str | None:
        """Return a password."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password."""

    def delete_password(self, service_name: str, username: str) -> None:
        """Remove a password."""


def variable_names(system: str, account: str, name: str) -> tuple[str, ...]:
    """Return the environment variables that may hold a secret, the more particular one first."""
    return tuple(
        re.sub(r"[^A-Z0-9]+", "_", "_".join(("COGSHEET", *parts)).upper())
        for parts in ((system, account, name), (system, name))
    )


class SystemCredentials:
    """The operating system's keyring; what it does not hold is looked for in the environment."""

    def __init__(self, backend: Backend | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._backend: Backend = keyring.get_keyring() if backend is None else backend
        self._environment = os.environ if environment is None else environment

    def get(self, system: str, account: str, name: str) -> Secret | None:
        """Return a secret from the keyring, else from the environment, else `None`."""
        return _hidden(self._kept(system, account, name) or self._given(system, account, name))

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        """Keep a secret in the keyring."""
        _hidden(secret.get_secret_value())
        try:
            self._backend.set_password(_entry(system, account, name), account, secret.get_secret_value())
        except keyring.errors.KeyringError as error:
            raise NoKeyringError(variable_names(system, account, name)) from error

    def forget(self, system: str, account: str, name: str) -> None:
        """Remove a secret from the keyring; the environment is not ours to change."""
        try:
            self._backend.delete_password(_entry(system, account, name), account)
        except keyring.errors.KeyringError:
            return

    def _kept(self, system: str, account: str, name: str) -> str | None:
        try:
            return self._backend.get_password(_entry(system, account, name), account)
        except keyring.errors.KeyringError:
            return None

    def _given(self, system: str, account: str, name: str) -> str | None:
        names = variable_names(system, account, name)
        return next((self._environment[key] for key in names if self._environment.get(key)), None)


def _entry(system: str, account: str, name: str) -> str:
    # One entry per secret: Windows keeps one user per entry, and limits an entry to 2,560 bytes.
    return f"Cogsheet/{system}/{account}/{name}"


def _hidden(value: str | None) -> Secret | None:
    if not value:
        return None
    REDACTION.hide(value)
    return SecretStr(value)
