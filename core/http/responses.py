"""What an answer over HTTP means: its body read with care, or the error that its status stands for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, NoReturn

from core.errors import (
    BadAnswerError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerFailedError,
    ServiceError,
    UnauthorisedError,
)
from core.http.limits import seconds_to_wait

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LARGEST_JSON = 100_000_000
"""Bytes of an answer that is read as JSON."""
DEEPEST_JSON = 64
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LONGEST_DETAIL = 200
_REFERENCES = ("x-amzn-requestid", "x-request-id", "x-correlation-id")
_MESSAGES = (
    "errorMessage",
    "message",
    "error_description",
    "error",
    "exception",
    "errors",
    "errorMessageList",
    "messages",
    "description",
)


def next_cursor(connection: Mapping[str, Any] | None) -> str | None:
    """Return the cursor of the next page of a GraphQL connection; `None` behind the last one, or where it is null.

    Raises:
        ValueError: If more is said to follow, and not from where: a list that ends there would lack the rest.
    """
    info = connection.get("pageInfo") if isinstance(connection, dict) else None
    if not isinstance(info, dict) or not info.get("hasNextPage"):
        return None
    if info.get("endCursor") is None:
        raise ValueError("more pages, and no cursor to ask for them")
    return str(info["endCursor"])


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """A good answer; its body has not been looked at yet."""

    service: str
    where: str
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case name."""
    content: bytes = field(repr=False)
    status: int = HTTPStatus.OK
    """Of the good ones; 204 says that there is nothing, and its body is empty."""
    document: IO[bytes] | None = field(default=None, repr=False)
    """The body as a file, where it was asked for as a document; `content` is empty then."""

    def close(self) -> None:
        """Let go of the document."""
        if self.document is not None:
            self.document.close()

    def in_memory(self, largest: int = LARGEST_JSON) -> ServiceResponse:
        """Return the answer with its document read, and the document closed.

        Raises:
            BadAnswerError: If it has more than so many bytes.
        """
        if self.document is None:
            return self
        with self.document:
            content = self.document.read(largest + 1)
        if len(content) > largest:
            raise BadAnswerError(self.service, self.where, too_large(largest))
        return replace(self, content=content, document=None)

    def text(self) -> str:
        """Return the body as text.

        Raises:
            BadAnswerError: If it is empty or no UTF-8.
        """
        try:
            text = self.content.decode("utf-8-sig").replace("\0", "\N{REPLACEMENT CHARACTER}")
        except UnicodeDecodeError as error:
            raise BadAnswerError(self.service, self.where, "text that cannot be read") from error
        if not text.strip():
            raise BadAnswerError(self.service, self.where, "an empty answer")
        return text

    def json(self) -> Any:  # noqa: ANN401 - a JSON document can be anything; the caller checks what it needs
        """Return the body as JSON, fractions as exact decimals.

        Raises:
            BadAnswerError: If it is a web page, empty, cut off, no JSON, or larger or deeper than data is.
        """
        if len(self.content) > LARGEST_JSON:
            raise BadAnswerError(self.service, self.where, too_large(LARGEST_JSON))
        text = self.text()
        if text.lstrip().startswith("<"):
            raise BadAnswerError(self.service, self.where, "a web page instead of data")
        try:
            body = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except ValueError as error:
            raise BadAnswerError(self.service, self.where, "an answer that breaks off or is not JSON") from error
        except RecursionError as error:
            raise BadAnswerError(self.service, self.where, "data that is nested too deeply") from error
        if _is_deeper(body, DEEPEST_JSON):
            raise BadAnswerError(self.service, self.where, "data that is nested too deeply")
        return _storable(body) if _ESCAPED.search(text) else body


def too_large(largest: int) -> str:
    """Return what is wrong with an answer of more than so many bytes."""
    return f"an answer of more than {largest // 1_000_000:,} million bytes"


def failure(answer: ServiceResponse, status: int, now: datetime) -> ServiceError:
    """Return the error that an answer with a bad status means."""
    reference = next((answer.headers[name] for name in _REFERENCES if answer.headers.get(name)), "")
    service, where = answer.service, answer.where
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return UnauthorisedError(service, where, status, code=code(answer.content), reference=reference)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitedError(service, seconds_to_wait(answer.headers, now), reference=reference)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerFailedError(service, where, status, reference=reference)
    if status < HTTPStatus.BAD_REQUEST:
        return BadAnswerError(service, where, f"a redirection ({status}) instead of data", reference=reference)
    kind = NotFoundError if status == HTTPStatus.NOT_FOUND else RefusedError
    words = refusal_text(answer.content)
    return kind(service, where, status, words, code=code(answer.content), reference=reference)


def code(content: bytes) -> str:
    """Return the one word by which a service names the reason of its refusal (`invalid_grant`); empty if none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return _code_in(body)


def _code_in(body: object) -> str:
    if isinstance(body, list):
        return next((nested for nested in map(_code_in, body) if nested), "")
    if not isinstance(body, dict):
        return ""
    named = body.get("code", body.get("error"))  # OAuth puts the word itself under `error`, others a list of objects
    if isinstance(named, str):
        return "" if " " in named else named
    return next((nested for nested in map(_code_in, (body.get("errors"), body.get("error"))) if nested), "")


def refusal_text(content: bytes) -> str:
    """Return what the service says about its refusal, in at most 200 characters; nothing if it is a web page."""
    text = content.decode("utf-8", errors="replace").strip()
    try:
        text = message_in(json.loads(text)) or ""
    except (ValueError, RecursionError):
        text = "" if text.startswith("<") else text
    return " ".join(text.split())[:_LONGEST_DETAIL].rstrip(".")


def message_in(body: object) -> str | None:
    """Return the error message in a JSON body, whichever of the usual names it goes by; `None` if there is none."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return next((message for message in map(message_in, body) if message), None)
    if isinstance(body, dict):
        return next((message for message in (message_in(body.get(name)) for name in _MESSAGES) if message), None)
    return None


def _is_deeper(body: object, levels: int) -> bool:
    """Tell whether lists and objects lie in one another more than so many levels deep."""
    inside = [body]
    for _ in range(levels):
        holders = [one for one in inside if isinstance(one, dict | list)]
        if not holders:
            return False
        inside = [part for one in holders for part in (one.values() if isinstance(one, dict) else one)]
    return any(isinstance(one, dict | list) for one in inside)


def _storable(body: object) -> object:
    """Return a document with a sign that can be kept in place of each NUL and each half of a character."""
    if isinstance(body, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", body)
    if isinstance(body, dict):
        return {_storable(name): _storable(value) for name, value in body.items()}
    return [_storable(one) for one in body] if isinstance(body, list) else body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
