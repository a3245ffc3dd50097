"""Secrets of any length in a keyring: what is longer than an entry of Windows takes lies in several entries.

Windows' Credential Manager takes 2,560 bytes of UTF-16 and refuses more with error 1783. Marketplaces say nothing of
how long a token may become.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from typing import Protocol

MOST_BYTES = 2_560
_CHARACTERS = MOST_BYTES // 4
"""So many fit whatever they are."""
_HEAD = re.compile(r"\x1fparts ([0-9]+) ([0-9a-f]{16})")
"""Stands in the entry itself where the secret lies in others: how many they are, and which secret they are of."""


class Backend(Protocol):
    """What is used of the `keyring` package."""

    def get_password(self, service_name: str, username: str) -> str | None:
        """Return a password."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password."""

    def delete_password(self, service_name: str, username: str) -> None:
        """Remove a password."""


class LongSecrets:
    """A keyring whose entries hold secrets of any length; it fails with what the keyring itself fails with."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get(self, entry: str, account: str) -> str | None:
        """Return a secret; `None` where there is none, or one of its parts is gone."""
        kept = self._backend.get_password(entry, account)
        parts = _parts_named_by(entry, kept)
        if not parts:
            return kept
        text = "".join(self._backend.get_password(part, account) or "" for part in parts)
        return text if _head(text, len(parts)) == kept else None

    def put(self, entry: str, account: str, text: str) -> None:
        """Keep a secret in place of the one before, which stands until the new one is whole."""
        before = _parts_named_by(entry, self._backend.get_password(entry, account))
        kept, parts = text, [text[at : at + _CHARACTERS] for at in range(0, len(text), _CHARACTERS)]
        if len(text.encode("utf-16-le", "surrogatepass")) > MOST_BYTES:
            kept = _head(text, len(parts))
            for name, part in zip(_parts_named_by(entry, kept), parts, strict=True):
                self._backend.set_password(name, account, part)
        self._backend.set_password(entry, account, kept)
        self._remove(set(before) - set(_parts_named_by(entry, kept)), account)

    def forget(self, entry: str, account: str) -> None:
        """Remove a secret; one that is not there is no error."""
        kept = self._backend.get_password(entry, account)
        if kept is not None:
            self._backend.delete_password(entry, account)
            self._remove(set(_parts_named_by(entry, kept)), account)

    def _remove(self, parts: set[str], account: str) -> None:
        """Remove parts that nothing names any more; one that stays is of no use to anybody by itself."""
        for part in sorted(parts):
            with suppress(Exception):
                self._backend.delete_password(part, account)


def _head(text: str, count: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"\x1fparts {count} {digest}"


def _parts_named_by(entry: str, kept: str | None) -> list[str]:
    found = _HEAD.fullmatch(kept or "")
    return [f"{entry}/{found[2]}/{number + 1}" for number in range(int(found[1]))] if found else []
