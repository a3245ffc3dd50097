"""A certificate that is refused: who issued it is told, over a real connection."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CertificateRefusedError
from core.http.certificates import issuer_at, issuer_of
from core.http.client import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIB7DCCAZOgAwIBAgIUfgL9uhD5jvv7TjB3JEUT4krGOdAwCgYIKoZIzj0EAwIw
SzELMAkGA1UEBhMCVVMxFTATBgNVBAoMDFpzY2FsZXIgSW5jLjELMAkGA1UECwwC
SVQxGDAWBgNVBAMMD1pzY2FsZXIgUm9vdCBDQTAgFw0yNjExMzAxOTU4MDNaGA8y
MTI2MTEwNjE5NTgwM1owSzELMAkGA1UEBhMCVVMxFTATBgNVBAoMDFpzY2FsZXIg
SW5jLjELMAkGA1UECwwCSVQxGDAWBgNVBAMMD1pzY2FsZXIgUm9vdCBDQTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABHKsGrnxakJUAS3KX0K+zR44TNm5y7tRERSs
vCvVGGy/6lMsmAvNU2I0y9qC2fCUayGz5Gf0a90y5ZqWkKgxMaqjUzBRMB0GA1Ud
DgQWBBSeqe2ku9Kq7T+bjFYQmSROSgz3vzAfBgNVHSMEGDAWgBSeqe2ku9Kq7T+b
jFYQmSROSgz3vzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCICxO
KXlCGePAEGbSuALyz79BattIYos/a+rgx5Ap+tktAiABKKfleD+ivr7In5R7eDx+
WLcqOBFdguz7+xfYQDkIYQ==
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGPnsFFzMff1QeayG
/95A7IWwYgojy9UFKNxERZKWzMmhRANCAARyrBq58WpCVAEtyl9Cvs0eOEzZucu7
UREUrLwr1Rhsv+pTLJgLzVNiNMvagtnwlGshs+Rn9GvdMuWalpCoMTGq
-----END PRIVATE KEY-----
"""
"""Of this test alone: made by `openssl req -x509`, good until 2126."""
ISSUER = "“Zscaler Root CA” of “Zscaler Inc.”"


def der(tag: int, *parts: bytes) -> bytes:
    """Return an element of less than 65,536 bytes."""
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 0x80 else b"\x82" + len(content).to_bytes(2)
    return bytes([tag]) + length + content


def issued_by(**names: bytes) -> bytes:
    """Return the beginning of a certificate of an issuer, whose names are given with the tags of their texts."""
    kinds = {"name": "550403", "firm": "55040a", "unit": "55040b"}
    parts = [der(0x31, der(0x30, der(6, bytes.fromhex(kinds[kind])), text)) for kind, text in names.items()]
    return der(0x30, der(0x30, der(2, b"\1"), der(0x30), der(0x30, *parts), der(0x30)), der(0x30), der(3, b"\0"))


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """Give the port of a server with that certificate, which answers nobody."""
    (folder / "both.pem").write_text(CERTIFICATE + KEY, encoding="utf-8")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        context.wrap_socket(connection, server_side=True).close()
                    except OSError:
                        continue

        greeting = threading.Thread(target=greet, daemon=True)
        greeting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    greeting.join()


def never(seconds: float) -> None:
    """Wait for nothing: what is refused once is not asked again."""
    pytest.fail(f"waited for {seconds} seconds")


def test_who_issued_a_certificate_that_is_refused_is_told(tmp_path: Path) -> None:
    """A proxy's is known by its name; the certificate is refused at once."""
    with server(tmp_path) as port:
        with pytest.raises(CertificateRefusedError, match=f"self-signed certificate.*issued by {ISSUER}"):
            HttpClient("Finale", f"https://127.0.0.1:{port}", sleep=never).send("GET", "orders")
        assert ISSUER == issuer_at("127.0.0.1", port)


def test_nobody_is_told_where_nobody_answers() -> None:
    """The refusal is told all the same, without an issuer."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert "" == issuer_at("127.0.0.1", port)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"name": der(0x0C, "Geräte-CA".encode()), "firm": der(0x13, b"Acme")}, "“Geräte-CA” of “Acme”"),
        ({"firm": der(0x1E, "Ácme".encode("utf-16-be"))}, "“Ácme”"),
        ({"name": der(0x0C, b"Acme"), "firm": der(0x0C, b"Acme")}, "“Acme”"),
        ({"name": der(0x0C, b"A\n\0\x1b[31mB" + b"x" * 5_000)}, "“A[31mB" + "x" * 94 + "”"),
        ({"unit": der(0x0C, b"IT")}, ""),
    ],
)
def test_an_issuer_is_named_by_its_name_and_its_firm(names: dict[str, bytes], told: str) -> None:
    """In whatever letters; nothing of it reaches a terminal as a command."""
    assert told == issuer_of(issued_by(**names))


@given(st.binary(max_size=200), st.integers(0, 300))
def test_a_certificate_of_any_bytes_is_read_or_names_nobody(noise: bytes, place: int) -> None:
    """Also a good one that is cut off or altered."""
    good = ssl.PEM_cert_to_DER_cert(CERTIFICATE)

    for content in (noise, good[:place], good[:place] + noise + good[place + len(noise) :]):
        assert isinstance(issuer_of(content), str)
