"""Secrets that are longer than an entry of Windows' Credential Manager: whole, or none."""

from __future__ import annotations

import pytest

from core.http.long_secrets import LongSecrets
from tests.core.http.test_credentials import FakeKeyring, WindowsError

ENTRY = "Cogsheet/Amazon/us/refresh token"


class CredentialManager(FakeKeyring):
    """A keyring that refuses what Windows' Credential Manager refuses."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password of at most 2,560 bytes."""
        if len(password.encode("utf-16-le")) > 2_560:
            raise WindowsError(1783)
        super().set_password(service_name, username, password)


@pytest.mark.parametrize("text", ["t" * 1_280, "t" * 1_281, "Atzr|" + "0123456789" * 500, "ключ🔑" * 700])
def test_a_long_secret_comes_back_whole(text: str) -> None:
    """In several entries where one takes no more; what takes its place leaves nothing of it behind."""
    manager = CredentialManager()
    secrets = LongSecrets(manager)
    for secret in (text, text[::-1], text, "short"):
        secrets.put(ENTRY, "us", secret)
        assert secret == secrets.get(ENTRY, "us")
    assert {(ENTRY, "us"): "short"} == manager.kept
    secrets.put(ENTRY, "us", text)
    secrets.forget(ENTRY, "us")
    secrets.forget(ENTRY, "us")
    assert {} == manager.kept


def test_a_long_secret_that_lost_a_part_is_none() -> None:
    """Never a shorter one, which the service would refuse without a word of why."""
    manager = CredentialManager()
    LongSecrets(manager).put(ENTRY, "us", "t" * 3_000)
    del manager.kept[max(manager.kept)]

    assert LongSecrets(manager).get(ENTRY, "us") is None


def test_a_secret_that_cannot_be_replaced_stays() -> None:
    """Where the keyring fails in the middle of a longer one, the one before is still given."""
    manager = CredentialManager()
    secrets = LongSecrets(manager)
    secrets.put(ENTRY, "us", "a" * 3_000)

    with pytest.raises(WindowsError):
        LongSecrets(FailsAtTheEnd(manager.kept)).put(ENTRY, "us", "b" * 3_000)
    assert "a" * 3_000 == secrets.get(ENTRY, "us")


class FailsAtTheEnd(FakeKeyring):
    """A keyring that fails when the entry itself is written."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password of a part."""
        if service_name == ENTRY:
            raise WindowsError(1312)
        super().set_password(service_name, username, password)
