"""Requests over the network: what is asked again, what is sent to whom, and what an error says and hides."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING

import httpx
import pytest

from core.errors import (
    AnswerTooSlowError,
    BadAnswerError,
    CertificateRefusedError,
    ConnectionFailedError,
    InsecureAddressError,
    RefusedError,
    ServerFailedError,
    ServiceError,
    UnauthorisedError,
)
from core.http.bodies import Patience
from core.http.client import HttpClient, basic
from core.http.credentials import Secret
from tests.core.http.http_service import HTML, Service, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_server_is_asked_four_times_and_then_named(status: int) -> None:
    """A 5xx is asked again with growing pauses; its web page is never read as data."""
    service = Service(httpx.Response(status, text=HTML))

    with pytest.raises(
        ServerFailedError, match=f"Finale Inventory failed \\({status}, GET /orders\\).*try again later"
    ):
        service.client.send("GET", "orders")

    assert 4 == len(service.requests)
    assert [0.5, 1.0, 2.0] == service.time.slept


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut off")]
)
def test_a_connection_that_fails_once_is_not_noticed(failure: Exception) -> None:
    """A refused, slow or dropped connection is tried again."""
    service = Service(failure, ok(done=1))

    assert {"done": 1} == service.client.send("GET", "orders").json()


def test_a_connection_that_fails_for_good_says_what_to_do() -> None:
    """The error names service and place and sends the user to the internet connection."""
    service = Service(httpx.ConnectError("refused"))

    with pytest.raises(ConnectionFailedError, match=r"cannot be reached .*Check the internet connection"):
        service.client.send("GET", "orders")


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refused_request_is_never_asked_again(status: int) -> None:
    """What the service refuses once it would refuse again; its own words are passed on."""
    service = Service(httpx.Response(status, json={"errorMessage": "range is longer than 30 days."}))

    with pytest.raises(RefusedError, match="says: range is longer than 30 days"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_not_tried_again(status: int) -> None:
    """A refused key sends the user to the key, after one request."""
    service = Service(httpx.Response(status))

    with pytest.raises(UnauthorisedError, match="Check the account name, key and secret"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


def test_a_redirection_is_no_answer() -> None:
    """A login page that is redirected to is not followed with the key in hand."""
    service = Service(httpx.Response(302, headers={"Location": "https://elsewhere.example.com"}))

    with pytest.raises(BadAnswerError, match="a redirection"):
        service.client.send("GET", "orders")

    assert 1 == len(service.requests)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            {"error": "invalid_grant", "error_description": "The request has an invalid grant parameter"},
            "invalid_grant",
        ),
        ({"errors": [{"code": "InvalidInput", "message": "no", "details": ""}]}, "InvalidInput"),
        ({"error": [{"code": "UNAUTHORIZED.GMP_GATEWAY_API", "field": "x"}]}, "UNAUTHORIZED.GMP_GATEWAY_API"),
        ({"errors": {"error": [{"code": "CONTENT_NOT_FOUND"}]}}, "CONTENT_NOT_FOUND"),
        ({"error": "No such thing here"}, ""),
        ({"errors": [4]}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_services_own_word_for_a_refusal_is_kept(body: object, code: str) -> None:
    """A caller can tell a withdrawn authorisation from another refusal, whatever shape the body has."""
    service = Service(httpx.Response(400, json=body))

    with pytest.raises(RefusedError) as caught:
        service.client.send("GET", "orders")

    assert code == caught.value.code


def test_a_part_of_an_answer_is_no_answer() -> None:
    """Status 206, which was never asked for, is refused: a part must not be taken for the whole."""
    service = Service(httpx.Response(206, json={"orders": []}))

    with pytest.raises(BadAnswerError, match="only a part"):
        service.client.send("GET", "orders")


def test_forms_and_tokens_are_sent_as_asked() -> None:
    """A token exchange posts a form; a bearer token goes into the header."""
    service = Service(ok(done=1), headers=lambda: {"Authorization": "Bearer token-1"})

    service.client.send("POST", "token", form={"grant_type": "refresh_token"}, headers={"X-Trace": "1"})

    request = service.requests[0]
    assert b"grant_type=refresh_token" == request.content
    assert ("Bearer token-1", "1") == (request.headers["authorization"], request.headers["x-trace"])


def test_a_download_from_another_host_never_gets_the_key() -> None:
    """A presigned address is asked without the key, and its query is in no error."""
    service = Service(httpx.Response(403), headers=basic(Secret("key"), Secret("secret")))

    with pytest.raises(UnauthorisedError) as caught:
        service.client.send("GET", "https://files.example.org/report.gz?Signature=SIGNED")

    assert "authorization" not in service.requests[0].headers
    assert "files.example.org/report.gz" in str(caught.value)
    assert "SIGNED" not in str(caught.value)


def test_an_address_without_encryption_is_refused() -> None:
    """A key is never sent in the clear, except to this very machine."""
    with pytest.raises(InsecureAddressError, match="must begin with https://"):
        HttpClient("Finale Inventory", "http://app.example.com")

    HttpClient("Finale Inventory", "http://127.0.0.1:8000").close()


def test_a_secret_is_in_no_text_that_leaves_the_client(caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors nor log lines at the lowest level nor representations show key or secret, retries included."""
    caplog.set_level(logging.DEBUG)
    key, secret = Secret("KEY-MARKED"), Secret("SECRET-MARKED")
    shown = []
    for answer in (httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(401), httpx.Response(418)):
        service = Service(answer, headers=basic(key, secret))
        with pytest.raises(ServiceError) as caught:
            service.client.send("GET", "orders", params={"token": "SECRET-MARKED"})
        shown += [str(caught.value), repr(caught.value), repr(service.client), repr(key), str(secret)]

    text = " ".join(shown) + caplog.text + " ".join(str(vars(record)) for record in caplog.records)
    encoded = service.requests[0].headers["authorization"].split()[1]
    assert [] == [mark for mark in ("KEY-MARKED", "SECRET-MARKED", encoded) if mark in text]


def test_an_answer_that_takes_long_to_begin_must_not_stand_still_after_it() -> None:
    """Reports are given more time until their first byte; a minute without one ends any answer."""
    waits: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"]["read"])

        def body() -> Iterator[bytes]:
            waits.append(request.extensions["timeout"]["read"])
            yield b"{}"

        return httpx.Response(200, content=body())

    client = HttpClient("Finale", "https://api.example.com", transport=httpx.MockTransport(answer))
    for timeout in (None, 180, 20):
        client.send("GET", "report", timeout=timeout)

    assert [60, 60, 180, 60, 20, 20] == waits


@pytest.mark.parametrize("why", ["unable to get local issuer certificate", "self-signed certificate", "expired"])
def test_a_refused_certificate_is_said_and_not_asked_again(why: str) -> None:
    """Neither the address nor the connection is what is wrong then."""
    behind = ssl.SSLCertVerificationError()
    behind.verify_message = why
    error = httpx.ConnectError("[SSL]")
    error.__cause__ = OSError()
    error.__cause__.__context__ = behind
    issuers = {("api.example.com", 443): "“Zscaler Root CA” of “Zscaler Inc.”"}
    service = Service(error, issuer=lambda *place: issuers[place])

    with pytest.raises(CertificateRefusedError, match=f"it is api.example.com: {why}. The .* by “Zscaler Root CA” of"):
        service.client.send("GET", "orders")

    assert (1, []) == (len(service.requests), service.time.slept)


def test_certificates_are_checked_against_this_computers_own_store_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firm's proxy, whose certificate its IT has put there, is let through."""
    loaded: list[ssl.SSLContext] = []
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda context, *_: loaded.append(context))
    HttpClient("Finale Inventory", "https://api.example.com")

    assert [ssl.CERT_REQUIRED] == [context.verify_mode for context in loaded[-1:]]


def test_a_mac_asks_its_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL does not look there, and a firm's certificate stands nowhere else."""
    made: list[object] = []

    def context(protocol: object) -> ssl.SSLContext:
        made.append(protocol)
        return ssl.create_default_context()

    keychain = ModuleType("truststore")
    keychain.SSLContext = context  # type: ignore[attr-defined]  # what is used of it
    monkeypatch.setitem(sys.modules, "truststore", keychain)
    monkeypatch.setattr("sys.platform", "darwin")
    HttpClient("Finale Inventory", "https://api.example.com")

    assert [ssl.PROTOCOL_TLS_CLIENT] == made


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Let a server of this machine answer whoever connects, and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        connection.recv(65_536)
                        answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def drip(connection: socket.socket) -> None:
    """Send headers that never end, one sign after the other."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X")
        time.sleep(0.01)


def test_headers_that_drip_have_the_deadline_of_the_answer() -> None:
    """Each byte comes in time, and the headers never end: it is given up once, and not asked for again."""
    with server(drip) as address:
        client = HttpClient("Finale Inventory", address, patience=Patience(timeout=5, deadline=0.1))
        with pytest.raises(AnswerTooSlowError, match="did not come to its end in time"):
            client.send("GET", "/acme/api")


def test_what_goes_wrong_while_an_answer_begins_is_what_was_raised() -> None:
    """A server that hangs up is no answer that is slow; one that answers is read."""
    with server(lambda connection: connection.close()) as address:
        client = HttpClient("Finale Inventory", address, patience=Patience(attempts=1))
        with pytest.raises(ConnectionFailedError):
            client.send("GET", "/acme/api")
    body = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    with server(lambda connection: connection.sendall(body)) as address:
        assert {} == HttpClient("Finale Inventory", address).send("GET", "/acme/api").json()
