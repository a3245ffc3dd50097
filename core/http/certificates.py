"""Whose certificate was refused: the name of its issuer tells a firm's proxy or a virus scanner from a stranger."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 10
_ORGANISATION, _COMMON_NAME = bytes.fromhex("55040a"), bytes.fromhex("550403")
"""Object identifiers 2.5.4.10 and 2.5.4.3 as DER writes them (RFC 5280, 4.1.2.4)."""
_VERSION = 0xA0
_WIDE = 0x1E
"""The tag of a text of two bytes per character (BMPString)."""
_LONG = 0x80
_LONGEST = 100

Element = tuple[int, bytes]
"""Tag and content."""


def refused_certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Return the refusal of a certificate that is behind an error; `None` where there is none."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def issuer_at(host: str, port: int) -> str:
    """Return who issued the certificate that a server shows; empty where it shows none any more.

    It is asked once more for that, without a word to whoever answers: what was refused is not at hand.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), _SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            return issuer_of(connection.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return ""


def issuer_of(certificate: bytes) -> str:
    """Return the issuer that a certificate (X.509, DER) names: its name and its firm; empty if it names none."""
    try:
        ((_, whole),) = _elements(certificate)
        _, signed = next(_elements(whole))
        fields = [one for one in _elements(signed) if one[0] != _VERSION]
        names = dict(_names(fields[2][1]))  # behind the serial number and the algorithm
    except (ValueError, IndexError, StopIteration):
        return ""
    named = list(dict.fromkeys(names[kind] for kind in (_COMMON_NAME, _ORGANISATION) if names.get(kind)))
    return " of ".join(f"“{name}”" for name in named)


def _names(issuer: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield kind and text of each part of a name, the last of a kind last."""
    for _, part in _elements(issuer):
        for _, pair in _elements(part):
            (_, kind), (tag, text) = _elements(pair)
            letters = text.decode("utf-16-be" if tag == _WIDE else "utf-8", errors="replace")
            yield kind, "".join(letter for letter in letters if letter.isprintable())[:_LONGEST]


def _elements(content: bytes) -> Iterator[Element]:
    """Yield the elements that follow one another in DER.

    Raises:
        ValueError: If one is longer than what is there.
    """
    place = 0
    while place < len(content):
        tag, length, place = content[place], content[place + 1], place + 2
        if length >= _LONG:
            size = length - _LONG
            length, place = int.from_bytes(content[place : place + size]), place + size
        if place + length > len(content):
            raise ValueError("a certificate that breaks off")
        yield tag, content[place : place + length]
        place += length
