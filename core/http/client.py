"""Every request over the network: time limits, retries, the services' own limits, and errors a person understands.

This is the only file that imports httpx. The seam for tests is `transport=`.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import random
import ssl
import sys
import time
import weakref
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import stamina

from core.errors import (
    AnswerTooSlowError,
    BadAnswerError,
    CertificateRefusedError,
    ConnectionFailedError,
    InsecureAddressError,
    RateLimitedError,
    ServerFailedError,
)
from core.http.bodies import BodyReader, Patience, begun_within
from core.http.certificates import issuer_at, refused_certificate
from core.http.limits import Sleep, seconds_to_wait
from core.http.responses import ServiceResponse, failure
from core.time import Clock, system_clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.http.credentials import Secret
    from core.http.limits import TokenBucket

Transport = httpx.BaseTransport
Headers = Callable[[], Mapping[str, str]]
"""Answers the headers that carry the access key, anew for each request, so that tokens can be renewed."""

# At INFO httpx writes whole addresses, and those of downloads are secrets themselves.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_TLS_PORT = 443
_WAITS_WITHOUT_HEADER = (5.0, 30.0, 60.0)
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def basic(user: Secret, password: Secret) -> Headers:
    """Return the header of HTTP Basic."""

    def header() -> dict[str, str]:
        pair = f"{user.get_secret_value()}:{password.get_secret_value()}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    return header


def _trusted_certificates() -> ssl.SSLContext:
    """Return what certificates are checked against: the list that httpx brings, and this computer's own store.

    A firm's proxy shows a certificate of its own, which stands in the latter. On a Mac that is the keychain, which
    brings the usual ones too.
    """
    if sys.platform == "darwin":
        import truststore  # noqa: PLC0415 - installed on a Mac alone

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


class HttpClient:
    """One service: its address, its key and how patient to be with it; asks one thing at a time."""

    def __init__(  # noqa: PLR0913 - every one is a seam, by name
        self,
        service: str,
        base_url: str,
        *,
        headers: Headers = dict,
        transport: Transport | None = None,
        clock: Clock = system_clock,
        sleep: Sleep = time.sleep,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        jitter: Callable[[], float] = random.random,
        issuer: Callable[[str, int], str] = issuer_at,
    ) -> None:
        self._service = service
        self._base = httpx.URL(base_url.rstrip("/") + "/")
        here = self._base.host in _THIS_MACHINE
        if self._base.scheme != "https" and not here:
            raise InsecureAddressError(service)
        self._headers = headers
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._bodies = BodyReader(service, patience, clock)
        self._jitter = jitter
        self._issuer = issuer
        self._is_network = transport is None
        self._closed_until: dict[str, datetime] = {}
        # A proxy of the company is of no use, and often in the way, for an address on this machine.
        checks = True if here or transport else _trusted_certificates()
        self._client = httpx.Client(transport=transport, timeout=patience.timeout, trust_env=not here, verify=checks)
        self.close = weakref.finalize(self, self._client.close)

    def __repr__(self) -> str:
        return f"<HttpClient {self._service} {self._base.host}>"

    def send(  # noqa: PLR0913 - all that a request is made of, by name
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Sequence[TokenBucket] = (),
        timeout: float | None = None,
        document: bool = False,
    ) -> ServiceResponse:
        """Send a request, and again after a pause where that can help (429, 5xx, no connection).

        Args:
            method: `GET` or `POST`.
            url: Below the base address, or a whole one; a foreign host never gets the access key.
            params: Added to the query.
            json: Body as JSON.
            form: Body as a form.
            headers: Besides those of the client.
            limits: Buckets that each attempt takes a token from.
            timeout: How many seconds the answer may take to begin, if other than the client's.
            document: Whether a good answer may be large, and is written to a file as it comes (`document`).

        Raises:
            ServiceError: One of its kinds, see `core.errors`.
        """
        target = self._base.join(url if urlsplit(url).scheme else url.lstrip("/"))

        def ask() -> ServiceResponse:
            for bucket in limits:
                bucket.take()
            self._respect_closing(method)
            request = self._client.build_request(
                method,
                target,
                params=params,
                json=json,
                data=form,
                headers={"Accept": "application/json", **self._key_for(target), **(headers or {})},
                timeout=httpx.USE_CLIENT_DEFAULT if timeout is None else timeout,
            )
            return self._ask(request, document=document)

        return self._with_retries(ask)

    def _with_retries(self, ask: Callable[[], ServiceResponse]) -> ServiceResponse:
        pause = 0.0
        failures = 0

        def should_ask_again(error: Exception) -> bool | float:
            nonlocal pause, failures
            failures += 1
            wait = self._pause(error, failures)
            pause = wait or 0.0
            return False if wait is None else 0.0  # the pause itself is made below, by the sleep passed in

        for attempt in stamina.retry_context(on=should_ask_again, attempts=self._patience.attempts, timeout=None):
            with attempt:
                if pause:
                    self._sleep(pause)
                return ask()
        raise AssertionError  # the last attempt has raised

    def _ours(self, target: httpx.URL) -> bool:
        return (target.scheme, target.host, target.port) == (self._base.scheme, self._base.host, self._base.port)

    def _key_for(self, target: httpx.URL) -> Mapping[str, str]:
        return self._headers() if self._ours(target) else {}

    def _ask(self, request: httpx.Request, *, document: bool) -> ServiceResponse:
        # Never the query: it may hold a signature.
        where = f"{request.method} {'' if self._ours(request.url) else request.url.host}{request.url.path}"
        until = self._clock() + timedelta(seconds=self._patience.deadline)
        try:
            answer = self._answer(self._begin(request), where, until, document=document)
        except TimeoutError as error:
            raise AnswerTooSlowError(self._service, where, self._patience.deadline) from error
        except httpx.TimeoutException as error:
            raise ConnectionFailedError(self._service, where, "no answer in time") from error
        except httpx.TransportError as error:
            if (refused := refused_certificate(error)) is not None:
                raise self._refused(request.url, refused) from error
            raise ConnectionFailedError(self._service, where, "the connection failed") from error
        except httpx.DecodingError as error:
            raise BadAnswerError(self._service, where, "a damaged answer") from error
        if not httpx.codes.is_success(answer.status):
            raise failure(answer, answer.status, self._clock())
        if answer.status == httpx.codes.PARTIAL_CONTENT:  # never asked for: Walmart sends it for some of a whole
            answer.close()
            raise BadAnswerError(self._service, where, "only a part of what was asked for")
        self._note_closing(request.method, answer.headers)
        return answer

    def _refused(self, url: httpx.URL, error: ssl.SSLCertVerificationError) -> CertificateRefusedError:
        why = error.verify_message or "its certificate is not one that this computer trusts"
        return CertificateRefusedError(self._service, url.host, why, self._issuer(url.host, url.port or _TLS_PORT))

    def _begin(self, request: httpx.Request) -> httpx.Response:
        """Return an answer of which the headers are there.

        Raises:
            TimeoutError: If these do not come to their end.
        """
        send = partial(self._client.send, request, stream=True)
        return begun_within(self._patience.deadline, send, httpx.Response.close) if self._is_network else send()

    def _answer(self, response: httpx.Response, where: str, until: datetime, *, document: bool) -> ServiceResponse:
        """Read an answer to its end; what takes long to begin must not stand still once it has."""
        timeouts = response.request.extensions.get("timeout", {})
        timeouts["read"] = min(self._patience.timeout, timeouts.get("read") or self._patience.timeout)
        with contextlib.closing(response):
            stored = (
                self._bodies.document(response.iter_bytes(), where, until) if document and response.is_success else None
            )
            content = b"" if stored else self._bodies.data(response.iter_bytes(), where, until)
        return ServiceResponse(self._service, where, dict(response.headers), content, response.status_code, stored)

    def _pause(self, error: Exception, failures: int) -> float | None:
        """Return how many seconds to wait before asking again; `None` if that is of no use."""
        if isinstance(error, RateLimitedError):
            wait = error.seconds or _WAITS_WITHOUT_HEADER[min(failures, len(_WAITS_WITHOUT_HEADER)) - 1]
            return wait if wait <= self._patience.longest_wait else None
        if isinstance(error, (ServerFailedError, ConnectionFailedError)):
            return 0.5 * 2.0 ** (failures - 1) + self._jitter()
        return None

    def _note_closing(self, method: str, headers: Mapping[str, str]) -> None:
        seconds = seconds_to_wait(headers, self._clock())
        if headers.get("x-ratelimit-remaining") == "0" and seconds:
            self._closed_until[method] = self._clock() + timedelta(seconds=seconds)

    def _respect_closing(self, method: str) -> None:
        until = self._closed_until.pop(method, None)
        seconds = (until - self._clock()).total_seconds() if until else 0.0
        if seconds > self._patience.longest_wait:
            raise RateLimitedError(self._service, seconds)
        if seconds > 0:
            self._sleep(seconds)
