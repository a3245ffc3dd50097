"""Where access keys are kept: the operating system's keyring, or environment variables where there is none.

Nothing else keeps a secret: no workbook, no database, no settings file, no log.
The environment variables are named `COGSHEET_<SYSTEM>_<ACCOUNT>_<NAME>`, or `COGSHEET_<SYSTEM>_<NAME>` for all accounts
of a system, in capitals with `_` for every other character: `COGSHEET_FINALE_INVENTORY_ACME_KEY`,
`COGSHEET_FINALE_INVENTORY_SECRET`.
"""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING, Protocol

import keyring
from keyring.backends.fail import Keyring as NoKeyring
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


class KeyringLockedError(CogsheetError):
    """A secret is to be removed, and the keyring does not let anybody at it."""

    def __init__(self, entry: str, reason: Exception) -> None:
        super().__init__(
            f"This computer's keyring does not answer ({type(reason).__name__}), so {entry} may still be in it. Unlock "
            f"the keyring and try again, or remove that entry in the keyring's own program."
        )


class SecretStaysError(CogsheetError):
    """A secret was removed from the keyring, and is given by the environment all the same."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"The key is no longer in this computer's keyring, and the environment variable {variable} still gives it: "
            f"remove that variable too."
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
        """Remove a secret; one that is not there is no error.

        Raises:
            CogsheetError: If it is still there, or may be.
        """


class Backend(Protocol):
    """What is used of the `keyring` package."""

    def get_password(self, service_name: str, username: str) -> str | None:
        """Return a password."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password."""

    def delete_password(self, service_name: str, username: str) -> None:
        """Remove a password."""


_SHORT_NAMES = {
    ("Finale Inventory", "API key"): ("COGSHEET_FINALE_KEY",),
    ("Finale Inventory", "API secret"): ("COGSHEET_FINALE_SECRET",),
}
"""What is typed most often has a shorter name too."""


def variable_names(system: str, account: str, name: str) -> tuple[str, ...]:
    """Return the environment variables that may hold a secret, the more particular one first."""
    full = (
        re.sub(r"[^A-Z0-9]+", "_", "_".join(("COGSHEET", *parts)).upper())
        for parts in ((system, account, name), (system, name))
    )
    return (*full, *_SHORT_NAMES.get((system, name), ()))


class SystemCredentials:
    """The operating system's keyring; what it does not hold is looked for in the environment."""

    def __init__(self, backend: Backend | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._backend: Backend = keyring.get_keyring() if backend is None else backend
        self._environment = os.environ if environment is None else environment

    def get(self, system: str, account: str, name: str) -> Secret | None:
        """Return a secret from the keyring, else from the environment, else `None`."""
        return _hidden(self._kept(system, account, name) or self._given(system, account, name))

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        """Keep a secret in the keyring; one that the environment gives needs no keeping where there is no keyring."""
        text = secret.get_secret_value()
        _hidden(text)
        try:
            self._backend.set_password(_entry(system, account, name), account, text)
        except Exception as error:
            if self._given(system, account, name) != text:
                raise NoKeyringError(variable_names(system, account, name)) from error

    def forget(self, system: str, account: str, name: str) -> None:
        """Remove a secret from the keyring; the environment is not ours to change.

        Raises:
            KeyringLockedError: If the keyring does not say that it is gone.
            SecretStaysError: If an environment variable gives it.
        """
        entry = _entry(system, account, name)
        if not isinstance(self._backend, NoKeyring):
            self._remove(entry, account)
        for variable in variable_names(system, account, name):
            if self._environment.get(variable):
                raise SecretStaysError(variable)

    def _remove(self, entry: str, account: str) -> None:
        try:
            if self._backend.get_password(entry, account) is not None:
                self._backend.delete_password(entry, account)
        except Exception as error:
            raise KeyringLockedError(entry, error) from error

    def _kept(self, system: str, account: str, name: str) -> str | None:
        try:
            return self._backend.get_password(_entry(system, account, name), account)
        except Exception as error:  # noqa: BLE001 - a keyring is a program of somebody else's, with errors of its own
            logging.getLogger(__name__).warning("the keyring does not answer: %s", type(error).__name__)
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
