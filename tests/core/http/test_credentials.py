"""Where secrets are kept: the keyring, else the environment, and nowhere in clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import keyring.backends.fail
import keyring.errors
import pytest

from core.http.credentials import NoKeyringError, Secret, SystemCredentials, variable_names
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
