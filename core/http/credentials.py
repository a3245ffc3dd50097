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
from typing import TYPE_CHECKING, ClassVar, Protocol

import keyring
from keyring.backends.fail import Keyring as NoKeyring
from pydantic import SecretStr

from core.errors import CogsheetError
from core.http.long_secrets import LongSecrets
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.http.long_secrets import Backend

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


class KeyringRefusesError(CogsheetError):
    """Windows' Credential Manager says by a number why it keeps or gives no key."""

    WHY: ClassVar[dict[int, str]] = {
        1312: "Windows gives keys only to who has signed in at the computer itself or by Remote Desktop, and this is "
        "another session, as by SSH or of a task (error 1312)",
        1783: "Windows' Credential Manager takes no value as long as this one (error 1783)",
    }

    def __init__(self, number: int, name: str, variables: tuple[str, ...]) -> None:
        super().__init__(
            f"The {name} is neither kept in nor read from this computer's keyring: {self.WHY[number]}. "
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
        self._keyring = LongSecrets(self._backend)
        self._environment = os.environ if environment is None else environment

    def get(self, system: str, account: str, name: str) -> Secret | None:
        """Return a secret from the keyring, else from the environment, else `None`.

        Raises:
            KeyringRefusesError: If neither gives it, and Windows says that it gives no key in this session.
        """
        kept, refusal = self._kept(system, account, name)
        found = _hidden(kept or self._given(system, account, name))
        if found is None and refusal is not None:
            raise refusal
        return found

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        """Keep a secret in the keyring; one that the environment gives needs no keeping where there is no keyring.

        Raises:
            KeyringRefusesError: If Windows says why it keeps none.
            NoKeyringError: If it cannot be kept for another reason.
        """
        text = secret.get_secret_value()
        _hidden(text)
        try:
            self._keyring.put(_entry(system, account, name), account, text)
        except Exception as error:
            if self._given(system, account, name) != text:
                variables = variable_names(system, account, name)
                raise _refusal(error, name, variables) or NoKeyringError(variables) from error

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
            self._keyring.forget(entry, account)
        except Exception as error:
            raise KeyringLockedError(entry, error) from error

    def _kept(self, system: str, account: str, name: str) -> tuple[str | None, KeyringRefusesError | None]:
        try:
            return self._keyring.get(_entry(system, account, name), account), None
        except Exception as error:  # noqa: BLE001 - a keyring is a program of somebody else's, with errors of its own
            number = _number(error)
            logging.getLogger(__name__).warning(
                "the keyring does not answer: %s %s", type(error).__name__, number or ""
            )
            return None, _refusal(error, name, variable_names(system, account, name))

    def _given(self, system: str, account: str, name: str) -> str | None:
        names = variable_names(system, account, name)
        return next((self._environment[key] for key in names if self._environment.get(key)), None)


def _entry(system: str, account: str, name: str) -> str:
    # One entry per secret: Windows keeps one user per entry.
    return f"Cogsheet/{system}/{account}/{name}"


def _number(error: Exception) -> int | None:
    """Return Windows' number of an error, as pywin32 and Python have it."""
    number = getattr(error, "winerror", None)
    return number if isinstance(number, int) else None


def _refusal(error: Exception, name: str, variables: tuple[str, ...]) -> KeyringRefusesError | None:
    number = _number(error)
    return KeyringRefusesError(number, name, variables) if number in KeyringRefusesError.WHY else None


def _hidden(value: str | None) -> Secret | None:
    if not value:
        return None
    REDACTION.hide(value)
    return SecretStr(value)
