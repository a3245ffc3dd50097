"""A service that the tests of the HTTP client talk to, and a clock that only moves when someone sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from core.http.client import HttpClient

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HTML = "<!DOCTYPE html><html><body>Bad gateway</body></html>"


@dataclass
class FakeTime:
    """A clock that only moves when someone sleeps."""

    at: datetime = START
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Service:
    """Stands in for a server: gives the answers in turn, the last one for ever, and keeps the requests."""

    def __init__(
        self, *answers: httpx.Response | Exception, base_url: str = "https://api.example.com", **how: Any
    ) -> None:
        self.time = FakeTime()
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)
        self.client = HttpClient(
            "Finale Inventory",
            base_url,
            transport=httpx.MockTransport(self._answer),
            clock=self.time.now,
            sleep=self.time.sleep,
            jitter=lambda: 0.0,
            **{"issuer": lambda _host, _port: "", **how},
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response can be read once only, so each request gets a copy.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def ok(**body: object) -> httpx.Response:
    """Return a good answer."""
    return httpx.Response(200, json=body)
