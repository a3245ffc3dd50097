"""Where secrets are kept: the keyring, else the environment, and nowhere in clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import keyring.backends.fail
import keyring.errors
import pytest

from core.http.credentials import (
    KeyringLockedError,
    KeyringRefusesError,
    NoKeyringError,
    Secret,
    SecretStaysError,
    SystemCredentials,
    variable_names,
)
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM = "Finale Inventory"


@dataclass
class FakeKeyring:
    """A keyring in memory."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def get_password(self, service_name: str, username: str) -> str | None:
        """Return a password."""
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password."""
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        """Remove a password, and complain if there is none, as real keyrings do."""
        if (service_name, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service_name, username]


def shown(secret: Secret | None) -> str | None:
    """Return a secret in clear."""
    return None if secret is None else secret.get_secret_value()


def on_headless(environment: Mapping[str, str]) -> SystemCredentials:
    """Return the credentials of a machine without keyring."""
    return SystemCredentials(keyring.backends.fail.Keyring(), environment)  # type: ignore[no-untyped-call]  # keyring's


def test_a_secret_comes_back_until_it_is_forgotten() -> None:
    """What was put into the keyring is there for its system, account and name alone."""
    credentials = SystemCredentials(FakeKeyring(), {})
    credentials.put(SYSTEM, "acme", "key", Secret("K-1"))
    credentials.put(SYSTEM, "acme", "secret", Secret("S-1"))
    credentials.put(SYSTEM, "other", "key", Secret("K-2"))

    found = [
        shown(credentials.get(SYSTEM, account, name)) for account in ("acme", "other") for name in ("key", "secret")
    ]
    assert ["K-1", "S-1", "K-2", None] == found

    credentials.forget(SYSTEM, "acme", "key")
    credentials.forget(SYSTEM, "acme", "key")
    assert [None, "S-1"] == [shown(credentials.get(SYSTEM, "acme", name)) for name in ("key", "secret")]


def test_the_keyring_comes_before_the_environment() -> None:
    """A variable that was left behind does not replace what the user has just entered."""
    credentials = SystemCredentials(FakeKeyring(), {"COGSHEET_FINALE_INVENTORY_KEY": "old"})

    assert "old" == shown(credentials.get(SYSTEM, "acme", "key"))
    credentials.put(SYSTEM, "acme", "key", Secret("new"))
    assert "new" == shown(credentials.get(SYSTEM, "acme", "key"))


def test_without_a_keyring_the_environment_answers() -> None:
    """On a machine without keyring the variable of the account comes before the one of all accounts."""
    credentials = on_headless(
        {"COGSHEET_FINALE_INVENTORY_ACME_INC_KEY": "mine", "COGSHEET_FINALE_INVENTORY_KEY": "all"}
    )

    assert "mine" == shown(credentials.get(SYSTEM, "acme-inc", "key"))
    assert "all" == shown(credentials.get(SYSTEM, "other", "key"))
    assert credentials.get(SYSTEM, "acme-inc", "secret") is None


def test_a_secret_that_cannot_be_kept_names_the_variable() -> None:
    """Without a keyring nothing is kept, and the message says which variable to set."""
    with pytest.raises(NoKeyringError, match="COGSHEET_FINALE_INVENTORY_ACME_KEY or COGSHEET_FINALE_INVENTORY_KEY"):
        on_headless({}).put(SYSTEM, "acme", "key", Secret("MARKED"))


def test_the_names_of_the_variables_are_as_documented() -> None:
    """Other characters than letters and digits become one underscore."""
    assert ("COGSHEET_AMAZON_US_1_REFRESH_TOKEN", "COGSHEET_AMAZON_REFRESH_TOKEN") == variable_names(
        "Amazon", "US.1", "refresh token"
    )


def test_a_secret_that_was_read_is_masked_in_the_log() -> None:
    """Whoever reads a secret has it masked in the log from then on."""
    on_headless({"COGSHEET_FINALE_INVENTORY_KEY": "K-MARKED-77"}).get(SYSTEM, "acme", "key")

    assert "failed with ********" == REDACTION.redact("failed with K-MARKED-77")


class LockedKeyring:
    """A keyring that fails with whatever its system fails with."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_password(self, service_name: str, username: str) -> str | None:  # noqa: ARG002 - as a keyring has it
        """Fail."""
        raise self.error

    def set_password(self, service_name: str, username: str, password: str) -> None:  # noqa: ARG002 - as above
        """Fail."""
        raise self.error

    def delete_password(self, service_name: str, username: str) -> None:  # noqa: ARG002 - as above
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    "error", [keyring.errors.KeyringLocked(), keyring.errors.InitError(), OSError("D-Bus"), RuntimeError("no session")]
)
def test_a_locked_keyring_is_never_said_to_have_forgotten(error: Exception) -> None:
    """Whatever its error is, the entry is named that may still be there; the environment answers meanwhile."""
    credentials = SystemCredentials(LockedKeyring(error), {"COGSHEET_FINALE_INVENTORY_KEY": "K-ENV"})
    with pytest.raises(KeyringLockedError, match="Cogsheet/Finale Inventory/acme/key may still be in it"):
        credentials.forget(SYSTEM, "acme", "key")
    assert "K-ENV" == shown(credentials.get(SYSTEM, "acme", "key"))
    with pytest.raises(NoKeyringError):
        credentials.put(SYSTEM, "acme", "key", Secret("K-NEW"))


class WindowsError(Exception):
    """What pywin32 raises, as far as keyring passes it on."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "CredWrite", "it did not succeed")
        self.winerror = number


def test_a_session_without_keys_is_named_and_the_environment_answers() -> None:
    """Over SSH Windows keeps and gives no key: the variable does, and is named where it gives none."""
    away = LockedKeyring(WindowsError(1312))
    given = SystemCredentials(away, {"COGSHEET_FINALE_INVENTORY_KEY": "K-ENV"})
    given.put(SYSTEM, "acme", "key", Secret("K-ENV"))

    assert "K-ENV" == shown(given.get(SYSTEM, "acme", "key"))
    words = r"The secret is neither .*SSH.*1312.*variable COGSHEET_FINALE_INVENTORY_ACME_SECRET or"
    with pytest.raises(KeyringRefusesError, match=words):
        given.get(SYSTEM, "acme", "secret")
    with pytest.raises(KeyringRefusesError, match=words):
        given.put(SYSTEM, "acme", "secret", Secret("S-1"))


def test_a_value_that_windows_finds_too_long_is_named() -> None:
    """Which value it is, and what to do; how long one may be is Windows' to decide."""
    with pytest.raises(KeyringRefusesError, match=r"The refresh token .*1783.*COGSHEET_AMAZON_REFRESH_TOKEN"):
        SystemCredentials(LockedKeyring(WindowsError(1783)), {}).put("Amazon", "us", "refresh token", Secret("T-1"))


@pytest.mark.parametrize("variable", variable_names(SYSTEM, "acme", "API key"))
def test_what_the_environment_gives_needs_no_keyring(variable: str) -> None:
    """Connect works with the variables that its own message names; what they give is not said to be forgotten."""
    credentials = on_headless({variable: "K-1"})
    credentials.put(SYSTEM, "acme", "API key", Secret("K-1"))
    assert "K-1" == shown(credentials.get(SYSTEM, "acme", "API key"))
    with pytest.raises(SecretStaysError, match=f"{variable} still gives it"):
        credentials.forget(SYSTEM, "acme", "API key")


def test_without_a_keyring_there_is_nothing_to_forget() -> None:
    """A computer that has none holds no key."""
    on_headless({}).forget(SYSTEM, "acme", "API key")
