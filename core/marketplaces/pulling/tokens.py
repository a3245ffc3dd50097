"""Access tokens of marketplaces: short-lived, fetched when they are needed, renewed before and when they end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from core.errors import BadAnswerError, RefusedError, ServiceError, UnauthorisedError
from core.http.credentials import Secret
from core.http.responses import message_in
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.http.responses import ServiceResponse
    from core.time import Clock

T = TypeVar("T")

_MARGIN = timedelta(seconds=60)
"""A token that ends sooner than this is renewed: an answer can take a while."""

_UNSAID = timedelta(minutes=5)
"""How long a token is used whose end was not said, or is no number of seconds up to some years."""
_SECONDS = re.compile("[0-9]{1,8}")


class PermissionEndedError(ServiceError):
    """The marketplace no longer takes what access tokens are fetched with."""

    def __init__(self, service: str) -> None:
        super().__init__(
            service,
            f"{service} no longer accepts the permission that was given to Cogsheet: it was taken back, or it has run "
            "out. What was pulled before is kept. Press Connect, give it for this store again, and pull again.",
        )


@dataclass(frozen=True, slots=True)
class Token:
    """What opens an API for a while."""

    value: Secret
    lasts: timedelta


class AccessTokens:
    """The token of the hour of one account."""

    def __init__(self, fetch: Callable[[], Token], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._ends_at: datetime | None = None

    def current(self) -> Secret:
        """Return a token that is good for the next request, a new one if need be.

        Raises:
            ServiceError: If none is given.
        """
        now = self._clock()
        if self._token is None or self._ends_at is None or now >= self._ends_at - _MARGIN:
            self._token = self._fetch()
            self._ends_at = now + self._token.lasts
        return self._token.value

    def asking(self, ask: Callable[[], T]) -> T:
        """Ask with a good token, and once more with a new one if the service no longer takes it.

        Raises:
            UnauthorisedError: If the new token is refused as well.
            ServiceError: If the question cannot be answered.
        """
        self.current()  # here, so that a failure of the login is not taken for one of the request
        try:
            return ask()
        except UnauthorisedError:
            self._token = None
            self.current()
            return ask()


def permitted_token(service: str, fetch: Callable[[], ServiceResponse]) -> Token:
    """Return a token that a standing permission (a refresh token, an app's secret) is exchanged for.

    Raises:
        PermissionEndedError: If the permission is no longer taken.
        ServiceError: If the exchange cannot be made.
    """
    try:
        return read_token(fetch())
    except (RefusedError, UnauthorisedError) as error:
        raise PermissionEndedError(service) from error


def read_token(answer: ServiceResponse) -> Token:
    """Return the token of an OAuth answer, hidden from every log from now on.

    Raises:
        BadAnswerError: If there is none in it.
    """
    body = answer.json()
    value, seconds = (body.get("access_token"), body.get("expires_in")) if isinstance(body, dict) else (None, None)
    if not isinstance(value, str) or not (value.isascii() and value.isprintable() and value.strip()):
        refusal = message_in(body)
        what = (
            f"an error message instead of an access token: {refusal}"
            if refusal
            else "an answer without an access token"
        )
        raise BadAnswerError(answer.service, answer.where, what)
    REDACTION.hide(value)
    lasts = timedelta(seconds=int(str(seconds))) if _SECONDS.fullmatch(str(seconds)) else _UNSAID
    return Token(Secret(value), lasts)
