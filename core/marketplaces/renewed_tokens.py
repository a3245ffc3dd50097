"""Access tokens that live for hours and are fetched anew with what does not expire so soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from core.errors import BadAnswerError, RefusedError, ServiceError, UnauthorisedError
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.clock import Clock
    from core.http_answers import Answer

T = TypeVar("T")
_MARGIN = timedelta(minutes=2)
"""A token is not used in its last minutes: a request may take that long."""


class PermissionEndedError(ServiceError):
    """The marketplace no longer takes what access tokens are fetched with."""

    def __init__(self, service: str) -> None:
        super().__init__(
            service,
            f"{service} no longer accepts the permission that was given to Cogsheet: it was taken back, or it has run "
            "out. What was pulled before is kept. Press Connect, give it for this store again, and pull again.",
        )


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class RenewedToken:
    """One access token, fetched when it is first needed, before it expires, and when it is refused all the same."""

    def __init__(self, service: str, fetch: Callable[[], Answer], clock: Clock) -> None:
        self._service = service
        self._fetch = fetch
        self._clock = clock
        self._token: _Token | None = None

    def value(self) -> str:
        """Return a token that is good for some minutes at least.

        Raises:
            ServiceError: If there is none to be had.
        """
        if self._token is None or self._token.until <= self._clock():
            self._token = self._new()
        return self._token.value

    def with_it(self, ask: Callable[[], T]) -> T:
        """Ask, and once more with a new token if the one at hand is refused.

        Raises:
            ServiceError: What the asking raises.
        """
        before = self._token
        try:
            return ask()
        except UnauthorisedError:
            if before is None or self._token is not before:
                raise  # even a token that is just fetched is refused
            self._token = None
            return ask()

    def _new(self) -> _Token:
        try:
            answer = self._fetch()
        except (RefusedError, UnauthorisedError) as error:
            raise PermissionEndedError(self._service) from error
        body = answer.json()
        value = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(value, str) or not value:
            raise BadAnswerError(self._service, answer.where, "an answer without access token")
        REDACTION.hide(value)
        seconds = body.get("expires_in")
        life = timedelta(seconds=seconds) if isinstance(seconds, int) else timedelta(hours=1)
        return _Token(value, self._clock() + max(life - _MARGIN, timedelta(0)))
